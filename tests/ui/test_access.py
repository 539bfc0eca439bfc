"""Keys that are refused: asked for, tried on, and the request closes itself when they work."""

import asyncio
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.exceptions import HomeAssistantError

from ..house import House

POLL = 300


def asked(house: House) -> list[str]:
    """Return what Home Assistant asks a person for."""
    return [
        flow["context"]["source"]
        for flow in house.hass.config_entries.flow.async_progress()
    ]


def state_of(house: House) -> ConfigEntryState:
    """Return how the entry is doing, for mypy not to think that it stays so."""
    return house.entry.state


REFUSALS = pytest.mark.parametrize(
    "refusal", [{"status": 403}, {"status": 401}, {"garbage": "html", "status": 403}]
)


@REFUSALS
async def test_refused_for_a_while(
    house: House, freezer: TickingDateTimeFactory, refusal: dict[str, Any]
) -> None:
    """A cloud that refuses everything for ten minutes was not read for ten minutes, and that is all."""
    await house.connected()
    house.cloud.weather.add(**refusal)
    for _ in range(2):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate") == "heat"
        assert asked(house) == [SOURCE_REAUTH]
    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert asked(house) == []
    assert house.shows("climate") == "heat"
    assert all(not it for it in map(changes, house.received()))


def changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a change asks for, without the ids."""
    return {key: it for key, it in body.items() if not key.endswith("_id")}


@REFUSALS
async def test_refused_for_long(
    house: House, freezer: TickingDateTimeFactory, refusal: dict[str, Any]
) -> None:
    """After a quarter of an hour nothing is shown any more; the key is tried on, and then all is as before."""
    await house.connected()
    house.cloud.weather.add(**refusal)
    for _ in range(12):
        await house.pass_time(freezer, POLL)
    assert house.shows("climate") == STATE_UNAVAILABLE
    assert asked(house) == [SOURCE_REAUTH]
    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert house.shows("climate") == "heat"
    assert asked(house) == []


@REFUSALS
async def test_refused_at_setup(
    house: House, freezer: TickingDateTimeFactory, refusal: dict[str, Any]
) -> None:
    """Also a setup that failed is tried again, and the request closes itself."""
    await house.connected()
    house.cloud.weather.add(**refusal)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert state_of(house) is ConfigEntryState.SETUP_RETRY
    assert asked(house) == [SOURCE_REAUTH]
    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert state_of(house) is ConfigEntryState.LOADED
    assert asked(house) == []
    assert house.shows("climate") == "heat"


async def test_one_change_refused(house: House) -> None:
    """A change that is refused once asks for a key, and the next one that is accepted takes that back."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=403, times=1)
    with pytest.raises(HomeAssistantError, match="not change them"):
        await house.act("switch.turn_on", "schedule")
    assert asked(house) == [SOURCE_REAUTH]
    await house.act("switch.turn_on", "schedule")
    await house.hass.async_block_till_done()
    assert asked(house) == []


async def test_key_that_may_only_read(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What can be read is shown; the request stays until a change with nothing in it is accepted."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=403)
    for _ in range(2):
        with pytest.raises(HomeAssistantError, match="not change them"):
            await house.act("switch.turn_on", "schedule")
    for _ in range(4):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate") == "heat"
        assert asked(house) == [SOURCE_REAUTH]
    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert asked(house) == []
    assert changes(house.received()[-1]) == {}


async def test_bad_key_on_a_change(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Where nothing can be read either, the key as such is not accepted."""
    await house.connected()
    house.cloud.cloud.revoke_key(house.entry.data["api_key"])
    for _ in range(4):
        await house.pass_time(freezer, POLL)
    coordinator = house.entry.runtime_data
    with pytest.raises(HomeAssistantError, match="does not accept the API key"):
        await coordinator.async_do(coordinator.home.prove_key())
    assert asked(house) == [SOURCE_REAUTH]


async def test_may_not_read_any_more(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A key that lost the right to read is used to write; what was known is shown, also over a restart."""
    await house.connected("hp-1", "hp-2")
    house.cloud.behaviour.write_only = True
    for _ in range(2):
        await house.pass_time(freezer, POLL)
        assert house.entry.data["write_only"] is False
    await house.pass_time(freezer, POLL)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(2):
        assert house.entry.data["write_only"] is True
        assert house.shows("preferred_temperature", "hp-2") == "21.0"
        assert house.state("climate").attributes["assumed_state"] is True
        await house.act("number.set_value", "hot_water_min", "hp-1", value=50)
        assert house.shows("hot_water_min") == "50.0"
        await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert asked(house) == []
    house.cloud.behaviour.write_only = False
    await house.pass_time(freezer, POLL)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.entry.data["write_only"] is False
    assert house.shows("hot_water_min") == "50.0"
    assert "assumed_state" not in house.state("climate").attributes


async def test_empty_for_long(house: House, freezer: TickingDateTimeFactory) -> None:
    """Answers without any heat pump are no answers."""
    await house.connected()
    house.cloud.cloud.hide("hp-1")
    for _ in range(2):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate") == "heat"
    await house.pass_time(freezer, POLL)
    assert house.shows("climate") == STATE_UNAVAILABLE
    house.cloud.cloud.hide("hp-1", hidden=False)
    await house.pass_time(freezer, POLL)
    assert house.shows("climate") == "heat"


async def test_write_only_key_that_is_refused(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A key that can only write is tried on, too."""
    house.cloud.behaviour.write_only = True
    await house.connected("hp-1", device_id="hp-1")
    house.cloud.weather.add(method="PATCH", status=403)
    with pytest.raises(HomeAssistantError, match="does not accept the API key"):
        await house.act("switch.turn_on", "schedule")
    for _ in range(2):
        await house.pass_time(freezer, 6 * 3600 + 1)
        assert asked(house) == [SOURCE_REAUTH]
    house.cloud.weather.clear()
    await house.pass_time(freezer, 6 * 3600 + 1)
    assert asked(house) == []


async def test_refused_while_it_is_unloaded(house: House) -> None:
    """Whoever hears of a refused key when the home is being disconnected is told so in words, and nothing more is read."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=403, hold="before")
    change = house.hass.async_create_task(
        house.act("number.set_value", "preferred_temperature", value=19)
    )
    await house.cloud.journal.wait_for(1, method="PATCH")
    reads = house.reads()
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    await asyncio.sleep(0.05)
    house.cloud.weather.release()
    with pytest.raises(HomeAssistantError) as refusal:
        await change
    assert refusal.value.translation_key == "bad_key"
    assert await unload
    assert house.reads() == reads
