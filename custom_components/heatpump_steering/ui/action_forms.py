"""The forms of the actions: what services.yaml says, with temperatures in the unit of the house."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util.yaml import load_yaml_dict

from ..const import DOMAIN
from ..model.limits import RANGES

# What may be said as a difference from what is set: overlapping ones add up.
DIFFERENCE_FIELDS: Final = {f"{setting}_by": setting for setting in RANGES}

_FORMS: Final = Path(__file__).parent.parent / "services.yaml"


async def async_setup_action_forms(hass: HomeAssistant) -> None:
    """Describe the registered actions to Home Assistant, and anew whenever the house changes its unit."""
    forms = await hass.async_add_executor_job(load_yaml_dict, str(_FORMS))

    @callback
    def describe(_: Event | None = None) -> None:
        for action, form in forms.items():
            fields = _in_unit(form["fields"], hass.config.units.temperature_unit)
            async_set_service_schema(hass, DOMAIN, action, {**form, "fields": fields})

    describe()
    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, describe)


def _in_unit(fields: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """Return the fields, those in sections included, with the unit beside each number.

    The frontend fills every field that has a default in as soon as the action is picked, and lets a number that is ticked
    start at its minimum. Without either it starts at 0: no difference, or a temperature that is refused in words.
    """
    return {
        name: {**field, "fields": _in_unit(field["fields"], unit)}
        if "fields" in field
        else {
            **field,
            "selector": {"number": {**number, "unit_of_measurement": unit}},
        }
        if (number := field["selector"].get("number"))
        else field
        for name, field in fields.items()
    }
