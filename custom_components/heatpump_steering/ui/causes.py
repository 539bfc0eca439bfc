"""What the logbook names as the cause of a change that follows from another one: the entity that shows why."""

from collections.abc import Set as AbstractSet

from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..api import NOT_WITH_FLEX_TRADING, Setting
from ..const import Target
from ..sync.home import Home
from .ids import FOR_A_WHILE_SENSOR, VACATION_SENSOR, Identifiers


@callback
def async_cause(
    hass: HomeAssistant,
    ids: Identifiers,
    home: Home,
    target: Target,
    changed: AbstractSet[Setting],
) -> Context | None:
    """Return the context of the state that explains why settings are shown otherwise now, if one explains all of them.

    The logbook takes the first state that was written in a context for the cause of the others, and names its entity in
    the language of who looks.
    """
    entity = _entity(ids, home, target, changed)
    state = entity and hass.states.get(entity.entity_id)
    return state.context if state else None


def _entity(
    ids: Identifiers, home: Home, target: Target, changed: AbstractSet[Setting]
) -> er.RegistryEntry | None:
    # The switches are written in this order, so that its state is that of now.
    if home.shown(target).flex_trading and changed <= {*NOT_WITH_FLEX_TRADING}:
        return ids.async_entity(target, Setting.FLEX_TRADING)
    shadows = home.shadows.of(target)
    if not all(it.overrides.has_brought(changed, it.shown) for it in shadows):
        return None
    key = (
        VACATION_SENSOR
        if all(it.overrides.are_vacations(changed) for it in shadows)
        else FOR_A_WHILE_SENSOR
    )
    return ids.async_entity_of(target, Platform.SENSOR, key)
