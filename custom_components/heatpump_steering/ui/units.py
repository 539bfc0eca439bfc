"""Values of settings in the unit of the house, and back in °C and kelvin."""

from typing import Final

from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import (
    BaseUnitConverter,
    TemperatureConverter,
    TemperatureDeltaConverter,
)

from ..api import Setting, Value, without_dust
from ..model.limits import DIFFERENCES, RANGES


def _converter(setting: Setting) -> tuple[type[BaseUnitConverter], UnitOfTemperature]:
    if setting in DIFFERENCES:
        return TemperatureDeltaConverter, UnitOfTemperature.KELVIN
    return TemperatureConverter, UnitOfTemperature.CELSIUS


_CONVERTERS: Final = {setting: _converter(setting) for setting in RANGES}


def from_house(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value that is given in the unit of the house in °C or kelvin; what is no temperature as it is."""
    if setting not in _CONVERTERS or not isinstance(value, float):
        return value
    converter, unit = _CONVERTERS[setting]
    house_unit = hass.config.units.temperature_unit
    return without_dust(converter.convert(value, house_unit, unit))


def to_house(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value in the unit of the house; what is no temperature as it is."""
    if setting not in _CONVERTERS or not isinstance(value, float):
        return value
    converter, unit = _CONVERTERS[setting]
    house_unit = hass.config.units.temperature_unit
    return without_dust(converter.convert(value, unit, house_unit))
