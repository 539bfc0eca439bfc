"""Our own integration."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from ..clouds.heat_pumps import KEY, USER, device_id
from ..home import Home
from .subject import Accounts, Call, Entities, Subject


class HeatPumpSteering(Subject):
    """Heat pumps; the slider is the preferred temperature."""

    domain: ClassVar = "heatpump_steering"
    module: ClassVar = "custom_components.heatpump_steering"
    platforms: ClassVar = (
        "binary_sensor",
        "button",
        "calendar",
        "climate",
        "event",
        "number",
        "select",
        "sensor",
        "switch",
    )

    @override
    async def connect(self, accounts: Accounts, url: str, devices: int) -> None:
        """Add the home."""
        await accounts.add(
            self.domain,
            {"api_key": KEY, "user_id": USER, "base_url": url, "write_only": False},
            unique_id=USER,
            version=1,
        )

    def _entity(self, entities: Entities, platform: str, device: int, key: str) -> str:
        try:
            return self.entity_id(
                entities, platform, f"{USER}/{device_id(device)}/{key}"
            )
        except LookupError:
            # Versions until November 2026 gave such ids.
            return self.entity_id(
                entities, platform, f"{USER}_{device_id(device)}_{key}"
            )

    @override
    def scene(
        self, entities: Entities, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return the ten settings of a heat pump."""
        wishes = {
            ("number", "preferred_temperature"): "22.5",
            ("number", "allowed_below"): "2.5",
            ("number", "allowed_above"): "0.5",
            ("number", "hot_water_min"): "47",
            ("number", "hot_water_max"): "58",
            ("select", "control_mode"): "cooling",
            ("switch", "schedule"): "on",
            ("switch", "flex_trading"): "on",
            ("switch", "dynamic_tariff"): "off",
            ("switch", "pv_self_consumption"): "off",
        }
        return {
            self._entity(entities, platform, device, key): {"state": state}
            for (platform, key), state in wishes.items()
        }, []

    def thermostat(self, entities: Entities, device: int) -> str:
        """Return the thermostat of a heat pump."""
        return self._entity(entities, "climate", device, "climate")

    def switches(self, entities: Entities, device: int) -> list[str]:
        """Return three switches of a heat pump that exclude nothing."""
        return [
            self._entity(entities, "switch", device, key)
            for key in ("schedule", "dynamic_tariff", "pv_self_consumption")
        ]

    def five_settings(self, entities: Entities, device: int, turn: int) -> list[Call]:
        """Return the calls for five settings of a heat pump; there and, with an odd turn, back."""
        return [
            Call(
                "number.set_value",
                self._entity(entities, "number", device, key),
                {"value": value + 1 - turn % 2},
            )
            for key, value in (
                ("preferred_temperature", 21),
                ("allowed_below", 1),
                ("allowed_above", 1),
                ("hot_water_min", 45),
                ("hot_water_max", 55),
            )
        ]

    def _slider(self, entities: Entities, device: int) -> str:
        return self._entity(entities, "number", device, "preferred_temperature")

    @override
    def slide(self, entities: Entities, device: int, step: int) -> Call:
        """Return the call for 15 to 29.5 °C."""
        return Call(
            "number.set_value",
            self._slider(entities, device),
            {"value": self.held_at(step)},
        )

    @override
    def held_at(self, step: int) -> float:
        """Return °C."""
        return 15 + step / 2

    @override
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Compare the number."""
        state = home.hass.states.get(self._slider(home, device))
        return state is not None and float(state.state) == self.held_at(step)
