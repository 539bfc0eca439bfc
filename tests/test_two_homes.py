"""Several homes side by side: of one server, of two accounts, of two servers. Nothing of one gets into another."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.helpers import device_registry as dr, entity_registry as er
from simulator import Simulator

from .house import KEY, USER, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"


@pytest.fixture
async def elsewhere(
    house: House, freezer: TickingDateTimeFactory
) -> AsyncIterator[Simulator]:
    """Start a second server."""
    async with Simulator() as simulator:
        yield simulator
        for entry in house.hass.config_entries.async_loaded_entries(DOMAIN):
            await house.hass.config_entries.async_unload(entry.entry_id)


def unique_ids(house: House, entry: ConfigEntry) -> set[str]:
    """Return the unique ids of an entry's entities."""
    return {
        it.unique_id
        for it in er.async_entries_for_config_entry(
            er.async_get(house.hass), entry.entry_id
        )
    }


def entity_ids(house: House, entry: ConfigEntry) -> set[str]:
    """Return the entities of an entry."""
    return {
        it.entity_id
        for it in er.async_entries_for_config_entry(
            er.async_get(house.hass), entry.entry_id
        )
    }


def identifiers(house: House, entry: ConfigEntry) -> set[str]:
    """Return what identifies the devices of an entry."""
    return {
        identifier
        for device in dr.async_entries_for_config_entry(
            dr.async_get(house.hass), entry.entry_id
        )
        for _, identifier in device.identifiers
    }


async def choose_mode(house: House, entry: ConfigEntry, mode: str) -> None:
    """Choose the control mode of every heat pump and home of an entry."""
    for it in er.async_entries_for_config_entry(
        er.async_get(house.hass), entry.entry_id
    ):
        if it.unique_id.endswith("/control_mode"):
            await house.hass.services.async_call(
                "select",
                "select_option",
                {"entity_id": it.entity_id, "option": mode},
                blocking=True,
            )


def mode_of(house: House, entry: ConfigEntry) -> set[str]:
    """Return the control modes that an entry shows."""
    return {
        state.state
        for it in er.async_entries_for_config_entry(
            er.async_get(house.hass), entry.entry_id
        )
        if it.unique_id.endswith("/control_mode")
        and (state := house.hass.states.get(it.entity_id))
    }


async def test_two_homes_of_one_account(house: House) -> None:
    """One key, two users: each home has its own heat pumps, and every request names the one it is for."""
    for device_id, user_id in (("a-1", USER), ("a-2", USER), ("b-1", "user-2")):
        house.add_heat_pump(device_id, user_id=user_id)
    first = await house.connect()
    second = await house.connect(user_id="user-2")
    assert identifiers(house, first) == {
        f"{USER}/{target}" for target in ("a-1", "a-2", "")
    }
    assert identifiers(house, second) == {"user-2/b-1"}
    assert unique_ids(house, first).isdisjoint(unique_ids(house, second))

    for entry in (first, second):
        await house.hass.config_entries.async_reload(entry.entry_id)
        await entry.runtime_data.async_refresh()
    assert [(it.path, it.query["user_id"]) for it in house.cloud.journal.entries()] == [
        (path, user_id)
        for user_id in (USER, "user-2")
        for path in (SETTINGS, DEVICES, SETTINGS)
    ]
    await choose_mode(house, second, "off")
    assert house.received() == [
        {
            "user_id": "user-2",
            "device_id": "b-1",
            "room": {"temperature_control_mode": "off"},
        }
    ]
    assert mode_of(house, first) == {"heating"}
    assert mode_of(house, second) == {"off"}


async def test_two_accounts(house: House) -> None:
    """Each home is read and changed with its own key; one that is withdrawn leaves the other alone."""
    house.add_heat_pump("a-1")
    house.add_heat_pump("b-1", user_id="user-2", key="second-key")
    first = await house.connect()
    second = await house.connect(user_id="user-2", api_key="second-key")
    await choose_mode(house, first, "off")
    await choose_mode(house, second, "auto")
    assert [body["user_id"] for body in house.received()] == [USER, "user-2"]
    assert all(it.key_right for it in house.cloud.journal.entries())

    house.cloud.cloud.revoke_key("second-key")
    for entry in (first, second):
        await entry.runtime_data.async_refresh()
    await house.hass.async_block_till_done()
    (flow,) = house.hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == second.entry_id
    assert mode_of(house, first) == {"off"}
    # Which is no reason yet to forget what it showed.
    assert mode_of(house, second) == {"auto"}


async def test_two_servers(house: House, elsewhere: Simulator) -> None:
    """The same ids at two servers are two homes; changes go where they belong."""
    house.add_heat_pump("hp-1")
    elsewhere.cloud.add_heat_pump("hp-1", USER, key="key-elsewhere")
    first = await house.connect()
    second = await house.connect(base_url=elsewhere.url, api_key="key-elsewhere")
    assert identifiers(house, first) == {f"{USER}/hp-1"}
    server = elsewhere.url.removeprefix("http://")
    assert second.data["namespace"] == f"{USER}@{server}"
    assert identifiers(house, second) == {f"{quote(USER + '@' + server, safe='')}/hp-1"}
    assert unique_ids(house, first).isdisjoint(unique_ids(house, second))
    assert len(unique_ids(house, first)) == len(unique_ids(house, second))

    elsewhere.journal.clear()
    await choose_mode(house, second, "off")
    assert house.received() == []
    assert len(elsewhere.journal.patches()) == 1
    await choose_mode(house, first, "auto")
    assert len(house.received()) == len(elsewhere.journal.patches()) == 1
    for entry in (first, second):
        await entry.runtime_data.async_refresh()
    assert mode_of(house, first) == {"auto"}
    assert mode_of(house, second) == {"off"}

    # Removing the first leaves the second and its ids alone.
    ids = unique_ids(house, second)
    await house.hass.config_entries.async_remove(first.entry_id)
    await house.hass.config_entries.async_reload(second.entry_id)
    assert unique_ids(house, second) == ids


async def test_third_server(house: House, elsewhere: Simulator) -> None:
    """The namespace of a home never is another one's."""
    house.add_heat_pump("hp-1")
    elsewhere.cloud.add_heat_pump("hp-1", USER, key=KEY)
    async with Simulator() as third:
        third.cloud.add_heat_pump("hp-1", USER, key=KEY)
        entries = [
            await house.connect(base_url=server.url)
            for server in (house.cloud, elsewhere, third)
        ]
        assert all(entry.state is ConfigEntryState.LOADED for entry in entries)
        assert len(set.union(*(unique_ids(house, it) for it in entries))) == sum(
            len(unique_ids(house, it)) for it in entries
        )
        await house.hass.config_entries.async_unload(entries[2].entry_id)


async def test_namespace_stays(house: House, elsewhere: Simulator) -> None:
    """A home keeps its ids through a new key and a new address, though the other home may be gone by then."""
    house.add_heat_pump("hp-1")
    house.cloud.cloud.add_supplier("new-key", "Energy Supplier A")
    elsewhere.cloud.add_heat_pump("hp-1", USER, key=KEY)
    first = await house.connect(base_url=elsewhere.url)
    second = await house.connect()
    ids, called = unique_ids(house, second), entity_ids(house, second)
    await house.hass.config_entries.async_remove(first.entry_id)
    house.cloud.cloud.set_keys("Energy Supplier A", ["new-key"])
    await house.poll()
    (flow,) = house.hass.config_entries.flow.async_progress()
    form = await house.hass.config_entries.flow.async_configure(flow["flow_id"])
    await house.submit(form, api_key="new-key")
    assert second.data["api_key"] == "new-key"
    await house.submit(
        await house.open_form("reconfigure"), base_url=house.cloud.url, device_id="hp-1"
    )
    assert second.data["device_id"] == "hp-1"
    assert second.state is ConfigEntryState.LOADED
    # The calendar is the home's, and the home is this heat pump now; for everybody it is the same calendar.
    assert unique_ids(house, second) == {
        it.replace("//vacation", "/hp-1/vacation") for it in ids
    }
    assert entity_ids(house, second) == called


def settings_of(*device_ids: str, **more: Any) -> dict[str, Any]:
    """Return an answer with the settings of these heat pumps."""
    return {
        "data": [
            {"device_id": device_id, "room": {"preferred_temperature": 20}, **more}
            for device_id in device_ids
        ]
    }


async def test_server_that_does_not_filter(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """A key that sees other users shows nothing of them; diagnostics count them, and do not name them."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("secret-9", user_id="user-2")
    listed = [
        {"device_id": "hp-1", "user_id": USER, "brand": "nibe", "model": "S735"},
        {"device_id": "secret-8", "user_id": "user-2"},
        {"device_id": "secret-9", "user_id": "user-2"},
    ]
    house.cloud.weather.add(path=DEVICES, body={"data": listed, "meta": {}})
    house.cloud.weather.add(
        path=SETTINGS, body=settings_of("secret-9", "hp-1", "secret-8")
    )
    await house.connect()
    await house.poll()
    assert identifiers(house, house.entry) == {f"{USER}/hp-1"}
    assert house.shows("preferred_temperature") == "20.0"
    # Somebody else's devices are no reason to read the list again and again.
    assert house.reads() == 1
    told = await get_diagnostics_for_config_entry(house.hass, hass_client, house.entry)
    polling: Any = told["polling"]
    assert polling["passed_over_in_list"] == 2
    assert "secret" not in str(told)


async def test_settings_that_say_whose_they_are(house: House) -> None:
    """Without the list, an item of the settings that names another user is dropped all the same."""
    house.add_heat_pump("hp-1")
    house.cloud.weather.add(path=DEVICES, status=403)
    house.cloud.weather.add(
        path=SETTINGS,
        body={
            "data": settings_of("hp-1", user_id=USER)["data"]
            + settings_of("secret-9", user_id="user-2")["data"]
        },
    )
    await house.connect()
    assert identifiers(house, house.entry) == {f"{USER}/hp-1"}
    assert house.entry.runtime_data.inventory.passed_over == 1
