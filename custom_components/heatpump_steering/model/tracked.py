"""What is known of a setting that an override has, or had: what was sent, and what the cloud has made of that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
import math
from typing import Any, Final, Self

from ..api import Setting, Value, read_value, same_value
from .kept import read_time

# By the cloud's clock: what it shows so soon after it took a value is what it has made of that.
MADE_OF_OURS_WITHIN: Final = timedelta(minutes=1)
# The time of an acceptance is a Date header in whole seconds.
CLOCK_RESOLUTION: Final = timedelta(seconds=1)
# By how much the cloud may change a value when it rounds, in kelvin; limits change it by more.
ROUNDING: Final = 1.0


class Verdict(Enum):
    """What a value that a read shows means for a setting that an override has, or had until now."""

    THERE = auto()
    """It is the desired one, or what the cloud has made of it."""
    NOT_THERE = auto()
    """It is the base, or one of ours: the desired one is not there yet, or was lost again."""
    MADE_OF_OURS = auto()
    """The cloud has made it of the value that we sent."""
    NEW_BASE = auto()
    """Nothing of ours is on the cloud yet: it is what to return to."""
    BY_HAND = auto()
    SUSPECTED = auto()
    """By hand, if a second read agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What is known of a setting that an override has, or had and that is not confirmed to be back."""

    ours: tuple[Value, ...] = ()
    """Values that the cloud may show because of us: what we sent, and what it has made of that."""
    sent: Value | None = None
    """The last value sent, or found to be there already."""
    accepted: bool = False
    """The cloud has taken `sent`."""
    accepted_at: datetime | None = None
    """When, by the cloud's clock."""
    made: tuple[tuple[Value, Value], ...] = ()
    """Values that we sent, each with one that the cloud has made of it, or seems to have."""
    confirmed: bool = False
    """A read has shown `sent` (or what was made of it) since it was sent."""

    def is_ours(self, value: Value) -> bool:
        """Return whether the cloud may show a value because of us."""
        return any(same_value(value, each) for each in self.ours)

    def is_there(self, value: Value, desired: Value) -> bool:
        """Return whether a value is the desired one, or what the cloud has made of it."""
        return same_value(value, desired) or any(
            same_value(sent, desired) and same_value(value, made)
            for sent, made in self.made
        )

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "ours": list(self.ours),
            "sent": self.sent,
            "accepted": self.accepted,
            "accepted_at": None
            if self.accepted_at is None
            else self.accepted_at.isoformat(),
            "made": [list(pair) for pair in self.made],
            "confirmed": self.confirmed,
        }

    @classmethod
    def from_json(cls, setting: Setting, raw: object) -> Self:
        """Read what was kept of a setting; what cannot be read counts as not known."""
        if not isinstance(raw, Mapping):
            return cls()
        ours = raw.get("ours")
        return cls(
            ours=tuple(
                value
                for each in (ours if isinstance(ours, list) else ())
                if (value := read_value(setting, each)) is not None
            ),
            sent=read_value(setting, raw.get("sent")),
            accepted=raw.get("accepted") is True,
            accepted_at=read_time(raw.get("accepted_at")),
            made=_read_pairs(setting, raw.get("made")),
            confirmed=raw.get("confirmed") is True,
        )

    def sending(self, value: Value) -> Self:
        """Return the state with a value about to be sent."""
        return replace(
            self,
            ours=tuple(dict.fromkeys((*self.ours, value))),
            sent=value,
            accepted=False,
            accepted_at=None,
            confirmed=False,
        )

    def confirmed_as(self, sent: Value, value: Value) -> Self:
        """Return the state after a read has shown a value that was sent, or what the cloud has made of it."""
        refuted = {
            made
            for of, made in self.made
            if same_value(of, sent) and not same_value(made, value)
        }
        return replace(
            self,
            ours=tuple(it for it in self.ours if it not in refuted),
            sent=sent,
            accepted=True,
            made=tuple(pair for pair in self.made if pair[1] not in refuted),
            confirmed=True,
        )

    def adopting(self, value: Value) -> Self:
        """Return the state with a value that the cloud seems to have made of ours; the next read confirms it."""
        return replace(
            self,
            ours=tuple(dict.fromkeys((*self.ours, value))),
            made=self.made
            if self.sent is None
            else tuple(dict.fromkeys((*self.made, (self.sent, value)))),
            accepted=True,
            confirmed=False,
        )

    def is_proven_by(self, wanted: Value, base: Value | None) -> bool:
        """Return whether a read that shows the wanted value can be no older one."""
        if self.sent is None:
            return same_value(wanted, base)
        return same_value(self.sent, wanted) and (
            self.accepted
            # It has been sent once only, and was never there before.
            or (self.ours == (wanted,) and not same_value(wanted, base))
        )

    def verdict(
        self,
        value: Value,
        wanted: Value,
        base: Value | None,
        *,
        since_ours: timedelta | None,
        is_suspected: bool,
        is_sent_by_hand: bool,
    ) -> Verdict:
        """Return what a value that a read shows means, where another one is wanted or was sent.

        `since_ours` is how long after our write the heat pump was last changed, None where that is not known.
        """
        if self.is_there(value, wanted):
            return Verdict.THERE
        if is_sent_by_hand and not self.is_ours(value):
            return Verdict.BY_HAND
        is_base = same_value(value, base)
        was_there = self.confirmed and same_value(self.sent, wanted)
        if not (self.ours or was_there):
            return Verdict.NOT_THERE if is_base else Verdict.NEW_BASE
        is_from_before = since_ours is not None and since_ours < -CLOCK_RESOLUTION
        is_soon = since_ours is not None and since_ours <= MADE_OF_OURS_WITHIN
        if self.is_ours(value):
            return Verdict.NOT_THERE
        if is_base and (
            is_from_before
            # There, and lost again; or not there yet.
            or (is_soon if was_there else not is_soon)
        ):
            return Verdict.NOT_THERE
        if is_soon:
            return Verdict.MADE_OF_OURS
        if since_ours is None and not self.confirmed:
            # Without a clock it is what the cloud has made of ours, but where it is another one, rounded.
            nearest = min(_distance(value, each) for each in (base, *self.ours))
            is_of_another = nearest < min(_distance(value, self.sent), ROUNDING)
            return Verdict.NOT_THERE if is_of_another else Verdict.MADE_OF_OURS
        if since_ours is not None or is_suspected:
            return Verdict.BY_HAND
        return Verdict.SUSPECTED

    def since_ours(
        self, updated_at: datetime | None, written_at: datetime | None
    ) -> timedelta | None:
        """Return how long after our write the heat pump was last changed; None where that says nothing.

        It says nothing either where the last change is a later one of ours, of other settings.
        """
        if updated_at is None or self.accepted_at is None:
            return None
        since_ours = updated_at - self.accepted_at
        if (
            written_at is not None
            and written_at > self.accepted_at
            and since_ours > MADE_OF_OURS_WITHIN
            and updated_at - written_at <= MADE_OF_OURS_WITHIN
        ):
            return None
        return since_ours


def _distance(one: Value, other: Value | None) -> float:
    """Return how far two values are from each other; values that are no numbers are all equally far."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other)
    return math.inf


def _read_pairs(setting: Setting, raw: object) -> tuple[tuple[Value, Value], ...]:
    pairs: list[tuple[Value, Value]] = []
    for pair in raw if isinstance(raw, list) else ():
        match pair:
            case [sent, made] if (key := read_value(setting, sent)) is not None and (
                value := read_value(setting, made)
            ) is not None:
                pairs.append((key, value))
    return tuple(pairs)
