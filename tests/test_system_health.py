"""What Home Assistant's system information says of the connection."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from simulator import Simulator

from .house import KEY, House


@pytest.fixture(autouse=True)
async def _system_health(house: House, freezer: TickingDateTimeFactory) -> None:
    """Load what shows it."""
    assert await async_setup_component(house.hass, "system_health", {})


async def info(house: House) -> dict[str, Any]:
    """Return what is shown, as it is when it has all been found out."""
    found: dict[str, Any] = await get_system_health_info(house.hass, DOMAIN)
    return {
        name: await value if asyncio.iscoroutine(value) else value
        for name, value in found.items()
    }


async def test_connected(house: House, freezer: TickingDateTimeFactory) -> None:
    """The server is reached; when it was last read and written is known once it was."""
    await house.connected()
    first = await info(house)
    assert first.keys() == {
        "can_reach_server",
        "last_read",
        "last_write",
        "waiting_changes",
    }
    assert first["can_reach_server"] == "ok"
    assert first["last_write"] == "-"
    assert first["waiting_changes"] == 0
    assert dt_util.utcnow() - first["last_read"] < timedelta(minutes=1)

    await house.pass_time(freezer, 200)
    await house.act("switch.turn_on", "schedule")
    second = await info(house)
    assert second["last_read"] == first["last_read"]
    assert second["last_write"] - first["last_read"] > timedelta(seconds=199)


async def test_waiting_changes(house: House) -> None:
    """A change that is on its way is counted until the cloud has it."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", hold="before", times=1)
    change = house.hass.async_create_task(house.act("switch.turn_on", "schedule"))
    await house.cloud.weather.wait_for_held()
    assert (await info(house))["waiting_changes"] == 1
    house.cloud.weather.release()
    await change
    assert (await info(house))["waiting_changes"] == 0


async def test_failed_reads_are_no_reads(house: House) -> None:
    """Only what succeeded counts as read or written."""
    await house.connected()
    before = (await info(house))["last_read"]
    house.cloud.weather.add(status=503)
    await house.poll()
    assert (await info(house))["last_read"] == before


async def test_one_of_two_servers_is_not_reached(house: House) -> None:
    """With several servers, the one that is not reached is what is shown."""
    await house.connected()
    async with Simulator() as elsewhere:
        elsewhere.cloud.add_heat_pump("hp-1", "user-2", key=KEY)
        await house.connect(base_url=elsewhere.url, user_id="user-2")
        assert (await info(house))["can_reach_server"] == "ok"
    assert (await info(house))["can_reach_server"] == {
        "type": "failed",
        "error": "unreachable",
    }


async def test_not_connected(house: House) -> None:
    """Without a home that is loaded there is nothing to reach, and nothing fails."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert (await info(house))["last_read"] == "-"
