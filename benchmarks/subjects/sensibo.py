"""Controllers of Sensibo."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from ..clouds.sensibo import uid
from ..home import Home
from .subject import Accounts, Call, Entities, Subject

# The slider begins at this temperature, in °C.
_COLDEST = 8


class Sensibo(Subject):
    """Controllers for heat pumps and air conditioners; the slider is the target temperature."""

    domain: ClassVar = "sensibo"
    module: ClassVar = "homeassistant.components.sensibo"
    platforms: ClassVar = (
        "binary_sensor",
        "button",
        "climate",
        "number",
        "select",
        "sensor",
        "switch",
        "update",
    )

    @override
    async def connect(self, accounts: Accounts, url: str, devices: int) -> None:
        """Add the account."""
        await accounts.add(
            self.domain, {"api_key": "bench-key"}, unique_id="bench", version=2
        )

    @override
    def scene(
        self, entities: Entities, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return the ten settings of a controller."""
        of_climate = {
            "state": "heat",
            "temperature": 23,
            "fan_mode": "high",
            "swing_mode": "fixedtop",
            "swing_horizontal_mode": "fixedleft",
        }
        others = {
            ("number", "calibration_temp"): "0.5",
            ("number", "calibration_hum"): "0.6",
            ("select", "light"): "off",
            ("switch", "timer_on_switch"): "on",
            ("switch", "climate_react_switch"): "on",
        }
        return {
            self.entity_id(entities, "climate", uid(device)): of_climate,
            **{
                self.entity_id(entities, platform, f"{uid(device)}-{key}"): {
                    "state": state
                }
                for (platform, key), state in others.items()
            },
        }, []

    @override
    def slide(self, entities: Entities, device: int, step: int) -> Call:
        """Return the call for 8 to 37 °C."""
        return Call(
            "climate.set_temperature",
            self.entity_id(entities, "climate", uid(device)),
            {"temperature": self.held_at(step)},
        )

    @override
    def held_at(self, step: int) -> float:
        """Return °C."""
        return _COLDEST + step

    @override
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Compare the target."""
        state = home.hass.states.get(self.entity_id(home, "climate", uid(device)))
        return state is not None and state.attributes["temperature"] == self.held_at(
            step
        )
