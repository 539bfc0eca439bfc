"""What the logbook is told: what was changed, but not by Home Assistant, and what a vacation has left alone."""

from collections.abc import Mapping

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from ..api import Setting, Value
from ..const import EVENT_CHANGED_ELSEWHERE, EVENT_STAYED_BY_HAND, Target
from ..model.shadow import ChangedElsewhere, Outcome
from .ids import Identifiers
from .texts import async_value_text
from .units import in_unit_of_house


def signal_changed_elsewhere(
    ids: Identifiers, target: Target
) -> SignalType[tuple[ChangedElsewhere, ...]]:
    """Return the signal by which the event entity of a heat pump hears of what somebody else has changed."""
    return SignalType(f"{EVENT_CHANGED_ELSEWHERE}_{'/'.join(ids.device(target))}")


@callback
def async_fire_outcomes(
    hass: HomeAssistant, ids: Identifiers, outcomes: Mapping[Target, Outcome]
) -> None:
    """Fire an event for every setting of which something has come to light, where an entity shows it."""

    def fire(
        event_type: str, target: Target, setting: Setting, **values: Value
    ) -> None:
        if (entity := ids.async_entity(target, setting)) is None:
            return
        hass.bus.async_fire(
            event_type,
            {
                ATTR_ENTITY_ID: entity.entity_id,
                ATTR_DEVICE_ID: entity.device_id,
                "setting": setting.value,
                **{
                    name: async_value_text(hass, setting, value)
                    for name, value in values.items()
                },
                # As the actions take them, for an automation that sets one back.
                **{
                    f"{name}_value": in_unit_of_house(hass, setting, value)
                    for name, value in values.items()
                },
            },
        )

    for target, outcome in outcomes.items():
        if outcome.changed_elsewhere:
            async_dispatcher_send(
                hass, signal_changed_elsewhere(ids, target), outcome.changed_elsewhere
            )
        for it in outcome.changed_elsewhere:
            fire(EVENT_CHANGED_ELSEWHERE, target, it.setting, old=it.old, new=it.new)
        for setting, value in outcome.stayed_by_hand.items():
            fire(EVENT_STAYED_BY_HAND, target, setting, value=value)
