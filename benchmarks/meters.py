"""What is measured, and how."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import gc
import os
from subprocess import Popen
import sys
from time import perf_counter, process_time, thread_time
from typing import Any, Final
from unittest.mock import patch

from homeassistant.core import StateMachine


@dataclass(slots=True)
class Spent:
    """The time that something took, in seconds."""

    wall: float = 0.0
    loop: float = 0.0
    """CPU of the event loop's thread."""
    process: float = 0.0
    """CPU of all threads."""


@contextmanager
def spending() -> Iterator[Spent]:
    """Measure the time that the block takes; the result counts when it has ended."""
    spent = Spent()
    wall, loop, process = perf_counter(), thread_time(), process_time()
    yield spent
    spent.wall = perf_counter() - wall
    spent.loop = thread_time() - loop
    spent.process = process_time() - process


@contextmanager
def counting_state_writes() -> Iterator[list[str]]:
    """Note the entity of every state that is written, be it new or the same as before."""
    written: list[str] = []
    real = StateMachine.async_set_internal

    def counted(self: StateMachine, entity_id: str, *arguments: Any) -> None:
        written.append(entity_id)
        real(self, entity_id, *arguments)

    with patch.object(StateMachine, "async_set_internal", counted):
        yield written


@dataclass(slots=True)
class Stall:
    """The longest time for which nobody else on the event loop could do anything, in seconds of its CPU."""

    longest: float = 0.0
    without_garbage: float = 0.0
    """The longest when the collector of garbage, which goes through all of Home Assistant, is left out."""
    _collecting: float = field(default=0.0, repr=False)
    _began: float = field(default=0.0, repr=False)

    def garbage(self, phase: str, _: dict[str, int]) -> None:
        """Note the collector's beginning and end."""
        if phase == "start":
            self._began = thread_time()
        else:
            self._collecting += thread_time() - self._began

    def run(self, handle: asyncio.Handle, real: Any) -> None:
        """Run one callback of the event loop."""
        self._collecting = 0.0
        began = thread_time()
        real(handle)
        took = thread_time() - began
        self.longest = max(self.longest, took)
        self.without_garbage = max(self.without_garbage, took - self._collecting)


@contextmanager
def watching_for_stalls() -> Iterator[Stall]:
    """Measure each callback of the event loop. CPU time, so that a busy machine does not count."""
    stall = Stall()
    real = asyncio.Handle._run  # noqa: SLF001

    def run(handle: asyncio.Handle) -> None:
        stall.run(handle, real)

    gc.callbacks.append(stall.garbage)
    try:
        with patch.object(asyncio.Handle, "_run", run):
            yield stall
    finally:
        gc.callbacks.remove(stall.garbage)


IDLE: Final = ""
BUSY: Final = " on a busy machine"
MACHINES: Final = (IDLE, BUSY)
"""What the names of figures end on that are taken on an idle machine, and on a busy one."""


@contextmanager
def competition(machine: str) -> Iterator[None]:
    """On a busy machine, let as many other processes as there are processors take all the CPU that they get."""
    processes = (os.cpu_count() or 1) if machine == BUSY else 0
    others = [
        Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)
    ]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
