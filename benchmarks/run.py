"""Runs every measurement, each in new processes, and tells how it goes."""

from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
import multiprocessing
from pathlib import Path
import sys
from time import monotonic
from typing import Any

from . import profiling
from .clouds.child import serve
from .cost import Figures
from .effort import DEVICES_IN_USE, Effort
from .real import DEVICES_IN_SWEEP
from .subjects.heatpump_steering import HeatPumpSteering
from .tables import Table
from .worker import OURS, SUBJECTS, Measurement, Task, import_once, work

# Home Assistant is imported once; each measurement then starts with it, and without the integration.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["benchmarks.worker"])


class MeasurementError(Exception):
    """A measurement that did not come to its end."""


@dataclass(slots=True)
class Results:
    """Figures of all repeats by integration, and for what depends on it by the number of devices."""

    use: dict[str, Figures] = field(default_factory=dict)
    program: dict[str, Figures] = field(default_factory=dict)
    cost: dict[str, dict[int, Figures]] = field(default_factory=dict)
    ours: dict[Task, Figures] = field(default_factory=dict)
    """What is measured of our integration only."""
    warnings: set[str] = field(default_factory=set)

    def enter(self, measurement: Measurement, figures: Figures) -> None:
        """Add the figures of one more repeat."""
        match measurement.task:
            case Task.USE:
                found = self.use.setdefault(measurement.domain, {})
            case Task.PROGRAM:
                found = self.program.setdefault(measurement.domain, {})
            case Task.COST | Task.MEMORY:
                of_domain = self.cost.setdefault(measurement.domain, {})
                found = of_domain.setdefault(measurement.devices, {})
            case _:
                found = self.ours.setdefault(measurement.task, {})
        _add(found, figures)


def _add(found: Figures, figures: Figures) -> None:
    for name, values in figures.items():
        found.setdefault(name, []).extend(values)


def _import_once(domain: str, root: Path | None = None) -> None:
    process = _PROCESSES.Process(target=import_once, args=(domain, root))
    process.start()
    process.join()


def measure(effort: Effort, tasks: Container[Task]) -> Results:
    """Measure all of these. Raises MeasurementError."""
    results = Results()
    for domain in SUBJECTS:
        _import_once(domain)
    # The integrations take turns, so that what else happens on the machine is shared fairly.
    in_use = [Measurement(Task.USE, domain, DEVICES_IN_USE) for domain in SUBJECTS]
    costs = [
        Measurement(task, domain, devices)
        for devices in effort.scales
        for task, times in ((Task.COST, effort.repeats), (Task.MEMORY, 1))
        for _ in range(times)
        for domain in SUBJECTS
    ]
    # What makes the machine busy, or asks how many requests that are, has it to itself.
    alone = [
        *(Measurement(Task.PROGRAM, domain, DEVICES_IN_USE) for domain in SUBJECTS),
        Measurement(Task.TOGETHER, OURS, DEVICES_IN_USE),
        Measurement(Task.WINDOW, OURS, DEVICES_IN_SWEEP),
        Measurement(Task.OVERRIDES, OURS, effort.overridden),
    ]
    for measurements, at_once in (
        (in_use, effort.side_by_side),
        (alone, False),
        (costs, effort.side_by_side),
    ):
        wanted = [it for it in measurements if it.task in tasks]
        with ThreadPoolExecutor(len(SUBJECTS) if at_once else 1) as pool:
            _enter(results, pool.map(_taken, wanted, repeat(effort)))
    return results


def measure_beside(effort: Effort, before: Path) -> dict[int, tuple[Figures, Figures]]:
    """Return what an earlier version of ours and this one cost, by the number of devices. Raises MeasurementError.

    `before` is the folder with the earlier one's `custom_components`. The two take turns, and talk to today's cloud.
    """
    _import_once(OURS)
    _import_once(OURS, before)
    found: dict[int, tuple[Figures, Figures]] = {}
    for devices in effort.scales:
        found[devices] = ({}, {})
        for task, times in ((Task.COST, effort.repeats), (Task.MEMORY, 1)):
            for _ in range(times):
                for root, figures in zip((before, None), found[devices], strict=True):
                    it = Measurement(task, OURS, devices, root)
                    _add(figures, _taken(it, effort)[1])
    return found


def profile() -> list[Table]:
    """Return what our longest callbacks are made of. Raises MeasurementError."""
    try:
        found: list[Table] = beside_cloud(
            HeatPumpSteering.domain, profiling.DEVICES, profiling.work
        )
    except EOFError:
        raise MeasurementError("The profile has failed") from None
    return found


type _Taken = tuple[Measurement, Figures, list[str]]


def _enter(results: Results, taken: Iterable[_Taken]) -> None:
    for measurement, figures, warnings in taken:
        results.enter(measurement, figures)
        results.warnings.update(f"{measurement.domain}: {it}" for it in warnings)


def beside_cloud(
    domain: str, devices: int, target: Callable[..., None], *arguments: Any
) -> Any:
    """Run the target in a new process, beside the cloud in another one; return what it sends.

    Its last arguments are the pipes to the cloud and to here. Raises EOFError if it sends nothing.
    """
    to_cloud, from_worker = _PROCESSES.Pipe()
    results, to_us = _PROCESSES.Pipe(duplex=False)
    cloud = _PROCESSES.Process(target=serve, args=(domain, devices, from_worker))
    worker = _PROCESSES.Process(target=target, args=(*arguments, to_cloud, to_us))
    for process in (cloud, worker):
        process.start()
    for end in (to_cloud, from_worker, to_us):
        end.close()
    try:
        return results.recv()
    finally:
        for process in (worker, cloud):
            process.join()


def _taken(measurement: Measurement, effort: Effort) -> _Taken:
    began = monotonic()
    try:
        figures, warnings = beside_cloud(
            measurement.domain, measurement.devices, work, measurement, effort
        )
    except EOFError:
        raise MeasurementError(f"{measurement} has failed") from None
    earlier = " before" if measurement.root else ""
    print(
        f"{measurement.domain}{earlier}, {measurement.devices} devices, {measurement.task}: {monotonic() - began:.1f} s",
        file=sys.stderr,
        flush=True,
    )
    return measurement, figures, warnings
