"""The one task that brings heat pumps to what is desired of them, where nothing of it shows from outside."""

import asyncio

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.model.errors import (
    NotKeptError,
    UncertainError,
)
from custom_components.heatpump_steering.sync.reconciler import _as_problem
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.async_ import get_scheduled_timer_handles

from ..house import House

POLL = 300


async def test_asked_after_the_end(house: House) -> None:
    """Who asks for something after the home was disconnected is told so, and waits for nothing."""
    await house.connected()
    coordinator = house.entry.runtime_data
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    with pytest.raises(HomeAssistantError, match="closed the connection"):
        await coordinator.async_do(coordinator.vacations.async_come_home())


async def test_waiting_at_the_end(house: House) -> None:
    """Who waits for a vacation to begin while the home is disconnected is told so."""
    await house.connected()
    house.cloud.weather.add(method="GET", hold="before")
    coordinator = house.entry.runtime_data
    away = house.hass.async_create_task(
        coordinator.async_do(coordinator.vacations.async_leave("Away"))
    )
    await house.cloud.weather.wait_for_held()
    again = house.hass.async_create_task(
        coordinator.async_do(coordinator.vacations.async_leave("Away"))
    )
    await asyncio.sleep(0.05)
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    await asyncio.sleep(0.05)
    house.cloud.weather.clear()
    house.cloud.weather.release()
    await unload
    for call in (away, again):
        with pytest.raises(HomeAssistantError):
            await call


async def test_gone_while_it_is_behind(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What could not be done at a heat pump that has gone is tried no more, and nothing runs in circles."""
    await house.connected("hp-1", "hp-2")
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    house.cloud.weather.add(method="PATCH", device_id="hp-2", status=404)
    with pytest.raises(HomeAssistantError, match="not all settings are back"):
        await house.act(
            "climate.set_preset_mode", "climate", "home", preset_mode="none"
        )
    house.cloud.cloud.hide("hp-2")
    for _ in range(4):
        await house.pass_time(freezer, POLL)
    reads = house.reads()
    for _ in range(20):
        await house.pass_time(freezer, 10)
    assert house.reads() <= reads + 1
    assert house.shows("vacation_status", "hp-1") == "home"


async def test_away_during_a_silence(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """While the cloud wants to be left alone nothing is sent, and nobody is told that it was."""
    await house.connected()
    house.cloud.weather.add(method="GET", status=429, retry_after=600, times=1)
    await house.pass_time(freezer, POLL)
    with pytest.raises(HomeAssistantError, match="too many requests"):
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    assert house.received() == []
    assert house.shows("vacation_status") == "starting"
    await house.pass_time(freezer, 601)
    assert house.shows("vacation_status") == "away"


async def test_end_of_the_welcome_during_a_silence(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What is over while the cloud wants to be left alone waits for that, and looks at no clock until then."""
    await house.connected()
    await house.choose_vacation(welcome_hours=1, welcome_temperature=52.0)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    await house.pass_time(freezer, 700)
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert house.shows("vacation_status") == "welcome_home"
    await house.pass_time(freezer, 3200)
    house.cloud.weather.add(method="GET", status=429, retry_after=800, times=1)
    await house.pass_time(freezer, POLL)
    await house.pass_time(freezer, 150)
    assert house.shows("hot_water_min") == "52.0"
    loop = house.hass.loop
    look = house.entry.runtime_data.reconciler.look
    (timer,) = [
        handle
        for handle in get_scheduled_timer_handles(loop)
        if not handle.cancelled()
        and any(getattr(it, "target", None) == look for it in handle._args or ())
    ]
    assert timer.when() > loop.time() + 1
    await house.pass_time(freezer, 801)
    assert house.shows("hot_water_min") == "45.0"


def test_unexpected(caplog: pytest.LogCaptureFixture) -> None:
    """Something unexpected at one heat pump is a problem of that one; its words may hold the key."""
    problem = _as_problem(ValueError("secret"))
    assert isinstance(problem, UncertainError)
    assert "Unexpected ValueError" in caplog.text
    assert "secret" not in caplog.text
    known = NotKeptError()
    assert _as_problem(known) is known
    assert _as_problem(None) is None
    with pytest.raises(asyncio.CancelledError):
        _as_problem(asyncio.CancelledError())
