"""What stands under Repairs when the cloud does not keep a setting: which one, in the house's own words."""

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from .house import House

GRACE = 90


def issues(house: House) -> list[dict[str, str]]:
    """Return what the issues are filled in with."""
    return [
        dict(issue.translation_placeholders or {})
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
    ]


async def not_kept(house: House, clock: TickingDateTimeFactory) -> None:
    """Wait until it is certain that the cloud keeps nothing."""
    for _ in range(12):
        await house.pass_time(clock, GRACE / 2)


async def test_in_the_words_of_the_house(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A setting is called as somebody has called it, and its values are in the house's unit."""
    house.use_fahrenheit()
    house.cloud.behaviour.keeps_changes = False
    await house.connected("hp-1", "hp-2")
    for key, value in (("preferred_temperature", 68), ("allowed_below", 1.8)):
        await house.act("number.set_value", key, "hp-2", value=value)
    await house.act("select.select_option", "control_mode", option="auto")
    er.async_get(house.hass).async_update_entity(
        house.entity_id("preferred_temperature", "hp-2"), name="Warmth upstairs"
    )
    await not_kept(house, freezer)
    assert sorted(issues(house), key=lambda it: it["setting"]) == [
        {
            "heat_pump": "Nibe S735 hp-1",
            "setting": "Control mode",
            "setting_in_title": "Control mode",
            "wished": "Heating and cooling",
            "held": "Heating only",
        },
        {
            "heat_pump": "Nibe S735 hp-2",
            "setting": "May get colder by",
            "setting_in_title": "May get colder by",
            "wished": "1.8 °F",
            "held": "2.7 °F",
        },
        {
            "heat_pump": "Nibe S735 hp-2",
            "setting": "Warmth upstairs",
            "setting_in_title": "Warmth upstairs",
            "wished": "68 °F",
            "held": "69.8 °F",
        },
    ]
    for issue in ir.async_get(house.hass).issues.values():
        assert issue.translation_key == "not_kept"
        assert issue.learn_more_url is not None
        assert issue.learn_more_url.endswith("/docs/not-kept.md")


@pytest.mark.parametrize("how", ["unload", "remove"])
async def test_issue_closes(
    house: House, freezer: TickingDateTimeFactory, how: str
) -> None:
    """A home that is not connected any more has no issue."""
    house.cloud.behaviour.keeps_changes = False
    await house.connected()
    await house.act("switch.turn_on", "schedule")
    await not_kept(house, freezer)
    assert issues(house) == [
        {
            "heat_pump": "Heat pump",
            "setting": "Follow the schedule",
            "setting_in_title": "Follow the schedule",
            "wished": "On",
            "held": "Off",
        }
    ]
    entries = house.hass.config_entries
    if how == "unload":
        await entries.async_unload(house.entry.entry_id)
    else:
        await entries.async_remove(house.entry.entry_id)
    assert issues(house) == []
