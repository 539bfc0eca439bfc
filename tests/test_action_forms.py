"""The forms of the actions: limits, steps, and what a field starts at, in the unit of the house."""

import sys
from typing import Any
from unittest.mock import MagicMock

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from .house import House

# For each field: lowest, highest, what it starts at.
CELSIUS = {
    "preferred_temperature": (10, 30, 21),
    "allowed_below": (0, 5, 1),
    "allowed_above": (0, 5, 1),
    "hot_water_min": (40, 65, 50),
    "hot_water_max": (40, 75, 55),
    "preferred_temperature_by": (-20, 20, 1),
    "allowed_below_by": (-5, 5, 1),
    "allowed_above_by": (-5, 5, 1),
    "hot_water_min_by": (-25, 25, 5),
    "hot_water_max_by": (-35, 35, 5),
}
FAHRENHEIT = {
    "preferred_temperature": (50, 86, 70),
    "allowed_below": (0, 9, 1.8),
    "allowed_above": (0, 9, 1.8),
    "hot_water_min": (104, 149, 122),
    "hot_water_max": (104, 167, 131),
    "preferred_temperature_by": (-36, 36, 2),
    "allowed_below_by": (-9, 9, 1.8),
    "allowed_above_by": (-9, 9, 1.8),
    "hot_water_min_by": (-45, 45, 9),
    "hot_water_max_by": (-63, 63, 9),
}


@pytest.fixture(autouse=True)
def speech_and_media(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for libraries that Home Assistant imports to look at any form, and installs by itself."""
    for module in ("mutagen", "mutagen.id3", "pymicro_vad", "pyspeex_noise"):
        monkeypatch.setitem(sys.modules, module, MagicMock())


async def forms(house: House) -> dict[str, dict[str, Any]]:
    """Return the fields of each action as the frontend gets them, without their sections."""
    found = {}
    for action, form in (await async_get_all_descriptions(house.hass))[DOMAIN].items():
        found[action] = {
            name: field
            for key, top in form["fields"].items()
            for name, field in top.get("fields", {key: top}).items()
        }
    return found


def numbers(fields: dict[str, Any]) -> dict[str, tuple[float, float, float]]:
    """Return the limits of the fields that are numbers, and what they start at."""
    return {
        name: (
            number["min"],
            number["max"],
            field["default"],
        )
        for name, field in fields.items()
        if (number := field["selector"].get("number"))
    }


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_unit_of_the_house(house: House, fahrenheit: bool) -> None:
    """A field that is ticked starts at a sensible value, and its limits are ours, in the house's unit."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    found = await forms(house)
    ours, unit = (FAHRENHEIT, "°F") if fahrenheit else (CELSIUS, "°C")
    assert numbers(found["override_settings"]) == ours
    settings = {name: it for name, it in ours.items() if not name.endswith("_by")}
    # During a vacation.
    settings["hot_water_min"] = (41 if fahrenheit else 5, *ours["hot_water_min"][1:])
    assert numbers(found["update_settings"]) == settings
    for fields in found.values():
        for field in fields.values():
            if number := field["selector"].get("number"):
                assert number["unit_of_measurement"] == unit


async def test_yes_or_no_is_ticked_first(house: House) -> None:
    """What is on or off is sent only where it is ticked: with something to start at it would have no box to tick."""
    await house.connected()
    found = await forms(house)
    switches = [
        field
        for fields in found.values()
        for field in fields.values()
        if "boolean" in field["selector"]
    ]
    assert len(switches) == 10
    assert not any("default" in field for field in switches)


async def test_unit_is_changed(house: House) -> None:
    """A house that changes its unit has other forms from then on."""
    await house.connected()
    await house.hass.config.async_update(unit_system="us_customary")
    await house.hass.async_block_till_done()
    assert house.hass.config.units is US_CUSTOMARY_SYSTEM
    assert numbers((await forms(house))["override_settings"]) == FAHRENHEIT
    await house.hass.config.async_update(unit_system="metric")
    await house.hass.async_block_till_done()
    assert house.hass.config.units is METRIC_SYSTEM
    assert numbers((await forms(house))["override_settings"]) == CELSIUS


async def test_all_else_is_as_it_was(house: House) -> None:
    """Targets, sections, and that there is an answer: nothing of it is lost."""
    await house.connected()
    described = (await async_get_all_descriptions(house.hass))[DOMAIN]
    answers = {"update_settings", "override_settings", "end_override"}
    assert described.keys() == answers | {"start_vacation", "end_vacation"}
    for action, form in described.items():
        assert form["target"]["entity"] == [{"integration": DOMAIN}]
        assert form.get("response") == (
            {"optional": True} if action in answers else None
        )
    assert described["override_settings"]["fields"]["room"]["collapsed"] is False
    assert described["end_override"]["fields"].keys() == {
        "name",
        "key",
        "config_entry_id",
    }
    assert described["start_vacation"]["fields"].keys() == {"until", "config_entry_id"}
    assert described["end_vacation"]["fields"].keys() == {"config_entry_id"}
    duration = described["override_settings"]["fields"]["duration"]
    assert duration["default"] == {"hours": 2}
