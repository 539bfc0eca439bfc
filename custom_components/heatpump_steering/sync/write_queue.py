"""Changes on their way to the cloud: collected, coalesced, and kept in order.

Knows neither Home Assistant nor the cloud: a handler sends one batch, and gives every change of it an outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass, field
from functools import reduce
from traceback import format_tb
from typing import Any, Final

from ..api import Setting, Settings
from ..const import LOGGER, Target
from ..model.errors import StoppedError, UncertainError
from .waiting import result_of

# Company for a change comes within the same turns of the event loop: a batch goes when 2 ms have passed, and then five
# turns have brought nothing new. With that 90 scenes on two heat pumps, beside six processes that took all the CPU, were
# never more than one request for each heat pump; a lone change is on the wire after 4 ms.
QUIET: Final = 0.002
QUIET_TURNS: Final = 5
# But no longer than this in all, in seconds; and the same setting is not sent more often, so that a drag, whose values
# come every 0.1 s or so, is two requests a second.
LONGEST_WAIT: Final = 0.5

# How long an end (unloading, stopping) waits for what is on its way, in seconds.
DRAIN: Final = 10.0


@dataclass(slots=True, eq=False)
class QueuedChange:
    """The change of one caller, which is sent whole or not at all, and its outcome."""

    change: Settings
    outcome: asyncio.Future[None]

    def succeed(self) -> None:
        """Tell the caller that the change is on the cloud."""
        if not self.outcome.done():
            self.outcome.set_result(None)

    def fail(self, error: Exception) -> None:
        """Tell the caller why it is not."""
        if not self.outcome.done():
            self.outcome.set_exception(error)


@dataclass(slots=True, eq=False)
class Batch:
    """Changes to one target that go as one request."""

    target: Target
    resent: bool
    """The changes are those that the cloud has accepted, and not kept."""
    began: float
    compute: Callable[[], Awaitable[Settings]] | None = None
    """Returns what to send, at the moment of sending; there is one change then, and it is empty."""
    changes: list[QueuedChange] = field(default_factory=list)
    ready: bool = False
    """Nothing more is waited for; it goes when its turn has come."""
    timer: asyncio.Handle | None = None
    task: asyncio.Task[None] | None = None
    maybe_applied: bool = False
    """The answer to an attempt was lost, and the cloud may have made the change all the same."""

    @property
    def change(self) -> Settings:
        """Return all the changes as one: the last one for each setting wins."""
        return merged(self.changes)

    @property
    def is_by_hand(self) -> bool:
        """Return whether somebody has asked for these changes, and not an override or the cloud's forgetting."""
        return self.compute is None and not self.resent

    def is_ahead_of(self, later: Batch) -> bool:
        """Return whether the later one has to wait: home and heat pumps keep their order, heat pumps do not."""
        return _has_to_wait(later.target, (self.target,))


type Handler = Callable[[Batch], Awaitable[None]]
"""Sends a batch; has to give every change of it an outcome."""


def _has_to_wait(target: Target, ahead: Collection[Target]) -> bool:
    """Return whether a change to a target has to wait for one of those ahead of it: heat pumps do not for each other."""
    return target in ahead or None in ahead or (target is None and bool(ahead))


def merged(changes: Iterable[QueuedChange]) -> Settings:
    """Return changes, in their order, as one."""
    return reduce(Settings.merged_with, (it.change for it in changes), Settings())


class WriteQueue:
    """The changes of one config entry that are not on the cloud yet: one batch in flight for each target."""

    def __init__(
        self,
        handler: Handler,
        create_task: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        """Start empty; `create_task` starts a task that goes on when its caller is cancelled."""
        self._handler = handler
        self._create_task = create_task
        self._loop = asyncio.get_running_loop()
        self._batches: list[Batch] = []
        self._last_sent: dict[Target, tuple[float, frozenset[Setting]]] = {}
        self._closed = False

    @property
    def waiting(self) -> int:
        """Return how many changes are on their way."""
        return sum(len(batch.changes) for batch in self._batches)

    def pending(self, target: Target) -> Settings:
        """Return what is on its way and concerns the target, as one change."""
        return merged(
            it
            for batch in self._batches
            if batch.target in (None, target)
            for it in batch.changes
        )

    async def put(
        self, target: Target, change: Settings, *, resent: bool = False
    ) -> None:
        """Bring a change to the cloud; returns when the cloud has accepted it.

        Cancelling the caller does not take the change back. Raises SteeringError or LimitError for what was wrong
        with this very change, StoppedError when the queue closed before it was sent.
        """
        batch = self._batch_for(target, resent)
        outcome = self._add(batch, change)
        self._wait_for_company(batch)
        await result_of(outcome)

    async def put_computed(
        self, target: Target, compute: Callable[[], Awaitable[Settings]]
    ) -> None:
        """Send what `compute` returns when everything that is ahead has been sent; an empty change needs no request.

        Raises as `put` does, and what `compute` raises.
        """
        batch = self._append(
            Batch(target, resent=False, began=self._loop.time(), compute=compute)
        )
        outcome = self._add(batch, Settings())
        self._make_ready(batch)
        await result_of(outcome)

    async def drain(self) -> None:
        """Take nothing more, send what is waiting, and tell the callers of what could not be sent in time."""
        self._closed = True
        for batch in self._batches:
            self._make_ready(batch)
        if tasks := self._tasks():
            # One batch ends, the next begins: as long as there are any, and there is time.
            deadline = self._loop.time() + DRAIN
            while tasks and (left := deadline - self._loop.time()) > 0:
                await asyncio.wait(tasks, timeout=left)
                tasks = self._tasks()
        for batch in list(self._batches):
            if batch.task is not None:
                batch.task.cancel()
            self._finish(batch, StoppedError())

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [batch.task for batch in self._batches if batch.task is not None]

    def _add(self, batch: Batch, change: Settings) -> asyncio.Future[None]:
        queued = QueuedChange(change, self._loop.create_future())
        batch.changes.append(queued)
        return queued.outcome

    def _batch_for(self, target: Target, resent: bool) -> Batch:
        """Return the batch that a change made now goes into."""
        new = Batch(target, resent, self._loop.time())
        for batch in reversed(self._batches):
            if batch.is_ahead_of(new):
                if (
                    batch.target == target
                    and batch.task is None
                    and batch.compute is None
                    and batch.resent == resent
                ):
                    return batch
                break
        return self._append(new)

    def _append(self, new: Batch) -> Batch:
        if self._closed:
            raise StoppedError
        for batch in self._batches:
            # What has to go before this one can take no more company.
            if batch.is_ahead_of(new):
                self._make_ready(batch)
        self._batches.append(new)
        return new

    def _wait_for_company(self, batch: Batch) -> None:
        """Let the batch go when nothing more has come for a moment."""
        if batch.ready:
            return
        self._stop_waiting(batch)
        now = self._loop.time()
        last_at, last_settings = self._last_sent.get(batch.target, (0.0, frozenset()))
        if last_settings & batch.change.keys():
            goes_at = max(now + QUIET, last_at + LONGEST_WAIT)
        else:
            goes_at = min(now + QUIET, batch.began + LONGEST_WAIT)
        batch.timer = self._loop.call_at(goes_at, self._take_turn, batch, QUIET_TURNS)

    def _take_turn(self, batch: Batch, left: int) -> None:
        """Let the others on the event loop have their turns, as many as are left; then the batch is ready."""
        if left == 0 or self._loop.time() >= batch.began + LONGEST_WAIT:
            self._make_ready(batch)
        else:
            batch.timer = self._loop.call_soon(self._take_turn, batch, left - 1)

    def _stop_waiting(self, batch: Batch) -> None:
        if batch.timer is not None:
            batch.timer.cancel()
            batch.timer = None

    def _make_ready(self, batch: Batch) -> None:
        self._stop_waiting(batch)
        batch.ready = True
        self._send_what_can_go()

    def _send_what_can_go(self) -> None:
        """Start every ready batch that has no other one ahead of it."""
        # Which targets there are before each, so that a thousand are gone through once.
        ahead: set[Target] = set()
        for batch in self._batches:
            if (
                batch.ready
                and batch.task is None
                and not _has_to_wait(batch.target, ahead)
            ):
                settings = frozenset(batch.change.keys())
                self._last_sent[batch.target] = (self._loop.time(), settings)
                batch.task = self._create_task(self._send(batch))
            ahead.add(batch.target)

    async def _send(self, batch: Batch) -> None:
        """Send a batch; whatever happens, every caller gets an outcome."""
        try:
            await self._handler(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers wait for an answer
            # Without its words: whoever raised it had the key in its hands.
            LOGGER.error(
                "Unexpected %s while a change was sent:\n%s",
                type(error).__name__,
                "".join(format_tb(error.__traceback__)),
            )
            self._finish(batch, UncertainError(error))
        finally:
            self._finish(batch, StoppedError())
            self._send_what_can_go()

    def _finish(self, batch: Batch, error: Exception) -> None:
        """Take a batch off the list; nobody who is still waiting for it goes without an answer."""
        for queued in batch.changes:
            queued.fail(error)
        if batch in self._batches:
            self._batches.remove(batch)
