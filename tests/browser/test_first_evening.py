"""The first evening of a homeowner, from nothing to a dashboard, a boost, a vacation and an automation, click by click."""

from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import expect
import pytest

from scripts.demo import House
from scripts.demo.simulated import KEY
from simulator import Simulator

from .households import USER_ID
from .scenes import Scene
from .visitor import Visitor

THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"
BACK_TO_NORMAL: Final = "button.heat_pump_back_to_normal"


@pytest.mark.parametrize(
    "scene", [Scene(it, "light", "desktop") for it in ("en", "de", "nl")], ids=str
)
async def test_first_evening(
    cloud: Simulator,
    empty_house: House,
    visitor: Visitor,
    window: Callable[[str], Awaitable[None]],
    scene: Scene,
) -> None:
    """Connecting takes seven clicks and two typed answers, with the room's sensor; the dashboard three clicks, a boost, its end, and a vacation one each."""
    counted = 0

    async def clicks() -> int:
        nonlocal counted
        before, counted = counted, await visitor.clicks()
        return counted - before

    await visitor.go("/config/integrations/dashboard")
    form = await visitor.add_integration()
    await form.locator("input[name=api_key]").fill(KEY)
    await form.locator("input[name=user_id]").fill(USER_ID)
    assert await clicks() == 2
    # Homeowners leave it as it is.
    await visitor.pick_server(form, cloud.url)
    await clicks()
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await visitor.pick_room_sensor(form)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await visitor.press("ui.panel.config.integrations.config_flow.finish_skip")
    await visitor.has_left_the_dialog()
    assert await clicks() == 5

    await visitor.go("/config/lovelace/dashboards")
    await visitor.press("ui.panel.config.lovelace.dashboards.picker.add_dashboard")
    await (
        visitor.dialog()
        .locator("dashboard-card", has_text=visitor.said("title"))
        .click()
    )
    before = await empty_house.api.command("lovelace/dashboards/list")
    await visitor.press("ui.panel.config.lovelace.dashboards.detail.create")
    await visitor.has_left_the_dialog()
    assert await clicks() == 3
    [made] = [
        each
        for each in await empty_house.api.command("lovelace/dashboards/list")
        if each not in before
    ]

    try:
        await visitor.go(f"/{made['url_path']}")
        presets = visitor.card(THERMOSTAT).locator(
            "hui-climate-preset-modes-card-feature"
        )
        await presets.get_by_role("radio").last.click()
        await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="boost")
        assert await clicks() == 1
        await expect(visitor.card(FOR_A_WHILE)).to_be_visible()
        await visitor.card(BACK_TO_NORMAL).click()
        await visitor.reads(FOR_A_WHILE, "none")
        assert await clicks() == 1
        await presets.get_by_role("radio").nth(1).click()
        await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="away")
        await presets.get_by_role("radio").first.click()
        await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="none")
        assert await clicks() == 2

        save = await visitor.fill_in_blueprint(
            "Heat pump: window open", "Kitchen window"
        )
        await save.click()
        await visitor.reads("automation.heat_pump_window_open", "on", current=0)
        assert await clicks() == 6
    finally:
        await empty_house.api.command(
            "lovelace/dashboards/delete", dashboard_id=made["id"]
        )
