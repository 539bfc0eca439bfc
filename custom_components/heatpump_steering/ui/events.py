"""What the logbook is told: what was changed, but not by Home Assistant, and what a vacation has left alone."""

from collections.abc import Iterable, Mapping

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback

from ..api import Setting, Value
from ..const import EVENT_CHANGED_ELSEWHERE, EVENT_STAYED_BY_HAND, Target
from ..model.shadow import ChangedElsewhere, Outcome
from .ids import Identifiers
from .texts import async_value_text


@callback
def async_fire_outcomes(
    hass: HomeAssistant, ids: Identifiers, outcomes: Mapping[Target, Outcome]
) -> None:
    """Fire an event for everything that has come to light."""
    for target, outcome in outcomes.items():
        _fire_changed_elsewhere(hass, ids, target, outcome.changed_elsewhere)
        _fire_stayed_by_hand(hass, ids, target, outcome.stayed_by_hand)


def _fire_changed_elsewhere(
    hass: HomeAssistant,
    ids: Identifiers,
    target: Target,
    changes: Iterable[ChangedElsewhere],
) -> None:
    """Fire an event for each setting that somebody else has changed."""
    for change in changes:
        if (entity := ids.async_entity(target, change.setting)) is None:
            continue
        hass.bus.async_fire(
            EVENT_CHANGED_ELSEWHERE,
            {
                ATTR_ENTITY_ID: entity.entity_id,
                ATTR_DEVICE_ID: entity.device_id,
                "setting": change.setting.value,
                "old": async_value_text(hass, change.setting, change.old),
                "new": async_value_text(hass, change.setting, change.new),
            },
        )


def _fire_stayed_by_hand(
    hass: HomeAssistant,
    ids: Identifiers,
    target: Target,
    values: Mapping[Setting, Value],
) -> None:
    """Fire an event for each setting that the end of a vacation has left as somebody had set it."""
    for setting, value in values.items():
        if (entity := ids.async_entity(target, setting)) is None:
            continue
        hass.bus.async_fire(
            EVENT_STAYED_BY_HAND,
            {
                ATTR_ENTITY_ID: entity.entity_id,
                ATTR_DEVICE_ID: entity.device_id,
                "setting": setting.value,
                "value": async_value_text(hass, setting, value),
            },
        )
