"""What setting up and polling cost, for so many devices."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
import gc
from importlib import import_module
from importlib.util import find_spec
import tracemalloc
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er

from .clouds.child import DistantCloud
from .effort import DEVICES_IN_USE, Effort
from .home import Home, started
from .meters import counting_state_writes, spending, watching_for_stalls
from .subjects.subject import Call, Subject

# What Home Assistant imports of a platform with the first entity of it, whosever that is.
_OF_AUTOMATIONS: Final = ("condition", "trigger")

type Figures = dict[str, list[float]]
"""What was measured, by name; times are seconds."""

# Home Assistant writes its registries to disk this long after a change, in seconds: to be over before a poll is timed.
REGISTRIES_SAVED: Final = 15.0


def of_import(subject: Subject) -> Figures:
    """Import the integration with its client library; what it uses of Home Assistant's is there already."""
    for platform in subject.platforms:
        component = f"homeassistant.components.{platform}"
        import_module(component)
        for part in _OF_AUTOMATIONS:
            if find_spec(f"{component}.{part}") is not None:
                import_module(f"{component}.{part}")
    with spending() as spent:
        import_module(subject.module)
        for platform in subject.platforms:
            module = f"{subject.module}.{platform}"
            try:
                import_module(module)
            except ModuleNotFoundError as error:
                # An earlier version may have fewer.
                if error.name != module:
                    raise
    return {"import": [spent.process]}


async def of_setup_and_polls(
    subject: Subject, cloud: DistantCloud, devices: int, effort: Effort
) -> tuple[Figures, list[str]]:
    """Set up, and poll again and again; also returns what was warned of."""
    async with started(cloud.url) as home:
        figures = await _of_setup(subject, cloud, home, devices)
        await home.pass_time(REGISTRIES_SAVED)
        figures |= await _of_unchanged_polls(subject, home, effort)
        figures |= await _of_changed_polls(subject, cloud, home, effort)
        figures |= await _of_bursts(subject, home, devices, effort)
        figures["blocking calls"] = [home.warnings.blocking_calls]
        return figures, home.warnings.others


async def _of_setup(
    subject: Subject, cloud: DistantCloud, home: Home, devices: int
) -> Figures:
    gc.collect()
    with watching_for_stalls() as stall, spending() as spent:
        await asyncio.create_task(subject.connect(home, cloud.url, devices))
        await home.settle()
    registry = er.async_get(home.hass)
    return {
        "setup": [spent.wall],
        "setup CPU": [spent.process],
        "setup requests": [len(cloud.requests())],
        "setup stall": [stall.longest],
        "setup stall without garbage": [stall.without_garbage],
        "entities": [
            sum(
                home.hass.states.get(entry.entity_id) is not None
                for entry in registry.entities.values()
                if entry.platform == subject.domain
            )
        ],
    }


async def poll(subject: Subject, home: Home) -> None:
    """Let all accounts be read."""

    async def refresh() -> None:
        for coordinator in subject.coordinators(home):
            await coordinator.async_refresh()

    # In a task of its own: what ends it ends within the measurement.
    await asyncio.create_task(refresh())


async def _of_unchanged_polls(subject: Subject, home: Home, effort: Effort) -> Figures:
    figures: Figures = {"poll CPU": [], "poll stall": []}
    with counting_state_writes() as written:
        await poll(subject, home)
    figures["poll writes"] = [len(written)]
    for _ in range(effort.polls):
        with spending() as spent:
            await poll(subject, home)
        figures["poll CPU"].append(spent.loop)
    for _ in range(effort.polls):
        with watching_for_stalls() as stall:
            await poll(subject, home)
        figures["poll stall"].append(stall.longest)
    return figures


async def _of_changed_polls(
    subject: Subject, cloud: DistantCloud, home: Home, effort: Effort
) -> Figures:
    figures: Figures = {"change CPU": [], "change stall": []}
    changed: set[str] = set()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        changed.add(event.data["entity_id"])

    cloud.change(0)
    stop_noting = home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    with counting_state_writes() as written:
        await poll(subject, home)
        await home.settle()
    stop_noting()
    figures["change writes"] = [len(written)]
    figures["changed entities"] = [len(changed)]
    for _ in range(effort.polls):
        cloud.change(0)
        with spending() as spent:
            await poll(subject, home)
        figures["change CPU"].append(spent.loop)
        await home.settle()
        cloud.change(0)
        with watching_for_stalls() as stall:
            await poll(subject, home)
        figures["change stall"].append(stall.longest)
        await home.settle()
    return figures


async def _of_bursts(
    subject: Subject, home: Home, devices: int, effort: Effort
) -> Figures:
    """Set one setting of several devices at once, again and again."""
    figures: Figures = {"burst CPU": [], "burst stall": []}
    for number in range(2 * effort.polls):
        calls = []
        for device in range(min(devices, DEVICES_IN_USE)):
            # Of more entities than an account may have, Home Assistant adds now these, now those.
            with suppress(LookupError):
                # Never where it is already.
                calls.append(subject.slide(home, device, 5 + number % 2))
        if not calls:
            return {}
        if number % 2:
            with spending() as spent:
                await _run_all(home, calls)
            figures["burst CPU"].append(spent.loop)
        else:
            with watching_for_stalls() as stall:
                await _run_all(home, calls)
            figures["burst stall"].append(stall.longest)
    return figures


async def _run_all(home: Home, calls: Iterable[Call]) -> None:
    await asyncio.gather(*(call.run(home.hass) for call in calls))
    await home.settle()


async def of_memory(subject: Subject, cloud: DistantCloud, devices: int) -> Figures:
    """Set up, and see what is kept of it."""
    async with started(cloud.url) as home:
        gc.collect()
        tracemalloc.start()
        await subject.connect(home, cloud.url, devices)
        await home.settle()
        await home.pass_time(REGISTRIES_SAVED)
        await poll(subject, home)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return {"memory": [kept]}
