"""How warm the room is: what a sensor that somebody has picked says, whatever becomes of it."""

from collections.abc import Mapping
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfTemperature,
)
from homeassistant.helpers import entity_registry as er

from ..house import TARGETS, House

CELSIUS = UnitOfTemperature.CELSIUS
FAHRENHEIT = UnitOfTemperature.FAHRENHEIT


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, freezer: TickingDateTimeFactory) -> str:
    """Return whose thermostat it is."""
    name: str = request.param
    return name


@pytest.fixture(autouse=True)
def _sensor(house: House) -> None:
    """Have a sensor that can be renamed and deleted."""
    register(house)


def register(house: House) -> None:
    """Give the sensor its id."""
    entry = er.async_get(house.hass).async_get_or_create(
        "sensor", "test", "1", suggested_object_id="room"
    )
    assert entry.entity_id == "sensor.room"


def measure(house: House, state: str, unit: str | None = CELSIUS) -> None:
    """Let the sensor say something."""
    attributes: Mapping[str, Any] = (
        {} if unit is None else {ATTR_UNIT_OF_MEASUREMENT: unit}
    )
    house.hass.states.async_set("sensor.room", state, attributes)


async def pick(house: House, target: str) -> None:
    """Connect with two heat pumps, and pick the sensor for a thermostat."""
    await house.connected("hp-1", "hp-2")
    options = house.hass.config_entries.options
    form = await options.async_init(house.entry.entry_id)
    for typed in (
        {"next_step_id": "thermostat"},
        {"heat_pump": target},
        {"entity_id": "sensor.room"},
    ):
        await options.async_configure(form["flow_id"], typed)
    await house.hass.async_block_till_done()


def shown(house: House, target: str) -> float | None:
    """Return how warm the thermostat says it is."""
    found: float | None = house.state("climate", target).attributes[
        "current_temperature"
    ]
    return found


async def test_shows_the_sensor(house: House, target: str) -> None:
    """What the sensor says is shown at once, by the thermostat it was picked for and by no other."""
    measure(house, "19.5")
    await pick(house, target)
    assert shown(house, target) == 19.5
    measure(house, "20.5")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 20.5
    assert shown(house, "hp-2") is None
    # Nothing is reloaded for it.
    assert house.reads() == 0


async def test_fahrenheit_in_a_house_of_celsius(house: House, target: str) -> None:
    """A sensor's unit is its own."""
    measure(house, "68", FAHRENHEIT)
    await pick(house, target)
    assert shown(house, target) == 20


async def test_celsius_in_a_house_of_fahrenheit(house: House, target: str) -> None:
    """The thermostat speaks the house's unit."""
    house.use_fahrenheit()
    measure(house, "20")
    await pick(house, target)
    assert shown(house, target) == 68
    measure(house, "71", FAHRENHEIT)
    await house.hass.async_block_till_done()
    assert shown(house, target) == 71


@pytest.mark.parametrize(
    ("state", "unit"),
    [
        (STATE_UNKNOWN, CELSIUS),
        (STATE_UNAVAILABLE, CELSIUS),
        ("warm", CELSIUS),
        ("nan", CELSIUS),
        ("inf", CELSIUS),
        ("20", None),
        ("20", "%"),
    ],
)
async def test_nothing_to_show(
    house: House, target: str, state: str, unit: str | None
) -> None:
    """What is no temperature is not shown; the thermostat works on, and shows the next one."""
    measure(house, "19.5")
    await pick(house, target)
    measure(house, state, unit)
    await house.hass.async_block_till_done()
    assert shown(house, target) is None
    assert house.shows("climate", target) == "heat"
    measure(house, "21")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 21


async def test_sensor_that_comes_later(house: House, target: str) -> None:
    """At a start the sensor may come after the thermostat."""
    await pick(house, target)
    assert shown(house, target) is None
    measure(house, "19.5")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 19.5


async def test_renamed(house: House, target: str) -> None:
    """A sensor that gets another id is the same sensor, also after a restart; nothing is reloaded for it."""
    measure(house, "19.5")
    await pick(house, target)
    reads = house.reads()
    registry = er.async_get(house.hass)
    registry.async_update_entity("sensor.room", new_entity_id="sensor.lounge")
    house.hass.states.async_remove("sensor.room")
    house.hass.states.async_set(
        "sensor.lounge", "18", {ATTR_UNIT_OF_MEASUREMENT: CELSIUS}
    )
    await house.hass.async_block_till_done()
    assert shown(house, target) == 18
    key = "" if target == "home" else target
    assert house.entry.options == {"room_sensors": {key: "sensor.lounge"}}
    assert house.reads() == reads

    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert shown(house, target) == 18
    # The name that is free now is another sensor's.
    measure(house, "30")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 18


async def test_another_name(house: House, target: str) -> None:
    """A sensor that only gets another name to be read is followed on."""
    measure(house, "19.5")
    await pick(house, target)
    options = dict(house.entry.options)
    er.async_get(house.hass).async_update_entity("sensor.room", name="Lounge")
    await house.hass.async_block_till_done()
    measure(house, "18")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 18
    assert house.entry.options == options


async def test_deleted(house: House, target: str) -> None:
    """A sensor that is deleted leaves no temperature behind, and is followed again if it comes back."""
    measure(house, "19.5")
    await pick(house, target)
    er.async_get(house.hass).async_remove("sensor.room")
    house.hass.states.async_remove("sensor.room")
    await house.hass.async_block_till_done()
    assert shown(house, target) is None
    assert house.shows("climate", target) == "heat"
    register(house)
    measure(house, "18")
    await house.hass.async_block_till_done()
    assert shown(house, target) == 18


async def test_unloaded(house: House, target: str) -> None:
    """A home that is unloaded does not listen any more."""
    measure(house, "19.5")
    await pick(house, target)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    measure(house, "18")
    er.async_get(house.hass).async_update_entity(
        "sensor.room", new_entity_id="sensor.lounge"
    )
    await house.hass.async_block_till_done()
    assert house.shows("climate", target) == STATE_UNAVAILABLE
    assert list(house.entry.options["room_sensors"].values()) == ["sensor.room"]
