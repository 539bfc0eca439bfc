"""Whatever the cloud calls its heat pumps: they are found, stay what they are in the house, and nobody else's are shown."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .house import KEY, USER, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"
# The id of the one heat pump of most of these stories, and how the cloud may spell it some day.
NAME, OTHERWISE = "hp-1", "HP-1"


def unique_ids(house: House) -> dict[str, str]:
    """Return all entities of the entry: unique ids and entity ids."""
    registry = er.async_get(house.hass)
    return {
        entity.unique_id: entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, house.entry.entry_id)
    }


def devices(house: House) -> set[str]:
    """Return the heat pumps that the entry has devices for, by what identifies those; the home is empty."""
    return {
        identifier.removeprefix(f"{USER}/")
        for device in dr.async_entries_for_config_entry(
            dr.async_get(house.hass), house.entry.entry_id
        )
        for _, identifier in device.identifiers
    }


async def polls(house: House, count: int) -> None:
    """Read so many times."""
    for _ in range(count):
        await house.poll()


def spell(house: House, device_id: str, otherwise: str) -> None:
    """Let the cloud call a heat pump by another spelling from now on, and by that alone."""
    cloud = house.cloud.cloud
    held = cloud.heat_pump(device_id).to_json()
    cloud.remove_heat_pump(device_id)
    settings: Any = held["settings"]
    house.add_heat_pump(otherwise, settings=settings)


async def set_temperature(
    house: House, value: float, target: str = NAME
) -> dict[str, Any]:
    """Set the preferred temperature of a heat pump, and return the change that reached it in the cloud."""
    before = len(house.received())
    await house.act("number.set_value", "preferred_temperature", target, value=value)
    (change,) = house.received()[before:]
    held = house.cloud.cloud.heat_pump(str(change["device_id"]))
    assert held.held["room.preferred_temperature"] == value
    await house.poll()
    assert house.shows("preferred_temperature", target) == f"{value}"
    return change


@pytest.mark.parametrize(
    "behaviour",
    [
        {"user_id_shown": "missing"},
        {"user_id_shown": "null"},
        {"user_id_shown": "capitals"},
        {"duplicates": "bare"},
        {"duplicates": "split"},
        {"settings_page_size": 1},
        {"settings_page_size": 1, "last_page": "repeats"},
        {"settings_page_size": 2, "last_page": "goes_on", "duplicates": "split"},
        {"byte_order_mark": True},
        {"capitals": "list"},
        {
            "user_id_shown": "null",
            "duplicates": "bare",
            "settings_page_size": 3,
            "byte_order_mark": True,
            "capitals": "list",
        },
    ],
    ids=str,
)
async def test_odd_lists(house: House, behaviour: dict[str, Any]) -> None:
    """However the lists come, both heat pumps are there with all their settings, and can be changed."""
    house.cloud.behaviour.update(behaviour)
    await house.connected("hp-1", "hp-2")
    for device_id in ("hp-1", "hp-2"):
        assert house.shows("climate", device_id) == "heat"
        assert house.shows("hot_water_max", device_id) == "55.0"
        assert house.shows("dynamic_tariff", device_id) == "on"
        assert house.device(device_id).model == "S735"
    assert house.shows("account_link", "hp-1") == "off"
    change = await set_temperature(house, 19.5, "hp-2")
    assert change["device_id"] == "hp-2"
    assert house.shows("preferred_temperature", "hp-1") == "21.0"
    assert devices(house) == {"hp-1", "hp-2", ""}


async def test_ids_that_are_numbers(house: House) -> None:
    """Ids of user and heat pump may be numbers to the cloud; so may brand and model."""
    house.cloud.behaviour.numeric_ids = True
    house.add_heat_pump("7001", user_id="42", details={"brand": 5, "model": 1155})
    await house.connect(user_id="42", device_id="7001")
    assert house.state("climate", "7001", "42").state == "heat"
    device = house.device("7001", "42")
    assert (device.manufacturer, device.model) == ("5", "1155")


@pytest.mark.parametrize(
    "device_type",
    [None, "", "HEAT_PUMP", "hybrid_heat_pump", "air_to_water", "hydronic module"],
)
async def test_types_of_heat_pumps(house: House, device_type: str | None) -> None:
    """Whatever is not clearly another kind of device is a heat pump."""
    house.add_heat_pump(device_type=device_type)
    await house.connect()
    assert house.shows("climate") == "heat"


async def test_other_kinds_beside_it(house: House) -> None:
    """Other devices of the same user are not shown, also where the settings name them."""
    for number, kind in enumerate(("battery", "PVInverter", "EV_CHARGER", "meter"), 2):
        house.add_heat_pump(f"hp-{number}", device_type=kind)
    await house.connected("hp-1")
    await house.poll()
    assert devices(house) == {"hp-1"}


async def test_link_that_one_of_two_items_has_lost(house: House) -> None:
    """A second item about the same heat pump does not hide that the link to the manufacturer is broken."""
    house.cloud.behaviour.duplicates = "bare"
    house.add_heat_pump(needs_reauthentication=True)
    await house.connect()
    assert house.shows("account_link") == "on"


@pytest.mark.parametrize("capitals", ["nowhere", "list", "settings", "everywhere"])
async def test_server_that_does_not_filter(house: House, capitals: Any) -> None:
    """Another user's heat pumps are not shown, however they are spelled where."""
    house.cloud.behaviour.filters_users = False
    house.cloud.behaviour.capitals = capitals
    house.add_heat_pump("hp-9", user_id="user-2")
    await house.connected("hp-1")
    await polls(house, 2)
    registry = dr.async_get(house.hass)
    assert len(registry.devices) == 1
    assert devices(house) == {"hp-1" if capitals in ("nowhere", "list") else "HP-1"}


@pytest.mark.parametrize("ids_ignore_case", [True, False])
@pytest.mark.parametrize("unknown_read_status", [200, 404])
async def test_typed_in_another_case(
    house: House, unknown_read_status: int, ids_ignore_case: bool
) -> None:
    """The id of one heat pump may be typed in any case; the cloud's own spelling is kept and used."""
    house.cloud.behaviour.unknown_read_status = unknown_read_status
    house.cloud.behaviour.ids_ignore_case = ids_ignore_case
    await house.connected("hp-1", "hp-2", device_id="HP-2")
    assert house.entry.data["device_id"] == "hp-2"
    assert house.entry.title == "user-1 · hp-2"
    assert devices(house) == {"hp-2"}
    assert (await set_temperature(house, 19.5, "hp-2"))["device_id"] == "hp-2"


@pytest.mark.parametrize("device_id", [None, NAME])
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("unknown_read_status", [200, 404])
async def test_spelling_changes(
    house: House, device_id: str | None, restart: bool, unknown_read_status: int
) -> None:
    """It is the same heat pump with the same entities, and it is changed by the spelling that the cloud has by now."""
    house.cloud.behaviour.unknown_read_status = unknown_read_status
    await house.connected(NAME, device_id=device_id)
    before, device = unique_ids(house), house.device()
    for otherwise in (OTHERWISE, NAME, OTHERWISE):
        (heat_pump,) = house.cloud.cloud.heat_pumps()
        if heat_pump.device_id != otherwise:
            spell(house, heat_pump.device_id, otherwise)
        if restart:
            await house.hass.config_entries.async_reload(house.entry.entry_id)
            await house.hass.async_block_till_done()
        await polls(house, 5)
        assert house.shows("climate") == "heat"
        value = 19.0 if otherwise == OTHERWISE else 20.0
        assert (await set_temperature(house, value))["device_id"] == otherwise
    assert unique_ids(house) == before
    assert house.device() == device
    assert devices(house) == {NAME}


async def test_spelling_changes_after_it_was_removed(house: House) -> None:
    """A heat pump that comes back spelled differently, even after a restart, has its old entities again."""
    await house.connected("hp-1", "hp-2", "hp-3")
    before = unique_ids(house)
    house.cloud.cloud.hide("hp-2")
    await polls(house, 6)
    assert devices(house) == {"hp-1", "hp-3", ""}
    house.cloud.cloud.hide("hp-2", hidden=False)
    spell(house, "hp-2", "Hp-2")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert unique_ids(house) == before
    assert (await set_temperature(house, 19.5, "hp-2"))["device_id"] == "Hp-2"


async def test_called_home(house: House) -> None:
    """The device of all heat pumps is not taken for a heat pump whose id is spelled like it."""
    await house.connected("hp-1", "hp-2")
    house.add_heat_pump("HOME")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert devices(house) == {"hp-1", "hp-2", "HOME", ""}


async def test_found_by_a_key_that_may_read_by_now(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What was typed as long as nothing could be read names everything in the house; the cloud is told its own."""
    house.cloud.behaviour.write_only = True
    house.cloud.behaviour.ids_ignore_case = True
    house.add_heat_pump(NAME)
    await house.connect(device_id=OTHERWISE)
    assert house.entry.data["device_id"] == OTHERWISE
    await house.act("number.set_value", "preferred_temperature", OTHERWISE, value=18)
    assert house.received()[0]["device_id"] == OTHERWISE
    device = house.device(OTHERWISE)
    house.cloud.behaviour.write_only = False
    house.cloud.behaviour.ids_ignore_case = False
    await house.pass_time(freezer, 6 * 3600 + 1)
    assert house.entry.data["write_only"] is False
    assert devices(house) == {OTHERWISE}
    assert house.device(OTHERWISE).id == device.id
    assert (await set_temperature(house, 19.5, OTHERWISE))["device_id"] == NAME


@pytest.mark.parametrize("typed", [NAME, OTHERWISE])
async def test_reconfigured_in_another_case(house: House, typed: str) -> None:
    """An entry for one heat pump stays that, whichever way its id is typed anew."""
    house.cloud.behaviour.ids_ignore_case = True
    house.cloud.behaviour.capitals = "everywhere"
    await house.connected(NAME, device_id=NAME)
    entry, before = house.entry, unique_ids(house)
    kept = (entry.unique_id, entry.title, entry.data["device_id"])
    house.cloud.behaviour.capitals = "nowhere"
    form = await house.open_form(SOURCE_RECONFIGURE)
    result = await house.submit(form, base_url=house.cloud.url, device_id=typed)
    assert result["reason"] == "reconfigure_successful"
    assert (entry.unique_id, entry.title, entry.data["device_id"]) == kept
    assert unique_ids(house) == before
    assert house.shows("climate", OTHERWISE) == "heat"


async def test_chosen_by_another_spelling(house: House) -> None:
    """One of all heat pumps is itself in the house, also after it alone is chosen by the spelling of today."""
    await house.connected(NAME, "hp-2")
    device = house.device()
    spell(house, NAME, OTHERWISE)
    form = await house.open_form(SOURCE_RECONFIGURE)
    await house.submit(form, base_url=house.cloud.url, device_id=NAME)
    assert house.entry.data["device_id"] == OTHERWISE
    assert house.device().id == device.id
    assert house.shows("climate") == "heat"
    assert (await set_temperature(house, 19.5))["device_id"] == OTHERWISE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"device_id": NAME}, {"device_id": OTHERWISE}),
        ({"device_id": NAME}, {"user_id": "USER-1", "device_id": OTHERWISE}),
        ({}, {"user_id": "USER-1"}),
        ({}, {"user_id": "USER-1", "device_id": OTHERWISE}),
    ],
)
async def test_same_home_twice(
    house: House, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """A heat pump is connected once, however its ids are typed."""
    house.cloud.behaviour.ids_ignore_case = True
    await house.connected(NAME, **first)
    result = await house.submit(await house.open_form(), **house.typed(**second))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def new_key(house: House, key: str, target: str = NAME) -> ConfigEntry:
    """Let the key be refused, and enter a new one where it is asked for."""
    house.cloud.cloud.set_keys("Energy Supplier A", ["new-key"])
    with pytest.raises(HomeAssistantError):
        await house.act("switch.turn_on", "schedule", target)
    (flow,) = house.hass.config_entries.flow.async_progress()
    form = await house.hass.config_entries.flow.async_configure(flow["flow_id"])
    await house.submit(form, api_key=key)
    return house.entry


@pytest.mark.parametrize(("name", "otherwise"), [(NAME, OTHERWISE), (OTHERWISE, NAME)])
async def test_new_key_that_shows_another_spelling(
    house: House, name: str, otherwise: str
) -> None:
    """It is the same home by its heat pumps, though they are spelled differently by now."""
    await house.connected(name)
    spell(house, name, otherwise)
    entry = await new_key(house, "new-key", name)
    assert entry.data["api_key"] == "new-key"
    assert house.shows("climate", name) == "heat"


async def test_new_key_of_another_home(house: House) -> None:
    """One that shows other heat pumps is refused as ever."""
    await house.connected(NAME)
    house.add_heat_pump("hp-11", key="key-of-others")
    assert (await new_key(house, "key-of-others")).data["api_key"] == KEY


async def test_two_spellings_in_the_house(house: House) -> None:
    """Where both had been taken for heat pumps, the one that shows settings stays and the other goes."""
    await house.connected(OTHERWISE)
    registry = dr.async_get(house.hass)
    registry.async_get_or_create(
        config_entry_id=house.entry.entry_id, identifiers={(DOMAIN, f"{USER}/{NAME}")}
    )
    before = unique_ids(house)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await polls(house, 3)
    assert devices(house) == {OTHERWISE}
    assert unique_ids(house) == before
    assert house.shows("climate", OTHERWISE) == "heat"


async def test_other_spelling_in_diagnostics(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """An id is taken out of what the cloud has said, however it is spelled there."""
    await house.connected("secret-pump")
    house.cloud.weather.add(
        method="GET", status=422, body={"detail": "no device SECRET-Pump"}
    )
    await polls(house, 3)
    assert "SECRET-Pump" in house.entry.runtime_data.last_failure
    told = await get_diagnostics_for_config_entry(house.hass, hass_client, house.entry)
    assert "secret" not in str(told).lower()
