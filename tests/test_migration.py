"""What an update of the integration must leave as it was: entity ids and unique ids of entries made long ago.

The entries are as the first release, 0.1.0, has stored them; the lists are what people's automations hold.
"""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EntityCategory
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .house import KEY, USER, House, first_unique_id, unique_id

IDS = {
    "climate.heat_pump": "climate",
    "number.heat_pump_preferred_temperature": "preferred_temperature",
    "number.heat_pump_colder_by_up_to": "allowed_below",
    "number.heat_pump_warmer_by_up_to": "allowed_above",
    "number.heat_pump_hot_water_min": "hot_water_min",
    "number.heat_pump_hot_water_max": "hot_water_max",
    "select.heat_pump_control_mode": "control_mode",
    "select.heat_pump_optimization": "optimization",
    "switch.heat_pump_flex_trading": "flex_trading",
    "switch.heat_pump_dynamic_tariff": "dynamic_tariff",
    "switch.heat_pump_own_solar_power": "pv_self_consumption",
    "switch.heat_pump_follow_the_schedule": "schedule",
    "sensor.heat_pump_room_min": "room_may_fall_to",
    "sensor.heat_pump_room_max": "room_may_rise_to",
    "sensor.heat_pump_vacation": "vacation_status",
    "sensor.heat_pump_settings": "settings_status",
    "sensor.heat_pump_last_changed": "last_changed",
    "binary_sensor.heat_pump_manufacturer_account": "account_link",
}
# What has come since, and has ids of the kind of today wherever it is.
SINCE = {
    "sensor.heat_pump_for_a_while": "for_a_while",
    "sensor.heat_pump_back_to_normal_at": "back_to_normal_at",
    "button.heat_pump_back_to_normal": "back_to_normal",
    "event.heat_pump_changed_elsewhere": "changed_elsewhere",
}
# The only one that is the home's, also where that is a single heat pump.
CALENDAR = "calendar.heat_pump_vacations"
NEEDS_READING = ("settings_status", "last_changed", "account_link", "changed_elsewhere")
# What there is where the cloud cannot be read.
WRITE_ONLY = {
    entity_id: key for entity_id, key in IDS.items() if key not in NEEDS_READING
}


def stored(house: House, **data: Any) -> MockConfigEntry:
    """Return an entry as 0.1.0 has stored it."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=1,
        minor_version=1,
        title=" · ".join(filter(None, (USER, data.get("device_id")))),
        unique_id="/".join(
            filter(None, (house.cloud.url[7:], USER, data.get("device_id")))
        ),
        data={
            "api_key": KEY,
            "user_id": USER,
            "base_url": house.cloud.url,
            "write_only": False,
            **data,
        },
    )
    entry.add_to_hass(house.hass)
    house.entry = entry
    return entry


@pytest.mark.parametrize(
    ("data", "target", "ids"),
    [
        ({}, "hp-1", IDS),
        ({"device_id": "hp-1"}, "hp-1", IDS),
        ({"write_only": True}, "home", WRITE_ONLY),
        ({"write_only": True, "device_id": "hp-1"}, "hp-1", WRITE_ONLY),
    ],
    ids=str,
)
async def test_ids_stay(
    house: House, data: dict[str, Any], target: str, ids: dict[str, str]
) -> None:
    """A house gets the ids that it has always got; and one that has given others keeps its own."""
    house.add_heat_pump("hp-1")
    house.cloud.behaviour.write_only = data.get("write_only", False)
    entry = stored(house, **data)
    expected = {
        "climate.warmth" if key == "climate" else entity_id: first_unique_id(
            target, key
        )
        for entity_id, key in ids.items()
    }
    expected[CALENDAR] = first_unique_id(data.get("device_id", "home"), "vacation")
    registry = er.async_get(house.hass)
    device = dr.async_get(house.hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, f"{USER}_{target}")},
        name="Heat pump",
    )
    for entity_id, first_id in expected.items():
        platform, name = entity_id.split(".")
        registered = registry.async_get_or_create(
            platform,
            DOMAIN,
            first_id,
            config_entry=entry,
            device_id=device.id,
            suggested_object_id=name,
        )
        assert registered.entity_id == entity_id
    await house.hass.config_entries.async_setup(entry.entry_id)
    await house.hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert {
        it.entity_id: it.unique_id
        for it in er.async_entries_for_config_entry(registry, entry.entry_id)
    } == expected | {
        entity_id: unique_id(target, key)
        for entity_id, key in SINCE.items()
        if not (entry.data["write_only"] and key in NEEDS_READING)
    }
    assert house.device(target).id == device.id
    assert all(it.device_id == device.id for it in registry.entities.values())
    assert (entry.version, entry.minor_version) == (1, 2)


async def test_categories_follow(house: House) -> None:
    """What was for every day in 0.1.0 and is configuration now is so for everybody."""
    house.add_heat_pump("hp-1")
    entry = stored(house)
    registry = er.async_get(house.hass)
    before = {
        key: registry.async_get_or_create(
            platform, DOMAIN, f"{USER}_hp-1_{key}", config_entry=entry
        )
        for platform, key in (
            ("switch", "dynamic_tariff"),
            ("select", "optimization"),
            ("sensor", "room_may_fall_to"),
        )
    }
    assert {it.entity_category for it in before.values()} == {None}
    await house.hass.config_entries.async_setup(entry.entry_id)
    await house.hass.async_block_till_done()
    after = {key: registry.async_get(it.entity_id) for key, it in before.items()}
    assert {key: it and it.entity_category for key, it in after.items()} == {
        "dynamic_tariff": EntityCategory.CONFIG,
        "optimization": EntityCategory.CONFIG,
        "room_may_fall_to": EntityCategory.DIAGNOSTIC,
    }


async def test_first_setup(house: House) -> None:
    """The ids of a house that is new."""
    await house.connected()
    assert {
        it.entity_id: it.unique_id for it in er.async_get(house.hass).entities.values()
    } == {
        entity_id: unique_id("hp-1", key) for entity_id, key in (IDS | SINCE).items()
    } | {CALENDAR: unique_id("home", "vacation")}
    assert (house.entry.version, house.entry.minor_version) == (1, 2)
    assert house.entry.unique_id == f"{house.cloud.url[7:]}/{USER}"


async def test_entry_of_a_later_version(house: House) -> None:
    """After a step back to this version an entry of a later one is left alone, not misread."""
    house.add_heat_pump("hp-1")
    entry = stored(house)
    house.hass.config_entries.async_update_entry(entry, version=2)
    assert not await house.hass.config_entries.async_setup(entry.entry_id)
    assert house.cloud.journal.entries() == []


def boosts(entry: ConfigEntry) -> list[tuple[str, dict[str, Any]]]:
    """Return the presets of an entry: their titles, and what is kept of them."""
    return [(it.title, dict(it.data)) for it in entry.get_subentries_of_type("preset")]


BOOST = {
    "settings": {"hot_water_min": 60.0},
    "duration": 7200.0,
    "standard": "boost",
    "word": "Boost",
}


@pytest.mark.parametrize(("language", "word"), [("en", "Boost"), ("pt", "Turbo")])
async def test_boost(house: House, language: str, word: str) -> None:
    """An entry from before presets gets Boost, once: who removes it is rid of it."""
    house.hass.config.language = language
    house.add_heat_pump("hp-1")
    entry = stored(house)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    await house.hass.async_block_till_done()
    assert boosts(entry) == [(word, {**BOOST, "word": word})]
    assert house.state("climate").attributes["preset_modes"][2:] == ["boost"]
    (preset,) = entry.get_subentries_of_type("preset")
    house.hass.config_entries.async_remove_subentry(entry, preset.subentry_id)
    assert await house.hass.config_entries.async_reload(entry.entry_id)
    assert boosts(entry) == []


async def test_boost_of_a_new_entry(house: House) -> None:
    """A new one has the same, and is not given it again."""
    await house.connected()
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert boosts(house.entry) == [("Boost", BOOST)]


async def test_entry_of_a_later_minor_version(house: House) -> None:
    """After a step back to this version an entry of a later one that says so works, and is left as it is."""
    house.add_heat_pump("hp-1")
    entry = stored(house)
    house.hass.config_entries.async_update_entry(entry, minor_version=3)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    assert (entry.version, entry.minor_version) == (1, 3)
    assert boosts(entry) == []
