"""What keeps a change from the cloud, beside the cloud itself."""

from enum import StrEnum
from typing import Final

from ..api import SteeringError


class LimitError(Exception):
    """A change that is refused before it reaches the cloud."""


class StoppedError(Exception):
    """The connection to the home was closed before the change could be sent."""


class UncertainError(SteeringError):
    """It is not known whether the change is on the cloud; `last` is what went wrong with the last attempt."""

    maybe_applied = True

    def __init__(self, last: Exception) -> None:
        """Keep what went wrong last."""
        super().__init__(last)
        self.last = last


class StorageError(Exception):
    """What has to be on disk before a change is sent could not be written there."""


class SettingsUnknownError(Exception):
    """Something cannot be done for want of a setting that the cloud does not tell right now."""


class NotKeptError(Exception):
    """The cloud has accepted a change, and did not keep it."""


type Problem = (
    SteeringError
    | LimitError
    | StorageError
    | StoppedError
    | SettingsUnknownError
    | NotKeptError
)
"""What keeps a heat pump from what is desired of it."""


class Pending(StrEnum):
    """What is tried on."""

    VACATION_START = "vacation_start"
    VACATION_END = "vacation_end"
    OVERRIDE_START = "override_start"
    OVERRIDE_END = "override_end"


class PendingError(Exception):
    """What could not be begun or ended everywhere yet, though it is tried on; `problem` is why."""

    def __init__(self, problem: Problem, pending: Pending) -> None:
        """Keep why, and what it is."""
        super().__init__(problem)
        self.problem = problem
        self.pending = pending


PROBLEMS: Final = (
    SteeringError,
    LimitError,
    StorageError,
    StoppedError,
    SettingsUnknownError,
    PendingError,
)
"""Whatever may come of a change, to be made words."""
