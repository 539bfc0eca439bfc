"""Whatever people, the cloud and the network do: an outcome is the truth, and a state is too.

`scripts/test` runs a few hundred stories; `scripts/test --soak` thousands. A story that fails is printed as a
script of steps.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from itertools import product
import json
import os
import time
from typing import Any, override

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
import pytest

from custom_components.heatpump_steering.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from simulator import DEFAULT_SETTINGS, Entry, Simulator

from ..house import KEY
from .telling import tell
from .wishes import (
    BAD_WEATHER,
    BEHAVIOURS,
    ELSEWHERE,
    HEAT_PUMPS,
    SHOWN_BY,
    WISHES,
    Wish,
    implied,
    set_number,
    shown_of,
)
from .world import World

# Stands for a value that nobody in the house asked for.
SOMEBODY_ELSE = object()
# As long as no read can show that the cloud has not kept a change, in seconds.
STILL_WAITING = 80.0
# Longer than anything takes: grace, two repeats, and four polls for reads that lag.
REST = 1300.0


@dataclass(eq=False)
class Call:
    """A wish on its way, and what is known of it."""

    step: int
    wish: Wish
    task: asyncio.Task[None]
    after: int
    """The last request that the cloud had received when it was made."""
    done_at: float | None = None
    """When its outcome came."""
    judged: bool = False
    error: BaseException | None = None

    @property
    def succeeded(self) -> bool:
        return self.task.done() and self.error is None


class Stories(RuleBasedStateMachine):
    """Random days in a house with two heat pumps."""

    def __init__(self) -> None:
        """Start a world."""
        super().__init__()
        self.world = World(*HEAT_PUMPS)
        self.offset = 0.0
        self.calls: list[Call] = []
        self.steps = 0
        self.known = 0
        """The last request when everything that others had set was known."""
        self.lags = False
        """Reads have shown old values since then, or may have."""
        self.forgotten = 0
        """The last request that may know nothing of changes that were accepted before it."""
        self.journal_seen = 0
        self.elsewhere: list[tuple[int, str, set[str]]] = []
        """What others changed: after which request, of which heat pump, and which settings."""

    @property
    def cloud(self) -> Simulator:
        return self.world.cloud

    @override
    def teardown(self) -> None:
        """Come to rest, look again, and end the world."""
        try:
            self.come_to_rest()
        finally:
            self.world.close()

    # What happens

    @rule(wishes=st.lists(WISHES, min_size=1, max_size=5), wait=st.booleans())
    def people_change(self, wishes: list[Wish], wait: bool) -> None:
        """Several people, or a scene, or a hand on a slider."""
        if self.world.house.entry.state is not ConfigEntryState.LOADED:
            return
        self.steps += 1
        for wish in wishes:
            call = Call(
                self.steps,
                wish,
                self.world.loop.create_task(
                    self.world.house.act(
                        wish.action, wish.key, wish.target, **dict(wish.data)
                    )
                ),
                self.last_request,
            )
            call.task.add_done_callback(partial(self.note_end, call))
            self.calls.append(call)
        if wait:
            self.world.run(self.world.pass_until(self.all_done))
        else:
            self.world.run(self.world.settle())
        self.check()

    @rule(
        device_id=st.sampled_from(HEAT_PUMPS),
        values=st.lists(
            st.integers(20, 60).map(lambda it: it / 2), min_size=2, max_size=8
        ),
        pause=st.sampled_from([0.03, 0.11, 0.3]),
    )
    def somebody_drags(self, device_id: str, values: list[float], pause: float) -> None:
        """A slider is moved through several values."""
        for value in values:
            wish = set_number("preferred_temperature", device_id, value)
            self.people_change([wish], wait=False)
            self.world.run(self.world.pass_time(pause, step=pause))

    @rule(
        wishes=st.lists(WISHES, min_size=1, max_size=3),
        refused=st.sampled_from([10.0, 14.5, 25.5, 30.0]),
        device_id=st.sampled_from(HEAT_PUMPS),
        vague=st.booleans(),
    )
    def cloud_refuses_one_of_them(
        self, wishes: list[Wish], refused: float, device_id: str, vague: bool
    ) -> None:
        """Among wishes that are fine there is one that the cloud does not like."""
        self.cloud.behaviour.validation_limits = {
            "room.preferred_temperature": (15.0, 25.0)
        }
        self.cloud.behaviour.vague_errors = vague
        wish = set_number("preferred_temperature", device_id, refused)
        self.people_change([*wishes, wish], wait=True)
        self.cloud.behaviour.validation_limits = {}

    @rule(
        device_id=st.sampled_from(HEAT_PUMPS),
        elsewhere=st.sampled_from([None, 20.0, 22.5]),
        value=st.sampled_from([18.0, 20.0, 21.0, 22.0]),
    )
    def a_read_overlaps_a_change(
        self, device_id: str, elsewhere: float | None, value: float
    ) -> None:
        """A read begins before a change, perhaps just after somebody else's, and its answer comes after it."""
        if self.world.house.entry.state is not ConfigEntryState.LOADED:
            return
        if elsewhere is not None:
            setting = "room.preferred_temperature"
            self.somebody_else_changes((device_id, (setting, elsewhere)))
        self.cloud.weather.add(method="GET", hold="after", times=1)
        reading = self.world.loop.create_task(self.world.house.poll())
        self.world.run(self.world.settle())
        wish = set_number("preferred_temperature", device_id, value)
        self.people_change([wish], wait=True)
        self.cloud.weather.release()
        self.world.run(self.world.pass_until(reading.done))
        self.check()

    @rule(
        device_id=st.sampled_from(HEAT_PUMPS),
        value=st.sampled_from([18.0, 20.0, 21.0, 22.0]),
        reads=st.integers(1, 2),
    )
    def reads_lag_behind_a_change(
        self, device_id: str, value: float, reads: int
    ) -> None:
        """On a day without trouble, the cloud is slow to show a change."""
        self.cloud.weather.clear()
        self.forget_ways()
        self.world.run(self.world.pass_until(self.all_done))
        if self.world.house.entry.state is not ConfigEntryState.LOADED:
            return
        reading = self.world.loop.create_task(self.world.house.poll())
        self.world.run(self.world.pass_until(reading.done))
        self.known = self.last_request
        self.lags = True
        self.cloud.behaviour.read_lag_reads = reads
        wish = set_number("preferred_temperature", device_id, value)
        self.people_change([wish], wait=True)
        self.world.run(self.world.pass_time(5))
        self.check()

    @rule(change=ELSEWHERE)
    def somebody_else_changes(self, change: tuple[str, tuple[str, Any]]) -> None:
        """The supplier's app, or an installer."""
        if self.on_the_way:
            return
        device_id, (setting, value) = change
        held = self.cloud.cloud.heat_pump(device_id).held
        if (
            setting == "dhw.temperature_lower_bound"
            and value > held["dhw.temperature_upper_bound"]
        ):
            return
        group, _, name = setting.partition(".")
        self.cloud.cloud.change_settings(device_id, {group: {name: value}})
        self.elsewhere.append(
            (self.last_request, device_id, set(implied({setting: value})))
        )

    @initialize(offset=st.sampled_from([0.0, 90.0, 7200.0]))
    def cloud_has_a_clock(self, offset: float) -> None:
        """The cloud's clock is ahead of the house's. One that is put back is told of where reads are judged."""
        self.offset = offset
        self.forget_ways()

    def forget_ways(self) -> None:
        """Let the cloud behave, by the clock that it has."""
        self.cloud.behaviour.reset()
        self.cloud.behaviour.clock_offset = self.offset

    @rule(bad=BAD_WEATHER)
    def weather_turns(self, bad: dict[str, Any]) -> None:
        """Some of the next requests have a bad time."""
        self.cloud.weather.add(**bad)

    @rule(behaviour=BEHAVIOURS)
    def cloud_changes_its_ways(self, behaviour: tuple[str, Any]) -> None:
        """The cloud behaves differently from now on."""
        name, value = behaviour
        setattr(self.cloud.behaviour, name, value)
        self.lags |= name.startswith("read_lag")
        self.check()

    @rule(seconds=st.sampled_from([0.05, 0.2, 1.0, 4.0, 15.0, 60.0, 130.0, 320.0]))
    def time_passes(self, seconds: float) -> None:
        """Nothing else happens for a while."""
        step = 0.05 if seconds < 1 else 1.0 if seconds < 100 else 3.0
        self.world.run(self.world.pass_time(seconds, step))
        self.check()

    @rule()
    def entry_is_reloaded(self) -> None:
        """Somebody reloads the integration."""
        self.world.run(self.world.reload())
        self.forgotten = self.last_request
        self.check()

    @rule()
    def home_assistant_restarts(self) -> None:
        """Home Assistant stops and starts."""
        self.world.run(self.world.restart())
        self.forgotten = self.last_request
        self.check()

    @rule()
    def come_to_rest(self) -> None:
        """The weather clears, everything ends, and everybody looks at the result."""
        self.cloud.weather.clear()
        self.forget_ways()
        self.world.run(self.world.pass_until(self.all_done))
        self.world.run(self.world.pass_time(REST, step=4.0))
        entry = self.world.house.entry
        assert entry.state is ConfigEntryState.LOADED, f"{entry.state}: {entry.reason}"
        self.check()
        self.look_at_outcomes()
        self.look_at_states()
        diagnostics = self.world.run(
            async_get_config_entry_diagnostics(self.world.hass, entry)
        )
        assert KEY not in json.dumps(diagnostics, default=str)
        self.calls.clear()
        self.lags, self.known = False, self.last_request

    # What must be so. Checked in each step, since hypothesis would list every invariant as a step of the story.

    def check(self) -> None:
        """Look at everything that has to hold at any time."""
        self.every_failure_says_why()
        self.what_was_accepted_is_shown()
        self.nothing_is_sent_that_nobody_asked_for()
        self.key_is_secret()

    @property
    def on_the_way(self) -> list[Call]:
        return [call for call in self.calls if not call.task.done()]

    @property
    def last_request(self) -> int:
        entries = self.cloud.journal.entries()
        return entries[-1].number if entries else 0

    def all_done(self) -> bool:
        return not self.on_the_way

    def every_failure_says_why(self) -> None:
        """An action that fails raises an error that Home Assistant can translate."""
        for call in self.calls:
            if call.judged or not call.task.done():
                continue
            call.judged = True
            if call.task.cancelled():
                raise AssertionError(f"{call.wish} was cancelled")
            call.error = call.task.exception()
            if call.error is not None:
                assert isinstance(call.error, HomeAssistantError), repr(call.error)
                assert call.error.translation_key, repr(call.error)
                assert KEY not in str(call.error)

    def note_end(self, call: Call, _: asyncio.Task[None]) -> None:
        call.done_at = time.monotonic()

    def what_was_accepted_is_shown(self) -> None:
        """A value that the cloud has accepted does not jump back while the cloud still shows an older one."""
        if self.cloud.behaviour.keeps_changes is not True:
            self.forgotten = self.last_request
        # While reads lag, one may show what somebody else set before and nobody had read. Tested by itself.
        if self.lags:
            return
        for device_id, (key, setting) in product(HEAT_PUMPS, SHOWN_BY.items()):
            calls = [
                call
                for call in self.calls
                if setting in call.wish.implied and device_id in call.wish.devices
            ]
            if not calls:
                continue
            last = calls[-1]
            if (
                not last.succeeded
                or last.done_at is None
                or time.monotonic() - last.done_at > STILL_WAITING
                or last.after < self.forgotten
                or [call for call in calls if call.step == last.step] != [last]
                or any(
                    changed == device_id
                    and setting in leaves
                    # While reads lag, one may show what somebody else set before, and nobody had read.
                    and (after >= last.after or (self.lags and after >= self.known))
                    for after, changed, leaves in self.elsewhere
                )
            ):
                continue
            value = last.wish.implied[setting]
            if isinstance(value, bool):
                value = "on" if value else "off"
            is_shown = self.world.house.shows(key, device_id)
            assert is_shown in (str(value), "unavailable"), (
                f"{key} of {device_id} shows {is_shown} after {last.wish}"
            )

    def nothing_is_sent_that_nobody_asked_for(self) -> None:
        """Every setting of every request was asked for by somebody, for that heat pump or the home."""
        for entry in self.cloud.journal.entries(
            method="PATCH", since=self.journal_seen
        ):
            self.journal_seen = entry.number
            assert entry.in_flight == 0, f"two at once: {entry}"
            assert entry.key_right
            target = entry.device_id or "home"
            for setting, value in settings_of(entry.body).items():
                asked = [
                    call
                    for call in self.calls
                    if target in (call.wish.target, *call.wish.devices)
                    and (setting, value) in call.wish.implied.items()
                ]
                assert asked, f"{setting} = {value} for {target} was never asked for"

    def key_is_secret(self) -> None:
        """The key is in no log line and in no state."""
        lines, self.world.records.lines = self.world.records.lines, []
        assert not [line for line in lines if KEY in line]
        for state in self.world.hass.states.async_all():
            assert KEY not in str(state.as_dict())

    def look_at_outcomes(self) -> None:
        """The last change that succeeded is on the cloud, unless somebody changed it later."""
        journal = self.cloud.journal.entries(method="PATCH")
        for call in self.calls:
            if not call.succeeded:
                self.look_at_failure(call, journal)
                continue
            for setting, value in call.wish.implied.items():
                for device_id in call.wish.devices:
                    happened = self.history(journal, device_id, setting)
                    before = [held for number, held in happened if number <= call.after]
                    since = [held for number, held in happened if number > call.after]
                    allowed = [value, SOMEBODY_ELSE] + [
                        later.wish.implied[setting]
                        for later in self.calls
                        if later.step >= call.step
                        and setting in later.wish.implied
                        and device_id in later.wish.devices
                    ]
                    # Without a trace of it, the cloud must have held the value already.
                    assert (since or before)[-1] in (allowed if since else [value]), (
                        f"{setting} of {device_id} after {call.wish}: {before}, {since}"
                    )

    def look_at_failure(self, call: Call, journal: list[Entry]) -> None:
        """Who was told that it failed must not have had a change that the cloud accepted."""
        asked = set(call.wish.asked)
        if any(
            other is not call
            and other.wish.target == call.wish.target
            and asked & set(other.wish.implied.items())
            for other in self.calls
        ):
            return
        accepted = [
            entry
            for entry in journal
            if entry.status == 204
            and not entry.client_left
            and entry.number > call.after
            and (entry.device_id or "home") == call.wish.target
            and asked <= set(settings_of(entry.body).items())
        ]
        assert not accepted, f"{call.wish} was accepted, but ended with {call.error!r}"

    def history(
        self, journal: list[Entry], device_id: str, setting: str
    ) -> list[tuple[float, Any]]:
        """Return what a setting was set to, with the number of the request or just after one."""
        group, _, name = setting.partition(".")
        happened: list[tuple[float, Any]] = [(-1.0, DEFAULT_SETTINGS[group][name])]
        happened += [
            (entry.number, sent[setting])
            for entry in journal
            if (entry.status == 204 or entry.applied)
            and entry.device_id in (None, device_id)
            and setting in (sent := implied(settings_of(entry.body)))
        ]
        happened += [
            (after + 0.5, SOMEBODY_ELSE)
            for after, changed, leaves in self.elsewhere
            if changed == device_id and setting in leaves
        ]
        return sorted(happened, key=lambda it: it[0])

    def look_at_states(self) -> None:
        """Every entity shows what the cloud holds."""
        shown = {}
        for device_id in HEAT_PUMPS:
            truth = shown_of(self.cloud.cloud.heat_pump(device_id))
            shown[device_id] = truth
            for key, state in truth.items():
                is_shown = self.world.house.shows(key, device_id)
                assert is_shown == state, (
                    f"{key} of {device_id}: {is_shown}, not {state}"
                )
            assert self.world.house.shows("settings_status", device_id) in (
                "confirmed",
                "not_kept",
            )
        for key in shown["hp-1"]:
            states = {shown[device_id][key] for device_id in HEAT_PUMPS}
            if key != "optimization":
                expected = states.pop() if len(states) == 1 else "unknown"
                assert self.world.house.shows(key, "home") == expected


def settings_of(body: Any) -> dict[str, Any]:
    """Return the leaves of a request, by their dotted names."""
    return {
        f"{group}.{name}": value
        for group, leaves in body.items()
        if isinstance(leaves, dict)
        for name, value in leaves.items()
    }


@pytest.mark.timeout(0)
def test_no_change_is_lost_and_no_state_lies() -> None:
    """Tell many stories."""
    tell(Stories, stories=int(os.environ.get("STORIES", "60")), steps=30)
