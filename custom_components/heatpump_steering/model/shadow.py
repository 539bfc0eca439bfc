"""What is known of one heat pump's settings: reported, accepted, and shown.

The cloud may go on reporting an old value for a while after it has accepted a new one. This module decides what
a read means. It knows neither a clock nor Home Assistant: times come in as seconds that only grow, and reads and
writes carry numbers that say in which order they came.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final

from ..api import WRITE_ONLY, ReportedSettings, Setting, Settings, Value, same_value

# How long a read may go on showing an old value until the cloud has not kept the new one, in seconds.
GRACE: Final = 90.0
MAX_RESENDS: Final = 2
REPORTED: Final = tuple(setting for setting in Setting if setting not in WRITE_ONLY)
# A Date header has whole seconds, updated_at has more.
DATE_RESOLUTION: Final = timedelta(seconds=1)


class Status(StrEnum):
    """How the settings of a heat pump stand with the cloud."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A value that the cloud took with a 204 and has not shown back yet."""

    value: Value
    number: int
    """When it was accepted, in the order of reads and writes."""
    until: float
    """When the grace time ends."""
    server_time: datetime | None
    """The server's own time of the 204."""
    before: tuple[Value, ...]
    """What an old read may still show: the value from before, and those sent on the way."""
    resends: int = 0
    settled: bool = False
    """Nothing to wait for: it was shown back, or the cloud does not report this setting at all."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """A wish that the cloud accepted and then did not keep, and the value that it holds instead."""

    wished: Value
    held: Value


@dataclass(frozen=True, slots=True)
class ChangedElsewhere:
    """A setting that somebody else, or the cloud itself, has set: what was shown, and what is there now."""

    setting: Setting
    old: Value
    new: Value
    unconfirmed: bool = False
    """Nothing shows that this is newer than what we had sent: it may be what the cloud itself has made of that."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a read has brought to light."""

    changed_elsewhere: tuple[ChangedElsewhere, ...] = ()
    to_resend: Settings = field(default_factory=Settings)


NOTHING_NEW: Final = Outcome()


@dataclass(slots=True)
class DeviceShadow:
    """The book of one heat pump, or of a target that cannot be read."""

    reported: Settings = field(default_factory=Settings)
    updated_at: datetime | None = None
    """When the settings were last changed, by the cloud's clock."""
    not_kept: dict[Setting, NotKept] = field(default_factory=dict)
    _accepted: dict[Setting, Accepted] = field(default_factory=dict)
    _sent: dict[Setting, dict[Value, list[float]]] = field(default_factory=dict)
    """Values on their way, or sent with an outcome that nobody knows, and at which times."""
    _last_read: int = 0

    @property
    def accepted(self) -> Settings:
        """Return what the cloud took and has not shown back yet."""
        return Settings.of(
            {setting: it.value for setting, it in self._accepted.items()}
        )

    @property
    def shown(self) -> Settings:
        """Return the reported settings with the accepted ones on top."""
        if not self._accepted:
            return self.reported
        return self.reported.overlaid_with(self.accepted)

    @property
    def waiting(self) -> bool:
        """Return whether there is anything that a read has yet to confirm."""
        return bool(self._accepted) and any(
            not it.settled for it in self._accepted.values()
        )

    @property
    def unsettled(self) -> set[Setting]:
        """Return what was sent, and no read has shown yet; also where nobody knows whether it was accepted."""
        on_the_way = {setting for setting, sent in self._sent.items() if sent}
        waiting = {setting for setting, it in self._accepted.items() if not it.settled}
        return on_the_way | waiting

    @property
    def status(self) -> Status:
        """Return how the settings stand with the cloud."""
        if self.waiting:
            return Status.WAITING
        return Status.NOT_KEPT if self.not_kept else Status.CONFIRMED

    def restore(self, kept: Settings) -> None:
        """Put back what was accepted before a restart, for a cloud that cannot be read."""
        for setting, value in kept.items():
            self._accepted[setting] = Accepted(
                value, number=0, until=0, server_time=None, before=(), settled=True
            )

    def send(self, change: Settings, *, now: float) -> None:
        """Note that a change is on its way: if a read shows it, it was not somebody else."""
        for setting, value in change.with_implied().items():
            times = self._sent.setdefault(setting, {}).setdefault(value, [])
            # One attempt before this one says as much as a whole night of them.
            del times[:-1]
            times.append(now)

    def refuse(self, change: Settings) -> None:
        """Note that a change which was on its way has certainly not been applied."""
        for setting, value in change.with_implied().items():
            if value in (sent := self._sent.get(setting, {})):
                sent[value].pop()
                if not sent[value]:
                    del sent[value]

    def accept(
        self,
        change: Settings,
        *,
        number: int,
        now: float,
        server_time: datetime | None,
        readable: bool = True,
        resent: bool = False,
    ) -> None:
        """Note that the cloud has accepted a change, and all that it implies.

        `number` is its place in the order of reads and writes, `now` the time in seconds, `server_time` the
        server's own time of it. What cannot be read back is settled at once.
        """
        for setting, value in change.with_implied().without(WRITE_ONLY).items():
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
                server_time=server_time,
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

    def read(self, reading: ReportedSettings, *, number: int, now: float) -> Outcome:
        """Judge a read that began at `number`, and return what follows from it."""
        if number < self._last_read:
            return NOTHING_NEW
        first_read = self._last_read == 0
        self._last_read = number
        if (
            not self._accepted
            and not self._sent
            and (self.reported, self.updated_at)
            == (reading.settings, reading.updated_at)
        ):
            # As in nearly every poll: nothing is waited for, and nothing is new.
            return NOTHING_NEW
        shown_before = self.shown

        believed = {
            setting: value
            for setting in REPORTED
            if (value := reading.settings.get(setting)) is not None
        }
        to_resend: dict[Setting, Value] = {}
        given_up: set[Setting] = set()
        unconfirmed = {
            setting
            for setting, it in self._accepted.items()
            if not it.settled and not _changed_since(it, reading.updated_at)
        }
        for setting, accepted in list(self._accepted.items()):
            value = believed.pop(setting, None)
            if number < accepted.number:
                self._accepted[setting] = _knowing_more(
                    accepted, value, reading.updated_at
                )
                value = self.reported.get(setting)
            else:
                verdict = _judge(accepted, value, reading.updated_at, now)
                if isinstance(verdict, Accepted):
                    self._accepted[setting] = verdict
                elif verdict is Verdict.SEND_AGAIN:
                    to_resend[setting] = accepted.value
                    self._accepted[setting] = replace(accepted, until=now + GRACE)
                else:
                    del self._accepted[setting]
                    if verdict is Verdict.NOT_KEPT and value is not None:
                        given_up.add(setting)
                        self.not_kept[setting] = NotKept(accepted.value, value)
            if value is not None:
                believed[setting] = value
        for setting, it in list(self.not_kept.items()):
            held = believed.get(setting)
            if held is not None and not same_value(held, it.held):
                del self.not_kept[setting]
        self.reported = Settings.of(believed)
        self.updated_at = reading.updated_at

        shown_now = self.shown
        changed_elsewhere = (
            ()
            if first_read
            else tuple(
                ChangedElsewhere(setting, old, new, unconfirmed=setting in unconfirmed)
                for setting, old in shown_before.items()
                if (new := shown_now.get(setting)) is not None
                and not same_value(old, new)
                and setting not in given_up
                and new not in self._sent.get(setting, ())
            )
        )
        self._forget_sent(now)
        if not changed_elsewhere and not to_resend:
            return NOTHING_NEW
        return Outcome(changed_elsewhere, Settings.of(to_resend))

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


class Verdict(Enum):
    """What to do with an accepted value after a read, where it does not simply stay."""

    BELIEVE = auto()
    """The read tells the truth: the value is confirmed, or it was set elsewhere."""
    SEND_AGAIN = auto()
    NOT_KEPT = auto()


def _knowing_more(
    accepted: Accepted, value: Value | None, updated_at: datetime | None
) -> Accepted:
    """Learn from a read that began before the write what later reads, if they lag, may still show."""
    if (
        value is None
        or same_value(value, accepted.value)
        or _changed_since(accepted, updated_at)
    ):
        return accepted
    return replace(accepted, before=tuple(dict.fromkeys((*accepted.before, value))))


def _changed_since(accepted: Accepted, updated_at: datetime | None) -> bool:
    """Return whether the settings were certainly changed after the value was accepted, all by the server's clock."""
    return (
        updated_at is not None
        and accepted.server_time is not None
        and updated_at - accepted.server_time > DATE_RESOLUTION
    )


def _judge(
    accepted: Accepted, value: Value | None, updated_at: datetime | None, now: float
) -> Accepted | Verdict:
    """Judge what a read says of an accepted value."""
    waited_enough = now >= accepted.until
    if value is None:
        return replace(accepted, settled=True) if waited_enough else accepted
    is_old = any(same_value(value, before) for before in accepted.before)
    if same_value(value, accepted.value):
        # There and back again: it may be the value from before, with one of the way there still to come.
        ambiguous = is_old and len(accepted.before) > 1 and not waited_enough
        return replace(accepted, settled=True) if ambiguous else Verdict.BELIEVE
    if not is_old or (waited_enough and accepted.settled):
        return Verdict.BELIEVE
    if not waited_enough:
        return accepted
    if updated_at is None or accepted.server_time is None:
        return Verdict.NOT_KEPT
    if _changed_since(accepted, updated_at):
        # Somebody may have set it back since, and we never fight another person over a setting.
        return Verdict.BELIEVE
    return Verdict.SEND_AGAIN if accepted.resends < MAX_RESENDS else Verdict.NOT_KEPT
