"""Pellet stoves of Fumis."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.helpers.device_registry import format_mac

from ..clouds.fumis import PIN, mac
from ..home import Home
from .subject import Accounts, Call, Entities, Subject


class Fumis(Subject):
    """Stoves, each with a config entry of its own; the slider is the target temperature."""

    domain: ClassVar = "fumis"
    module: ClassVar = "homeassistant.components.fumis"
    platforms: ClassVar = (
        "binary_sensor",
        "button",
        "climate",
        "number",
        "sensor",
        "switch",
    )

    @override
    async def connect(self, accounts: Accounts, url: str, devices: int) -> None:
        """Add every stove."""
        for device in range(devices):
            await accounts.add(
                self.domain,
                {"mac": mac(device), "pin": PIN},
                unique_id=format_mac(mac(device)),
                version=1,
            )

    def _entity(
        self, entities: Entities, platform: str, device: int, key: str = ""
    ) -> str:
        return self.entity_id(entities, platform, f"{format_mac(mac(device))}{key}")

    @override
    def scene(
        self, entities: Entities, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return the six settings of a stove."""
        return {
            self._entity(entities, "climate", device): {
                "state": "off",
                "temperature": 23,
            },
            self._entity(entities, "number", device, "_fan_speed"): {"state": "4"},
            self._entity(entities, "number", device, "_power_level"): {"state": "5"},
            self._entity(entities, "switch", device, "_eco_mode"): {"state": "on"},
            self._entity(entities, "switch", device, "_timer"): {"state": "on"},
        }, []

    @override
    def slide(self, entities: Entities, device: int, step: int) -> Call:
        """Return the call for 15 to 29.5 °C."""
        return Call(
            "climate.set_temperature",
            self._entity(entities, "climate", device),
            {"temperature": self.held_at(step)},
        )

    @override
    def held_at(self, step: int) -> float:
        """Return °C."""
        return 15 + step / 2

    @override
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Compare the target."""
        state = home.hass.states.get(self._entity(home, "climate", device))
        return state is not None and state.attributes["temperature"] == self.held_at(
            step
        )
