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

from .const import (
    DOMAIN,
    EVENT_BACK_TO_NORMAL,
    EVENT_CHANGED_ELSEWHERE,
    EVENT_OVERRIDE_BEGAN,
    EVENT_OVERRIDE_OVER,
    EVENT_STAYED_BY_HAND,
)
from .ui.texts import async_common_text, async_setting_name


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Event[Mapping[str, Any]]], dict[str, str]]], None
    ],
) -> None:
    """Say how the events read."""

    def describe(event_type: str, text: str, *values: str, otherwise: str = "") -> None:
        """Say how an event reads; where one of the values is missing, otherwise."""

        @callback
        def line(event: Event[Mapping[str, Any]]) -> dict[str, str]:
            entity_id = event.data[ATTR_ENTITY_ID]
            placeholders = {value: event.data[value] for value in values}
            key = otherwise if None in placeholders.values() else text
            return {
                LOGBOOK_ENTRY_NAME: async_setting_name(hass, entity_id),
                LOGBOOK_ENTRY_MESSAGE: async_common_text(hass, key, **placeholders),
                LOGBOOK_ENTRY_ENTITY_ID: entity_id,
            }

        async_describe_event(DOMAIN, event_type, line)

    describe(EVENT_CHANGED_ELSEWHERE, "changed_elsewhere", "old", "new")
    describe(EVENT_STAYED_BY_HAND, "stayed_by_hand", "value")
    describe(
        EVENT_OVERRIDE_BEGAN,
        "override_until",
        "name",
        "until",
        otherwise="override_until_ended",
    )
    describe(EVENT_OVERRIDE_OVER, "override_over", "name")
    describe(EVENT_BACK_TO_NORMAL, "back_to_normal")
