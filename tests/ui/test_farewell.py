"""A home that is removed or disabled leaves nothing in force, as far as the cloud can be reached."""

from collections.abc import Awaitable, Callable
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import translation

from ..house import KEY, House
from ..test_for_a_while import go_away, override

PREFERRED = "room.preferred_temperature"
HOT_WATER_MIN = "dhw.temperature_lower_bound"

type Leave = Callable[[House], Awaitable[None]]


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


async def remove(house: House) -> None:
    """Remove the home."""
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)


async def set_disabled(house: House, by: ConfigEntryDisabler | None) -> None:
    """Disable or enable the home."""
    await house.hass.config_entries.async_set_disabled_by(house.entry.entry_id, by)
    await house.hass.async_block_till_done(wait_background_tasks=True)


async def disable(house: House) -> None:
    """Disable the home."""
    await set_disabled(house, ConfigEntryDisabler.USER)


def held(house: House, device_id: str = "hp-1") -> tuple[Any, Any]:
    """Return what the cloud holds: preferred temperature, and hot water at least."""
    its = house.cloud.cloud.heat_pump(device_id).held
    return its[PREFERRED], its[HOT_WATER_MIN]


def notifications(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return title and message of the notifications that are shown."""
    return [
        (str(it["title"]), it["message"])
        for it in hass.data.get(persistent_notification.DOMAIN, {}).values()
    ]


async def choose_cold(house: House) -> None:
    """Choose that a vacation makes the hot water cold, and welcomes home."""
    await house.choose_vacation(welcome_hours=4)
    house.cloud.journal.clear()


BOTH = pytest.mark.parametrize("leave", [remove, disable])


@BOTH
async def test_all_is_back(
    house: House, clock: TickingDateTimeFactory, leave: Leave
) -> None:
    """A vacation and what is set for a while end at every heat pump, by one request each; nobody is welcomed."""
    await house.connected("hp-1", "hp-2", "hp-3")
    await choose_cold(house)
    await override(house, "hp-2", name="Bath", hot_water_min=55)
    await go_away(house)
    await house.pass_time(clock, 7200)
    assert held(house) == (16, 10)
    house.cloud.journal.clear()
    await leave(house)
    assert [held(house, it) for it in ("hp-1", "hp-2", "hp-3")] == [(21, 45)] * 3
    assert sorted(it["device_id"] for it in house.received()) == [
        "hp-1",
        "hp-2",
        "hp-3",
    ]
    assert house.reads() == 1
    assert notifications(house.hass) == []


@BOTH
async def test_nothing_in_force(house: House, leave: Leave) -> None:
    """Where nothing is in force the cloud is left alone."""
    await house.connected()
    await leave(house)
    assert house.cloud.journal.entries() == []
    assert notifications(house.hass) == []


async def test_no_file(house: House, hass_storage: dict[str, Any]) -> None:
    """Where nothing is on disk nothing can be put back, and nothing is said or left behind."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    ours = [key for key in hass_storage if key.startswith(DOMAIN)]
    for key in ours:
        del hass_storage[key]
    house.cloud.journal.clear()
    await remove(house)
    assert house.cloud.journal.entries() == []
    assert notifications(house.hass) == []
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]


@pytest.mark.parametrize("again", ["reload", "unload"])
async def test_reload_changes_nothing(house: House, again: str) -> None:
    """A reload, or a home that is only unloaded, as at a restart, is none that somebody leaves."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.journal.clear()
    entries = house.hass.config_entries
    if again == "unload":
        assert await entries.async_unload(house.entry.entry_id)
        await house.hass.async_block_till_done()
        assert house.cloud.journal.entries() == []
        await entries.async_setup(house.entry.entry_id)
    else:
        await entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.received() == []
    assert house.shows("for_a_while") == "Bath"


async def test_enabled_again_in_a_vacation(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """What is planned stays planned: enabled again, the vacation goes on, and ends as planned; what else was in force does not."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    await go_away(house, 0, 36000)
    await disable(house)
    assert held(house) == (21, 45)
    await set_disabled(house, None)
    assert house.entry.state is ConfigEntryState.LOADED
    await house.pass_time(clock, 120)
    assert held(house) == (16, 45)
    assert house.shows("for_a_while") == "vacation"
    await house.pass_time(clock, 36000)
    assert held(house) == (21, 45)
    assert house.shows("for_a_while") == "none"


@BOTH
async def test_cloud_is_away(
    house: House, hass_storage: dict[str, Any], leave: Leave
) -> None:
    """A notification names each heat pump and its settings as they were; a disabled home puts them back when it is enabled."""
    await house.connected("hp-1", "hp-2")
    await override(house, "hp-1", name="Bath", hot_water_min=55)
    await override(house, "hp-2", preferred_temperature=23, schedule=True)
    house.cloud.weather.add(status=400)
    await leave(house)
    ((title, message),) = notifications(house.hass)
    assert title == "Not all settings could be put back"
    assert message.replace("\\", "").splitlines()[2:] == [
        "- Nibe S735 hp-1: Hot water min 45 °C",
        "- Nibe S735 hp-2: Preferred temperature 21 °C, Follow the schedule Off",
    ]
    assert ("enable the home again" in message) == (leave is disable)
    assert held(house, "hp-1") == (21, 55)
    file = f"{DOMAIN}.{house.entry.entry_id}"
    house.cloud.weather.clear()
    if leave is remove:
        assert file not in hass_storage
        return
    await set_disabled(house, None)
    assert held(house, "hp-1") == (21, 45)
    assert held(house, "hp-2") == (21, 45)
    await disable(house)
    assert notifications(house.hass) == []


async def test_disabled_first_and_then_removed(house: House) -> None:
    """What could not be put back when it was disabled is tried again when it is removed, and then nothing is said any more."""
    house.hass.config.language = "nl"
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.weather.add(status=400)
    await disable(house)
    ((title, message),) = notifications(house.hass)
    assert title == "Niet alle instellingen konden worden teruggezet"
    assert "Warm water min 45 °C" in message
    house.cloud.weather.clear()
    await remove(house)
    assert held(house) == (21, 45)
    assert notifications(house.hass) == []


@pytest.mark.usefixtures("disable_translations_once")
async def test_texts_are_loaded(house: House) -> None:
    """It is said in words, also where a disabled home is removed before anything of ours was set up."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.weather.add(status=400)
    cache = translation._async_get_translations_cache(house.hass)
    cache.cache_data = translation._TranslationsCacheData({}, {})
    await remove(house)
    ((title, _),) = notifications(house.hass)
    assert title == "Not all settings could be put back"


async def test_was_not_connected(house: House) -> None:
    """A home that is disabled while the cloud is away, after a start, puts back what it can as well."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.weather.add(method="GET", status=503)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    house.cloud.weather.clear()
    await disable(house)
    assert held(house) == (21, 45)


async def test_enabled_at_once(house: House) -> None:
    """A home that is enabled again before it is its turn goes on as it was."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.journal.clear()
    entries = house.hass.config_entries
    await entries.async_set_disabled_by(house.entry.entry_id, ConfigEntryDisabler.USER)
    house.entry.disabled_by = None
    await house.hass.async_block_till_done()
    assert house.received() == []


@pytest.mark.parametrize("status", [401, 403])
@BOTH
async def test_key_is_refused(house: House, leave: Leave, status: int) -> None:
    """With a key that is refused nothing can be done but to say so."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.behaviour.bad_key_status = status
    house.cloud.cloud.revoke_key(KEY)
    await leave(house)
    ((_, message),) = notifications(house.hass)
    assert "Heat pump: Hot water min 45 °C" in message.replace("\\", "")


async def test_key_may_only_write(house: House) -> None:
    """A key that may not read any more brings back what is known to be in force."""
    await house.connected("hp-1", "hp-2")
    await override(house, "hp-1", name="Bath", hot_water_min=55)
    house.cloud.behaviour.write_only = True
    house.cloud.journal.clear()
    await remove(house)
    assert [it["device_id"] for it in house.received()] == ["hp-1"]
    assert held(house) == (21, 45)
    assert notifications(house.hass) == []


async def test_write_only_home(house: House) -> None:
    """A home that never could be read has what was set there put back."""
    house.cloud.behaviour.write_only = True
    await house.connected("hp-1", "hp-2")
    await house.act("number.set_value", "hot_water_min", "home", value=47)
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.journal.clear()
    await remove(house)
    assert [held(house, it) for it in ("hp-1", "hp-2")] == [(21, 47)] * 2
    assert house.reads() == 0
    assert notifications(house.hass) == []


async def test_missing_heat_pump(house: House) -> None:
    """One that the cloud does not have right now is named, and the other one is put back."""
    await house.connected("hp-1", "hp-2")
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.cloud.remove_heat_pump("hp-2")
    await remove(house)
    assert held(house) == (21, 45)
    ((_, message),) = notifications(house.hass)
    assert message.replace("\\", "").splitlines()[2:] == [
        "- Nibe S735 hp-2: Hot water min 45 °C"
    ]


async def test_one_setting_is_refused(house: House) -> None:
    """What the cloud refuses is named, and the rest is put back."""
    await house.connected()
    await override(house, hot_water_min=55, preferred_temperature=23)
    house.cloud.behaviour.validation_limits = {PREFERRED: (22, None)}
    await remove(house)
    assert held(house) == (23, 45)
    ((_, message),) = notifications(house.hass)
    assert "Heat pump: Preferred temperature 21 °C" in message.replace("\\", "")


async def test_one_of_several_heat_pumps(house: House) -> None:
    """An entry that was told to be about another heat pump puts back what it had set at the one before."""
    await house.connected("hp-1", "hp-2")
    await override(house, name="Bath", hot_water_min=55)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.config_entries.async_update_entry(
        house.entry, data={**house.entry.data, "device_id": "hp-2"}
    )
    await remove(house)
    assert [held(house, it) for it in ("hp-1", "hp-2")] == [(21, 45)] * 2
    assert notifications(house.hass) == []
