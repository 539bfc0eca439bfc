"""The forms of the actions: what services.yaml says, with limits and values in the unit of the house."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, UnitOfTemperature
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util.unit_conversion import (
    TemperatureConverter,
    TemperatureDeltaConverter,
)
from homeassistant.util.yaml import load_yaml_dict

from .api import Setting, without_dust
from .const import DOMAIN
from .model.limits import DIFFERENCES, range_of
from .services import DIFFERENCE_FIELDS, SERVICE_UPDATE_SETTINGS

_FORMS: Final = Path(__file__).parent / "services.yaml"


async def async_setup_action_forms(hass: HomeAssistant) -> None:
    """Describe the registered actions to Home Assistant, and anew whenever the house changes its unit."""
    forms = await hass.async_add_executor_job(load_yaml_dict, str(_FORMS))

    @callback
    def describe(_: Event | None = None) -> None:
        unit = hass.config.units.temperature_unit
        for action, form in forms.items():
            # Only a vacation lets the tank get cold, and nothing but a change for good can be made in one.
            on_vacation = action == SERVICE_UPDATE_SETTINGS
            fields = _in_unit(form["fields"], unit, on_vacation=on_vacation)
            async_set_service_schema(hass, DOMAIN, action, {**form, "fields": fields})

    describe()
    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, describe)


def _in_unit(
    fields: Mapping[str, Any], unit: str, *, on_vacation: bool
) -> dict[str, Any]:
    """Return the fields, those in sections included."""
    return {
        name: {
            **field,
            "fields": _in_unit(field["fields"], unit, on_vacation=on_vacation),
        }
        if "fields" in field
        else _number_in_unit(name, field, unit, on_vacation=on_vacation)
        if "number" in field["selector"]
        else field
        for name, field in fields.items()
    }


def _number_in_unit(
    name: str, field: Mapping[str, Any], unit: str, *, on_vacation: bool
) -> dict[str, Any]:
    """Return the field of a temperature or a difference, with its limits; it starts at a step of its own."""
    setting = DIFFERENCE_FIELDS.get(name) or Setting(name)
    ours = range_of(setting, on_vacation=on_vacation)
    lowest, highest = ours.minimum, ours.maximum
    if name in DIFFERENCE_FIELDS:
        lowest, highest = lowest - highest, highest - lowest
    is_difference = name in DIFFERENCE_FIELDS or setting in DIFFERENCES

    def converted(value: float) -> float:
        if is_difference:
            kelvin = UnitOfTemperature.KELVIN
            return without_dust(TemperatureDeltaConverter.convert(value, kelvin, unit))
        celsius = UnitOfTemperature.CELSIUS
        return without_dust(TemperatureConverter.convert(value, celsius, unit))

    number = field["selector"]["number"]
    steps = round(converted(field["default"]) / number["step"])
    return {
        **field,
        "default": without_dust(steps * number["step"]),
        "selector": {
            "number": {
                **number,
                "min": converted(lowest),
                "max": converted(highest),
                "unit_of_measurement": unit,
            }
        },
    }
