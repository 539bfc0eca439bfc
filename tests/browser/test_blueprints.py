"""A homeowner who makes an automation from a blueprint: what has to be clicked on and answered, and what it does then."""

from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import expect

from .clock import Clock
from .home import Home
from .pictures import Pictures
from .visitor import Visitor

NAME: Final = "Heat pump: window open"
OPEN_FOR: Final = 5 * 60
CLOSED_FOR: Final = 60
"""Seconds that the form has from the start."""

AUTOMATION: Final = "automation.heat_pump_window_open"
THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"


async def test_window_open(
    home: Home,
    visitor: Visitor,
    clock: Clock,
    window: Callable[[str], Awaitable[None]],
    pictures: Pictures,
) -> None:
    """Two answers and six clicks, nothing to type: an open window switches the heat pump off, and all is back when it is closed."""
    before = dict(home.heat_pump.held)
    save = await visitor.fill_in_blueprint(NAME, "Kitchen window")
    pictures.keep("blueprint", await visitor.page.screenshot())
    await save.click()
    await visitor.reads(AUTOMATION, "on", current=0)
    assert await visitor.clicks() == 6

    await window("on")
    await visitor.reads(AUTOMATION, "on", current=1)
    clock.forward(OPEN_FOR)
    assert await home.changes(1) == [{"room": {"temperature_control_mode": "off"}}]
    await visitor.reads(THERMOSTAT, "off")
    await visitor.go("/heat-pump")
    await expect(visitor.card(FOR_A_WHILE)).to_contain_text(NAME)
    await visitor.reads(AUTOMATION, "on", current=0)
    await window("off")
    await visitor.reads(AUTOMATION, "on", current=1)
    clock.forward(CLOSED_FOR)
    await visitor.reads(FOR_A_WHILE, "none")
    await home.changes(2)
    assert home.heat_pump.held == before
