"""The lines that the logbook shows for the integration's events."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN, EVENT_CHANGED_ELSEWHERE, EVENT_STAYED_BY_HAND
from .ui.texts import async_common_text, async_setting_name


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Event[Mapping[str, Any]]], dict[str, str]]], None
    ],
) -> None:
    """Say how the events read."""

    def describe(event_type: str, text: str, *values: str) -> None:
        @callback
        def line(event: Event[Mapping[str, Any]]) -> dict[str, str]:
            entity_id = event.data[ATTR_ENTITY_ID]
            placeholders = {value: event.data[value] for value in values}
            return {
                LOGBOOK_ENTRY_NAME: async_setting_name(hass, entity_id),
                LOGBOOK_ENTRY_MESSAGE: async_common_text(hass, text, **placeholders),
                LOGBOOK_ENTRY_ENTITY_ID: entity_id,
            }

        async_describe_event(DOMAIN, event_type, line)

    describe(EVENT_CHANGED_ELSEWHERE, "changed_elsewhere", "old", "new")
    describe(EVENT_STAYED_BY_HAND, "stayed_by_hand", "value")
