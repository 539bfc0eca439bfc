"""What becomes of a change after the cloud has accepted it: read back, and believed or not."""

from collections.abc import Callable
from typing import Any

import pytest

from homeassistant.const import ATTR_ASSUMED_STATE, STATE_UNAVAILABLE
from homeassistant.helpers import entity_registry as er

from .day import NEW, OLD, POLL, PREFERRED_SETTING, Day

type BeginDay = Callable[..., Day]

NAME = "Preferred temperature"
# When the settings are read after a write, in seconds, while the reads show an old value.
READ_BACKS = [3, 9, 21, 45, 93]
GRACE = 90


def changed(day: Day, value: float = 22.0, **where: str) -> float:
    """Set the preferred temperature, and return when the cloud had accepted it."""
    call = day.done(day.set(value, **where))
    assert call.key is None
    return day.loop.time()


def read_times(day: Day, since: float) -> list[int]:
    """Return when the settings were read, in whole seconds."""
    return [int(read.received_monotonic - since) for read in day.reads()]


# When


def test_read_back_once_for_many(begin_day: BeginDay) -> None:
    """Many changes are read back by one request, which confirms them; then there are only polls."""
    day = begin_day("hp-1", "hp-2", "hp-3")
    for target in ("hp-1", "hp-2", "hp-3"):
        day.set(22.0, target=target)
        day.wait(0.4, step=0.1)
    day.finish()
    since = day.loop.time()
    statuses = [
        day.look_at("settings_status", target)
        for target in ("hp-1", "hp-2", "hp-3", "home")
    ]
    day.wait(60)

    assert len(read_times(day, since)) == 1
    assert 2 <= read_times(day, since)[0] <= 4
    # What is confirmed within seconds is nothing to tell of.
    assert [status.states for status in statuses] == [[]] * 4
    assert day.status("home") == "confirmed"
    day.cloud.journal.clear()
    day.wait(3600)
    assert len(day.reads()) == 12


def test_read_back_grows(day: Day) -> None:
    """While reads show the old value they come at growing intervals, and afterwards every five minutes."""
    day.cloud.behaviour.read_lag_seconds = 80
    shown, status = day.look_at(), day.look_at("settings_status")
    since = changed(day)
    day.wait(100, step=0.1)

    assert read_times(day, since) == READ_BACKS
    assert shown.changes == [NEW]
    assert status.changes == ["waiting", "confirmed"]
    day.cloud.journal.clear()
    day.wait(3 * POLL + 10)
    assert len(day.reads()) == 3


def test_each_change_is_read_back_anew(day: Day) -> None:
    """A change resets the intervals."""
    day.cloud.behaviour.read_lag_seconds = 60
    changed(day)
    day.wait(30)
    day.cloud.journal.clear()
    since = changed(day, 23.0)
    day.wait(11)

    assert [time // 3 for time in read_times(day, since)] == [1, 3]


@pytest.mark.parametrize(
    "trouble",
    [{"status": 503}, {"drop": "before"}, {"garbage": "html"}, {"status": 403}],
)
def test_read_back_that_fails(day: Day, trouble: dict[str, Any]) -> None:
    """A read-back that fails is tried again soon, and is not one of the three polls that may be missed."""
    day.cloud.weather.add(method="GET", **trouble)
    since = changed(day)
    day.wait(60)

    assert len(read_times(day, since)) >= 4
    assert (day.shows(), day.status()) == (NEW, "waiting")
    assert day.sent() == [{PREFERRED_SETTING: 22.0}]
    day.cloud.weather.clear()
    day.wait(60)
    assert (day.shows(), day.status()) == (NEW, "confirmed")


def test_long_trouble_after_a_change(day: Day) -> None:
    """Also with a change that waits to be read back, three polls are missed before anything is unavailable."""
    day.cloud.weather.add(method="GET", status=503)
    changed(day)
    day.wait(2 * POLL + 30)
    assert day.shows() == NEW
    day.wait(POLL)
    assert day.shows() == STATE_UNAVAILABLE

    day.cloud.weather.clear()
    day.wait(POLL + 10)
    assert (day.shows(), day.status()) == (NEW, "confirmed")


def test_read_back_waits_as_told(day: Day) -> None:
    """A read-back obeys a 429 as a poll does, whichever of the two was told."""
    day.cloud.weather.add(method="GET", status=429, retry_after=100, times=1)
    since = changed(day)
    day.wait(60)
    changed(day, 23.0)
    day.wait(60)

    first, second = read_times(day, since)
    assert 3 <= first <= 4
    assert 103 <= second <= 106
    assert (day.shows(), day.status()) == ("23.0", "confirmed")


def test_waiting_is_said_after_half_a_minute(day_of_two: Day) -> None:
    """Until then nobody hears of it; then of each heat pump that waits, and once, also where the cloud cannot be read."""
    day = day_of_two
    day.cloud.behaviour.read_lag_seconds = 300
    changed(day)
    status = day.look_at("settings_status")
    day.wait(15)
    assert day.done(day.set(22.0, target="hp-2")).key is None
    day.cloud.weather.add(method="GET", status=503)
    day.wait(10)
    assert [day.status(it) for it in ("hp-1", "hp-2", "home")] == ["confirmed"] * 3
    day.wait(10)
    assert [day.status(it) for it in ("hp-1", "hp-2", "home")] == [
        "waiting",
        "confirmed",
        "waiting",
    ]
    day.wait(15)
    assert day.status("hp-2") == "waiting"
    day.cloud.weather.clear()
    day.wait(400)
    assert [day.status(it) for it in ("hp-1", "hp-2", "home")] == ["confirmed"] * 3
    assert status.states == ["waiting", "confirmed"]


# Old reads


@pytest.mark.parametrize("reads", [1, 2, 3, 4])
def test_lagging_reads(day: Day, reads: int) -> None:
    """A read that still shows the old value changes nothing."""
    day.cloud.behaviour.read_lag_reads = reads
    lines = day.read_logbook()
    shown, status = day.look_at(), day.look_at("settings_status")
    since = changed(day)
    day.wait(100)

    assert len(read_times(day, since)) == reads + 1
    assert shown.changes == [NEW]
    # Of half a minute and more.
    assert status.changes == (["waiting", "confirmed"] if reads > 2 else [])
    assert lines == []
    assert len(day.sent()) == 1


@pytest.mark.parametrize(
    "values", [[22.0, 23.0, 24.0], [22.0, 21.0], [22.0, 21.0, 24.0]]
)
@pytest.mark.parametrize("lag", [4.7, 5.7, 10.7, 11.7, 22.7, 23.7])
def test_old_reads_of_a_drag(day: Day, values: list[float], lag: float) -> None:
    """Reads that show values from the way, there and back or not, are old: nothing jumps, nothing is told or sent."""
    day.cloud.behaviour.read_lag_seconds = lag
    lines = day.read_logbook()
    for value in values:
        changed(day, value)
        day.wait(1.0)
    # Something else that waits keeps the reads coming, so that they catch every value on its way.
    assert day.done(day.set(60, "hot_water_max")).key is None
    shown = day.look_at()
    day.wait(25, step=0.1)
    day.wait(2 * POLL)

    assert day.shows() == str(values[-1])
    assert shown.states == []
    assert lines == []
    assert day.values_sent() == values
    assert day.status() == "confirmed"


@pytest.mark.parametrize("elsewhere", [None, 25.0])
def test_read_that_began_before_the_change(day: Day, elsewhere: float | None) -> None:
    """What a read says that began before a change was accepted says nothing about that setting."""
    lines = day.read_logbook()
    if elsewhere is not None:
        day.change_elsewhere(elsewhere)
    day.cloud.weather.add(method="GET", hold="after", times=1)
    day.until(lambda: day.cloud.weather.held == 1, limit=POLL + 30)
    changed(day)
    shown = day.look_at()
    day.release()
    day.run(day.settle())

    assert day.shows() == NEW
    day.wait(10)
    assert (day.shows(), day.status()) == (NEW, "confirmed")
    assert shown.states == []
    assert lines == []


def test_reads_that_overtake_each_other(day: Day) -> None:
    """An answer that comes after that of a later read is old news."""
    day.cloud.weather.add(method="GET", hold="after", times=1)
    day.until(lambda: day.cloud.weather.held == 1, limit=POLL + 30)
    changed(day)
    day.wait(4)
    assert day.status() == "confirmed"
    day.release()
    day.run(day.settle())

    assert (day.shows(), day.status()) == (NEW, "confirmed")


# Somebody else


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"room": {"preferred_temperature": 25}},
            f"{NAME} was changed from 21 °C to 25 °C, not by Home Assistant",
        ),
        (
            {"room": {"temperature_lower_bound": 2}},
            "Colder by up to was changed from 1.5 °C to 2 °C, not by Home Assistant",
        ),
        (
            {"room": {"temperature_control_mode": "auto"}},
            "Control mode was changed from Heating only to Heating and cooling, not by Home Assistant",
        ),
        (
            {"room": {"schedule_enabled": True}},
            "Follow the schedule was changed from Off to On, not by Home Assistant",
        ),
    ],
)
def test_changed_elsewhere(day: Day, change: dict[str, Any], line: str) -> None:
    """What somebody else sets is shown at the next read, and the logbook says what, and that it was not us."""
    lines = day.read_logbook()
    day.cloud.cloud.change_settings("hp-1", change)
    day.poll()
    day.run(day.settle())

    assert lines == [line]
    assert day.sent() == []
    assert day.status() == "confirmed"
    day.poll()
    assert lines == [line]


def test_changed_elsewhere_in_fahrenheit(day: Day) -> None:
    """The logbook speaks in the house's unit."""
    day.run(day.hass.config.async_update(unit_system="us_customary"))
    lines = day.read_logbook()
    day.change_elsewhere(25)
    day.poll()
    day.run(day.settle())

    assert lines == [f"{NAME} was changed from 69.8 °F to 77 °F, not by Home Assistant"]


@pytest.mark.parametrize("lag", [0, 1])
def test_changed_elsewhere_after_ours(day: Day, lag: int) -> None:
    """Whoever came last wins: the value is shown at the next read, and ours is not sent again."""
    day.cloud.behaviour.read_lag_reads = lag
    lines = day.read_logbook()
    shown = day.look_at()
    changed(day)
    day.change_elsewhere(25)
    day.wait(5)

    assert day.shows() == "25.0"
    assert lines == [f"{NAME} was changed from 22 °C to 25 °C, not by Home Assistant"]
    assert day.status() == "confirmed"
    day.wait(2 * POLL)
    assert shown.changes == [NEW, "25.0"]
    assert day.values_sent() == [22.0]
    assert day.issues() == []


def test_set_back_elsewhere(day: Day) -> None:
    """Somebody who sets the old value again is not fought: updated_at tells that it was somebody."""
    lines = day.read_logbook()
    changed(day)
    day.wait(2)
    day.change_elsewhere(21)
    day.wait(GRACE - 10)
    # It may still be an old read.
    assert (day.shows(), day.status()) == (NEW, "waiting")
    day.wait(20)

    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert lines == [f"{NAME} was changed from 22 °C to 21 °C, not by Home Assistant"]
    day.wait(2 * POLL)
    assert day.values_sent() == [22.0]
    assert day.issues() == []


# The cloud itself


@pytest.mark.parametrize(
    ("behaviour", "wish", "held"),
    [
        ({"rounding": 0.5}, 22.7, 22.5),
        ({"rounding": 1.0}, 22.5, 23.0),
        ({"limits": {PREFERRED_SETTING: (None, 23.0)}}, 25.0, 23.0),
        ({"limits": {PREFERRED_SETTING: (19.0, None)}}, 16.5, 19.0),
    ],
)
def test_rounded_or_limited(
    day: Day, behaviour: dict[str, Any], wish: float, held: float
) -> None:
    """What the cloud has made of a wish is believed at the first read."""
    for name, value in behaviour.items():
        setattr(day.cloud.behaviour, name, value)
    lines = day.read_logbook()
    shown = day.look_at()
    changed(day, wish)
    assert day.shows() == str(wish)
    day.wait(4)

    assert (day.shows(), day.status()) == (str(held), "confirmed")
    assert lines == [
        f"{NAME} was changed from {wish:g} °C to {held:g} °C, not by Home Assistant"
    ]
    day.wait(POLL)
    assert shown.changes == [str(wish), str(held)]
    assert day.values_sent() == [wish]


def test_rounded_by_a_hair(day: Day) -> None:
    """A cloud that rounds to a tenth has kept the value: nobody is told of such a thing."""
    day.cloud.behaviour.rounding = 0.1
    lines = day.read_logbook()
    changed(day, 22.04)
    day.wait(4)

    assert (day.shows(), day.status()) == (NEW, "confirmed")
    assert lines == []


# Not kept


def not_kept(day: Day, heat_pump: str = "Heat pump") -> None:
    """Look at what there is to see after a setting was not kept."""
    assert (day.shows(), day.status()) == (OLD, "not_kept")
    assert day.issues() == [
        {
            "heat_pump": heat_pump,
            "setting": NAME,
            "wished": "22 °C",
            "held": "21 °C",
        }
    ]


@pytest.mark.parametrize(
    "behaviour",
    [
        {},
        {"updated_at": "frozen"},
        {"updated_at": "late"},
        {"clock_offset": 7200.0},
        {"clock_offset": -7200.0},
        {"read_lag_reads": 2},
    ],
    ids=str,
)
def test_not_kept(day: Day, behaviour: dict[str, Any]) -> None:
    """What is not kept is sent again twice; then the truth is shown, and a repair issue names it."""
    for name, value in behaviour.items():
        setattr(day.cloud.behaviour, name, value)
    day.heat_pump().updated_at = day.cloud.cloud.now()
    day.cloud.behaviour.keeps_changes = False
    lines = day.read_logbook()
    shown, status = day.look_at(), day.look_at("settings_status")
    since = changed(day)
    day.wait(3 * GRACE)
    assert (day.shows(), day.status()) == (NEW, "waiting")
    assert day.issues() == []
    day.wait(40)

    not_kept(day)
    assert day.values_sent() == [22.0] * 3
    times = [entry.received_monotonic - since for entry in day.requests()]
    assert times[1] >= GRACE
    assert times[2] - times[1] >= GRACE
    assert shown.changes == [NEW, OLD]
    assert status.changes == ["waiting", "not_kept"]
    assert lines == []
    day.wait(3 * POLL)
    assert len(day.sent()) == 3
    not_kept(day)


@pytest.mark.parametrize(
    "behaviour",
    [{"updated_at": "missing"}, {"updated_at": "garbage"}, {"date_header": False}],
    ids=str,
)
def test_not_kept_and_not_to_be_proven(day: Day, behaviour: dict[str, Any]) -> None:
    """Without the cloud's own times nobody knows whether somebody set it back: it is not sent again."""
    for name, value in behaviour.items():
        setattr(day.cloud.behaviour, name, value)
    day.cloud.behaviour.keeps_changes = False
    changed(day)
    day.wait(GRACE - 10)
    assert (day.shows(), day.status()) == (NEW, "waiting")
    day.wait(20)

    not_kept(day)
    day.wait(POLL)
    assert len(day.sent()) == 1


def test_not_kept_but_changed_since(day: Day) -> None:
    """Where the settings were changed after ours, somebody may have set it back: it is left alone."""
    day.cloud.behaviour.keeps_changes = 1
    changed(day)
    day.wait(2)
    day.cloud.cloud.change_settings("hp-1", {"room": {"schedule_enabled": True}})
    day.wait(GRACE + 10)

    assert (day.shows(), day.status()) == (OLD, "confirmed")
    day.wait(POLL)
    assert len(day.sent()) == 1
    assert day.issues() == []


@pytest.mark.parametrize("forgets", [1, 2])
def test_kept_in_the_end(day: Day, forgets: int) -> None:
    """Where a repeat helps, nobody notices."""
    day.cloud.behaviour.keeps_changes = forgets
    shown, status = day.look_at(), day.look_at("settings_status")
    changed(day)
    day.wait((forgets + 1) * GRACE + 30)

    assert day.values_sent() == [22.0] * (forgets + 1)
    assert day.held() == 22
    assert shown.changes == [NEW]
    assert status.changes == ["waiting", "confirmed"]
    assert day.issues() == []


def test_limited_to_the_old_value(day: Day) -> None:
    """A limit at the very value from before looks as if nothing was kept, and is told so."""
    day.cloud.behaviour.limits = {PREFERRED_SETTING: (None, 21.0)}
    changed(day)
    day.wait(3 * GRACE + 40)

    not_kept(day)


def test_a_new_wish_ends_the_repeats(day: Day) -> None:
    """What somebody in the house wishes in the meantime takes the place of what is to be sent again."""
    day.cloud.behaviour.keeps_changes = 1
    changed(day)
    day.wait(GRACE - 5)
    changed(day, 23.0)
    day.wait(3 * GRACE)

    assert day.values_sent() == [22.0, 23.0]
    assert (day.shows(), day.status()) == ("23.0", "confirmed")


def test_a_wish_on_its_way_ends_the_repeats(day: Day) -> None:
    """Nothing is sent again behind a wish for the same setting: the older value would win."""
    day.cloud.behaviour.keeps_changes = 1
    changed(day)
    day.wait(GRACE - 2)
    day.cloud.weather.add(method="PATCH", hold="before", times=1)
    wish = day.set(23.0)
    day.until(lambda: day.cloud.weather.held == 1)
    seen = len(day.reads())
    day.until(lambda: len(day.reads()) > seen, limit=9)
    day.release()
    day.finish(wish)
    day.wait(3 * GRACE)

    assert day.values_sent() == [22.0, 23.0]
    assert (day.shows(), day.status()) == ("23.0", "confirmed")


@pytest.mark.parametrize("trouble", [{"status": 422}, {"status": 503}, {"status": 403}])
def test_repeat_that_fails(day: Day, trouble: dict[str, Any]) -> None:
    """A repeat that the cloud does not take ends the waiting: the truth, and the issue."""
    day.cloud.behaviour.keeps_changes = False
    changed(day)
    day.cloud.weather.add(method="PATCH", **trouble)
    day.wait(GRACE + 50)

    not_kept(day)


@pytest.mark.parametrize("how", ["set again", "changed elsewhere", "given up"])
def test_issue_closes_itself(day: Day, how: str) -> None:
    """The issue is there for as long as it is true."""
    day.cloud.behaviour.keeps_changes = False
    changed(day)
    day.wait(3 * GRACE + 40)
    not_kept(day)
    day.cloud.behaviour.keeps_changes = True
    value = {"set again": 22.0, "changed elsewhere": 25.0, "given up": 21.0}[how]
    if how == "changed elsewhere":
        day.change_elsewhere(value)
        day.poll()
        day.run(day.settle())
    else:
        changed(day, value)
        assert day.status() == "confirmed"
        day.wait(5)

    assert (day.shows(), day.status()) == (str(value), "confirmed")
    assert day.issues() == []


def test_one_heat_pump_that_does_not_keep(day_of_two: Day) -> None:
    """The home is as well off as the heat pump that is worst off."""
    day = day_of_two
    day.cloud.behaviour.keeps_changes = False
    changed(day)
    day.wait(3 * GRACE + 40)

    not_kept(day, "Nibe S735 hp-1")
    assert day.status("hp-2") == "confirmed"
    assert day.status("home") == "not_kept"


# Write-only


def test_nothing_of_it_without_reads(begin_day: BeginDay) -> None:
    """Where nothing can be read, nothing is read back, waited for, sent again, or called into question."""
    day = begin_day("hp-1", write_only=True)
    day.cloud.behaviour.keeps_changes = False
    assert day.shows(target="home") == "unknown"
    changed(day, target="home")
    day.wait(3600, step=20)

    state = day.house.state("preferred_temperature", "home")
    assert state.state == NEW
    assert state.attributes[ATTR_ASSUMED_STATE] is True
    assert day.reads() == []
    assert len(day.sent()) == 1
    assert day.issues() == []
    with pytest.raises(AssertionError):
        day.status("home")


def test_not_sent_again_while_a_newer_wish_is_on_its_way(day: Day) -> None:
    """What was not kept is not sent again over what somebody has set in the meantime."""
    day.cloud.behaviour.keeps_changes = 1
    changed(day)
    day.wait(88.0)
    day.cloud.weather.add(method="PATCH", hold="before", times=1)
    newer = day.set(23.0)
    day.wait(7.0)
    day.release()
    day.finish()
    day.wait(200.0)

    assert newer.key is None
    assert day.values_sent() == [22.0, 23.0]
    assert day.shows() == "23.0"


def test_unloaded_while_it_is_sent_again(day: Day) -> None:
    """A repeat that is on its way when the house is closed is given up without a word."""
    day.cloud.behaviour.keeps_changes = False
    changed(day)
    day.cloud.weather.add(method="PATCH", hang="before")
    day.until(lambda: len(day.requests()) == 2)
    day.wait_for(day.reload())

    assert day.log_lines("ERROR") == []


def test_change_elsewhere_to_what_could_not_be_set(day: Day) -> None:
    """Somebody sets elsewhere what could not be set here a while ago: the logbook says that it was not us."""
    lines = day.read_logbook()
    day.cloud.weather.add(method="PATCH", status=503)
    assert day.done(day.set(22.0)).key == "unavailable"
    day.poll()
    day.change_elsewhere(22)
    day.poll()
    day.run(day.settle())

    assert day.shows() == NEW
    assert lines == [f"{NAME} was changed from 21 °C to 22 °C, not by Home Assistant"]


def test_change_elsewhere_of_a_setting_without_entity(day: Day) -> None:
    """A setting whose entity somebody has deleted can still change at the cloud."""
    registry = er.async_get(day.hass)
    registry.async_remove(day.house.entity_id("schedule"))
    day.cloud.cloud.change_settings("hp-1", {"room": {"schedule_enabled": True}})
    day.poll()

    assert day.log_lines("ERROR") == []


def test_location_is_not_waited_for(day: Day) -> None:
    """What can never be read back is not waited for."""
    day.done(day.update(country="NL", postal_code="1234 AB"))
    day.wait(1.0)

    assert day.status() == "confirmed"


def test_old_read_is_no_proof(day: Day) -> None:
    """There and back: a read that lags and shows the value that is asked for again proves nothing of this change."""
    day.cloud.behaviour.read_lag_seconds = 80
    assert day.done(day.set(22.0)).key is None
    day.cloud.weather.add(method="PATCH", drop="before")
    call = day.done(day.set(21.0))
    assert day.held() == 22
    assert call.key is not None
