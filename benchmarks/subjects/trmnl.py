"""Displays of TRMNL."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from ..home import Home
from .subject import Accounts, Call, Entities, Subject

# The slider begins at this minute of the day.
_FIRST_MINUTE = 1200


class Trmnl(Subject):
    """Displays; the slider is the time at which a display goes to sleep, which the frontend has no slider for."""

    domain: ClassVar = "trmnl"
    module: ClassVar = "homeassistant.components.trmnl"
    platforms: ClassVar = ("sensor", "switch", "time")

    @override
    async def connect(self, accounts: Accounts, url: str, devices: int) -> None:
        """Add the account."""
        await accounts.add(
            self.domain, {"api_key": "bench-key"}, unique_id="1", version=1
        )

    @override
    def scene(
        self, entities: Entities, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return the switch; a scene cannot set times."""
        return {
            self.entity_id(entities, "switch", f"{device}_sleep_mode"): {"state": "on"}
        }, [
            Call(
                "time.set_value",
                self.entity_id(entities, "time", f"{device}_{key}"),
                {"time": time},
            )
            for key, time in (
                ("sleep_start_time", "21:30:00"),
                ("sleep_end_time", "06:30:00"),
            )
        ]

    def _slider(self, entities: Entities, device: int) -> str:
        return self.entity_id(entities, "time", f"{device}_sleep_start_time")

    @override
    def slide(self, entities: Entities, device: int, step: int) -> Call:
        """Return the call for a time in the evening."""
        return Call(
            "time.set_value",
            self._slider(entities, device),
            {"time": self._time_at(step)},
        )

    def _time_at(self, step: int) -> str:
        hour, minute = divmod(_FIRST_MINUTE + step, 60)
        return f"{hour:02}:{minute:02}:00"

    @override
    def held_at(self, step: int) -> float:
        """Return minutes."""
        return _FIRST_MINUTE + step

    @override
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Compare the time."""
        state = home.hass.states.get(self._slider(home, device))
        return state is not None and state.state == self._time_at(step)
