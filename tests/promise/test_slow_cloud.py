"""A cloud that takes its time: it is read and changed all the same."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntryState

from .day import NEW, OLD, POLL, Day

# Longer than most servers let anybody wait, and shorter than the thirty seconds of the slowest.
SLOW = 11.0


def test_slow_reads(day: Day) -> None:
    """What takes eleven seconds to read is read, at a start as well."""
    day.cloud.weather.add(method="GET", latency=SLOW)
    day.change_elsewhere(22)
    day.wait(2 * POLL)
    assert day.shows() == NEW
    day.change_elsewhere(21)
    day.wait(12 * POLL, step=5.0)
    assert day.shows() == OLD
    day.run(day.reload())
    assert day.entry.state is ConfigEntryState.LOADED
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert day.log_lines("ERROR") == []


def test_slow_reads_after_a_change(day: Day) -> None:
    """A change is confirmed by a slow read, and one whose answers are lost is found by it."""
    day.cloud.weather.add(method="GET", latency=SLOW)
    call = day.done(day.set(22.0))
    assert call.key is None
    day.wait(20)
    assert (day.shows(), day.status()) == (NEW, "confirmed")
    day.cloud.weather.add(method="PATCH", drop="after")
    assert day.done(day.set(23.0)).key is None
    assert day.shows() == "23.0"


def test_slow_changes(begin_day: Callable[..., Day]) -> None:
    """A change that takes eleven seconds is sent once, and succeeds: with a key that may only write nothing else tells."""
    day = begin_day("hp-1", write_only=True)
    day.cloud.weather.add(method="PATCH", latency=SLOW)
    for value in (22.0, 23.0):
        assert day.done(day.set(value, target="home")).key is None
    assert day.values_sent() == [22.0, 23.0]
    assert day.shows(target="home") == "23.0"


def test_answer_that_is_lost_once(begin_day: Callable[..., Day]) -> None:
    """There is time to send a change again to a cloud that takes some seconds."""
    day = begin_day("hp-1", write_only=True)
    day.cloud.weather.add(method="PATCH", hang="after", times=1)
    day.cloud.weather.add(method="PATCH", latency=5.0)
    assert day.done(day.set(22.0, target="home")).key is None
    assert day.values_sent() == [22.0, 22.0]
