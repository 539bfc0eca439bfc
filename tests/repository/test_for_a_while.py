"""The page about what is set for a while: its examples are run, and what it quotes is what is answered."""

from pathlib import Path
import re
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml

from ..house import House

PAGE = (Path(__file__).parents[2] / "docs" / "for-a-while.md").read_text(
    encoding="utf-8"
)
EXAMPLES: list[Any] = [
    parse_yaml(block)
    for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
BATH, TONIGHT, GUESTS, GUESTS_END, SUN, WIDER, ANSWER = EXAMPLES
HOUR = 3600


@pytest.fixture
async def evening(house: House, freezer: TickingDateTimeFactory) -> House:
    """Return a house at 18:00, as the page has it."""
    freezer.move_to("2026-11-27T18:00:00+01:00")
    await house.hass.config.async_set_time_zone("Europe/Amsterdam")
    return await house.connected()


async def run(house: House, *actions: Any) -> Any:
    """Run actions as an automation does, and return the answer to the last one."""
    *before, last = actions
    steps = [
        *before,
        {**last, "response_variable": "answer"},
        {"stop": "", "response_variable": "answer"},
    ]
    script = Script(house.hass, cv.SCRIPT_SCHEMA(steps), "page", "automation")
    result = await script.async_run(context=Context())
    assert result is not None
    return result.service_response


def holds(house: House) -> tuple[Any, Any]:
    """Return the preferred temperature and the hot-water minimum at the cloud."""
    held = house.cloud.cloud.heat_pump("hp-1").held
    return held["room.preferred_temperature"], held["dhw.temperature_lower_bound"]


async def test_bath(evening: House, freezer: TickingDateTimeFactory) -> None:
    """It is as hot as it says for two hours, and what is answered is on the page."""
    assert await run(evening, {**BATH, "target": {}}) == ANSWER
    await run(evening, BATH)
    assert holds(evening) == (21, 55)
    await evening.pass_time(freezer, 2 * HOUR + 60)
    assert holds(evening) == (21, 45)


async def test_until_tomorrow(evening: House, freezer: TickingDateTimeFactory) -> None:
    """It ends at seven."""
    await run(evening, TONIGHT)
    await evening.pass_time(freezer, 13 * HOUR - 60)
    assert holds(evening) == (19, 45)
    await evening.pass_time(freezer, 120)
    assert holds(evening) == (21, 45)


async def test_until_ended(evening: House, freezer: TickingDateTimeFactory) -> None:
    """It stays until it is ended by its name."""
    await run(evening, GUESTS)
    await evening.pass_time(freezer, 30 * HOUR)
    assert holds(evening) == (22.5, 45)
    await run(evening, GUESTS_END)
    assert holds(evening) == (21, 45)


async def test_sun(evening: House) -> None:
    """It is warmer while the sun shines, unless something hides it."""
    hass = evening.hass
    assert await async_setup_component(hass, "automation", {"automation": SUN})
    await hass.async_block_till_done()

    async def shines(watts: int) -> None:
        hass.states.async_set("sensor.solar_power", str(watts))
        await hass.async_block_till_done(wait_background_tasks=True)

    await shines(100)
    await shines(2500)
    assert holds(evening) == (22, 45)
    cheap = {
        **GUESTS,
        "data": {"name": "Cheap", "preferred_temperature_by": 2},
    }
    await run(evening, cheap)
    assert holds(evening) == (24, 45)
    await run(evening, GUESTS)
    assert holds(evening) == (22.5, 45)
    await run(evening, GUESTS_END)
    await shines(400)
    assert holds(evening) == (23, 45)


async def test_wider(evening: House, freezer: TickingDateTimeFactory) -> None:
    """It is set again and again, but not over what was set by hand, and not for longer than its automation runs."""
    hass = evening.hass

    def band() -> tuple[Any, Any]:
        held = evening.cloud.cloud.heat_pump("hp-1").held
        return held["room.temperature_lower_bound"], held[
            "room.temperature_upper_bound"
        ]

    hass.states.async_set("sensor.solar_power", "2500")
    assert await async_setup_component(hass, "automation", {"automation": WIDER})
    await evening.pass_time(freezer, 300)
    assert band() == (2.5, 2.5)
    await evening.act("number.set_value", "allowed_below", value=2)
    for _ in range(6):
        await evening.pass_time(freezer, 300)
    assert band() == (2, 2.5)
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"})
    await evening.pass_time(freezer, 16 * 60)
    assert band() == (2, 1.5)


@pytest.mark.parametrize("keep_changes", [False, True])
async def test_called_again(evening: House, keep_changes: bool) -> None:
    """A call of the same name goes on in its place, or begins anew on top; what it leaves out goes back either way."""
    cheap: Any = {
        **GUESTS,
        "data": {
            "name": "Cheap",
            "preferred_temperature": 20,
            "hot_water_min": 50,
            "keep_changes": keep_changes,
        },
    }
    await run(evening, cheap)
    await run(evening, GUESTS)
    assert holds(evening) == (22.5, 50)
    del cheap["data"]["hot_water_min"]
    await run(evening, cheap)
    assert holds(evening) == (22.5 if keep_changes else 20, 45)


async def test_at_most_is_in_the_way(evening: House) -> None:
    """What is at least cannot be above what is at most: it is refused, and nothing else is set instead."""
    hotter = {**BATH, "data": {"hot_water_min": 60}}
    with pytest.raises(ServiceValidationError, match="at most 55 °C"):
        await run(evening, hotter)
    assert evening.received() == []
    hotter["data"]["hot_water_max"] = 60
    await run(evening, hotter)
    assert holds(evening) == (21, 60)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_hand_wins(
    evening: House, freezer: TickingDateTimeFactory, elsewhere: bool
) -> None:
    """What is set by hand meanwhile stays, wherever: in the supplier's app, or by the action that sets for good."""
    await run(evening, TONIGHT)
    await evening.pass_time(freezer, HOUR)
    if elsewhere:
        await evening.change_elsewhere({"room": {"preferred_temperature": 20}}, "hp-1")
    else:
        by_hand = {"preferred_temperature": 20}
        await run(
            evening, {"action": "heatpump_steering.update_settings", "data": by_hand}
        )
    await evening.pass_time(freezer, HOUR)
    await evening.pass_time(freezer, 13 * HOUR)
    assert holds(evening) == (20, 45)
