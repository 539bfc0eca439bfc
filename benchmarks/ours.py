"""What is measured of our integration only, as tables: what goes together, the collecting window, and overrides."""

from collections.abc import Iterator
from typing import Final

from . import real, together
from .cost import Figures
from .meters import BUSY, IDLE, MACHINES
from .numbers import Sample
from .real import QUIETS, TURNS, WINDOWS, Window
from .run import Results
from .tables import Table, number, sample
from .worker import OURS, Task

_OVERRIDES: Final = (
    ("start", "ms", 1e3),
    ("start CPU", "ms", 1e3),
    ("start stall without garbage", "ms", 1e3),
    ("start requests", "", 1),
    ("start file writes", "", 1),
    ("file", "KiB", 1 / 1024),
    ("memory", "KiB", 1 / 1024),
    ("poll CPU", "ms", 1e3),
    ("poll stall", "ms", 1e3),
    ("file writes in an hour", "", 1),
    ("end", "ms", 1e3),
    ("end CPU", "ms", 1e3),
    ("end stall without garbage", "ms", 1e3),
    ("end requests", "", 1),
    ("end file writes", "", 1),
)


def together_of(results: Results) -> Iterator[tuple[str, str, int, list[float]]]:
    """Yield what goes together: where, what, how many requests it is to be, and how many it was each time."""
    for where, figures, wanted in (
        ("in process", results.ours.get(Task.TOGETHER, {}), together.REQUESTS),
        ("as a program", results.program.get(OURS, {}), real.REQUESTS),
    ):
        for what, requests in wanted.items():
            for machine in MACHINES:
                if (found := figures.get(f"{what}{machine}")) is not None:
                    yield where, f"{what}{machine}", requests, found


def tables(results: Results) -> Iterator[Table]:
    """Yield a table of each."""
    if rows := [
        [
            where,
            what,
            f"{sum(it == requests for it in found):,} of {len(found):,}",
            f"{max(found):g}",
            f"{requests}",
        ]
        for where, what, requests, found in together_of(results)
    ]:
        yield Table(
            "What is set together",
            ["", "", "times as many requests as it is to be", "most", "to be"],
            rows,
        )
    if figures := results.ours.get(Task.TOGETHER):
        yield Table(
            "A script of five steps",
            ["", "ms beyond its five round trips"],
            [
                [
                    f"at a round trip of 50 ms{machine}",
                    sample(Sample.of(figures[f"{together.BEYOND}{machine}"], per=1e-3)),
                ]
                for machine in MACHINES
            ],
        )
    if figures := results.ours.get(Task.WINDOW):
        for machine in MACHINES:
            yield _window(figures, machine)
        yield _former(figures)
    if figures := results.ours.get(Task.OVERRIDES):
        yield Table(
            "Something for a while at every heat pump",
            ["", "measured"],
            [
                [
                    f"{figure}{unit and f', {unit}'}",
                    sample(Sample.of(figures[figure], per=1 / factor)),
                ]
                for figure, unit, factor in _OVERRIDES
            ],
        )


def _torn(figures: Figures, window: Window, machine: str) -> str:
    """Return how many times more requests came of each than had to."""
    torn = []
    for name, requests in real.REQUESTS.items():
        found = figures[f"{name} with {window}{machine}"]
        torn.append(f"{sum(it > requests for it in found)}")
    return ", ".join(torn)


def _lone(figures: Figures, window: Window, machine: str) -> str:
    return number(
        Sample.of(figures[f"{real.LONE} with {window}{machine}"]).middle * 1e3
    )


def _window(figures: Figures, machine: str) -> Table:
    times = len(figures[f"{real.LONE} with {WINDOWS[0]}{machine}"])
    return Table(
        f"By the collecting window{machine}",
        [
            f"{times} times each",
            *(f"{turns} turn{'' if turns == 1 else 's'}" for turns in TURNS),
        ],
        [
            [
                f"{quiet * 1000:g} ms",
                *(
                    f"{_torn(figures, Window(quiet, turns), machine)}; "
                    f"{_lone(figures, Window(quiet, turns), machine)}"
                    for turns in TURNS
                ),
            ]
            for quiet in QUIETS
        ],
    )


def _former(figures: Figures) -> Table:
    return Table(
        "The former window and today's",
        [
            "",
            "scenes, messages torn apart",
            "on a busy machine",
            "lone change, ms",
            "on a busy machine, ms",
        ],
        [
            [
                name,
                _torn(figures, window, IDLE),
                _torn(figures, window, BUSY),
                _lone(figures, window, IDLE),
                _lone(figures, window, BUSY),
            ]
            for name, window in (("0.1 s", real.FORMER), ("today's", real.TODAYS))
        ],
    )
