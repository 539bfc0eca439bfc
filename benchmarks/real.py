"""What is measured of the program itself: from the websocket to the wire, and with which collecting window."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, override

from .clouds.child import DistantCloud
from .cost import Figures
from .effort import DEVICES_IN_USE, Effort
from .meters import MACHINES, competition
from .program import Entries, Program, running
from .subjects.heatpump_steering import HeatPumpSteering
from .subjects.subject import Subject

SCENE: Final = "a scene of ten settings at each of two heat pumps"
MESSAGES: Final = "five messages at once, five settings of a heat pump"
REQUESTS: Final = {SCENE: 2, MESSAGES: 1}
"""How many each is to be."""
LONE: Final = "lone change"

DEVICES_IN_SWEEP: Final = 40
# What is started along with the program is over after so many seconds.
_CALM: Final = 3.0
# Two changes of the same setting have nothing to do with each other that are so many seconds apart.
_APART: Final = 0.6


@dataclass(frozen=True, slots=True)
class Window:
    """For how long, and for how many turns of the event loop after that, nothing new may come."""

    quiet: float
    """Seconds."""
    turns: int

    @override
    def __str__(self) -> str:
        """Return what it is called in figures."""
        return f"{self.quiet * 1000:g} ms and {self.turns} turns"


FORMER: Final = Window(0.1, 0)
"""What it was before it was counted in turns."""
TODAYS: Final = Window(0.002, 5)
QUIETS: Final = (0.0, 0.001, 0.002, 0.005)
TURNS: Final = (0, 1, 2, 5, 10)
WINDOWS: Final = (
    *(Window(quiet, turns) for quiet in QUIETS for turns in TURNS),
    FORMER,
)


class _Person:
    """Uses heat pumps in turn, so that nothing is set again that was set a moment ago."""

    def __init__(self, program: Program, cloud: DistantCloud, devices: int) -> None:
        """Have touched none yet."""
        self.program = program
        self._cloud = cloud
        self._devices = devices
        self._next = 0
        self._times: Counter[tuple[str, int]] = Counter()
        self._touched: dict[int, float] = {}

    async def next(self, what: str, count: int) -> tuple[int, int]:
        """Return the first of so many heat pumps that were left alone for a while, and how often this was done to it."""
        if self._next + count > self._devices:
            self._next = 0
        at = self._next
        self._next += count
        those = range(at, at + count)
        since = max(self._touched.get(it, 0.0) for it in those)
        if (left := since + _APART - monotonic()) > 0:
            await asyncio.sleep(left)
        self._touched.update(dict.fromkeys(those, monotonic()))
        times = self._times[what, at]
        self._times[what, at] += 1
        return at, times

    async def requests(self, work: Awaitable[float]) -> tuple[int, float, float]:
        """Return of something done: how many requests for changes, and how long it took to the first, and to the end."""
        self._cloud.forget()
        began = await work
        ended = monotonic()
        written = [it for it in self._cloud.requests() if it.writes]
        return len(written), written[0].at - began, ended - began

    async def lone_change(self, subject: Subject) -> tuple[float, float]:
        """Return how long a change of one setting took to the wire, and to the answer."""
        device, turn = await self.next(LONE, 1)
        call = subject.slide(self.program, device, 5 + turn % 2)
        _, wire, answer = await self.requests(
            self.program.call((call.action, {"entity_id": call.entity_id, **call.data}))
        )
        return wire, answer


@asynccontextmanager
async def _visited(
    subject: Subject, cloud: DistantCloud, devices: int
) -> AsyncIterator[_Person]:
    entries = Entries()
    await subject.connect(entries, cloud.url, devices)
    async with running(subject.domain, entries.entries, cloud.url) as program:
        await asyncio.sleep(_CALM)
        yield _Person(program, cloud, devices)


class _Scenes:
    """What is set together at our heat pumps, there and back again."""

    def __init__(
        self, subject: HeatPumpSteering, person: _Person, before: Mapping[str, str]
    ) -> None:
        """Know how all was before."""
        self._subject = subject
        self._person = person
        self._before = before
        self.deeds: dict[str, Callable[[], Awaitable[int]]] = {
            SCENE: self._scene,
            MESSAGES: self._messages,
        }

    async def warm_up(self) -> None:
        """Let Home Assistant import what it needs for scenes, which it does at the first one after a start."""
        for _ in range(2):
            await self._scene()

    async def _scene(self) -> int:
        """Apply a scene at two heat pumps; return how many requests it was."""
        first, turn = await self._person.next(SCENE, 2)
        program = self._person.program
        scene: dict[str, Mapping[str, object]] = {
            **self._subject.scene(program, first)[0],
            **self._subject.scene(program, first + 1)[0],
        }
        if turn % 2:
            scene = {it: {"state": self._before[it]} for it in scene}
        call = program.call(("scene.apply", {"entities": scene}))
        return (await self._person.requests(call))[0]

    async def _messages(self) -> int:
        """Change five settings of a heat pump by a message each; return how many requests it was."""
        device, turn = await self._person.next(MESSAGES, 1)
        program = self._person.program
        calls = self._subject.five_settings(program, device, turn)
        call = program.call(
            *((it.action, {"entity_id": it.entity_id, **it.data}) for it in calls)
        )
        return (await self._person.requests(call))[0]


async def of_program(
    subject: Subject, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    """Change something again and again, on an idle machine and on a busy one."""
    figures: Figures = {}
    async with _visited(subject, cloud, DEVICES_IN_USE) as person:
        scenes = None
        if isinstance(subject, HeatPumpSteering):
            scenes = _Scenes(subject, person, await person.program.states())
            await scenes.warm_up()
        for machine in MACHINES:
            with competition(machine):
                times = [
                    await person.lone_change(subject) for _ in range(effort.others)
                ]
                figures[f"to the wire{machine}"] = [wire for wire, _ in times]
                figures[f"to the answer{machine}"] = [answer for _, answer in times]
                for name, deed in scenes.deeds.items() if scenes is not None else ():
                    figures[f"{name}{machine}"] = [
                        await deed() for _ in range(effort.scenes // 10)
                    ]
    return figures, []


async def of_windows(
    subject: HeatPumpSteering, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    """Set things together, and change one setting, with every window."""
    figures: Figures = {}
    async with _visited(subject, cloud, DEVICES_IN_SWEEP) as person:
        scenes = _Scenes(subject, person, await person.program.states())
        await scenes.warm_up()
        for machine in MACHINES:
            with competition(machine):
                # They take turns, so that what else happens on the machine is shared fairly.
                for _ in range(effort.sweep):
                    for window in WINDOWS:
                        person.program.collect_with(window.quiet, window.turns)
                        # The program reads that in a thread of its own.
                        await asyncio.sleep(0.02)
                        found: dict[str, float] = {
                            name: await deed() for name, deed in scenes.deeds.items()
                        }
                        found[LONE], _ = await person.lone_change(subject)
                        for name, value in found.items():
                            figures.setdefault(
                                f"{name} with {window}{machine}", []
                            ).append(value)
    return figures, []
