"""Failing on a09be8c + tests-issue-2; each belongs into tests/test_coordinator.py (the last into test_init.py)."""

from freezegun.api import TickingDateTimeFactory

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE

from .house import House


async def test_429_does_not_make_available(house: House) -> None:
    """A 429 after three misses brings nothing new, so what was unavailable stays so."""
    await house.connected()
    house.cloud.weather.add(status=503, times=3)
    house.cloud.weather.add(status=429)
    for _ in range(4):
        await house.poll()
    assert house.shows("climate") == STATE_UNAVAILABLE


async def test_device_of_another_kind(house: House) -> None:
    """What the list says is no heat pump gets no entities, though the settings name it."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("car", device_type="ev")
    await house.connect()
    assert house.entry.runtime_data.data.heat_pumps.keys() == {"hp-1"}


async def test_429_holds_back_the_read_back(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A read-back that was planned waits as told, too."""
    await house.connected()
    await house.act("switch.turn_on", "schedule")
    house.cloud.weather.add(status=429, retry_after=600)
    await house.poll()
    await house.pass_time(freezer, 5)
    assert house.reads() == 1


async def test_read_refused_at_setup(house: House) -> None:
    """A key that may still write, but no longer read: not set up as a home without heat pumps."""
    await house.connected()
    house.cloud.weather.add(method="GET", status=403)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
