"""What is set for a while: begun where people look for it, seen counting down, and over by itself or by a button."""

from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.async_api import expect
import pytest

from .clock import Clock
from .home import Home
from .pictures import Pictures
from .visitor import Visitor

THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"
BACK_TO_NORMAL_AT: Final = "sensor.heat_pump_back_to_normal_at"
BACK_TO_NORMAL: Final = "button.heat_pump_back_to_normal"


@pytest.mark.usefixtures("past")
async def test_boost(
    home: Home, visitor: Visitor, clock: Clock, pictures: Pictures
) -> None:
    """Chosen at the thermostat, Boost is on the dashboard with its end, which comes nearer, and over by itself."""
    before = dict(home.heat_pump.held)
    await visitor.go("/heat-pump")
    thermostat = visitor.card(THERMOSTAT)
    await thermostat.locator("ha-icon-button").last.click()
    boost = await visitor.words(
        "component.climate.entity_component._.state_attributes.preset_mode.state.boost"
    )
    await visitor.choose_preset(boost)
    await visitor.close_dialog()
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="boost")
    assert await home.changes(1) == [{"dhw": {"temperature_lower_bound": 55}}]

    await expect(visitor.card(FOR_A_WHILE)).to_contain_text(boost)
    end = visitor.card(BACK_TO_NORMAL_AT)
    await visitor.sees_in(end, 2, "hour")
    await visitor.expect_number("number.heat_pump_hot_water_min", 55)
    await visitor.finds_all_cards_well()
    assert not {FOR_A_WHILE, BACK_TO_NORMAL_AT, BACK_TO_NORMAL}.intersection(
        await visitor.names_cut_short()
    )
    pictures.keep("boost", await visitor.page.screenshot())
    await visitor.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=1))
    await visitor.sees_in(end, 1, "hour")

    with clock.later(timedelta(hours=2)):
        await visitor.reads(FOR_A_WHILE, "none")
    await expect(visitor.card(FOR_A_WHILE)).to_be_hidden()
    await expect(end).to_be_hidden()
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="none")
    await home.changes(2)
    assert home.heat_pump.held == before


async def test_override(home: Home, visitor: Visitor, pictures: Pictures) -> None:
    """Put together in the editor of automations, and run there, it is on the dashboard until its button is pressed."""
    before = dict(home.heat_pump.held)
    page = visitor.page
    await visitor.go("/config/automation/edit/new")
    await visitor.press("ui.panel.config.automation.editor.actions.add")
    dialog = page.locator("add-automation-element-dialog")
    targets = dialog.locator("ha-automation-add-from-target")
    # Until the page has them, it shows keys.
    await visitor.words("component.heatpump_steering.services.override_settings.name")
    # It is in no room.
    for name in (
        await visitor.words("ui.components.target-picker.type.devices"),
        visitor.said("device.heat_pump.name"),
    ):
        await targets.get_by_text(name, exact=True).last.click()
    name = visitor.said("services.override_settings.name")
    await dialog.locator(
        "ha-automation-add-items [slot=headline]", has_text=name
    ).click()

    form = page.locator("ha-service-control")
    for group in ("room", "hot_water", "optimization"):
        name = visitor.said(f"services.override_settings.sections.{group}.name")
        await expect(
            form.locator("ha-expansion-panel").filter(has_text=name)
        ).to_be_visible()
    await expect(form).to_contain_text(
        visitor.said("selector.control_mode.options.heating")
    )
    # How long, and nothing that nobody has chosen.
    await expect(form.get_by_role("checkbox", checked=True)).to_have_count(1)
    least = await visitor.tick("override_settings", "hot_water_min")
    await expect(least).to_contain_text("°C")
    await expect(least.locator("input")).to_have_value("0")
    await least.locator("input").fill("50")
    pictures.keep("for-a-while", await page.screenshot())
    await visitor.run_action()
    assert await home.changes(1) == [{"dhw": {"temperature_lower_bound": 50}}]

    await visitor.go("/heat-pump")
    name = visitor.said("entity.sensor.for_a_while.state.for_a_while")
    await expect(visitor.card(FOR_A_WHILE)).to_contain_text(name)
    await visitor.sees_in(visitor.card(BACK_TO_NORMAL_AT), 2, "hour")
    await visitor.card(BACK_TO_NORMAL).click()
    await visitor.reads(FOR_A_WHILE, "none")
    await expect(visitor.card(BACK_TO_NORMAL)).to_be_hidden()
    await home.changes(2)
    assert home.heat_pump.held == before
