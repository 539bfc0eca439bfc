"""Where the simulator gets its time from, so that a test can hold the hands of the clock."""

from datetime import UTC, datetime, timedelta
import time
from typing import Protocol, override


class Clock(Protocol):
    """A source of time."""

    def wall(self) -> datetime:
        """Return the date and time, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class SystemClock(Clock):
    """The machine's own clock. Follows freezegun where that has frozen it."""

    @override
    def wall(self) -> datetime:
        return datetime.now(UTC)

    @override
    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock(Clock):
    """A clock that stands still until it is told to move."""

    def __init__(
        self, wall: datetime = datetime(2026, 4, 17, 9, 0, tzinfo=UTC)
    ) -> None:
        """Start at a date and time (with a time zone)."""
        self._wall = wall.astimezone(UTC)
        self._monotonic = 0.0

    @override
    def wall(self) -> datetime:
        return self._wall

    @override
    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass, in seconds from 0."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._wall += timedelta(seconds=seconds)
        self._monotonic += seconds
