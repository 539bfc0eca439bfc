"""Settings and their values as the house says them: in its language and its unit."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, UnitOfTemperature
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_load_integrations,
)
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    TemperatureConverter,
    TemperatureDeltaConverter,
)

from ..api import ControlMode, Setting, Value, without_dust
from ..const import DOMAIN
from ..model.limits import DIFFERENCES

# Whose texts are said here. English ones are there as soon as any are.
_SAID_BY: Final = frozenset({DOMAIN, SWITCH_DOMAIN})
_FALLBACK: Final = "en"


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
        # Home Assistant loads them only when somebody looks at a page.
        await async_load_integrations(hass, set(_SAID_BY))
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
def async_common_text(hass: HomeAssistant, key: str, **placeholders: str) -> str:
    """Return one of the integration's own texts in the house's language."""
    text = _translated(hass, "common", DOMAIN, f"common.{key}", key)
    return text.format(**placeholders)


@callback
def async_error_text(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return what an action says went wrong, in the house's language and without the full stop, to be quoted.

    As a text of its own an error is translated for the person who looks; what is kept or quoted is for the house.
    """
    text = _translated(
        hass, "exceptions", DOMAIN, f"exceptions.{error.translation_key}.message", ""
    )
    text = text.format(**(error.translation_placeholders or {})) or str(error)
    return text.rstrip(".")


@callback
def async_value_text(hass: HomeAssistant, setting: Setting, value: Value) -> str:
    """Return a value of a setting as the house says it."""
    if isinstance(value, ControlMode):
        return _translated(
            hass, "entity", DOMAIN, f"entity.select.{setting}.state.{value}", value
        )
    if isinstance(value, bool):
        state = "on" if value else "off"
        return _translated(
            hass,
            "entity_component",
            SWITCH_DOMAIN,
            f"entity_component._.state.{state}",
            state,
        )
    assert isinstance(value, float)
    text = difference_text if setting in DIFFERENCES else temperature_text
    return text(hass, value)


@callback
def value_in_house_unit(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value of a setting as the actions take it: in the house's unit, where it has one."""
    if not isinstance(value, float):
        return value
    converter, own_unit = (
        (TemperatureDeltaConverter, UnitOfTemperature.KELVIN)
        if setting in DIFFERENCES
        else (TemperatureConverter, UnitOfTemperature.CELSIUS)
    )
    unit = hass.config.units.temperature_unit
    return without_dust(converter.convert(value, own_unit, unit))


@callback
def temperature_text(hass: HomeAssistant, celsius: float) -> str:
    """Return a temperature as it is said in this house, such as “21 °C” or “69.8 °F”."""
    return _number_text(hass, TemperatureConverter, UnitOfTemperature.CELSIUS, celsius)


@callback
def difference_text(hass: HomeAssistant, kelvin: float) -> str:
    """Return a temperature difference as it is said in this house, such as “1.5 °C” or “2.7 °F”."""
    return _number_text(
        hass, TemperatureDeltaConverter, UnitOfTemperature.KELVIN, kelvin
    )


def _number_text(
    hass: HomeAssistant,
    converter: type[BaseUnitConverter],
    own_unit: UnitOfTemperature,
    value: float,
) -> str:
    unit = hass.config.units.temperature_unit
    number = f"{round(converter.convert(value, own_unit, unit), 1):g}".replace(
        ".", async_common_text(hass, "decimal_mark")
    )
    return f"{number} {unit}"


def _translated(
    hass: HomeAssistant, category: str, domain: str, key: str, default: str
) -> str:
    for language in (hass.config.language, _FALLBACK):
        texts = async_get_cached_translations(hass, language, category, domain)
        if text := texts.get(f"component.{domain}.{key}"):
            return text
    return default
