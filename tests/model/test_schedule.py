"""When the house is away, by the plans in the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.model.schedule import (
    Plan,
    current_or_next,
    ended,
    ends_at,
    is_away,
    next_moment,
    remembered,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plan(start: date, end: date | None, uid: str = "one") -> Plan:
    """Return a plan."""
    return Plan(uid=uid, summary="Away", start=start, end=end)


@given(hours=st.integers(-5, 5))
def test_start_belongs_to_a_vacation_and_end_does_not(hours: int) -> None:
    """A vacation runs from its start until just before its end."""
    moment = NOON + hours * HOUR
    assert plan(NOON, NOON + 2 * HOUR).covers(moment, AMSTERDAM) == (hours in (0, 1))
    assert plan(NOON, NOON + 2 * HOUR).is_over(moment, AMSTERDAM) == (hours >= 2)
    assert plan(NOON, None).covers(moment, AMSTERDAM) == (hours >= 0)
    assert not plan(NOON, None).is_over(moment, AMSTERDAM)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        # Winter; the day on which summer time begins (23 hours); the day on which it ends (25 hours).
        (date(2026, 12, 24), "2026-12-23T23:00+00:00", "2026-12-24T23:00+00:00"),
        (date(2027, 3, 28), "2027-03-27T23:00+00:00", "2027-03-28T22:00+00:00"),
        (date(2026, 10, 25), "2026-10-24T22:00+00:00", "2026-10-25T23:00+00:00"),
    ],
)
def test_whole_days(day: date, begins: str, ends: str) -> None:
    """A whole day is from midnight to midnight in the house, also where the clocks change."""
    it = plan(day, day + timedelta(days=1))
    assert it.begins(AMSTERDAM) == datetime.fromisoformat(begins)
    assert it.ends(AMSTERDAM) == datetime.fromisoformat(ends)


def test_house_moves() -> None:
    """A whole day follows the zone of the house; a moment stays what it is."""
    whole, moment = (
        plan(date(2026, 12, 24), date(2026, 12, 26)),
        plan(NOON, NOON + HOUR),
    )
    before = whole.begins(AMSTERDAM), moment.begins(AMSTERDAM)
    new_york = ZoneInfo("America/New_York")
    assert whole.begins(new_york).astimezone(UTC) - before[0] == 6 * HOUR
    assert moment.begins(new_york) == before[1]


def test_overlapping_and_adjacent_are_one() -> None:
    """Between vacations that touch or overlap nobody is at home."""
    plans = [
        plan(NOON, NOON + 2 * HOUR),
        plan(NOON + HOUR, NOON + 3 * HOUR, "two"),
        plan(NOON + 3 * HOUR, NOON + 4 * HOUR, "three"),
    ]
    for minutes in range(0, 240, 10):
        assert is_away(plans, NOON + timedelta(minutes=minutes), AMSTERDAM)
    assert not is_away(plans, NOON - timedelta(seconds=1), AMSTERDAM)
    assert not is_away(plans, NOON + 4 * HOUR, AMSTERDAM)


def test_what_comes_next() -> None:
    """The next start or end, and the plan to be shown: the one that runs, then the next."""
    past = plan(NOON - 9 * HOUR, NOON - 8 * HOUR, "past")
    running = plan(NOON - HOUR, NOON + 2 * HOUR, "running")
    later = plan(NOON + HOUR, NOON + 3 * HOUR, "later")
    plans = [later, past, running]
    assert next_moment(plans, NOON, AMSTERDAM) == NOON + HOUR
    assert next_moment(plans, NOON + HOUR, AMSTERDAM) == NOON + 2 * HOUR
    assert next_moment(plans, NOON + 3 * HOUR, AMSTERDAM) is None
    assert next_moment([plan(NOON, None)], NOON, AMSTERDAM) is None
    assert current_or_next(plans, NOON, AMSTERDAM) is running
    assert current_or_next(plans, NOON + 2 * HOUR, AMSTERDAM) is later
    assert current_or_next(plans, NOON + 3 * HOUR, AMSTERDAM) is None


def test_coming_home() -> None:
    """What runs ends now, whether open, timed or of whole days; what has just begun was nothing, the rest stays."""
    plans = [
        plan(NOON - HOUR, None, "open"),
        plan(NOON - HOUR, NOON + HOUR, "timed"),
        plan(date(2026, 11, 23), date(2026, 11, 30), "days"),
        plan(NOON, NOON + HOUR, "just begun"),
        plan(NOON + HOUR, NOON + 2 * HOUR, "later"),
        plan(NOON - 2 * HOUR, NOON - HOUR, "past"),
    ]
    now = {it.uid: it for it in ended(plans, NOON, AMSTERDAM)}
    assert set(now) == {"open", "timed", "days", "later", "past"}
    for uid in ("open", "timed", "days"):
        assert now[uid].ends(AMSTERDAM) == NOON
    assert now["days"].begins(AMSTERDAM) == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert now["later"] == plans[4]
    assert now["past"] == plans[5]
    assert not is_away(now.values(), NOON, AMSTERDAM)


def test_long_ago_is_forgotten() -> None:
    """A vacation stays in the calendar for a year."""
    old = plan(NOON - timedelta(days=400), NOON - timedelta(days=366), "old")
    recent = plan(NOON - timedelta(days=400), NOON - timedelta(days=364), "recent")
    still = plan(NOON - timedelta(days=400), None, "still")
    assert remembered([old, recent, still], NOON, AMSTERDAM) == [recent, still]


@given(
    start=st.one_of(
        st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        st.integers(0, 4_000_000_000).map(lambda it: datetime.fromtimestamp(it, UTC)),
    ),
    open_end=st.booleans(),
)
def test_on_disk(start: date, open_end: bool) -> None:
    """A plan comes back from the file as it was."""
    it = Plan(
        uid="one",
        summary="Ski",
        start=start,
        end=None if open_end else start + timedelta(days=3),
        description="Ötztal",
        location=None,
    )
    assert Plan.from_json(it.to_json()) == it


@pytest.mark.parametrize(
    "damage",
    [
        *({"start": start} for start in ("soon", "2026-13-40", "2026-11-23T12:00", 7)),
        {"start": None},
        {"end": NOON.isoformat()},
        {"end": "2026-11-30"},
    ],
)
def test_damaged(damage: dict[str, object]) -> None:
    """What is no time, or one that nobody can place, or an end before the start, is not taken for a plan."""
    raw = plan(NOON, NOON + HOUR).to_json() | damage
    with pytest.raises((TypeError, ValueError)):
        Plan.from_json(raw)


@pytest.mark.parametrize(
    ("plans", "ends"),
    [
        ([], None),
        ([plan(NOON - HOUR, NOON + HOUR)], NOON + HOUR),
        ([plan(NOON - HOUR, None)], None),
        # One within the other, one after the other without a gap, and with one.
        (
            [plan(NOON - HOUR, NOON + 3 * HOUR), plan(NOON, NOON + HOUR)],
            NOON + 3 * HOUR,
        ),
        (
            [plan(NOON - HOUR, NOON + HOUR), plan(NOON + HOUR, NOON + 2 * HOUR)],
            NOON + 2 * HOUR,
        ),
        (
            [plan(NOON - HOUR, NOON + HOUR), plan(NOON + 2 * HOUR, NOON + 3 * HOUR)],
            NOON + HOUR,
        ),
        ([plan(NOON - HOUR, NOON + HOUR), plan(NOON + HOUR, None)], None),
        # Over, and not begun.
        ([plan(NOON - 5 * HOUR, NOON - 4 * HOUR), plan(NOON - 3 * HOUR, NOON)], NOON),
        ([plan(NOON + HOUR, NOON + 2 * HOUR)], None),
    ],
)
def test_end_of_the_vacation_of_a_time(
    plans: list[Plan], ends: datetime | None
) -> None:
    """Overlapping plans are one vacation, which ends with the last of them; one that is over has ended when it was planned."""
    assert ends_at(plans, NOON, AMSTERDAM) == ends
