"""What is in force for a while, as it is shown: sensors, the button, and what the logbook says of it."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNKNOWN
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .house import House, refuse_changes

HOUR = 3600
HOT_WATER_MIN = "dhw.temperature_lower_bound"


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


async def override(house: House, *targets: str, **data: Any) -> None:
    """Set something for a while, at heat pumps or at all of the home."""
    if targets:
        data["device_id"] = [house.device(target).id for target in targets]
    await house.hass.services.async_call(
        DOMAIN, "override_settings", data, blocking=True
    )
    await house.hass.async_block_till_done()


async def end(house: House, **data: Any) -> None:
    """End what is set for a while."""
    await house.hass.services.async_call(DOMAIN, "end_override", data, blocking=True)
    await house.hass.async_block_till_done()


async def go_away(
    house: House, begins: float = 0, lasts: float | None = None, target: str = "home"
) -> None:
    """Begin a vacation, which ends some seconds later; or one with an open end."""
    if lasts is None:
        await house.act(
            "climate.set_preset_mode", "climate", "hp-1", preset_mode="away"
        )
    else:
        start = dt_util.now() + timedelta(seconds=begins)
        await house.act(
            "calendar.create_event",
            "vacation",
            target,
            summary="Away",
            start_date_time=start.isoformat(),
            end_date_time=(start + timedelta(seconds=lasts)).isoformat(),
        )
    await house.hass.async_block_till_done(wait_background_tasks=True)


def in_force(house: House, target: str = "hp-1") -> list[dict[str, Any]]:
    """Return what the sensor says is in force."""
    attributes = house.state("for_a_while", target).attributes
    found: list[dict[str, Any]] = attributes["in_force"]
    return found


def back_at(house: House, target: str = "hp-1") -> datetime:
    """Return when everything is back, as the sensor says."""
    return dt_util.parse_datetime(
        house.shows("back_to_normal_at", target), raise_on_error=True
    )


def about(moment: datetime, seconds: float) -> bool:
    """Return whether a moment is some seconds from now."""
    return abs(moment - dt_util.utcnow() - timedelta(seconds=seconds)) < timedelta(
        seconds=30
    )


async def test_nothing(house: House) -> None:
    """Nothing is in force, and nothing is to come back."""
    await house.connected()
    assert house.shows("for_a_while") == "none"
    assert in_force(house) == []
    assert house.shows("back_to_normal_at") == STATE_UNKNOWN


async def test_over_with_nothing_left_of_it(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """What somebody has changed meanwhile is over at its end all the same, though nothing else is shown otherwise then."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    await house.act("number.set_value", "hot_water_min", value=50)
    await house.poll()
    attributes = house.state("for_a_while").attributes
    assert (attributes["begun"], in_force(house)) == (["Bath"], [])
    await house.pass_time(clock, 2 * HOUR + 60)
    assert house.state("for_a_while").attributes["begun"] == []
    assert house.shows("hot_water_min") == "50.0"


async def test_changed_while_nobody_looked(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """What looks as if set by hand at the first read of all is read once more within seconds, and then the hand wins."""
    house.cloud.behaviour.updated_at = "missing"
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    # Read, so that nothing is waited for.
    await house.poll()
    await house.pass_time(clock, 60)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.cloud.change_settings("hp-1", {"dhw": {"temperature_lower_bound": 50}})
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    reads = house.reads()
    await house.pass_time(clock, 15)
    assert house.reads() > reads
    assert house.shows("hot_water_min") == "50.0"
    assert house.cloud.cloud.heat_pump("hp-1").held[HOT_WATER_MIN] == 50


async def test_bath(house: House, clock: TickingDateTimeFactory) -> None:
    """What somebody has given a name is shown by it, with its end in the time of the house, and goes again."""
    await house.hass.config.async_set_time_zone("Europe/Amsterdam")
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    assert house.shows("for_a_while") == "Bath"
    (bath,) = in_force(house)
    until = bath.pop("until")
    assert bath == {"name": "Bath", "settings": ["hot_water_min"]}
    assert datetime.fromisoformat(until).utcoffset() == dt_util.now().utcoffset()
    assert about(datetime.fromisoformat(until), 2 * HOUR)
    assert house.state("back_to_normal_at").attributes["device_class"] == "timestamp"
    assert about(back_at(house), 2 * HOUR)
    await house.pass_time(clock, 2 * HOUR + 60)
    assert house.shows("for_a_while") == "none"
    assert house.shows("back_to_normal_at") == STATE_UNKNOWN


async def test_strongest_first(house: House) -> None:
    """The one begun last is the state; it is back when the last of them ends, and never by itself if one is open."""
    await house.connected()
    await override(house, preferred_temperature=20, duration={"hours": 3})
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 1})
    assert house.shows("for_a_while") == "Bath"
    assert [it["name"] for it in in_force(house)] == ["Bath", "for_a_while"]
    assert about(back_at(house), 3 * HOUR)
    await override(house, name="Guests", preferred_temperature=22)
    assert [it["until"] is None for it in in_force(house)] == [True, False, False]
    assert house.shows("back_to_normal_at") == STATE_UNKNOWN
    await end(house, name="Guests")
    await end(house, name="Bath")
    assert house.shows("for_a_while") == "for_a_while"


async def test_vacation_with_an_end(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """A vacation is on top, and ends as it is planned; plans that follow each other are one."""
    await house.connected()
    await go_away(house, 0, 10 * HOUR)
    await go_away(house, 10 * HOUR - 60, 15 * HOUR)
    await go_away(house, 40 * HOUR, 10 * HOUR)
    await override(
        house, name="Guests", preferred_temperature=22, duration={"hours": 1}
    )
    assert house.shows("for_a_while") == "vacation"
    vacation, guests = in_force(house)
    assert about(datetime.fromisoformat(vacation["until"]), 25 * HOUR - 60)
    assert vacation["settings"] == ["preferred_temperature"]
    assert guests["name"] == "Guests"
    assert about(back_at(house), 25 * HOUR - 60)
    await house.pass_time(clock, 25 * HOUR + 60)
    assert house.shows("for_a_while") == "none"


async def test_vacation_with_an_open_end(house: House) -> None:
    """It has no end until somebody ends it, also where another plan lies within it."""
    await house.connected()
    await go_away(house, 0, 2 * HOUR)
    assert about(back_at(house), 2 * HOUR)
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    await go_away(house)
    (vacation,) = in_force(house)
    assert vacation["until"] is None
    assert house.shows("back_to_normal_at") == STATE_UNKNOWN


async def test_late_end_of_a_vacation(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """While the cloud wants to be left alone a vacation that is over is in force, and should have ended when it was planned."""
    await house.connected()
    await go_away(house, 0, 2 * HOUR)
    planned = back_at(house)
    await house.pass_time(clock, 2 * HOUR - 100)
    house.cloud.weather.add(method="GET", status=429, retry_after=600)
    await house.poll()
    await house.pass_time(clock, 200)
    assert house.shows("for_a_while") == "vacation"
    assert back_at(house) == planned


async def test_home_of_two(house: House) -> None:
    """The home shows what is in force at any of its heat pumps, and is back when the last of them is."""
    await house.connected("hp-1", "hp-2")
    await override(house, "hp-1", name="Bath", hot_water_min=55, duration={"hours": 3})
    assert house.shows("for_a_while", "hp-2") == "none"
    assert house.shows("for_a_while", "home") == "Bath"
    await override(
        house, "hp-2", name="Bath", preferred_temperature=23, duration={"hours": 1}
    )
    (bath,) = in_force(house, "home")
    assert bath["settings"] == ["hot_water_min", "preferred_temperature"]
    assert about(back_at(house, "hp-2"), HOUR)
    assert about(back_at(house, "home"), 3 * HOUR)
    await override(house, "hp-2", name="Bath", preferred_temperature=23)
    assert house.shows("back_to_normal_at", "home") == STATE_UNKNOWN


async def test_while_the_cloud_is_away(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """It goes on, and so it is shown."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    house.cloud.weather.add(status=503)
    for _ in range(5):
        await house.pass_time(clock, 310)
    assert house.shows("hot_water_min") == "unavailable"
    assert house.shows("for_a_while") == "Bath"
    assert about(back_at(house), 2 * HOUR - 5 * 310)


async def test_long_name_from_the_disk(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """A name that is longer than a state may be is cut short, and is whole in the attributes."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    entry_id = house.entry.entry_id
    assert await house.hass.config_entries.async_unload(entry_id)
    (kept,) = hass_storage[f"{DOMAIN}.{entry_id}"]["data"]["targets"].values()
    kept["in_force"][0]["name"] = "Bath" * 100
    assert await house.hass.config_entries.async_setup(entry_id)
    assert house.shows("for_a_while") == ("Bath" * 100)[:255]
    assert in_force(house)[0]["name"] == "Bath" * 100


@pytest.mark.parametrize("name", ["none", "Unknown", "unavailable", "Welcome_Home"])
async def test_names_that_are_taken(house: House, name: str) -> None:
    """Nobody may call it what would be read as something else."""
    await house.connected()
    with pytest.raises(ServiceValidationError) as refusal:
        await override(house, name=name, hot_water_min=55)
    assert refusal.value.translation_key == "reserved_name"
    assert house.received() == []


async def test_not_recorded(house: House) -> None:
    """What is in force is long, and the state says what it is: the database does not get it."""
    await house.connected()
    state = house.state("for_a_while")
    assert state.state_info is not None
    assert "in_force" in state.state_info["unrecorded_attributes"]


# --- the button -------------------------------------------------------------------------------------------------------


async def press(house: House, target: str = "hp-1") -> None:
    """Press “Back to normal”."""
    await house.act("button.press", "back_to_normal", target)
    await house.hass.async_block_till_done()


async def test_back_to_normal(house: House) -> None:
    """What is in force at a heat pump ends, and what is at another one goes on; that of the home ends all."""
    await house.connected("hp-1", "hp-2", "hp-3")
    await override(house, name="Bath", hot_water_min=55)
    await override(house, "hp-1", preferred_temperature=23)
    house.cloud.journal.clear()
    await press(house, "hp-1")
    assert house.received() == [
        {
            "user_id": "user-1",
            "device_id": "hp-1",
            "room": {"preferred_temperature": 21},
            "dhw": {"temperature_lower_bound": 45},
        }
    ]
    assert [house.shows("for_a_while", it) for it in ("hp-1", "hp-2", "home")] == [
        "none",
        "Bath",
        "Bath",
    ]
    await press(house, "home")
    assert house.shows("for_a_while", "home") == "none"
    assert house.shows("hot_water_min", "home") == "45.0"


async def test_nothing_to_end(house: House) -> None:
    """Where nothing is in force nothing is sent, and nothing is read."""
    await house.connected("hp-1", "hp-2")
    await press(house)
    await press(house, "home")
    assert house.cloud.journal.entries() == []


async def test_vacation_goes_on(house: House) -> None:
    """A vacation is not ended; what lies beneath it is. Nor is anything tried that a vacation waits for."""
    await house.connected()
    await override(house, name="Guests", preferred_temperature=23)
    await go_away(house)
    await press(house)
    assert [it["name"] for it in in_force(house)] == ["vacation"]
    house.cloud.journal.clear()
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    house.cloud.weather.add(method="PATCH", status=400)
    with pytest.raises(HomeAssistantError):
        await go_away(house)
    house.cloud.journal.clear()
    await press(house)
    assert house.cloud.journal.entries() == []


async def test_back_to_normal_while_the_cloud_is_away(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """It is over, the error says that not all is back, and it goes back when the cloud is there; pressed again it is tried."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.weather.add(status=400)
    for _ in range(5):
        await house.pass_time(clock, 310)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as error:
            await press(house)
        assert error.value.translation_key == "override_end_pending"
        assert house.shows("for_a_while") == "none"
    house.cloud.weather.clear()
    await press(house)
    assert house.cloud.cloud.heat_pump("hp-1").held[HOT_WATER_MIN] == 45


async def test_not_all_is_back(house: House) -> None:
    """What the cloud refuses is said in words."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    refuse_changes(house, "not now")
    with pytest.raises(HomeAssistantError, match="not now"):
        await press(house)
    assert house.shows("for_a_while") == "none"


# --- changed elsewhere ------------------------------------------------------------------------------------------------


def told(event: Event[Any]) -> dict[str, Any]:
    """Return what an event entity tells, without what every entity has."""
    state = event.data["new_state"]
    usual = ("event_types", "friendly_name", "icon", "device_class")
    return {
        name: value for name, value in state.attributes.items() if name not in usual
    }


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_changed_elsewhere(house: House, fahrenheit: bool) -> None:
    """Each setting that somebody else has changed is an event, in the house's unit and language."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected("hp-1", "hp-2")
    assert house.shows("changed_elsewhere", "hp-2") == STATE_UNKNOWN
    entity_id = house.entity_id("changed_elsewhere", "hp-2")
    events = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    await house.change_elsewhere(
        {
            "dhw": {"temperature_lower_bound": 50},
            "room": {"schedule_enabled": True, "temperature_control_mode": "off"},
        },
        "hp-2",
    )
    found = {
        tells["setting"]: tells
        for event in events
        if event.data["entity_id"] == entity_id
        for tells in [told(event)]
    }
    assert len(found) == 3
    assert found["hot_water_min"] == {
        "event_type": "changed",
        "setting": "hot_water_min",
        "setting_name": "Hot water min",
        "old": 113 if fahrenheit else 45,
        "new": 122 if fahrenheit else 50,
        "old_text": "113 °F" if fahrenheit else "45 °C",
        "new_text": "122 °F" if fahrenheit else "50 °C",
    }
    assert (found["schedule"]["old"], found["schedule"]["new"]) == (False, True)
    assert found["schedule"]["new_text"] == "On"
    assert (found["control_mode"]["old"], found["control_mode"]["new"]) == (
        "heating",
        "off",
    )
    assert found["control_mode"]["old_text"] == "Heating only"
    assert house.shows("changed_elsewhere", "hp-1") == STATE_UNKNOWN


async def test_set_back_by_what_it_tells(house: House) -> None:
    """The value before is what the action takes."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 50}})
    tells = house.state("changed_elsewhere").attributes
    await house.hass.services.async_call(
        DOMAIN, "update_settings", {tells["setting"]: tells["old"]}, blocking=True
    )
    assert house.shows("hot_water_min") == "45.0"


async def test_whose_entity_was_deleted(house: House) -> None:
    """It is told all the same, by the name that it would have; and by another entity id after somebody has changed that."""
    await house.connected()
    registry = er.async_get(house.hass)
    registry.async_remove(house.entity_id("hot_water_max"))
    registry.async_update_entity(
        house.entity_id("changed_elsewhere"), new_entity_id="event.somebody_else"
    )
    await house.hass.async_block_till_done()
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 62}})
    state = house.hass.states.get("event.somebody_else")
    assert state is not None
    assert state.attributes["setting_name"] == "Hot water max"
    assert state.attributes["new_text"] == "62 °C"


async def test_what_is_our_own_is_not_elsewhere(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """Neither is what somebody sets here, nor what is set for a while, its end, a vacation, and what the cloud makes of them."""
    await house.connected()
    house.cloud.behaviour.limits = {"room.preferred_temperature": (None, 22.5)}
    await house.act("number.set_value", "hot_water_max", value=60)
    await override(house, preferred_temperature=23, duration={"hours": 1})
    await house.poll()
    await house.pass_time(clock, 400)
    await house.pass_time(clock, HOUR)
    await go_away(house, 0, HOUR)
    await house.poll()
    await house.pass_time(clock, HOUR + 60)
    await house.poll()
    assert house.cloud.cloud.heat_pump("hp-1").held["room.preferred_temperature"] == 21
    assert house.shows("changed_elsewhere") == STATE_UNKNOWN


@pytest.mark.parametrize(
    "data", [{"preferred_temperature": 23}, {"preferred_temperature_by": 2}], ids=str
)
async def test_schedule_pauses(
    house: House, clock: TickingDateTimeFactory, data: dict[str, Any]
) -> None:
    """A schedule that is followed is not while another temperature is preferred, and comes back with the rest."""
    await house.connected("hp-1", "hp-2")
    await house.change_elsewhere({"room": {"schedule_enabled": True}}, "hp-1")
    await override(house, name="Guests", duration={"hours": 2}, **data)
    assert [house.shows("schedule", it) for it in ("hp-1", "hp-2")] == ["off", "off"]
    assert [house.shows("preferred_temperature", it) for it in ("hp-1", "hp-2")] == [
        "23.0",
        "23.0",
    ]
    (guests,) = in_force(house, "hp-1")
    assert guests["settings"] == ["preferred_temperature", "schedule"]
    (guests,) = in_force(house, "hp-2")
    assert guests["settings"] == ["preferred_temperature"]
    # Looked at again, as an automation does.
    await override(
        house, name="Guests", duration={"hours": 1}, keep_changes=True, **data
    )
    assert house.shows("schedule") == "off"
    await house.pass_time(clock, HOUR + 60)
    assert [house.shows("schedule", it) for it in ("hp-1", "hp-2")] == ["on", "off"]
    assert house.shows("preferred_temperature") == "21.0"


async def test_schedule_that_somebody_follows_all_the_same(house: House) -> None:
    """Who says that it is to be followed has it followed: with the action, or by hand meanwhile."""
    await house.connected()
    await house.change_elsewhere({"room": {"schedule_enabled": True}})
    await override(house, preferred_temperature=23, schedule=True)
    assert house.shows("schedule") == "on"
    await press(house)
    await override(house, preferred_temperature=23)
    assert house.shows("schedule") == "off"
    await house.act("switch.turn_on", "schedule")
    await override(house, preferred_temperature=22, keep_changes=True)
    assert house.shows("schedule") == "on"
    await press(house)
    # What has nothing to do with it leaves it alone.
    await override(house, allowed_below=3, hot_water_min=50)
    assert house.shows("schedule") == "on"
