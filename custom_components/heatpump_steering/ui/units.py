"""Temperatures and differences in the house's own unit; the settings are in °C and kelvin."""

from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import (
    TemperatureConverter,
    TemperatureDeltaConverter,
)

from ..api import Setting, Value, without_dust
from ..model.limits import DIFFERENCES


def to_house(
    hass: HomeAssistant, value: float, *, is_difference: bool = False
) -> float:
    """Return a temperature in °C, or a difference in kelvin, in the house's own unit."""
    own_unit = hass.config.units.temperature_unit
    return without_dust(
        TemperatureDeltaConverter.convert(value, UnitOfTemperature.KELVIN, own_unit)
        if is_difference
        else TemperatureConverter.convert(value, UnitOfTemperature.CELSIUS, own_unit)
    )


def from_house(
    hass: HomeAssistant, value: float, *, is_difference: bool = False
) -> float:
    """Return what is given in the house's own unit: a temperature in °C, or a difference in kelvin."""
    own_unit = hass.config.units.temperature_unit
    return without_dust(
        TemperatureDeltaConverter.convert(value, own_unit, UnitOfTemperature.KELVIN)
        if is_difference
        else TemperatureConverter.convert(value, own_unit, UnitOfTemperature.CELSIUS)
    )


def in_unit_of_house(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value of a setting in the house's own unit, where it has one."""
    if not isinstance(value, float):
        return value
    return to_house(hass, value, is_difference=setting in DIFFERENCES)


def in_own_unit(hass: HomeAssistant, setting: Setting, value: Value) -> Value:
    """Return a value of a setting that is given in the house's own unit, where it has one."""
    if not isinstance(value, float):
        return value
    return from_house(hass, value, is_difference=setting in DIFFERENCES)
