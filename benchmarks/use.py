"""What happens when somebody uses the integration: requests, and how long it takes until the truth is shown."""

import asyncio
from itertools import cycle
from time import monotonic
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback

from .clouds.child import DistantCloud
from .cost import Figures
from .effort import DEVICES_IN_USE, JITTER, SLIDER_PAUSE, SLIDER_STEPS, Effort
from .home import Home, started
from .meters import BUSY, competition
from .subjects.subject import Subject

_HOUR: Final = 3600.0
# What follows a change by itself (reading back, a refresh that was put off) is over after so many seconds.
_AFTERMATH: Final = 12.0
# Nothing that was measured before can still be felt after so many seconds.
_REST: Final = 30.0
# Two changes of the same setting have nothing to do with each other that are so many seconds apart.
APART: Final = 2.0
# Seconds after which a change that is not shown never will be.
_PATIENCE: Final = 20.0


async def of_use(
    subject: Subject, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    """Use an account with ten devices; also returns what was warned of."""
    async with started(cloud.url) as home:
        await subject.connect(home, cloud.url, DEVICES_IN_USE)
        await home.settle()
        cloud.forget()
        await home.pass_time(_HOUR)
        figures: Figures = {"hour requests": [len(cloud.requests())]}
        # From here on what is read is read because of a change.
        for coordinator in subject.coordinators(home):
            coordinator.update_interval = None
        figures |= await _of_scene(subject, cloud, home)
        figures |= await _of_five_devices(subject, cloud, home)
        figures |= await _of_slider(subject, cloud, home)
        figures |= await _of_latencies(subject, cloud, home, effort)
        figures |= await _of_jitter(subject, cloud, home, effort)
        figures["blocking calls"] = [home.warnings.blocking_calls]
        return figures, home.warnings.others


async def _count(cloud: DistantCloud, home: Home, name: str) -> Figures:
    """Count the requests since the last time, what follows by itself among them."""
    await home.settle()
    await home.pass_time(_AFTERMATH)
    requests = cloud.requests()
    cloud.forget()
    writes = sum(request.writes for request in requests)
    await home.pass_time(_REST)
    cloud.forget()
    return {f"{name} writes": [writes], f"{name} reads": [len(requests) - writes]}


async def _of_scene(subject: Subject, cloud: DistantCloud, home: Home) -> Figures:
    figures: Figures = {}
    # At the first one after a start, Home Assistant imports what it needs for scenes, domain by domain.
    for name, device in (("first scene", 1), ("scene", 0)):
        await home.pass_time(_REST)
        cloud.forget()
        entities, calls = subject.scene(home, device)
        await asyncio.gather(
            home.hass.services.async_call(
                "scene", "apply", {"entities": entities}, blocking=True
            ),
            *(call.run(home.hass) for call in calls),
        )
        figures |= await _count(cloud, home, name)
    return figures


async def _of_five_devices(
    subject: Subject, cloud: DistantCloud, home: Home
) -> Figures:
    await asyncio.gather(
        *(subject.slide(home, device, 1).run(home.hass) for device in range(5))
    )
    return await _count(cloud, home, "five devices")


async def _drag(subject: Subject, home: Home, device: int, steps: range) -> None:
    """Drag a slider: the frontend does not wait for one call before it makes the next."""
    calls = []
    for step in steps:
        call = subject.slide(home, device, step)
        calls.append(asyncio.create_task(call.run(home.hass)))
        await asyncio.sleep(SLIDER_PAUSE)
    await asyncio.gather(*calls)


async def _of_slider(subject: Subject, cloud: DistantCloud, home: Home) -> Figures:
    await _drag(subject, home, 0, range(SLIDER_STEPS))
    return await _count(cloud, home, "slider")


async def _of_latencies(
    subject: Subject, cloud: DistantCloud, home: Home, effort: Effort
) -> Figures:
    figures: Figures = {}
    # Neither of them is where the slider has been left.
    places = cycle((5, 6))

    async def time_changes(to_the_wire: str, to_the_state: str, pause: float) -> None:
        figures[to_the_wire], figures[to_the_state] = [], []
        for _ in range(effort.changes):
            wire, state = await time_change(subject, cloud, home, next(places))
            figures[to_the_wire].append(wire)
            figures[to_the_state].append(state)
            await home.pass_time(pause)
            cloud.forget()

    for latency in effort.latencies:
        cloud.delay(latency, latency)
        at = f"at {latency * 1000:.0f} ms"
        await time_changes(f"to the wire {at}", f"to the state {at}", _REST)
    cloud.delay(0, 0)
    with competition(BUSY):
        await time_changes(
            f"lone change to the wire{BUSY}", f"lone change to the state{BUSY}", APART
        )
    return figures


async def time_change(
    subject: Subject, cloud: DistantCloud, home: Home, step: int
) -> tuple[float, float]:
    """Return how long it takes from an action to the request, and to the new state."""
    call = subject.slide(home, 0, step)
    shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    @callback
    def look(event: Event[EventStateChangedData]) -> None:
        if (
            event.data["entity_id"] == call.entity_id
            and not shown.done()
            and subject.shows(home, 0, step)
        ):
            shown.set_result(monotonic())

    stop_looking = home.hass.bus.async_listen(EVENT_STATE_CHANGED, look)
    began = monotonic()
    await call.run(home.hass)
    async with asyncio.timeout(_PATIENCE):
        ended = await shown
    stop_looking()
    written = next(request.at for request in cloud.requests() if request.writes)
    return written - began, ended - began


async def _of_jitter(
    subject: Subject, cloud: DistantCloud, home: Home, effort: Effort
) -> Figures:
    """Drag the sliders of all devices at once while requests overtake each other."""
    cloud.delay(*JITTER)
    lost = 0
    for number in range(effort.drags):
        steps = range(SLIDER_STEPS)
        if number % 2:
            steps = steps[::-1]
        await asyncio.gather(
            *(_drag(subject, home, device, steps) for device in range(DEVICES_IN_USE))
        )
        await home.settle()
        await home.pass_time(_AFTERMATH)
        lost += sum(
            cloud.held(device) != subject.held_at(steps[-1])
            for device in range(DEVICES_IN_USE)
        )
        await home.pass_time(_REST)
    cloud.delay(0, 0)
    return {
        "drags": [effort.drags * DEVICES_IN_USE],
        "drags that ended on an older value": [lost],
    }
