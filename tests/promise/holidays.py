"""Days on which people go away: a house, and what they do there about vacations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, override

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .day import Call, Day

HOUR = 3600.0
HOT_WATER_MIN = "dhw.temperature_lower_bound"
HOT_WATER_MAX = "dhw.temperature_upper_bound"
MODE = "room.temperature_control_mode"


class Holidays(Day):
    """A day, or many, on which people go away."""

    def choose(self, **profile: Any) -> None:
        """Choose what a vacation does; the preferred temperature is 16 °C."""
        profile = {"preferred_temperature": 16.0, **profile}
        self.hass.config_entries.async_update_entry(
            self.entry, options={"vacation": profile}
        )
        self.run(self.reload())
        self.cloud.journal.clear()

    def in_the_app(self, settings: dict[str, Any], target: str = "hp-1") -> None:
        """Change settings in the supplier's app, and let Home Assistant read them."""
        self.cloud.cloud.change_settings(target, settings)
        self.run(self.house.poll())

    @property
    def main(self) -> str:
        """Return the target that has the calendar."""
        return "hp-1" if len(self.cloud.cloud.heat_pumps()) == 1 else "home"

    def plan(self, begins: float, lasts: float, **data: Any) -> str:
        """Plan a vacation in the calendar, in seconds from now; return its id."""
        start = dt_util.now() + timedelta(seconds=begins)
        before = self.uids()
        self.done_or_raise(
            self.act(
                "calendar.create_event",
                "vacation",
                "home",
                summary="Away",
                start_date_time=start.isoformat(),
                end_date_time=(start + timedelta(seconds=lasts)).isoformat(),
                **data,
            )
        )
        (uid,) = self.uids() - before
        return uid

    def done_or_raise(self, call: Call) -> None:
        """Finish a call, and raise what it raised."""
        if (error := self.done(call).error) is not None:
            raise error

    def uids(self) -> set[str]:
        return {event.uid for event in self.events()}

    def calendar(self) -> Any:
        return self.hass.data[DATA_COMPONENT].get_entity(
            self.house.entity_id("vacation", "home")
        )

    def events(self, days: float = 700) -> list[Any]:
        """Return what the calendar page shows of these days around today."""
        span = timedelta(days=days)
        now = dt_util.now()
        return self.run(
            self.calendar().async_get_events(self.hass, now - span, now + span)
        )

    def edit(self, uid: str, **event: Any) -> None:
        """Change a vacation as the calendar page does."""
        self.wait_for(self.calendar().async_update_event(uid, event))

    def delete(self, uid: str) -> None:
        """Delete a vacation as the calendar page does."""
        self.wait_for(self.calendar().async_delete_event(uid))

    def preset(self, preset: str, target: str | None = None) -> Call:
        """Choose a preset of a thermostat, and wait for the outcome."""
        return self.done(
            self.act(
                "climate.set_preset_mode",
                "climate",
                target or self.main,
                preset_mode=preset,
            )
        )

    def stage(self, target: str = "hp-1") -> str:
        return self.shows("vacation_status", target)

    def in_hand(self, target: str = "hp-1") -> list[str]:
        """Return the settings that are a vacation's, as its sensor tells them."""
        attributes = self.house.state("vacation_status", target).attributes
        settings: list[str] = attributes["settings"]
        return settings

    def pending(self) -> list[str]:
        """Return which issues of late vacations stand under Repairs."""
        return sorted(
            str(issue.translation_key)
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN and issue.active
        )

    @property
    def supplier(self) -> str:
        (supplier,) = self.cloud.cloud.suppliers()
        return supplier.name

    @override
    def wait(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass; after long steps a few short ones, in which what was begun can end."""
        super().wait(seconds, step)
        if step > 1:
            super().wait(5)

    def off(self, seconds: float) -> None:
        """Turn Home Assistant off, and on again later."""
        self.run(self.restart(off=seconds))


type Begin = Callable[..., Holidays]
