"""Temperatures and differences in the house's own unit, for texts and controls."""

from homeassistant.const import UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import (
    TemperatureConverter,
    TemperatureDeltaConverter,
)


def temperature_text(hass: HomeAssistant, celsius: float) -> str:
    """Return a temperature as it is said in this house, such as “21 °C” or “69.8 °F”."""
    unit = hass.config.units.temperature_unit
    return _text(
        TemperatureConverter.convert(celsius, UnitOfTemperature.CELSIUS, unit), unit
    )


def difference_text(hass: HomeAssistant, kelvin: float) -> str:
    """Return a temperature difference as it is said in this house, such as “1.5 °C” or “2.7 °F”."""
    unit = hass.config.units.temperature_unit
    return _text(
        TemperatureDeltaConverter.convert(kelvin, UnitOfTemperature.KELVIN, unit), unit
    )


def _text(value: float, unit: str) -> str:
    return f"{round(value, 1):g} {unit}"
