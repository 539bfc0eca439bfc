"""What stands under Repairs when the cloud does not keep a setting: which one, in the house's own words."""

from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.ui.issues import NOT_KEPT_PAGE
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component

from .house import House, ids, refuse_changes

GRACE = 90


def issues(house: House) -> list[dict[str, str]]:
    """Return what the issues are filled in with; in titles and choices it is the same, but for Markdown."""
    return [
        {
            name: value
            for name, value in (issue.translation_placeholders or {}).items()
            if not name.endswith(("_in_title", "_in_choice"))
        }
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
    assert sorted(issues(house), key=lambda it: (it["heat_pump"], it["setting"])) == [
        {
            "heat_pump": "Nibe S735 hp-1",
            "setting": "Control mode",
            "wished": "Heating and cooling",
            "held": "Heating only",
            "page": NOT_KEPT_PAGE,
        },
        {
            "heat_pump": "Nibe S735 hp-2",
            "setting": "Colder by up to",
            "wished": "1.8 °F",
            "held": "2.7 °F",
            "page": NOT_KEPT_PAGE,
        },
        {
            "heat_pump": "Nibe S735 hp-2",
            "setting": "Warmth upstairs",
            "wished": "68 °F",
            "held": "69.8 °F",
            "page": NOT_KEPT_PAGE,
        },
    ]
    for issue in ir.async_get(house.hass).issues.values():
        assert issue.translation_key == "not_kept"
        assert issue.is_fixable
        placeholders = issue.translation_placeholders
        assert placeholders is not None
        assert placeholders["heat_pump_in_title"] == placeholders["heat_pump"]


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
            "wished": "On",
            "held": "Off",
            "page": NOT_KEPT_PAGE,
        }
    ]
    entries = house.hass.config_entries
    if how == "unload":
        await entries.async_unload(house.entry.entry_id)
    else:
        await entries.async_remove(house.entry.entry_id)
    assert issues(house) == []


class Fix:
    """What Home Assistant offers to do about the only issue."""

    def __init__(self, client: TestClient[Any, Any], path: str) -> None:
        """Know where it is offered."""
        self._client = client
        self._path = path

    @classmethod
    async def open(cls, house: House, hass_client: ClientSessionGenerator) -> Fix:
        """Open it, as a person does."""
        assert await async_setup_component(house.hass, "repairs", {})
        (issue,) = ir.async_get(house.hass).issues.values()
        client, path = await hass_client(), "/api/repairs/issues/fix"
        answer = await client.post(
            path, json={"handler": DOMAIN, "issue_id": issue.issue_id}
        )
        menu = await answer.json()
        assert menu["menu_options"] == ["send_again", "leave"]
        return cls(client, f"{path}/{menu['flow_id']}")

    async def choose(self, option: str) -> tuple[str, str | None, str | None]:
        """Choose one of them; return how it ends, and why."""
        answer = await self._client.post(self._path, json={"next_step_id": option})
        result = await answer.json()
        why = result.get("description_placeholders") or {}
        return result["type"], result.get("reason"), why.get("reason")


@pytest.fixture
async def forgetful(house: House, freezer: TickingDateTimeFactory) -> House:
    """Have a cloud that has not kept a change at one of two heat pumps."""
    house.cloud.behaviour.keeps_changes = False
    await house.connected("hp-1", "hp-2")
    await house.act("number.set_value", "hot_water_max", "hp-2", value=60)
    await not_kept(house, freezer)
    house.cloud.journal.clear()
    return house


async def test_send_again(
    forgetful: House, hass_client: ClientSessionGenerator
) -> None:
    """One click sends it once more; when the cloud keeps it, all is well."""
    house = forgetful
    fix = await Fix.open(house, hass_client)
    house.cloud.behaviour.keeps_changes = True
    assert await fix.choose("send_again") == ("create_entry", None, None)
    await house.hass.async_block_till_done()
    assert house.received() == [{**ids("hp-2"), "dhw": {"temperature_upper_bound": 60}}]
    assert house.shows("hot_water_max", "hp-2") == "60.0"
    assert issues(house) == []
    await house.poll()
    assert house.shows("settings_status", "hp-2") == "confirmed"


async def test_send_again_in_vain(
    forgetful: House,
    hass_client: ClientSessionGenerator,
    freezer: TickingDateTimeFactory,
) -> None:
    """Where the cloud does not keep it again, it is said again; where it does not take it, why."""
    house = forgetful
    await (await Fix.open(house, hass_client)).choose("send_again")
    await not_kept(house, freezer)
    assert len(issues(house)) == 1
    fix = await Fix.open(house, hass_client)
    refuse_changes(house, "Ask your installer")
    outcome, reason, why = await fix.choose("send_again")
    assert (outcome, reason) == ("abort", "failed")
    assert why is not None
    assert "Ask your installer" in why
    assert len(issues(house)) == 1


async def test_send_again_too_late(
    forgetful: House, hass_client: ClientSessionGenerator
) -> None:
    """What has settled itself meanwhile is not sent."""
    house = forgetful
    fix = await Fix.open(house, hass_client)
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 58}}, "hp-2")
    assert await fix.choose("send_again") == ("abort", "settled", None)
    assert house.received() == []


async def test_send_again_without_a_connection(
    forgetful: House, hass_client: ClientSessionGenerator
) -> None:
    """A home that is not connected says so."""
    house = forgetful
    fix = await Fix.open(house, hass_client)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert await fix.choose("send_again") == ("abort", "not_connected", None)


async def test_left_as_it_is(
    forgetful: House, hass_client: ClientSessionGenerator
) -> None:
    """Who leaves it is not asked any more, and nothing is sent."""
    house = forgetful
    fix = await Fix.open(house, hass_client)
    assert await fix.choose("leave") == ("abort", "left", None)
    (issue,) = ir.async_get(house.hass).issues.values()
    assert issue.dismissed_version is not None
    assert house.received() == []
