"""Presets of one's own, on the integration's page and at the thermostat."""

from typing import Final

from playwright.async_api import expect

from .home import Home
from .pictures import Pictures
from .visitor import Visitor

THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"
PAGE: Final = "/config/integrations/integration/heatpump_steering"


async def test_of_ones_own(home: Home, visitor: Visitor, pictures: Pictures) -> None:
    """It is added, chosen, changed while it is in force, and ends when it is removed."""
    before = dict(home.heat_pump.held)
    page = visitor.page
    await visitor.go(PAGE)
    boost = await visitor.words(
        "component.climate.entity_component._.state_attributes.preset_mode.state.boost"
    )
    await visitor.choose_from_menu(
        page.locator("ha-config-entry-row"),
        visitor.said("config_subentries.preset.initiate_flow.user"),
    )
    form = page.locator("step-flow-form")
    field = "config_subentries.preset.step.user.data"
    name = form.get_by_role("button", name=visitor.said(f"{field}.name"))
    # None that somebody might overlook, such as that of a preset that there is already.
    await expect(name).not_to_contain_text(boost)
    await name.click()
    await visitor.type_and_pick("Bath time")
    # What is typed before the form has the name would be lost.
    await expect(name).to_contain_text("Bath time")
    await visitor.type_number(form, visitor.said(f"{field}.hot_water_min"), 52)
    await visitor.type_number(form, visitor.said(f"{field}.preferred_temperature"), 22)
    hours = form.locator("ha-duration-input #hour input")
    await hours.fill("3")
    await hours.press("Tab")
    pictures.keep("preset", await page.screenshot())
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await visitor.press("ui.panel.config.integrations.config_flow.finish")
    await visitor.has_left_the_dialog()
    row = page.locator("ha-config-sub-entry-row").filter(has_text="Bath time")
    await expect(row).to_be_visible()

    await visitor.go("/heat-pump")
    await visitor.card(THERMOSTAT).locator("ha-icon-button").last.click()
    await visitor.choose_preset("Bath time")
    await visitor.close_dialog()
    assert await home.changes(1) == [
        {
            "room": {"preferred_temperature": 22},
            "dhw": {"temperature_lower_bound": 52},
        }
    ]
    await expect(visitor.card(FOR_A_WHILE)).to_contain_text("Bath time")
    await visitor.sees_in(visitor.card("sensor.heat_pump_back_to_normal_at"), 3, "hour")

    await visitor.go(PAGE)
    await row.get_by_role(
        "button",
        name=visitor.said("config_subentries.preset.initiate_flow.reconfigure"),
    ).click()
    await visitor.type_number(form, visitor.said(f"{field}.hot_water_min"), 54)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(visitor.dialog()).to_contain_text(
        visitor.said("config_subentries.preset.abort.reconfigure_successful")
    )
    close = await visitor.words("ui.panel.config.integrations.config_flow.close")
    await visitor.dialog().locator("ha-button", has_text=close).click()
    await visitor.has_left_the_dialog()
    assert home.heat_pump.held["dhw.temperature_lower_bound"] == 52
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="Bath time")

    await visitor.choose_from_menu(
        row, await visitor.words("ui.panel.config.integrations.config_entry.delete")
    )
    await visitor.press("ui.common.delete")
    await expect(row).to_have_count(0)
    await visitor.reads(FOR_A_WHILE, "none")
    await home.changes(2)
    assert home.heat_pump.held == before
