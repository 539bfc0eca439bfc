"""The forms of the actions: what services.yaml says, with temperatures in the unit of the house."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util.yaml import load_yaml_dict

from ..const import DOMAIN
from ..model.limits import RANGES
from .texts import async_load_texts

# What may be said as a difference from what is set: overlapping ones add up.
DIFFERENCE_FIELDS: Final = {f"{setting}_by": setting for setting in RANGES}

_FORMS: Final = Path(__file__).parent.parent / "services.yaml"


async def async_setup_action_forms(hass: HomeAssistant) -> None:
    """Describe the registered actions to Home Assistant, and anew whenever the house changes its unit or its language."""
    forms = await hass.async_add_executor_job(load_yaml_dict, str(_FORMS))

    async def describe(_: Event | None = None) -> None:
        await async_load_texts(hass)
        words = async_get_cached_translations(
            hass, hass.config.language, "selector", DOMAIN
        )
        unit = hass.config.units.temperature_unit
        for action, form in forms.items():
            fields = _in_words(form["fields"], unit, words)
            async_set_service_schema(hass, DOMAIN, action, {**form, "fields": fields})

    await describe()
    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, describe)


def _in_words(
    fields: Mapping[str, Any], unit: str, words: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields, those in sections included, with the unit beside each number and a word for each option.

    The frontend fills every field that has a default in as soon as the action is picked, and lets a number that is ticked
    start at its minimum. Without either it starts at 0: no difference, or a temperature that is refused in words. It has
    words for options, too, but where they come late it leaves the keys there.
    """
    found: dict[str, Any] = {}
    for name, field in fields.items():
        match field:
            case {"fields": inner}:
                found[name] = {**field, "fields": _in_words(inner, unit, words)}
            case {"selector": {"number": number}}:
                number = {**number, "unit_of_measurement": unit}
                found[name] = {**field, "selector": {"number": number}}
            case {"selector": {"select": select}}:
                texts = f"component.{DOMAIN}.selector.{select['translation_key']}"
                options = [
                    {"value": key, "label": words[f"{texts}.options.{key}"]}
                    for key in select["options"]
                ]
                select = {**select, "options": options}
                found[name] = {**field, "selector": {"select": select}}
            case _:
                found[name] = field
    return found
