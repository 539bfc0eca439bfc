"""Waiting for work that goes on, whatever becomes of the caller, and for several pieces of work."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any


async def result_of[T](work: asyncio.Future[T]) -> T:
    """Wait for work, and return or raise what has come of it; cancelling the caller does not cancel the work."""
    work.add_done_callback(_mark_as_seen)
    # Not asyncio.shield: it reports the error of work whose caller was cancelled.
    await asyncio.wait([work])
    return work.result()


async def all_of(works: Iterable[Awaitable[object]]) -> None:
    """Wait for all, which are independent of each other; raises the first failure when every one of them has ended."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _mark_as_seen(work: asyncio.Future[Any]) -> None:
    """Keep the event loop from reporting an error that nobody waits for any more."""
    if not work.cancelled():
        work.exception()
