"""Windows that are open, and people who are away."""

from typing import Any

from .evening import ABOVE, BELOW, LATEST, MODE, Evening
from .stories import ANNA, BEN, DOOR, WINDOW

ROOM = {
    "temperature_lower_bound": 1.5,
    "temperature_upper_bound": 2,
    "temperature_control_mode": "heating",
}


def windows(evening: Evening, window: str = "off", door: str = "off") -> None:
    """Have a window and a door, and the automation."""
    evening.in_the_app({"room": ROOM})
    evening.there_is(WINDOW, window)
    evening.there_is(DOOR, door)
    evening.automate("window_open", windows=[WINDOW, DOOR])


def people(evening: Evening, **inputs: Any) -> None:
    """Have Anna and Ben at home, and the automation."""
    evening.in_the_app({"room": ROOM})
    evening.there_is(ANNA, "home")
    evening.there_is(BEN, "home")
    evening.automate("everybody_away", people=[ANNA, BEN], **inputs)


def is_(evening: Evening, entity_id: str, state: str, minutes: float) -> None:
    """Let something have a state for a while."""
    evening.there_is(entity_id, state)
    evening.wait(60 * minutes, step=10)


def test_window_open_for_a_moment(evening: Evening) -> None:
    """Airing briefly changes nothing."""
    windows(evening)
    for _ in range(3):
        is_(evening, WINDOW, "on", minutes=4.5)
        is_(evening, WINDOW, "off", minutes=0.5)
    evening.wait(LATEST, step=10)
    assert evening.sent() == []
    assert evening.begun() == []


def test_all_have_to_be_closed(evening: Evening) -> None:
    """It goes back to the mode before when the last one has been closed for a while."""
    windows(evening)
    is_(evening, WINDOW, "on", minutes=3)
    is_(evening, DOOR, "on", minutes=3)
    assert evening.sent() == [{MODE: "off"}]
    is_(evening, WINDOW, "off", minutes=10)
    is_(evening, DOOR, "off", minutes=0.5)
    is_(evening, DOOR, "on", minutes=10)
    assert len(evening.sent()) == 1
    is_(evening, DOOR, "off", minutes=2)
    assert evening.sent()[1:] == [{MODE: "heating"}]


def test_off_already(evening: Evening) -> None:
    """A heat pump that was off stays off."""
    windows(evening)
    evening.by_hand({"climate": "off"})
    is_(evening, WINDOW, "on", minutes=6)
    is_(evening, WINDOW, "off", minutes=2)
    assert evening.sent() == []
    assert evening.begun() == []


def test_switched_on_by_hand(evening: Evening) -> None:
    """Who switches it on beside an open window means it: it is not switched off again."""
    windows(evening)
    is_(evening, WINDOW, "on", minutes=6)
    evening.by_hand({"climate": "heat"})
    evening.wait(2 * LATEST, step=10)
    evening.restart_after()
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == []


def test_sensors_silent_after_a_restart(evening: Evening) -> None:
    """Sensors that say nothing yet do not close a window."""
    windows(evening)
    is_(evening, WINDOW, "on", minutes=6)
    evening.there_will_be(WINDOW, "unavailable")
    evening.there_will_be(DOOR, "unknown")
    evening.restart_after()
    evening.wait(10 * 60, step=10)
    is_(evening, WINDOW, "on", minutes=20)
    assert evening.sent() == [{MODE: "off"}]


def test_sensor_with_an_empty_battery(evening: Evening) -> None:
    """A sensor that stays silent does not keep the house cold."""
    windows(evening)
    is_(evening, WINDOW, "on", minutes=6)
    is_(evening, WINDOW, "unavailable", minutes=14)
    assert len(evening.sent()) == 1
    evening.wait(2 * LATEST, step=10)
    assert evening.sent()[1:] == [{MODE: "heating"}]


def test_last_one_comes_home(evening: Evening) -> None:
    """While one is at home nothing happens, and the first who comes home ends it at once."""
    people(evening)
    is_(evening, ANNA, "not_home", minutes=60)
    assert evening.sent() == []
    is_(evening, BEN, "Work", minutes=29)
    is_(evening, ANNA, "home", minutes=5)
    is_(evening, ANNA, "not_home", minutes=29)
    assert evening.sent() == []
    evening.wait(120, step=10)
    assert evening.sent() == [{BELOW: 3.5, ABOVE: 4}]
    evening.there_is(ANNA, "home")
    assert evening.sent()[1:] == [{BELOW: 1.5, ABOVE: 2}]


def test_nobody_knows(evening: Evening) -> None:
    """Somebody whose place is unknown is neither away nor at home."""
    people(evening, minutes=0)
    evening.there_is(BEN, "not_home")
    is_(evening, ANNA, "unavailable", minutes=60)
    assert evening.sent() == []
    evening.there_is(ANNA, "not_home")
    assert len(evening.sent()) == 1
    evening.there_will_be(BEN, "unknown")
    evening.there_will_be(ANNA, "unknown")
    evening.restart_after()
    evening.wait(60 * 60, step=20)
    assert len(evening.sent()) == 1
    evening.there_is(BEN, "home")
    assert evening.sent()[1:] == [{BELOW: 1.5, ABOVE: 2}]


def test_two_at_once(evening: Evening) -> None:
    """Those that change the same add up, whichever begins and ends first."""
    people(evening, minutes=0)
    evening.automate("night")
    evening.at("22:00")
    assert evening.sent() == [{BELOW: 2.5, ABOVE: 3}]
    evening.there_is(ANNA, "not_home")
    evening.there_is(BEN, "not_home")
    evening.wait(LATEST, step=10)
    assert evening.sent()[1:] == [{BELOW: 4.5, ABOVE: 5}]
    evening.at("06:00", days=1)
    assert evening.sent()[2:] == [{BELOW: 3.5, ABOVE: 4}]
    evening.there_is(ANNA, "home")
    assert evening.sent()[3:] == [{BELOW: 1.5, ABOVE: 2}]
    assert evening.begun() == []


def test_two_of_a_kind(evening: Evening) -> None:
    """Two automations from one blueprint, of one name, do not take each other's for their own."""
    people(evening)
    evening.automate("night")
    evening.automate("night", begins="23:00:00", ends="05:00:00", colder=2)
    evening.rename(2, evening.alias(1))
    evening.at("22:00")
    evening.at("23:00")
    assert evening.sent() == [{BELOW: 2.5, ABOVE: 3}, {BELOW: 4.5, ABOVE: 4}]
    evening.restart_after()
    evening.at("05:00", days=1)
    assert evening.sent()[2:] == [{BELOW: 2.5, ABOVE: 3}]
    evening.at("06:00")
    assert evening.sent()[3:] == [{BELOW: 1.5, ABOVE: 2}]


def test_two_that_change_something_else(evening: Evening) -> None:
    """Those that change different settings have nothing to do with each other."""
    windows(evening)
    evening.automate("night")
    is_(evening, WINDOW, "on", minutes=6)
    evening.at("22:00")
    assert evening.sent() == [{MODE: "off"}, {BELOW: 2.5, ABOVE: 3}]
    is_(evening, WINDOW, "off", minutes=2)
    assert evening.sent()[2:] == [{MODE: "heating"}]
    evening.at("06:00", days=1)
    assert evening.sent()[3:] == [{BELOW: 1.5, ABOVE: 2}]
