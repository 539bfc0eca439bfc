"""What is to be reached, and whether it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .numbers import Sample
from .report import OURS
from .run import Results
from .tables import Table, number
from .worker import SUBJECTS

_LATE_AT_MOST: Final = 0.15
"""How long after one round trip the truth is to be shown, in seconds."""
_STALL_AT_MOST: Final = 0.02
"""For how long the event loop may be blocked, in seconds."""
_WRITES_OF_A_DRAG: Final = 8
_POLLS_IN_AN_HOUR: Final = 12
_REQUESTS_AT_SETUP: Final = 2


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit, and what was measured against it."""

    name: str
    unit: str
    measured: float
    limit: float
    factor: float = 1
    """What both are multiplied by to be in the unit."""

    @property
    def reached(self) -> bool:
        """Return whether the limit is kept."""
        return self.measured <= self.limit


def goals(results: Results) -> Iterator[Goal]:
    """Yield every goal; each is about medians, but for stalls, where the worst counts."""
    use = results.use[OURS]
    cost = results.cost[OURS]
    most = max(cost)
    yield Goal("a scene that sets everything", "requests", max(use["scene writes"]), 1)
    yield Goal("five devices", "requests", max(use["five devices writes"]), 5)
    yield Goal(
        "a drag of thirty values",
        "requests",
        max(use["slider writes"]),
        _WRITES_OF_A_DRAG,
    )
    yield Goal(
        "drags that end on an older value",
        "",
        max(use["drags that ended on an older value"]),
        0,
    )
    for figure, values in use.items():
        if figure.startswith("to the state at "):
            round_trip = float(figure.split()[-2]) / 1000
            late = Sample.of(values).middle - round_trip
            name = f"state after the round trip{figure.removeprefix('to the state')}"
            yield Goal(name, "ms", late, _LATE_AT_MOST, 1000)
    yield Goal(
        "setup",
        "requests",
        max(max(figures["setup requests"]) for figures in cost.values()),
        _REQUESTS_AT_SETUP,
    )
    yield Goal("an idle hour", "requests", max(use["hour requests"]), _POLLS_IN_AN_HOUR)
    yield Goal(
        "an unchanged poll",
        "state writes",
        max(max(figures["poll writes"]) for figures in cost.values()),
        0,
    )
    yield Goal(
        f"a change of one setting, {most} devices",
        "state writes",
        max(cost[most]["change writes"]),
        cost[most]["changed entities"][0],
    )
    yield Goal(
        f"CPU of an unchanged poll, {most} devices",
        "µs per entity",
        _per_entity(results, OURS, "poll CPU"),
        min(_peers(results, "poll CPU")) / 2,
        1e6,
    )
    for figure in (
        "setup stall",
        "setup stall without garbage",
        "poll stall",
        "change stall",
        "burst stall",
    ):
        yield Goal(
            f"{figure}, {most} devices",
            "ms",
            max(cost[most][figure]),
            _STALL_AT_MOST,
            1000,
        )
    yield Goal(
        f"memory, {most} devices",
        "KiB per entity",
        _per_entity(results, OURS, "memory"),
        min(_peers(results, "memory")),
        1 / 1024,
    )
    yield Goal("calls that block the event loop", "", max(use["blocking calls"]), 0)


def _peers(results: Results, figure: str) -> Iterator[float]:
    for domain in SUBJECTS:
        if domain != OURS:
            yield _per_entity(results, domain, figure)


def _per_entity(results: Results, domain: str, figure: str) -> float:
    figures = results.cost[domain][max(results.cost[domain])]
    return Sample.of(figures[figure], per=figures["entities"][0]).middle


def table(results: Results) -> Table:
    """Return the goals as a table."""
    return Table(
        "Goals",
        ["", "unit", "measured", "at most", "reached"],
        [
            [
                goal.name,
                goal.unit,
                number(goal.measured * goal.factor),
                number(goal.limit * goal.factor),
                "yes" if goal.reached else "no",
            ]
            for goal in goals(results)
        ],
    )
