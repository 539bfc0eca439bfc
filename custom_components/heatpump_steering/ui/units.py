"""Values of settings in the unit of the house, as actions take and answer them; the settings are in °C and kelvin."""

from collections.abc import Callable
from typing import Final

from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import (
    TemperatureConverter,
    TemperatureDeltaConverter,
)

from ..api import Setting, Value, without_dust

_CONVERTERS: Final = {
    Setting.PREFERRED_TEMPERATURE: (TemperatureConverter, UnitOfTemperature.CELSIUS),
    Setting.ALLOWED_BELOW: (TemperatureDeltaConverter, UnitOfTemperature.KELVIN),
    Setting.ALLOWED_ABOVE: (TemperatureDeltaConverter, UnitOfTemperature.KELVIN),
    Setting.HOT_WATER_MIN: (TemperatureConverter, UnitOfTemperature.CELSIUS),
    Setting.HOT_WATER_MAX: (TemperatureConverter, UnitOfTemperature.CELSIUS),
}


def in_unit_of_house(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value of ours in the unit of the house, where it has one."""
    unit = hass.config.units.temperature_unit
    return _converted(setting, value, lambda own: (own, unit))


def in_own_unit(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value in the unit of the house in ours, where it has one."""
    unit = hass.config.units.temperature_unit
    return _converted(setting, value, lambda own: (unit, own))


def _converted(
    setting: Setting, value: Value, from_to: Callable[[str], tuple[str, str]]
) -> Value:
    if setting not in _CONVERTERS or not isinstance(value, float):
        return value
    converter, own_unit = _CONVERTERS[setting]
    return without_dust(converter.convert(value, *from_to(own_unit)))
