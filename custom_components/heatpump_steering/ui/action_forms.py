"""The forms of the actions: what services.yaml says, with limits and values in the unit of the house."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util.yaml import load_yaml_dict

from ..api import Setting, without_dust
from ..const import DOMAIN
from ..model.limits import DIFFERENCES, RANGES, range_of
from .units import to_house

# What may be said as a difference from what is set: overlapping ones add up.
DIFFERENCE_FIELDS: Final = {f"{setting}_by": setting for setting in RANGES}

_FORMS: Final = Path(__file__).parent.parent / "services.yaml"


async def async_setup_action_forms(hass: HomeAssistant, may_be_cold: str) -> None:
    """Describe the registered actions to Home Assistant, and anew whenever the house changes its unit.

    `may_be_cold` is the action that may be used in a vacation to let the tank get cold.
    """
    forms = await hass.async_add_executor_job(load_yaml_dict, str(_FORMS))

    @callback
    def describe(_: Event | None = None) -> None:
        for action, form in forms.items():
            fields = _in_unit(hass, form["fields"], on_vacation=action == may_be_cold)
            async_set_service_schema(hass, DOMAIN, action, {**form, "fields": fields})

    describe()
    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, describe)


def _in_unit(
    hass: HomeAssistant, fields: Mapping[str, Any], *, on_vacation: bool
) -> dict[str, Any]:
    """Return the fields, those in sections included."""
    return {
        name: {
            **field,
            "fields": _in_unit(hass, field["fields"], on_vacation=on_vacation),
        }
        if "fields" in field
        else _number_in_unit(hass, name, field, on_vacation=on_vacation)
        if "number" in field["selector"]
        else field
        for name, field in fields.items()
    }


def _number_in_unit(
    hass: HomeAssistant, name: str, field: Mapping[str, Any], *, on_vacation: bool
) -> dict[str, Any]:
    """Return the field of a temperature or a difference, with its limits; it starts at a step of its own."""
    setting = DIFFERENCE_FIELDS.get(name) or Setting(name)
    ours = range_of(setting, on_vacation=on_vacation)
    lowest, highest = ours.minimum, ours.maximum
    if name in DIFFERENCE_FIELDS:
        lowest, highest = lowest - highest, highest - lowest

    def converted(value: float) -> float:
        is_difference = name in DIFFERENCE_FIELDS or setting in DIFFERENCES
        return to_house(hass, value, is_difference=is_difference)

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
                "unit_of_measurement": hass.config.units.temperature_unit,
            }
        },
    }
