"""What somebody sees when the cloud, or Home Assistant, says no."""

from typing import Final

from playwright.async_api import expect

from scripts.demo.simulated import KEY
from simulator.demo import SUPPLIER

from .home import Home
from .visitor import Visitor

HOT_WATER_AT_MOST: Final = "number.heat_pump_hot_water_max"
NEW_KEY: Final = "the-next-key"


async def test_refused_by_the_cloud(home: Home, visitor: Visitor) -> None:
    """The cloud's own words are in the toast, and the tile says what the cloud holds.

    Its buttons don't: Home Assistant's frontend leaves what was tried between them.
    """
    home.cloud.behaviour.validation_limits = {"dhw.temperature_upper_bound": (None, 55)}
    await visitor.go("/heat-pump")
    await visitor.expect_number(HOT_WATER_AT_MOST, 55)
    await visitor.increase(HOT_WATER_AT_MOST)
    reason = "Input should be less than or equal to 55"
    await visitor.sees_toast(visitor.said("exceptions.refused.message", reason=reason))
    await visitor.sees_calendar()
    await expect(
        visitor.card(HOT_WATER_AT_MOST).locator("ha-tile-info")
    ).to_contain_text("55 °C")
    assert await home.changes(1) == [{"dhw": {"temperature_upper_bound": 56}}]
    assert home.heat_pump.held["dhw.temperature_upper_bound"] == 55


async def test_switch_refused_by_the_cloud(home: Home, visitor: Visitor) -> None:
    """A switch that the cloud does not take says so, and is what it was."""
    home.cloud.weather.add(
        method="PATCH",
        status=422,
        body={"detail": [{"loc": ["body"], "msg": "No contract for it", "type": "x"}]},
    )
    await visitor.go("/heat-pump")
    flex_trading = visitor.card("switch.heat_pump_flex_trading")
    await flex_trading.get_by_role("switch").click()
    await visitor.sees_toast(
        visitor.said("exceptions.refused.message", reason="No contract for it")
    )
    off = await visitor.words("component.switch.entity_component._.state.off")
    await expect(flex_trading.locator("ha-tile-info")).to_contain_text(off)
    await visitor.expect_switch("switch.heat_pump_flex_trading", on=False)
    await visitor.expect_switch("switch.heat_pump_dynamic_tariff", on=True)
    assert home.heat_pump.held["optimization_settings.flex_trading"] is False


async def test_refused_by_home_assistant(home: Home, visitor: Visitor) -> None:
    """What cannot be is told at once, with the value in the way, and the box shows the true value again."""
    await visitor.go(f"/config/devices/device/{await home.device_id()}")
    box = visitor.card("number.heat_pump_hot_water_min").locator("input")
    await expect(box).to_have_value("45")
    await box.fill("60")
    await box.press("Enter")
    await visitor.sees_toast(
        visitor.said(
            "exceptions.hot_water_order.message", minimum="60 °C", maximum="55 °C"
        )
    )
    await expect(box).to_have_value("45")
    assert home.cloud.journal.patches() == []


async def test_new_key(home: Home, visitor: Visitor) -> None:
    """After the key was withdrawn a change fails, Home Assistant asks for the new key, and all goes on with it."""
    page = visitor.page
    home.cloud.cloud.set_keys(SUPPLIER, [NEW_KEY])
    await visitor.go("/heat-pump")
    await visitor.increase(HOT_WATER_AT_MOST)
    await visitor.sees_toast(visitor.said("exceptions.bad_key.message"))

    await visitor.go("/config/integrations/dashboard")
    await visitor.press("ui.panel.config.integrations.reconfigure")
    form = page.locator("step-flow-form")
    await form.locator("input[name=api_key]").fill(KEY)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(form.locator("ha-alert")).to_contain_text(
        visitor.said("config.error.invalid_auth")
    )
    await form.locator("input[name=api_key]").fill(NEW_KEY)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(page.locator("step-flow-abort")).to_contain_text(
        visitor.said("config.abort.reauth_successful")
    )
    await home.house.wait_for_entry(home.entry_id)

    home.cloud.journal.clear()
    await visitor.go("/heat-pump")
    await visitor.expect_number(HOT_WATER_AT_MOST, 55)
    await visitor.increase(HOT_WATER_AT_MOST)
    assert await home.changes(1) == [{"dhw": {"temperature_upper_bound": 56}}]
    await visitor.expect_number(HOT_WATER_AT_MOST, 56)
