"""What must come of what people do: a judge that lets everything pass is none."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.fields import HOT_WATER_MIN
from simulator.reading import Json

from .oracle import Oracle

ROOM = "room.preferred_temperature"
AT_HOME: dict[str, Json] = {ROOM: 21, HOT_WATER_MIN: 45}
AWAY: dict[str, Json] = {ROOM: 16, HOT_WATER_MIN: 10}
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def oracle() -> Oracle:
    """Begin at home, with one heat pump."""
    return Oracle({"hp": AT_HOME}, AWAY)


def wrong(oracle: Oracle, *, away: bool, **held: Json) -> list[str]:
    """Return what is wrong with what the cloud holds."""
    return list(
        oracle.differences(
            {"hp": {**AT_HOME, ROOM: held["room"], HOT_WATER_MIN: held["water"]}},
            away=away,
        )
    )


def sets(oracle: Oracle, name: str, value: Json, *, answered: bool, away: bool) -> None:
    """Set something by hand."""
    oracle.sets("hp", name, value, answered=answered, away={away})


def test_nothing_set(oracle: Oracle) -> None:
    """At home it is what it was, in a vacation what that sets; and cold water at home is told by itself."""
    assert not wrong(oracle, away=False, room=21, water=45)
    assert not wrong(oracle, away=True, room=16, water=10)
    assert wrong(oracle, away=True, room=21, water=10) == [
        f"hp {ROOM}: 21 instead of 16"
    ]
    assert wrong(oracle, away=False, room=21, water=10) == [
        f"hp {HOT_WATER_MIN}: 10 instead of 45",
        "hp: 10 °C of hot water outside a vacation",
    ]


@pytest.mark.parametrize("away", [True, False])
def test_answered(oracle: Oracle, away: bool) -> None:
    """What somebody was told is there, and stays after the vacation."""
    sets(oracle, ROOM, 19, answered=True, away=away)
    assert not wrong(oracle, away=False, room=19, water=45)
    assert wrong(oracle, away=False, room=21, water=45)
    assert not wrong(oracle, away=True, room=19 if away else 16, water=10)
    assert wrong(oracle, away=True, room=16 if away else 19, water=10)


def test_not_answered(oracle: Oracle) -> None:
    """What nobody was told may be there, and at rest it is one or the other."""
    sets(oracle, ROOM, 19, answered=False, away=True)
    for room in (16, 19):
        assert not wrong(oracle, away=True, room=room, water=10)
    for room in (21, 19):
        assert not wrong(oracle, away=False, room=room, water=45)
    oracle.settles({"hp": {ROOM: 19, HOT_WATER_MIN: 45}}, NOW, away=False)
    assert wrong(oracle, away=False, room=21, water=45)
    assert wrong(oracle, away=True, room=19, water=10)


def test_cold_water_by_hand(oracle: Oracle) -> None:
    """It is the vacation's, and ends with it."""
    sets(oracle, HOT_WATER_MIN, 20, answered=True, away=True)
    assert not wrong(oracle, away=True, room=16, water=20)
    assert wrong(oracle, away=True, room=16, water=10)
    assert not wrong(oracle, away=False, room=21, water=45)
    sets(oracle, HOT_WATER_MIN, 30, answered=False, away=True)
    for water in (20, 30):
        assert not wrong(oracle, away=True, room=16, water=water)


def test_vacations(oracle: Oracle) -> None:
    """Whoever was told knows; whoever was not may be either, until it is seen."""
    hour = timedelta(hours=1)
    assert oracle.is_away(NOW) == {False}
    oracle.plans_vacation(NOW, NOW + hour, answered=False)
    assert oracle.is_away(NOW) == {True, False}
    assert oracle.is_away(NOW + hour) == {False}
    oracle.settles({"hp": {**AT_HOME, **AWAY}}, NOW, away=True)
    assert oracle.is_away(NOW) == {True}
    oracle.comes_home(NOW, answered=False)
    assert oracle.is_away(NOW) == {True, False}
    oracle.comes_home(NOW, answered=True)
    assert oracle.is_away(NOW) == {False}
    oracle.plans_vacation(NOW, None, answered=True)
    assert oracle.is_away(NOW + 100 * hour) == {True}
