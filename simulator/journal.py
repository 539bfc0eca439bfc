"""What was asked of the cloud, when, and how it was answered. Without the key."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, overload

from .clock import Clock
from .reading import Json

_KEPT: Final = 20_000
_SHORTEST_KEY: Final = 4


@dataclass(slots=True, kw_only=True)
class Entry:
    """One public request.

    `in_flight` is how many requests of the same method for the same target (the user and device ids as they were
    sent) had not been answered when this one came: 0 = it came alone.
    """

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    body: Json
    """The parsed body; the raw text where it is not JSON; None where there is none."""
    user_id: str | None
    device_id: str | None
    key_right: bool
    cookies: str
    """The header, which a client that keeps no cookies does not send."""
    in_flight: int
    received: datetime
    received_monotonic: float
    answered: datetime | None = None
    answered_monotonic: float | None = None
    status: int | None = None
    """None while it is in flight, and for good where no answer was sent."""
    applied: bool = False
    """The change reached a heat pump (or a location) and was kept."""
    client_left: bool = False
    """The client closed the connection before the answer."""
    finished: bool = False
    """Answered, dropped, or left by the client."""

    def to_json(self) -> dict[str, Json]:
        """Return the entry for the control interface."""
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "body": self.body,
            "user_id": self.user_id,
            "device_id": self.device_id,
            "key_right": self.key_right,
            "cookies": self.cookies,
            "in_flight": self.in_flight,
            "received": self.received.isoformat(),
            "received_monotonic": self.received_monotonic,
            "answered": None if self.answered is None else self.answered.isoformat(),
            "answered_monotonic": self.answered_monotonic,
            "status": self.status,
            "applied": self.applied,
            "client_left": self.client_left,
            "finished": self.finished,
        }


class Journal:
    """The public requests, oldest first; the last 20 000 of them."""

    def __init__(self, clock: Clock) -> None:
        """Start an empty journal."""
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._number = 0
        self._in_flight: list[Entry] = []
        self._changed = asyncio.Event()

    def open(
        self,
        *,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Json,
        user_id: str | None,
        device_id: str | None,
        key: str | None,
        key_right: bool,
        cookies: str,
    ) -> Entry:
        """Note a request as it comes in. `key` is what was sent: it is blotted out wherever else it stands."""
        target = (method, _without_text(user_id, key), _without_text(device_id, key))
        self._number += 1
        entry = Entry(
            number=self._number,
            method=method,
            path=_without_text(path, key),
            query={
                _without_text(name, key): _without_text(value, key)
                for name, value in query.items()
            },
            body=without_key(body, key),
            user_id=target[1],
            device_id=target[2],
            key_right=key_right,
            cookies=_without_text(cookies, key),
            in_flight=sum(
                (each.method, each.user_id, each.device_id) == target
                for each in self._in_flight
            ),
            received=self._clock.wall(),
            received_monotonic=self._clock.monotonic(),
        )
        self._entries.append(entry)
        self._in_flight.append(entry)
        self._notify()
        return entry

    def finish(self, entry: Entry, status: int | None) -> None:
        """Note how a request was answered; None = it was not. Only the first word counts."""
        if entry.finished:
            return
        entry.finished = True
        entry.status = status
        if status is not None:
            entry.answered = self._clock.wall()
            entry.answered_monotonic = self._clock.monotonic()
        self._in_flight.remove(entry)
        self._notify()

    def leave(self, entry: Entry) -> None:
        """Note that the client went away before the answer."""
        entry.client_left = not entry.finished
        self.finish(entry, None)

    def entries(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        user_id: str | None = None,
        device_id: str | None = None,
        finished: bool = False,
        since: int = 0,
    ) -> list[Entry]:
        """Return the requests that match all that is given, oldest first. `since`: only higher numbers."""
        return [
            entry
            for entry in self._entries
            if entry.number > since
            and method in (None, entry.method)
            and path in (None, entry.path)
            and user_id in (None, entry.user_id)
            and device_id in (None, entry.device_id)
            and (entry.finished or not finished)
        ]

    def patches(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the bodies of the PATCHes, oldest first; those that are no JSON object are left out.

        Takes the filters of `entries`.
        """
        return [
            dict(entry.body)
            for entry in self.entries(method="PATCH", **filters)
            if isinstance(entry.body, Mapping)
        ]

    def in_flight(self) -> list[Entry]:
        """Return the requests that have come in and not been answered, oldest first."""
        return list(self._in_flight)

    async def wait_for(
        self, count: int, *, timeout: float = 10, **filters: Any
    ) -> list[Entry]:
        """Wait until so many requests match the filters of `entries`, and return them.

        With `finished=True` only those count that have been answered, dropped or left.
        Raises TimeoutError after `timeout` seconds of the event loop, saying how many have come.
        """
        found: list[Entry] = []
        try:
            async with asyncio.timeout(timeout):
                while len(found := self.entries(**filters)) < count:
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(
                f"{len(found)} of {count} requests after {timeout} s ({filters})"
            ) from None
        return found

    async def wait_idle(self, *, timeout: float = 10) -> None:
        """Wait until nothing is in flight. Raises TimeoutError."""
        try:
            async with asyncio.timeout(timeout):
                while self._in_flight:
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(
                f"{len(self._in_flight)} requests in flight after {timeout} s"
            ) from None

    def clear(self) -> None:
        """Forget what has been. What is in flight goes on, unlisted; numbers go on too."""
        self._entries.clear()

    def __len__(self) -> int:
        """Return how many requests are listed."""
        return len(self._entries)

    def _notify(self) -> None:
        # Everyone who waits has the old event, everyone who starts to wait gets the new one.
        self._changed.set()
        self._changed = asyncio.Event()


def without_key(value: Json, key: str | None) -> Json:
    """Return a value with a key that was put where no key belongs blotted out of its texts."""
    if isinstance(value, str):
        return _without_text(value, key)
    if isinstance(value, list):
        return [without_key(each, key) for each in value]
    if isinstance(value, Mapping):
        return {
            _without_text(name, key): without_key(each, key)
            for name, each in value.items()
        }
    return value


@overload
def _without_text(text: str, key: str | None) -> str: ...
@overload
def _without_text(text: str | None, key: str | None) -> str | None: ...
def _without_text(text: str | None, key: str | None) -> str | None:
    # A wrong key can be a letter or two, which would blot out half of every text.
    if text is None or key is None or len(key) < _SHORTEST_KEY:
        return text
    return text.replace(key, "[key]")
