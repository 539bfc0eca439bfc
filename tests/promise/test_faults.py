"""docs/faults.md, cell by cell: what a person sees in each kind of trouble, at each moment."""

from collections.abc import Callable
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.heatpump_steering.api.answer import LARGEST_ANSWER
from custom_components.heatpump_steering.api.client import (
    CONNECT_LIMIT,
    READ_LIMIT,
    WRITE_LIMIT,
)
from custom_components.heatpump_steering.api.status import LONGEST_WORDS
from custom_components.heatpump_steering.const import POLL_INTERVAL, UNAVAILABLE_AFTER
from custom_components.heatpump_steering.model.accepted import GRACE, MAX_RESENDS
from custom_components.heatpump_steering.sync.read_back import (
    READ_BACK_FIRST,
    READ_BACK_GROWTH,
)
from custom_components.heatpump_steering.sync.sender import (
    DEADLINE,
    FIRST_PAUSE,
    JITTER,
    LONGEST_PAUSE,
)
from custom_components.heatpump_steering.sync.write_queue import (
    DRAIN,
    LONGEST_WAIT,
    QUIET,
    QUIET_TURNS,
)
from custom_components.heatpump_steering.ui.inventory import READS_UNTIL_GONE
from homeassistant.const import STATE_UNAVAILABLE

from ..house import KEY
from .day import NEW, OLD, POLL, PREFERRED_SETTING, Call, Day
from .wishes import NUMBERS

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
MOMENTS = ("before", "in_flight", "applied", "reading")
CANNOT_HAPPEN = "Cannot happen"
MAX_SETTING = NUMBERS["hot_water_max"]
LINE = "Preferred temperature was changed from {} °C to {} °C, not by Home Assistant"

type Story = Callable[[Day], None]
CELLS: dict[tuple[str, str], Story] = {}


def cell(moment: str, *kinds: str) -> Callable[[Callable[..., None]], Story]:
    """Make a story that of a cell; a story for several kinds of trouble is told with the kind as well."""

    def keep(story: Callable[..., None]) -> Story:
        for kind in kinds:
            assert (kind, moment) not in CELLS

            def tell(day: Day, kind: str = kind) -> None:
                story(day, kind) if len(kinds) > 1 else story(day)

            CELLS[kind, moment] = tell
        return story

    return keep


# Failure that may pass by itself, to a change that is not applied.
PASSING: dict[str, dict[str, Any]] = {
    "connection": {"drop": "before"},
    "timeout": {"hang": "before"},
    "too_many": {"status": 429, "retry_after": 5},
    "too_many_date": {"status": 429, "retry_after_date": 5},
    "server_error": {"status": 503},
}
# The same to one that is.
PASSING_APPLIED: dict[str, dict[str, Any]] = {
    "connection": {"drop": "after"},
    "timeout": {"hang": "after"},
    "server_error": {"status": 503, "apply": True},
}
READING: dict[str, dict[str, Any]] = {
    "connection": {"drop": "during"},
    "timeout": {"hang": "before"},
    "server_error": {"status": 500},
    "nonsense": {"garbage": "html"},
    "refused": {"status": 422},
}


def bad_weather(day: Day, **effect: Any) -> None:
    """Let changes have a bad time."""
    day.cloud.weather.add(method="PATCH", **effect)


def succeeds(day: Day, *calls: Call) -> None:
    """See calls succeed, and the new value where the cloud has it."""
    day.finish()
    assert [call.key for call in calls] == [None] * len(calls)
    assert day.held() == 22
    assert day.shows() == NEW


def fails(day: Day, call: Call, key: str, *, within: float = 1.0) -> None:
    """See a call fail for a reason, the old value at once and later, and nothing sent any more."""
    seen = day.look_at()
    assert day.took(lambda: day.finish(call)) <= within
    assert call.key == key
    assert call.text
    assert seen.states == [OLD]
    day.cloud.weather.clear()
    requests = len(day.requests())
    day.poll()
    day.wait(POLL)
    assert len(day.requests()) == requests
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert seen.changes == [OLD]


def two_in_a_row(day: Day) -> tuple[Call, Call]:
    """Make a change that meets the trouble, and one that waits its turn behind it."""
    first = day.set(22.0)
    day.until(lambda: len(day.requests()) == 1)
    second = day.set(60, "hot_water_max")
    day.run(day.settle())
    return first, second


def is_read_again(day: Day) -> None:
    """Let the read-back come; afterwards nothing is open."""
    status = day.look_at("settings_status")
    day.wait(5)
    assert (day.shows(), day.status()) == (NEW, "confirmed")
    assert status.states == []
    assert day.issues() == []


# Not reachable


def stopped_server(day: Day, call: Call, *, back_after: float) -> None:
    """Take the server away and bring it back."""
    seen = day.look_at()
    day.cloud_stops()
    day.wait(back_after)
    assert not call.done
    assert seen.states == []
    day.cloud_starts()


@cell("before", "unreachable")
def _collected_while_the_server_is_away(day: Day) -> None:
    call = day.set(22.0)
    stopped_server(day, call, back_after=5)
    succeeds(day, call)
    assert day.values_sent() == [22.0]
    is_read_again(day)

    call = day.set(23.0)
    day.cloud_stops()
    assert day.took(lambda: day.finish(call)) <= 32
    assert call.key == "unavailable"
    assert day.shows() == NEW
    day.cloud_starts()


@cell("in_flight", "unreachable")
def _server_goes_with_the_request(day: Day) -> None:
    bad_weather(day, hold="before", times=1)
    call = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    stopped_server(day, call, back_after=3)
    succeeds(day, call)
    assert day.values_sent() == [22.0, 22.0]
    is_read_again(day)


@cell("applied", "unreachable")
def _server_goes_with_the_answer(day: Day) -> None:
    bad_weather(day, hold="after", times=1)
    call = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    assert day.held() == 22
    stopped_server(day, call, back_after=3)
    succeeds(day, call)
    assert day.values_sent() == [22.0, 22.0]
    is_read_again(day)


@cell("reading", "unreachable")
def _server_is_away(day: Day) -> None:
    three_polls_are_missed(day, day.cloud_stops, day.cloud_starts)


# What may pass by itself


@cell("before", *PASSING)
def _trouble_in_front(day: Day, kind: str) -> None:
    bad_weather(day, **PASSING[kind], times=1)
    first, second = two_in_a_row(day)
    succeeds(day, first, second)
    assert day.sent() == [{PREFERRED_SETTING: 22.0}] * 2 + [{MAX_SETTING: 60.0}]
    is_read_again(day)


@cell("in_flight", *PASSING)
def _trouble_on_the_way(day: Day, kind: str) -> None:
    seen = day.look_at()
    # An answer that never comes is waited for longest, so there is time for one more attempt only.
    times = 1 if kind == "timeout" else 2
    bad_weather(day, **PASSING[kind], times=times)
    call = day.set(22.0)
    succeeds(day, call)
    assert seen.states == [NEW]
    assert day.values_sent() == [22.0] * (times + 1)
    is_read_again(day)


@cell("applied", *PASSING_APPLIED)
def _answer_is_lost(day: Day, kind: str) -> None:
    seen = day.look_at()
    bad_weather(day, **PASSING_APPLIED[kind], times=1)
    call = day.set(22.0)
    succeeds(day, call)
    assert seen.states == [NEW]
    assert day.values_sent() == [22.0] * 2
    is_read_again(day)


@pytest.mark.parametrize("kind", PASSING)
def test_trouble_that_lasts(day: Day, kind: str) -> None:
    """What does not pass within 30 seconds is told, each kind in its own words."""
    bad_weather(day, **PASSING[kind])
    key = "too_many_requests" if kind.startswith("too_many") else "unavailable"
    fails(day, day.set(22.0), key, within=42)


@pytest.mark.parametrize("kind", PASSING_APPLIED)
def test_answers_that_stay_lost(day: Day, kind: str) -> None:
    """A read finds out that the change is there after all."""
    bad_weather(day, **PASSING_APPLIED[kind])
    succeeds(day, day.set(22.0))
    assert len(day.reads()) == 1


def three_polls_are_missed(
    day: Day, begin: Callable[[], None], end: Callable[[], None]
) -> None:
    """See two missed polls go by unseen, the third make everything unavailable, and the next answer mend it."""
    begin()
    day.wait(2 * POLL + 30)
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert day.log_lines("ERROR") == day.log_lines("WARNING") == []
    day.wait(2 * POLL)
    assert day.shows() == STATE_UNAVAILABLE
    assert len(day.log_lines("ERROR")) == 1
    end()
    day.wait(POLL)
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert len(day.log_lines("ERROR")) == 1
    assert len(day.log_lines("INFO")) == 1
    assert day.sent() == []


@cell("reading", *READING)
def _trouble_while_reading(day: Day, kind: str) -> None:
    three_polls_are_missed(
        day,
        lambda: bad_reads(day, **READING[kind]),
        day.cloud.weather.clear,
    )


def bad_reads(day: Day, **effect: Any) -> None:
    """Let reads have a bad time."""
    day.cloud.weather.add(method="GET", **effect)


# Too many requests


@cell("before", "too_many_long")
def _long_wait_in_front(day: Day) -> None:
    bad_weather(day, status=429, retry_after=60, times=1, latency=2.0)
    first, second = two_in_a_row(day)
    day.finish()
    assert (first.key, second.key) == ("too_many_requests", None)
    assert day.sent() == [{PREFERRED_SETTING: 22.0}, {MAX_SETTING: 60.0}]
    assert day.shows() == OLD
    assert day.shows("hot_water_max") == "60.0"


@cell("in_flight", "too_many_long")
def _long_wait(day: Day) -> None:
    bad_weather(day, status=429, retry_after=60)
    fails(day, day.set(22.0), "too_many_requests")


@cell("reading", "too_many", "too_many_date", "too_many_long")
def _asked_to_wait_while_reading(day: Day, kind: str) -> None:
    wait = 1200.0 if kind == "too_many_long" else 5.0
    header = "retry_after_date" if kind == "too_many_date" else "retry_after"
    bad_reads(day, status=429, **{header: wait})
    day.wait(5 * POLL + 20, step=2.0)
    assert len(day.reads()) == (2 if kind == "too_many_long" else 5)
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert day.log_lines("ERROR") == []
    day.cloud.weather.clear()
    day.change_elsewhere(25)
    day.until(lambda: day.shows() == "25.0", limit=1300)


# An answer that makes no sense


@cell("before", "nonsense")
def _nonsense_in_front(day: Day) -> None:
    bad_weather(day, garbage="html", times=1, latency=2.0)
    first, second = two_in_a_row(day)
    day.finish()
    assert (first.key, second.key) == ("not_understandable", None)
    assert day.sent() == [{PREFERRED_SETTING: 22.0}, {MAX_SETTING: 60.0}]
    assert day.shows() == OLD


@cell("in_flight", "nonsense")
def _nonsense(day: Day) -> None:
    bad_weather(day, garbage="html")
    call = day.set(22.0)
    fails(day, call, "not_understandable")
    assert "may not have been made" in call.text
    assert day.values_sent() == [22.0]


@cell("applied", "nonsense")
def _nonsense_after_it_was_applied(day: Day) -> None:
    bad_weather(day, garbage="html", apply=True)
    succeeds(day, day.set(22.0))
    assert day.values_sent() == [22.0]
    assert len(day.reads()) == 1
    assert day.status() == "confirmed"


# Refusals that are meant


@cell("before", "key")
def _key_refused_in_front(day: Day) -> None:
    bad_weather(day, hold="before", times=1)
    first, second = two_in_a_row(day)
    day.cloud.cloud.revoke_key(KEY)
    bad_weather(day, status=403)
    day.cloud.weather.release()
    # The first was on its way before the key was withdrawn.
    day.finish()
    assert (first.key, second.key) == (None, "bad_key")
    assert day.asks_for_key() == 1


@cell("in_flight", "key")
def _key_refused(day: Day) -> None:
    day.cloud.cloud.revoke_key(KEY)
    call = day.set(22.0)
    seen = day.look_at()
    day.finish()
    assert call.key == "bad_key"
    assert seen.states == [OLD]
    assert day.asks_for_key() == 1
    # Whether it may still read, which is another text.
    assert len(day.reads()) == 1
    assert day.values_sent() == [22.0]


@cell("reading", "key")
def _key_refused_while_reading(day: Day) -> None:
    day.cloud.cloud.revoke_key(KEY)
    day.poll()
    day.wait(5)
    assert day.shows() == OLD
    assert day.asks_for_key() == 1
    # Whether it is the key that is bad is found out by a change of nothing.
    assert day.sent() == [{}]
    day.wait(3 * POLL)
    assert day.shows() == STATE_UNAVAILABLE
    (supplier,) = day.cloud.cloud.suppliers()
    day.cloud.cloud.set_keys(supplier.name, [KEY])
    day.wait(POLL)
    assert day.shows() == OLD
    assert day.asks_for_key() == 0


@cell("before", "unknown")
def _unknown_while_it_waits(day: Day) -> None:
    bad_weather(day, hold="before", times=1)
    first, second = two_in_a_row(day)
    day.cloud.cloud.hide("hp-1")
    day.release()
    day.finish()
    assert (first.key, second.key) == ("not_found", "not_found")
    assert (day.shows(), day.shows("hot_water_max")) == (OLD, "55.0")
    assert len(day.sent()) == 2


@cell("in_flight", "unknown")
def _unknown(day: Day) -> None:
    day.cloud.cloud.hide("hp-1")
    call = day.set(22.0)
    seen = day.look_at()
    day.finish()
    assert call.key == "not_found"
    assert seen.states == [OLD]
    assert day.reads() == []
    assert day.values_sent() == [22.0]


@cell("reading", "unknown")
def _unknown_while_reading(day: Day) -> None:
    day.cloud.cloud.add_heat_pump("hp-2", "user-1", key=KEY)
    day.poll()
    day.wait(1)
    assert day.shows(target="hp-2") == OLD
    day.cloud.cloud.hide("hp-2")
    day.wait((READS_UNTIL_GONE - 1) * POLL)
    assert day.shows(target="hp-2") == OLD
    day.wait(POLL + 10)
    assert day.shows(target="hp-2") == STATE_UNAVAILABLE
    assert day.shows() == OLD
    day.cloud.cloud.hide("hp-2", hidden=False)
    day.poll()
    day.wait(1)
    assert day.shows(target="hp-2") == OLD

    # The whole home: as any trouble while reading.
    day.cloud.behaviour.unknown_read_status = 404
    day.cloud.cloud.remove_user("user-1", supplier="Energy Supplier A")
    day.wait(2 * POLL)
    assert day.shows() == OLD
    day.wait(POLL + 10)
    assert day.shows() == STATE_UNAVAILABLE
    assert day.asks_for_key() == 0


@cell("before", "refused")
def _refused_by_ourselves(day: Day) -> None:
    seen = day.look_at("hot_water_min")
    wrong, fine = day.set(60, "hot_water_min"), day.set(22.0)
    succeeds(day, fine)
    assert wrong.key == "hot_water_order"
    assert "55 °C" in wrong.text
    assert seen.states == ["45.0"]
    assert day.sent() == [{PREFERRED_SETTING: 22.0}]


@cell("in_flight", "refused")
def _refused_by_the_cloud(day: Day) -> None:
    day.cloud.behaviour.validation_limits = {MAX_SETTING: (None, 58.0)}
    seen = day.look_at("hot_water_max")
    wrong, fine = day.set(60, "hot_water_max"), day.set(22.0)
    succeeds(day, fine)
    assert wrong.key == "refused"
    assert "equal to 58" in wrong.text
    assert seen.states == ["55.0"]
    assert day.sent() == [
        {PREFERRED_SETTING: 22.0, MAX_SETTING: 60.0},
        {PREFERRED_SETTING: 22.0},
    ]


# Ends


@cell("before", "stop")
def _stopped_before_it_is_sent(day: Day) -> None:
    call = day.set(22.0)
    day.run(day.settle())
    assert day.sent() == []
    day.run(day.restart())
    succeeds(day, call)
    assert day.values_sent() == [22.0]

    bad_weather(day, hold="before", times=1)
    day.set(23.0)
    day.until(lambda: day.cloud.weather.held == 1)
    behind = day.set(60, "hot_water_max")
    day.run(day.settle())
    day.run(day.restart())
    assert behind.key == "stopped"
    day.wait(60)
    assert day.values_sent(MAX_SETTING) == []


@cell("in_flight", "stop")
def _stopped_on_the_way(day: Day) -> None:
    bad_weather(day, latency=4.0, times=1)
    call = day.set(22.0)
    day.until(lambda: len(day.requests()) == 1)
    day.run(day.restart())
    succeeds(day, call)

    bad_weather(day, hold="before", times=1)
    call = day.set(23.0)
    day.until(lambda: day.cloud.weather.held == 1)
    assert day.took(lambda: day.run(day.restart())) < 15
    assert call.key == "stopped"
    assert day.shows() == NEW
    assert day.values_sent() == [22.0, 23.0]


@cell("applied", "stop")
def _stopped_before_the_answer(day: Day) -> None:
    bad_weather(day, hold="after", times=1)
    call = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    assert day.took(lambda: day.run(day.restart())) < 15
    assert call.key == "stopped"
    assert "may not have been made" in call.text
    assert (day.shows(), day.status()) == (NEW, "confirmed")
    assert day.values_sent() == [22.0]


@cell("reading", "stop")
def _stopped_while_reading(day: Day) -> None:
    bad_reads(day, hold="before", times=1)
    day.poll()
    assert day.cloud.weather.held == 1
    assert day.took(lambda: day.run(day.restart())) < 15
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert day.sent() == []


# Reads that lag


@cell("applied", "lag")
def _answer_lost_and_reads_lag(day: Day) -> None:
    day.cloud.behaviour.read_lag_seconds = 60
    bad_weather(day, drop="after", times=1)
    call = day.set(22.0)
    succeeds(day, call)
    status = day.look_at("settings_status")
    day.wait(100)
    assert status.states == ["waiting", "confirmed"]
    assert (day.shows(), day.status()) == (NEW, "confirmed")

    # Every answer is lost, and the read that is to find out is an old one.
    lines = day.read_logbook()
    bad_weather(day, drop="after")
    call = day.set(23.0)
    day.finish()
    assert call.key == "unavailable"
    assert "may not have been made" in call.text
    day.cloud.weather.clear()
    day.wait(POLL + 60)
    assert (day.shows(), day.status()) == ("23.0", "confirmed")
    assert lines == []


@cell("reading", "lag")
def _reads_lag(day: Day) -> None:
    day.cloud.behaviour.read_lag_seconds = 80
    seen, status = day.look_at(), day.look_at("settings_status")
    succeeds(day, day.set(22.0))
    day.wait(120)
    assert seen.changes == [NEW]
    assert status.changes == ["waiting", "confirmed"]
    assert day.values_sent() == [22.0]


# Somebody else


def changed_elsewhere_during(day: Day, hold: str | None) -> list[str]:
    """Change a setting here, and elsewhere before the answer is there; return the logbook's lines."""
    lines = day.read_logbook()
    if hold:
        bad_weather(day, hold=hold, times=1)
    call = day.set(22.0)
    day.run(day.settle())
    if hold:
        day.until(lambda: day.cloud.weather.held == 1)
    assert day.held() == (22 if hold == "after" else 21)
    day.change_elsewhere(25)
    day.release()
    day.finish()
    assert call.key is None
    assert day.shows() == NEW
    day.wait(5)
    assert day.values_sent() == [22.0]
    return lines


@cell("before", "elsewhere")
def _changed_elsewhere_before(day: Day) -> None:
    assert changed_elsewhere_during(day, None) == []
    assert (day.shows(), day.status()) == (NEW, "confirmed")


@cell("in_flight", "elsewhere")
def _changed_elsewhere_on_the_way(day: Day) -> None:
    assert changed_elsewhere_during(day, "before") == []
    assert (day.shows(), day.status()) == (NEW, "confirmed")


@cell("applied", "elsewhere")
def _changed_elsewhere_after(day: Day) -> None:
    assert changed_elsewhere_during(day, "after") == [LINE.format(22, 25)]
    assert (day.shows(), day.status()) == ("25.0", "confirmed")
    day.wait(POLL)
    assert day.values_sent() == [22.0]


@cell("reading", "elsewhere")
def _changed_elsewhere(day: Day) -> None:
    lines = day.read_logbook()
    day.change_elsewhere(25)
    assert day.shows() == OLD
    day.poll()
    day.run(day.settle())
    assert (day.shows(), day.status()) == ("25.0", "confirmed")
    assert lines == [LINE.format(21, 25)]
    assert day.sent() == []


# The cloud itself


@cell("applied", "adjusts")
def _adjusted_and_answer_lost(day: Day) -> None:
    day.cloud.behaviour.rounding = 0.5
    bad_weather(day, drop="after", times=1)
    call = day.set(22.7)
    day.finish()
    assert call.key is None
    assert day.shows() == "22.7"
    day.wait(5)
    assert (day.shows(), day.status()) == ("22.5", "confirmed")

    # Nobody knows that it was this change, but what there is is shown.
    bad_weather(day, drop="after")
    call = day.set(23.7)
    day.finish()
    assert call.key == "unavailable"
    assert (day.shows(), day.status()) == ("23.5", "confirmed")


@cell("reading", "adjusts")
def _adjusted(day: Day) -> None:
    lines = day.read_logbook()
    day.cloud.behaviour.limits = {PREFERRED_SETTING: (None, 23.0)}
    day.finish(day.set(25.0))
    assert day.shows() == "25.0"
    day.wait(5)
    assert (day.shows(), day.status()) == ("23.0", "confirmed")
    assert lines == [LINE.format(25, 23)]
    day.wait(POLL)
    assert day.values_sent() == [25.0]
    assert day.issues() == []


@cell("applied", "not_kept")
def _not_kept_and_answers_lost(day: Day) -> None:
    day.cloud.behaviour.keeps_changes = False
    bad_weather(day, drop="after")
    fails(day, day.set(22.0), "unavailable", within=42)


@cell("reading", "not_kept")
def _not_kept(day: Day) -> None:
    day.cloud.behaviour.keeps_changes = False
    seen, status = day.look_at(), day.look_at("settings_status")
    call = day.set(22.0)
    day.finish()
    assert call.key is None
    day.wait((MAX_RESENDS + 1) * GRACE + 40)
    assert seen.changes == [NEW, OLD]
    assert status.changes == ["waiting", "not_kept"]
    assert day.values_sent() == [22.0] * (MAX_RESENDS + 1)
    assert day.issues() == [
        {
            "heat_pump": "Heat pump",
            "setting": "Preferred temperature",
            "wished": "22 °C",
            "held": "21 °C",
        }
    ]


# The page


def rows() -> dict[str, list[str]]:
    """Return the rows of the page's tables by their ids: all cells but the first."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `(\w+)`", line):
            found[match[1]] = [part.strip() for part in line.strip("| ").split(" | ")][
                1:
            ]
    return found


@pytest.mark.parametrize(("kind", "moment"), CELLS)
def test_cell(day: Day, kind: str, moment: str) -> None:
    """What the cell says is so, and is open for nobody in the end."""
    CELLS[kind, moment](day)
    assert all(call.done for call in day.calls)


def test_page_has_every_cell_and_no_other() -> None:
    """Each cell of the page has its story, each story its cell."""
    told = {
        (kind, moment)
        for kind, cells in rows().items()
        if kind not in waits()
        for moment, text in zip(MOMENTS, cells, strict=True)
        if not text.startswith(CANNOT_HAPPEN)
    }
    assert told == set(CELLS)


def waits() -> dict[str, str]:
    """Return what the page has to say about each wait."""
    return {
        "collecting": f"{QUIET * 1000:g} ms and {QUIET_TURNS} turns, at most {LONGEST_WAIT:g} s",
        "read": f"{READ_LIMIT:g} s",
        "change": f"{WRITE_LIMIT:g} s",
        "connect": f"{CONNECT_LIMIT:g} s",
        "pauses": f"{FIRST_PAUSE:g} to {LONGEST_PAUSE:g} s, and up to {JITTER:.0%} more",
        "deadline": f"{DEADLINE:g} s",
        "end": f"{DRAIN:g} s",
        "read_back": f"after {READ_BACK_FIRST:g} s, then each time {READ_BACK_GROWTH:g} times as long",
        "grace": f"{GRACE:g} s",
        "repeats": f"{MAX_RESENDS} times",
        "poll": f"every {POLL_INTERVAL.total_seconds() / 60:g} minutes",
        "missed": f"{UNAVAILABLE_AFTER.total_seconds() / 60:g} minutes",
        "gone": f"{READS_UNTIL_GONE} polls",
    }


def test_page_tells_the_waits() -> None:
    """The numbers of the page are those of the code."""
    told = {name: cells[0] for name, cells in rows().items() if name in waits()}
    assert told == waits()


def test_page_tells_how_much_is_read_and_quoted() -> None:
    """So are the numbers of how long an answer and the words in it may be."""
    page = PAGE.read_text(encoding="utf-8")
    assert f"no more than {LARGEST_ANSWER / 2**20:g} MB are read" in page
    assert f"up to {LONGEST_WORDS} characters" in page
