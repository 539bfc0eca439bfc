"""What the longest callbacks of the event loop are made of, at a thousand heat pumps of ours."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from cProfile import Profile
from dataclasses import dataclass, field
import gc
from multiprocessing.connection import Connection
from operator import attrgetter, itemgetter
from pathlib import Path
from time import perf_counter, thread_time
from types import CodeType
from typing import Any, Final
from unittest.mock import patch

from .clouds.child import DistantCloud
from .cost import REGISTRIES_SAVED, poll
from .home import started
from .subjects.heatpump_steering import HeatPumpSteering
from .subjects.subject import Subject
from .tables import Table, number

DEVICES: Final = 1000
# The profiler knows the time on the wall only: of so many, the one that other processes disturbed least is shown.
_POLLS: Final = 15
_LINES: Final = 12
# Where Python says that the methods are which it has written for dataclasses, nearly all of them ours.
_GENERATED: Final = "<string>"
_undisturbed: Final = attrgetter("wall")
_OURS: Final = "custom_components"
_THEIRS: Final = "homeassistant"


@dataclass(slots=True)
class _Longest:
    """The longest callback of the event loop while it was looked at."""

    took: float = 0.0
    """CPU of the loop's thread, in seconds; more than without the profiler."""
    wall: float = 0.0
    profile: Profile = field(default_factory=Profile)
    over: bool = False

    def run(self, handle: asyncio.Handle, real: Any) -> None:
        """Run one callback."""
        # What is built in counts as the function's that calls it.
        profile = Profile(builtins=False)
        began, began_on_wall = thread_time(), perf_counter()
        profile.runcall(real, handle)
        took, wall = thread_time() - began, perf_counter() - began_on_wall
        # The callback in which the looking ends is the benchmark's own.
        if took > self.took and not self.over:
            self.took, self.wall, self.profile = took, wall, profile

    def table(self, name: str) -> Table:
        """Return the functions that took the most time themselves, and how much it was for whose code."""
        functions = [
            (entry.inlinetime * 1000, entry.totaltime * 1000, entry.callcount, code)
            for entry in self.profile.getstats()
            if isinstance(code := entry.code, CodeType)
        ]
        functions.sort(key=itemgetter(0), reverse=True)
        by_owner: defaultdict[str, float] = defaultdict(float)
        for own, _, _, code in functions:
            by_owner[_owner(code.co_filename)] += own
        in_all = sum(by_owner.values())
        return Table(
            f"The longest callback of {name}",
            [
                f"{self.took * 1000:.1f} ms under the profiler",
                "whose",
                "calls",
                "itself, ms",
                "%",
                "with what it calls, ms",
            ],
            [
                *(
                    [
                        f"{Path(code.co_filename).name} {code.co_qualname.rpartition('<locals>.')[2]}",
                        _owner(code.co_filename),
                        number(calls),
                        f"{own:.2f}",
                        f"{own / in_all:.0%}",
                        f"{total:.2f}",
                    ]
                    for own, total, calls, code in functions[:_LINES]
                ),
                *(
                    ["all", owner, "", f"{own:.2f}", f"{own / in_all:.0%}", ""]
                    for owner, own in sorted(by_owner.items())
                ),
            ],
        )


def _owner(where: str) -> str:
    """Return whose a file is."""
    if where == _GENERATED:
        return "dataclasses'"
    if _OURS in where:
        return "ours"
    return "Home Assistant's" if _THEIRS in where else "others'"


@contextmanager
def _profiling() -> Iterator[_Longest]:
    longest = _Longest()
    real = asyncio.Handle._run  # noqa: SLF001

    def run(handle: asyncio.Handle) -> None:
        longest.run(handle, real)

    with patch.object(asyncio.Handle, "_run", run):
        yield longest
    longest.over = True


def _collection() -> tuple[float, list[Any]]:
    """Collect garbage; return how long it took, and all that the collector went through."""
    began = thread_time()
    gc.collect()
    return thread_time() - began, gc.get_objects()


def _garbage(before: tuple[float, int], after: tuple[float, Iterable[Any]]) -> Table:
    """Return what the collector of garbage goes through when all is set up."""
    took, objects = after
    objects = list(objects)
    ours = [it for it in objects if _OURS in str(type(it).__module__)]
    # As an upper bound: much of it is Home Assistant's, kept in attributes of our entities.
    held = {
        id(it)
        for it in gc.get_referents(*ours)
        if type(it) in (dict, list, set, tuple) and gc.is_tracked(it)
    }
    rows = [
        ("before the setup", before[1], before[0]),
        ("after it", len(objects), took),
        ("of these, of classes of ours", len(ours), None),
        ("and containers in their attributes", len(held), None),
    ]
    return Table(
        "Objects that the collector goes through",
        ["", "objects", "%", "ms"],
        [
            [
                name,
                number(count),
                f"{count / len(objects):.0%}",
                "" if spent is None else number(spent * 1000),
            ]
            for name, count, spent in rows
        ],
    )


async def _profiles(subject: Subject, cloud: DistantCloud) -> list[Table]:
    async with started(cloud.url) as home:
        took, objects = _collection()
        before = (took, len(objects))
        del objects
        # It comes when it likes, and would count for whatever function it interrupts.
        gc.disable()
        with _profiling() as setup:
            await asyncio.create_task(subject.connect(home, cloud.url, DEVICES))
            await home.settle()
        garbage = _garbage(before, _collection())
        await home.pass_time(REGISTRIES_SAVED)
        unchanged, changed = [], []
        for _ in range(_POLLS):
            with _profiling() as longest:
                await poll(subject, home)
            unchanged.append(longest)
            cloud.change(0)
            with _profiling() as longest:
                await poll(subject, home)
            changed.append(longest)
            await home.settle()
        gc.enable()
        return [
            setup.table("a setup"),
            min(unchanged, key=_undisturbed).table("an unchanged poll"),
            min(changed, key=_undisturbed).table("a poll with one change"),
            garbage,
        ]


def work(cloud_pipe: Connection, results: Connection) -> None:
    """Profile, and send the tables."""
    results.send(asyncio.run(_profiles(HeatPumpSteering(), DistantCloud(cloud_pipe))))
