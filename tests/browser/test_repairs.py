"""Settings → Repairs: what somebody reads there, and what it takes to make it go away.

That a setting was not kept, or that the hot water stays cold, takes the integration some minutes to be sure of: too long
for a walk.
"""

import json

from playwright.async_api import Locator, expect

from custom_components.heatpump_steering.const import DOMAIN

from .home import Home
from .households import HEAT_PUMP
from .pictures import Pictures
from .visitor import Visitor


async def open_repair(visitor: Visitor, title: str) -> Locator:
    """Open a repair from the list, and return its dialog."""
    await visitor.go("/config/repairs")
    await visitor.page.locator("ha-config-repairs").get_by_text(title).click()
    return visitor.dialog()


async def test_account_link(home: Home, visitor: Visitor, pictures: Pictures) -> None:
    """A broken link to the manufacturer is told with what to do about it, and gone when it is mended."""
    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": True})
    await home.house.reload(home.entry_id)

    title = "The cloud has lost the link to the heat pump's manufacturer"
    dialog = await open_repair(visitor, title)
    await expect(dialog).to_contain_text("“Heat pump”")
    await expect(dialog.locator("ha-button", has_text="Learn more")).to_have_attribute(
        "href",
        "https://github.com/heatpump-steering/heatpump-steering/blob/main/docs/account-link.md",
    )
    pictures.keep("repair", await visitor.page.screenshot())
    # The dashboard says it too, as long as it lasts.
    badge = "binary_sensor.heat_pump_manufacturer_account"
    await visitor.go("/heat-pump")
    await expect(visitor.card(badge)).to_be_visible()

    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": False})
    await home.house.reload(home.entry_id)
    await expect(visitor.card(badge)).to_be_hidden()
    await visitor.go("/config/repairs")
    await expect(visitor.page.locator("ha-config-repairs-dashboard")).to_be_visible()
    await expect(visitor.page.get_by_text(title)).to_be_hidden()


async def test_fix(home: Home, visitor: Visitor) -> None:
    """An issue with a form goes when the form is sent: here that of a file that nobody can read."""
    folder = home.house.config_dir / ".storage"
    await home.house.api.command(
        "config_entries/disable", entry_id=home.entry_id, disabled_by="user"
    )
    [file] = folder.glob(f"{DOMAIN}.{home.entry_id}.vacation")
    damaged = json.loads(file.read_text(encoding="utf-8")) | {"data": {"plans": 7}}
    file.write_text(json.dumps(damaged), encoding="utf-8")
    await home.house.api.command(
        "config_entries/disable", entry_id=home.entry_id, disabled_by=None
    )
    await home.house.wait_for_entry(home.entry_id)

    title = "A file of Heat Pump Steering could not be read"
    dialog = await open_repair(visitor, title)
    await expect(dialog).to_contain_text(f"“{file.name}.damaged”")
    await visitor.press("Submit")
    await expect(dialog).to_contain_text("repaired")
    await visitor.go("/config/repairs")
    await expect(visitor.page.locator("ha-config-repairs-dashboard")).to_be_visible()
    await expect(visitor.page.get_by_text(title)).to_be_hidden()
