"""Settings and their values as the house says them: in its language and its unit."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.components.climate.const import DOMAIN as CLIMATE_DOMAIN
from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_load_integrations,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..api import ControlMode, Setting, Value
from ..const import DOMAIN, Target
from ..model.limits import DIFFERENCES
from .ids import PLATFORMS, Identifiers
from .units import to_house

# Whose texts are said here. English ones are there as soon as any are.
_SAID_BY: Final = frozenset({DOMAIN, CLIMATE_DOMAIN, SWITCH_DOMAIN})
_FALLBACK: Final = "en"


async def async_load_texts(hass: HomeAssistant) -> None:
    """Load what is said here, in the house's language: nothing of it may be there yet."""
    await async_load_integrations(hass, set(_SAID_BY))


@callback
def async_follow_language(
    hass: HomeAssistant, say_anew: Callable[[], None]
) -> CALLBACK_TYPE:
    """Let what is shown already be said anew, once the house speaks another language; returns how to stop that."""
    language = hass.config.language
    follows = True

    async def look(_: Event) -> None:
        nonlocal language
        if hass.config.language == language:
            return
        language = hass.config.language
        await async_load_texts(hass)
        if follows:
            say_anew()

    unsubscribe = hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, look)

    @callback
    def stop() -> None:
        nonlocal follows
        follows = False
        unsubscribe()

    return stop


@callback
def async_setting_name(hass: HomeAssistant, entity_id: str) -> str:
    """Return what the house calls a setting: the name of the entity that shows it."""
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None:
        return entity_id
    return entry.name or entry.original_name or entity_id


@callback
def async_word_for(hass: HomeAssistant, setting: Setting) -> str:
    """Return what a setting is called in the house's language, whatever its entities are called."""
    name = f"entity.{PLATFORMS[setting]}.{setting}.name"
    return _translated(hass, "entity", DOMAIN, name, setting)


@callback
def async_name_of(
    hass: HomeAssistant, identifiers: Identifiers, target: Target, setting: Setting
) -> str:
    """Return what the house calls a setting of a target; where somebody has deleted its entity, what it would be called."""
    if (entity := identifiers.async_entity(target, setting)) is not None:
        return async_setting_name(hass, entity.entity_id)
    return async_word_for(hass, setting)


@callback
def async_state_text(hass: HomeAssistant, entity: str, state: str) -> str:
    """Return how a state of one of the integration's entities reads in the house's language; the state where it has no text."""
    return _translated(hass, "entity", DOMAIN, f"entity.{entity}.state.{state}", state)


@callback
def async_common_text(hass: HomeAssistant, key: str, **placeholders: str) -> str:
    """Return one of the integration's own texts in the house's language."""
    text = _translated(hass, "common", DOMAIN, f"common.{key}", key)
    return text.format(**placeholders)


@callback
def async_preset_name(hass: HomeAssistant, mode: str) -> str:
    """Return Home Assistant's own word for a standard preset of a thermostat."""
    key = f"entity_component._.state_attributes.preset_mode.state.{mode}"
    return _translated(hass, "entity_component", CLIMATE_DOMAIN, key, mode)


@callback
def async_error_text(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return what an action says went wrong, in the house's language and without the full stop, to be quoted."""
    key = f"exceptions.{error.translation_key}.message"
    text = _translated(hass, "exceptions", DOMAIN, key, "")
    text = text.format(**(error.translation_placeholders or {})) or str(error)
    return text.rstrip(".")


@callback
def async_value_text(hass: HomeAssistant, setting: Setting, value: Value) -> str:
    """Return a value of a setting as the house says it."""
    if isinstance(value, ControlMode):
        key = f"entity.select.{setting}.state.{value}"
        return _translated(hass, "entity", DOMAIN, key, value)
    if isinstance(value, bool):
        state = "on" if value else "off"
        key = f"entity_component._.state.{state}"
        return _translated(hass, "entity_component", SWITCH_DOMAIN, key, state)
    assert not isinstance(value, str)
    text = difference_text if setting in DIFFERENCES else temperature_text
    return text(hass, value)


@callback
def temperature_text(hass: HomeAssistant, celsius: float) -> str:
    """Return a temperature as it is said in this house, such as “21 °C” or “69.8 °F”."""
    return _number_text(hass, to_house(hass, celsius))


@callback
def difference_text(hass: HomeAssistant, kelvin: float) -> str:
    """Return a temperature difference as it is said in this house, such as “1.5 °C” or “2.7 °F”."""
    return _number_text(hass, to_house(hass, kelvin, is_difference=True))


@callback
def async_moment_text(hass: HomeAssistant, moment: datetime) -> str:
    """Return a moment as it is said in this house, such as “18:00” or “6:00 PM”; with the day where it is not today."""
    moment = dt_util.as_local(moment)
    is_american = hass.config.units is US_CUSTOMARY_SYSTEM
    hour = moment.hour
    time = async_common_text(
        hass,
        "time",
        hour=str((hour - 1) % 12 + 1) if is_american else f"{hour:02}",
        minute=f"{moment:%M}",
    )
    if is_american:
        time += " AM" if hour < 12 else " PM"
    if moment.date() == dt_util.now().date():
        return time
    day = (
        f"{moment.month}/{moment.day}"
        if is_american
        else async_common_text(
            hass, "day", day=str(moment.day), month=str(moment.month)
        )
    )
    return f"{day} {time}"


def _number_text(hass: HomeAssistant, value: float) -> str:
    mark = async_common_text(hass, "decimal_mark")
    number = f"{round(value, 1):g}".replace(".", mark)
    return f"{number} {hass.config.units.temperature_unit}"


def _translated(
    hass: HomeAssistant, category: str, domain: str, key: str, default: str
) -> str:
    for language in (hass.config.language, _FALLBACK):
        texts = async_get_cached_translations(hass, language, category, domain)
        if text := texts.get(f"component.{domain}.{key}"):
            return text
    return default
