"""Setting up, unloading, reloading and removing a home."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE

from .house import KEY, USER, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"


async def reload(house: House) -> None:
    """Set up anew, as at a restart."""
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()


def state_of(house: House) -> ConfigEntryState:
    """Return how the entry stands."""
    return house.entry.state


@pytest.mark.parametrize(
    ("device_id", "query"),
    [
        (None, {"user_id": USER}),
        ("hp-2", {"user_id": USER, "device_id": "hp-2"}),
    ],
)
async def test_setup_reads_twice_and_writes_nothing(
    house: House, device_id: str | None, query: dict[str, str]
) -> None:
    """The settings and the list, never without the user; and no change that nobody asked for."""
    await house.connected("hp-1", "hp-2", "hp-3", device_id=device_id)
    await reload(house)
    requests = [
        (entry.method, entry.path, entry.query, entry.key_right)
        for entry in house.cloud.journal.entries()
    ]
    assert requests == [
        ("GET", SETTINGS, query, True),
        ("GET", DEVICES, {"user_id": USER, "limit": "1000"}, True),
    ]


async def test_unload(house: House, freezer: TickingDateTimeFactory) -> None:
    """An unloaded home is unavailable and leaves the cloud alone, until it is loaded again."""
    await house.connected()
    await house.act("switch.turn_on", "schedule")
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert state_of(house) is ConfigEntryState.NOT_LOADED
    assert house.shows("schedule") == STATE_UNAVAILABLE
    await house.pass_time(freezer, 3600)
    assert house.reads() == 0

    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert house.shows("schedule") == "on"


async def test_remove(house: House, hass_storage: dict[str, Any]) -> None:
    """Nothing stays behind."""
    await house.connected()
    file = f"{DOMAIN}.{house.entry.entry_id}"
    await reload(house)
    assert file in hass_storage
    assert KEY not in str(hass_storage[file])
    entity_id = house.entity_id("climate")
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert file not in hass_storage
    assert house.hass.states.get(entity_id) is None


@pytest.mark.parametrize(
    ("weather", "reason"),
    [
        ({"status": 503}, "503"),
        ({"drop": "before"}, "broke off"),
        ({"garbage": "html"}, "makes no sense"),
        ({"body": " " * 9 * 2**20}, "makes no sense (the answer was far too long)"),
        ({"path": DEVICES, "status": 500}, "500"),
        ({"path": DEVICES, "garbage": "truncated"}, "makes no sense"),
        ({"status": 429}, "too many requests"),
        ({"status": 429, "retry_after": 120}, "too many requests"),
    ],
)
async def test_trouble_at_setup(
    house: House,
    freezer: TickingDateTimeFactory,
    weather: dict[str, Any],
    reason: str,
) -> None:
    """Failure that may pass is tried again, and says what it is; nobody is asked for a key."""
    await house.connected()
    house.cloud.weather.add(**weather)
    await reload(house)
    assert state_of(house) is ConfigEntryState.SETUP_RETRY
    assert house.entry.reason is not None
    assert reason in house.entry.reason
    assert house.shows("climate") == STATE_UNAVAILABLE
    assert house.hass.config_entries.flow.async_progress() == []

    house.cloud.weather.clear()
    await house.pass_time(freezer, 600)
    assert state_of(house) is ConfigEntryState.LOADED
    assert house.shows("climate") == "heat"


@pytest.mark.parametrize(
    ("weather", "reason"),
    [
        ({"status": 503}, "fout 503 van de server"),
        ({"drop": "before"}, "de verbinding werd verbroken"),
        ({"status": 418}, "HTTP 418"),
        ({"body": " " * 9 * 2**20}, "het antwoord was veel te lang"),
    ],
)
async def test_reason_in_the_language_of_the_house(
    house: House, weather: dict[str, Any], reason: str
) -> None:
    """What is quoted as a reason is a text, too; what has no words of its own needs none."""
    house.hass.config.language = "nl"
    await house.connected()
    house.cloud.weather.add(**weather)
    await reload(house)
    assert house.entry.reason is not None
    assert reason in house.entry.reason


@pytest.mark.parametrize("status", [403, 404, 405])
async def test_no_list(house: House, status: int) -> None:
    """A key or a server without the list still has its settings; only brand and model are missing."""
    house.cloud.weather.add(path=DEVICES, status=status)
    await house.connected()
    assert house.shows("climate") == "heat"
    assert house.device().model is None
    assert house.device().name == "Heat pump"


@pytest.mark.parametrize("status", [401, 403])
async def test_bad_key_at_setup(house: House, status: int) -> None:
    """A key that may neither read nor write is asked for anew, and tried on."""
    await house.connected()
    house.cloud.behaviour.bad_key_status = status
    house.cloud.cloud.revoke_key(KEY)
    await reload(house)
    assert state_of(house) is ConfigEntryState.SETUP_RETRY
    (flow,) = house.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == house.entry.entry_id
    # The proof is a change with nothing in it.
    assert house.received() == [{"user_id": USER}]


async def test_hostname_gone(house: House) -> None:
    """A server that does not answer at all is tried again."""
    await house.connected()
    await house.cloud.stop()
    await reload(house)
    assert state_of(house) is ConfigEntryState.SETUP_RETRY


async def test_unload_during_a_read(house: House) -> None:
    """A read that is refused when the home has been unloaded asks for nothing any more."""
    await house.connected()
    house.cloud.weather.add(method="GET", hold="before", status=403)
    read = house.hass.async_create_background_task(
        house.entry.runtime_data.async_refresh(), "read"
    )
    await house.cloud.weather.wait_for_held()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.weather.release()
    await read
    assert house.received() == []
    assert house.hass.config_entries.flow.async_progress() == []
