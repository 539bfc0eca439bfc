"""A value that the cloud has accepted, until a read shows it or shows that it was not kept."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from ..api import Value, same_value

# How long a read may go on showing an old value until the cloud has not kept the new one, in seconds.
GRACE: Final = 90.0
MAX_RESENDS: Final = 2
# A Date header has whole seconds, updated_at has more.
DATE_RESOLUTION: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A value that the cloud took with a 204 and has not shown back yet."""

    value: Value
    number: int
    """When it was accepted, in the order of reads and writes."""
    until: float
    """When the grace time ends."""
    since: float
    """When it was accepted first, in seconds."""
    began: datetime | None
    """When it was sent, by the server's clock: from then on a change may be somebody else's."""
    accepted_at: datetime | None
    """When it was accepted, by the server's clock: after that a change is certainly not this one."""
    before: tuple[Value, ...]
    """What an old read may still show: the value from before, and those sent on the way."""
    resends: int = 0
    settled: bool = False
    """Nothing to wait for: it was shown back, or the cloud does not report this setting at all."""


class Verdict(Enum):
    """What to do with an accepted value after a read, where it does not simply stay."""

    BELIEVE = auto()
    """The read tells the truth: the value is confirmed, or it was set elsewhere."""
    SEND_AGAIN = auto()
    NOT_KEPT = auto()


def knowing_more(
    accepted: Accepted, value: Value | None, updated_at: datetime | None
) -> Accepted:
    """Learn from a read that began before the write what later reads, if they lag, may still show."""
    if (
        value is None
        or same_value(value, accepted.value)
        or _is_later(updated_at, accepted.accepted_at)
    ):
        return accepted
    return replace(accepted, before=tuple(dict.fromkeys((*accepted.before, value))))


def _is_later(updated_at: datetime | None, than: datetime | None) -> bool:
    """Return whether the settings were certainly changed after a time, all by the server's clock."""
    return (
        updated_at is not None
        and than is not None
        and updated_at - than > DATE_RESOLUTION
    )


def judge(
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
    if _is_later(updated_at, accepted.accepted_at):
        return Verdict.BELIEVE
    if (
        updated_at is None
        or accepted.began is None
        # Somebody may have set it back since, and we never fight another person over a setting.
        or _is_later(updated_at, accepted.began)
        or accepted.resends >= MAX_RESENDS
    ):
        return Verdict.NOT_KEPT
    return Verdict.SEND_AGAIN
