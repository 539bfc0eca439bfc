"""Blueprints and vacations: neither takes for the house's what the other has set."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from homeassistant.util import dt as dt_util

from ..promise.day import PREFERRED_SETTING
from .evening import HOT_WATER_MIN, MODE, Evening
from .stories import METER, STORIES, WINDOW, Story, sun_sets, sun_shines
from .test_every_blueprint import EACH, LONG
from .test_hot_water import hot_water, surplus, tank

# In heating and cooling the empty house may get as cold, and as much warmer, as the band can be widened.
AWAY_IN_AUTO = {
    "room.temperature_lower_bound": 5.0,
    "room.temperature_upper_bound": 5.0,
}
# A vacation that sets all that vacations can set.
COLD = {"hot_water_min": 10.0, "control_mode": "off"}
AWAY = {PREFERRED_SETTING: 16, HOT_WATER_MIN: 10, MODE: "off"}


def there(evening: Evening) -> dict[str, Any]:
    """Return all that the cloud holds."""
    return dict(evening.heat_pump().held)


def is_away(evening: Evening) -> bool:
    """Return whether all is as the vacation wants it."""
    return all(evening.held(setting) == value for setting, value in AWAY.items())


def in_the_day(time: str, days: int = 0) -> datetime:
    """Return a time of this day, or of one to come."""
    hour, minute = map(int, time.split(":"))
    now = dt_util.now() + timedelta(days=days)
    return now.replace(hour=hour, minute=minute, second=0, microsecond=0)


@EACH
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    "order",
    [
        "begin leave end come_home",
        "begin leave come_home end",
        "leave begin come_home end",
        "leave begin end come_home",
    ],
)
def test_vacation(evening: Evening, story: Story, order: str, *, restart: bool) -> None:
    """However they overlap, all is as the vacation wants it during it, and as it was after both."""
    evening.choose(**COLD)
    story.told(evening)
    was = there(evening)
    happen: dict[str, Callable[[], None]] = {
        "begin": lambda: story.begin(evening),
        "end": lambda: story.end(evening),
        "leave": evening.leave,
        "come_home": evening.come_home,
    }
    so_far: list[str] = []
    for event in order.split():
        happen[event]()
        so_far.append(event)
        on_vacation = "leave" in so_far and "come_home" not in so_far
        if on_vacation and restart:
            evening.restart_after(timedelta(minutes=2))
        evening.wait(LONG, step=20)
        if on_vacation:
            assert is_away(evening)
        elif "begin" in so_far and "end" not in so_far:
            assert story.holds(evening) == story.then
    assert there(evening) == was
    assert evening.begun() == []


@EACH
@pytest.mark.parametrize("order", ["begin leave end", "leave begin end"])
def test_vacation_that_sets_something_else(
    evening: Evening, story: Story, order: str
) -> None:
    """What a vacation leaves alone goes on as ever: no window that is closed keeps an empty house without heating."""
    evening.choose()
    story.told(evening)
    was = there(evening)
    for event in order.split():
        match event:
            case "begin":
                story.begin(evening)
                assert story.holds(evening) == story.then
            case "leave":
                evening.leave()
            case "end":
                story.end(evening)
                assert story.holds(evening) == story.was
    assert evening.begun() == []
    away = AWAY_IN_AUTO if was[MODE] == "auto" else {PREFERRED_SETTING: 16}
    assert there(evening) == {**was, **away}
    evening.come_home()
    assert there(evening) == was


@EACH
def test_vacation_begins_during_a_restart(evening: Evening, story: Story) -> None:
    """Its time may be over, and a vacation begin, while Home Assistant is not running."""
    evening.choose(**COLD)
    story.told(evening)
    was = there(evening)
    story.begin(evening)
    begins, ends = dt_util.now() + timedelta(minutes=1), in_the_day("13:00", days=2)
    evening.plan(begins, ends)
    evening.restart_after(story.ends_unseen(evening))
    evening.wait(LONG, step=20)
    assert is_away(evening)
    evening.at("13:00", days=(ends.date() - dt_util.now().date()).days)
    evening.wait(LONG, step=20)
    assert there(evening) == was
    assert evening.begun() == []


@pytest.mark.parametrize("name", ["solar_surplus", "window_open"])
@pytest.mark.parametrize("ends", [False, True])
def test_vacation_begins_while_it_waits(
    evening: Evening, name: str, *, ends: bool
) -> None:
    """What has lasted for long enough only during a vacation changes nothing then."""
    (story,) = (story for story in STORIES if story.name == name)
    evening.choose(**COLD)
    story.told(evening)
    was = there(evening)
    if ends:
        story.begin(evening)
    if name == "solar_surplus":
        surplus(evening, -300 if ends else 2500, minutes=9)
    else:
        evening.there_is(WINDOW, "off" if ends else "on")
        evening.wait(40, step=10)
    evening.leave()
    evening.wait(LONG, step=10)
    assert is_away(evening)
    story.end(evening)
    evening.come_home()
    evening.wait(LONG, step=20)
    assert there(evening) == was
    assert evening.begun() == []


def test_at_once_after_a_vacation(evening: Evening) -> None:
    """What had to wait for the end of a vacation does not wait until it looks by itself."""
    tank(evening, 45, 55)
    evening.choose(hot_water_min=10.0)
    evening.automate("legionella_day", day="mon")
    evening.at("12:00")
    evening.leave()
    evening.at("16:06")
    evening.come_home()
    assert hot_water(evening) == (45, 55)


@pytest.mark.parametrize("hours", [0, 3])
def test_welcome_home(evening: Evening, hours: float) -> None:
    """Hot water that is hotter for some hours after a vacation is still the vacation's."""
    tank(evening, 45, 70)
    surplus(evening, 0)
    evening.choose(hot_water_min=10.0, welcome_hours=hours)
    evening.automate("solar_surplus", meter=METER)
    sun_shines(evening)
    assert hot_water(evening) == (55, 70)
    evening.leave()
    sun_sets(evening)
    assert hot_water(evening) == (10, 70)
    evening.come_home()
    if hours:
        evening.wait(3600 * hours - 60, step=20)
        assert hot_water(evening) == (60, 70)
        evening.wait(120, step=10)
    evening.wait(LONG, step=20)
    assert hot_water(evening) == (45, 70)
    assert evening.begun() == []


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("16:00", "18:00"),
        ("12:00", "14:00"),
        ("10:00", "12:00"),
        ("10:00", "16:00"),
        ("12:00", "16:00"),
    ],
)
def test_at_the_same_moment(
    evening: Evening, begins: str, ends: str, *, slow: bool
) -> None:
    """A vacation may begin or end at the very time of day at which the hot water gets hot, or is let go."""
    tank(evening, 45, 55)
    evening.choose(hot_water_min=10.0)
    evening.automate("legionella_day", day="mon")
    evening.plan(in_the_day(begins), in_the_day(ends))
    if slow:
        evening.cloud.weather.add(latency=0.4)
    for time in ("10:00", "12:00", "14:00", "16:00", "18:00"):
        evening.at(time)
        evening.wait(60, step=0.5)
        legionella = "12:00" <= time < "16:00"
        if begins <= time < ends:
            assert hot_water(evening)[0] == 10
        else:
            assert hot_water(evening) == ((60, 60) if legionella else (45, 55))
    assert evening.begun() == []
