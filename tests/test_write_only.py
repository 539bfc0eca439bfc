"""A key, a server or a version without the read: what was last accepted is all that is known."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from .house import KEY, USER, House

KEYS = (
    "climate",
    "preferred_temperature",
    "allowed_below",
    "allowed_above",
    "hot_water_min",
    "hot_water_max",
    "control_mode",
    "optimization",
    "flex_trading",
    "dynamic_tariff",
    "pv_self_consumption",
    "schedule",
)


@pytest.fixture(params=["hp-1", "home"])
async def target(
    request: pytest.FixtureRequest, house: House, freezer: TickingDateTimeFactory
) -> str:
    """Connect with a key that may only write, for one heat pump and for the home; return the target."""
    house.cloud.behaviour.write_only = True
    target: str = request.param
    await house.connected("hp-1", device_id=None if target == "home" else target)
    return target


async def reload(house: House) -> None:
    """Restart."""
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()


async def test_unknown_until_set(house: House, target: str) -> None:
    """Everything can be set, nothing is known, and Home Assistant is told that states are assumed."""
    for key in KEYS:
        assert house.shows(key, target) == "unknown"
        assert house.state(key, target).attributes["assumed_state"] is True
    assert house.device(target).name == "Heat pump"
    assert house.received() == []


async def test_refused_switch(house: House, target: str) -> None:
    """Where two buttons are shown, a refused switch is drawn anew as a toggle, for a moment."""
    house.cloud.weather.add(method="PATCH", status=422, body={"detail": "no"})
    events = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    with pytest.raises(ServiceValidationError):
        await house.act("switch.turn_on", "schedule", target)
    await house.hass.async_block_till_done()
    drawn = [state for event in events if (state := event.data["new_state"])]
    assert [state.attributes["assumed_state"] for state in drawn] == [False]


async def test_set(house: House, target: str, hass_storage: dict[str, Any]) -> None:
    """What was accepted is shown, and comes back after a restart; what was refused does not."""
    await house.act("number.set_value", "preferred_temperature", target, value=19.5)
    await house.act("climate.set_hvac_mode", "climate", target, hvac_mode="cool")
    await house.act("switch.turn_on", "flex_trading", target)
    house.cloud.behaviour.validation_limits = {
        "dhw.temperature_upper_bound": (None, 60)
    }
    await house.refused("number.set_value", "hot_water_max", target, value=70)
    for _ in range(2):
        assert house.shows("preferred_temperature", target) == "19.5"
        assert house.shows("control_mode", target) == "cooling"
        assert house.shows("climate", target) == "cool"
        assert house.shows("optimization", target) == "flex_trading"
        assert house.shows("dynamic_tariff", target) == "off"
        assert house.shows("hot_water_max", target) == "unknown"
        assert house.shows("schedule", target) == "unknown"
        await reload(house)
    ids = {"user_id": USER} | ({} if target == "home" else {"device_id": target})
    assert all(body.items() >= ids.items() for body in house.received())
    assert KEY not in str(hass_storage[f"{DOMAIN}.{house.entry.entry_id}"])


async def test_stopping_saves(
    house: House, target: str, hass_storage: dict[str, Any]
) -> None:
    """What was accepted a moment before Home Assistant stops is on the disk."""
    await house.act("number.set_value", "hot_water_max", target, value=58)
    house.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await house.hass.async_block_till_done()
    stored = hass_storage[f"{DOMAIN}.{house.entry.entry_id}"]["data"]
    (kept,) = stored["targets"].values()
    assert kept["base"] == {"dhw": {"temperature_upper_bound": 58}}


async def test_turn_on_after_a_restart(house: House, target: str) -> None:
    """The last mode that was not off is kept as well."""
    await house.act("climate.set_hvac_mode", "climate", target, hvac_mode="heat_cool")
    await house.act("climate.turn_off", "climate", target)
    await reload(house)
    assert house.shows("climate", target) == "off"
    await house.act("climate.turn_on", "climate", target)
    assert house.shows("climate", target) == "heat_cool"


async def test_hot_water_order(house: House, target: str) -> None:
    """Values stand to each other as far as they are known."""
    await house.act("number.set_value", "hot_water_min", target, value=50)
    words = await house.refused("number.set_value", "hot_water_max", target, value=48)
    assert "at least 50 °C and at most 48 °C" in words


async def test_is_not_polled(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """Only every few hours it is tried whether the key may read by now; what is shown stays."""
    await house.act("switch.turn_on", "schedule", target)
    await house.pass_time(freezer, 6 * 3600 - 60)
    assert house.reads() == 0
    await house.pass_time(freezer, 120)
    assert house.reads() == 1
    assert house.shows("schedule", target) == "on"
    house.cloud.weather.add(status=503)
    await house.pass_time(freezer, 6 * 3600 + 1)
    assert house.reads() == 2
    assert house.shows("schedule", target) == "on"


async def test_becomes_readable(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """Once the key may read, the cloud's word counts, and states are no longer assumed."""
    await house.act("number.set_value", "preferred_temperature", target, value=19.5)
    await house.change_elsewhere({"room": {"preferred_temperature": 23}})
    house.cloud.behaviour.write_only = False
    await house.pass_time(freezer, 6 * 3600 + 1)
    assert house.entry.data["write_only"] is False
    for key in KEYS:
        assert house.shows(key) != "unknown"
        assert "assumed_state" not in house.state(key).attributes
    assert house.shows("preferred_temperature") == "23.0"


async def test_new_key_may_read(house: House, target: str) -> None:
    """A restart finds it out too."""
    house.cloud.behaviour.write_only = False
    await reload(house)
    assert house.entry.data["write_only"] is False
    assert house.shows("climate") == "heat"


async def may_read(house: House, freezer: TickingDateTimeFactory) -> None:
    """Let the key read, and find it out."""
    house.cloud.behaviour.write_only = False
    await house.pass_time(freezer, 6 * 3600 + 1)
    assert house.entry.data["write_only"] is False


async def may_not_read(house: House, device_id: str | None = None) -> None:
    """Go on without reading, as somebody does who has got a key for that."""
    house.cloud.behaviour.write_only = True
    await house.submit(
        await house.open_form("reconfigure"),
        api_key=KEY,
        base_url=house.cloud.url,
        **({"device_id": device_id} if device_id else {}),
    )
    assert house.entry.data["write_only"] is True


async def test_reads_an_empty_list(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """A list with no heat pump in it is no reading: what was known stays, until there is one."""
    await house.act("number.set_value", "preferred_temperature", target, value=19.5)
    house.cloud.weather.add(method="GET", body={"data": [], "meta": {}})
    house.cloud.behaviour.write_only = False
    await house.pass_time(freezer, 6 * 3600 + 1)
    # One heat pump alone is looked for among all as well.
    assert house.reads() == (1 if target == "home" else 2)
    assert house.entry.data["write_only"] is True
    assert house.shows("preferred_temperature", target) == "19.5"
    house.cloud.weather.clear()
    await may_read(house, freezer)


def ids(house: House, target: str) -> dict[str, str]:
    """Return the entity ids of a target by their keys; the calendar is the home's, or the filter's."""
    return {key: house.entity_id(key, target) for key in (*KEYS, "vacation_status")}


async def test_same_entities_after_it_becomes_readable(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """Overnight, with nobody watching: every automation finds its entity and its device."""
    registry = er.async_get(house.hass)
    registry.async_update_entity(
        house.entity_id("schedule", target), new_entity_id="switch.by_the_clock"
    )
    registry.async_update_entity(
        house.entity_id("hot_water_max", target),
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    device = house.device(target)
    helper = registry.async_get_or_create(
        "calendar", "helper", "hp-1", device_id=device.id
    )
    before = ids(house, target)
    calendar = house.entity_id("vacation", target)

    await may_read(house, freezer)
    for _ in range(2):
        assert ids(house, "hp-1") == before
        assert house.device("hp-1").id == device.id
        assert house.shows("schedule") == "off"
        assert house.entity_id("vacation", target) == calendar
        assert len(house.hass.states.async_all("climate")) == 1
        # None of them is taken for what is gone.
        for _ in range(4):
            await house.poll()
        await reload(house)
    kept = registry.async_get(helper.entity_id)
    assert kept is not None
    assert (kept.unique_id, kept.device_id) == ("hp-1", device.id)


async def test_same_entities_after_empty_answers(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """Also where the first answers after it became readable have no heat pump in them."""
    before = ids(house, target)
    house.cloud.weather.add(method="GET", headers={"X-Cache": "miss"}, times=1)
    house.cloud.weather.add(method="GET", body={"data": [], "meta": {}})
    await may_read(house, freezer)
    assert [it.state for it in house.hass.states.async_all("climate")] == [
        STATE_UNAVAILABLE
    ]
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    house.cloud.weather.clear()
    await house.pass_time(freezer, 600)
    assert ids(house, "hp-1") == before
    assert house.shows("climate") == "heat"
    assert house.device("hp-1").entry_type is None


async def test_room_sensor_and_last_mode_stay(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """What was picked and what was remembered for the home counts for its heat pump."""
    house.hass.states.async_set("sensor.room", "20.5", {"unit_of_measurement": "°C"})
    options = house.hass.config_entries.options
    form = await options.async_init(house.entry.entry_id)
    for typed in ({"next_step_id": "thermostat"}, {"entity_id": "sensor.room"}):
        await options.async_configure(form["flow_id"], typed)
    await house.hass.async_block_till_done()
    await house.act("number.set_value", "hot_water_min", target, value=50)
    await house.act("climate.set_hvac_mode", "climate", target, hvac_mode="heat_cool")
    await house.act("climate.turn_off", "climate", target)

    await may_read(house, freezer)
    assert house.entry.options["room_sensors"] == {"hp-1": "sensor.room"}
    assert house.state("climate").attributes["current_temperature"] == 20.5
    await reload(house)
    assert house.state("climate").attributes["current_temperature"] == 20.5
    assert house.shows("climate") == "off"
    await house.act("climate.turn_on", "climate")
    assert house.shows("climate") == "heat_cool"
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 35}})
    await house.pass_time(freezer, 601)
    (issue,) = ir.async_get(house.hass).issues.values()
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["before"] == "50 °C"


async def test_back_and_forth(
    house: House, target: str, freezer: TickingDateTimeFactory
) -> None:
    """With a key that may not read any more the heat pump stays the heat pump, and the same in the house."""
    before = ids(house, target)
    device = house.device(target)
    await may_read(house, freezer)
    everything = ids(house, "hp-1") | {
        key: house.entity_id(key) for key in ("settings_status", "account_link")
    }
    await house.act("climate.set_hvac_mode", "climate", hvac_mode="cool")
    await house.act("climate.turn_off", "climate")
    await may_not_read(house, None if target == "home" else target)
    assert ids(house, "hp-1") == before
    assert house.device("hp-1").id == device.id
    await house.act("climate.turn_on", "climate")
    assert house.shows("climate") == "cool"
    await may_read(house, freezer)
    assert {key: house.entity_id(key) for key in everything} == everything
    assert house.device("hp-1").id == device.id


async def test_several_turn_up(house: House, freezer: TickingDateTimeFactory) -> None:
    """What was set for the home is set for all heat pumps, by the same entities as ever."""
    house.cloud.behaviour.write_only = True
    await house.connected("hp-1", "hp-2")
    before = ids(house, "home")
    device = house.device("home")
    await may_read(house, freezer)
    assert ids(house, "home") == before
    assert house.device("home").id == device.id
    assert house.device("home").name == "All heat pumps"
    assert house.shows("climate", "hp-2") == "heat"
    await house.act("switch.turn_on", "schedule", "home")
    assert house.received()[-1] == {"user_id": USER, "room": {"schedule_enabled": True}}
    await may_not_read(house)
    assert ids(house, "home") == before


async def test_remove(house: House, target: str, hass_storage: dict[str, Any]) -> None:
    """What was kept is forgotten."""
    await house.act("switch.turn_on", "schedule", target)
    await reload(house)
    file = f"{DOMAIN}.{house.entry.entry_id}"
    assert file in hass_storage
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert file not in hass_storage
