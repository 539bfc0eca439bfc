"""Alexa, as core connects it: what it is told of our entities, and what it asks of them."""

from dataclasses import replace
from typing import Any, override

import pytest

from homeassistant.components.alexa.smart_home import AlexaConfig, async_handle_message
from homeassistant.const import UnitOfTemperature

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
    walk,
)

MODES = {
    "off": "OFF",
    "heat": "HEAT",
    "cool": "COOL",
    "heat_cool": "AUTO",
    "unknown": None,
}
THERMOSTAT = "Alexa.ThermostatController"
POWER = "Alexa.PowerController"


class Alexa(AlexaConfig):
    """Core's own connection to Alexa; it is shown everything that there is."""

    def __init__(self, house: House) -> None:
        """Belong to a house."""
        super().__init__(house.hass, {"locale": "en-US"})
        self.house = house

    @override
    def should_expose(self, entity_id: str) -> bool:
        """Return that there is no secret."""
        return True

    async def say(
        self, namespace: str, name: str, entity_id: str | None = None, **payload: Any
    ) -> dict[str, Any]:
        """Send one of Alexa's directives, and return the answer once everything that follows has happened."""
        directive = {
            "header": {
                "namespace": namespace,
                "name": name,
                "messageId": "1",
                "correlationToken": "1",
                "payloadVersion": "3",
            },
            "payload": payload,
        }
        if entity_id is not None:
            directive["endpoint"] = {"endpointId": self.generate_alexa_id(entity_id)}
        answer = await async_handle_message(self.hass, self, {"directive": directive})
        await self.hass.async_block_till_done()
        assert answer["event"]["header"]["name"] != "ErrorResponse", answer
        return answer

    async def properties(self, entity_id: str) -> dict[str, Any]:
        """Return what Alexa is told of an entity's state, without what every thing has."""
        report = await self.say("Alexa", "ReportState", entity_id)
        assert report["event"]["header"]["name"] == "StateReport"
        return {
            it["name"]: it["value"]
            for it in report["context"]["properties"]
            if it["namespace"] in (THERMOSTAT, POWER)
        }


@pytest.fixture
async def alexa(any_unit_house: House) -> Alexa:
    """Connect a house, which has nothing yet, to Alexa."""
    alexa = Alexa(any_unit_house)
    await alexa.async_initialize()
    return alexa


def degrees(house: House, celsius: float) -> dict[str, Any]:
    """Return a temperature in Alexa's words."""
    is_celsius = house.hass.config.units.temperature_unit == UnitOfTemperature.CELSIUS
    return {
        "value": displayed(house, celsius),
        "scale": "CELSIUS" if is_celsius else "FAHRENHEIT",
    }


def expected(house: House, room: Room) -> dict[str, Any]:
    """Return what Alexa is to be told of a thermostat."""
    told: dict[str, Any] = {
        "powerState": "OFF" if room.mode == "off" else "ON",
        "thermostatMode": MODES[room.hvac_mode],
    }
    if room.has_band:
        low, high = room.edges
        told["lowerSetpoint"] = degrees(house, low)
        told["upperSetpoint"] = degrees(house, high)
    elif room.preferred is not None:
        told["targetSetpoint"] = degrees(house, room.preferred)
    return {name: value for name, value in told.items() if value is not None}


@pytest.mark.parametrize("homes", [ONE, SEVERAL], ids=["one", "several"])
async def test_everything_is_read(alexa: Alexa, homes: tuple[Home, ...]) -> None:
    """In every state Alexa finds every entity, and gets to know how each of them is."""
    house = alexa.house
    async for home in walk(house, homes):
        discovery = await alexa.say("Alexa.Discovery", "Discover")
        found = {
            endpoint["endpointId"].replace("#", "."): endpoint
            for endpoint in discovery["event"]["payload"]["endpoints"]
        }
        for entity_id in found:
            await alexa.properties(entity_id)
        for target, room in home.thermostats().items():
            entity_id = house.entity_id("climate", target)
            assert found[entity_id]["displayCategories"] == ["THERMOSTAT"]
            told = await alexa.properties(entity_id)
            assert {
                name: value for name, value in told.items() if value is not None
            } == expected(house, room), home


def celsius(value: float) -> dict[str, Any]:
    """Return a temperature in Alexa's words, which may be of another unit than the house."""
    return {"value": value, "scale": "CELSIUS"}


SET = (THERMOSTAT, "SetTargetTemperature")
ADJUST = (THERMOSTAT, "AdjustTargetTemperature")
SET_MODE = (THERMOSTAT, "SetThermostatMode")
DIRECTIVES = [
    (HEAT, SET, {"targetSetpoint": celsius(19)}, {"preferred": 19}),
    (OFF, SET, {"targetSetpoint": celsius(20)}, {"preferred": 20}),
    (AUTO, SET, {"targetSetpoint": celsius(22)}, {"preferred": 22}),
    (
        AUTO,
        SET,
        {"lowerSetpoint": celsius(20), "upperSetpoint": celsius(25)},
        {"below": 1, "above": 4},
    ),
    *(
        (
            start,
            ADJUST,
            {"targetSetpointDelta": celsius(delta)},
            {"preferred": 21 + delta},
        )
        for start in (HEAT, COOL, OFF, AUTO)
        for delta in (1, -1, 4)
    ),
    *(
        (start, SET_MODE, {"thermostatMode": mode}, {"mode": it})
        for start, mode, it in (
            (HEAT, {"value": "AUTO"}, "auto"),
            (AUTO, {"value": "COOL"}, "cooling"),
            (OFF, {"value": "HEAT"}, "heating"),
            (COOL, {"value": "OFF"}, "off"),
        )
    ),
    (OFF, (POWER, "TurnOn"), {}, {"mode": "heating"}),
    (AUTO, (POWER, "TurnOff"), {}, {"mode": "off"}),
]


@pytest.mark.parametrize(
    ("start", "directive", "payload", "end"),
    DIRECTIVES,
    ids=[f"{name} {end} from {start.mode}" for start, (_, name), _, end in DIRECTIVES],
)
async def test_directives(
    alexa: Alexa,
    start: Room,
    directive: tuple[str, str],
    payload: dict[str, Any],
    end: dict[str, Any],
) -> None:
    """What Alexa is asked for is what the cloud holds then; “warmer” and “colder” keep the differences."""
    house = await connected(alexa.house, start)
    await alexa.say(*directive, house.entity_id("climate"), **payload)
    after = held(house)
    assert after == approximately(house, replace(start, **end))
    if directive == ADJUST:
        assert (after.below, after.above) == (start.below, start.above)
    assert held(house, "hp-2") == start


async def test_on_before_a_temperature(alexa: Alexa) -> None:
    """Alexa switches on before it sets a temperature; the mode of before comes back, and the temperature holds."""
    house = await connected(alexa.house, COOL)
    thermostat = house.entity_id("climate")
    await alexa.say(POWER, "TurnOff", thermostat)
    await alexa.say(POWER, "TurnOn", thermostat)
    await alexa.say(*SET, thermostat, targetSetpoint=celsius(23))
    assert held(house) == approximately(house, replace(COOL, preferred=23))
