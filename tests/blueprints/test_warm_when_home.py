"""Warm when somebody comes home."""

from datetime import timedelta
from typing import Any

import pytest

from homeassistant.util import dt as dt_util

from ..promise.day import PREFERRED_SETTING
from .evening import LATEST, Evening
from .stories import ANNA, BEN

NEAR = "zone.near"
SHIFTS = "calendar.shifts"


def family(evening: Evening, **inputs: Any) -> None:
    """Have Anna and Ben at work, a zone, and the automation."""
    evening.there_is(ANNA, "Work")
    evening.there_is(BEN, "Work")
    evening.there_is(NEAR, "0", friendly_name="Near home")
    evening.automate(
        "warm_when_home",
        **{"people": [ANNA, BEN], "zones": [NEAR], "warmer": 2, **inputs},
    )


def preferred(evening: Evening) -> Any:
    """Return what the cloud holds."""
    return evening.held(PREFERRED_SETTING)


def shift(evening: Evening, hours: float) -> None:
    """Have a shift that ends in some hours."""
    end = dt_util.now() + timedelta(hours=hours)
    evening.there_is(SHIFTS, "on", end_time=f"{end:%Y-%m-%d %H:%M:%S}")


def test_comes_home(evening: Evening) -> None:
    """It is warmer from when the first comes near until somebody is at home."""
    family(evening)
    assert preferred(evening) == 21
    evening.there_is(ANNA, "not_home")
    evening.wait(LATEST, step=10)
    assert preferred(evening) == 21
    evening.there_is(ANNA, "Near home")
    assert preferred(evening) == 23
    evening.restart_after()
    evening.wait(LATEST, step=10)
    assert preferred(evening) == 23
    evening.there_is(ANNA, "home")
    assert preferred(evening) == 21
    assert evening.begun() == []


@pytest.mark.parametrize("before", ["home", "unavailable", "unknown"])
def test_does_not_come(evening: Evening, before: str) -> None:
    """Who leaves home passes the zone as well, and who was nowhere has come from nowhere."""
    family(evening)
    evening.there_is(ANNA, before)
    evening.there_is(ANNA, "Near home")
    evening.wait(LATEST, step=10)
    assert evening.sent() == []


def test_somebody_is_at_home(evening: Evening) -> None:
    """While one is at home nothing begins."""
    family(evening, calendars=[SHIFTS])
    evening.there_is(BEN, "home")
    evening.there_is(ANNA, "Near home")
    shift(evening, 1)
    evening.wait(LATEST, step=10)
    assert evening.sent() == []


def test_turns_round(evening: Evening) -> None:
    """Who comes near and not home has it warmer for some hours only."""
    family(evening, hours=2)
    evening.there_is(ANNA, "Near home")
    evening.wait(3600, step=20)
    evening.there_is(ANNA, "not_home")
    evening.wait(3500, step=20)
    assert preferred(evening) == 23
    evening.wait(200, step=10)
    assert preferred(evening) == 21
    evening.wait(3600, step=20)
    assert len(evening.sent()) == 2


def test_goes_on_at_home(evening: Evening) -> None:
    """It can go on until its hours are over."""
    family(evening, at_home="goes_on", hours=2)
    evening.there_is(ANNA, "Near home")
    evening.there_is(ANNA, "home")
    evening.wait(3600, step=20)
    evening.restart_after()
    assert preferred(evening) == 23
    evening.wait(3700, step=20)
    assert preferred(evening) == 21


def test_shift_ends(evening: Evening) -> None:
    """It is warmer some time before the end of an event of a calendar, until some time after it."""
    family(evening, calendars=[SHIFTS], minutes=60, hours=2)
    shift(evening, 3)
    evening.wait(2 * 3600 - 60, step=20)
    assert evening.sent() == []
    evening.wait(60 + LATEST, step=10)
    assert preferred(evening) == 23
    evening.wait(3600, step=20)
    evening.there_is(SHIFTS, "off")
    evening.wait(5000, step=20)
    assert preferred(evening) == 23
    evening.wait(2000, step=20)
    assert preferred(evening) == 21
    assert len(evening.sent()) == 2


def test_shift_ends_during_a_restart(evening: Evening) -> None:
    """What begins while Home Assistant is not running begins when it is back."""
    family(evening, calendars=[SHIFTS], minutes=60)
    shift(evening, 3)
    evening.restart_after(timedelta(hours=2, minutes=30))
    evening.wait(LATEST, step=10)
    assert preferred(evening) == 23
    evening.there_is(BEN, "home")
    assert preferred(evening) == 21


def test_back_to_normal(evening: Evening) -> None:
    """What a person ends does not begin again with the same event."""
    family(evening, calendars=[SHIFTS], minutes=60)
    shift(evening, 0.5)
    evening.wait(LATEST, step=10)
    assert preferred(evening) == 23
    evening.finish(evening.begin("heatpump_steering.end_override", {}))
    evening.wait(1200, step=10)
    assert preferred(evening) == 21


def test_with_everybody_away(evening: Evening) -> None:
    """It adds up with what saves while nobody is at home, and a vacation is on top."""
    family(evening)
    evening.choose()
    evening.leave()
    assert preferred(evening) == 16
    evening.there_is(ANNA, "Near home")
    assert preferred(evening) == 16
    evening.come_home()
    assert preferred(evening) == 23
    evening.there_is(ANNA, "home")
    assert preferred(evening) == 21
