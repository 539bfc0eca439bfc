"""One measurement, in a process of its own."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages
import sys
from typing import Final

from .clouds.child import DistantCloud
from .cost import Figures, of_import, of_memory, of_setup_and_polls
from .effort import Effort
from .overrides import of_overrides
from .real import of_program, of_windows
from .subjects.fumis import Fumis
from .subjects.heatpump_steering import HeatPumpSteering
from .subjects.sensibo import Sensibo
from .subjects.subject import Subject
from .subjects.trmnl import Trmnl
from .together import of_together
from .use import of_use

SUBJECTS: Final[dict[str, type[Subject]]] = {
    subject.domain: subject for subject in (HeatPumpSteering, Sensibo, Fumis, Trmnl)
}


OURS: Final = HeatPumpSteering.domain


class Task(StrEnum):
    """What is measured."""

    USE = "use"
    PROGRAM = "program"
    TOGETHER = "together"
    WINDOW = "window"
    OVERRIDES = "overrides"
    COST = "cost"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is measured, of which integration, with how many devices."""

    task: Task
    domain: str
    devices: int
    root: Path | None = None
    """The folder with the `custom_components` that are measured; None for those of this checkout."""


def import_once(domain: str, root: Path | None = None) -> None:
    """Import all of an integration, so that it is there as bytecode: as at any start but the first."""
    sys.dont_write_bytecode = False
    _import_from(root)
    package = import_module(SUBJECTS[domain].module)
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def _import_from(root: Path | None) -> None:
    if root is not None:
        sys.path.insert(0, str(root))


def work(
    measurement: Measurement,
    effort: Effort,
    cloud_pipe: Connection,
    results: Connection,
) -> None:
    """Measure, and send the figures and what was warned of."""
    _import_from(measurement.root)
    subject = SUBJECTS[measurement.domain]()
    cloud = DistantCloud(cloud_pipe)
    figures = of_import(subject)
    measured, warnings = asyncio.run(_measured(measurement, subject, cloud, effort))
    results.send((figures | measured, warnings))


async def _measured(
    measurement: Measurement, subject: Subject, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    match measurement.task:
        case Task.COST:
            return await of_setup_and_polls(subject, cloud, measurement.devices, effort)
        case Task.MEMORY:
            return await of_memory(subject, cloud, measurement.devices), []
        case Task.USE:
            return await of_use(subject, cloud, effort)
        case Task.PROGRAM:
            return await of_program(subject, cloud, effort)
    assert isinstance(subject, HeatPumpSteering)
    match measurement.task:
        case Task.TOGETHER:
            return await of_together(subject, cloud, effort)
        case Task.WINDOW:
            return await of_windows(subject, cloud, effort)
        case Task.OVERRIDES:
            return await of_overrides(subject, cloud, effort)
