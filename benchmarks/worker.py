"""One measurement, in a process of its own."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Final

from .clouds.child import DistantCloud
from .cost import Figures, of_import, of_memory, of_setup_and_polls
from .effort import Effort
from .subjects.fumis import Fumis
from .subjects.heatpump_steering import HeatPumpSteering
from .subjects.sensibo import Sensibo
from .subjects.subject import Subject
from .subjects.trmnl import Trmnl
from .use import of_use

SUBJECTS: Final[dict[str, type[Subject]]] = {
    subject.domain: subject for subject in (HeatPumpSteering, Sensibo, Fumis, Trmnl)
}


class Task(StrEnum):
    """What is measured."""

    COST = "cost"
    MEMORY = "memory"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is measured, of which integration, with how many devices."""

    task: Task
    domain: str
    devices: int


def work(
    measurement: Measurement,
    effort: Effort,
    cloud_pipe: Connection,
    results: Connection,
) -> None:
    """Measure, and send the figures and what was warned of."""
    subject = SUBJECTS[measurement.domain]()
    cloud = DistantCloud(cloud_pipe)
    figures = of_import(subject)
    measured: Figures
    match measurement.task:
        case Task.COST:
            measured, warnings = asyncio.run(
                of_setup_and_polls(subject, cloud, measurement.devices, effort)
            )
        case Task.MEMORY:
            measured, warnings = (
                asyncio.run(of_memory(subject, cloud, measurement.devices)),
                [],
            )
        case Task.USE:
            measured, warnings = asyncio.run(of_use(subject, cloud, effort))
    results.send((figures | measured, warnings))
