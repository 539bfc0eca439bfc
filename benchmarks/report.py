"""What was measured, as tables: ours beside the peers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from . import ours
from .cost import Figures
from .numbers import Fit, Sample
from .run import Results
from .tables import Table, number, sample
from .worker import OURS, SUBJECTS


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: a figure as it is shown."""

    figure: str
    unit: str = ""
    factor: float = 1
    """What the figure is multiplied by to be in this unit."""
    per_entity: bool = False

    @property
    def title(self) -> str:
        """Return what the reader sees."""
        each = " per entity" if self.per_entity else ""
        return f"{self.figure}{each}{self.unit and f', {self.unit}'}"

    def of(self, figures: Figures) -> Sample:
        """Return the figure in the unit."""
        per = figures["entities"][0] if self.per_entity else 1
        return Sample.of(figures[self.figure], per=per / self.factor)


_COSTS: Final = (
    Line("entities"),
    Line("setup requests"),
    Line("setup", "ms", 1e3),
    Line("setup CPU", "µs", 1e6, per_entity=True),
    Line("setup stall", "ms", 1e3),
    Line("setup stall without garbage", "ms", 1e3),
    Line("poll writes"),
    Line("poll CPU", "ms", 1e3),
    Line("poll CPU", "µs", 1e6, per_entity=True),
    Line("poll stall", "ms", 1e3),
    Line("changed entities"),
    Line("change writes"),
    Line("change CPU", "ms", 1e3),
    Line("change stall", "ms", 1e3),
    Line("burst CPU", "ms", 1e3),
    Line("burst stall", "ms", 1e3),
    Line("memory", "KiB", 1 / 1024, per_entity=True),
)
_GROWING: Final = (
    Line("setup", "ms", 1e3),
    Line("poll CPU", "ms", 1e3),
    Line("memory", "KiB", 1 / 1024),
)


def tables(results: Results) -> Iterator[Table]:
    """Yield a table of everything that was measured."""
    if results.use:
        used = _in_ms(results.use[OURS], ("to the", "import", "lone"))
        yield _side_by_side("In use, with ten devices", used, results.use)
    if results.program:
        lines = _in_ms(results.program[OURS], ("to the", "import"))
        timed = [line for line in lines if line.figure.startswith("to the")]
        yield _side_by_side("Home Assistant as a program", timed, results.program)
    yield from ours.tables(results)
    if not results.cost:
        return
    for devices in results.cost[OURS]:
        yield _side_by_side(
            f"{devices:,} {'device' if devices == 1 else 'devices'}",
            _COSTS,
            {domain: results.cost[domain][devices] for domain in SUBJECTS},
        )
    yield _growth(results)


def before_and_now(them: Mapping[int, tuple[Figures, Figures]]) -> Table:
    """Return what an earlier version of ours and this one cost, by the number of devices."""
    rows = []
    for devices, (before, now) in them.items():
        for line in _COSTS:
            if not (line.figure in before and line.figure in now):
                continue
            then, today = line.of(before), line.of(now)
            ratio = number(today.middle / then.middle) if then.middle else ""
            rows.append(
                [number(devices), line.title, sample(then), sample(today), ratio]
            )
    return Table(
        "Before and now", ["devices", "", "before", "now", "now to before"], rows
    )


def _in_ms(figures: Figures, times: tuple[str, ...]) -> list[Line]:
    return [
        Line(figure, "ms", 1e3) if figure.startswith(times) else Line(figure)
        for figure in figures
    ]


def _side_by_side(
    caption: str, lines: Sequence[Line], figures: dict[str, Figures]
) -> Table:
    rows = []
    for line in lines:
        ours = line.of(figures[OURS])
        row = [line.title]
        for domain in SUBJECTS:
            if line.figure not in figures[domain]:
                row.append("")
                continue
            theirs = line.of(figures[domain])
            ratio = (
                f" ×{number(theirs.middle / ours.middle)}"
                if domain != OURS and ours.middle and theirs.middle
                else ""
            )
            row.append(sample(theirs) + ratio)
        rows.append(row)
    return Table(caption, ["", *SUBJECTS], rows)


def _growth(results: Results) -> Table:
    rows = []
    for line in _GROWING:
        for domain in SUBJECTS:
            points = {
                devices: line.of(figures).middle
                for devices, figures in results.cost[domain].items()
            }
            fit = Fit.through(points)
            rows.append(
                [
                    line.title,
                    domain,
                    number(fit.fixed),
                    number(fit.each),
                    f"{fit.exponent:.2f}",
                ]
            )
    return Table(
        "Growth",
        ["", "", "fixed", "for each device", "exponent"],
        rows,
    )
