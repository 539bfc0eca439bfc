"""Changes on their way to the cloud: collected, merged, kept in order, sent, repeated, and told of.

Knows neither Home Assistant nor the cloud: it is given a way to deliver one change, and runs on the event loop.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import reduce
import random
from traceback import format_tb
from typing import Any, Final, Protocol

from ..api import (
    IN_JSON,
    Failure,
    NotUnderstandableError,
    Refusal,
    RefusedError,
    Setting,
    Settings,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from ..const import LOGGER, Target
from ..model.limits import LimitError

# A change waits this long for company, in seconds. The calls of a scene that sets everything arrive less than 1 ms apart,
# the whole scene within 2 ms, as medians; where other programs want every processor, up to 96 ms were seen between two
# (scripts/bench measures both, docs/performance.md tells more). So the window is as long as the longest gap. A shorter
# one would make a scene two requests just where a machine is slow; a longer one would make every change wait for what
# does not come, and a person begins to notice from about 0.1 s on.
QUIET: Final = 0.1
# But no longer than this in all: more than twice the 208 ms from the first to the last call of the slowest scene. And the
# same setting is not sent more often, so a drag, whose values come every 0.1 s or so, is two requests a second.
PATIENCE: Final = 0.5

# How long the cloud may take to accept a change, repeats and all, in seconds.
DEADLINE: Final = 30.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
# Up to which part of a pause is random, so that many houses do not come back in step.
JITTER: Final = 0.5

# What the rules for a change as a whole are about.
HOT_WATER: Final = {Setting.HOT_WATER_MIN, Setting.HOT_WATER_MAX}

# How long an end (unloading, stopping) waits for what is on its way, in seconds.
DRAIN: Final = 10.0


class StoppedError(Exception):
    """The connection to the home was closed before the change could be sent."""


class UncertainError(SteeringError):
    """Nobody can tell whether the change is on the cloud; `last` is what went wrong with the last attempt."""

    maybe_applied = True

    def __init__(self, last: Exception) -> None:
        """Keep what went wrong last."""
        super().__init__(last)
        self.last = last


class Delivery(Protocol):
    """The way to the cloud."""

    def check(self, target: Target, change: Settings) -> None:
        """Raise LimitError if the change as a whole cannot be, given what is shown."""

    async def deliver(self, target: Target, change: Settings, *, resent: bool) -> None:
        """Send the change once; returns when it is accepted. Raises SteeringError."""

    async def arrived(self, target: Target, change: Settings) -> bool:
        """Find out whether a change of unknown outcome is on the cloud."""


@dataclass(slots=True, eq=False)
class Wish:
    """The change of one caller, which is sent whole or not at all, and its outcome."""

    change: Settings
    outcome: asyncio.Future[None]

    def succeed(self) -> None:
        """Tell the caller that the change is on the cloud."""
        self.outcome.set_result(None)

    def fail(self, error: Exception) -> None:
        """Tell the caller why it is not."""
        if not self.outcome.done():
            self.outcome.set_exception(error)


@dataclass(slots=True, eq=False)
class Batch:
    """Wishes for one target that go as one request."""

    target: Target
    resent: bool
    began: float
    wishes: list[Wish] = field(default_factory=list)
    ready: bool = False
    """Nothing more is waited for; it goes when its turn has come."""
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    maybe_applied: bool = False
    """The answer to an attempt was lost, and the cloud may have made the change all the same."""

    @property
    def change(self) -> Settings:
        """Return all the wishes as one change: the last one for each setting wins."""
        return merged(self.wishes)

    def in_the_way_of(self, later: Batch) -> bool:
        """Return whether the later one has to wait: home and heat pumps keep their order, heat pumps do not."""
        return None in (self.target, later.target) or self.target == later.target

    def fail(self, wish: Wish, error: SteeringError | LimitError) -> None:
        """Tell a caller why its wish is not on the cloud; or that it may be there all the same."""
        if (
            self.maybe_applied
            and wish.change
            and not isinstance(error, (UnavailableError, NotUnderstandableError))
        ):
            # All but these two sound as if nothing could have been changed.
            error = UncertainError(error)
        wish.fail(error)


def merged(wishes: Sequence[Wish]) -> Settings:
    """Return wishes, in their order, as one change."""
    return reduce(Settings.merged_with, (wish.change for wish in wishes), Settings())


class WriteQueue:
    """Takes the changes of one config entry to the cloud."""

    def __init__(
        self,
        delivery: Delivery,
        create_task: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        """Start empty; `create_task` starts a background task."""
        self._delivery = delivery
        self._create_task = create_task
        self._loop = asyncio.get_running_loop()
        self._batches: list[Batch] = []
        self._last_sent: dict[Target, tuple[float, frozenset[Setting]]] = {}
        self._closed = False

    @property
    def waiting(self) -> int:
        """Return how many wishes are on their way."""
        return sum(len(batch.wishes) for batch in self._batches)

    def pending(self, target: Target) -> Settings:
        """Return what is on its way and concerns the target, as one change."""
        return merged(
            [
                wish
                for batch in self._batches
                if batch.target in (None, target)
                for wish in batch.wishes
            ]
        )

    async def submit(
        self, target: Target, change: Settings, *, resent: bool = False
    ) -> None:
        """Bring a change to the cloud; returns when the cloud has accepted it.

        Cancelling the caller does not take the change back. Raises SteeringError or LimitError for what was wrong
        with this very change, StoppedError when the write queue closed before it was sent.
        """
        if self._closed:
            raise StoppedError
        wish = Wish(change, self._loop.create_future())
        wish.outcome.add_done_callback(_mark_as_seen)
        batch = self._batch_for(target, resent)
        batch.wishes.append(wish)
        self._wait_for_more(batch)
        # Not asyncio.shield: it reports the error of a wish whose caller was cancelled.
        await asyncio.wait([wish.outcome])
        wish.outcome.result()

    async def settle(self) -> None:
        """Wait until what is on its way now has arrived, or failed."""
        outcomes = [wish.outcome for batch in self._batches for wish in batch.wishes]
        if outcomes:
            await asyncio.wait(outcomes)

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

    def _batch_for(self, target: Target, resent: bool) -> Batch:
        """Return the batch that a wish made now goes into."""
        new = Batch(target, resent, self._loop.time())
        for batch in reversed(self._batches):
            if batch.in_the_way_of(new):
                if (
                    batch.target == target
                    and batch.task is None
                    and batch.resent == resent
                ):
                    return batch
                break
        for batch in self._batches:
            # What has to go before this one can take no more company.
            if batch.in_the_way_of(new):
                self._make_ready(batch)
        self._batches.append(new)
        return new

    def _wait_for_more(self, batch: Batch) -> None:
        """Let the batch go when nothing more has come for a moment."""
        if batch.ready:
            return
        if batch.timer is not None:
            batch.timer.cancel()
        now = self._loop.time()
        goes_at = min(now + QUIET, batch.began + PATIENCE)
        last_at, last_settings = self._last_sent.get(batch.target, (0.0, frozenset()))
        if last_settings & batch.change.keys():
            goes_at = max(goes_at, last_at + PATIENCE)
        batch.timer = self._loop.call_at(goes_at, self._make_ready, batch)

    def _make_ready(self, batch: Batch) -> None:
        if batch.timer is not None:
            batch.timer.cancel()
            batch.timer = None
        batch.ready = True
        self._send_what_can_go()

    def _send_what_can_go(self) -> None:
        """Start every ready batch that has no other one before it in its way."""
        for index, batch in enumerate(self._batches):
            if (
                batch.ready
                and batch.task is None
                and not any(
                    earlier.in_the_way_of(batch) for earlier in self._batches[:index]
                )
            ):
                settings = frozenset(batch.change.keys())
                self._last_sent[batch.target] = (self._loop.time(), settings)
                batch.task = self._create_task(self._send(batch))

    async def _send(self, batch: Batch) -> None:
        """Send a batch, and tell every caller the outcome of its own wish."""
        try:
            await self._send_together(batch, list(batch.wishes))
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
        for wish in batch.wishes:
            wish.fail(error)
        if batch in self._batches:
            self._batches.remove(batch)

    async def _send_together(self, batch: Batch, wishes: list[Wish]) -> None:
        """Send wishes as one request, without those that turn out to be at fault."""
        while wishes:
            change = merged(wishes)
            try:
                await self._deliver(batch, change)
            except LimitError as error:
                guilty = self._guilty_of_limit(batch.target, wishes)
                batch.fail(guilty, error)
                wishes.remove(guilty)
            except RefusedError as error:
                blamed = _guilty_of_refusal(wishes, error)
                if not blamed:
                    break
                for wish, blame in blamed.items():
                    batch.fail(wish, blame)
                    wishes.remove(wish)
            except SteeringError as error:
                for wish in wishes:
                    batch.fail(wish, error)
                return
            else:
                for wish in wishes:
                    wish.succeed()
                return
        # The cloud did not tell which of several it means: each goes alone.
        for wish in wishes:
            await self._send_together(batch, [wish])

    def _guilty_of_limit(self, target: Target, wishes: Sequence[Wish]) -> Wish:
        """Return the wish for hot water that broke the rule: if there is one, the last without which all is right."""
        concerned = [wish for wish in wishes if wish.change.only(HOT_WATER)]
        for wish in reversed(concerned):
            others = [other for other in wishes if other is not wish]
            try:
                self._delivery.check(target, merged(others))
            except LimitError:
                continue
            return wish
        return concerned[-1]

    async def _deliver(self, batch: Batch, change: Settings) -> None:
        """Deliver a change, again and again while the error may pass by itself, until the deadline.

        Raises LimitError or SteeringError.
        """
        deadline = self._loop.time() + DEADLINE
        pause = FIRST_PAUSE
        while True:
            last: SteeringError | LimitError
            # But for what may pass: to try again would change nothing.
            wait = DEADLINE
            try:
                # Each time: while it was tried, a vacation may have ended.
                self._delivery.check(batch.target, change)
                async with asyncio.timeout_at(deadline):
                    await self._delivery.deliver(
                        batch.target, change, resent=batch.resent
                    )
            except TimeoutError:
                batch.maybe_applied = True
                last = UnavailableError(Failure.NO_ANSWER, maybe_applied=True)
            except (TooManyRequestsError, UnavailableError) as error:
                batch.maybe_applied |= error.maybe_applied
                last = error
                wait = pause * (1 + JITTER * random.random())  # noqa: S311 - nothing to guess
                wait = max(wait, error.retry_after or 0)
            except SteeringError as error:
                batch.maybe_applied |= error.maybe_applied
                last = error
            except LimitError as error:
                last = error
            else:
                return
            if self._loop.time() + wait < deadline:
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)
                if self._loop.time() < deadline:
                    continue
            if batch.maybe_applied and await self._delivery.arrived(
                batch.target, change
            ):
                return
            raise last


def _mark_as_seen(outcome: asyncio.Future[None]) -> None:
    """Keep the event loop from reporting an error that nobody waits for any more."""
    outcome.exception()


def _guilty_of_refusal(
    wishes: Sequence[Wish], error: RefusedError
) -> dict[Wish, RefusedError]:
    """Return the wishes that the cloud's words point at, each with the words about it.

    None where the words do not tell one wish from another.
    """
    if len(wishes) == 1:
        return {wishes[0]: error}
    guilty: dict[Wish, list[Refusal]] = {}
    for refusal in error.refusals:
        path = refusal.path[:2]
        if path[:1] in (("user_id",), ("device_id",)):
            return dict.fromkeys(wishes, error)
        settings = {
            setting
            for setting, (group, name, _) in IN_JSON.items()
            if path and path == (group, name)[: len(path)]
        }
        concerned = [wish for wish in wishes if wish.change.only(settings)]
        if len(settings) == 1:
            # Of several wishes for a setting, it is the last one that was sent.
            concerned = concerned[-1:]
        if len(concerned) == 1:
            guilty.setdefault(concerned[0], []).append(refusal)
    return {wish: RefusedError(tuple(refusals)) for wish, refusals in guilty.items()}
