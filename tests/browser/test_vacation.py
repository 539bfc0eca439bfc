"""A vacation, planned in the calendar as somebody does before leaving."""

from typing import Final

from playwright.async_api import expect

from .home import Home
from .visitor import Visitor

CALENDAR: Final = "calendar.heat_pump_vacations"
THERMOSTAT: Final = "climate.heat_pump"


async def test_vacation(home: Home, visitor: Visitor) -> None:
    """It lets the room get colder from the moment it is there, and brings everything back when it is deleted."""
    before = dict(home.heat_pump.held)
    page = visitor.page
    await visitor.go("/calendar")
    await visitor.press("Add event")
    editor = page.locator("dialog-calendar-event-editor")
    await editor.locator("input[name=summary]").fill("Skiing")
    await editor.locator("ha-switch#all_day").click()
    await editor.get_by_role("button", name="Add event").click()
    await visitor.reads(CALENDAR, "on", message="Skiing")
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="away")
    [change, *_] = await home.changes(1)
    colder = change["room"]["preferred_temperature"]
    assert colder < before["room.preferred_temperature"]
    assert home.heat_pump.held["room.preferred_temperature"] == colder

    await visitor.go("/heat-pump")
    await visitor.expect_number("number.heat_pump_preferred_temperature", colder)
    await expect(page.locator("hui-calendar-card")).to_contain_text("Skiing")

    await visitor.go("/calendar")
    await page.locator("ha-full-calendar").get_by_text("Skiing").click()
    await visitor.press("Delete event")
    await visitor.press("Delete")
    await visitor.reads(CALENDAR, "off")
    await visitor.reads(THERMOSTAT, "heat_cool", preset_mode="none")
    await home.changes(2)
    assert home.heat_pump.held == before
