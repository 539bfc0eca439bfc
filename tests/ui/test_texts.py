"""The house is told to speak another language while it runs: so do all texts of ours, those included that are there."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import DOMAIN, EVENT_CHANGED_ELSEWHERE
from custom_components.heatpump_steering.ui.texts import async_follow_language
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir, translation

from ..house import House, refuse_changes


@pytest.fixture(autouse=True)
def _nothing_loaded(hass: HomeAssistant, disable_translations_once: None) -> None:
    """Have no language loaded but what is asked for, as in a house: not all that tests before have asked for."""
    cache = translation._async_get_translations_cache(hass)
    cache.cache_data = translation._TranslationsCacheData({}, {})


async def speak(house: House, language: str) -> None:
    """Choose another language under Settings."""
    await house.hass.config.async_update(language=language)
    await house.hass.async_block_till_done()


def filled_in(house: House) -> dict[str | None, dict[str, str]]:
    """Return what the issues are filled in with, by kind."""
    return {
        issue.translation_key: dict(issue.translation_placeholders or {})
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
    }


async def test_values_and_words(house: House) -> None:
    """Numbers, modes, switches and reasons are said in the language that is spoken by then."""
    await house.connected()
    events = async_capture_events(house.hass, EVENT_CHANGED_ELSEWHERE)

    async def told(settings: dict[str, Any]) -> list[str]:
        """Change settings elsewhere, and return what the activity says of it."""
        events.clear()
        await house.change_elsewhere(settings)
        return sorted(event.data["new"] for event in events)

    assert await told({"room": {"preferred_temperature": 20.5}}) == ["20.5 °C"]
    await speak(house, "de")
    assert await told(
        {
            "room": {
                "preferred_temperature": 20.7,
                "temperature_control_mode": "auto",
                "schedule_enabled": True,
            },
        }
    ) == ["20,7 °C", "Ein", "Heizen und kühlen"]
    house.cloud.weather.add(method="PATCH", status=401)
    with pytest.raises(HomeAssistantError):
        await house.act("switch.turn_off", "schedule")

    await speak(house, "nl")
    assert await told({"room": {"preferred_temperature": 20.9}}) == ["20,9 °C"]
    await speak(house, "en")
    assert await told({"room": {"preferred_temperature": 19.1}}) == ["19.1 °C"]


async def test_language_that_there_is_not(house: House) -> None:
    """What is not in the house's language is said in English."""
    await house.connected()
    await speak(house, "tlh")
    events = async_capture_events(house.hass, EVENT_CHANGED_ELSEWHERE)
    await house.change_elsewhere({"room": {"temperature_control_mode": "off"}})
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 60.5}})
    assert [event.data["new"] for event in events] == ["Off", "60.5 °C"]


async def test_before_it_is_loaded(house: House) -> None:
    """As long as the new language is being loaded, English is spoken, and no key of a text."""
    await house.connected()
    events = async_capture_events(house.hass, EVENT_CHANGED_ELSEWHERE)
    # Nobody is told of this one, so that nobody loads it.
    house.hass.config.language = "fi"
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 60.5}})
    assert [event.data["new"] for event in events] == ["60.5 °C"]


async def test_issues_that_are_shown(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What stands under Repairs already is said anew."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 45.5}})
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 35.5}})
    house.cloud.behaviour.keeps_changes = False
    await house.act("select.select_option", "control_mode", option="auto")
    for _ in range(15):
        await house.pass_time(freezer, 45)
    shown = filled_in(house)
    assert shown["hot_water"]["minimum"] == "35.5 °C"
    assert shown["hot_water"]["before"] == "45.5 °C"
    assert shown["not_kept"]["wished"] == "Heating and cooling"

    # Also while the cloud is not reached.
    house.cloud.weather.add(status=503)
    for _ in range(3):
        await house.poll()
    await speak(house, "de")
    shown = filled_in(house)
    assert shown["hot_water"]["minimum"] == "35,5 °C"
    assert shown["hot_water"]["before"] == "45,5 °C"
    assert shown["not_kept"]["wished"] == "Heizen und kühlen"
    assert shown["not_kept"]["held"] == "Nur heizen"


REFUSED = "The cloud refused this change: no"


async def vacation_that_cannot_begin(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Begin a vacation that the cloud does not take for more than an hour."""
    refuse_changes(house, "no")
    with pytest.raises(HomeAssistantError):
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    for _ in range(14):
        await house.pass_time(freezer, 300)
    assert filled_in(house)["vacation_start"]["reason"] == REFUSED


async def test_reason_of_a_vacation(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Why a vacation could not begin is said in the new language after the next attempt, which is made at once."""
    await house.connected()
    await vacation_that_cannot_begin(house, freezer)
    await speak(house, "de")
    await house.pass_time(freezer, 1)
    assert (
        filled_in(house)["vacation_start"]["reason"]
        == "Die Cloud hat diese Änderung abgelehnt: no"
    )


async def test_unloaded_while_it_is_loaded(house: House) -> None:
    """A home that is unloaded in the middle of that shows nothing under Repairs."""
    house.add_heat_pump(needs_reauthentication=True)
    await house.connect()
    assert filled_in(house).keys() == {"account_link"}
    await house.hass.config.async_update(language="sv")
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert filled_in(house) == {}


async def test_another_language_at_the_end(house: House) -> None:
    """Home Assistant that is stopping shows nothing anew."""
    house.add_heat_pump(needs_reauthentication=True)
    await house.connect()
    house.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await house.hass.async_block_till_done()
    assert filled_in(house) == {}
    await speak(house, "de")
    assert filled_in(house) == {}


async def test_stopped_while_it_is_loaded(hass: HomeAssistant) -> None:
    """Who does not follow any more when the texts are there is told nothing."""
    told: list[str] = []
    stays = async_follow_language(hass, lambda: told.append("stays"))
    goes = async_follow_language(hass, lambda: told.append("goes"))
    hass.config.language = "da"
    # Whoever holds this is loading something.
    async with translation._async_get_translations_cache(hass).lock:
        hass.bus.async_fire(EVENT_CORE_CONFIG_UPDATE, {"language": "da"})
        assert told == []
        goes()
    await hass.async_block_till_done()
    assert told == ["stays"]
    stays()
