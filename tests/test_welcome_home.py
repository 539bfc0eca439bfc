"""Welcome home is in force like anything else: shown, ended, dropped, and not given for nothing."""

from datetime import timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .house import House
from .test_for_a_while import HOUR, about, back_at, go_away, in_force, override, press

HOT_WATER_MIN = "dhw.temperature_lower_bound"
HOT_WATER_MAX = "dhw.temperature_upper_bound"


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


@pytest.fixture
async def home(house: House) -> House:
    """Connect one heat pump, whose vacations make the hot water cold, and welcome home with 60 °C for four hours."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 65}})
    await house.choose_vacation(welcome_hours=4, welcome_temperature=60.0)
    return house


def held(house: House, key: str = HOT_WATER_MIN) -> Any:
    """Return what the cloud holds of the hot water."""
    return house.cloud.cloud.heat_pump("hp-1").held[key]


async def come_home(house: House, clock: TickingDateTimeFactory, after: float) -> None:
    """Be away for so many seconds."""
    await go_away(house)
    assert held(house) == 10
    await house.pass_time(clock, after)
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    await house.hass.async_block_till_done(wait_background_tasks=True)


async def test_shown_with_its_end(home: House, clock: TickingDateTimeFactory) -> None:
    """It is what is in force, and says when everything is back; then it is."""
    await come_home(home, clock, 2 * HOUR)
    assert held(home) == 60
    assert home.shows("for_a_while") == "welcome_home"
    (welcome,) = in_force(home)
    assert (welcome["name"], welcome["settings"]) == ("welcome_home", ["hot_water_min"])
    assert about(back_at(home), 4 * HOUR)
    await home.pass_time(clock, 4 * HOUR + 60)
    assert held(home) == 45
    assert home.shows("for_a_while") == "none"


@pytest.mark.parametrize("data", [None, {}, {"name": "welcome_home"}])
async def test_ended(
    home: House, clock: TickingDateTimeFactory, data: dict[str, Any] | None
) -> None:
    """The button ends it, and so does the action, by its name or without one."""
    await come_home(home, clock, 2 * HOUR)
    if data is None:
        await press(home)
    else:
        await home.hass.services.async_call(DOMAIN, "end_override", data, blocking=True)
    await home.hass.async_block_till_done()
    assert held(home) == 45
    assert home.shows("for_a_while") == "none"
    assert home.shows("vacation_status") == "home"


async def test_replaced_by_nobody(home: House, clock: TickingDateTimeFactory) -> None:
    """What is set for a while meanwhile lies on top of it, and shows it again."""
    await come_home(home, clock, 2 * HOUR)
    await override(home, name="Less", hot_water_min=50, duration={"hours": 1})
    assert held(home) == 50
    assert [it["name"] for it in in_force(home)] == ["Less", "welcome_home"]
    await home.pass_time(clock, HOUR + 60)
    assert held(home) == 60


async def test_set_here(home: House, clock: TickingDateTimeFactory) -> None:
    """As soon as somebody sets the hot water it is dropped, and what was set stays."""
    await come_home(home, clock, 2 * HOUR)
    await home.act("number.set_value", "hot_water_min", value=50)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert home.shows("for_a_while") == "none"
    await home.pass_time(clock, 5 * HOUR)
    assert held(home) == 50


async def test_maximum_set_here(home: House, clock: TickingDateTimeFactory) -> None:
    """That goes for “at most” as well: then “at least” is what it was before."""
    await come_home(home, clock, 2 * HOUR)
    with pytest.raises(ServiceValidationError):
        await home.act("number.set_value", "hot_water_max", value=55)
    assert home.shows("for_a_while") == "welcome_home"
    await home.act("number.set_value", "hot_water_max", value=62)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert home.shows("for_a_while") == "none"
    assert (held(home), held(home, HOT_WATER_MAX)) == (45, 62)


@pytest.mark.parametrize("value", [50, 60])
async def test_vacation_sensor_says_so_no_longer(
    home: House, clock: TickingDateTimeFactory, value: float
) -> None:
    """The sensor of the vacation says that all is as ever, as soon as somebody has set the hot water; also to the same."""
    await come_home(home, clock, 2 * HOUR)
    assert home.shows("vacation_status") == "welcome_home"
    await home.act("number.set_value", "hot_water_min", value=value)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert home.shows("vacation_status") == "home"
    await home.pass_time(clock, 5 * HOUR)
    assert held(home) == value


async def test_cold_meanwhile(home: House, clock: TickingDateTimeFactory) -> None:
    """Hot water that is set cold elsewhere meanwhile is made hot again: nobody is welcomed home by legionella."""
    await come_home(home, clock, 2 * HOUR)
    await home.poll()
    await home.pass_time(clock, 400)
    await home.change_elsewhere({"dhw": {"temperature_lower_bound": 20}})
    await home.pass_time(clock, 400)
    assert held(home) == 60
    assert home.shows("for_a_while") == "welcome_home"


async def test_repair_offers_what_was_set(
    home: House, clock: TickingDateTimeFactory
) -> None:
    """Where the hot water is cold after it, what is offered instead is what a person had set, and not the welcome's."""
    await come_home(home, clock, 2 * HOUR)
    await home.pass_time(clock, 4 * HOUR + 60)
    await home.pass_time(clock, 400)
    await home.change_elsewhere({"dhw": {"temperature_lower_bound": 20}})
    await home.pass_time(clock, 700)
    (issue,) = ir.async_get(home.hass).issues.values()
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["before"] == "45 °C"


async def test_home_is_deleted(home: House, clock: TickingDateTimeFactory) -> None:
    """Deleted in the middle of it, the home has what a person had set."""
    await come_home(home, clock, 2 * HOUR)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert held(home) == 45


async def test_room_set_here(home: House, clock: TickingDateTimeFactory) -> None:
    """The room has nothing to do with it."""
    await come_home(home, clock, 2 * HOUR)
    await home.act("number.set_value", "preferred_temperature", value=19)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert home.shows("for_a_while") == "welcome_home"


async def test_set_elsewhere(home: House, clock: TickingDateTimeFactory) -> None:
    """Somebody's hand in the supplier's app counts as well."""
    await come_home(home, clock, 2 * HOUR)
    await home.poll()
    await home.pass_time(clock, 400)
    await home.change_elsewhere({"dhw": {"temperature_lower_bound": 48}})
    assert home.shows("for_a_while") == "none"
    await home.pass_time(clock, 5 * HOUR)
    assert held(home) == 48


@pytest.mark.parametrize(
    ("seconds", "is_earned"), [(20, False), (590, False), (660, True)]
)
async def test_vacation_of_seconds(
    home: House, clock: TickingDateTimeFactory, seconds: float, is_earned: bool
) -> None:
    """A vacation in which nothing can have got cold does not earn it."""
    await come_home(home, clock, seconds)
    assert home.shows("for_a_while") == ("welcome_home" if is_earned else "none")
    assert held(home) == (60 if is_earned else 45)


async def test_backup_from_before_the_vacation(
    home: House, clock: TickingDateTimeFactory, hass_storage: dict[str, Any]
) -> None:
    """Where nobody knows that it has been cold for long, the plan says so."""
    await go_away(home)
    entries = home.hass.config_entries
    assert await entries.async_unload(home.entry.entry_id)
    kept = hass_storage[f"{DOMAIN}.{home.entry.entry_id}"]["data"]["targets"]["hp-1"]
    kept.update(in_force=[], tracked={}, was_cold=False)
    clock.move_to(dt_util.utcnow() + timedelta(hours=2))
    await entries.async_setup(home.entry.entry_id)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    await home.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert home.shows("for_a_while") == "welcome_home"
    assert held(home) == 60
