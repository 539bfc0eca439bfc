"""An account is linked anew, and a heat pump comes back under another id: all that was its own goes along."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component

from ..house import KEY, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"
UNTIL_REMOVED = 5

PREFERRED = "room.preferred_temperature"
HOT_WATER_MIN = "dhw.temperature_lower_bound"
AT_HOME = {
    "room": {"preferred_temperature": 21.5},
    "dhw": {"temperature_lower_bound": 48},
}
AWAY = {"vacation": {"preferred_temperature": 16, "hot_water_min": 10}}


class Browser:
    """What a person does under Repairs."""

    def __init__(self, house: House, hass_client: ClientSessionGenerator) -> None:
        """Know the house."""
        self.house = house
        self._hass_client = hass_client

    async def client(self) -> Any:
        """Return what talks to Home Assistant."""
        return await self._hass_client()

    async def answer(
        self, *inputs: dict[str, str], question: ir.IssueEntry | None = None
    ) -> dict[str, Any]:
        """Open a question (the only one), go through its forms, and return what is shown at the end."""
        if question is None:
            (question,) = questions(self.house)
        client = await self.client()
        path = "/api/repairs/issues/fix"
        response = await client.post(
            path, json={"handler": DOMAIN, "issue_id": question.issue_id}
        )
        shown: dict[str, Any] = await response.json()
        for typed in inputs:
            response = await client.post(f"{path}/{shown['flow_id']}", json=typed)
            assert response.status == 200, await response.text()
            shown = await response.json()
        await self.house.hass.async_block_till_done()
        return shown


@pytest.fixture
async def browser(house: House, hass_client: ClientSessionGenerator) -> Browser:
    """Open the page of the repairs."""
    assert await async_setup_component(house.hass, "repairs", {})
    return Browser(house, hass_client)


SAME = {"next_step_id": "same"}
OTHER = {"next_step_id": "other"}


def questions(house: House) -> list[ir.IssueEntry]:
    """Return what is asked under Repairs."""
    return [
        issue
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
        and issue.active
        and issue.dismissed_version is None
        and (issue.translation_key or "").startswith("same_heat_pump")
    ]


def asked(house: House) -> dict[str, str]:
    """Return what the only question is about."""
    (question,) = questions(house)
    assert question.translation_placeholders is not None
    return {name: question.translation_placeholders[name] for name in ("gone", "there")}


def entities(house: House, target: str) -> dict[str, str]:
    """Return the entities at the device of a target by what they are, but for the home's calendar."""
    return {
        it.translation_key or "": it.entity_id
        for it in er.async_entries_for_device(
            er.async_get(house.hass), house.device(target).id, True
        )
        if it.platform == DOMAIN and it.domain != "calendar"
    }


def held(house: House, device_id: str, *leaves: str) -> list[Any]:
    """Return what the cloud holds."""
    return [house.cloud.cloud.heat_pump(device_id).held[setting] for setting in leaves]


async def reload(house: House) -> None:
    """Restart."""
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()


async def polls(house: House, count: int = UNTIL_REMOVED) -> None:
    """Read so many times."""
    for _ in range(count):
        await house.poll()


def relink(house: House, *pairs: tuple[str, str]) -> None:
    """Link the account anew."""
    for before, after in pairs:
        house.cloud.cloud.relink(before, after)


async def see_relinked(house: House, *, restart: bool, **attributes: Any) -> None:
    """Link the account of the first heat pump anew, and read that: at the next poll, or after a restart."""
    entries = house.hass.config_entries
    if restart:
        await entries.async_unload(house.entry.entry_id)
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", attributes)
    if restart:
        await entries.async_setup(house.entry.entry_id)
        await house.hass.async_block_till_done()
    else:
        await house.poll()


async def lived_in(house: House) -> dict[str, str]:
    """Make the first heat pump somebody's own, and return its entities."""
    registry = er.async_get(house.hass)
    registry.async_update_entity(
        house.entity_id("climate"), new_entity_id="climate.warmth", name="Warmth"
    )
    registry.async_update_entity(
        house.entity_id("schedule"), disabled_by=er.RegistryEntryDisabler.USER
    )
    area = ar.async_get(house.hass).async_create("Cellar")
    dr.async_get(house.hass).async_update_device(
        house.device().id, name_by_user="Old faithful", area_id=area.id
    )
    house.hass.states.async_set("sensor.room", "20.5", {"unit_of_measurement": "°C"})
    house.hass.config_entries.async_update_entry(
        house.entry, options={**AWAY, "room_sensors": {"hp-1": "sensor.room"}}
    )
    await reload(house)
    await house.act("climate.set_hvac_mode", "climate", hvac_mode="heat_cool")
    await house.act("climate.turn_off", "climate")
    return entities(house, "hp-1")


async def check_lived_in(house: House, before: dict[str, str], new: str) -> None:
    """It is the same in the house as it was, and changes go to the new id."""
    assert entities(house, new) == before
    assert before["climate"] == "climate.warmth"
    device = house.device(new)
    assert (device.name_by_user, device.area_id) == ("Old faithful", "cellar")
    assert house.state("climate", new).name.endswith("Warmth")
    climate = house.state("climate", new)
    assert climate.attributes["current_temperature"] == 20.5
    assert climate.state == "off"
    await house.act("climate.turn_on", "climate", new)
    assert house.received()[-1]["device_id"] == new
    assert house.shows("climate", new) == "heat_cool"


# Told by itself


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("other", [(), ("hp-2",)])
async def test_same_one(house: House, other: tuple[str, ...], restart: bool) -> None:
    """The only one that has gone, and the only one that is new, alike: it is the same, and there never is a second device."""
    house.add_heat_pump("hp-1", brand="NIBE", model="S735 ")
    for device_id in other:
        house.add_heat_pump(device_id, model="F1255")
    await house.connect()
    before = await lived_in(house)
    device = house.device()
    calendar = house.entity_id("vacation", "home")
    events = async_capture_events(house.hass, dr.EVENT_DEVICE_REGISTRY_UPDATED)
    await see_relinked(house, restart=restart, brand="nibe", model="s735")
    assert {event.data["action"] for event in events} == {"update"}
    assert house.devices().keys() == {"hp-9", *other, *(("home",) if other else ())}
    assert house.device("hp-9").id == device.id
    assert house.entity_id("vacation", "home") == calendar
    await check_lived_in(house, before, "hp-9")
    assert house.entry.options["room_sensors"] == {"hp-9": "sensor.room"}
    await reload(house)
    await polls(house)
    assert entities(house, "hp-9") == before
    assert questions(house) == []


async def test_sensor_of_the_home_stays(house: House) -> None:
    """A room's sensor that was picked for the home is the home's after a heat pump has got another id."""
    await house.connected("hp-1", "hp-2")
    house.hass.config_entries.async_update_entry(
        house.entry, options={"room_sensors": {"": "sensor.room"}}
    )
    await reload(house)
    await see_relinked(house, restart=True)
    assert house.entry.options["room_sensors"] == {"": "sensor.room"}


async def test_again_and_back(house: House) -> None:
    """It may get another id each year, and the first one again."""
    await house.connected()
    before, device = entities(house, "hp-1"), house.device()
    for last, new in (("hp-1", "hp-8"), ("hp-8", "hp-9"), ("hp-9", "hp-1")):
        relink(house, (last, new))
        await house.poll()
        assert entities(house, new) == before
        assert house.device(new).id == device.id


async def test_list_that_comes_later(house: House) -> None:
    """As long as the list cannot be had, nothing is decided, and no second device is made."""
    await house.connected()
    before = entities(house, "hp-1")
    relink(house, ("hp-1", "hp-9"))
    house.cloud.weather.add(path=DEVICES, status=503)
    await polls(house, 2)
    assert house.devices().keys() == {"hp-1"}
    house.cloud.weather.clear()
    await house.poll()
    assert entities(house, "hp-9") == before


async def test_still_listed(house: House) -> None:
    """What is listed has not gone: the other one is a new one."""
    await house.connected()
    house.add_heat_pump("hp-9")
    await house.poll()
    assert house.devices().keys() == {"hp-1", "hp-9", "home"}
    assert questions(house) == []


@pytest.mark.parametrize("restart", [False, True])
async def test_in_the_middle_of_a_vacation(house: House, restart: bool) -> None:
    """What was set before comes back at the end, at the heat pump with the new id."""
    house.add_heat_pump("hp-1", settings={**AT_HOME})
    await house.connect()
    house.hass.config_entries.async_update_entry(house.entry, options=AWAY)
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    assert held(house, "hp-1", PREFERRED, HOT_WATER_MIN) == [16, 10]
    await see_relinked(house, restart=restart)
    assert house.shows("vacation_status", "hp-9") == "away"
    house.cloud.journal.clear()
    await reload(house)
    assert house.received() == []
    await house.act("climate.set_preset_mode", "climate", "hp-9", preset_mode="none")
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [21.5, 48]
    assert house.shows("vacation_status", "hp-9") == "home"


# Where it is not clear


UNCLEAR = {
    "another model": {"model": "F1255"},
    "another brand": {"brand": "ctc"},
    "no model": {"model": None},
}


async def test_both_unknown(house: House) -> None:
    """That the cloud tells of neither what it is makes them no more alike."""
    house.add_heat_pump("hp-1", model=None)
    await house.connect()
    relink(house, ("hp-1", "hp-9"))
    await house.poll()
    assert asked(house) == {"gone": "Heat pump", "there": "nibe hp-9"}


async def test_two_have_gone(house: House, browser: Browser) -> None:
    """Where only one of them is back, it may be either."""
    await house.connected("hp-1", "hp-2")
    before = entities(house, "hp-2")
    house.cloud.cloud.remove_heat_pump("hp-1")
    relink(house, ("hp-2", "hp-9"))
    await house.poll()
    assert asked(house)["gone"] == "Nibe S735 hp-1, Nibe S735 hp-2"
    await browser.answer(SAME, {"heat_pump": "hp-2"})
    assert entities(house, "hp-9") == before


@pytest.mark.parametrize("attributes", UNCLEAR.values(), ids=UNCLEAR)
async def test_asks(
    house: House, browser: Browser, attributes: dict[str, str | None]
) -> None:
    """Both are devices until somebody says that they are one; then the old one's entities and history go on."""
    await house.connected()
    before = await lived_in(house)
    device = house.device()
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", attributes)
    await house.poll()
    assert asked(house)["gone"] == "Old faithful"
    assert asked(house)["there"].endswith("hp-9")
    # Nobody has answered yet: the old one waits, the new one is already of use, and a restart changes nothing.
    await polls(house)
    await house.act("climate.set_hvac_mode", "climate", "hp-9", hvac_mode="off")
    await reload(house)
    await polls(house)
    assert house.devices().keys() == {"hp-1", "hp-9"}
    assert entities(house, "hp-1") == before
    interim = house.device("hp-9")
    registry = er.async_get(house.hass)
    helper = registry.async_get_or_create(
        "sensor", "helper", "one", device_id=interim.id
    )
    calendar = house.entity_id("vacation", "home")

    shown = await browser.answer(SAME)
    assert shown["type"] == "create_entry"
    assert questions(house) == []
    assert house.devices().keys() == {"hp-9"}
    assert house.device("hp-9").id == device.id
    assert dr.async_get(house.hass).async_get(interim.id) is None
    assert len(house.hass.states.async_all("climate")) == 1
    kept = registry.async_get(helper.entity_id)
    assert kept is not None
    assert kept.device_id == device.id
    assert house.entity_id("vacation", "home") == calendar
    await check_lived_in(house, before, "hp-9")
    await polls(house)
    await reload(house)
    assert entities(house, "hp-9") == before


async def test_asks_without_a_list(house: House, browser: Browser) -> None:
    """A key that may not read the list cannot tell: the one that has gone may come back."""
    house.cloud.weather.add(path=DEVICES, status=403)
    await house.connected()
    before = entities(house, "hp-1")
    relink(house, ("hp-1", "hp-9"))
    await house.poll()
    assert asked(house) == {"gone": "Heat pump", "there": "hp-9"}
    await browser.answer(SAME)
    assert entities(house, "hp-9") == before


async def test_another_one(house: House, browser: Browser) -> None:
    """Both stay apart, and the old one goes as any does that the cloud has no more."""
    await house.connected()
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await polls(house, 2 * UNTIL_REMOVED)
    before = entities(house, "hp-9")
    shown = await browser.answer(OTHER)
    assert shown["type"] == "create_entry"
    assert house.devices().keys() == {"hp-1", "hp-9"}
    await polls(house)
    assert house.devices().keys() == {"hp-9"}
    assert entities(house, "hp-9") == before
    assert questions(house) == []


async def test_several(house: House, browser: Browser) -> None:
    """Each new one is asked about by itself, and may be any of those that have gone."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2")
    await house.connect()
    dr.async_get(house.hass).async_update_device(
        house.device("hp-2").id, name_by_user="Annex"
    )
    before = {target: entities(house, target) for target in ("hp-1", "hp-2", "home")}
    relink(house, ("hp-1", "hp-8"), ("hp-2", "hp-9"))
    await house.poll()
    first, second = questions(house)
    for question, new in ((first, "hp-8"), (second, "hp-9")):
        assert question.translation_placeholders is not None
        assert question.translation_placeholders["there"] == f"nibe S735 {new}"
        assert question.translation_placeholders["gone"] == "Nibe S735 hp-1, Annex"
    assert house.devices().keys() == {"hp-1", "hp-2", "hp-8", "hp-9", "home"}

    ir.async_delete_issue(house.hass, DOMAIN, second.issue_id)
    shown = await browser.answer(SAME)
    assert (shown["type"], shown["step_id"]) == ("form", "same")
    (field,) = shown["data_schema"]
    assert field["selector"]["select"]["options"] == [
        {"value": "hp-1", "label": "Nibe S735 hp-1"},
        {"value": "hp-2", "label": "Annex"},
    ]
    await browser.answer(SAME, {"heat_pump": "hp-2"})
    assert house.devices().keys() == {"hp-1", "hp-8", "hp-9", "home"}
    assert entities(house, "hp-8") == before["hp-2"]
    assert entities(house, "home") == before["home"]
    assert house.device("hp-8").name_by_user == "Annex"


async def test_answered_too_late(house: House, browser: Browser) -> None:
    """One that is back meanwhile is not taken for another one, whatever a form that was open still offers."""
    await house.connected("hp-1", "hp-2", "hp-3")
    before = {target: entities(house, target) for target in ("hp-1", "hp-2")}
    for device_id in ("hp-1", "hp-2"):
        house.cloud.cloud.hide(device_id)
    house.add_heat_pump("hp-9", model="F1255")
    await house.poll()
    form = await browser.answer(SAME)
    assert form["step_id"] == "same"
    house.cloud.cloud.hide("hp-1", hidden=False)
    await house.poll()
    client = await browser.client()
    response = await client.post(
        f"/api/repairs/issues/fix/{form['flow_id']}", json={"heat_pump": "hp-1"}
    )
    assert (await response.json())["reason"] == "settled"
    assert {target: entities(house, target) for target in before} == before
    assert asked(house)["gone"] == "Nibe S735 hp-2"


async def test_unloaded_meanwhile(house: House) -> None:
    """A read that ends after the home was disconnected changes nothing; the next connection does."""
    await house.connected()
    before = entities(house, "hp-1")
    relink(house, ("hp-1", "hp-9"))
    house.cloud.weather.add(path=DEVICES, hold="after", times=1)
    poll = house.hass.async_create_task(house.entry.runtime_data.async_refresh())
    await house.cloud.weather.wait_for_held()
    entries = house.hass.config_entries
    await entries.async_unload(house.entry.entry_id)
    house.cloud.weather.release()
    await poll
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.NOT_LOADED
    assert house.devices().keys() == {"hp-1"}
    await entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert entities(house, "hp-9") == before


async def test_one_answer_narrows_the_next(house: House, browser: Browser) -> None:
    """What was said to be one cannot be another; nor is one known by itself while a question is open about it."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    await house.connect()
    before = {target: entities(house, target) for target in ("hp-1", "hp-2")}
    relink(house, ("hp-1", "hp-8"))
    house.cloud.cloud.update_heat_pump("hp-8", {"model": "S1256"})
    await house.poll()
    house.add_heat_pump("hp-9", model="S735")
    await house.poll()
    first, second = questions(house)
    assert house.devices().keys() == {"hp-1", "hp-2", "hp-8", "hp-9", "home"}
    ir.async_ignore_issue(house.hass, DOMAIN, second.issue_id, True)
    await browser.answer(SAME)
    assert entities(house, "hp-8") == before["hp-1"]
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, first.issue_id) is None
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, second.issue_id) is None
    assert entities(house, "hp-2") == before["hp-2"]


@pytest.mark.parametrize("listed_only", [False, True])
async def test_old_one_is_back(house: House, listed_only: bool) -> None:
    """Then it was another one, and the question closes itself."""
    await house.connected("hp-1", "hp-2")
    before = entities(house, "hp-1")
    house.cloud.cloud.hide("hp-1")
    house.add_heat_pump("hp-9", model="F1255")
    await house.poll()
    assert asked(house)["gone"] == "Nibe S735 hp-1"
    house.cloud.cloud.hide("hp-1", hidden=False)
    if listed_only:
        # It is listed, but has no settings yet.
        house.cloud.weather.add(
            path=SETTINGS,
            body={"data": [{"device_id": it} for it in ("hp-2", "hp-9")]},
        )
        await polls(house, 3)
    await house.poll()
    assert questions(house) == []
    assert house.devices().keys() == {"hp-1", "hp-2", "hp-9", "home"}
    assert entities(house, "hp-1") == before


async def test_new_one_is_gone_again(house: House, browser: Browser) -> None:
    """Then there is nothing to ask; both go as any does that the cloud has no more."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.remove_heat_pump("hp-1")
    house.add_heat_pump("hp-9", model="F1255")
    await house.poll()
    flow = await browser.answer()
    house.cloud.cloud.remove_heat_pump("hp-9")
    await polls(house, 2)
    assert len(questions(house)) == 1
    await polls(house, 2)
    assert questions(house) == []
    await polls(house)
    assert house.devices().keys() == {"hp-2"}
    # Whoever had it open already changes nothing any more.
    client = await browser.client()
    response = await client.post(
        f"/api/repairs/issues/fix/{flow['flow_id']}", json=SAME
    )
    shown = await response.json()
    assert (shown["type"], shown["reason"]) == ("abort", "settled")


@pytest.mark.parametrize("answered", [False, True])
async def test_old_one_is_deleted_by_hand(
    house: House, browser: Browser, answered: bool
) -> None:
    """Whoever deletes it has answered: there is nothing to go over any more."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.remove_heat_pump("hp-1")
    house.add_heat_pump("hp-9", model="F1255")
    await polls(house, 4)
    dr.async_get(house.hass).async_remove_device(house.device("hp-1").id)
    before = entities(house, "hp-9")
    if answered:
        await browser.answer(SAME)
    await house.poll()
    assert questions(house) == []
    assert entities(house, "hp-9") == before
    assert house.shows("climate", "hp-9") == "heat"


async def test_entry_is_removed(house: House) -> None:
    """A question is asked while the home is connected, and goes with it."""
    await house.connected()
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await house.poll()
    entries = house.hass.config_entries
    await entries.async_unload(house.entry.entry_id)
    assert questions(house) == []
    await entries.async_setup(house.entry.entry_id)
    assert len(questions(house)) == 1
    await entries.async_remove(house.entry.entry_id)
    assert questions(house) == []


async def test_entry_is_gone_while_it_is_answered(
    house: House, browser: Browser
) -> None:
    """Nothing is left to be answered then."""
    await house.connected()
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await house.poll()
    flow = await browser.answer()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    client = await browser.client()
    response = await client.post(
        f"/api/repairs/issues/fix/{flow['flow_id']}", json=SAME
    )
    assert (await response.json())["reason"] == "settled"


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("restart", [False, True])
async def test_asked_in_the_middle_of_a_vacation(
    house: House, browser: Browser, answered: bool, restart: bool
) -> None:
    """What the new one was found with is the vacation's: what was before it comes back, whether there is an answer or not."""
    house.add_heat_pump("hp-1", settings=AT_HOME)
    await house.connect()
    house.hass.config_entries.async_update_entry(house.entry, options=AWAY)
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await house.poll()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    if restart:
        await reload(house)
        await house.hass.async_block_till_done(wait_background_tasks=True)
    else:
        await polls(house)
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [16, 10]
    if answered:
        await browser.answer(SAME)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [16, 10]
    await house.act("climate.set_preset_mode", "climate", "hp-9", preset_mode="none")
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [21.5, 48]
    assert house.shows("vacation_status", "hp-9") == "home"
    if not answered:
        # What is set after that is nobody else's, and no late answer takes it back.
        await house.poll()
        await house.act("number.set_value", "preferred_temperature", "hp-9", value=16)
        await browser.answer(SAME)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [16, 48]
        assert house.shows("vacation_status", "hp-9") == "home"


async def test_another_one_in_the_middle_of_a_vacation(
    house: House, browser: Browser
) -> None:
    """What a new one was set to is its own, and comes back to it; the old one has its own, should it return."""
    house.add_heat_pump("hp-1", settings=AT_HOME)
    house.add_heat_pump("hp-2")
    await house.connect()
    house.hass.config_entries.async_update_entry(house.entry, options=AWAY)
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    house.cloud.cloud.hide("hp-1")
    house.add_heat_pump(
        "hp-9",
        model="F1255",
        settings={
            "room": {"preferred_temperature": 19},
            "dhw": {"temperature_lower_bound": 50},
        },
    )
    await house.poll()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [16, 10]
    await browser.answer(OTHER)
    house.cloud.cloud.hide("hp-1", hidden=False)
    await house.poll()
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="none")
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [19, 50]
    assert held(house, "hp-1", PREFERRED, HOT_WATER_MIN) == [21.5, 48]


async def test_several_asked_in_the_middle_of_a_vacation(
    house: House, browser: Browser
) -> None:
    """Where it may be one of several, what was set before is known with the answer."""
    for device_id, preferred in (("hp-1", 20.5), ("hp-2", 21.5)):
        house.add_heat_pump(
            device_id,
            settings={**AT_HOME, "room": {"preferred_temperature": preferred}},
        )
    await house.connect()
    house.hass.config_entries.async_update_entry(house.entry, options=AWAY)
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    await house.poll()
    # What a vacation sets is chosen anew, so that it sets something else at the new ones.
    house.hass.config_entries.async_update_entry(
        house.entry,
        options={"vacation": {**AWAY["vacation"], "preferred_temperature": 15}},
    )
    await reload(house)
    relink(house, ("hp-1", "hp-8"), ("hp-2", "hp-9"))
    await house.poll()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    first, second = questions(house)
    await browser.answer(SAME, {"heat_pump": "hp-1"}, question=first)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    # Nobody asks any more about the one that is known.
    assert [it.issue_id for it in questions(house)] == [second.issue_id]
    assert asked(house)["gone"] == "Nibe S735 hp-2"
    await browser.answer(SAME)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="none")
    assert held(house, "hp-8", PREFERRED, HOT_WATER_MIN) == [20.5, 48]
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [21.5, 48]


async def test_asked_while_welcomed_home(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """The hot water that is hotter for some hours after a vacation is as it was before it, at the new id, too."""
    house.add_heat_pump("hp-1", settings=AT_HOME)
    await house.connect()
    welcome = {"welcome_hours": 2, "welcome_temperature": 58}
    house.hass.config_entries.async_update_entry(
        house.entry, options={"vacation": {**AWAY["vacation"], **welcome}}
    )
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    await house.pass_time(freezer, 700)
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert held(house, "hp-1", PREFERRED, HOT_WATER_MIN) == [21.5, 58]
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await house.poll()
    assert house.shows("vacation_status", "hp-9") == "welcome_home"
    await house.pass_time(freezer, 2 * 3600 + 1)
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [21.5, 48]
    assert house.shows("vacation_status", "hp-9") == "home"


async def test_asked_until_after_a_vacation(house: House, browser: Browser) -> None:
    """With several nobody knows all that was set before; what the end of the vacation could do is the vacation's, too."""
    for device_id, preferred, hot_water in (("hp-1", 20.5, 50), ("hp-2", 21.5, 48)):
        house.add_heat_pump(
            device_id,
            settings={
                "room": {"preferred_temperature": preferred},
                "dhw": {"temperature_lower_bound": hot_water},
            },
        )
    await house.connect()
    house.hass.config_entries.async_update_entry(house.entry, options=AWAY)
    await reload(house)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    await house.poll()
    relink(house, ("hp-1", "hp-8"), ("hp-2", "hp-9"))
    await polls(house)
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="none")
    # The water is as hot as the hottest was.
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [16, 50]
    _, second = questions(house)
    await browser.answer(SAME, {"heat_pump": "hp-2"}, question=second)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert held(house, "hp-9", PREFERRED, HOT_WATER_MIN) == [21.5, 48]
    assert held(house, "hp-8", PREFERRED, HOT_WATER_MIN) == [16, 50]


# An entry that is about one heat pump only


async def one_of(house: House, *device_ids: str) -> dict[str, str]:
    """Connect the first of these heat pumps alone, and return its entities."""
    await house.connected(*device_ids, device_id=device_ids[0])
    return await lived_in(house)


@pytest.mark.parametrize("unknown_read_status", [200, 404])
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("beside", [(), ("hp-2",)])
async def test_same_one_alone(
    house: House, beside: tuple[str, ...], restart: bool, unknown_read_status: int
) -> None:
    """It has gone, and there is one more that was not listed beside it, alike: the entry is about that one from now on."""
    house.cloud.behaviour.unknown_read_status = unknown_read_status
    before = await one_of(house, "hp-1", *beside)
    device = house.device()
    calendar = house.entity_id("vacation")
    await see_relinked(house, restart=restart)
    assert house.entry.data["device_id"] == "hp-9"
    assert house.entry.title == "user-1 · hp-9"
    assert house.entry.unique_id == f"{house.cloud.url[7:]}/user-1/hp-9"
    assert house.devices().keys() == {"hp-9"}
    assert house.device("hp-9").id == device.id
    assert house.entity_id("vacation", "hp-9") == calendar
    await check_lived_in(house, before, "hp-9")


@pytest.mark.parametrize("unknown_read_status", [200, 404])
@pytest.mark.parametrize("title", [None, "Cottage"])
async def test_asks_about_one_alone(
    house: House, browser: Browser, unknown_read_status: int, title: str | None
) -> None:
    """One that is not alike is asked about; an answer moves the entry, whose name, if somebody gave it one, stays."""
    house.cloud.behaviour.unknown_read_status = unknown_read_status
    before = await one_of(house, "hp-1", "hp-2")
    if title is not None:
        house.hass.config_entries.async_update_entry(house.entry, title=title)
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await polls(house, 2 * UNTIL_REMOVED)
    assert asked(house) == {"gone": "Old faithful", "there": "nibe F1255 hp-9"}
    assert entities(house, "hp-1") == before
    await reload(house)
    shown = await browser.answer(SAME)
    assert shown["type"] == "create_entry"
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.entry.data["device_id"] == "hp-9"
    assert house.entry.title == (title or "user-1 · hp-9")
    assert house.entry.unique_id == f"{house.cloud.url[7:]}/user-1/hp-9"
    assert questions(house) == []
    await check_lived_in(house, before, "hp-9")


async def after_an_update(
    house: House, hass_storage: dict[str, Any], *pairs: tuple[str, str]
) -> None:
    """Link the account anew while Home Assistant gets the version that remembers what was listed."""
    entries = house.hass.config_entries
    await entries.async_unload(house.entry.entry_id)
    del hass_storage[f"{DOMAIN}.{house.entry.entry_id}"]["data"]["listed"]
    relink(house, *pairs)
    await entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()


async def test_asks_what_was_there_before(
    house: House, browser: Browser, hass_storage: dict[str, Any]
) -> None:
    """Where nobody knows what was listed beside it, each of those that may be it is one to choose."""
    for device_id in ("hp-1", "hp-2", "hp-3"):
        house.add_heat_pump(device_id)
    house.add_heat_pump("hp-4", model="F1255")
    await house.connect(device_id="hp-3")
    await house.connect(device_id="hp-1")
    before = await lived_in(house)
    await after_an_update(house, hass_storage, ("hp-1", "hp-9"))
    assert asked(house)["there"] == "nibe S735 hp-9, nibe S735 hp-2"
    await browser.answer(SAME, {"heat_pump": "hp-9"})
    await check_lived_in(house, before, "hp-9")


async def test_asks_what_was_there_before_of_others(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """Nor is the only one that may be it known to be new, where there are others."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    await house.connect(device_id="hp-1")
    await after_an_update(house, hass_storage, ("hp-1", "hp-9"))
    assert asked(house)["there"] == "nibe S735 hp-9"
    assert house.entry.data["device_id"] == "hp-1"


async def test_the_only_one_there_is(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """Where nobody knows what was listed beside it, the only one that there is, alike, is the same."""
    before = await one_of(house, "hp-1")
    await after_an_update(house, hass_storage, ("hp-1", "hp-9"))
    await check_lived_in(house, before, "hp-9")


async def test_one_alone_without_a_device(house: House, browser: Browser) -> None:
    """Where somebody has deleted the device, nobody knows brand and model; the answer moves the entry all the same."""
    await house.connected("hp-1", device_id="hp-1")
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    dr.async_get(house.hass).async_remove_device(house.device().id)
    relink(house, ("hp-1", "hp-9"))
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert asked(house) == {"gone": "hp-1", "there": "nibe S735 hp-9"}
    await browser.answer(SAME)
    assert house.entry.data["device_id"] == "hp-9"
    assert house.shows("climate", "hp-9") == "heat"


async def test_none_of_them(house: House, browser: Browser) -> None:
    """Whoever says that it is another one is not asked about that one again, but about the next."""
    await one_of(house, "hp-1", "hp-2")
    house.cloud.cloud.hide("hp-1")
    await house.poll()
    assert questions(house) == []
    house.add_heat_pump("hp-3", model="F1255")
    await house.poll()
    shown = await browser.answer(OTHER)
    assert (shown["type"], shown["reason"]) == ("abort", "left")
    await polls(house)
    await reload(house)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert questions(house) == []
    assert house.entry.data["device_id"] == "hp-1"
    assert house.devices().keys() == {"hp-1"}
    house.add_heat_pump("hp-4", model="F1255")
    await reload(house)
    assert asked(house)["there"] == "nibe F1255 hp-3, nibe F1255 hp-4"
    house.cloud.cloud.hide("hp-1", hidden=False)
    await reload(house)
    assert questions(house) == []
    assert house.shows("climate") == "off"


async def test_nothing_to_ask_about_one_alone(house: House) -> None:
    """What another entry is about cannot be it, and what nobody can list is not asked about."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2")
    await house.connect(device_id="hp-1")
    first = house.entry
    house.add_heat_pump("hp-3")
    await house.connect(device_id="hp-3")
    house.cloud.cloud.hide("hp-1")
    await first.runtime_data.async_refresh()
    house.cloud.weather.add(path=DEVICES, status=503)
    await first.runtime_data.async_refresh()
    assert questions(house) == []
    assert first.data["device_id"] == "hp-1"


async def test_only_one_without_settings(house: House) -> None:
    """What is listed has not gone, whatever else is listed."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    house.add_heat_pump("hp-9")
    house.cloud.weather.add(path=SETTINGS, body={"data": []})
    await polls(house)
    assert questions(house) == []
    assert house.entry.data["device_id"] == "hp-1"


@pytest.mark.parametrize("unknown_read_status", [200, 404])
async def test_typed_by_hand(house: House, unknown_read_status: int) -> None:
    """Whoever types the new id in place of one that the cloud has no more keeps the entities, whatever it is called."""
    house.cloud.behaviour.unknown_read_status = unknown_read_status
    before = await one_of(house, "hp-1", "hp-2")
    device = house.device()
    relink(house, ("hp-1", "hp-9"))
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    result = await house.submit(
        await house.open_form("reconfigure"),
        base_url=house.cloud.url,
        device_id="hp-9",
    )
    assert result["reason"] == "reconfigure_successful"
    assert house.entry.title == "user-1 · hp-9"
    assert house.device("hp-9").id == device.id
    assert questions(house) == []
    await check_lived_in(house, before, "hp-9")


async def test_typed_while_nobody_can_list(house: House) -> None:
    """Then it is taken for another one."""
    await one_of(house, "hp-1", "hp-2")
    device = house.device()
    house.cloud.weather.add(path=DEVICES, status=403)
    relink(house, ("hp-1", "hp-9"))
    await house.submit(
        await house.open_form("reconfigure"),
        api_key=KEY,
        base_url=house.cloud.url,
        device_id="hp-9",
    )
    assert house.entry.data["device_id"] == "hp-9"
    assert house.device("hp-9").id != device.id
    assert house.device("hp-1").id == device.id
