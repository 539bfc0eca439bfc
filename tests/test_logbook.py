"""What the logbook says of settings that somebody else has changed."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import DOMAIN, EVENT_CHANGED_ELSEWHERE
from homeassistant.components.logbook import _process_logbook_platform
from homeassistant.components.logbook.const import DOMAIN as LOGBOOK
from homeassistant.components.logbook.models import LogbookConfig, async_event_to_row
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import Event
from homeassistant.helpers import entity_registry as er, translation
from homeassistant.helpers.integration_platform import (
    async_process_integration_platforms,
)

from .house import House


@pytest.fixture
async def events(house: House) -> list[Event[Any]]:
    """Connect two heat pumps with the logbook loaded, and note our events."""
    house.hass.data[LOGBOOK] = LogbookConfig({})
    await house.connected("hp-1", "hp-2")
    await async_process_integration_platforms(
        house.hass, LOGBOOK, _process_logbook_platform
    )
    await house.hass.async_block_till_done()
    return async_capture_events(house.hass, EVENT_CHANGED_ELSEWHERE)


def line(house: House, event: Event[Any]) -> dict[str, Any]:
    """Return the line that the logbook shows for an event."""
    processor = EventProcessor(house.hass, [EVENT_CHANGED_ELSEWHERE])
    rows: list[Any] = [async_event_to_row(event)]
    (found,) = processor.humanify(rows)
    return found


async def test_line(house: House, events: list[Event[Any]]) -> None:
    """The line names the setting and both values, and stands at the entity and its device."""
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 62}}, "hp-2")
    (event,) = events
    found = line(house, event)
    entity_id = house.entity_id("hot_water_max", "hp-2")
    assert found["domain"] == DOMAIN
    assert found["name"] == "Hot water max"
    assert found["message"] == (
        "was changed from 55 °C to 62 °C, not by Home Assistant"
    )
    assert found["entity_id"] == entity_id
    assert event.data["device_id"] == house.device("hp-2").id
    assert event.data["setting"] == "hot_water_max"
    assert (event.data["old_value"], event.data["new_value"]) == (55, 62)


async def test_set_back(house: House, events: list[Event[Any]]) -> None:
    """An automation can set back what somebody else has changed, with what the event says."""
    house.use_fahrenheit()
    await house.change_elsewhere(
        {
            "room": {
                "schedule_enabled": True,
                "temperature_control_mode": "off",
                "temperature_lower_bound": 3,
            },
            "dhw": {"temperature_lower_bound": 50},
        },
        "hp-1",
    )
    old = {event.data["setting"]: event.data["old_value"] for event in events}
    assert old == {
        "schedule": False,
        "control_mode": "heating",
        "allowed_below": pytest.approx(2.7),
        "hot_water_min": 113,
    }
    for event in events:
        await house.hass.services.async_call(
            DOMAIN,
            "update_settings",
            {
                "entity_id": event.data["entity_id"],
                event.data["setting"]: event.data["old_value"],
            },
            blocking=True,
        )
    settings = house.cloud.cloud.heat_pump("hp-1").held
    assert settings["room.schedule_enabled"] is False
    assert settings["room.temperature_control_mode"] == "heating"
    assert settings["room.temperature_lower_bound"] == pytest.approx(1.5)
    assert settings["dhw.temperature_lower_bound"] == 45
    assert house.cloud.cloud.heat_pump("hp-2").held["dhw.temperature_lower_bound"] == 45


async def test_own_name(house: House, events: list[Event[Any]]) -> None:
    """A setting is called as somebody has called it."""
    er.async_get(house.hass).async_update_entity(
        house.entity_id("schedule"), name="Timetable"
    )
    await house.change_elsewhere({"room": {"schedule_enabled": True}}, "hp-1")
    (event,) = events
    assert line(house, event)["name"] == "Timetable"


async def test_entity_deleted_since(house: House, events: list[Event[Any]]) -> None:
    """A line stays when the entity that it is about is deleted."""
    await house.change_elsewhere({"room": {"schedule_enabled": True}}, "hp-1")
    entity_id = house.entity_id("schedule")
    er.async_get(house.hass).async_remove(entity_id)
    await house.hass.async_block_till_done()
    (event,) = events
    assert line(house, event)["name"] == entity_id


async def test_entity_deleted_before(house: House, events: list[Event[Any]]) -> None:
    """Where somebody has deleted the entity of a setting there is no line to be shown; the others have theirs."""
    er.async_get(house.hass).async_remove(house.entity_id("schedule"))
    await house.hass.async_block_till_done()
    await house.change_elsewhere(
        {"room": {"schedule_enabled": True, "temperature_control_mode": "off"}}, "hp-1"
    )
    assert [event.data["setting"] for event in events] == ["control_mode"]


async def test_own_changes_are_not_told(house: House, events: list[Event[Any]]) -> None:
    """What Home Assistant has set is no news."""
    await house.act("switch.turn_on", "schedule")
    await house.poll()
    assert house.shows("schedule") == "on"
    assert events == []


@pytest.mark.usefixtures("disable_translations_once")
async def test_before_any_text_is_loaded(
    house: House, events: list[Event[Any]]
) -> None:
    """As long as no texts are loaded, not even English ones, plain words are said."""
    house.hass.config.language = "xx"
    cache = translation._async_get_translations_cache(house.hass)
    cache.cache_data = translation._TranslationsCacheData({}, {})
    await house.change_elsewhere(
        {"room": {"schedule_enabled": True, "temperature_control_mode": "off"}}, "hp-1"
    )
    assert {(event.data["old"], event.data["new"]) for event in events} == {
        ("off", "on"),
        ("heating", "off"),
    }
