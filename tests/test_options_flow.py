"""What can be chosen for a home that is connected, and what the cloud says to it."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr

from .house import USER, House, refuse_changes

SENSOR = "sensor.living_room"


@pytest.fixture(autouse=True)
def _house_with_a_sensor(house: House, freezer: TickingDateTimeFactory) -> None:
    """Have a sensor that says how warm it is in the room."""
    for entity_id, celsius in ((SENSOR, "19.5"), ("sensor.attic", "12")):
        house.hass.states.async_set(
            entity_id,
            celsius,
            {"unit_of_measurement": "°C", "device_class": "temperature"},
        )


async def choose(house: House, step: str) -> ConfigFlowResult:
    """Open the options, and one of what they offer."""
    menu = await house.hass.config_entries.options.async_init(house.entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "init"
    assert menu["menu_options"] == ["thermostat", "location"]
    return await submit(house, menu, next_step_id=step)


async def submit(
    house: House, form: ConfigFlowResult, **typed: Any
) -> ConfigFlowResult:
    """Send a form, and wait for what follows."""
    result = await house.hass.config_entries.options.async_configure(
        form["flow_id"], typed
    )
    await house.hass.async_block_till_done()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(field): field.description["suggested_value"]
        for field in schema.schema
        if field.description and field.description["suggested_value"] is not None
    }


async def pick(house: House, entity_id: str | None, thermostat: str | None) -> None:
    """Pick a sensor for a thermostat; None leaves the field empty."""
    form = await choose(house, "thermostat")
    if thermostat is not None:
        assert form["step_id"] == "thermostat"
        form = await submit(house, form, heat_pump=thermostat)
    assert form["step_id"] == "room_sensor"
    typed = {} if entity_id is None else {"entity_id": entity_id}
    result = await submit(house, form, **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


def warmth(house: House, target: str = "hp-1") -> float | None:
    """Return how warm the thermostat says it is."""
    found: float | None = house.state("climate", target).attributes[
        "current_temperature"
    ]
    return found


async def test_only_thermostat(house: House) -> None:
    """The only thermostat need not be chosen; it shows the sensor as soon as that is picked, and no more without."""
    await house.connected()
    assert warmth(house) is None
    await pick(house, SENSOR, None)
    assert house.entry.options == {"room_sensors": {"hp-1": SENSOR}}
    assert warmth(house) == 19.5

    form = await choose(house, "thermostat")
    assert suggested(form) == {"entity_id": SENSOR}
    await pick(house, None, None)
    assert house.entry.options == {"room_sensors": {}}
    assert warmth(house) is None
    assert house.received() == []


async def test_several_thermostats(house: House) -> None:
    """Each has its own sensor, the home as well; they are offered by the names that the house gave them."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    await house.connect()
    dr.async_get(house.hass).async_update_device(
        house.device("hp-2").id, name_by_user="Annex"
    )
    form = await choose(house, "thermostat")
    schema = form["data_schema"]
    assert schema is not None
    assert schema.schema["heat_pump"].config["options"] == [
        {"value": "hp-1", "label": "Nibe S735"},
        {"value": "hp-2", "label": "Annex"},
        {"value": "home", "label": "All heat pumps"},
    ]

    await pick(house, SENSOR, "hp-2")
    await pick(house, "sensor.attic", "home")
    assert [warmth(house, target) for target in ("hp-1", "hp-2", "home")] == [
        None,
        19.5,
        12,
    ]
    await pick(house, None, "hp-2")
    assert [warmth(house, target) for target in ("hp-1", "hp-2", "home")] == [
        None,
        None,
        12,
    ]


async def test_thermostat_of_a_home_that_cannot_be_read(house: House) -> None:
    """Where nothing can be read, the home is the thermostat."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    await pick(house, SENSOR, None)
    assert warmth(house, "home") == 19.5


@pytest.mark.parametrize("device_id", [None, "hp-2"])
async def test_location(house: House, device_id: str | None) -> None:
    """Country and postal code go to the cloud as one change to all that is connected, and are kept once it took them."""
    await house.connected("hp-1", "hp-2", device_id=device_id)
    form = await choose(house, "location")
    assert (form["step_id"], suggested(form)) == ("location", {})
    result = await submit(house, form, country="NL", postal_code=" 9411 KX\u200b")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}
    ids = {"user_id": USER} | ({"device_id": device_id} if device_id else {})
    assert house.received() == [
        {**ids, "location": {"country": "NL", "postal_code": "9411 KX"}}
    ]
    form = await choose(house, "location")
    assert suggested(form) == house.entry.options


async def test_part_of_the_location(house: House) -> None:
    """What is left empty is not sent, and stays as it was."""
    await house.connected()
    await submit(house, await choose(house, "location"), country="NL")
    await submit(house, await choose(house, "location"), postal_code="9411 KX")
    await submit(house, await choose(house, "location"), postal_code=" ")
    assert [body["location"] for body in house.received()] == [
        {"country": "NL"},
        {"postal_code": "9411 KX"},
    ]
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}


async def test_refused_location(house: House) -> None:
    """The cloud's refusal stands in the form with what was typed; nothing is kept until the cloud takes it."""
    await house.connected()
    refuse_changes(house, "Unknown postal code")
    form = await submit(
        house, await choose(house, "location"), country="NL", postal_code="x"
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "location")
    assert form["errors"] == {"base": "refused"}
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert "Unknown postal code" in placeholders["reason"]
    assert suggested(form) == {"country": "NL", "postal_code": "x"}
    assert house.entry.options == {}

    house.cloud.weather.clear()
    result = await submit(house, form, country="NL", postal_code="9411 KX")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}


async def test_options_do_not_displace_each_other(house: House) -> None:
    """The location leaves the sensors alone, and the reverse."""
    await house.connected()
    await pick(house, SENSOR, None)
    await submit(house, await choose(house, "location"), country="NL")
    await pick(house, "sensor.attic", None)
    assert house.entry.options == {
        "country": "NL",
        "room_sensors": {"hp-1": "sensor.attic"},
    }


async def test_not_connected(house: House) -> None:
    """Without a connection there is nothing to choose, and the dialog says so."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await house.hass.config_entries.options.async_init(house.entry.entry_id)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_connected"


@pytest.mark.parametrize("step", ["thermostat", "location"])
async def test_connection_lost_on_the_way(house: House, step: str) -> None:
    """A home that was unloaded while its options were open says so as well."""
    await house.connected()
    options = house.hass.config_entries.options
    menu = await options.async_init(house.entry.entry_id)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await submit(house, menu, next_step_id=step)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_connected"


async def test_heat_pumps_gone_on_the_way(house: House) -> None:
    """A home without any thermostat has none to choose."""
    await house.connected()
    house.cloud.cloud.hide("hp-1")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    result = await choose(house, "thermostat")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_thermostat"
