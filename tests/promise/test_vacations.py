"""Whatever happens, a vacation comes and goes as planned, and the hot water stays safe.

Random plans, restarts, power cuts, bad days, clocks that jump, and people who change settings meanwhile.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
import os
from typing import Any, override

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from custom_components.heatpump_steering.sync.vacations import Stage
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from simulator import Entry, Simulator

from .day import settings_of
from .telling import tell
from .wishes import BAD_WEATHER, HEAT_PUMPS, MODE, NUMBERS, SWITCHES
from .world import World

PREFERRED = NUMBERS["preferred_temperature"]
HOT_WATER_MIN = NUMBERS["hot_water_min"]
SCHEDULE = SWITCHES["schedule"]
# What nobody but a vacation sets.
AWAY_TEMPERATURE = 16.0
MINUTE, HOUR = 60.0, 3600.0

PROFILES = st.fixed_dictionaries(
    {"preferred_temperature": st.just(AWAY_TEMPERATURE)},
    optional={
        "hot_water_min": st.sampled_from([10.0, 42.0]),
        "control_mode": st.just("off"),
        "welcome_hours": st.just(2),
    },
)
BY_HAND = st.one_of(
    st.tuples(st.just(PREFERRED), st.sampled_from([18.5, 20.0, 22.0])),
    st.tuples(st.just(HOT_WATER_MIN), st.sampled_from([41.0, 47.0, 12.0])),
    st.tuples(st.just(NUMBERS["allowed_below"]), st.sampled_from([0.5, 3.0])),
    st.tuples(st.just(MODE), st.sampled_from(["cooling", "auto"])),
    st.tuples(st.just(SCHEDULE), st.booleans()),
)
KEY_OF = {setting: key for key, setting in NUMBERS.items()}


@dataclass
class Planned:
    """A vacation as the story knows it."""

    uid: str
    start: datetime
    end: datetime

    def covers(self, now: datetime) -> bool:
        return self.start <= now < self.end


class Vacations(RuleBasedStateMachine):
    """A house with two heat pumps, whose people go away and come back."""

    def __init__(self) -> None:
        """Start a world."""
        super().__init__()
        self.world = World(*HEAT_PUMPS)
        self.plans: list[Planned] = []
        self.home = {
            device_id: dict(self.cloud.cloud.heat_pump(device_id).held)
            for device_id in HEAT_PUMPS
        }
        """What has to be there when everybody is back."""
        self.away: list[tuple[datetime, datetime]] = []
        """When vacations have run, as far as time has passed."""
        self.looked_at = dt_util.utcnow()
        self.journal_seen = 0
        self.starts: list[tuple[str, datetime]] = []
        """Whole answers to the beginning of a vacation: of which heat pump, and when."""

    @property
    def cloud(self) -> Simulator:
        return self.world.cloud

    @property
    def loaded(self) -> bool:
        return self.world.house.entry.state is ConfigEntryState.LOADED

    @property
    def away_now(self) -> bool:
        now = dt_util.utcnow()
        return any(plan.covers(now) for plan in self.plans)

    def stage(self, device_id: str) -> Stage:
        """Return how far the vacation of a heat pump is."""
        return Stage(self.world.house.shows("vacation_status", device_id))

    def unavailable(self, key: str, device_id: str) -> bool:
        return self.world.house.shows(key, device_id) == "unavailable"

    @override
    def teardown(self) -> None:
        """Come home for good, and look."""
        try:
            self.come_home_for_good()
        finally:
            self.world.close()

    # What happens

    @initialize(profile=PROFILES)
    def choose(self, profile: dict[str, Any]) -> None:
        """Somebody chooses what a vacation does."""
        self.world.hass.config_entries.async_update_entry(
            self.world.house.entry, options={"vacation": profile}
        )
        self.world.run(self.world.reload())

    @rule(
        begins=st.sampled_from([-HOUR, 0.0, 10 * MINUTE, 2 * HOUR]),
        lasts=st.sampled_from([20 * MINUTE, 90 * MINUTE, 5 * HOUR]),
    )
    def plan(self, begins: float, lasts: float) -> None:
        """Somebody plans a vacation, or one that should have begun already."""
        if not self.loaded:
            return
        start = (dt_util.utcnow() + timedelta(seconds=begins)).replace(microsecond=0)
        end = start + timedelta(seconds=lasts)
        if end <= dt_util.utcnow():
            return
        before = self.uids()
        self.act(
            "calendar.create_event",
            summary="Away",
            start_date_time=start.isoformat(),
            end_date_time=end.isoformat(),
        )
        (uid,) = self.uids() - before
        self.plans.append(Planned(uid, start, end))
        self.look()

    @rule(data=st.data(), by=st.sampled_from([-2 * HOUR, -10 * MINUTE, HOUR]))
    def move(self, data: st.DataObject, by: float) -> None:
        """Somebody moves the end of a vacation, perhaps into the past."""
        if not (self.loaded and self.plans):
            return
        plan = data.draw(st.sampled_from(self.plans), label="which")
        end = max(plan.end + timedelta(seconds=by), plan.start + timedelta(minutes=1))
        self.run(
            self.calendar().async_update_event(
                plan.uid, {"summary": "Moved", "dtstart": plan.start, "dtend": end}
            )
        )
        plan.end = end
        self.look()

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Somebody deletes a vacation."""
        if not (self.loaded and self.plans):
            return
        plan = data.draw(st.sampled_from(self.plans), label="which")
        self.run(self.calendar().async_delete_event(plan.uid))
        self.plans.remove(plan)
        self.look()

    @rule(device_id=st.sampled_from(HEAT_PUMPS), change=BY_HAND, here=st.booleans())
    def somebody_changes(
        self, device_id: str, change: tuple[str, Any], here: bool
    ) -> None:
        """Somebody changes a setting by hand, here or with the supplier's app."""
        setting, value = change
        # What was set a second ago and set back since cannot be told from an old read; and what the cloud shows within a
        # minute of a change from here counts as what it has made of that.
        self.pass_time(6 if here else 70, step=1)
        if not self.loaded or self.world.house.entry.runtime_data.home.waiting_changes:
            return
        if self.cloud.cloud.heat_pump(device_id).held[setting] == value:
            # Not a change: nobody can tell it from what the vacation has set.
            return
        cold = setting == HOT_WATER_MIN and value < 40
        stage = self.stage(device_id)
        if cold and not here and (stage is not Stage.AWAY or not self.away_now):
            # The watch tells of it; here it would stay.
            return
        if here:
            self.cloud.weather.clear()
            self.set_here(device_id, setting, value)
            return
        group, _, name = setting.partition(".")
        self.cloud.cloud.change_settings(device_id, {group: {name: value}})
        if not cold:
            self.home[device_id][setting] = value

    def set_here(self, device_id: str, setting: str, value: Any) -> None:
        """Set a number in Home Assistant."""
        if setting not in KEY_OF or self.unavailable(KEY_OF[setting], device_id):
            # Home Assistant passes such an action by.
            return
        cold = setting == HOT_WATER_MIN and value < 40
        allowed = self.away_now and self.stage(device_id) is Stage.AWAY
        try:
            self.act("number.set_value", KEY_OF[setting], device_id, value=value)
        except HomeAssistantError:
            assert cold
            assert not (allowed and self.away_now)
            return
        self.look()
        if not cold:
            self.home[device_id][setting] = value

    @rule(device_id=st.sampled_from(HEAT_PUMPS), change=BY_HAND, here=st.booleans())
    def somebody_changes_in_the_middle(
        self, device_id: str, change: tuple[str, Any], here: bool
    ) -> None:
        """Somebody changes a setting in the middle of a short vacation."""
        self.plan(begins=0.0, lasts=20 * MINUTE)
        self.pass_time(2 * MINUTE)
        self.somebody_changes(device_id=device_id, change=change, here=here)
        self.pass_time(20 * MINUTE)

    @rule(
        applied=st.booleans(),
        power_cut=st.booleans(),
        seconds=st.sampled_from([5.0, 50.0]),
    )
    def answers_are_lost_at_the_start(
        self, applied: bool, power_cut: bool, seconds: float
    ) -> None:
        """Nobody knows what has become of the first change of a vacation; perhaps the power goes, too."""
        self.cloud.weather.add(method="PATCH", status=504, apply=applied)
        self.plan(begins=0.0, lasts=90 * MINUTE)
        self.pass_time(seconds, step=1)
        if power_cut:
            self.world.run(self.world.restart(power_cut=True))
        self.cloud.weather.clear()
        self.pass_time(10 * MINUTE)

    def short_vacation(self) -> float | None:
        """Plan a vacation that is alone; return how long it still is when it is under way everywhere."""
        self.cloud.weather.clear()
        self.pass_time(6 * MINUTE)
        if not self.loaded or any(
            plan.end > dt_util.utcnow() or self.stage(device_id) is not Stage.HOME
            for plan in self.plans
            for device_id in HEAT_PUMPS
        ):
            return None
        self.plan(begins=0.0, lasts=20 * MINUTE)
        self.pass_time(2 * MINUTE)
        assert all(self.stage(device_id) is Stage.AWAY for device_id in HEAT_PUMPS)
        return (self.plans[-1].end - dt_util.utcnow()).total_seconds()

    @rule(
        device_id=st.sampled_from(HEAT_PUMPS),
        change=BY_HAND,
        seconds=st.sampled_from([0.3, 2.0]),
    )
    def somebody_changes_at_the_last_moment(
        self, device_id: str, change: tuple[str, Any], seconds: float
    ) -> None:
        """Somebody changes a setting while the vacation ends, and the cloud takes its time."""
        if (left := self.short_vacation()) is None:
            return
        self.pass_time(left - seconds)
        self.cloud.weather.add(method="PATCH", latency=3, times=1)
        self.set_here(device_id, *change)
        self.cloud.weather.clear()
        self.pass_time(5 * MINUTE)

    @rule(
        forgets=st.integers(1, 5),
        goes_off=st.booleans(),
        later=st.sampled_from([5, 200]),
    )
    def end_is_forgotten(self, forgets: int, goes_off: bool, later: float) -> None:
        """The cloud accepts what is put back, and does not keep it; perhaps Home Assistant restarts meanwhile."""
        if (left := self.short_vacation()) is None:
            return
        self.cloud.behaviour.keeps_changes = forgets
        self.pass_time(left + later, step=5)
        if goes_off:
            self.world.run(self.world.restart(power_cut=True))
        self.pass_time(20 * MINUTE)
        self.cloud.behaviour.keeps_changes = True
        self.pass_time(10 * MINUTE)

    @rule(
        trouble=st.sampled_from(
            [{"hang": "after"}, {"status": 504, "apply": True}, {"status": 503}]
        ),
        times=st.integers(1, 4),
        goes_off=st.booleans(),
    )
    def answers_are_lost_at_the_end(
        self, trouble: dict[str, Any], times: int, goes_off: bool
    ) -> None:
        """Nobody knows what has become of what was put back, and reads tell of yesterday."""
        if (left := self.short_vacation()) is None:
            return
        self.cloud.behaviour.read_lag_seconds = 45
        self.cloud.weather.add(method="PATCH", times=times, **trouble)
        self.pass_time(left + 20, step=5)
        if goes_off:
            self.world.run(self.world.restart(power_cut=True))
        self.pass_time(MINUTE, step=5)
        self.cloud.weather.clear()
        self.cloud.weather.release()
        self.pass_time(2 * MINUTE)
        self.cloud.behaviour.read_lag_seconds = 0
        self.pass_time(10 * MINUTE)

    @rule(untold=st.sets(st.sampled_from([PREFERRED, HOT_WATER_MIN, MODE]), min_size=1))
    def end_is_untold(self, untold: set[str]) -> None:
        """The cloud does not tell some of the settings while a vacation ends, nor while the welcome does."""
        if (left := self.short_vacation()) is None:
            return
        self.cloud.behaviour.missing_settings = frozenset(untold)
        self.pass_time(left + 10 * MINUTE)
        self.cloud.behaviour.missing_settings = frozenset()
        self.pass_time(10 * MINUTE)

    @rule(bad=BAD_WEATHER)
    def weather_turns(self, bad: dict[str, Any]) -> None:
        """Some of the next requests have a bad time."""
        self.cloud.weather.add(**bad)

    @rule()
    def cloud_is_away_for_an_hour(self) -> None:
        """Nothing gets through for a while."""
        self.cloud.weather.add(status=503)
        self.pass_time(HOUR)
        self.cloud.weather.clear()
        self.look()

    @rule(seconds=st.sampled_from([30.0, 10 * MINUTE, 40 * MINUTE, 3 * HOUR]))
    def time_passes(self, seconds: float) -> None:
        """Nothing else happens."""
        self.pass_time(seconds)

    @rule(seconds=st.sampled_from([30 * MINUTE, 4 * HOUR]))
    def clock_jumps(self, seconds: float) -> None:
        """The machine was asleep."""
        self.world.clock.tick(timedelta(seconds=seconds))
        self.run(self.world.settle())
        self.pass_time(30)

    @rule()
    def entry_is_reloaded(self) -> None:
        """Somebody reloads the integration."""
        self.world.run(self.world.reload())
        self.look()

    @rule(power_cut=st.booleans(), off=st.sampled_from([0.0, 30 * MINUTE, 6 * HOUR]))
    def home_assistant_restarts(self, power_cut: bool, off: float) -> None:
        """Home Assistant stops, with or without warning, and starts again some time later."""
        self.look()
        self.world.run(self.world.restart(power_cut=power_cut, off=off))
        self.look()

    # Doing

    def run(self, work: Any) -> Any:
        """Run something until it is done, and let time pass as it needs."""

        async def waited() -> Any:
            task = asyncio.ensure_future(work)
            await self.world.pass_until(task.done)
            return await task

        return self.world.run(waited())

    def act(
        self, action: str, key: str = "vacation", target: str = "home", **data: Any
    ) -> None:
        """Call an action, and wait for its outcome."""
        self.run(self.world.house.act(action, key, target, **data))

    def calendar(self) -> Any:
        """Return the calendar, for what has no action: moving and deleting go over the page's own connection."""
        return self.world.hass.data["calendar"].get_entity(
            self.world.house.entity_id("vacation", "home")
        )

    def uids(self) -> set[str]:
        return {
            plan.uid for plan in self.world.house.entry.runtime_data.vacations.plans
        }

    def pass_time(self, seconds: float, step: float = 60.0) -> None:
        """Let time pass."""
        while seconds > 0:
            part = min(seconds, 20 * step)
            self.world.run(self.world.pass_time(part, step=min(step, part)))
            seconds -= part
            self.look()

    # What must be so

    def away_at(self, moment: datetime) -> bool:
        return any(start <= moment <= end for start, end in self.away)

    def look(self) -> None:
        """Note when vacations have run, and look at what was sent."""
        now = dt_util.utcnow()
        for plan in self.plans:
            start, end = max(plan.start, self.looked_at), min(plan.end, now)
            if start <= end:
                self.away.append((start, end))
        self.looked_at = now
        for entry in self.cloud.journal.entries(
            method="PATCH", since=self.journal_seen
        ):
            self.journal_seen = entry.number
            assert entry.in_flight == 0
            self.look_at(entry)

    def look_at(self, entry: Entry) -> None:
        """Look at a change: the hot water is safe, and nothing begins twice."""
        leaves = settings_of(entry)
        minimum = leaves.get(HOT_WATER_MIN)
        if minimum is not None and minimum < 40:
            assert self.away_at(entry.received), f"{leaves} at {entry.received}"
        if leaves.get(PREFERRED, AWAY_TEMPERATURE) != AWAY_TEMPERATURE:
            # Whatever has come of it, the next vacation has to begin anew.
            self.starts = [
                it for it in self.starts if entry.device_id not in (None, it[0])
            ]
        if (
            leaves.get(PREFERRED) != AWAY_TEMPERATURE
            or entry.status != 204
            or entry.client_left
        ):
            return
        for device_id in HEAT_PUMPS:
            if entry.device_id not in (None, device_id):
                continue
            for other, moment in self.starts:
                assert other != device_id or not self.same_vacation(
                    moment, entry.received
                ), f"begun twice for {device_id}: {moment}, {entry.received}"
            self.starts.append((device_id, entry.received))

    def same_vacation(self, one: datetime, other: datetime) -> bool:
        """Return whether the house was away all the time from one moment to the other."""
        moment = one
        for start, end in sorted(self.away):
            if start <= moment < end:
                moment = end
        return moment >= other

    def come_home_for_good(self) -> None:
        """The weather clears, the last vacation ends, and everything is as it was."""
        self.cloud.weather.clear()
        self.pass_time(10 * MINUTE)
        assert self.loaded
        last = max((plan.end for plan in self.plans), default=dt_util.utcnow())
        left = (last - dt_util.utcnow()).total_seconds()
        if left > 0:
            self.pass_time(left, step=120)
        # Patience between attempts, and the welcome.
        self.pass_time(20 * MINUTE)
        self.pass_time(2 * HOUR + 10 * MINUTE, step=120)
        sent = len(self.cloud.journal.entries(method="PATCH"))
        self.pass_time(30 * MINUTE)
        assert len(self.cloud.journal.entries(method="PATCH")) == sent
        for device_id in HEAT_PUMPS:
            assert self.stage(device_id) is Stage.HOME
            assert (
                dict(self.cloud.cloud.heat_pump(device_id).held) == self.home[device_id]
            )


@pytest.mark.timeout(0)
def test_vacations_come_and_go() -> None:
    """Tell many stories."""
    tell(Vacations, stories=int(os.environ.get("VACATIONS", "60")), steps=12)
