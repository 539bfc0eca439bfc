"""Heat pumps come and go: each has its device for as long as the cloud has it, and its history for longer."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component

from ..house import House, unique_id

# So many reads without it, and a heat pump is unavailable; after so many more its device is removed.
UNTIL_UNAVAILABLE = 3
UNTIL_REMOVED = 5


def devices(house: House) -> set[str]:
    """Return the targets that have a device."""
    return set(house.devices())


def entity_ids(house: House, target: str) -> dict[str, str]:
    """Return the entities of a target by their unique ids."""
    return {
        entry.unique_id: entry.entity_id
        for entry in er.async_get(house.hass).entities.values()
        if entry.unique_id.startswith(unique_id(target, ""))
    }


async def polls(house: House, count: int) -> None:
    """Read so many times."""
    for _ in range(count):
        await house.poll()


async def test_come(house: House) -> None:
    """A heat pump that comes has its device and entities after the next poll, and with the second comes the home."""
    await house.connected("hp-1")
    assert devices(house) == {"hp-1"}
    first = entity_ids(house, "hp-1")
    coordinator = house.entry.runtime_data
    for count, device_id in enumerate(("hp-2", "hp-3"), 2):
        house.add_heat_pump(device_id)
        await house.poll()
        assert devices(house) == {"home", *(f"hp-{it + 1}" for it in range(count))}
        assert len(entity_ids(house, device_id)) == len(first)
        assert house.shows("climate", device_id) == "heat"
    assert house.entry.runtime_data is coordinator
    assert entity_ids(house, "hp-1") == first
    assert house.received() == []


async def test_go(house: House) -> None:
    """One that goes is unavailable first, then removed with its entities; the home goes with the second last."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.remove_heat_pump("hp-2")
    await polls(house, UNTIL_UNAVAILABLE - 1)
    assert house.shows("climate", "hp-2") == "heat"
    await house.poll()
    assert house.shows("climate", "hp-2") == STATE_UNAVAILABLE
    assert house.shows("climate", "home") == STATE_UNAVAILABLE
    await polls(house, UNTIL_REMOVED - UNTIL_UNAVAILABLE - 1)
    assert devices(house) == {"hp-1", "hp-2", "home"}
    await house.poll()
    assert devices(house) == {"hp-1"}
    assert entity_ids(house, "hp-2") == {}
    assert entity_ids(house, "home").keys() == {unique_id("home", "vacation")}
    assert house.shows("climate", "hp-1") == "heat"


async def test_calendar_moves(house: House) -> None:
    """The calendar is the home's while there is one, the only heat pump's else, and the same all the time."""
    await house.connected("hp-1")
    calendar = house.entity_id("vacation", "home")
    await house.act(
        "calendar.create_event",
        "vacation",
        "home",
        summary="Sweden",
        start_date="2099-12-24",
        end_date="2099-12-31",
    )

    def belongs_to() -> str | None:
        entry = er.async_get(house.hass).async_get(calendar)
        assert entry is not None
        return entry.device_id

    def called() -> str:
        state = house.state("vacation", "home")
        assert state.attributes["message"] == "Sweden"
        name: str = state.attributes["friendly_name"]
        return name

    assert (belongs_to(), called()) == (house.device("hp-1").id, "Heat pump Vacations")
    house.add_heat_pump("hp-2")
    await house.poll()
    assert devices(house) == {"hp-1", "hp-2", "home"}
    assert (belongs_to(), called()) == (
        house.device("home").id,
        "All heat pumps Vacations",
    )
    house.cloud.cloud.remove_heat_pump("hp-1")
    await polls(house, UNTIL_REMOVED)
    assert devices(house) == {"hp-2"}
    assert house.entity_id("vacation", "home") == calendar
    assert belongs_to() == house.device("hp-2").id
    assert called().endswith(" Vacations")


async def test_one_of_three_goes(house: House) -> None:
    """The home stays while it has two."""
    await house.connected("hp-1", "hp-2", "hp-3")
    house.cloud.cloud.remove_heat_pump("hp-2")
    await polls(house, UNTIL_REMOVED)
    assert devices(house) == {"hp-1", "hp-3", "home"}
    assert house.shows("climate", "home") == "heat"


@pytest.mark.parametrize("away", [1, 2, UNTIL_REMOVED - 1])
async def test_blinks(house: House, away: int) -> None:
    """One that is away for a poll or two keeps everything, however often it blinks."""
    await house.connected("hp-1", "hp-2")
    before = {target: entity_ids(house, target) for target in ("hp-2", "home")}
    device = house.device("hp-2")
    for _ in range(4):
        house.cloud.cloud.hide("hp-2")
        await polls(house, away)
        house.cloud.cloud.hide("hp-2", hidden=False)
        await house.poll()
        assert house.shows("climate", "hp-2") == "heat"
    assert {target: entity_ids(house, target) for target in before} == before
    assert house.device("hp-2").id == device.id


async def test_empty_reading(house: House) -> None:
    """A cloud that has no heat pump at all for the home is in trouble; nothing is removed for that."""
    await house.connected("hp-1", "hp-2")
    for device_id in ("hp-1", "hp-2"):
        house.cloud.cloud.hide(device_id)
    await polls(house, 2 * UNTIL_REMOVED)
    assert devices(house) == {"hp-1", "hp-2", "home"}


async def test_removed_while_home_assistant_was_off(house: House) -> None:
    """What went while nobody looked is removed as well, after as many reads."""
    await house.connected("hp-1", "hp-2")
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.cloud.remove_heat_pump("hp-2")
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert devices(house) == {"hp-1", "hp-2", "home"}
    await polls(house, 2)
    assert devices(house) == {"hp-1"}


async def test_comes_back(house: House) -> None:
    """An id that comes back gets its old entity ids, those that somebody gave as well."""
    await house.connected("hp-1", "hp-2")
    registry = er.async_get(house.hass)
    registry.async_update_entity(
        house.entity_id("climate", "hp-2"),
        new_entity_id="climate.annex",
        name="Annex",
    )
    before = {target: entity_ids(house, target) for target in ("hp-2", "home")}
    house.cloud.cloud.hide("hp-2")
    await polls(house, UNTIL_REMOVED)
    assert devices(house) == {"hp-1"}
    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert {target: entity_ids(house, target) for target in before} == before
    assert house.entity_id("climate", "hp-2") == "climate.annex"
    entry = registry.async_get("climate.annex")
    assert entry is not None
    assert entry.name == "Annex"
    assert house.shows("climate", "hp-2") == "heat"
    await house.act("climate.set_hvac_mode", "climate", "hp-2", hvac_mode="off")
    assert house.shows("climate", "hp-2") == "off"


async def delete(
    house: House, client: WebSocketGenerator, device: dr.DeviceEntry
) -> dict[str, Any]:
    """Press Delete at a device, and return the answer."""
    assert await async_setup_component(house.hass, "config", {})
    socket = await client(house.hass)
    await socket.send_json_auto_id(
        {
            "type": "config/device_registry/remove",
            "device_id": device.id,
        }
    )
    answer: dict[str, Any] = await socket.receive_json()
    await house.hass.async_block_till_done()
    return answer


@pytest.mark.parametrize("target", ["hp-1", "hp-2", "home"])
async def test_present_one_cannot_be_deleted(
    house: House, hass_ws_client: WebSocketGenerator, target: str
) -> None:
    """What the cloud has cannot be deleted: it would come back with the next poll."""
    await house.connected("hp-1", "hp-2")
    answer = await delete(house, hass_ws_client, house.device(target))
    assert answer["success"] is False
    assert devices(house) == {"hp-1", "hp-2", "home"}
    assert house.shows("climate", target) == "heat"


async def test_stale_one_can_be_deleted(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """Nobody has to wait until a heat pump that has gone is removed; if it comes back, it is itself again."""
    await house.connected("hp-1", "hp-2", "hp-3")
    before = entity_ids(house, "hp-2")
    house.cloud.cloud.hide("hp-2")
    await polls(house, UNTIL_UNAVAILABLE)
    answer = await delete(house, hass_ws_client, house.device("hp-2"))
    assert answer["success"] is True
    assert devices(house) == {"hp-1", "hp-3", "home"}
    await house.poll()
    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert entity_ids(house, "hp-2") == before
    assert house.shows("climate", "hp-2") == "heat"


async def test_any_can_be_deleted_while_not_connected(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """Nobody knows then which the cloud still has; one that it has is itself again with the next connection."""
    await house.connected("hp-1", "hp-2")
    before = entity_ids(house, "hp-2")
    house.cloud.weather.add(status=503)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    answer = await delete(house, hass_ws_client, house.device("hp-2"))
    assert answer["success"] is True
    assert devices(house) == {"hp-1", "home"}
    house.cloud.weather.clear()
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert entity_ids(house, "hp-2") == before
    assert house.shows("climate", "hp-2") == "heat"


async def test_deleted_one_that_comes_back_at_once(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """Also when it comes back before any read without it."""
    await house.connected("hp-1", "hp-2", "hp-3")
    before = entity_ids(house, "hp-2")
    house.cloud.cloud.hide("hp-2")
    await polls(house, UNTIL_UNAVAILABLE)
    await delete(house, hass_ws_client, house.device("hp-2"))
    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert entity_ids(house, "hp-2") == before
    assert house.shows("climate", "hp-2") == "heat"


async def test_filter_changes(house: House) -> None:
    """After the filter is moved to another heat pump the device of the first is stale, and goes."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    form = await house.open_form("reconfigure")
    await house.submit(form, base_url=house.cloud.url, device_id="hp-2")
    assert devices(house) == {"hp-1", "hp-2"}
    await polls(house, UNTIL_REMOVED)
    assert devices(house) == {"hp-2"}


async def test_listed_without_settings(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A heat pump that is listed, but has no settings, keeps its device; what is shown is unknown, not old."""
    await house.connected("hp-1", "hp-2")
    (first, second) = house.cloud.cloud.heat_pumps()
    house.cloud.weather.add(
        path="/v1/devices/settings",
        body={
            "data": [
                {
                    "device_id": first.device_id,
                    "room": {"preferred_temperature": 20},
                }
            ]
        },
    )
    await polls(house, 2 * UNTIL_REMOVED)
    assert house.shows("preferred_temperature", "hp-1") == "20.0"
    assert house.shows("preferred_temperature", second.device_id) == "unknown"
    assert devices(house) == {"hp-1", "hp-2", "home"}

    house.cloud.weather.clear()
    before = len(house.cloud.journal.entries())
    await house.poll()
    assert house.shows("preferred_temperature", second.device_id) == "21.0"
    # It was listed all the time.
    read = [entry.path for entry in house.cloud.journal.entries()[before:]]
    assert read == ["/v1/devices/settings"]


async def test_half_a_character(house: House) -> None:
    """What nobody can write to a disk does not get into a registry, which is one for all integrations."""
    half = "\\ud83d"
    names = f'"device_id": "hp-{half}1", "brand": "ni{half}be", "model": "S{half}735"'
    settings = '"room": {"preferred_temperature": 20}'
    house.cloud.weather.add(method="GET", body=f'{{"data": [{{{names}, {settings}}}]}}')
    await house.connect()
    device = house.device("hp-\ufffd1")
    assert (device.manufacturer, device.model) == ("Ni\ufffdBe", "S\ufffd735")
    assert json_bytes(device.dict_repr)
    for entity in er.async_entries_for_device(er.async_get(house.hass), device.id):
        assert json_bytes(entity.as_partial_dict)
    assert house.shows("preferred_temperature", "hp-\ufffd1") == "20.0"
