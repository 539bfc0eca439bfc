"""Our own integration."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from time import monotonic
from typing import Any, ClassVar, override
from unittest.mock import patch

from ..clouds.heat_pumps import KEY, USER, device_id
from ..home import Home
from .subject import Call, Subject


class HeatPumpSteering(Subject):
    """Heat pumps; the slider is the preferred temperature."""

    domain: ClassVar = "heatpump_steering"
    module: ClassVar = "custom_components.heatpump_steering"
    platforms: ClassVar = (
        "binary_sensor",
        "climate",
        "number",
        "select",
        "sensor",
        "switch",
    )

    @override
    async def connect(self, home: Home, url: str, devices: int) -> None:
        """Add the home."""
        await home.add(
            self.domain,
            {"api_key": KEY, "user_id": USER, "base_url": url, "write_only": False},
            unique_id=USER,
            version=1,
        )

    def _entity(self, home: Home, platform: str, device: int, key: str) -> str:
        return self.entity_id(home, platform, f"{USER}/{device_id(device)}/{key}")

    @override
    def scene(
        self, home: Home, device: int
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
            self._entity(home, platform, device, key): {"state": state}
            for (platform, key), state in wishes.items()
        }, []

    @override
    @contextmanager
    def arrivals(self) -> Iterator[list[float]]:
        """Note when changes come from the entities to the coordinator."""
        coordinator = import_module(f"{self.module}.coordinator").SteeringCoordinator
        real = coordinator.async_change
        moments: list[float] = []

        async def noted(*arguments: Any) -> None:
            moments.append(monotonic())
            await real(*arguments)

        with patch.object(coordinator, "async_change", noted):
            yield moments

    def _slider(self, home: Home, device: int) -> str:
        return self._entity(home, "number", device, "preferred_temperature")

    @override
    def slide(self, home: Home, device: int, step: int) -> Call:
        """Return the call for 15 to 29.5 °C."""
        return Call(
            "number.set_value",
            self._slider(home, device),
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
