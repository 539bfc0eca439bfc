"""Settings → Repairs: what somebody reads there, and what it takes to make it go away."""

import json
from typing import Final

from playwright.async_api import Locator, expect

from custom_components.heatpump_steering.const import DOMAIN, POLL_INTERVAL
from custom_components.heatpump_steering.model.accepted import (
    GRACE as KEEPS_WITHIN,
    MAX_RESENDS,
)
from custom_components.heatpump_steering.model.shadow import LONG_WAIT
from custom_components.heatpump_steering.ui.hot_water_watch import (
    GRACE as COLD_FOR_LONG,
)
from custom_components.heatpump_steering.ui.issues import (
    ACCOUNT_LINK_PAGE,
    HOT_WATER_PAGE,
    NOT_KEPT_PAGE,
)
from homeassistant.util.file import write_utf8_file_atomic

from .clock import Clock
from .home import Home
from .households import HEAT_PUMP
from .visitor import Visitor

HOT_WATER_MIN: Final = "number.heat_pump_hot_water_min"
HOT_WATER_MAX: Final = "number.heat_pump_hot_water_max"
STATUS: Final = "sensor.heat_pump_settings"


def title_of(
    visitor: Visitor, issue: str, heat_pump: str | None = None, **placeholders: str
) -> str:
    """Return the title of an issue, which names the heat pump."""
    return visitor.said(
        f"issues.{issue}.title",
        heat_pump_in_title=heat_pump or visitor.said("device.heat_pump.name"),
        **placeholders,
    )


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


HOSTILE: Final = (
    "[Click](https://evil.example) ![x](http://evil.example/x.png) <b>bold</b> <img src=x> "
    "*a* _b_ `c` https://evil.example www.evil.example me@evil.example &lt; | #"
)


async def test_names_are_no_markup(home: Home, visitor: Visitor) -> None:
    """What a heat pump is called is shown as it is: no link, no picture, and no backslash."""
    device_id = await home.device_id()

    async def call_it(name: str | None) -> None:
        await home.house.api.command(
            "config/device_registry/update", device_id=device_id, name_by_user=name
        )

    await call_it(HOSTILE)
    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": True})
    await home.house.reload(home.entry_id)
    dialog = await open_repair(visitor, title_of(visitor, "account_link", HOSTILE))
    await expect(dialog).to_contain_text(HOSTILE)
    text = dialog.locator("#dialog-repairs-issue-description")
    for markup in ("a", "img", "b", "em", "code"):
        await expect(text.locator(markup)).to_have_count(0)
    # Home Assistant remembers it also of a device that was removed.
    await call_it(None)


async def test_account_link(home: Home, visitor: Visitor) -> None:
    """A broken link to the manufacturer is told with what to do about it, and gone when it is mended."""
    home.cloud.cloud.update_heat_pump(HEAT_PUMP, {"needs_reauthentication": True})
    await home.house.reload(home.entry_id)

    title = title_of(visitor, "account_link")
    dialog = await open_repair(visitor, title)
    heat_pump = visitor.said("device.heat_pump.name")
    await expect_told(
        dialog, visitor.said("issues.account_link.description", heat_pump=heat_pump)
    )
    await expect_page_to_learn_from(visitor, dialog, ACCOUNT_LINK_PAGE)
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
    file = folder / f"{DOMAIN}.{home.entry_id}"
    damaged = json.loads(file.read_text(encoding="utf-8"))
    damaged["data"]["plans"] = 7
    # At once: what disabling puts back may be read at this moment, and half a file is another kind of damage.
    write_utf8_file_atomic(str(file), json.dumps(damaged))
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


async def cool_hot_water(home: Home, visitor: Visitor, clock: Clock) -> Locator:
    """Let the hot water become too cold by somebody else's doing, and open the repair for it."""
    home.cloud.cloud.change_settings(
        HEAT_PUMP, {"dhw": {"temperature_lower_bound": 35}}
    )
    clock.forward(POLL_INTERVAL.total_seconds())
    await visitor.reads(HOT_WATER_MIN, "35.0")
    clock.forward(COLD_FOR_LONG)
    return await open_repair(visitor, title_of(visitor, "hot_water"))


def put_back(visitor: Visitor, before: str) -> str:
    """Return what offers to set the hot water as it was before."""
    texts = "issues.hot_water.fix_flow.step.init"
    return visitor.said(f"{texts}.menu_options.put_back", before=before)


async def open_cold_hot_water(home: Home, visitor: Visitor, clock: Clock) -> Locator:
    """Let it become too cold from the dashboard's 45 °C, and read what Home Assistant says of it."""
    await visitor.go("/heat-pump")
    await visitor.expect_number(HOT_WATER_MIN, 45)
    dialog = await cool_hot_water(home, visitor, clock)
    await expect_told(
        dialog,
        visitor.said(
            "issues.hot_water.fix_flow.step.init.description",
            heat_pump=visitor.said("device.heat_pump.name"),
            minimum="35 °C",
            coldest="40 °C",
            page=HOT_WATER_PAGE,
        ),
    )
    await expect(dialog.locator(f"a[href='{HOT_WATER_PAGE}']")).to_be_visible()
    return dialog


async def test_cold_hot_water_put_back(
    home: Home, visitor: Visitor, clock: Clock
) -> None:
    """One press, and the hot water is as warm as it was before."""
    dialog = await open_cold_hot_water(home, visitor, clock)
    await dialog.get_by_text(put_back(visitor, "45 °C")).click()
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    assert await home.changes(1) == [{"dhw": {"temperature_lower_bound": 45}}]
    assert home.heat_pump.held["dhw.temperature_lower_bound"] == 45
    await expect_mended(visitor, title_of(visitor, "hot_water"))
    await visitor.go("/heat-pump")
    await visitor.expect_number(HOT_WATER_MIN, 45)


async def test_cold_hot_water_left(home: Home, visitor: Visitor, clock: Clock) -> None:
    """Who wants it so is not asked again, and nothing is sent."""
    dialog = await open_cold_hot_water(home, visitor, clock)
    texts = "issues.hot_water.fix_flow"
    await dialog.get_by_text(
        visitor.said(f"{texts}.step.init.menu_options.leave")
    ).click()
    await expect(dialog.locator("step-flow-abort")).to_contain_text(
        visitor.said(f"{texts}.abort.left")
    )
    await expect_mended(visitor, title_of(visitor, "hot_water"))
    assert home.cloud.journal.patches() == []


async def test_not_kept(home: Home, visitor: Visitor, clock: Clock) -> None:
    """What the cloud accepts and does not keep is sent again, then told; and over when the cloud keeps it."""
    home.cloud.behaviour.keeps_changes = False
    await visitor.go("/heat-pump")
    await visitor.expect_number(HOT_WATER_MAX, 55)
    await visitor.increase(HOT_WATER_MAX)
    await visitor.reads(HOT_WATER_MAX, "56.0")
    clock.forward(LONG_WAIT)
    await visitor.reads(STATUS, "waiting")
    badge = visitor.card(STATUS)
    await expect(badge).to_contain_text(
        visitor.said("entity.sensor.settings_status.state.waiting")
    )
    change = {"dhw": {"temperature_upper_bound": 56}}
    for times in range(2, 2 + MAX_RESENDS):
        clock.forward(KEEPS_WITHIN)
        assert await home.changes(times) == [change] * times
        # Not while an answer is on its way, which would then come too late.
        await home.next_read()
    clock.forward(KEEPS_WITHIN)
    await expect(badge).to_contain_text(
        visitor.said("entity.sensor.settings_status.state.not_kept")
    )
    await visitor.expect_number(HOT_WATER_MAX, 55)
    assert len(home.cloud.journal.patches()) == 1 + MAX_RESENDS

    setting = visitor.said("entity.number.hot_water_max.name")
    title = title_of(visitor, "not_kept", setting_in_title=setting)
    dialog = await open_repair(visitor, title)
    await expect_told(
        dialog,
        visitor.said(
            "issues.not_kept.fix_flow.step.init.description",
            heat_pump=visitor.said("device.heat_pump.name"),
            setting=setting,
            wished="56 °C",
            held="55 °C",
            page=NOT_KEPT_PAGE,
        ),
    )
    await expect(dialog.locator(f"a[href='{NOT_KEPT_PAGE}']")).to_be_visible()

    home.cloud.behaviour.keeps_changes = True
    again = "issues.not_kept.fix_flow.step.init.menu_options.send_again"
    await dialog.get_by_text(visitor.said(again)).click()
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    assert home.heat_pump.held["dhw.temperature_upper_bound"] == 56
    await visitor.go("/heat-pump")
    await visitor.reads(STATUS, "confirmed")
    await visitor.expect_number(HOT_WATER_MAX, 56)
    await expect_mended(visitor, title)
