"""What a homeowner's second evening stumbled over, walked in the three languages that people here speak."""

from datetime import timedelta
from typing import Any, Final

from playwright.async_api import Locator, expect

from scripts.demo import House
from scripts.demo.house import DOMAIN
from scripts.demo.simulated import HOME
from simulator import Simulator

from .clock import Clock
from .home import Home
from .households import HEAT_PUMP
from .test_repairs import HOT_WATER_MIN, cool_hot_water, put_back
from .visitor import Visitor

ALL: Final = "climate.all_heat_pumps"
THERMOSTAT: Final = "climate.heat_pump"
FOR_A_WHILE: Final = "sensor.heat_pump_for_a_while"
SCHEDULE: Final = "switch.heat_pump_follow_the_schedule"
WELCOME_HOME: Final = "options.step.vacation.sections.welcome_home"
PAGE: Final = f"/config/integrations/integration/{DOMAIN}"

# Whatever an entity is for a moment, the page hears of it.
_WATCH: Final = """(entities) => {
  window.seen = [];
  return document.querySelector("home-assistant").hass.connection.subscribeEvents(
    ({ data }) => { if (entities.includes(data.entity_id)) window.seen.push(data.new_state.state); },
    "state_changed",
  ).then(() => null);
}"""


async def open_options(visitor: Visitor) -> Locator:
    """Press the gear beside the home, and return the dialog."""
    await visitor.go(PAGE)
    configure = await visitor.words(
        "ui.panel.config.integrations.config_entry.configure"
    )
    await visitor.page.get_by_label(configure, exact=True).first.click()
    return visitor.dialog()


async def choose(visitor: Visitor, dialog: Locator, entry: str) -> None:
    """Choose an entry of the options' menu."""
    menu = "options.step.init.menu_options"
    await dialog.get_by_text(visitor.said(f"{menu}.{entry}")).click()


async def type_welcome_hours(visitor: Visitor, dialog: Locator, hours: int) -> None:
    """Say in the options for how long the hot water is hotter after a vacation, and submit; its section is open."""
    field = f"{WELCOME_HOME}.data.welcome_hours"
    await visitor.type_number(dialog, f"{visitor.said(field)}*", hours)
    await visitor.press("ui.panel.config.integrations.config_flow.submit")


async def test_all_heat_pumps(
    cloud: Simulator, empty_house: House, visitor: Visitor
) -> None:
    """Where heat pumps differ, the thermostat of all of them has no handle; off and on again, each does what it did."""
    heat_pumps = [it for it in cloud.cloud.heat_pumps() if it.user_id == HOME]
    before = dict(
        zip((it.device_id for it in heat_pumps), ("heating", "cooling"), strict=True)
    )
    for degrees, (device_id, mode) in enumerate(before.items(), 20):
        cloud.cloud.change_settings(
            device_id,
            {
                "room": {
                    "temperature_control_mode": mode,
                    "preferred_temperature": degrees,
                }
            },
        )
    await empty_house.connect(cloud.url, user_id=HOME)

    def modes() -> dict[str, Any]:
        return {
            it: cloud.cloud.heat_pump(it).held["room.temperature_control_mode"]
            for it in before
        }

    await visitor.go(f"/heat-pump?more-info-entity-id={ALL}")
    dialog = visitor.page.locator("more-info-climate")
    menus = dialog.locator("ha-control-select-menu")
    await expect(menus.first).to_be_visible()
    await expect(dialog.locator("ha-outlined-icon-button")).to_have_count(0)
    await menus.first.locator("button").click()
    off = await visitor.words("component.climate.entity_component._.state.off")
    await menus.first.locator("ha-dropdown-item").filter(has_text=off).click()
    await visitor.reads(ALL, "off")
    assert modes() == dict.fromkeys(before, "off")

    await empty_house.api.post("/api/services/climate/turn_on", {"entity_id": ALL})
    assert modes() == before


async def test_menu(home: Home, visitor: Visitor) -> None:
    """The gear says what is behind each entry; what a vacation may do is limited before it is refused."""
    dialog = await open_options(visitor)
    for entry in ("thermostat", "vacation", "location"):
        for text in ("menu_options", "menu_option_descriptions"):
            await expect(dialog).to_contain_text(
                visitor.said(f"options.step.init.{text}.{entry}")
            )
    await choose(visitor, dialog, "vacation")
    section = visitor.said(f"{WELCOME_HOME}.name")
    await dialog.get_by_role("heading", name=section).click()
    await type_welcome_hours(visitor, dialog, 60)
    await expect(dialog.locator("ha-alert")).to_contain_text(
        visitor.said("options.error.welcome_hours", reason="48")
    )
    await type_welcome_hours(visitor, dialog, 6)
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    assert home.cloud.journal.patches() == []


async def test_welcome_home(home: Home, visitor: Visitor, clock: Clock) -> None:
    """Welcome home is over when somebody sets another value, and that is what is offered when the hot water is cold."""
    dialog = await open_options(visitor)
    await choose(visitor, dialog, "vacation")
    coldest = visitor.said("options.step.vacation.data.hot_water_min")
    await visitor.type_number(dialog, coldest, 10)
    section = visitor.said(f"{WELCOME_HOME}.name")
    await dialog.get_by_role("heading", name=section).click()
    await type_welcome_hours(visitor, dialog, 4)
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()

    await visitor.go("/heat-pump")
    thermostat = visitor.card(THERMOSTAT)
    await thermostat.locator("#option-away").click()
    await visitor.reads(HOT_WATER_MIN, "10.0")
    with clock.later(timedelta(hours=1)):
        await thermostat.locator("#option-none").click()
        await visitor.reads(FOR_A_WHILE, "welcome_home")
        # Not above the maximum.
        await visitor.expect_number(HOT_WATER_MIN, 55)
        less = await visitor.words("ui.components.number-buttons.decrement")
        await visitor.card(HOT_WATER_MIN).get_by_label(less).click()
        await visitor.reads(FOR_A_WHILE, "none")
        await visitor.reads("sensor.heat_pump_vacation", "home")

        dialog = await cool_hot_water(home, visitor, clock)
        await dialog.get_by_text(put_back(visitor, "54 °C")).click()
        await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
        assert home.heat_pump.held["dhw.temperature_lower_bound"] == 54


async def test_deleted_while_boosted(home: Home, visitor: Visitor) -> None:
    """The home is deleted, and what is set for a while does not stay behind."""
    before = dict(home.heat_pump.held)
    await home.house.api.post(
        "/api/services/climate/set_preset_mode",
        {"entity_id": THERMOSTAT, "preset_mode": "boost"},
    )
    assert home.heat_pump.held["dhw.temperature_lower_bound"] == 55
    await visitor.go(PAGE)
    row = visitor.page.locator("ha-config-entry-row")
    await visitor.choose_from_menu(
        row, await visitor.words("ui.panel.config.integrations.config_entry.delete")
    )
    await visitor.press("ui.common.delete")
    await expect(row).to_have_count(0)
    assert home.heat_pump.held == before
    assert not await home.house.entries()


async def test_options_while_running(home: Home, visitor: Visitor) -> None:
    """The room's sensor is taken away without an entity being unavailable for a moment."""
    dialog = await open_options(visitor)
    await visitor.page.evaluate(_WATCH, [THERMOSTAT, SCHEDULE])
    await choose(visitor, dialog, "thermostat")
    clear = await visitor.words("ui.common.clear")
    await dialog.get_by_label(clear).click()
    await visitor.press("ui.panel.config.integrations.config_flow.submit")
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    await visitor.reads(THERMOSTAT, "heat_cool", current_temperature=None)
    assert "unavailable" not in await visitor.page.evaluate("window.seen")


async def test_schedule(home: Home, visitor: Visitor) -> None:
    """While the schedule is followed, a + at the thermostat counts: it takes the schedule's place in the same change."""
    home.cloud.cloud.change_settings(
        HEAT_PUMP,
        {"room": {"schedule_enabled": True, "temperature_control_mode": "heating"}},
    )
    await home.house.reload(home.entry_id)
    await visitor.go(f"/heat-pump?more-info-entity-id={THERMOSTAT}")
    await visitor.reads(SCHEDULE, "on")
    dialog = visitor.page.locator("more-info-climate")
    await dialog.locator("ha-outlined-icon-button").last.click()
    assert await home.changes(1) == [
        {"room": {"preferred_temperature": 21, "schedule_enabled": False}}
    ]
    await visitor.reads(SCHEDULE, "off")


async def test_quiet(home: Home, visitor: Visitor) -> None:
    """What a person sets is one line of the activity for each entity that shows it, and none that something waits."""
    page = visitor.page
    await visitor.go("/heat-pump")
    await visitor.increase("number.heat_pump_warmer_by_up_to")
    await home.changes(1)
    await visitor.reads("sensor.heat_pump_room_max", "22.1")
    await home.next_read()
    await visitor.go(f"/logbook?device_id={await home.device_id()}")
    lines = page.locator("ha-logbook-renderer .entry")
    number = visitor.said("entity.number.allowed_above.name")
    await expect(lines.filter(has_text=number).first).to_be_visible()
    await expect(
        lines.filter(
            has_text=visitor.said("entity.sensor.settings_status.state.waiting")
        )
    ).to_have_count(0)
