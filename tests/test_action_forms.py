"""The forms of the actions: what is ticked in them, what a field starts at, and the unit of the house."""

import sys
from typing import Any
from unittest.mock import MagicMock

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.model.limits import RANGES
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from .house import House


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


def numbers(fields: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the selectors of the fields that are numbers."""
    return {
        name: number
        for name, field in fields.items()
        if (number := field["selector"].get("number"))
    }


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_unit_of_the_house(house: House, fahrenheit: bool) -> None:
    """Beside each number is the house's unit."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    found = await forms(house)
    unit = "°F" if fahrenheit else "°C"
    assert numbers(found["update_settings"]).keys() == set(RANGES)
    assert numbers(found["override_settings"]).keys() == {
        *RANGES,
        *(f"{setting}_by" for setting in RANGES),
    }
    for fields in found.values():
        for number in numbers(fields).values():
            assert number["unit_of_measurement"] == unit


async def test_nothing_is_ticked_by_itself(house: House) -> None:
    """The frontend ticks what has a default once the action is picked: only how long, which does nothing by itself."""
    await house.connected()
    assert {
        (action, name)
        for action, fields in (await forms(house)).items()
        for name, field in fields.items()
        if "default" in field
    } == {("override_settings", "duration")}


async def test_starts_at_nothing_harmful(house: House) -> None:
    """The frontend starts a number at its minimum, or else at 0, which is no difference, or is refused."""
    await house.connected()
    for fields in (await forms(house)).values():
        for number in numbers(fields).values():
            assert "min" not in number
            assert "max" not in number


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

    async def units() -> set[str]:
        found = numbers((await forms(house))["override_settings"])
        return {number["unit_of_measurement"] for number in found.values()}

    await house.hass.config.async_update(unit_system="us_customary")
    await house.hass.async_block_till_done()
    assert house.hass.config.units is US_CUSTOMARY_SYSTEM
    assert await units() == {"°F"}
    await house.hass.config.async_update(unit_system="metric")
    await house.hass.async_block_till_done()
    assert house.hass.config.units is METRIC_SYSTEM
    assert await units() == {"°C"}


async def test_options_are_words(house: House) -> None:
    """The options of the control mode have words in the language of the house, also once that is another one."""

    async def words() -> list[str]:
        fields = (await forms(house))["override_settings"]
        options = fields["control_mode"]["selector"]["select"]["options"]
        assert [option["value"] for option in options] == [
            "off",
            "heating",
            "cooling",
            "auto",
        ]
        return [option["label"] for option in options]

    await house.connected()
    assert await words() == [
        "Off",
        "Heating only",
        "Cooling only",
        "Heating and cooling",
    ]
    await house.hass.config.async_update(language="nl")
    await house.hass.async_block_till_done()
    assert "Off" not in await words()


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
