"""A homeowner who makes an automation from a blueprint: what has to be clicked on and answered, and what it does then."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from playwright.async_api import Locator, expect
import pytest

from scripts.demo.paths import ROOT

from .clock import Clock
from .home import Home
from .pictures import Pictures
from .visitor import Visitor

FOLDER: Final = ROOT / "blueprints" / "automation"
BLUEPRINT: Final = "heatpump_steering/window_open.yaml"
NAME: Final = "Heat pump: window open"
OPEN_FOR: Final = 5 * 60
CLOSED_FOR: Final = 60
"""Seconds that the form has from the start."""

AUTOMATION: Final = "automation.heat_pump_window_open"
WINDOW: Final = "binary_sensor.kitchen_window"
THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"


class Clicks:
    """A hand that counts."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.count = 0

    async def __call__(self, what: Locator) -> None:
        """Click on something."""
        await what.click()
        self.count += 1


@pytest.fixture
async def window(home: Home) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Return a window to open and to close. Afterwards there is none, nor a blueprint or an automation."""
    api = home.house.api

    async def is_open(state: str) -> None:
        await api.post(
            f"/api/states/{WINDOW}",
            {
                "state": state,
                "attributes": {
                    "device_class": "window",
                    "friendly_name": "Kitchen window",
                },
            },
        )

    await is_open("off")
    await api.command(
        "blueprint/save",
        domain="automation",
        path=BLUEPRINT,
        yaml=(FOLDER / BLUEPRINT).read_text(encoding="utf-8"),
        allow_override=True,
    )
    yield is_open
    for state in await api.get("/api/states"):
        if state["entity_id"].startswith("automation."):
            await api.delete(
                f"/api/config/automation/config/{state['attributes']['id']}"
            )
    await api.command("blueprint/delete", domain="automation", path=BLUEPRINT)
    await api.delete(f"/api/states/{WINDOW}")


async def test_window_open(
    home: Home,
    visitor: Visitor,
    clock: Clock,
    window: Callable[[str], Awaitable[None]],
    pictures: Pictures,
) -> None:
    """Two answers and six clicks, nothing to type: an open window switches the heat pump off, and all is back when it is closed."""
    before = dict(home.heat_pump.held)
    page = visitor.page
    clicks = Clicks()
    await visitor.go("/config/blueprint/dashboard")
    await clicks(page.locator("ha-data-table").get_by_text(NAME))
    form = page.locator("blueprint-automation-editor")
    option = page.locator("ha-picker-combo-box").get_by_role("option")
    await clicks(form.locator("ha-devices-picker ha-picker-field"))
    await clicks(option.filter(has_text=visitor.said("device.heat_pump.name")).first)
    await clicks(form.locator("ha-entities-picker ha-picker-field"))
    await clicks(option.filter(has_text="Kitchen window"))
    pictures.keep("blueprint", await page.screenshot())
    save = await visitor.words("ui.common.save")
    await clicks(form.get_by_role("button", name=save, exact=True))
    await visitor.reads(AUTOMATION, "on", current=0)
    assert clicks.count == 6

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
