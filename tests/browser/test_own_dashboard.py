"""The dashboard that makes itself: added with a click, for whatever is connected, whatever it is called."""

from collections.abc import AsyncIterator
from typing import Final

from playwright.async_api import expect
import pytest

from scripts.demo import House
from scripts.demo.house import DOMAIN
from scripts.demo.simulated import HOME
from simulator import Simulator

from .home import Home
from .pictures import Pictures
from .scenes import Scene
from .visitor import Visitor

PATH: Final = "makes-itself"


async def remove_dashboard(house: House, url_path: str) -> None:
    """Take a dashboard out of the sidebar."""
    [dashboard_id] = [
        each["id"]
        for each in await house.api.command("lovelace/dashboards/list")
        if each["url_path"] == url_path
    ]
    await house.api.command("lovelace/dashboards/delete", dashboard_id=dashboard_id)


@pytest.fixture
async def added(house: House) -> AsyncIterator[str]:
    """Add the dashboard, as the click does, and return where it is."""
    await house.add_dashboard(
        PATH, {"title": "Ours", "strategy": {"type": "custom:heatpump-steering"}}
    )
    yield f"/{PATH}"
    await remove_dashboard(house, PATH)


@pytest.mark.usefixtures("past")
async def test_add(
    home: Home, visitor: Visitor, pictures: Pictures, scene: Scene
) -> None:
    """It is among those that can be added, in the words of the house, and is there after two more clicks."""
    page = visitor.page
    await visitor.go("/config/lovelace/dashboards")
    await visitor.press("ui.panel.config.lovelace.dashboards.picker.add_dashboard")
    offer = visitor.dialog().locator("dashboard-card", has_text=visitor.said("title"))
    await expect(offer).to_contain_text(visitor.said("common.dashboard_description"))
    await offer.scroll_into_view_if_needed()
    if scene.size == "desktop":
        pictures.keep("add-dashboard", await page.screenshot())
    await offer.click()
    form = visitor.dialog().locator("dialog-lovelace-dashboard-detail, ha-form").first
    await expect(form.get_by_role("textbox").first).to_have_value(
        visitor.said("common.dashboard_title")
    )
    before = await home.house.api.command("lovelace/dashboards/list")
    await visitor.press("ui.panel.config.lovelace.dashboards.detail.create")
    await visitor.has_left_the_dialog()
    [made] = [
        each
        for each in await home.house.api.command("lovelace/dashboards/list")
        if each not in before
    ]
    try:
        await visitor.go(f"/{made['url_path']}")
        await expect(
            visitor.card("climate.heat_pump").locator("ha-control-circular-slider")
        ).to_be_visible()
        await visitor.sees_theme(scene.theme)
        await visitor.sees_graph(lines=4, points=10)
        await visitor.sees_calendar()
        await visitor.finds_all_cards_well()
        assert await visitor.names_cut_short() == []
        for word in ("room", "comfort", "hot_water", "electricity"):
            heading = visitor.said(f"common.dashboard_{word}")
            await expect(page.get_by_text(heading, exact=True).first).to_be_visible()
        assert visitor.errors == []
    finally:
        await remove_dashboard(home.house, made["url_path"])


async def test_several(
    cloud: Simulator, empty_house: House, visitor: Visitor, added: str
) -> None:
    """Each heat pump has a view, and all of them one; what is unknown there cannot be stepped through."""
    await empty_house.connect(cloud.url, user_id=HOME)
    page = visitor.page
    await visitor.go(added)
    everything = visitor.said("device.home.name")
    tabs = page.locator("ha-tab-group-tab")
    await expect(tabs).to_have_text(["Nibe S735", "Nibe S1256", everything])
    increment = await visitor.words("ui.components.number-buttons.increment")
    # The room's two, and hot water's; the thermostat has its own.
    steps = page.locator("hui-numeric-input-card-feature").get_by_label(increment)
    await expect(steps).to_have_count(5)
    await visitor.finds_all_cards_well()
    assert await visitor.names_cut_short() == []

    await tabs.filter(has_text=everything).click()
    await expect(
        page.get_by_text(visitor.said("common.dashboard_several").split("*")[0])
    ).to_be_visible()
    await expect(steps).to_have_count(0)
    await visitor.finds_all_cards_well()
    assert await visitor.names_cut_short() == []
    assert visitor.errors == []


async def test_renamed(home: Home, visitor: Visitor, added: str) -> None:
    """Whatever an entity is called, it is there and works, under the name that it was given."""
    number, renamed = "number.heat_pump_hot_water_max", "number.tank"
    command = "config/entity_registry/update"
    api = home.house.api
    await visitor.go(added)
    await visitor.expect_number(number, 55)
    try:
        await api.command(command, entity_id=number, new_entity_id=renamed, name="Tank")
        # The page is open, and follows.
        await expect(visitor.card(renamed)).to_contain_text("Tank")
        await visitor.expect_number(renamed, 55)
        await visitor.increase(renamed)
        assert await home.changes(1) == [{"dhw": {"temperature_upper_bound": 56}}]
    finally:
        await api.command(command, entity_id=renamed, new_entity_id=number, name=None)


async def test_in_force(home: Home, visitor: Visitor, added: str) -> None:
    """What is set for a while is there as long as it is in force, with the button that ends it."""
    await visitor.go(added)
    what = visitor.card("sensor.heat_pump_for_a_while")
    button = visitor.card("button.heat_pump_back_to_normal")
    await expect(visitor.card("climate.heat_pump")).to_be_visible()
    await expect(what).to_be_hidden()
    await expect(button).to_be_hidden()
    await home.house.api.post(
        f"/api/services/{DOMAIN}/override_settings",
        {
            "entity_id": "climate.heat_pump",
            "hot_water_min": 50,
            "name": "Bath",
            "duration": {"hours": 2},
        },
    )
    await expect(what).to_contain_text("Bath")
    await visitor.sees_in(visitor.card("sensor.heat_pump_back_to_normal_at"), 2, "hour")
    assert await visitor.names_cut_short() == []
    await visitor.finds_all_cards_well()
    await button.click()
    await expect(what).to_be_hidden()
    assert await home.changes(2) == [
        {"dhw": {"temperature_lower_bound": 50}},
        {"dhw": {"temperature_lower_bound": 45}},
    ]


@pytest.mark.usefixtures("empty_house")
async def test_nothing(visitor: Visitor, added: str) -> None:
    """Where nothing is connected, the way to connect it is one click away."""
    await visitor.go(added)
    card = visitor.page.locator("hui-markdown-card")
    await expect(card).to_contain_text(
        visitor.said("common.dashboard_nothing", page="").split("[")[0].strip()
    )
    await card.get_by_role("link").click()
    await visitor.page.wait_for_url(f"**/config/integrations/integration/{DOMAIN}")
    await expect(
        visitor.page.get_by_text(visitor.said("title"), exact=True).first
    ).to_be_visible()
