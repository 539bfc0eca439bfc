"""What is to be reached, and whether it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .cost import Figures
from .meters import MACHINES
from .numbers import Sample
from .ours import together_of
from .run import Results
from .tables import Table, number
from .together import BEYOND
from .worker import OURS, SUBJECTS, Task

_LATE_AT_MOST: Final = 0.01
"""How long after one round trip the truth is to be shown, in seconds."""
_TO_THE_WIRE_AT_MOST: Final = 0.005
"""How long a lone change may take to the wire, in seconds."""
_BEHIND_PEERS: Final = 0.008
"""By how much that may be longer than with the peers, in seconds."""
_STEPS_LATE_AT_MOST: Final = 0.5
"""How long a script of five steps may take beyond its round trips, in seconds."""
_WRITES_OF_ALL: Final = 10
"""How often a file may be written when something begins or ends at every heat pump of a home."""
_CPU_OF_EACH: Final = 0.005
"""What the beginning or end of something may cost at each heat pump of a thousand, in seconds."""
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
    """Yield every goal of what was measured; each is about medians, but for stalls and counts, where the worst counts."""
    if results.use:
        yield from _in_use(results)
    if results.program:
        yield from _to_the_wire(
            "to the wire", results.program, "to the wire", _BEHIND_PEERS
        )
    for where, what, requests, found in together_of(results):
        yield Goal(
            f"{what}, {where}, {len(found)} times", "requests", max(found), requests
        )
    if figures := results.ours.get(Task.TOGETHER):
        for machine in MACHINES:
            late = Sample.of(figures[f"{BEYOND}{machine}"]).middle
            yield Goal(f"{BEYOND}{machine}", "ms", late, _STEPS_LATE_AT_MOST, 1000)
    if figures := results.ours.get(Task.OVERRIDES):
        yield from _of_overrides(figures)
    if results.cost:
        yield from _of_cost(results)


def _in_use(results: Results) -> Iterator[Goal]:
    use = results.use[OURS]
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
    yield Goal(
        "lone change to the wire",
        "ms",
        Sample.of(use["to the wire at 0 ms"]).middle,
        _TO_THE_WIRE_AT_MOST,
        1000,
    )
    yield from _to_the_wire(
        "lone change to the wire", results.use, "to the wire at 0 ms", _BEHIND_PEERS
    )
    for figure, values in use.items():
        if figure.startswith("to the state at "):
            round_trip = float(figure.split()[-2]) / 1000
            late = Sample.of(values).middle - round_trip
            name = f"state after the round trip{figure.removeprefix('to the state')}"
            yield Goal(name, "ms", late, _LATE_AT_MOST, 1000)
    yield Goal("an idle hour", "requests", max(use["hour requests"]), _POLLS_IN_AN_HOUR)
    yield Goal("calls that block the event loop", "", max(use["blocking calls"]), 0)


def _to_the_wire(
    name: str, figures: Mapping[str, Figures], figure: str, behind: float
) -> Iterator[Goal]:
    """Yield how far ours may be behind the peers' median, where that was measured of them."""
    theirs = [
        value
        for domain, of_domain in figures.items()
        if domain != OURS
        for value in of_domain[figure]
    ]
    if theirs:
        yield Goal(
            f"{name}, behind the peers' median",
            "ms",
            Sample.of(figures[OURS][figure]).middle - Sample.of(theirs).middle,
            behind,
            1000,
        )


def _of_overrides(figures: Figures) -> Iterator[Goal]:
    yield Goal(
        "file writes in an hour with something for a while everywhere",
        "",
        max(figures["file writes in an hour"]),
        0,
    )
    for what in ("start", "end"):
        yield Goal(
            f"{what} of something for a while everywhere",
            "file writes",
            max(figures[f"{what} file writes"]),
            _WRITES_OF_ALL,
        )
        yield Goal(
            f"{what} of something for a while, at each heat pump",
            "ms of CPU",
            max(figures[f"{what} CPU"]) / max(figures[f"{what} requests"]),
            _CPU_OF_EACH,
            1000,
        )


def _of_cost(results: Results) -> Iterator[Goal]:
    cost = results.cost[OURS]
    most = max(cost)
    yield Goal(
        "setup",
        "requests",
        max(max(figures["setup requests"]) for figures in cost.values()),
        _REQUESTS_AT_SETUP,
    )
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


def _peers(results: Results, figure: str) -> Iterator[float]:
    for domain in SUBJECTS:
        if domain != OURS:
            yield _per_entity(results, domain, figure)


def _per_entity(results: Results, domain: str, figure: str) -> float:
    figures = results.cost[domain][max(results.cost[domain])]
    return Sample.of(figures[figure], per=figures["entities"][0]).middle


def table(results: Results) -> Table:
    """Return those of what was measured as a table."""
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
