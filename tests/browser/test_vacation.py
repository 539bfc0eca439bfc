"""A vacation, planned in the calendar as somebody does before leaving."""

from typing import Final

from playwright.async_api import expect

from .home import Home
from .pictures import Pictures
from .visitor import Visitor

CALENDAR: Final = "calendar.heat_pump_vacations"
THERMOSTAT: Final = "climate.heat_pump"


async def test_in_the_calendar(
    home: Home, visitor: Visitor, pictures: Pictures
) -> None:
    """It lets the room get colder from the moment it is there, and brings everything back when it is deleted."""
    before = dict(home.heat_pump.held)
    page = visitor.page
    await visitor.go("/calendar")
    await visitor.press("ui.components.calendar.event.add")
    editor = page.locator("dialog-calendar-event-editor")
    await editor.locator("input[name=summary]").fill("Skiing")
    await editor.locator("ha-switch#all_day").click()
    await editor.get_by_role(
        "button", name=await visitor.words("ui.components.calendar.event.add")
    ).click()
    await visitor.reads(CALENDAR, "on", message="Skiing")
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="away")
    [change, *_] = await home.changes(1)
    # In heating and cooling it is the band that gets wider.
    colder = change["room"]["temperature_lower_bound"]
    assert colder > before["room.temperature_lower_bound"]
    assert home.heat_pump.held["room.temperature_lower_bound"] == colder

    await visitor.go("/heat-pump")
    await visitor.expect_number("number.heat_pump_colder_by_up_to", colder)
    await expect(page.locator("hui-calendar-card")).to_contain_text("Skiing")

    await visitor.go("/calendar")
    # An hour before midnight it reaches into tomorrow.
    event = page.locator("ha-full-calendar").get_by_text("Skiing").first
    await expect(event).to_be_visible()
    pictures.keep("calendar", await page.screenshot())
    await event.click()
    await visitor.press("ui.components.calendar.event.delete")
    await visitor.press("ui.common.delete")
    await visitor.reads(CALENDAR, "off")
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="none")
    await home.changes(2)
    assert home.heat_pump.held == before


async def test_at_the_thermostat(
    home: Home, visitor: Visitor, pictures: Pictures
) -> None:
    """One tap is a vacation, another one ends it."""
    before = dict(home.heat_pump.held)
    await visitor.go("/heat-pump")
    thermostat = visitor.card(THERMOSTAT)
    await thermostat.locator("#option-away").click()
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="away")
    await visitor.reads("sensor.heat_pump_vacation", "away")
    [change] = await home.changes(1)
    colder = change["room"]["temperature_lower_bound"]
    assert colder > before["room.temperature_lower_bound"]
    await visitor.expect_number("number.heat_pump_colder_by_up_to", colder)
    await visitor.sees_calendar()
    pictures.keep("away", await visitor.page.screenshot())
    await thermostat.locator("#option-none").click()
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="none")
    await home.changes(2)
    assert home.heat_pump.held == before
