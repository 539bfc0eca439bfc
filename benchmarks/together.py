"""What is asked for together, and how many requests it is: scenes, `parallel:`, one action on many entities; and what is not."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.setup import async_setup_component

from .clouds.child import DistantCloud
from .cost import Figures
from .effort import DEVICES_IN_USE, Effort
from .home import Home, started
from .meters import MACHINES, competition
from .subjects.heatpump_steering import HeatPumpSteering
from .use import APART

STEPS: Final = "a script of five steps, at 50 ms"
BEYOND: Final = f"{STEPS}, beyond its round trips"
SCENE: Final = "a scene of ten settings at each of two heat pumps"
_PARALLEL: Final = "parallel: with five settings of a heat pump"
_SWITCHES: Final = "one action on three switches of a heat pump"
_AREA: Final = "one action on an area with five heat pumps"
REQUESTS: Final = {SCENE: 2, _PARALLEL: 1, _SWITCHES: 1, _AREA: 5, STEPS: 5}
"""How many each is to be."""
_ROUND_TRIP: Final = 0.05


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done, there and back again."""

    name: str
    do: Callable[[int], Awaitable[None]]
    """Do it for the first, second, third time."""


async def of_together(
    subject: HeatPumpSteering, cloud: DistantCloud, effort: Effort
) -> tuple[Figures, list[str]]:
    """Do everything again and again, on an idle machine and on a busy one; also returns what was warned of."""
    figures: Figures = {}
    async with started(cloud.url) as home:
        await subject.connect(home, cloud.url, DEVICES_IN_USE)
        await home.settle()
        for coordinator in subject.coordinators(home):
            coordinator.update_interval = None
        deeds = [_scene(subject, home), *await _others(subject, home)]
        # The first scene after a start is not one of them: Home Assistant imports what it needs for scenes then.
        for turn in range(2):
            await _requests(deeds[0], turn, cloud, home)
        for machine in MACHINES:
            with competition(machine):
                for deed in deeds:
                    times = effort.scenes if deed.name == SCENE else effort.others
                    figures[f"{deed.name}{machine}"] = [
                        await _requests(deed, turn, cloud, home)
                        for turn in range(times)
                    ]
                figures |= await _of_steps(subject, cloud, home, effort, machine)
        return figures, home.warnings.others


async def _requests(deed: Deed, turn: int, cloud: DistantCloud, home: Home) -> int:
    """Do something once; return how many requests for changes it was."""
    cloud.forget()
    await deed.do(turn)
    written = sum(it.writes for it in cloud.requests())
    await home.pass_time(APART)
    return written


def _scene(subject: HeatPumpSteering, home: Home) -> Deed:
    """Return a scene that sets everything at two heat pumps, and in turn all of it back."""
    scene = {**subject.scene(home, 0)[0], **subject.scene(home, 1)[0]}
    before: dict[str, Mapping[str, str]] = {}
    for entity_id in scene:
        state = home.hass.states.get(entity_id)
        assert state is not None
        before[entity_id] = {"state": state.state}

    async def apply(turn: int) -> None:
        await home.hass.services.async_call(
            "scene", "apply", {"entities": before if turn % 2 else scene}, blocking=True
        )

    return Deed(SCENE, apply)


async def _others(subject: HeatPumpSteering, home: Home) -> Sequence[Deed]:
    hass = home.hass
    area = ar.async_get(hass).async_create("House").id
    for device in range(2, 7):
        entity = er.async_get(hass).async_get(subject.thermostat(home, device))
        assert entity is not None and entity.device_id is not None
        dr.async_get(hass).async_update_device(entity.device_id, area_id=area)
    await async_setup_component(
        hass,
        "script",
        {
            "script": {
                f"{name}_{turn}": {"sequence": steps}
                for turn in range(2)
                for name, steps in (
                    ("parallel", [{"parallel": _steps(subject, home, 7, turn)}]),
                    ("steps", _steps(subject, home, 8, turn)),
                )
            }
        },
    )
    await home.settle()

    async def act(action: str, data: Mapping[str, Any]) -> None:
        domain, _, name = action.partition(".")
        await hass.services.async_call(domain, name, dict(data), blocking=True)

    return [
        Deed(
            _PARALLEL,
            lambda turn: act(f"script.parallel_{turn % 2}", {}),
        ),
        Deed(
            _SWITCHES,
            lambda turn: act(
                "switch.turn_off" if turn % 2 else "switch.turn_on",
                {"entity_id": subject.switches(home, 9)},
            ),
        ),
        Deed(
            _AREA,
            lambda turn: act(
                "climate.set_temperature",
                {"area_id": area, "temperature": 22 + turn % 2},
            ),
        ),
    ]


def _steps(
    subject: HeatPumpSteering, home: Home, device: int, turn: int
) -> list[dict[str, Any]]:
    return [call.in_yaml for call in subject.five_settings(home, device, turn)]


async def _of_steps(
    subject: HeatPumpSteering,
    cloud: DistantCloud,
    home: Home,
    effort: Effort,
    machine: str,
) -> Figures:
    """Run a plain script of five steps, each of which waits for the one before."""
    written: list[float] = []
    beyond: list[float] = []
    cloud.delay(_ROUND_TRIP, _ROUND_TRIP)
    for turn in range(effort.others):
        cloud.forget()
        began = monotonic()
        await home.hass.services.async_call(
            "script", f"steps_{turn % 2}", {}, blocking=True
        )
        beyond.append(monotonic() - began - 5 * _ROUND_TRIP)
        written.append(sum(it.writes for it in cloud.requests()))
        await home.pass_time(APART)
    cloud.delay(0, 0)
    return {f"{STEPS}{machine}": written, f"{BEYOND}{machine}": beyond}
