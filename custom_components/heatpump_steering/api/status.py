"""What the status of an answer means, where it is no success."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPMethod, HTTPStatus
import json
from typing import Any, Final

from .errors import (
    BadKeyError,
    Failure,
    NotFoundError,
    NotUnderstandableError,
    ReadingNotOfferedError,
    Refusal,
    RefusedError,
    TooManyRequestsError,
    UnavailableError,
)
from .redaction import HIDDEN, Redaction

# Whoever asks for a longer wait has made a mistake, and would be late for the end of a vacation.
LONGEST_WAIT: Final = 15 * 60.0
# Characters of a refusal that are quoted, and how many refusals of one change are.
LONGEST_WORDS: Final = 500
MOST_REFUSALS: Final = 50


def raise_for_status(
    method: HTTPMethod,
    status: int,
    headers: Mapping[str, str],
    text: str,
    redaction: Redaction,
) -> None:
    """Raise what a status of 400 and above means."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise BadKeyError(f"status {status}")
        case HTTPStatus.NOT_FOUND if (
            method is HTTPMethod.PATCH and "html" in headers.get("Content-Type", "")
        ):
            # A read may be missing there, but whoever has no change either is not this cloud.
            raise NotUnderstandableError("a web page", status=status)
        case HTTPStatus.NOT_FOUND:
            raise NotFoundError(f"status {status}")
        case HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.NOT_IMPLEMENTED if (
            method is HTTPMethod.GET
        ):
            raise ReadingNotOfferedError(f"status {status}")
        case (
            HTTPStatus.BAD_REQUEST
            | HTTPStatus.CONFLICT
            | HTTPStatus.UNPROCESSABLE_ENTITY
        ):
            raise RefusedError(_refusals(status, text, redaction))
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise TooManyRequestsError(_retry_after(headers))
        case _ if (
            status == HTTPStatus.REQUEST_TIMEOUT
            or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            raise UnavailableError(
                Failure.STATUS,
                maybe_applied=True,
                status=status,
                retry_after=_retry_after(headers),
            )
        case _ if status >= HTTPStatus.BAD_REQUEST:
            raise NotUnderstandableError("an answer", status=status)


def parsed(text: str) -> Any:
    """Return what an answer holds, or None where it is no JSON."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except ValueError, RecursionError:
        return None


def _refusals(status: int, text: str, redaction: Redaction) -> tuple[Refusal, ...]:
    """Read FastAPI's list of refusals, or make one of whatever words there are."""
    no_words = f"status {status}"

    def words(said: object) -> str:
        """Return what was said as far as it may be quoted."""
        if not isinstance(said, str) or (said := redaction.hide(said)) == HIDDEN:
            return ""
        said = said.strip()
        return said if len(said) <= LONGEST_WORDS else f"{said[: LONGEST_WORDS - 1]}…"

    answer = parsed(text)
    detail = answer.get("detail") if isinstance(answer, Mapping) else None
    if isinstance(detail, list):
        found = tuple(
            Refusal(_path(item.get("loc"), redaction), words(item["msg"]) or no_words)
            for item in detail[:MOST_REFUSALS]
            if isinstance(item, Mapping) and item.get("msg")
        )
        if found:
            return found
    said = detail
    if isinstance(answer, Mapping) and not said:
        said = answer.get("message")
    return (Refusal((), words(said) or no_words),)


def _path(loc: object, redaction: Redaction) -> tuple[str, ...]:
    if not isinstance(loc, list):
        return ()
    path = tuple(
        redaction.hide(str(part)) for part in loc if isinstance(part, str | int)
    )
    return path[1:] if path[:1] == ("body",) else path


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait in seconds that Retry-After asks for: seconds, or a date measured by the answer's own Date."""
    wanted = headers.get("Retry-After", "").strip()
    if wanted.isdecimal():
        return min(float(wanted), LONGEST_WAIT)
    until, now = http_date(wanted), http_date(headers.get("Date"))
    if until is None or now is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)


def http_date(value: str | None) -> datetime | None:
    """Read the time of a header; None for what is none."""
    try:
        return parsedate_to_datetime(value).astimezone(UTC) if value else None
    except OverflowError, ValueError:
        return None
