"""Using the cheap hours."""

from typing import Any

import pytest

from .evening import ABOVE, BELOW, LATEST, Evening
from .stories import PRICE

BAND = {"room": {"temperature_lower_bound": 1.5, "temperature_upper_bound": 2}}


def prices(evening: Evening, first: str, **inputs: Any) -> None:
    """Have a price in a house with the automation."""
    evening.in_the_app(BAND)
    evening.there_is(PRICE, first)
    evening.automate("cheap_hours", price=PRICE, **inputs)


def band(evening: Evening) -> tuple[Any, Any]:
    """Return what the cloud holds."""
    return evening.held(BELOW), evening.held(ABOVE)


@pytest.mark.parametrize(
    ("how", "cheap", "dear"),
    [("widen", (1.5, 3), (2.5, 2)), ("shift", (0.5, 3), (2.5, 1))],
)
def test_day_of_prices(
    evening: Evening, how: str, cheap: tuple[Any, Any], dear: tuple[Any, Any]
) -> None:
    """From one level to any other, the band is always counted from what was there."""
    prices(evening, "0.20", how=how)
    for price, expected in (
        ("0.15", cheap),
        ("0.30", dear),
        ("-0.05", cheap),
        ("0.1501", (1.5, 2)),
        ("0.45", dear),
        ("0.46", dear),
        ("0.29", (1.5, 2)),
    ):
        evening.there_is(PRICE, price)
        assert band(evening) == expected
    assert len(evening.sent()) == 6
    assert evening.begun() == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("VERY_CHEAP", (1.5, 3)),
        ("cheap", (1.5, 3)),
        ("on", (1.5, 3)),
        ("off", (1.5, 2)),
        ("NORMAL", (1.5, 2)),
        ("Expensive", (2.5, 2)),
        ("very_expensive", (2.5, 2)),
    ],
)
def test_levels(evening: Evening, state: str, expected: tuple[Any, Any]) -> None:
    """A sensor may tell a level in words, or be on in cheap hours."""
    prices(evening, "NORMAL")
    evening.there_is(PRICE, state)
    assert band(evening) == expected


def test_levels_in_another_language(evening: Evening) -> None:
    """The words can be told."""
    prices(evening, "normaal", cheap_levels="Laag, Dal", dear_levels="piek")
    evening.there_is(PRICE, "dal")
    assert band(evening) == (1.5, 3)
    evening.there_is(PRICE, "Piek")
    assert band(evening) == (2.5, 2)
    evening.there_is(PRICE, "very_cheap")
    assert band(evening) == (1.5, 2)


def test_amounts(evening: Evening) -> None:
    """How far it goes can be told, and ends where the controls end."""
    prices(evening, "0.5", cheap=0.2, dear=0.6, cheap_by=2, dear_by=4)
    evening.there_is(PRICE, "0.6")
    assert band(evening) == (5, 2)
    evening.there_is(PRICE, "0.2")
    assert band(evening) == (1.5, 4)


def test_silent_for_a_moment(evening: Evening) -> None:
    """A sensor that is away for a few minutes changes nothing, also after a restart."""
    prices(evening, "0.10")
    evening.there_is(PRICE, "unavailable")
    evening.wait(800, step=10)
    evening.restart_after()
    evening.wait(800, step=10)
    evening.there_is(PRICE, "0.12")
    evening.wait(LATEST, step=10)
    assert evening.sent() == [{ABOVE: 3}]


def test_silent_for_long(evening: Evening) -> None:
    """A sensor that stays away tells neither cheap nor dear: what was there comes back."""
    prices(evening, "0.10")
    evening.there_is(PRICE, "unavailable")
    evening.wait(900 + LATEST, step=10)
    assert evening.sent() == [{ABOVE: 3}, {ABOVE: 2}]


def test_changed_by_hand_before_the_next_level(evening: Evening) -> None:
    """What a person sets in a cheap hour stays in a dear one and after it; the rest goes on."""
    prices(evening, "0.10", how="shift")
    evening.by_hand({"allowed_above": 4})
    evening.there_is(PRICE, "0.40")
    assert evening.sent() == [{BELOW: 2.5}]
    evening.there_is(PRICE, "0.20")
    assert evening.sent()[1:] == [{BELOW: 1.5}]
    assert band(evening) == (1.5, 4)


@pytest.mark.parametrize("applies", [False, True])
@pytest.mark.parametrize("then", ["0.40", "0.20"])
def test_next_level_fails(evening: Evening, *, applies: bool, then: str) -> None:
    """A change from level to level that fails is tried again, whether it has reached the cloud or not."""
    prices(evening, "0.10", how="shift")
    evening.cloud_refuses(but_applies=applies)
    evening.there_is(PRICE, "0.40")
    evening.cloud_is_well()
    evening.run(evening.house.poll())
    evening.there_is(PRICE, then)
    evening.restart_after(power_cut=True)
    evening.wait(LATEST, step=10)
    assert band(evening) == ((2.5, 1) if then == "0.40" else (1.5, 2))
    evening.there_is(PRICE, "0.20")
    evening.wait(LATEST, step=10)
    assert band(evening) == (1.5, 2)
    assert evening.begun() == []


@pytest.mark.parametrize(("how", "cheap"), [("widen", (2.5, 2)), ("shift", (2.5, 1))])
def test_cooling(evening: Evening, how: str, cheap: tuple[Any, Any]) -> None:
    """Where the heat pump cools it gets colder in cheap hours."""
    prices(evening, "0.20", how=how)
    evening.by_hand({"climate": "cool"})
    evening.there_is(PRICE, "0.10")
    assert band(evening) == cheap
    evening.there_is(PRICE, "0.20")
    assert band(evening) == (1.5, 2)


def test_another_amount_in_the_middle(evening: Evening) -> None:
    """What is changed in the form counts at once, but not over what a person has set."""
    prices(evening, "0.10", how="shift")
    assert band(evening) == (0.5, 3)
    evening.edit(0, cheap_by=0.5)
    assert band(evening) == (1, 2.5)
    evening.by_hand({"allowed_above": 4})
    evening.edit(0, cheap_by=1.5)
    assert band(evening) == (0, 4)
    evening.there_is(PRICE, "0.20")
    assert band(evening) == (1.5, 4)
