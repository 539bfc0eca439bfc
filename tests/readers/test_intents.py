"""Core's intents, which Assist and language models act by: climate's own, and those that mean whole rooms."""

from dataclasses import replace
from typing import Any

import pytest

from homeassistant.components.climate.const import INTENT_SET_TEMPERATURE
from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
    async_should_expose,
)
from homeassistant.const import ATTR_AREA_ID, SERVICE_TURN_OFF
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    intent,
)
from homeassistant.setup import async_setup_component

from ..house import House
from .states import (
    AUTO,
    COOL,
    HEAT,
    OFF,
    ONE,
    SEVERAL,
    Home,
    Room,
    approximately,
    connected,
    displayed,
    held,
    read_back,
    walk,
)

SET = INTENT_SET_TEMPERATURE
GET = intent.INTENT_GET_TEMPERATURE
ASSIST = "conversation"
SWITCHES = ("flex_trading", "dynamic_tariff", "pv_self_consumption", "schedule")


async def handle(house: House, intent_type: str, **slots: Any) -> intent.IntentResponse:
    """Carry out an intent of Assist's, and let everything happen that follows."""
    response = await intent.async_handle(
        house.hass,
        "test",
        intent_type,
        {name: {"value": value} for name, value in slots.items()},
        assistant=ASSIST,
    )
    await house.hass.async_block_till_done()
    return response


@pytest.fixture
async def assisted(any_unit_house: House) -> House:
    """Return a house, which has nothing yet, with Assist."""
    for domain in ("homeassistant", "intent", "climate", "switch"):
        assert await async_setup_component(any_unit_house.hass, domain, {})
    return any_unit_house


def put_into_kitchen(house: House) -> str:
    """Put the heat pump into an area, and return the area."""
    area = ar.async_get(house.hass).async_create("Kitchen")
    dr.async_get(house.hass).async_update_device(house.device().id, area_id=area.id)
    return area.id


@pytest.mark.parametrize("homes", [ONE, SEVERAL], ids=["one", "several"])
async def test_temperature_is_told(assisted: House, homes: tuple[Home, ...]) -> None:
    """In every state a question for the temperature finds the thermostat that was asked for."""
    house = assisted
    async for home in walk(house, homes):
        for target in home.thermostats():
            state = house.state("climate", target)
            response = await handle(house, GET, name=state.name)
            assert response.response_type is intent.IntentResponseType.QUERY_ANSWER
            assert response.matched_states == [state], home


@pytest.mark.parametrize("target", ["hp-1", "home"])
@pytest.mark.parametrize(
    "start", [HEAT, COOL, OFF, AUTO, replace(AUTO, above=None)], ids=str
)
async def test_temperature_is_set(assisted: House, start: Room, target: str) -> None:
    """“Set the heat pump to 22 degrees” sets the preferred temperature in every mode, and nothing else."""
    house = await connected(assisted, start)
    thermostat = house.state("climate", target)
    await handle(house, SET, name=thermostat.name, temperature=displayed(house, 22))
    assert held(house) == approximately(house, replace(start, preferred=22))
    assert held(house).preferred == pytest.approx(read_back(house, 22))
    assert held(house, "hp-2") == (held(house) if target == "home" else start)


async def test_temperature_of_a_room_is_set(assisted: House) -> None:
    """“Set the kitchen to 20 degrees” finds the thermostat by its area."""
    house = await connected(assisted, HEAT)
    put_into_kitchen(house)
    await handle(house, SET, area="Kitchen", temperature=displayed(house, 20))
    assert held(house) == approximately(house, replace(HEAT, preferred=20))


async def test_all_switches_of_a_room(assisted: House) -> None:
    """“Turn off the kitchen” and an area's “all switches off” leave optimisation and schedule as they are."""
    house = await connected(assisted, HEAT)
    area = put_into_kitchen(house)
    for switch in SWITCHES:
        await house.act("switch.turn_on", switch)
        assert house.shows(switch) == "on" or switch == "flex_trading"
    before = dict(house.cloud.cloud.heat_pump("hp-1").held)
    await house.hass.services.async_call(
        "switch", SERVICE_TURN_OFF, target={ATTR_AREA_ID: area}, blocking=True
    )
    assert house.cloud.cloud.heat_pump("hp-1").held == before
    with pytest.raises(intent.MatchFailedError):
        await handle(house, intent.INTENT_TURN_OFF, area="Kitchen", domain="switch")
    assert house.cloud.cloud.heat_pump("hp-1").held == before


async def test_switch_that_is_shown_to_assist(assisted: House) -> None:
    """A switch is hidden from Assist until it is shown to it, and then obeys its name."""
    house = await connected(assisted, HEAT)
    switch = house.state("dynamic_tariff")
    entry = er.async_get(house.hass).async_get(switch.entity_id)
    assert entry is not None
    assert not async_should_expose(house.hass, ASSIST, switch.entity_id)
    with pytest.raises(intent.MatchFailedError):
        await handle(house, intent.INTENT_TURN_ON, name=switch.name)
    async_expose_entity(house.hass, ASSIST, switch.entity_id, should_expose=True)
    await handle(house, intent.INTENT_TURN_ON, name=switch.name)
    assert house.shows("dynamic_tariff") == "on"
