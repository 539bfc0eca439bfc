"""A key, a server or a version without the read: what was last accepted is all that is known."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE

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
    assert list(stored["accepted"].values()) == [
        {"dhw": {"temperature_upper_bound": 58}}
    ]


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


async def test_remove(house: House, target: str, hass_storage: dict[str, Any]) -> None:
    """What was kept is forgotten."""
    await house.act("switch.turn_on", "schedule", target)
    await reload(house)
    file = f"{DOMAIN}.{house.entry.entry_id}"
    assert file in hass_storage
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert file not in hass_storage
