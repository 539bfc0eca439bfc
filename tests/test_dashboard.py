"""The dashboard that makes itself: what it shows of which home, and to whom it is offered."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
import sys
from types import ModuleType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)
from yarl import URL

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict

from .house import House

ROOT = Path(__file__).parent.parent
YAML = ROOT / "dashboards" / "heat_pump.yaml"
STRATEGY = ROOT / "custom_components" / DOMAIN / "dashboard" / "strategy.js"
ROOM = "sensor.living_room_temperature"
UNTIL_REMOVED = 5
"""So many reads without it, and the device of a heat pump is removed."""
CONTROL = {"type": "numeric-input", "style": "buttons"}

type Json = dict[str, Any]
type Ask = Callable[[], Awaitable[Json]]


@pytest.fixture
def ask(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
) -> Ask:
    """Return what asks for the dashboard, as the browser of somebody does who may look at the house and no more."""

    async def ask() -> Json:
        assert await async_setup_component(hass, DOMAIN, {})
        page = await hass_ws_client(hass, hass_read_only_access_token)
        await page.send_json_auto_id({"type": f"{DOMAIN}/dashboard"})
        answer = await page.receive_json()
        assert answer["success"], answer
        found = answer["result"]
        assert isinstance(found, dict)
        return found

    return ask


async def pick_room_sensor(house: House, target: str = "") -> None:
    """Pick a sensor for the temperature of the room."""
    house.hass.states.async_set(ROOM, "20.3", {"unit_of_measurement": "°C"})
    house.hass.config_entries.async_update_entry(
        house.entry, options={"room_sensors": {target: ROOM}}
    )


async def add_preset(house: House, name: str) -> None:
    """Add a preset as a person does, by a name of theirs or one that Home Assistant has."""
    flows = house.hass.config_entries.subentries
    form = await flows.async_init(
        (house.entry.entry_id, "preset"), context={"source": SOURCE_USER}
    )
    result = await flows.async_configure(
        form["flow_id"],
        {"optimization": {}, "name": name, "preferred_temperature": 19},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY, result


def below(found: Any) -> Iterator[Json]:
    """Yield everything that has keys in a part of a dashboard."""
    if isinstance(found, dict):
        yield found
        found = [*found.values()]
    if isinstance(found, list):
        for each in found:
            yield from below(each)


def entities(found: Any) -> set[str]:
    """Return the entities that a part of a dashboard is about."""
    return {
        entity
        for each in below(found)
        for entity in (each.get("entity"), each.get("entity_id"))
        if isinstance(entity, str)
    }


def cards(found: Any, entity_id: str) -> list[Json]:
    """Return the cards of an entity, without conditions that are about it."""
    return [
        each
        for each in below(found)
        if each.get("entity") == entity_id and "type" in each
    ]


def headings(view: Json) -> list[str]:
    """Return the headings of a view."""
    return [each["heading"] for each in below(view) if "heading" in each]


async def test_as_pasted(house: House, ask: Ask) -> None:
    """In an English house with one heat pump and a room sensor, it is the one that is there to be pasted."""
    await house.connected()
    await pick_room_sensor(house, "hp-1")
    assert await ask() == load_yaml_dict(str(YAML))


async def test_without_a_room_sensor(house: House, ask: Ask) -> None:
    """The graph does without, also after the sensor has gone."""
    await house.connected()
    assert ROOM not in entities(await ask())
    await pick_room_sensor(house, "hp-1")
    assert ROOM in entities(await ask())
    house.hass.states.async_remove(ROOM)
    assert ROOM not in entities(await ask())


async def test_language(house: House, ask: Ask) -> None:
    """All words are in the language of the house."""
    house.hass.config.language = "nl"
    await house.connected()
    dashboard = await ask()
    assert dashboard["title"] == "Warmtepomp"
    [view] = dashboard["views"]
    assert view["title"] == "Warmtepomp"
    assert headings(view) == [
        "Kamer",
        "Comfort",
        "Warm water",
        "Elektriciteit",
        "Vakantie",
    ]


async def test_several(house: House, ask: Ask) -> None:
    """Each heat pump has a view of its own, and then all of them; the calendar is the home's, the links are their own."""
    await house.connected("hp-1", "hp-2")
    await pick_room_sensor(house)
    views = (await ask())["views"]
    assert [(view["title"], view["path"]) for view in views] == [
        ("Nibe S735 hp-1", "nibe-s735-hp-1"),
        ("Nibe S735 hp-2", "nibe-s735-hp-2"),
        ("All heat pumps", "all-heat-pumps"),
    ]
    assert not any("icon" in view for view in views)
    for view, target in zip(views, ("hp-1", "hp-2", "home"), strict=True):
        assert house.entity_id("climate", target) in entities(view)
        assert (ROOM in entities(view)) == (target == "home")
        [calendar] = [it for it in below(view) if it.get("type") == "calendar"]
        assert calendar["entities"] == [house.entity_id("vacation", "home")]
        links = {
            it
            for it in ("hp-1", "hp-2")
            if house.entity_id("account_link", it) in entities(view)
        }
        assert links == ({"hp-1", "hp-2"} if target == "home" else {target})


async def test_numbers_that_differ(house: House, ask: Ask) -> None:
    """What all heat pumps have is stepped through only while it is known; what one has, always."""
    await house.connected("hp-1", "hp-2")
    *_, home = (await ask())["views"]
    number = house.entity_id("hot_water_min", "home")
    [graph] = [it for it in below(home) if it.get("type") == "history-graph"]
    assert graph["visibility"] == [
        {
            "condition": "state",
            "entity": house.entity_id("preferred_temperature", "home"),
            "state_not": "unknown",
        }
    ]
    [text] = [it for it in below(home) if it.get("type") == "markdown"]
    assert text["content"].startswith("What you set here is set at all heat pumps.")
    known, unknown = cards(home, number)
    assert known["features"] == [CONTROL]
    assert known["visibility"] == [
        {"condition": "state", "entity": number, "state_not": "unknown"}
    ]
    assert "features" not in unknown
    assert unknown["visibility"] == [
        {"condition": "state", "entity": number, "state": "unknown"}
    ]


async def test_only_a_graph(house: House, ask: Ask) -> None:
    """Where nobody wants the numbers of all heat pumps, the graph is there with its heading, while it has something to show."""
    await house.connected("hp-1", "hp-2")
    for key in ("preferred_temperature", "allowed_below", "allowed_above"):
        er.async_get(house.hass).async_update_entity(
            house.entity_id(key, "home"), disabled_by=er.RegistryEntryDisabler.USER
        )
    *_, home = (await ask())["views"]
    heading, graph = home["sections"][1]["cards"]
    assert heading["heading"] == "Comfort"
    edge = house.entity_id("room_may_fall_to", "home")
    assert heading["visibility"] == graph["visibility"]
    assert graph["visibility"][0]["entity"] == edge
    assert graph["entities"][0]["entity"] == edge


async def test_write_only(house: House, ask: Ask) -> None:
    """Where nothing can be read, a number may be unknown as well, and nothing is said of what only reading tells."""
    await house.connected()
    dashboard = await ask()
    assert entities(dashboard) >= {
        status := house.entity_id("settings_status"),
        link := house.entity_id("account_link"),
    }
    assert len(cards(dashboard, number := house.entity_id("hot_water_min"))) == 1
    house.hass.config_entries.async_update_entry(
        house.entry, data={**house.entry.data, "write_only": True}
    )
    house.cloud.weather.add(method="GET", status=403)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    dashboard = await ask()
    assert not entities(dashboard) & {status, link}
    assert len(cards(dashboard, number)) == 2


async def test_never_read(house: House, ask: Ask) -> None:
    """A home that could not be read yet stands for all of its heat pumps."""
    house.add_heat_pump()
    house.cloud.weather.add(method="GET", status=403)
    await house.connect()
    [view] = (await ask())["views"]
    assert view["title"] == "Heat pump"
    assert house.entity_id("climate", "home") in entities(view)
    assert not [it for it in below(view) if it.get("type") == "markdown"]


async def test_renamed(house: House, ask: Ask) -> None:
    """Entities are found whatever they are called, and a device has the name that somebody has given it."""
    await house.connected()
    registry = er.async_get(house.hass)
    for number, entity in enumerate([*registry.entities.values()]):
        registry.async_update_entity(
            entity.entity_id, new_entity_id=f"{entity.domain}.basement_{number}"
        )
    dr.async_get(house.hass).async_update_device(
        house.device().id, name_by_user="Basement"
    )
    await house.hass.async_block_till_done()
    [view] = (await ask())["views"]
    assert (view["title"], view["path"]) == ("Basement", "basement")
    found = entities(view)
    assert len(found) == 18
    assert all(".basement_" in entity_id for entity_id in found)


async def test_long_names(house: House, ask: Ask) -> None:
    """Where a name has no room beside the control, all of those below each other have it below."""
    await house.connected()
    number = house.entity_id("hot_water_max")
    er.async_get(house.hass).async_update_entity(number, name="Warmest, in the tank")
    dashboard = await ask()

    def position(key: str) -> str:
        [card] = cards(dashboard, house.entity_id(key))
        found = card["features_position"]
        assert isinstance(found, str)
        return found

    [card] = cards(dashboard, number)
    assert card["name"] == {"type": "entity"}
    assert position("hot_water_min") == position("hot_water_max") == "bottom"
    assert position("allowed_below") == position("dynamic_tariff") == "inline"


async def test_disabled_and_hidden(house: House, ask: Ask) -> None:
    """What somebody does not want to see is not there, nor a heading above nothing."""
    await house.connected()
    registry = er.async_get(house.hass)
    for key in ("dynamic_tariff", "pv_self_consumption", "flex_trading"):
        registry.async_update_entity(
            house.entity_id(key), hidden_by=er.RegistryEntryHider.USER
        )
    [view] = (await ask())["views"]
    assert headings(view) == ["Room", "Comfort", "Hot water", "Vacation"]
    for entity in [*registry.entities.values()]:
        if entity.translation_key != "back_to_normal":
            registry.async_update_entity(
                entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER
            )
    [view] = (await ask())["views"]
    assert (view["badges"], view["sections"]) == ([], [])


@pytest.mark.parametrize(
    ("presets", "style"),
    [
        ([], "icons"),
        (["eco", "comfort"], "icons"),
        (["eco", "comfort", "sleep"], "dropdown"),
        (["Party"], "dropdown"),
    ],
)
async def test_presets(house: House, ask: Ask, presets: list[str], style: str) -> None:
    """Presets are icons, unless there are many, or one that has none of its own."""
    await house.connected()
    for name in presets:
        await add_preset(house, name)
    [view] = (await ask())["views"]
    [thermostat] = cards(view, house.entity_id("climate"))
    assert thermostat["features"][1] == {"type": "climate-preset-modes", "style": style}


async def test_two_homes(house: House, ask: Ask) -> None:
    """Where things of two homes are called the same, each is called by its home, too, and is found by a path of its own."""
    await house.connected()
    house.add_heat_pump("hp-9", user_id="user-2")
    await house.connect(user_id="user-2")
    assert [(view["title"], view["path"]) for view in (await ask())["views"]] == [
        ("user-1 · Heat pump", "user-1-heat-pump"),
        ("user-2 · Heat pump", "user-2-heat-pump"),
    ]
    for entry in house.hass.config_entries.async_entries(DOMAIN):
        house.hass.config_entries.async_update_entry(entry, title="Ours")
    assert [view["path"] for view in (await ask())["views"]] == [
        "ours-heat-pump",
        "ours-heat-pump-2",
    ]
    await house.hass.config_entries.async_set_disabled_by(
        house.entry.entry_id, ConfigEntryDisabler.USER
    )
    await house.hass.async_block_till_done()
    [view] = (await ask())["views"]
    assert view["path"] == "heat-pump"


async def test_while_the_cloud_is_away(house: House, ask: Ask) -> None:
    """A home that is not set up for the moment is shown all the same."""
    await house.connected("hp-1", "hp-2")
    er.async_get(house.hass).async_update_entity(
        switch := house.entity_id("schedule"),
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    before = await ask()
    assert switch not in entities(before)
    house.cloud.weather.add(status=503)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert await ask() == before


async def test_a_heat_pump_less(house: House, ask: Ask) -> None:
    """When only one heat pump is left, it is all of the home."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.remove_heat_pump("hp-2")
    for _ in range(UNTIL_REMOVED):
        await house.poll()
    views = (await ask())["views"]
    assert house.entity_id("climate") in entities(views)
    assert len(views) == 1


async def test_nothing(house: House, ask: Ask) -> None:
    """Where no home is connected, it says so, and where one is."""
    dashboard = await ask()
    [view] = dashboard["views"]
    [card] = view["sections"][0]["cards"]
    assert card["type"] == "markdown"
    assert f"](/config/integrations/integration/{DOMAIN})" in card["content"]


@pytest.fixture
def _pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the pages of the frontend, which are not in this environment."""
    pages = ModuleType("hass_frontend")
    vars(pages)["where"] = lambda: Path(__file__).parent
    monkeypatch.setitem(sys.modules, "hass_frontend", pages)


@pytest.mark.usefixtures("_pages")
async def test_offered(
    house: House, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Every page loads the module, from Home Assistant, and anew only after an update."""
    hass = house.hass
    assert await async_setup_component(hass, "frontend", {})
    await house.connected()
    version = (await async_get_integration(hass, DOMAIN)).version
    browser = await hass_client_no_auth()
    for language, description in (
        ("en", "Thermostat, comfort"),
        ("de", "Thermostat, Komfort"),
    ):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done()
        urls = hass.data["frontend_extra_module_url"].urls
        [url] = [URL(it) for it in urls if DOMAIN in it]
        assert url.query["version"] == version
        assert url.query["description"].startswith(description)
        answer = await browser.get(url)
        assert answer.content_type in ("text/javascript", "application/javascript")
        assert "max-age=" in answer.headers["Cache-Control"]
        assert await answer.read() == STRATEGY.read_bytes()


def test_keeps_to_itself() -> None:
    """The module gets nothing from anywhere but by the frontend's own connection."""
    source = STRATEGY.read_text(encoding="utf-8")
    for word in ("://", "import ", "import(", "fetch", "XMLHttp", "WebSocket", "src"):
        assert word not in source
