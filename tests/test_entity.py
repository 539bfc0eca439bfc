"""Names, ids and devices, and when states are written."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    EntityCategory,
)
from homeassistant.core import Event, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.device_registry import DeviceEntryType

from .house import House, unique_id

# Unique ids are for ever: these are the words of the design, not of the code.
PLATFORMS = {
    "climate": {"climate"},
    "number": {
        "preferred_temperature",
        "allowed_below",
        "allowed_above",
        "hot_water_min",
        "hot_water_max",
    },
    "select": {"control_mode", "optimization"},
    "switch": {"flex_trading", "dynamic_tariff", "pv_self_consumption", "schedule"},
    "sensor": {
        "room_may_fall_to",
        "room_may_rise_to",
        "settings_status",
        "vacation_status",
        "last_changed",
        "for_a_while",
        "back_to_normal_at",
    },
    "binary_sensor": {"account_link"},
    "button": {"back_to_normal"},
    "event": {"changed_elsewhere"},
}
# There is one in a house, and it is the home's, also where that is a single heat pump.
CALENDAR = "vacation"
NOT_OF_THE_HOME = {"account_link", "changed_elsewhere"}


# What is not for every day: no area action, no overview and no voice assistant takes it by itself.
CATEGORIES = {
    "optimization": EntityCategory.CONFIG,
    "flex_trading": EntityCategory.CONFIG,
    "dynamic_tariff": EntityCategory.CONFIG,
    "pv_self_consumption": EntityCategory.CONFIG,
    "schedule": EntityCategory.CONFIG,
    "room_may_fall_to": EntityCategory.DIAGNOSTIC,
    "room_may_rise_to": EntityCategory.DIAGNOSTIC,
    "settings_status": EntityCategory.DIAGNOSTIC,
    "last_changed": EntityCategory.DIAGNOSTIC,
    "account_link": EntityCategory.DIAGNOSTIC,
    "changed_elsewhere": EntityCategory.DIAGNOSTIC,
}


def unique_ids(*targets: str, home: str = "home") -> set[tuple[str, str]]:
    """Return platform and unique id of every entity of these targets, and of the home that they are in."""
    return {
        (platform, unique_id(target, key))
        for platform, keys in PLATFORMS.items()
        for key in keys
        for target in targets
        if target != "home" or key not in NOT_OF_THE_HOME
    } | {("calendar", unique_id(home, CALENDAR))}


def registered(house: House) -> list[er.RegistryEntry]:
    """Return the entities of the connected home."""
    return er.async_entries_for_config_entry(
        er.async_get(house.hass), house.entry.entry_id
    )


@pytest.mark.parametrize(
    ("device_ids", "typed", "targets"),
    [
        (("hp-1",), {}, ("hp-1",)),
        (("hp-1", "hp-2"), {}, ("hp-1", "hp-2", "home")),
        (("hp-1", "hp-2"), {"device_id": "hp-2"}, ("hp-2",)),
    ],
)
async def test_unique_ids(
    house: House,
    device_ids: tuple[str, ...],
    typed: dict[str, Any],
    targets: tuple[str, ...],
) -> None:
    """For each heat pump, and for the home where there are several, exactly these."""
    await house.connected(*device_ids, **typed)
    entries = registered(house)
    assert {(entry.domain, entry.unique_id) for entry in entries} == unique_ids(
        *targets, home=typed.get("device_id", "home")
    )
    for entry in entries:
        assert entry.unique_id.endswith(f"/{entry.translation_key}")
        assert entry.has_entity_name
        assert entry.entity_category == CATEGORIES.get(entry.translation_key or "")


async def test_home_of_several(house: House) -> None:
    """Of the home's, only what each heat pump has not, and its thermostat, are there from the start; the rest can be enabled."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id)
    # As a person does, and not as a house that has been there for long.
    form = await house.open_form()
    house.entry = (await house.submit(form, **house.typed()))["result"]
    off = {
        entry.unique_id for entry in registered(house) if entry.disabled_by is not None
    }
    assert off == {
        unique_id("home", key)
        for platform in ("number", "select", "switch")
        for key in PLATFORMS[platform]
    } | {unique_id(target, "last_changed") for target in ("hp-1", "hp-2", "home")}
    er.async_get(house.hass).async_update_entity(
        house.entity_id("schedule", "home"), disabled_by=None
    )
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.shows("schedule", "home") == "off"


@pytest.mark.parametrize(
    ("device_ids", "write_only"),
    [(("hp-1",), False), (("hp-1",), True), (("hp-1", "hp-2"), True)],
)
async def test_home_alone(
    house: House, device_ids: tuple[str, ...], write_only: bool
) -> None:
    """What there is once has all of it from the start: the only heat pump, and a home whose heat pumps nobody knows."""
    for device_id in device_ids:
        house.add_heat_pump(device_id)
    house.cloud.behaviour.write_only = write_only
    form = await house.open_form()
    house.entry = (await house.submit(form, **house.typed()))["result"]
    target = "home" if write_only else "hp-1"
    off = {
        entry.unique_id for entry in registered(house) if entry.disabled_by is not None
    }
    assert off <= {unique_id(target, "last_changed")}
    assert house.shows("schedule", target) in ("off", "unknown")


async def test_home_from_before(house: House) -> None:
    """A house that has had them enabled keeps them."""
    await house.connected("hp-1", "hp-2")
    for platform in ("number", "select", "switch"):
        for key in PLATFORMS[platform]:
            assert house.shows(key, "home") != "unavailable"


async def test_everything_in_the_area_off(house: House) -> None:
    """Whoever switches off all that an area has does not change what the electricity costs, or the schedule."""
    await house.connected()
    area = ar.async_get(house.hass).async_create("Utility room")
    dr.async_get(house.hass).async_update_device(house.device().id, area_id=area.id)
    for action in ("turn_off", "turn_on", "toggle"):
        await house.hass.services.async_call(
            "switch", action, {"area_id": area.id}, blocking=True
        )
    assert house.received() == []


async def test_temperature_of_an_area(house: House) -> None:
    """An area's card shows the mean of its temperatures: what the room may fall to is none of them."""
    await house.connected()
    shown = [
        entry.translation_key
        for entry in registered(house)
        if entry.domain == "sensor"
        and entry.original_device_class == "temperature"
        and entry.entity_category is None
    ]
    assert shown == []


async def test_the_only_heat_pump(house: House) -> None:
    """It is simply called “Heat pump”, and the thermostat is its main entity."""
    await house.connected()
    device = house.device()
    assert device.name == "Heat pump"
    assert (device.manufacturer, device.model) == ("Nibe", "S735")
    assert device.entry_type is None
    assert house.state("climate").attributes["friendly_name"] == "Heat pump"
    assert house.entity_id("climate") == "climate.heat_pump"
    names = [
        state.attributes["friendly_name"]
        for state in house.hass.states.async_all()
        if state.domain != "climate"
    ]
    assert len(set(names)) == len(names) > 10
    assert all(name.startswith("Heat pump ") for name in names)


async def test_several(house: House) -> None:
    """Several are told apart by brand and model; the home is a service."""
    house.add_heat_pump("hp-1", brand="nibe", model="S735")
    house.add_heat_pump("hp-2", brand="NIBE AB", model="F1255")
    await house.connect()
    assert house.device("hp-1").name == "Nibe S735"
    assert house.device("hp-2").name == "NIBE AB F1255"
    assert house.device("hp-2").manufacturer == "NIBE AB"
    home = house.device("home")
    assert home.name == "All heat pumps"
    assert home.entry_type is DeviceEntryType.SERVICE
    assert home.model is None
    assert house.state("climate", "home").attributes["friendly_name"] == home.name


async def test_namesakes(house: House) -> None:
    """Those of the same make and model have their ids in their names."""
    house.add_heat_pump("a", model=None)
    house.add_heat_pump("b", model=None)
    house.add_heat_pump("c", model="F1255")
    await house.connect()
    assert [house.device(device_id).name for device_id in "abc"] == [
        "Nibe a",
        "Nibe b",
        "Nibe F1255",
    ]


async def test_nothing_known_of_several(house: House) -> None:
    """Without the list their ids are all there is."""
    house.cloud.weather.add(path="/v1/devices", status=403)
    await house.connected("hp-1", "hp-2")
    assert house.device("hp-1").name == "Heat pump hp-1"
    assert house.device("hp-2").name == "Heat pump hp-2"


async def test_dutch(house: House) -> None:
    """A house that speaks a language without a translation still has names."""
    house.hass.config.language = "nl"
    await house.connected()
    assert house.device().name
    assert house.state("climate").attributes["friendly_name"] == house.device().name


async def test_state_is_written_only_when_something_is_new(house: House) -> None:
    """Polls that bring nothing new write nothing; a change is written where it shows, from the first one on."""
    await house.connected("hp-1", "hp-2")
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    @callback
    def all_of_them(_: Any) -> bool:
        return True

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    house.hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=all_of_them)
    await house.poll()
    assert written == []

    await house.change_elsewhere({"room": {"preferred_temperature": 18}}, "hp-2")
    assert sorted(written) == sorted(
        [
            house.entity_id("changed_elsewhere", "hp-2"),
            # It has no handle any more: Home Assistant writes it again when it has noted that in its registry.
            house.entity_id("climate", "home"),
        ]
        + [
            house.entity_id(key, target)
            for key in (
                "climate",
                "preferred_temperature",
                "room_may_fall_to",
                "room_may_rise_to",
            )
            for target in ("hp-2", "home")
        ]
    )


async def test_many_heat_pumps(house: House) -> None:
    """However many there are, each has all its entities, and a change reaches the last of them."""
    heat_pumps = [f"hp-{number}" for number in range(1, 31)]
    await house.connected(*heat_pumps)
    for heat_pump in heat_pumps:
        for keys in PLATFORMS.values():
            for key in keys:
                assert house.entity_id(key, heat_pump)
    await house.change_elsewhere({"room": {"preferred_temperature": 18}}, "hp-30")
    assert house.shows("preferred_temperature", "hp-30") == "18.0"


async def test_change_is_written_once(house: House) -> None:
    """A change that is accepted is one change of state, and its confirmation none."""
    await house.connected()
    events = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    await house.act("switch.turn_on", "schedule")
    await house.poll()
    changed = [event.data["entity_id"] for event in events]
    assert changed == [house.entity_id("schedule")]


async def test_units_changed(house: House) -> None:
    """As soon as somebody changes the house's unit, everything is shown in it, and nothing else is written."""
    await house.connected()
    assert house.state("climate").attributes["temperature"] == 21
    assert house.shows("allowed_below") == "1.5"
    events = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    await house.hass.config.async_update(time_zone="Europe/Amsterdam")
    assert events == []
    await house.hass.config.async_update(unit_system="us_customary")
    await house.hass.async_block_till_done()
    climate = house.state("climate")
    assert climate.attributes["temperature"] == 70
    assert (climate.attributes["min_temp"], climate.attributes["max_temp"]) == (41, 95)
    below = house.state("allowed_below")
    assert (below.state, below.attributes["unit_of_measurement"]) == ("2.7", "°F")
    assert below.attributes["max"] == 9
    assert house.shows("hot_water_min") == "113.0"
    assert len(events) == len({event.data["entity_id"] for event in events})
