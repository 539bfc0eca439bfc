"""The room's sensor is offered while a home is connected, where there is one to pick and one thermostat to show it."""

from collections.abc import Mapping
from typing import Any

import pytest

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import EntitySelector

from .house import USER, House

SENSOR = "sensor.living_room"


@pytest.fixture(autouse=True)
def _sensors(house: House) -> None:
    """Have a sensor of temperature, and one of something else."""
    measure(house, SENSOR, "19.5", {"device_class": "temperature"})
    measure(house, "sensor.humidity", "60", {"device_class": "humidity"})


def measure(
    house: House, entity_id: str, state: str, attributes: Mapping[str, Any]
) -> None:
    """Let a sensor say something."""
    house.hass.states.async_set(
        entity_id, state, {"unit_of_measurement": "°C", **attributes}
    )


async def connecting(house: House, **typed: Any) -> ConfigFlowResult:
    """Fill in the form for a home; return what comes after it."""
    return await house.submit(await house.open_form(), **house.typed(**typed))


def offered(form: ConfigFlowResult) -> EntitySelector:
    """Return what the step offers."""
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "room_sensor")
    assert form["last_step"]
    schema = form["data_schema"]
    assert schema is not None
    (selector,) = schema.schema.values()
    assert isinstance(selector, EntitySelector)
    return selector


def shown(house: House, result: ConfigFlowResult, target: str = "hp-1") -> Any:
    """Return how warm the thermostat of a connected home says it is."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    house.entry = result["result"]
    return house.state("climate", target).attributes["current_temperature"]


@pytest.mark.parametrize("device_id", [None, "hp-1"])
async def test_picked(house: House, device_id: str | None) -> None:
    """The thermostat shows the sensor from the start, whether the heat pump was named or is the only one."""
    house.add_heat_pump()
    form = await connecting(house, device_id=device_id)
    assert offered(form).config["filter"] == [
        {"domain": ["sensor"], "device_class": ["temperature"]}
    ]
    result = await house.submit(form, entity_id=SENSOR)
    assert shown(house, result) == 19.5
    # Where to pick one is not said to those who just have.
    assert result["description"] == "with_room_sensor"


async def test_left_empty(house: House) -> None:
    """Nobody has to pick one."""
    house.add_heat_pump()
    result = await house.submit(await connecting(house))
    assert shown(house, result) is None
    assert result["description"] is None
    assert house.entry.options == {}


async def test_write_only(house: House) -> None:
    """Where nothing can be read, the thermostat of the home shows it."""
    house.add_heat_pump()
    house.cloud.behaviour.write_only = True
    result = await house.submit(await connecting(house), entity_id=SENSOR)
    assert shown(house, result, "home") == 19.5


async def test_one_heat_pump_of_several(house: House) -> None:
    """Beside others, the heat pump that was named is the one whose thermostat shows it."""
    for name in ("hp-1", "hp-2"):
        house.add_heat_pump(name)
    form = await connecting(house, device_id="hp-2")
    result = await house.submit(form, entity_id=SENSOR)
    assert shown(house, result, "hp-2") == 19.5


async def test_several_heat_pumps(house: House) -> None:
    """Of several thermostats one is chosen first: later, in the options."""
    for name in ("hp-1", "hp-2"):
        house.add_heat_pump(name)
    result = await connecting(house)
    assert shown(house, result) is None


async def test_no_sensor_but_ours(house: House) -> None:
    """The edges of another home's band are no room's temperature: they are not offered, and alone they are no reason to ask."""
    for name, user in (("hp-1", USER), ("hp-2", "user-2"), ("hp-3", "user-3")):
        house.add_heat_pump(name, user_id=user)
    assert shown(house, await house.submit(await connecting(house))) is None
    ours = house.entity_id("room_may_fall_to", "hp-1")
    form = await connecting(house, user_id="user-2")
    assert ours in offered(form).config["exclude_entities"]
    await house.submit(form)
    house.hass.states.async_remove(SENSOR)
    result = await connecting(house, user_id="user-3", name="Cottage")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Cottage"


async def test_connected_in_another_window(house: House) -> None:
    """While the step is open, the home can be connected elsewhere: it is not connected twice."""
    for name in ("hp-1", "hp-2"):
        house.add_heat_pump(name)
    form = await connecting(house, device_id="hp-1")
    await house.connect(user_id=USER)
    result = await house.submit(form, entity_id=SENSOR)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
