"""Quieter at night."""

from typing import Any

from .evening import ABOVE, BELOW, Evening

BAND = {"room": {"temperature_lower_bound": 1.5, "temperature_upper_bound": 2}}


def quiet(evening: Evening, **inputs: Any) -> Evening:
    """Let the room at night get 1 ° colder and 0.5 ° warmer than by day."""
    evening.in_the_app(BAND)
    band = {key: evening.entity(key) for key in ("allowed_below", "allowed_above")}
    evening.automate("night", **{**band, "colder": 1, "warmer": 0.5, **inputs})
    return evening


def test_night(evening: Evening) -> None:
    """In the evening the band gets wider by one change, and in the morning by one what it was."""
    quiet(evening)
    evening.at("21:58")
    assert evening.sent() == []
    assert evening.memory() == ""
    evening.at("22:00")
    assert evening.sent() == [{BELOW: 2.5, ABOVE: 2.5}]
    evening.at("05:58", days=1)
    assert len(evening.sent()) == 1
    evening.at("06:00")
    assert evening.sent()[1:] == [{BELOW: 1.5, ABOVE: 2}]
    assert evening.memory() == ""
