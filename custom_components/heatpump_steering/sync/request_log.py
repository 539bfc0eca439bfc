"""The last requests, for diagnostics and system health. Without the key, and without ids."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..api import Sent

_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class Request:
    """A request, when it ended by our clock, and how."""

    at: datetime
    sent: Sent

    def as_dict(self) -> dict[str, Any]:
        """Return it for diagnostics."""
        return {
            "at": self.at.isoformat(),
            "method": self.sent.method,
            "path": self.sent.path,
            "outcome": self.sent.outcome,
            "milliseconds": round(self.sent.seconds * 1000),
        }


class RequestLog:
    """The last fifty requests, oldest first."""

    def __init__(self) -> None:
        """Start without any."""
        self._requests: deque[Request] = deque(maxlen=_KEPT)
        self.last_read: datetime | None = None
        """When the cloud was last read with success."""
        self.last_write: datetime | None = None
        """When the cloud last accepted a change."""

    def note(self, sent: Sent) -> None:
        """Note a request that has just ended."""
        now = dt_util.utcnow()
        self._requests.append(Request(now, sent))
        if sent.outcome == "200":
            self.last_read = now
        elif sent.outcome == "204":
            self.last_write = now

    def as_list(self) -> list[dict[str, Any]]:
        """Return them for diagnostics."""
        return [request.as_dict() for request in self._requests]
