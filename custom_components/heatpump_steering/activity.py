"""What the logbook is told: settings that were changed, but not by Home Assistant."""

from collections.abc import Iterable

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from .const import EVENT_CHANGED_ELSEWHERE, Target
from .entity_ids import async_entity_of
from .ledger import ChangedElsewhere
from .wording import async_value_text


@callback
def async_tell_of_changes(
    hass: HomeAssistant,
    namespace: str,
    target: Target,
    changes: Iterable[ChangedElsewhere],
) -> None:
    """Fire an event for each setting that somebody else has changed."""
    for change in changes:
        if (entity := async_entity_of(hass, namespace, target, change.leaf)) is None:
            continue
        hass.bus.async_fire(
            EVENT_CHANGED_ELSEWHERE,
            {
                ATTR_ENTITY_ID: entity.entity_id,
                ATTR_DEVICE_ID: entity.device_id,
                "setting": change.leaf.value,
                "old": async_value_text(hass, change.leaf, change.old),
                "new": async_value_text(hass, change.leaf, change.new),
            },
        )
