"""What is known of one heat pump: reported, accepted, shown, and what is desired of it.

The cloud may go on reporting an old value for a while after it has accepted a new one. This module decides what a read
means. Pure: times come in as seconds that only grow, and reads and writes carry numbers that say in which order they
came.
"""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..api import WRITE_ONLY, ReportedSettings, Setting, Settings, Value, same_value
from .accepted import GRACE, Accepted, Verdict, judge, knowing_more
from .limits import is_plausible
from .observation import observed
from .overrides import Overrides

REPORTED: Final = tuple(it for it in Setting if it not in WRITE_ONLY)
# For how long a change may be unconfirmed before anybody hears of it, in seconds: most are confirmed within a few.
LONG_WAIT: Final = 30.0
# By how much the cloud's clock has to be behind the last change that was seen, to have been put back.
CLOCK_WENT_BACK: Final = timedelta(minutes=1)
# How long reads from before one that was already seen are passed over, in seconds: then the cloud itself has gone back.
LONGEST_STEP_BACK: Final = 3600.0


class Status(StrEnum):
    """How the settings of a heat pump stand with the cloud."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True)
class NotKept:
    """A value that the cloud accepted and then did not keep, and the one that it holds instead."""

    accepted: Value
    held: Value


@dataclass(frozen=True, slots=True)
class ChangedElsewhere:
    """A setting that somebody else, or the cloud itself, has set: what was shown, and what is there now."""

    setting: Setting
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a read has brought to light."""

    changed_elsewhere: tuple[ChangedElsewhere, ...] = ()
    to_resend: Settings = field(default_factory=Settings)
    stayed_by_hand: Mapping[Setting, Value] = field(default_factory=dict)
    """Settings that the end of a vacation has left as somebody had set them meanwhile."""
    look_again: bool = False
    """A second read has to agree, some seconds later."""


NOTHING_NEW: Final = Outcome()


@dataclass(slots=True)
class DeviceShadow:
    """The state of one heat pump, or of a home that cannot be read."""

    reported: Settings = field(default_factory=Settings)
    updated_at: datetime | None = None
    """When the settings were last changed, by the cloud's clock."""
    overrides: Overrides = field(default_factory=Overrides)
    not_kept: dict[Setting, NotKept] = field(default_factory=dict)
    _accepted: dict[Setting, Accepted] = field(default_factory=dict)
    _sent: dict[Setting, dict[Value, list[float]]] = field(default_factory=dict)
    """Values on their way, or sent with an outcome that is not known, and at which times."""
    _sent_by_hand: dict[Setting, dict[Value, float]] = field(default_factory=dict)
    """Those of them that a person has sent, and not an override."""
    _last_read: int = 0
    _as_read: Overrides | None = None
    """What is in force and on its way, where the last read has changed nothing of it: the same one says nothing new."""
    _stepped_back_at: float | None = None
    """Since when reads are from before one that was already seen."""

    @property
    def accepted(self) -> Settings:
        """Return what the cloud took and has not shown back yet."""
        return Settings.of({key: it.value for key, it in self._accepted.items()})

    @property
    def shown(self) -> Settings:
        """Return the reported settings with the accepted ones on top."""
        if not self._accepted:
            return self.reported
        return self.reported.overlaid_with(self.accepted)

    @property
    def waiting(self) -> bool:
        """Return whether there is anything that a read has yet to confirm."""
        return self.waiting_since is not None

    @property
    def waiting_since(self) -> float | None:
        """Return since when a read has not confirmed what it has yet to confirm; None where there is nothing."""
        if not self._accepted:
            return None
        return min(
            (it.since for it in self._accepted.values() if not it.settled), default=None
        )

    @property
    def unsettled(self) -> set[Setting]:
        """Return what was accepted, and no read has shown yet."""
        return {key for key, it in self._accepted.items() if not it.settled}

    def status(self, now: float) -> Status:
        """Return how the settings stand with the cloud; a read soon after a change is nothing to wait for."""
        if (since := self.waiting_since) is not None and now - since >= LONG_WAIT:
            return Status.WAITING
        return Status.NOT_KEPT if self.not_kept else Status.CONFIRMED

    # Writing

    def restore(self, known: Settings) -> None:
        """Show what was known before a restart, for a cloud that cannot be read."""
        for setting, value in known.items():
            self._accepted[setting] = Accepted(
                value,
                number=0,
                until=0,
                since=0,
                began=None,
                accepted_at=None,
                before=(),
                settled=True,
            )

    def send(self, change: Settings, *, now: float, by_hand: bool) -> None:
        """Note that a change is on its way: if a read shows it, it was not somebody else."""
        for setting, value in change.with_implied().items():
            if by_hand:
                self._sent_by_hand.setdefault(setting, {})[value] = now
            times = self._sent.setdefault(setting, {}).setdefault(value, [])
            # One attempt before this one says as much as a whole night of them.
            del times[:-1]
            times.append(now)
        if by_hand:
            self.overrides = self.overrides.sending_by_hand(change)

    def not_sent(self, change: Settings) -> None:
        """Note that a change which was on its way has certainly not been applied."""
        for setting, value in change.with_implied().items():
            if value in (sent := self._sent.get(setting, {})):
                sent[value].pop()
                if not sent[value]:
                    del sent[value]
                    by_hand = self._sent_by_hand.get(setting, {}).pop(value, None)
                    if setting is Setting.HOT_WATER_MIN and by_hand is not None:
                        self.overrides = self.overrides.not_sent_by_hand(change)

    def accept(
        self,
        change: Settings,
        *,
        number: int,
        now: float,
        began: datetime | None,
        accepted_at: datetime | None,
        readable: bool = True,
        resent: bool = False,
    ) -> None:
        """Note that the cloud has accepted a change, and all that it implies.

        `number` is its place in the order of reads and writes, `now` the time in seconds; `began` and `accepted_at` are
        the server's own times of the beginning and the end of that. What cannot be read back is settled at once.
        """
        if (
            self.updated_at is not None
            and accepted_at is not None
            and accepted_at < self.updated_at - CLOCK_WENT_BACK
        ):
            # Nothing can be told from it any more which read is older.
            self.updated_at = None
        self.overrides = self.overrides.written(accepted_at)
        for setting, value in change.with_implied().without(WRITE_ONLY).items():
            self._sent_by_hand.pop(setting, None)
            earlier = self._accepted.get(setting)
            before = [sent for sent in self._sent.pop(setting, ()) if sent != value]
            if earlier:
                before.extend(earlier.before)
                if not resent:
                    before.append(earlier.value)
            if (reported := self.reported.get(setting)) is not None:
                before.append(reported)
            self._accepted[setting] = Accepted(
                value,
                number=number,
                until=now + GRACE,
                since=earlier.since if earlier and resent else now,
                began=began,
                accepted_at=accepted_at,
                before=tuple(dict.fromkeys(before)),
                resends=earlier.resends + 1 if earlier and resent else 0,
                settled=not readable,
            )
            self.not_kept.pop(setting, None)

    def give_up(self, change: Settings) -> None:
        """Note that what was to be sent again could not be: the reported values are shown."""
        for setting, value in change.items():
            held = self.reported.get(setting)
            if self._accepted.pop(setting, None) and held is not None:
                self.not_kept[setting] = NotKept(value, held)

    # Reading

    def read(self, reading: ReportedSettings, *, number: int, now: float) -> Outcome:
        """Judge a read that began at `number`, and return what follows from it."""
        first_read = self._last_read == 0
        is_from_before = self._is_from_before(reading.updated_at, now)
        if number < self._last_read or (is_from_before and not first_read):
            return NOTHING_NEW
        self._last_read = number
        if (
            not self._accepted
            and not self._sent
            and (not self.overrides.tracked or self.overrides is self._as_read)
            and (self.reported, self.updated_at)
            == (reading.settings, reading.updated_at)
        ):
            # As in nearly every poll: nothing is waited for, and nothing is new.
            return NOTHING_NEW
        shown_before = self.shown
        to_resend, given_up = self._judge_accepted(
            reading, number, now, is_from_before=is_from_before
        )
        if is_from_before:
            # Better than nothing to show, but no reason to decide anything.
            return Outcome()
        # Where an accepted value is still shown, this read has not shown it.
        before = self.overrides
        self.overrides = observed(
            before,
            self.shown,
            self._accepted.keys(),
            reading.updated_at,
            {setting: its.keys() for setting, its in self._sent_by_hand.items()},
        )
        self._as_read = before if self.overrides is before else None
        changed_elsewhere = (
            ()
            if first_read
            else tuple(self._changed_since(shown_before, but_for=given_up))
        )
        self._forget_sent(now)
        outcome = Outcome(
            changed_elsewhere,
            to_resend,
            look_again=bool(self.overrides.suspected),
        )
        return NOTHING_NEW if outcome == NOTHING_NEW else outcome

    def _is_from_before(self, updated_at: datetime | None, now: float) -> bool:
        """Return whether a read is a copy from before one that was already seen: it says nothing."""
        if (
            updated_at is None
            or self.updated_at is None
            or updated_at >= self.updated_at
        ):
            self._stepped_back_at = None
            return False
        if self._stepped_back_at is None:
            self._stepped_back_at = now
        return now - self._stepped_back_at < LONGEST_STEP_BACK

    def _judge_accepted(
        self,
        reading: ReportedSettings,
        number: int,
        now: float,
        *,
        is_from_before: bool,
    ) -> tuple[Settings, set[Setting]]:
        """Take over what a read reports; return what is to be sent again, and what the cloud has not kept."""
        if not is_from_before:
            self.updated_at = reading.updated_at or self.updated_at
        if not (self._accepted or self.not_kept):
            self.reported = reading.settings.without(WRITE_ONLY)
            return Settings(), set()
        believed = {
            setting: value
            for setting in REPORTED
            if (value := reading.settings.get(setting)) is not None
        }
        to_resend: dict[Setting, Value] = {}
        given_up: set[Setting] = set()
        for setting, accepted in list(self._accepted.items()):
            value = believed.pop(setting, None)
            if number < accepted.number:
                self._accepted[setting] = knowing_more(
                    accepted, value, reading.updated_at
                )
                value = self.reported.get(setting)
            else:
                # A value that no heat pump can have says nothing about one that was accepted.
                verdict = judge(
                    accepted,
                    None
                    if value is None or not is_plausible(setting, value)
                    else value,
                    reading.updated_at,
                    now,
                )
                if isinstance(verdict, Accepted):
                    self._accepted[setting] = verdict
                elif verdict is Verdict.BELIEVE:
                    del self._accepted[setting]
                elif setting in self.overrides.tracked:
                    # It is sent again until it is there, however often that takes.
                    del self._accepted[setting]
                    given_up.add(setting)
                elif verdict is Verdict.SEND_AGAIN:
                    to_resend[setting] = accepted.value
                    self._accepted[setting] = replace(accepted, until=now + GRACE)
                else:
                    # Of one that is not told nothing is known, and certainly not that it was not kept.
                    assert value is not None
                    del self._accepted[setting]
                    given_up.add(setting)
                    self.not_kept[setting] = NotKept(accepted.value, value)
            if value is not None:
                believed[setting] = value
        for setting, it in list(self.not_kept.items()):
            held = believed.get(setting)
            if held is not None and not same_value(held, it.held):
                del self.not_kept[setting]
        self.reported = Settings.of(believed)
        return Settings.of(to_resend), given_up

    def _changed_since(
        self, before: Settings, *, but_for: AbstractSet[Setting]
    ) -> list[ChangedElsewhere]:
        shown = self.shown
        return [
            ChangedElsewhere(setting, old, new)
            for setting, old in before.items()
            if (new := shown.get(setting)) is not None
            and not same_value(old, new)
            and setting not in but_for
            and new not in self._sent.get(setting, ())
            # Nor what the cloud has made of an override's value.
            and not (
                (it := self.overrides.tracked.get(setting)) is not None
                and it.is_ours(new)
            )
        ]

    def _forget_sent(self, now: float) -> None:
        """Forget what was sent so long ago that whoever sets the same value from now on is somebody else."""
        self._sent = {
            setting: kept
            for setting, values in self._sent.items()
            if (
                kept := {
                    value: late
                    for value, times in values.items()
                    if (late := [time for time in times if now < time + GRACE])
                }
            )
        }
        self._sent_by_hand = {
            setting: {value: at for value, at in its.items() if now < at + GRACE}
            for setting, its in self._sent_by_hand.items()
        }
