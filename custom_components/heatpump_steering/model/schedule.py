"""Vacations as they are planned, and what follows from the plans at a given time.

Times are aware. A whole day begins and ends at midnight of the time zone that is given: the house may have moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self
from uuid import uuid4

# In these years vacations can be planned.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199

# How long a vacation that is over stays in the calendar.
REMEMBERED: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One vacation in the calendar."""

    uid: str
    summary: str
    start: date
    """A time, or a day for a vacation of whole days; `end` is the same kind."""
    end: date | None
    """The first moment, or the first day, at home again. None: until somebody ends it."""
    description: str | None = None
    location: str | None = None

    def begins(self, zone: tzinfo) -> datetime:
        """Return the moment of the start, where midnight is that of a time zone."""
        return _moment(self.start, zone)

    def ends(self, zone: tzinfo) -> datetime | None:
        """Return the moment of the end; None while it is open."""
        return None if self.end is None else _moment(self.end, zone)

    def covers(self, now: datetime, zone: tzinfo) -> bool:
        """Return whether a time is within the plan."""
        return self.begins(zone) <= now and not self.is_over(now, zone)

    def is_over(self, now: datetime, zone: tzinfo) -> bool:
        """Return whether the plan lies in the past."""
        ends = self.ends(zone)
        return ends is not None and ends <= now

    def ending_at(self, end: datetime, zone: tzinfo) -> Self:
        """Return the plan with another end, which is after its start."""
        return replace(self, start=self.begins(zone), end=end)

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "uid": self.uid,
            "summary": self.summary,
            "start": self.start.isoformat(),
            "end": None if self.end is None else self.end.isoformat(),
            "description": self.description,
            "location": self.location,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError, TypeError or ValueError for what is none."""
        start = _date_or_time(raw["start"])
        end = None if raw["end"] is None else _date_or_time(raw["end"])
        if end is not None and (type(end) is not type(start) or end <= start):
            raise ValueError("an end that does not belong to the start")
        return cls(
            uid=str(raw["uid"]),
            summary=str(raw["summary"]),
            start=start,
            end=end,
            description=_text(raw["description"]),
            location=_text(raw["location"]),
        )


def new_uid() -> str:
    """Return the id of a new plan."""
    return uuid4().hex


def _text(raw: object) -> str | None:
    if not isinstance(raw, str | None):
        raise TypeError("no text")
    return raw


def _date_or_time(text: str) -> date:
    if len(text) == len("2026-12-24"):
        return date.fromisoformat(text)
    return moment_from(text)


def moment_from(text: str) -> datetime:
    """Read a moment; raises ValueError for one that nobody can place."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def is_reckonable(start_or_end: date) -> bool:
    """Return whether a vacation can be planned for then. At the ends of the calendar there are no time zones."""
    return FIRST_YEAR <= start_or_end.year <= LAST_YEAR


def reckonable(start_or_end: date) -> date:
    """Return the same day or moment, or the nearest one for which a vacation can be planned."""
    if is_reckonable(start_or_end):
        return start_or_end
    if start_or_end.year < FIRST_YEAR:
        return start_or_end.replace(year=FIRST_YEAR, month=1, day=1)
    return start_or_end.replace(year=LAST_YEAR, month=12, day=31)


def _moment(start_or_end: date, zone: tzinfo) -> datetime:
    start_or_end = reckonable(start_or_end)
    if isinstance(start_or_end, datetime):
        return start_or_end
    return datetime.combine(start_or_end, time.min, zone)


def is_away(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> bool:
    """Return whether a vacation is planned for a time: overlapping plans are one vacation."""
    return any(plan.covers(now, zone) for plan in plans)


def ends_at(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the vacation of a time ends, or when the last one has ended; None for an open end, or for none at all.

    Plans that overlap, or of which one begins when the other ends, are one vacation.
    """
    plans = list(plans)
    over = max(
        (ends for it in plans if (ends := it.ends(zone)) and ends <= now), default=None
    )
    at = now
    while running := [it.ends(zone) for it in plans if it.covers(at, zone)]:
        known = [ends for ends in running if ends is not None]
        if len(known) < len(running):
            return None
        over = at = max(known)
    return over


def next_moment(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> datetime | None:
    """Return the next start or end, or None where nothing is planned."""
    return min(
        (
            moment
            for plan in plans
            for moment in (plan.begins(zone), plan.ends(zone))
            if moment is not None and moment > now
        ),
        default=None,
    )


def current_or_next(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> Plan | None:
    """Return the vacation that is planned for a time, or else the next one; the earliest first."""
    return min(
        (plan for plan in plans if not plan.is_over(now, zone)),
        key=lambda plan: plan.begins(zone),
        default=None,
    )


def ended(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> list[Plan]:
    """Return the plans with those that run now cut short; what has only just begun goes altogether."""
    return [
        plan.ending_at(now, zone) if plan.covers(now, zone) else plan
        for plan in plans
        if not (plan.covers(now, zone) and plan.begins(zone) == now)
    ]


def ending_at(
    plans: Iterable[Plan], end: datetime, now: datetime, zone: tzinfo
) -> list[Plan]:
    """Return the plans with another end for those that run now."""
    return [
        plan.ending_at(end, zone) if plan.covers(now, zone) else plan for plan in plans
    ]


def remembered(plans: Iterable[Plan], now: datetime, zone: tzinfo) -> list[Plan]:
    """Return the plans without those that ended long ago."""
    return [plan for plan in plans if not plan.is_over(now - REMEMBERED, zone)]
