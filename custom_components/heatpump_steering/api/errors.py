"""What can go wrong with the cloud: one exception for each kind of failure.

No text here ever holds the API key: it is in a request header only, and headers are not put into messages.
"""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import override

from .models import PassedOver


class SteeringError(Exception):
    """Any failure with the cloud."""

    maybe_applied = False
    """Whether a write may have arrived all the same."""


class BadKeyError(SteeringError):
    """The cloud answered 401 or 403: to a write the key is wrong, to a read it may be one that may only write."""


class NotFoundError(SteeringError):
    """The cloud answered 404: it does not know the user or the heat pump, or not this request."""


class ReadingNotOfferedError(SteeringError):
    """There is no way to read settings on the server, or in its version (405 or 501)."""


class ReadingRefusedError(SteeringError):
    """The key may write, but not read, or not any more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that the cloud refused, as FastAPI words it."""

    path: tuple[str, ...]
    """The part of the body, without the leading "body"; empty where the cloud does not tell."""
    message: str


@dataclass(eq=False)
class RefusedError(SteeringError):
    """The cloud refused the change (400, 409 or 422). To send it again would change nothing."""

    refusals: tuple[Refusal, ...]
    """What the cloud said of each part that it refused; never empty."""

    @override
    def __str__(self) -> str:
        return "; ".join(refusal.message for refusal in self.refusals)


class TooManyRequestsError(SteeringError):
    """The cloud answered 429."""

    def __init__(self, retry_after: float | None) -> None:
        """Keep the wait that it asked for, in seconds; None where it did not say."""
        super().__init__(f"too many requests, retry after {retry_after} s")
        self.retry_after = retry_after


class Failure(StrEnum):
    """What kept the answer away."""

    NOT_REACHED = "not_reached"
    NO_ANSWER = "no_answer"
    """Not within the time limit."""
    BROKEN_OFF = "broken_off"
    """The connection, before the answer was complete."""
    STATUS = "status"
    """The answer says that there is none: 408 or 5xx."""


@dataclass(eq=False)
class UnavailableError(SteeringError):
    """The cloud could not be reached, took too long, or answered 408 or 5xx."""

    failure: Failure
    _: KW_ONLY
    maybe_applied: bool
    status: int | None = None
    """What it answered."""
    retry_after: float | None = None
    """The wait that it asked for, in seconds."""

    @override
    def __str__(self) -> str:
        if self.status is not None:
            return f"status {self.status}"
        return self.failure.replace("_", " ")


class NotUnderstandableError(SteeringError):
    """The answer is not one of this API's: HTML, broken JSON, a redirect, an unknown status."""

    maybe_applied = True

    def __init__(self, message: str, *, status: int) -> None:
        """Keep what was found, and the status of the answer."""
        super().__init__(f"{message} of status {status}")
        self.status = status


class AnswerTooLongError(NotUnderstandableError):
    """The answer is longer than any of this API's can be, so it was not read to its end."""


class ContradictoryChangeError(SteeringError):
    """A single change asks for flex trading and for another optimisation at once."""


class NothingListedError(SteeringError):
    """The cloud answers, and tells of no heat pump."""

    def __init__(self, passed_over: PassedOver, device_id: str | None) -> None:
        """Keep what there is instead, and the only heat pump that is looked for."""
        super().__init__("no heat pump in the answer")
        self.passed_over = passed_over
        self.device_id = device_id
