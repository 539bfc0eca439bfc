"""Sends one batch of changes: checks it, repeats what may pass by itself, and finds out whose change was refused."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
import random
from time import monotonic
from typing import Final

from ..api import (
    IN_JSON,
    Failure,
    NotUnderstandableError,
    Reading,
    Refusal,
    RefusedError,
    Setting,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from ..const import Target
from ..model.errors import PROBLEMS, LimitError, UncertainError
from ..model.limits import HOT_WATER, check_hot_water, check_order
from .shadows import Shadows
from .write_queue import Batch, QueuedChange, merged

# How long the cloud may take to accept a change, repeats and all, in seconds.
DEADLINE: Final = 30.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0
# Up to which part of a pause is random, so that many homes do not come back in step.
JITTER: Final = 0.5


class Sender:
    """The one handler of the write queue."""

    def __init__(
        self,
        client: SettingsClient,
        user_id: str,
        shadows: Shadows,
        *,
        allows_cold: Callable[[Target], bool],
        look: Callable[[], Awaitable[Reading]],
        on_failed: Callable[[SteeringError], None],
        on_accepted: Callable[[Settings], Awaitable[None]],
    ) -> None:
        """Take the way to the cloud.

        `allows_cold` is asked whether the hot water may be below 40 °C right now, `look` reads, `on_failed` is told of
        every attempt that fails, and `on_accepted` of every change that the cloud has taken.
        """
        self._client = client
        self._user_id = user_id
        self._shadows = shadows
        self._allows_cold = allows_cold
        self._look = look
        self._on_failed = on_failed
        self._on_accepted = on_accepted

    async def send(self, batch: Batch) -> None:
        """Send a batch, and give every change of it the outcome of its own."""
        if batch.compute is None:
            await self._send_together(batch, list(batch.changes))
            return
        (computed,) = batch.changes
        try:
            await self._send_computed(batch, batch.compute)
        except PROBLEMS as error:
            computed.fail(error)
        else:
            computed.succeed()

    async def _send_computed(
        self, batch: Batch, compute: Callable[[], Awaitable[Settings]]
    ) -> None:
        """Send what is computed now; where a vacation ends while it is tried, what is computed then."""
        if change := await compute():
            try:
                await self._deliver(batch, change)
            except LimitError:
                await self._deliver(batch, await compute())

    async def _send_together(self, batch: Batch, changes: list[QueuedChange]) -> None:
        """Send changes as one request, without those that turn out to be at fault."""
        while changes:
            try:
                await self._deliver(batch, merged(changes))
            except LimitError as error:
                at_fault = self._against_limit(batch.target, changes)
                _fail(batch, at_fault, error)
                changes.remove(at_fault)
            except RefusedError as error:
                refused = _named_by_refusal(changes, error)
                if not refused:
                    break
                for queued, its_error in refused.items():
                    _fail(batch, queued, its_error)
                    changes.remove(queued)
            except SteeringError as error:
                for queued in changes:
                    _fail(batch, queued, error)
                return
            else:
                for queued in changes:
                    queued.succeed()
                return
        # The cloud did not say which of several it means: each goes alone.
        for queued in changes:
            await self._send_together(batch, [queued])

    def _check(self, target: Target, change: Settings) -> None:
        """Raise LimitError if the change as a whole cannot be, for one of the heat pumps it concerns."""
        check_hot_water(change, on_vacation=self._allows_cold(target))
        for shadow in self._shadows.of(target):
            check_order(change, shadow.shown)

    def _against_limit(
        self, target: Target, changes: Sequence[QueuedChange]
    ) -> QueuedChange:
        """Return the change of hot water that broke the rule: if there is one, the last without which all is right."""
        concerned = [it for it in changes if it.change.only(HOT_WATER)]
        for queued in reversed(concerned):
            others = [other for other in changes if other is not queued]
            try:
                self._check(target, merged(others))
            except LimitError:
                continue
            return queued
        return concerned[-1]

    async def _deliver(self, batch: Batch, change: Settings) -> None:
        """Deliver a change, again and again while the failure may pass by itself, until the deadline.

        Raises LimitError or SteeringError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DEADLINE
        pause = FIRST_PAUSE
        while True:
            failure: SteeringError | LimitError
            # But for what may pass: to try again would change nothing.
            wait = DEADLINE
            try:
                # Each time: while it was tried, a vacation may have ended.
                self._check(batch.target, change)
                async with asyncio.timeout_at(deadline):
                    await self._patch(batch, change)
            except TimeoutError:
                batch.maybe_applied = True
                failure = UnavailableError(Failure.NO_ANSWER, maybe_applied=True)
            except (TooManyRequestsError, UnavailableError) as error:
                batch.maybe_applied |= error.maybe_applied
                failure = error
                wait = pause * (1 + JITTER * random.random())  # noqa: S311 - nothing to guess
                wait = max(wait, error.retry_after or 0)
            except SteeringError as error:
                batch.maybe_applied |= error.maybe_applied
                failure = error
            except LimitError as error:
                failure = error
            else:
                await self._on_accepted(change)
                return
            if loop.time() + wait < deadline:
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)
                if loop.time() < deadline:
                    continue
            if batch.maybe_applied and await self._is_there(batch.target, change):
                return
            raise failure

    async def _patch(self, batch: Batch, change: Settings) -> None:
        """Send a change once, and enter it as accepted; raises SteeringError."""
        shadows = self._shadows.of(batch.target)
        began = monotonic()
        for shadow in shadows:
            shadow.send(change, now=began, by_hand=batch.is_by_hand)
        try:
            accepted_at = await self._client.patch_settings(
                self._user_id, batch.target, change
            )
        except SteeringError as error:
            if not error.maybe_applied:
                for shadow in shadows:
                    shadow.not_sent(change)
            self._on_failed(error)
            raise
        now = monotonic()
        self._shadows.accept(
            batch.target,
            change,
            now=now,
            began=accepted_at and accepted_at - timedelta(seconds=now - began),
            accepted_at=accepted_at,
            resent=batch.resent,
            by_hand=batch.is_by_hand,
        )

    async def _is_there(self, target: Target, change: Settings) -> bool:
        """Read whether a change of unknown outcome is on the cloud; False where that cannot be known."""
        if not self._shadows.readable:
            return False
        try:
            reading = await self._look()
        except SteeringError:
            return False
        return self._shadows.is_confirmed(target, change, reading)


def _fail(
    batch: Batch, queued: QueuedChange, error: SteeringError | LimitError
) -> None:
    """Tell a caller why its change is not on the cloud; or that it may be there all the same."""
    if (
        batch.maybe_applied
        and queued.change
        and not isinstance(error, (UnavailableError, NotUnderstandableError))
    ):
        # All but these two sound as if nothing could have been changed.
        error = UncertainError(error)
    queued.fail(error)


def _named_by_refusal(
    changes: Sequence[QueuedChange], error: RefusedError
) -> dict[QueuedChange, RefusedError]:
    """Return the changes that the cloud's words point at, each with the words about it.

    None where the words do not tell one change from another.
    """
    if len(changes) == 1:
        return {changes[0]: error}
    refused: dict[QueuedChange, list[Refusal]] = {}
    for refusal in error.refusals:
        if refusal.path[:1] in (("user_id",), ("device_id",)):
            return dict.fromkeys(changes, error)
        settings = named_settings(refusal)
        concerned = [it for it in changes if it.change.only(settings)]
        if len(settings) == 1:
            # Of several changes of a setting, it is the last one that was sent.
            concerned = concerned[-1:]
        if len(concerned) == 1:
            refused.setdefault(concerned[0], []).append(refusal)
    return {queued: RefusedError(tuple(its)) for queued, its in refused.items()}


def named_settings(refusal: Refusal) -> set[Setting]:
    """Return the settings that a refusal points at."""
    path = refusal.path[:2]
    return {
        setting
        for setting, (group, name, _) in IN_JSON.items()
        if path and path == (group, name)[: len(path)]
    }
