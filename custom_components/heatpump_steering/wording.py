"""Settings and their values as the house says them: in its language and its unit."""

from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    TemperatureConverter,
    TemperatureDeltaConverter,
)

from .api import ControlMode, Leaf, Value
from .const import DOMAIN
from .limits import DIFFERENCES


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
def async_value_text(hass: HomeAssistant, leaf: Leaf, value: Value) -> str:
    """Return a value of a setting as the house says it."""
    if isinstance(value, ControlMode):
        return _translated(
            hass, "entity", DOMAIN, f"entity.select.{leaf}.state.{value}", value
        )
    if isinstance(value, bool):
        state = "on" if value else "off"
        return _translated(
            hass,
            "entity_component",
            "switch",
            f"entity_component._.state.{state}",
            state,
        )
    assert isinstance(value, float)
    text = difference_text if leaf in DIFFERENCES else temperature_text
    return text(hass, value)


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
    texts = async_get_cached_translations(hass, hass.config.language, category, domain)
    return texts.get(f"component.{domain}.{key}", default)
