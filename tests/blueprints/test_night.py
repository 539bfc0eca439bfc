"""Quieter at night."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .evening import ABOVE, BELOW, LATEST, Evening


def quiet(evening: Evening, below: float, above: float, **inputs: Any) -> None:
    """Have a band in a house with the automation."""
    evening.in_the_app(
        {
            "room": {
                "temperature_lower_bound": below,
                "temperature_upper_bound": above,
            }
        }
    )
    evening.automate("night", **inputs)


def test_defaults(evening: Evening) -> None:
    """Without any input but the heat pump it is one degree more on both sides, from ten to six."""
    quiet(evening, 1, 2)
    evening.at("21:59")
    assert evening.sent() == []
    evening.at("22:00")
    assert evening.sent() == [{BELOW: 2, ABOVE: 3}]
    evening.at("05:59", days=1)
    assert len(evening.sent()) == 1
    evening.at("06:00")
    assert evening.sent()[1:] == [{BELOW: 1, ABOVE: 2}]


def test_night_that_begins_after_midnight(evening: Evening) -> None:
    """It can begin and end on the same day."""
    quiet(evening, 1, 2, begins="00:30:00", ends="05:00:00")
    evening.at("23:00")
    assert evening.sent() == []
    evening.at("00:30", days=1)
    assert len(evening.sent()) == 1
    evening.at("05:00")
    assert len(evening.sent()) == 2


def test_as_far_as_it_goes(evening: Evening) -> None:
    """More than 5 °C is not asked for, and what does not change is not sent."""
    quiet(evening, 4.5, 5)
    evening.at("22:00")
    assert evening.sent() == [{BELOW: 5}]
    evening.at("06:00", days=1)
    assert evening.sent()[1:] == [{BELOW: 4.5}]


def test_nothing_to_do(evening: Evening) -> None:
    """What a person sets in a night in which nothing had to be changed stays."""
    quiet(evening, 1, 2, colder=0, warmer=0)
    evening.at("22:00")
    assert evening.sent() == []
    evening.by_hand({"allowed_below": 3})
    evening.at("06:00", days=1)
    assert evening.sent() == []
    assert evening.begun() == []


def test_one_of_two_changed_by_hand(evening: Evening) -> None:
    """What a person sets stays; the other comes back."""
    quiet(evening, 1, 2)
    evening.at("22:00")
    evening.by_hand({"allowed_above": 2.5})
    evening.at("06:00", days=1)
    assert evening.sent() == [{BELOW: 1}]


def test_changed_by_hand_before_a_second_try(evening: Evening) -> None:
    """What a person sets while the cloud does not take the change stays too."""
    quiet(evening, 1, 2)
    evening.cloud_refuses()
    evening.at("22:00")
    evening.cloud_is_well()
    evening.by_hand({"allowed_above": 4})
    evening.wait(310, step=10)
    assert evening.sent() == [{BELOW: 2}]
    evening.at("06:00", days=1)
    assert evening.sent()[1:] == [{BELOW: 1}]


def test_values_of_the_cloud(evening: Evening) -> None:
    """A value outside our ranges is left where it is, as far as it goes, and never becomes another one."""
    quiet(evening, 1.37, 6)
    evening.at("22:00")
    assert evening.sent() == [{BELOW: 2.37}]
    evening.at("06:00", days=1)
    assert evening.sent()[1:] == [{BELOW: 1.37}]
    assert evening.held(ABOVE) == 6


def test_fahrenheit(begin_evening: Callable[..., Evening]) -> None:
    """Degrees are those of the house; exactly what was there comes back."""
    evening = begin_evening(units=US_CUSTOMARY_SYSTEM)
    quiet(evening, 1.5, 2)
    assert evening.shows("allowed_below") == "2.7"
    evening.at("22:00")
    assert evening.shows("allowed_below") == "3.7"
    assert evening.held(BELOW) == pytest.approx(1.5 + 5 / 9)
    evening.restart_after(power_cut=True)
    evening.at("06:00", days=1)
    assert evening.held(BELOW) == pytest.approx(1.5)
    assert evening.held(ABOVE) == pytest.approx(2)
    assert evening.shows("allowed_below") == "2.7"


def test_at_once(evening: Evening) -> None:
    """When it is saved, and after a restart, it does not wait until it looks by itself."""
    evening.at("22:06")
    quiet(evening, 1, 2)
    assert evening.sent() == [{BELOW: 2, ABOVE: 3}]
    evening.restart_after(timedelta(hours=8))
    assert evening.sent()[1:] == [{BELOW: 1, ABOVE: 2}]


def test_longer_night(evening: Evening) -> None:
    """An end that is changed in the middle counts at once."""
    quiet(evening, 1, 2)
    evening.at("22:00")
    evening.edit(0, ends="08:00:00")
    evening.at("06:05", days=1)
    assert len(evening.sent()) == 1
    evening.at("08:00")
    assert evening.sent()[1:] == [{BELOW: 1, ABOVE: 2}]


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_ends_without_its_automation(evening: Evening, how: str) -> None:
    """The night ends in the morning, whatever has become of its automation."""
    quiet(evening, 1, 2)
    evening.at("22:00")
    if how == "disabled":
        evening.finish(
            evening.begin("automation.turn_off", {"entity_id": "automation.night_1"})
        )
    else:
        evening.delete(0)
    evening.at("06:00", days=1)
    assert evening.sent()[1:] == [{BELOW: 1, ABOVE: 2}]


def test_cloud_is_away(evening: Evening) -> None:
    """What is to begin while the cloud is away begins as soon as it is back."""
    evening.may_complain = True
    quiet(evening, 1, 2)
    evening.at("21:58")
    evening.cloud_stops()
    evening.at("22:30")
    evening.cloud_starts()
    evening.wait(LATEST, step=10)
    assert evening.sent() == [{BELOW: 2, ABOVE: 3}]
    evening.at("06:00", days=1)
    assert evening.sent()[1:] == [{BELOW: 1, ABOVE: 2}]


def test_disabled_for_a_while(evening: Evening) -> None:
    """What was missed while the automation was disabled is made up for when it is enabled again."""
    quiet(evening, 1, 2)
    automation = {"entity_id": "automation.night_1"}
    evening.finish(evening.begin("automation.turn_off", automation))
    evening.at("22:01")
    evening.wait(LATEST, step=10)
    assert evening.sent() == []
    evening.finish(evening.begin("automation.turn_on", automation))
    evening.wait(LATEST, step=10)
    assert evening.sent() == [{BELOW: 2, ABOVE: 3}]
