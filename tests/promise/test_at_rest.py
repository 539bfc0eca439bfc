"""Whatever happens, at rest every heat pump holds what people have set; while they are away, what a vacation sets.

Random stories about a real Home Assistant and a cloud over HTTP. What has to be there is told by `Expected`, which
knows nothing but what people did and which answers they got. `scripts/test` tells some hundred stories, the same ones
each time; `scripts/test --soak` tells new ones. A story that fails is printed as a script of its steps.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import math
import os
import sys
from typing import Any, override

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.components.calendar import CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from simulator import Entry, Simulator
from simulator.fields import HOT_WATER_MAX, HOT_WATER_MIN, nest
from simulator.heat_pump import HeatPump

from ..house import KEY, USER
from ..power_cuts.oracle import Expected, Plan, is_cold
from .day import settings_of
from .telling import tell
from .wishes import (
    BAD_WEATHER,
    FLEX,
    HEAT_PUMPS,
    MODE,
    NUMBERS,
    PV,
    SHOWN_BY,
    SWITCHES,
    implied,
    shown_of,
)
from .world import World

NEW_ONE = "hp-3"
HOME = "home"
PREFERRED = NUMBERS["preferred_temperature"]
BELOW, ABOVE = NUMBERS["allowed_below"], NUMBERS["allowed_above"]
SCHEDULE = SWITCHES["schedule"]
KEYS = {setting: key for key, setting in SHOWN_BY.items()}
MINUTE, HOUR = 60.0, 3600.0
# As long as it takes, after all trouble, until nothing happens any more: pauses of five minutes, and what a cloud may ask for.
REST = 25 * MINUTE
# What somebody does in the app counts as what the cloud has made of ours for a minute after it.
MADE_OF_OURS = 70.0
# What a failed change says when nobody knows whether it was made.
UNKNOWN = {"uncertain", "unavailable", "not_understandable"}

SET_BY_VACATION = {
    "preferred_temperature": PREFERRED,
    "hot_water_min": HOT_WATER_MIN,
    "control_mode": MODE,
}
PROFILES = st.fixed_dictionaries(
    {"preferred_temperature": st.just(16.0)},
    optional={
        "hot_water_min": st.sampled_from([10.0, 42.0]),
        "control_mode": st.just("off"),
        "welcome_hours": st.just(2),
    },
)
# How the cloud is, all the time: what it makes of values, and how far its clock is ahead.
WAYS = st.fixed_dictionaries(
    {},
    optional={
        "rounding": st.just(0.5),
        "limits": st.just({PREFERRED: (17.5, 25.0), HOT_WATER_MIN: (12.0, 47.0)}),
        "clock_offset": st.sampled_from([90.0, 7200.0]),
        "vague_errors": st.just(True),
    },
)


def _any_of(setting: str, *values: Any) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.just(setting), st.sampled_from(values))


WARM = st.one_of(
    _any_of(PREFERRED, 18.5, 19.0, 20.3, 21.0, 21.7, 22.5, 26.0),
    _any_of(HOT_WATER_MIN, 41.0, 43.2, 45.0, 48.0),
    _any_of(HOT_WATER_MAX, 50.0, 55.0, 58.5, 62.0),
    _any_of(BELOW, 0.5, 1.5, 3.0),
    _any_of(ABOVE, 0.7, 2.0),
    _any_of(MODE, "heating", "off", "cooling", "auto"),
    _any_of(SCHEDULE, True, False),
    _any_of(PV, True, False),
    _any_of(FLEX, True),
)
# What is set for a while, and by nobody for good.
FOR_A_WHILE = st.dictionaries(
    st.sampled_from([PREFERRED, HOT_WATER_MIN, BELOW]), st.booleans(), min_size=1
).map(
    lambda chosen: {
        name: {PREFERRED: (23.5, 24.0), HOT_WATER_MIN: (46.0, 46.5), BELOW: (2.5, 4.0)}[
            name
        ][which]
        for name, which in chosen.items()
    }
)
BY_HAND = st.one_of(WARM, WARM, WARM, _any_of(HOT_WATER_MIN, 12.0, 30.0))
ONE_OF_THEM = st.sampled_from([*HEAT_PUMPS, NEW_ONE])
TARGETS = st.one_of(ONE_OF_THEM, ONE_OF_THEM, st.just(HOME))
# None: wait for the outcome. 0: go on without it. Else: cancel the caller after so many turns of the event loop.
WAITING = st.sampled_from([None, None, None, 0, 1, 5, 20, 60])
LASTS = st.sampled_from([MINUTE, 10 * MINUTE, 40 * MINUTE])
HTML = {"body": "<h1>403 Forbidden</h1>"}
WEATHER = st.one_of(
    BAD_WEATHER,
    BAD_WEATHER,
    st.builds(
        lambda method, body: {"method": method, "status": 403, **body},
        st.sampled_from(["GET", "PATCH", None]),
        st.sampled_from([{}, HTML, {"body": {"message": "Forbidden"}}]),
    ),
    st.sampled_from(
        [{"status": 503}, {"status": 429, "retry_after": 86400, "times": 1}]
    ),
    st.builds(
        lambda shows, times: {"method": "GET", "shows": shows, "times": times},
        st.sampled_from(["old_copy", "old_copy", "nonsense"]),
        st.integers(1, 3),
    ),
)
SETTINGS_SETS = st.sets(
    st.sampled_from([PREFERRED, HOT_WATER_MIN, MODE, SCHEDULE]), min_size=1, max_size=2
).map(frozenset)
BEHAVIOURS = st.one_of(
    st.tuples(st.just("refused_settings"), SETTINGS_SETS),
    st.tuples(st.just("missing_settings"), SETTINGS_SETS),
    st.tuples(st.just("read_lag_seconds"), st.sampled_from([5.0, 20.0, 45.0])),
    st.tuples(st.just("read_lag_reads"), st.integers(1, 3)),
    st.tuples(st.just("keeps_changes"), st.integers(1, 3)),
)


@dataclass(eq=False)
class Call:
    """An action that somebody has called, and what was so before it."""

    task: asyncio.Task[Any]
    target: str
    settings: Mapping[str, Any]
    devices: tuple[str, ...]
    after: int
    """The last request that the cloud had received."""
    held: Mapping[str, Mapping[str, Any]]
    before: dict[tuple[str, str], Expected] = field(default_factory=dict)
    stamps: dict[tuple[str, str], int] = field(default_factory=dict)
    is_sure: bool = True
    """The cloud keeps what it accepts, and the disk what is written."""


class Household(RuleBasedStateMachine):
    """People with some heat pumps, who change settings, go away and come back, whatever else happens."""

    def __init__(self) -> None:
        """Start a world."""
        super().__init__()
        self.world = World(*HEAT_PUMPS)
        self.expected: dict[str, dict[str, Expected]] = {}
        self.asked: dict[str, set[tuple[str, Any]]] = {}
        """What a request to a target may set, since somebody has asked for it."""
        self.stamps: dict[tuple[str, str], int] = {}
        """How often anything was done to a setting."""
        self.calls: list[Call] = []
        self.planned = 0
        self.plans: dict[str, Plan] = {}
        """Vacations by their names in the calendar; the one that was begun at the thermostat has none."""
        self.spans: list[tuple[datetime, datetime]] = []
        """When vacations have run, as far as time has passed."""
        self.looked_at = dt_util.utcnow()
        self.was_away = False
        self.rests: bool | None = None
        """Whether people are away, if all has come to rest since they went or came."""
        self.warm_modes: set[str] = set()
        """Heat pumps whose vacation may have begun in cooling or auto: what it sets then is told by tests of its own."""
        self.for_a_while: dict[tuple[str, str], list[tuple[Any, datetime | None]]] = {}
        """What may be in force beside a vacation, each value with its end; None where somebody has to end it."""
        self.ends: list[tuple[datetime, Callable[[], None]]] = []
        """When troubles end by themselves, and how."""
        self.is_forgetful = False
        """The cloud has not kept what it accepted since people were last at rest, or went away."""
        self.journal_seen = 0

    @property
    def cloud(self) -> Simulator:
        return self.world.cloud

    @property
    def loaded(self) -> bool:
        return self.world.house.entry.state is ConfigEntryState.LOADED

    @property
    def last_request(self) -> int:
        entries = self.cloud.journal.entries()
        return entries[-1].number if entries else 0

    def pump(self, device_id: str) -> HeatPump:
        return self.cloud.cloud.heat_pump(device_id)

    def visible(self) -> tuple[str, ...]:
        return tuple(it for it in self.expected if not self.pump(it).hidden)

    @override
    def teardown(self) -> None:
        """Come home for good, and look."""
        try:
            if sys.exc_info()[0] is None:
                self.come_home_for_good()
        finally:
            # Where a story breaks off, nobody looks at what comes of its calls.
            self.forget_calls()
            self.world.close()

    def forget_calls(self) -> None:
        for call in self.calls:
            call.task.add_done_callback(lambda it: it.cancelled() or it.exception())
        self.calls.clear()

    # What happens

    @initialize(profile=PROFILES, ways=WAYS)
    def begin(self, profile: dict[str, Any], ways: dict[str, Any]) -> None:
        """Somebody has chosen what a vacation does, and the cloud is as it is."""
        self.cloud.behaviour.clock_offset = ways.pop("clock_offset", 0.0)
        self.ways = ways
        self.welcome = profile.get("welcome_hours", 0) * HOUR
        self.make_plain()
        sent: dict[str, Any] = {SCHEDULE: False} | {
            name: profile[key]
            for key, name in SET_BY_VACATION.items()
            if key in profile
        }
        self.away = {name: self.made_of(name, value) for name, value in sent.items()}
        self.sent_away = {*sent.items(), (HOT_WATER_MIN, 60), (HOT_WATER_MIN, 40)}
        self.asked[HOME] = set()
        for device_id in HEAT_PUMPS:
            self.know(device_id)
        self.world.hass.config_entries.async_update_entry(
            self.world.house.entry, options={"vacation": profile}
        )
        self.world.run(self.world.reload())
        self.pass_time(2 * MINUTE)

    def know(self, device_id: str) -> None:
        """Expect of a heat pump what it holds."""
        held = self.pump(device_id).held
        self.asked[device_id] = set(self.sent_away)
        self.ask((device_id,), held)
        self.expected[device_id] = {
            name: Expected({value}, self.away.get(name)) for name, value in held.items()
        }

    @rule(
        changes=st.lists(BY_HAND, min_size=1, max_size=3),
        whom=TARGETS,
        together=st.booleans(),
        waits=WAITING,
    )
    def people_change(
        self,
        changes: list[tuple[str, Any]],
        whom: str,
        together: bool,
        waits: int | None,
    ) -> None:
        """Somebody changes settings in Home Assistant, with one action or with several at once."""
        settings = dict(changes)
        if not self.loaded or {FLEX, PV} <= settings.keys():
            return
        if together:
            devices = self.world.house.devices()
            if whom not in devices:
                return
            data = {"config_entry_id": self.world.house.entry.entry_id} | {
                KEYS[name]: value for name, value in settings.items()
            }
            if whom != HOME:
                data["device_id"] = [devices[whom].id]
            work = self.world.hass.services.async_call(
                DOMAIN, "update_settings", data, blocking=True
            )
            self.call(work, whom, settings)
        else:
            for name, value in settings.items():
                if self.is_there(KEYS[name], whom):
                    work = self.by_entity(name, value, whom)
                    self.call(work, whom, {name: value})
        self.wait(waits)

    def is_there(self, key: str, target: str) -> bool:
        """Return whether an entity takes actions; Home Assistant passes those to others by."""
        try:
            return self.world.house.shows(key, target) != "unavailable"
        except AssertionError:
            return False

    def by_entity(
        self, name: str, value: Any, target: str
    ) -> Coroutine[Any, Any, None]:
        match name, value:
            case _, bool():
                action, data = f"switch.turn_{'on' if value else 'off'}", {}
            case _, str():
                action, data = "select.select_option", {"option": value}
            case _:
                action, data = "number.set_value", {"value": value}
        return self.world.house.act(action, KEYS[name], target, **data)

    @rule(device_id=ONE_OF_THEM, change=BY_HAND, calm=st.booleans())
    def somebody_changes_elsewhere(
        self, device_id: str, change: tuple[str, Any], calm: bool
    ) -> None:
        """Somebody changes a setting with the supplier's app: at rest, or at a moment at which nobody can tell it from ours."""
        name, value = change
        value = self.made_of(name, value)
        cold = name == HOT_WATER_MIN and is_cold(value)
        if device_id not in self.visible() or (cold and not calm):
            return
        if calm:
            self.rest()
            self.pass_time(MADE_OF_OURS)
            if self.rests is None or (cold and not self.rests):
                # The watch tells of cold hot water at home; it stays there.
                return
        if self.pump(device_id).held[name] == value:
            return
        self.cloud.cloud.change_settings(device_id, nest({name: value}))
        self.ask((device_id,), implied({name: value}))
        for its_name, its_value in implied({name: value}).items():
            self.sets(device_id, its_name, its_value, answered=calm)
        if calm:
            self.pass_time(11 * MINUTE)

    @rule(
        begins=st.sampled_from([-HOUR, 0.0, 5.0, 10 * MINUTE, 2 * HOUR]),
        lasts=st.sampled_from([20 * MINUTE, 90 * MINUTE, 5 * HOUR]),
        waits=WAITING,
    )
    def plan(self, begins: float, lasts: float, waits: int | None) -> None:
        """Somebody plans a vacation, or one that should have begun already."""
        self.look()
        start = (dt_util.utcnow() + timedelta(seconds=begins)).replace(microsecond=0)
        end = start + timedelta(seconds=lasts)
        if not self.loaded or end <= dt_util.utcnow() + timedelta(seconds=1):
            return
        self.planned += 1
        name = f"Vacation {self.planned}"
        data = {
            "summary": name,
            "start_date_time": start.isoformat(),
            "end_date_time": end.isoformat(),
        }
        work = self.world.house.act("calendar.create_event", "vacation", HOME, **data)
        self.plans[name] = Plan(start, end, is_sure=False)
        self.go_or_come(work, waits)

    @rule(
        which=st.integers(0, 3),
        by=st.sampled_from([None, -2 * HOUR, -10 * MINUTE, HOUR]),
    )
    def change_plan(self, which: int, by: float | None) -> None:
        """Somebody moves the end of a vacation, perhaps into the past, or deletes it."""
        self.look()
        named = [name for name in self.plans if name]
        if not (self.loaded and named):
            return
        # Mostly the last one.
        name = named[max(-len(named), -1 - which)]
        plan = self.plans[name]
        uid = next((it.uid for it in self.events() if it.summary == name), None)
        if uid is None or plan.ends is None:
            return
        plan.is_sure = False
        if by is None:
            self.go_or_come(self.calendar().async_delete_event(uid), None)
            return
        end = max(plan.ends + timedelta(seconds=by), plan.begins + timedelta(minutes=1))
        event = {"summary": name, "dtstart": plan.begins, "dtend": end}
        self.go_or_come(self.calendar().async_update_event(uid, event), None)

    @rule(preset=st.sampled_from(["away", "none"]), whom=ONE_OF_THEM, waits=WAITING)
    def choose_preset(self, preset: str, whom: str, waits: int | None) -> None:
        """Somebody goes away, or comes back, at a thermostat."""
        self.look()
        if not (self.loaded and self.is_there("climate", whom)):
            return
        now = dt_util.utcnow()
        running = [it for it in self.plans.values() if it.covers(now)]
        if preset == "none":
            for it in running:
                it.is_sure = False
        elif not running:
            self.plans[""] = Plan(now, None, is_sure=False)
        work = self.world.house.act(
            "climate.set_preset_mode", "climate", whom, preset_mode=preset
        )
        self.go_or_come(work, waits)

    @rule(
        settings=FOR_A_WHILE,
        whom=TARGETS,
        how=st.fixed_dictionaries(
            {"name": st.sampled_from(["Bath", "Guests"]), "keep_changes": st.booleans()}
        ),
        lasts=st.sampled_from([None, 10 * MINUTE, 40 * MINUTE, 5 * HOUR]),
        waits=WAITING,
    )
    def set_for_a_while(
        self,
        settings: dict[str, Any],
        whom: str,
        how: dict[str, Any],
        lasts: float | None,
        waits: int | None,
    ) -> None:
        """Somebody, or an automation, sets something for a while, until a time or until it is ended."""
        self.look()
        if not self.loaded or whom not in self.world.house.devices():
            return
        data: dict[str, Any] = {
            "device_id": [self.world.house.device(whom).id],
            **how,
            **{KEYS[setting]: value for setting, value in settings.items()},
        }
        ends = None
        if lasts is not None:
            data["duration"] = {"seconds": lasts}
            # It may have to wait for its turn.
            ends = dt_util.utcnow() + timedelta(seconds=lasts)
        devices = tuple(self.expected) if whom == HOME else (whom,)
        # A schedule that is followed pauses, so that it counts.
        pauses = {SCHEDULE: False} if PREFERRED in settings else {}
        self.ask((whom, *devices), {**settings, **pauses})
        for device_id in devices:
            for setting, value in {**settings, **pauses}.items():
                values = self.for_a_while.setdefault((device_id, setting), [])
                values.append((self.made_of(setting, value), ends))
        self.act_for_a_while("override_settings", data, waits)

    @rule(whom=TARGETS, waits=WAITING)
    def back_to_normal(self, whom: str, waits: int | None) -> None:
        """Somebody ends all that is set for a while."""
        self.look()
        if not self.loaded or whom not in self.world.house.devices():
            return
        data = {"device_id": [self.world.house.device(whom).id]}
        key = self.act_for_a_while("end_override", data, waits)
        if key in (None, "override_end_pending"):
            for at in list(self.for_a_while):
                if whom in (HOME, at[0]):
                    del self.for_a_while[at]

    def act_for_a_while(
        self, action: str, data: dict[str, Any], waits: int | None
    ) -> str | None:
        """Call an action; return the key of its error, and a key of our own where nobody knows."""
        work = self.world.hass.services.async_call(DOMAIN, action, data, blocking=True)
        task = self.world.loop.create_task(work)
        self.calls.append(Call(task, HOME, {}, (), self.last_request, {}))
        self.wait(waits)
        if not task.done() or task.cancelled():
            return "nobody knows"
        error = task.exception()
        return error.translation_key if isinstance(error, HomeAssistantError) else None

    def may_be_in_force(self, device_id: str, name: str) -> set[Any]:
        """Return what a setting may be for a while, at rest."""
        now = dt_util.utcnow()
        return {
            value
            for value, ends in self.for_a_while.get((device_id, name), [])
            if ends is None or now < ends + timedelta(seconds=REST)
        }

    @rule(weather=WEATHER, lasts=LASTS)
    def weather_turns(self, weather: dict[str, Any], lasts: float) -> None:
        """Something happens to requests for a while, or to some of them."""
        rule = self.cloud.weather.add(**weather)

        def clear() -> None:
            rest = [it for it in self.cloud.weather.rules if it != rule]
            self.cloud.weather.replace(rest)

        self.end_later(lasts, clear)

    @rule(behaviour=BEHAVIOURS, lasts=LASTS)
    def cloud_changes_its_ways(self, behaviour: tuple[str, Any], lasts: float) -> None:
        """The cloud behaves differently for a while."""
        name, value = behaviour
        setattr(self.cloud.behaviour, name, value)
        self.end_later(lasts, self.make_plain)

    @rule(lasts=LASTS)
    def disk_is_full(self, lasts: float) -> None:
        """Nothing can be written for a while."""
        self.world.storage.is_full = True
        self.end_later(lasts, self.free_the_disk)

    @rule(device_id=ONE_OF_THEM, lasts=LASTS)
    def heat_pump_is_missing(self, device_id: str, lasts: float) -> None:
        """The cloud knows nothing of a heat pump for a while."""
        if device_id in (visible := self.visible()) and len(visible) > 1:
            self.cloud.cloud.hide(device_id)
            self.end_later(
                lasts, lambda: self.cloud.cloud.hide(device_id, hidden=False)
            )

    @rule()
    def heat_pump_turns_up(self) -> None:
        """Another one is connected, of another brand: it is none that was missing."""
        if len(self.visible()) == len(HEAT_PUMPS) == len(self.expected):
            self.cloud.cloud.add_heat_pump(
                NEW_ONE,
                USER,
                key=KEY,
                brand="daikin",
                model="Altherma",
                updated_at=(dt_util.utcnow() - timedelta(hours=1)).isoformat(),
            )
            self.know(NEW_ONE)
            # What is still on its way to the home gets there as well.
            self.asked[NEW_ONE] |= self.asked[HOME]
            for name, value in self.asked[HOME]:
                self.sets(NEW_ONE, name, value, answered=False)

    @rule(
        seconds=st.sampled_from([0.2, 3.0, 30.0, 3 * MINUTE, 15 * MINUTE, 45 * MINUTE])
    )
    def time_passes(self, seconds: float) -> None:
        """Nothing else happens."""
        self.pass_time(seconds)

    @rule(before=st.sampled_from([2.0, 0.3, 0.0, -0.1]))
    def moment_comes(self, before: float) -> None:
        """A vacation is just about to begin or to end."""
        left = [(it - dt_util.utcnow()).total_seconds() for it in self.moments()]
        if left := [it for it in left if 0 < it <= 6 * HOUR]:
            self.pass_time(max(0.0, min(left) - max(before, 0)), step=20)
            if before < 0:
                self.world.run(self.world.pass_time(-before, 0.02))
                self.look()

    @rule(seconds=st.sampled_from([30 * MINUTE, 4 * HOUR]))
    def clock_jumps(self, seconds: float) -> None:
        """The machine was asleep."""
        self.world.clock.tick(timedelta(seconds=seconds))
        self.world.run(self.world.settle())
        self.pass_time(30)

    @rule(
        behind=st.sampled_from([30 * MINUTE, 3 * HOUR]),
        power_cut=st.booleans(),
        calm=st.booleans(),
    )
    def clock_is_behind_at_a_start(
        self, behind: float, power_cut: bool, calm: bool
    ) -> None:
        """A machine without a clock of its own starts in the past, and learns the time some minutes later."""
        if calm:
            self.rest()
        self.look()
        if self.cloud.behaviour.read_lag_seconds:
            # The cloud's own clock goes on.
            return
        now, seen = dt_util.utcnow(), self.last_request
        past = now - timedelta(seconds=behind)
        # Where one has ended since then, and the next was begun, Home Assistant may take them for one that began before.
        rested = (calm and self.rests) and not any(
            it.ends is not None and past <= it.ends <= now for it in self.plans.values()
        )
        if self.was_away:
            for began in (now, past):
                self.spans.append((began, began + timedelta(minutes=10)))
        self.restart(power_cut=power_cut, off=-behind)
        self.pass_time(3 * MINUTE)
        if rested:
            # Nothing ends by such a clock.
            assert not self.cloud.journal.entries(method="PATCH", since=seen)
        self.world.clock.tick(timedelta(seconds=behind))
        self.cloud.behaviour.clock_offset -= behind
        self.world.run(self.world.settle())
        self.pass_time(70)

    @rule()
    def entry_is_reloaded(self) -> None:
        """Somebody reloads the integration."""
        self.world.run(self.world.reload())
        self.look()

    @rule(
        power_cut=st.booleans(),
        turns=st.sampled_from([0, 0, 3, 10, 30, 60]),
        off=st.sampled_from([0.0, 0.0, 10 * MINUTE, 4 * HOUR]),
    )
    def home_assistant_restarts(self, power_cut: bool, turns: int, off: float) -> None:
        """Home Assistant stops, with or without warning, and starts again some time later."""
        self.world.run(_turns(turns))
        self.restart(power_cut=power_cut, off=off)

    @rule(refused=SETTINGS_SETS)
    def rest_but_for_what_is_refused(self, refused: frozenset[str]) -> None:
        """All trouble ends but that the cloud refuses some settings: the others are as they have to be."""
        self.rest(refused)
        self.make_plain()
        self.rests = None

    @rule()
    def rest(self, refused: frozenset[str] = frozenset()) -> None:
        """All trouble ends, time goes on, and everybody looks at the result."""
        for _, end in self.ends:
            end()
        self.ends.clear()
        self.cloud.weather.clear()
        self.cloud.weather.release()
        self.make_plain()
        self.cloud.behaviour.refused_settings = refused
        self.free_the_disk()
        self.world.run(self.world.pass_until(self.all_done))
        self.look()
        self.pass_time(REST, step=10)
        last = max(
            (it for it in self.moments() if it <= dt_util.utcnow()),
            default=dt_util.utcnow() - timedelta(days=1),
        )
        if (left := REST - (dt_util.utcnow() - last).total_seconds()) > 0:
            self.pass_time(left, step=10)
            if last != max(it for it in self.moments() if it <= dt_util.utcnow()):
                return
        entry = self.world.house.entry
        assert entry.state is ConfigEntryState.LOADED, f"{entry.state}: {entry.reason}"
        self.look_at_cloud(but_for=refused)
        if not refused:
            self.look_at_states()
            self.settle()

    # Doing

    def call(
        self, work: Coroutine[Any, Any, Any], target: str, settings: Mapping[str, Any]
    ) -> None:
        """Call an action that sets something, and note what that may change."""
        self.look()
        devices = tuple(self.expected) if target == HOME else (target,)
        settings = implied(dict(settings))
        call = Call(
            self.world.loop.create_task(work),
            target,
            settings,
            devices,
            self.last_request,
            {it: dict(self.pump(it).held) for it in devices},
            is_sure=self.cloud.behaviour.keeps_changes is True
            and not self.world.storage.is_full,
        )
        self.ask((target, *devices), settings)
        for device_id in devices:
            for name, value in settings.items():
                at = (device_id, name)
                call.before[at] = deepcopy(self.expected[device_id][name])
                self.sets(device_id, name, self.made_of(name, value), answered=False)
                call.stamps[at] = self.stamps[at]
        self.calls.append(call)

    def ask(self, targets: tuple[str, ...], settings: Mapping[str, Any]) -> None:
        """Note that settings are asked for."""
        for name, value in settings.items():
            for target in targets:
                self.asked[target] |= {(name, value), (name, self.made_of(name, value))}
                if name == HOT_WATER_MAX:
                    # The welcome is no hotter than that.
                    self.asked[target].add((HOT_WATER_MIN, value))

    def sets(
        self,
        device_id: str,
        name: str,
        value: Any,
        *,
        answered: bool,
        away: set[bool] | None = None,
    ) -> None:
        """Tell the model that somebody sets something, with an answer or without."""
        at = (device_id, name)
        self.stamps[at] = self.stamps.get(at, 0) + 1
        if name == MODE and value in ("cooling", "auto"):
            self.warm_modes.add(device_id)
        self.expected[device_id][name].sets(
            value,
            answered=answered,
            away=away or self.is_away_at_rest(),
            is_cold=name == HOT_WATER_MIN and is_cold(value),
        )

    def is_away_at_rest(self) -> set[bool]:
        """Return whether a vacation is in force: nobody knows while it begins or ends."""
        return {True, False} if self.rests is None else {self.rests}

    def go_or_come(self, work: Coroutine[Any, Any, Any], waits: int | None) -> None:
        """Do something about vacations; what came of it, the calendar tells."""
        self.calls.append(
            Call(self.world.loop.create_task(work), HOME, {}, (), self.last_request, {})
        )
        self.wait(waits)

    def wait(self, waits: int | None) -> None:
        """Wait for what was called, or cancel it, or go on."""
        if waits is None:
            self.world.run(self.world.pass_until(self.all_done))
        else:
            self.world.run(_turns(waits))
            for call in self.calls if waits else ():
                call.task.cancel()
            self.world.run(self.world.settle())
        self.look()

    def all_done(self) -> bool:
        return all(it.task.done() for it in self.calls)

    def restart(self, *, power_cut: bool, off: float) -> None:
        """Stop and start Home Assistant. After a power cut, nobody has got an answer."""
        self.look()
        if power_cut:
            self.forget_calls()
        self.world.run(self.world.restart(power_cut=power_cut, off=off))
        if power_cut:
            self.journal_seen = self.last_request
        self.look()

    def end_later(self, lasts: float, end: Callable[[], None]) -> None:
        """Let a trouble end by itself."""
        self.ends.append((dt_util.utcnow() + timedelta(seconds=lasts), end))

    def make_plain(self) -> None:
        """Let the cloud be as it is in this story."""
        ahead = self.cloud.behaviour.clock_offset
        self.cloud.behaviour.reset()
        self.cloud.behaviour.clock_offset = ahead
        for name, value in self.ways.items():
            setattr(self.cloud.behaviour, name, value)

    def free_the_disk(self) -> None:
        self.world.storage.is_full = False

    def pass_time(self, seconds: float, step: float | None = None) -> None:
        """Let time pass, and troubles end."""
        if step is None:
            step = 0.05 if seconds < 1 else 1.0 if seconds <= 60 else 15.0
        while True:
            now = dt_util.utcnow()
            for it in [it for it in self.ends if it[0] <= now]:
                self.ends.remove(it)
                it[1]()
            if seconds <= 0:
                break
            left = [(it - now).total_seconds() for it, _ in self.ends]
            part = min(seconds, 20 * step, *left)
            self.world.run(self.world.pass_time(part, step=min(step, part)))
            seconds -= part
            self.look()

    def calendar(self) -> Any:
        """Return the calendar, for what has no action: moving and deleting go over the page's own connection."""
        return self.world.hass.data[DATA_COMPONENT].get_entity(
            self.world.house.entity_id("vacation", HOME)
        )

    def events(self) -> list[CalendarEvent]:
        """Return what the calendar shows of this year."""
        span, now = timedelta(days=300), dt_util.utcnow()
        events: list[CalendarEvent] = self.world.run(
            self.calendar().async_get_events(self.world.hass, now - span, now + span)
        )
        return events

    def come_home_for_good(self) -> None:
        """The last vacation ends, and everything is as people have set it."""
        self.rest()
        self.back_to_normal(whom=HOME, waits=None)
        assert not self.for_a_while
        if "" in self.plans:
            self.choose_preset(preset="none", whom=self.visible()[0], waits=None)
        now = dt_util.utcnow()
        left = (max((now, *self.moments())) - now).total_seconds()
        self.pass_time(left, step=60)
        self.rest()
        self.pass_time(self.welcome, step=60)
        self.welcome = 0
        self.rest()
        assert self.rests is False
        sent = self.last_sent()
        self.pass_time(30 * MINUTE, step=60)
        assert self.last_sent() == sent, "not at rest"

    def last_sent(self) -> list[Entry]:
        return self.cloud.journal.entries(method="PATCH")[-1:]

    # The model

    def made_of(self, name: str, value: Any) -> Any:
        """Return what the cloud makes of a value."""
        if name not in NUMBERS.values():
            return value
        if step := self.ways.get("rounding"):
            value = math.floor(value / step + 0.5) * step
        low, high = self.ways.get("limits", {}).get(name, (value, value))
        return min(max(value, low), high)

    def moments(self) -> Iterator[datetime]:
        """Return when vacations begin and end."""
        for plan in self.plans.values():
            yield plan.begins
            if plan.ends is not None:
                yield plan.ends

    def follow_plans(self) -> None:
        """Take over what the calendar shows of plans of which nobody knows what came of them; note when people were away."""
        if (
            not all(it.is_sure for it in self.plans.values())
            and self.loaded
            and self.all_done()
        ):
            self.read_calendar()
            self.rests = None
        now = dt_util.utcnow()
        for plan in self.plans.values():
            start = max(plan.begins, self.looked_at)
            end = now if plan.ends is None else min(plan.ends, now)
            if start <= end:
                self.spans.append((start, end))
        passed = any(self.looked_at < it <= now for it in self.moments())
        is_away = any(it.covers(now) for it in self.plans.values())
        if passed or is_away != self.was_away:
            self.rests = None
            if is_away:
                self.may_begin_anew()
        self.looked_at, self.was_away = now, is_away

    def read_calendar(self) -> None:
        """Know what is planned by what the calendar shows."""
        now, events = dt_util.utcnow(), {it.summary: it for it in self.events()}
        for name, plan in list(self.plans.items()):
            if plan.is_sure:
                continue
            if name:
                event = events.get(name)
            else:
                event = next(
                    (
                        it
                        for summary, it in events.items()
                        if summary not in self.plans and it.start <= now < it.end
                    ),
                    None,
                )
            if event is None:
                del self.plans[name]
            else:
                plan.is_sure = True
                plan.ends = event.end_datetime_local.astimezone(UTC)
                if not name and plan.ends - now > timedelta(days=1):
                    # So the calendar shows one that nobody has ended.
                    plan.ends = None

    def may_begin_anew(self) -> None:
        """A vacation begins; or one goes on, if Home Assistant could not end it before this one began."""
        self.is_forgetful = False
        for device_id, settings in self.expected.items():
            for name, it in settings.items():
                away = self.away.get(name)
                if it.vacation != away:
                    it.colder |= {it.vacation}
                it.vacation = away
                it.left |= {False}
                self.stamps[device_id, name] = self.stamps.get((device_id, name), 0) + 1

    def settle(self) -> None:
        """Take what is so at rest for what was expected, where that might have been one or the other."""
        self.rests = self.was_away
        if self.was_away:
            return
        self.warm_modes.clear()
        for device_id, settings in self.expected.items():
            held = self.pump(device_id).held
            if held[MODE] in ("cooling", "auto"):
                self.warm_modes.add(device_id)
            if self.welcome:
                settings = {
                    name: it for name, it in settings.items() if name != HOT_WATER_MIN
                }
            for name, it in settings.items():
                if not self.may_be_in_force(device_id, name):
                    it.base = {held[name]}
                it.vacation = self.away.get(name)
                it.colder, it.left = set(), {False}

    # What must be so

    def look(self) -> None:
        """Look at everything that has to hold at any time."""
        self.follow_plans()
        for call in [it for it in self.calls if it.task.done()]:
            self.calls.remove(call)
            self.judge(call)
        self.follow_plans()
        for entry in self.cloud.journal.entries(
            method="PATCH", since=self.journal_seen
        ):
            self.journal_seen = entry.number
            self.look_at_request(entry)
        self.look_at_log()

    def judge(self, call: Call) -> None:
        """Learn from an outcome what was set; an error says why, and whether anything may have been."""
        error: BaseException | None
        error = (
            asyncio.CancelledError() if call.task.cancelled() else call.task.exception()
        )
        key = None
        if error is not None and not isinstance(error, asyncio.CancelledError):
            assert isinstance(error, HomeAssistantError), repr(error)
            key = error.translation_key
            assert key, repr(error)
            assert KEY not in str(error)
        if error is None:
            self.look_whether_made(call)
        for (device_id, name), stamp in call.stamps.items():
            if self.stamps[device_id, name] != stamp:
                continue
            if key is not None and key not in UNKNOWN:
                self.expected[device_id][name] = call.before[device_id, name]
            elif error is None:
                was_missing = call.target == HOME and self.pump(device_id).hidden
                value = self.made_of(name, call.settings[name])
                if call.is_sure and not was_missing:
                    self.sets(device_id, name, value, answered=True)

    def look_whether_made(self, call: Call) -> None:
        """What somebody was told to be done is on the cloud."""
        for device_id in call.devices:
            asked = {
                (name, value)
                for name, value in call.settings.items()
                # Another one may have gone in its place.
                if self.stamps[device_id, name] == call.stamps[device_id, name]
            }
            if all(call.held[device_id][name] == value for name, value in asked):
                continue
            assert self.pump(device_id).hidden or any(
                asked <= implied(settings_of(it)).items()
                for it in self.cloud.journal.entries(method="PATCH", since=call.after)
                if it.device_id in (None, device_id)
                and (it.applied or it.status == 204)
            ), f"{call.settings} of {device_id} was never made"

    def look_at_request(self, entry: Entry) -> None:
        """One at a time, nothing that nobody asked for, and no cold hot water at home."""
        assert entry.in_flight == 0, f"two at once: {entry}"
        assert entry.key_right
        settings = settings_of(entry)
        self.is_forgetful |= (
            bool(settings) and entry.status == 204 and not entry.applied
        )
        target = entry.device_id or HOME
        for name, value in settings.items():
            if target in self.warm_modes and name in (PREFERRED, BELOW, ABOVE):
                continue
            assert (name, value) in self.asked[target], (
                f"{name} = {value} for {target} was never asked for"
            )
        minimum = settings.get(HOT_WATER_MIN)
        if minimum is not None and is_cold(minimum):
            assert any(start <= entry.received <= end for start, end in self.spans), (
                f"{settings} at {entry.received}"
            )

    def look_at_log(self) -> None:
        """The key is in no line, and nothing has happened that nobody had thought of."""
        lines, self.world.records.lines = self.world.records.lines, []
        self.world.records.records.clear()
        for line in lines:
            assert KEY not in line
            assert "Unexpected" not in line, line
            assert "Traceback" not in line, line
            assert "never retrieved" not in line, line

    def look_at_cloud(self, but_for: frozenset[str]) -> None:
        """Every heat pump holds what it has to."""
        now = dt_util.utcnow()
        wrong = []
        for device_id, settings in self.expected.items():
            held = self.pump(device_id).held
            for name, it in settings.items():
                if name in but_for:
                    continue
                if self.was_away:
                    if device_id in self.warm_modes and name in (
                        PREFERRED,
                        BELOW,
                        ABOVE,
                    ):
                        continue
                    may_hold = it.in_vacation()
                    if self.is_forgetful:
                        # Changed again within a minute, it is what the cloud seems to have made of ours.
                        may_hold |= it.base
                elif self.welcome and name == HOT_WATER_MIN:
                    continue
                else:
                    may_hold = it.at_home()
                may_hold = may_hold | self.may_be_in_force(device_id, name)
                if held[name] not in may_hold:
                    wrong.append(f"{device_id} {name}: {held[name]}, not {may_hold}")
        assert not wrong, f"away: {self.was_away}, {now}: " + "; ".join(wrong)

    def look_at_states(self) -> None:
        """Every entity shows what the cloud holds, nobody is asked for a key, and nothing shows the key."""
        for device_id in self.expected:
            for key, state in shown_of(self.pump(device_id)).items():
                shows = self.world.house.shows(key, device_id)
                assert shows == state, f"{key} of {device_id}: {shows}, not {state}"
            stage = self.world.house.shows("vacation_status", device_id)
            stages = ("away",) if self.was_away else ("home", "welcome_home")
            assert stage in stages, f"{device_id}: {stage}"
        entry = self.world.house.entry
        assert not list(entry.async_get_active_flows(self.world.hass, {"reauth"}))
        for it in self.world.hass.states.async_all():
            assert KEY not in str(it.as_dict())


async def _turns(turns: int) -> None:
    """Let the event loop turn some times."""
    for _ in range(turns):
        await asyncio.sleep(0)


PARTS = 6


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_at_rest_it_is_as_people_have_set_it(part: int) -> None:
    """Tell many stories, some in each part."""
    tell(
        Household,
        stories=math.ceil(int(os.environ.get("STORIES", "300")) / PARTS),
        steps=30,
        seed=part,
    )
