"""Settings → Repairs: what somebody reads there, and what it takes to make it go away.

That a setting was not kept, or that the hot water stays cold, takes the integration some minutes to be sure of: too long
for a walk.
"""

import json

from playwright.async_api import Locator, expect

from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.issues import ACCOUNT_LINK_PAGE

from .home import Home
from .households import HEAT_PUMP
from .pictures import Pictures
from .visitor import Visitor


async def open_repair(visitor: Visitor, title: str) -> Locator:
    """Open a repair from the list, and return its dialog."""
    await visitor.go("/config/repairs")
    await visitor.page.locator("ha-config-repairs").get_by_text(title).click()
    return visitor.dialog()


async def expect_mended(visitor: Visitor, title: str) -> None:
    """Wait until the list has no repair any more."""
    await visitor.go("/config/repairs")
    nothing = await visitor.words("ui.panel.config.repairs.no_repairs")
    await expect(visitor.page.get_by_text(nothing)).to_be_visible()
    await expect(visitor.page.get_by_text(title)).to_be_hidden()


async def expect_told(dialog: Locator, description: str) -> None:
    """Wait until a dialog says all of this, but for links, which it writes in its own way."""
    for paragraph in description.split("\n\n"):
        if not paragraph.startswith("["):
            await expect(dialog).to_contain_text(paragraph)


async def expect_page_to_learn_from(
    visitor: Visitor, dialog: Locator, page: str
) -> None:
    """Wait until a dialog's button leads to a page of the docs."""
    learn_more = await visitor.words("ui.panel.config.repairs.dialog.learn")
    await expect(dialog.locator("ha-button", has_text=learn_more)).to_have_attribute(
        "href", page
    )


async def test_account_link(home: Home, visitor: Visitor, pictures: Pictures) -> None:
    """A broken link to the manufacturer is told with what to do about it, and gone when it is mended."""
    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": True})
    await home.house.reload(home.entry_id)

    title = visitor.said("issues.account_link.title")
    dialog = await open_repair(visitor, title)
    heat_pump = visitor.said("device.heat_pump.name")
    await expect_told(
        dialog, visitor.said("issues.account_link.description", heat_pump=heat_pump)
    )
    await expect_page_to_learn_from(visitor, dialog, ACCOUNT_LINK_PAGE)
    pictures.keep("repair", await visitor.page.screenshot())
    # The dashboard says it too, as long as it lasts.
    badge = "binary_sensor.heat_pump_manufacturer_account"
    await visitor.go("/heat-pump")
    await expect(visitor.card(badge)).to_be_visible()

    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": False})
    await home.house.reload(home.entry_id)
    await expect(visitor.card(badge)).to_be_hidden()
    await expect_mended(visitor, title)


async def test_damaged_file(home: Home, visitor: Visitor) -> None:
    """A file that nobody can read is told until somebody has seen to it."""
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

    texts = "issues.damaged_file.fix_flow.step.confirm"
    title = visitor.said("issues.damaged_file.title")
    dialog = await open_repair(visitor, title)
    await expect_told(
        dialog, visitor.said(f"{texts}.description", copy=f"{file.name}.damaged")
    )
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    await expect_mended(visitor, title)
