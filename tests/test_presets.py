"""Presets: put together on the integration's page, and chosen at a thermostat."""

from datetime import timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import (
    ConfigSubentry,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.selector import NumberSelector
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .house import House

HELD = {
    "preferred_temperature": "room.preferred_temperature",
    "allowed_below": "room.lower_bound_offset",
    "control_mode": "room.temperature_control_mode",
    "hot_water_min": "dhw.temperature_lower_bound",
    "hot_water_max": "dhw.temperature_upper_bound",
    "flex_trading": "optimization_settings.flex_trading",
    "dynamic_tariff": "optimization_settings.dynamic_tariff",
}
HOUR = 3600
TWO_HOURS = {"hours": 2}


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


def held(house: House, key: str, target: str = "hp-1") -> Any:
    """Return what the cloud holds."""
    return house.cloud.cloud.heat_pump(target).held[HELD[key]]


def mode(house: House, target: str = "hp-1") -> str:
    """Return the preset that a thermostat shows."""
    shown: str = house.state("climate", target).attributes["preset_mode"]
    return shown


def modes(house: House, target: str = "hp-1") -> list[str]:
    """Return the presets that a thermostat offers."""
    offered: list[str] = house.state("climate", target).attributes["preset_modes"]
    return offered


async def choose(house: House, preset: str, target: str = "hp-1") -> None:
    """Choose a preset at a thermostat."""
    await house.act("climate.set_preset_mode", "climate", target, preset_mode=preset)


async def call(house: House, action: str, **data: Any) -> Any:
    """Call an action of ours, and return its response."""
    return await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )


def presets(house: House) -> dict[str, ConfigSubentry]:
    """Return the presets by their titles."""
    return {it.title: it for it in house.entry.get_subentries_of_type("preset")}


async def open_form(house: House, title: str | None = None) -> SubentryFlowResult:
    """Open the form of a new preset, or of one that is there."""
    context: SubentryFlowContext = {"source": "user"}
    if title is not None:
        context = {
            "source": "reconfigure",
            "subentry_id": presets(house)[title].subentry_id,
        }
    return await house.hass.config_entries.subentries.async_init(
        (house.entry.entry_id, "preset"), context=context
    )


async def submit(
    house: House, form: SubentryFlowResult, **typed: Any
) -> SubentryFlowResult:
    """Send the form of a preset, and wait for what follows."""
    result = await house.hass.config_entries.subentries.async_configure(
        form["flow_id"], {"optimization": {}, **typed}
    )
    await house.hass.async_block_till_done()
    return result


async def add(house: House, **typed: Any) -> None:
    """Add a preset."""
    result = await submit(house, await open_form(house), **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result


async def change(house: House, title: str, **typed: Any) -> None:
    """Change a preset; what is not typed is empty."""
    result = await submit(house, await open_form(house, title), **typed)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "reconfigure_successful",
    )


async def remove(house: House, title: str) -> None:
    """Remove a preset."""
    house.hass.config_entries.async_remove_subentry(
        house.entry, presets(house)[title].subentry_id
    )
    await house.hass.async_block_till_done()


def suggested(form: SubentryFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with, its section included."""
    found: dict[str, Any] = {}
    schema = form["data_schema"]
    assert schema is not None
    fields = dict(schema.schema)
    for takes in schema.schema.values():
        if isinstance(takes, section):
            fields |= takes.schema.schema
    for field in fields:
        if field.description and field.description["suggested_value"] is not None:
            found[str(field)] = field.description["suggested_value"]
    found.pop("optimization", None)
    return found


# --- At the thermostat


async def test_boost_is_there(house: House, clock: TickingDateTimeFactory) -> None:
    """It can be chosen from the start: hot water for two hours, and back by itself."""
    await house.connected()
    assert modes(house) == ["none", "away", "boost"]
    assert mode(house) == "none"
    assert [*presets(house)] == ["Boost"]
    await choose(house, "boost")
    # Its 60 °C are more than “at most” allows.
    assert held(house, "hot_water_min") == held(house, "hot_water_max") == 55
    assert len(house.received()) == 1
    assert mode(house) == "boost"
    await house.pass_time(clock, 2 * HOUR - 60)
    assert mode(house) == "boost"
    await house.pass_time(clock, 120)
    assert mode(house) == "none"
    assert held(house, "hot_water_min") == 45
    assert house.shows("hot_water_min") == "45.0"


async def test_own_preset(house: House, clock: TickingDateTimeFactory) -> None:
    """One of one's own is there as soon as it is added, without a reload; without a length it stays until it is ended."""
    await house.connected()
    coordinator = house.entry.runtime_data
    await add(
        house, name="Movie night", preferred_temperature=22.5, control_mode="auto"
    )
    await add(house, name="Sleep", preferred_temperature=18, allowed_below=1.5)
    assert house.entry.runtime_data is coordinator
    assert modes(house) == ["none", "away", "boost", "Movie night", "sleep"]
    assert house.received() == []
    await choose(house, "Movie night")
    await house.pass_time(clock, 48 * HOUR)
    assert mode(house) == "Movie night"
    assert held(house, "preferred_temperature") == 22.5
    assert held(house, "control_mode") == "auto"
    await choose(house, "none")
    assert mode(house) == "none"
    assert held(house, "preferred_temperature") == 21
    assert held(house, "control_mode") == "heating"


async def test_another_one(house: House) -> None:
    """The next one takes the place of the one before, with one request for each heat pump."""
    await house.connected("hp-1", "hp-2")
    await add(house, name="Comfort", preferred_temperature=23, duration=TWO_HOURS)
    await choose(house, "boost", "home")
    house.cloud.journal.clear()
    await choose(house, "comfort", "home")
    assert sorted(house.received(), key=lambda body: str(body["device_id"])) == [
        {
            "user_id": "user-1",
            "device_id": target,
            "dhw": {"temperature_lower_bound": 45},
            "room": {"preferred_temperature": 23},
        }
        for target in ("hp-1", "hp-2")
    ]
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == ["comfort"] * 3
    response = await call(house, "end_override")
    assert response["home"]["in_force"] == []
    assert held(house, "preferred_temperature") == 21
    assert mode(house) == "none"


async def test_several_heat_pumps(house: House) -> None:
    """Each has its own; the home's shows one that is in force at all of them."""
    await house.connected("hp-1", "hp-2")
    await add(house, name="Comfort", preferred_temperature=23)
    await choose(house, "boost", "hp-1")
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == [
        *("boost", "none", "none")
    ]
    assert held(house, "hot_water_min", "hp-2") == 45
    await choose(house, "comfort", "hp-2")
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == [
        *("boost", "comfort", "none")
    ]
    await choose(house, "boost", "hp-2")
    assert mode(house, "home") == "boost"
    await choose(house, "none", "hp-1")
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == [
        *("none", "boost", "none")
    ]
    # What is shown as none ends what is in force anywhere.
    await choose(house, "none", "home")
    assert mode(house, "hp-2") == "none"
    assert held(house, "hot_water_min", "hp-2") == 45


async def test_hand_wins(house: House, clock: TickingDateTimeFactory) -> None:
    """What is set by hand meanwhile stays; a preset that has nothing left is over."""
    await house.connected()
    await add(house, name="Comfort", preferred_temperature=23, hot_water_min=50)
    await choose(house, "comfort")
    await house.act("number.set_value", "preferred_temperature", value=19)
    assert mode(house) == "comfort"
    await house.pass_time(clock, 120)
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 48}})
    assert mode(house) == "none"
    await choose(house, "none")
    assert held(house, "preferred_temperature") == 19
    assert held(house, "hot_water_min") == 48


async def test_over_a_restart(house: House, clock: TickingDateTimeFactory) -> None:
    """After a restart it is still in force, and ends by itself; also where its end was missed."""
    await house.connected()
    await choose(house, "boost")
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert mode(house) == "boost"
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    clock.tick(3 * HOUR)
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert mode(house) == "none"
    assert held(house, "hot_water_min") == 45


async def test_beside_other_overrides(house: House) -> None:
    """What an automation has set for a while is left alone, and is no preset."""
    await house.connected()
    await call(house, "override_settings", name="Sun", preferred_temperature=22)
    assert mode(house) == "none"
    await choose(house, "boost")
    response = await call(house, "end_override", name="Sun")
    assert [it["name"] for it in response["home"]["in_force"]] == ["Boost"]
    assert mode(house) == "boost"
    await call(house, "override_settings", name="Sun", preferred_temperature=22)
    await choose(house, "none")
    assert held(house, "preferred_temperature") == 22
    assert held(house, "hot_water_min") == 45


# --- Beside vacations


async def test_home_by_a_preset(house: House) -> None:
    """Whoever chooses a preset is back from the vacation, in one request."""
    await house.connected()
    await add(house, name="Comfort", preferred_temperature=23)
    await choose(house, "away")
    assert (mode(house), held(house, "preferred_temperature")) == ("away", 16)
    house.cloud.journal.clear()
    await choose(house, "comfort")
    assert (mode(house), held(house, "preferred_temperature")) == ("comfort", 23)
    assert len(house.received()) == 1
    await choose(house, "none")
    assert held(house, "preferred_temperature") == 21


async def test_away_by_a_preset(house: House) -> None:
    """Away takes the place of every preset, in one request for each heat pump, and nothing of them comes back."""
    await house.connected("hp-1", "hp-2")
    await choose(house, "boost", "home")
    house.cloud.journal.clear()
    await choose(house, "away", "hp-1")
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == ["away"] * 3
    assert [body["dhw"] for body in house.received()] == [
        {"temperature_lower_bound": 45}
    ] * 2
    await choose(house, "none", "hp-2")
    assert [mode(house, it) for it in ("hp-1", "hp-2", "home")] == ["none"] * 3
    assert held(house, "hot_water_min") == held(house, "hot_water_min", "hp-2") == 45
    assert held(house, "preferred_temperature") == 21


async def plan(house: House, begins: float, ends: float) -> None:
    """Plan a vacation in the calendar, in seconds from now."""
    start, end = (dt_util.now() + timedelta(seconds=it) for it in (begins, ends))
    await house.act(
        "calendar.create_event",
        "vacation",
        "home",
        summary="Away",
        start_date_time=start.isoformat(),
        end_date_time=end.isoformat(),
    )


async def test_beneath_a_vacation(house: House, clock: TickingDateTimeFactory) -> None:
    """One that is in force when a planned vacation begins goes on beneath it, and shows again after it."""
    await house.connected("hp-1", "hp-2")
    await add(house, name="Comfort", preferred_temperature=23, hot_water_min=60)
    await choose(house, "comfort", "home")
    await plan(house, 60, 2 * HOUR)
    await house.pass_time(clock, 120)
    assert (mode(house), held(house, "preferred_temperature")) == ("away", 16)
    # Also during a vacation no more than “at most”.
    assert held(house, "hot_water_min") == 55
    await house.pass_time(clock, 2 * HOUR)
    assert (mode(house), held(house, "preferred_temperature")) == ("comfort", 23)


@pytest.mark.parametrize("target", ["hp-1", "home"])
async def test_none_of_both(
    house: House, clock: TickingDateTimeFactory, target: str
) -> None:
    """None ends the vacation and, where it was chosen, the preset beneath it; in one request for each heat pump."""
    await house.connected("hp-1", "hp-2")
    await add(house, name="Comfort", preferred_temperature=23)
    await choose(house, "comfort", "home")
    await plan(house, 60, 2 * HOUR)
    await house.pass_time(clock, 120)
    house.cloud.journal.clear()
    await choose(house, "none", target)
    other = "comfort" if target == "hp-1" else "none"
    assert [mode(house, it) for it in ("hp-1", "hp-2")] == ["none", other]
    assert len(house.received()) == 2
    assert held(house, "preferred_temperature") == 21
    assert held(house, "preferred_temperature", "hp-2") == (
        23 if target == "hp-1" else 21
    )


async def test_not_home_by_what_cannot_be(house: House) -> None:
    """A preset that cannot begin ends no vacation."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    await house.act("number.set_value", "preferred_temperature", "home", value=21)
    await choose(house, "away", "home")
    house.cloud.journal.clear()
    with pytest.raises(ServiceValidationError, match="could not put them back"):
        await choose(house, "boost", "home")
    assert mode(house, "home") == "away"
    assert house.received() == []


# --- What goes wrong


async def test_write_only(house: House, clock: TickingDateTimeFactory) -> None:
    """Where nothing can be read, a preset sets what was set before, and puts it back."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    with pytest.raises(ServiceValidationError, match="could not put them back"):
        await choose(house, "boost", "home")
    assert (mode(house, "home"), house.received()) == ("none", [])
    await house.act("number.set_value", "hot_water_min", "home", value=45)
    await house.act("number.set_value", "hot_water_max", "home", value=58)
    await choose(house, "boost", "home")
    assert (mode(house, "home"), held(house, "hot_water_min")) == ("boost", 58)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert mode(house, "home") == "boost"
    await house.pass_time(clock, 2 * HOUR + 60)
    assert (mode(house, "home"), held(house, "hot_water_min")) == ("none", 45)


async def test_cloud_is_away(house: House, clock: TickingDateTimeFactory) -> None:
    """What the cloud does not have yet is told as such, and tried on."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=400, times=200)
    with pytest.raises(HomeAssistantError, match="goes on trying by itself"):
        await choose(house, "boost")
    assert mode(house) == "boost"
    house.cloud.weather.clear()
    await house.pass_time(clock, 120)
    assert held(house, "hot_water_min") == 55


# --- What becomes of one that is in force


async def test_renamed_in_force(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """It goes on under its new name, and nothing is sent; whether it is renamed in the form or in the list."""
    await house.connected()
    await choose(house, "boost")
    house.cloud.journal.clear()
    await change(house, "Boost", name="Bath", hot_water_min=60, duration=TWO_HOURS)
    assert modes(house) == ["none", "away", "Bath"]
    assert mode(house) == "Bath"
    await change(house, "Bath", name="Comfort", hot_water_min=60, duration=TWO_HOURS)
    assert mode(house) == "comfort"
    assert await async_setup_component(house.hass, "config", {})
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id(
        {
            "type": "config_entries/subentries/update",
            "entry_id": house.entry.entry_id,
            "subentry_id": presets(house)["Comfort"].subentry_id,
            "title": "Shower",
        }
    )
    assert (await client.receive_json())["success"]
    assert mode(house) == "Shower"
    assert modes(house) == ["none", "away", "Shower"]
    assert house.received() == []
    await choose(house, "none")
    assert held(house, "hot_water_min") == 45


async def test_changed_in_force(house: House) -> None:
    """What is in force stays as it was begun; what was changed counts when it is chosen next."""
    await house.connected()
    await choose(house, "boost")
    house.cloud.journal.clear()
    await change(house, "Boost", name="Boost", hot_water_min=50)
    assert mode(house) == "boost"
    assert house.received() == []
    await choose(house, "boost")
    assert held(house, "hot_water_min") == 50


async def test_removed_in_force(house: House) -> None:
    """Its settings are put back."""
    await house.connected("hp-1", "hp-2")
    await add(house, name="Comfort", preferred_temperature=23)
    await choose(house, "boost", "home")
    await choose(house, "comfort", "hp-2")
    await remove(house, "Boost")
    assert modes(house, "home") == ["none", "away", "comfort"]
    assert [mode(house, it) for it in ("hp-1", "hp-2")] == ["none", "comfort"]
    assert held(house, "hot_water_min") == 45
    assert held(house, "preferred_temperature", "hp-2") == 23
    await remove(house, "Comfort")
    assert held(house, "preferred_temperature", "hp-2") == 21


async def test_removed_while_not_connected(house: House) -> None:
    """What was removed meanwhile ends when the home is connected again."""
    await house.connected()
    await choose(house, "boost")
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    await remove(house, "Boost")
    assert held(house, "hot_water_min") == 55
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert mode(house) == "none"
    assert held(house, "hot_water_min") == 45


async def test_removed_while_the_cloud_is_away(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """It is over at once, and put back as soon as the cloud can be reached."""
    await house.connected()
    await choose(house, "boost")
    house.cloud.weather.add(method="PATCH", status=400, times=200)
    await remove(house, "Boost")
    assert mode(house) == "none"
    assert held(house, "hot_water_min") == 55
    house.cloud.weather.clear()
    await house.pass_time(clock, 120)
    assert held(house, "hot_water_min") == 45


# --- By actions


@pytest.mark.parametrize("name", ["boost", "BOOST", "Turbo", "turbo"])
async def test_by_name(house: House, name: str) -> None:
    """Actions end and replace it by the names that people know, however they are written."""
    house.hass.config.language = "pt"
    await house.connected()
    await choose(house, "boost")
    response = await call(house, "override_settings", name="Sun", hot_water_max=70)
    assert [it["name"] for it in response["home"]["in_force"]] == ["Sun", "Turbo"]
    await call(house, "override_settings", name=name, hot_water_min=50)
    assert held(house, "hot_water_min") == 50
    assert mode(house) == "boost"
    await call(house, "end_override", name=name)
    assert held(house, "hot_water_min") == 45
    assert mode(house) == "none"
    # What was begun by an action is the preset as well, and another one takes its place.
    await add(house, name="Bath", preferred_temperature=23)
    await call(house, "override_settings", name=name, hot_water_min=50)
    await choose(house, "Bath")
    assert held(house, "hot_water_min") == 45


async def test_name_of_a_preset_by_its_id(house: House) -> None:
    """What stands on the disk is nobody's name for it."""
    await house.connected()
    (boost,) = house.entry.subentries
    with pytest.raises(ServiceValidationError, match="is taken by"):
        await call(house, "override_settings", name=f"preset:{boost}", hot_water_min=50)


# --- The form


async def test_form(house: House) -> None:
    """Everything in it can be left out but the name; it is filled in with what there is, and can be emptied again."""
    await house.connected()
    # The frontend would fill in the first of the names otherwise.
    assert suggested(await open_form(house)) == {"name": ""}
    everything = {
        "preferred_temperature": 21.5,
        "allowed_below": 0.5,
        "allowed_above": 1.5,
        "hot_water_min": 50,
        "hot_water_max": 60,
        "control_mode": "auto",
        "schedule": "off",
    }
    optimization = {"dynamic_tariff": "on", "pv_self_consumption": "off"}
    lasts = {"days": 1, "hours": 2, "minutes": 30}
    await add(
        house,
        name=" My day ",
        **everything,
        optimization=optimization,
        duration=lasts,
    )
    assert presets(house)["My day"].data == {
        "settings": {
            **everything,
            "schedule": False,
            "dynamic_tariff": True,
            "pv_self_consumption": False,
        },
        "duration": 26.5 * HOUR,
    }
    form = await open_form(house, "My day")
    assert suggested(form) == {
        "name": "My day",
        **everything,
        **optimization,
        "duration": {**lasts, "seconds": 0},
    }
    await choose(house, "My day")
    assert held(house, "control_mode") == "auto"
    assert held(house, "dynamic_tariff") is True
    await submit(house, form, name="My day", preferred_temperature=20)
    assert presets(house)["My day"].data == {"settings": {"preferred_temperature": 20}}
    assert suggested(await open_form(house, "My day")) == {
        "name": "My day",
        "preferred_temperature": 20,
    }
    await change(house, "My day", name="Eco", optimization={"flex_trading": "on"})
    assert presets(house)["Eco"].data == {
        "settings": {"flex_trading": True},
        "standard": "eco",
        "word": "Eco",
    }


async def test_in_fahrenheit(house: House) -> None:
    """A house in °F is asked and told in °F; kept is what the cloud wants to have."""
    house.use_fahrenheit()
    await house.connected()
    assert suggested(await open_form(house, "Boost")) == {
        "name": "Boost",
        "hot_water_min": 140,
        "duration": {"days": 0, "hours": 2, "minutes": 0, "seconds": 0},
    }
    await add(house, name="Comfort", preferred_temperature=77, allowed_below=1.8)
    assert presets(house)["Comfort"].data["settings"] == {
        "preferred_temperature": 25,
        "allowed_below": 1,
    }
    await choose(house, "comfort")
    assert held(house, "preferred_temperature") == 25
    result = await submit(
        house, await open_form(house), name="x", preferred_temperature=95
    )
    assert result["errors"] == {"preferred_temperature": "refused"}
    assert "50 °F to 86 °F, not 95 °F" in str(result["description_placeholders"])
    form = await open_form(house)
    assert form["data_schema"] is not None
    numbers = {
        str(field): (takes.config["step"], takes.config["unit_of_measurement"])
        for field, takes in form["data_schema"].schema.items()
        if isinstance(takes, NumberSelector)
    }
    assert numbers == {
        "preferred_temperature": (1, "°F"),
        "allowed_below": (0.1, "°F"),
        "allowed_above": (0.1, "°F"),
        "hot_water_min": (1, "°F"),
        "hot_water_max": (1, "°F"),
    }


@pytest.mark.parametrize(
    ("typed", "field", "error", "reason"),
    [
        ({"name": " \u200b"}, "name", "name_missing", ""),
        ({"name": "None"}, "name", "name_reserved", ""),
        ({"name": "Ohne"}, "name", "name_reserved", ""),
        ({"name": "away"}, "name", "name_reserved", ""),
        ({"name": "Abwesend"}, "name", "name_reserved", ""),
        ({"name": "vacation"}, "name", "name_reserved", ""),
        ({"name": "Urlaub"}, "name", "name_reserved", ""),
        ({"name": "Welcome_Home"}, "name", "name_reserved", ""),
        ({"name": "for_a_while"}, "name", "name_reserved", ""),
        ({"name": "Boost"}, "name", "name_taken", ""),
        ({"name": "boost"}, "name", "name_taken", ""),
        ({"name": "SCHLAFEN"}, "name", "name_taken", ""),
        ({"name": "sleep"}, "name", "name_taken", ""),
        ({"name": "badetag"}, "name", "name_taken", ""),
        ({"hot_water_min": None}, "base", "nothing_to_set", ""),
        ({"hot_water_min": 30}, "hot_water_min", "refused", "unter 40 °C"),
        ({"hot_water_min": 70}, "hot_water_min", "refused", "65 °C"),
        ({"allowed_above": 6}, "allowed_above", "refused", "5 °C"),
        ({"hot_water_max": 45}, "hot_water_max", "refused", "45 °C"),
        (
            {"optimization": {"flex_trading": "on", "dynamic_tariff": "on"}},
            "base",
            "refused",
            "Flex",
        ),
        ({"duration": {"days": 367}}, "duration", "too_long", ""),
    ],
    ids=str,
)
async def test_refused(
    house: House, typed: dict[str, Any], field: str, error: str, reason: str
) -> None:
    """What cannot be is said at its field in the house's language, and the form keeps what was typed."""
    house.hass.config.language = "de"
    await house.connected()
    await add(house, name="Schlafen", preferred_temperature=18)
    await add(house, name="Badetag", hot_water_min=55)
    form = await open_form(house)
    typed = {"name": "Test", "hot_water_min": 50, **typed}
    typed = {key: value for key, value in typed.items() if value is not None}
    result = await submit(house, form, **typed)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {field: error})
    words = result["description_placeholders"]
    assert words is not None
    assert bool(words["reason"]) == bool(reason)
    assert reason in words["reason"]
    assert suggested(result).items() >= {"name": typed["name"]}.items()
    assert [*presets(house)] == ["Boost", "Schlafen", "Badetag"]
    assert modes(house) == ["none", "away", "boost", "sleep", "Badetag"]
    result = await submit(
        house, result, name="Test", hot_water_min=50, duration={"hours": 0}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    # No length is no end.
    assert presets(house)["Test"].data == {"settings": {"hot_water_min": 50}}


async def test_names_are_words(house: House) -> None:
    """The standard names are offered in Home Assistant's own words, in the language of the house."""
    house.hass.config.language = "de"
    await house.connected()
    form = await open_form(house)
    assert form["data_schema"] is not None
    select = form["data_schema"].schema["name"]
    words = ["Boost", "Komfort", "Eco", "Zuhause", "Schlafen", "Aktivität"]
    # But those that are taken: Boost is there from the start.
    assert select.config["options"] == words[1:]
    assert select.config["custom_value"]
    await add(house, name="Schlafen", preferred_temperature=18)
    form = await open_form(house)
    assert form["data_schema"] is not None
    offered = form["data_schema"].schema["name"].config["options"]
    assert offered == ["Komfort", "Eco", "Zuhause", "Aktivität"]
    # One's own name may stay.
    form = await open_form(house, "Boost")
    assert form["data_schema"] is not None
    assert form["data_schema"].schema["name"].config["options"] == ["Boost", *offered]


async def test_language_changes(house: House) -> None:
    """A standard name stays what it is to automations, and is said in the new language."""
    await house.connected()
    await add(house, name="Sleep", preferred_temperature=18)
    await choose(house, "sleep")
    await house.hass.config.async_update(language="de")
    await house.hass.async_block_till_done()
    assert (mode(house), modes(house)) == ("sleep", ["none", "away", "boost", "sleep"])
    (told,) = (await call(house, "end_override", name="x"))["home"]["in_force"]
    assert told["name"] == "Schlafen"
    assert suggested(await open_form(house, "Sleep"))["name"] == "Schlafen"
    await call(house, "end_override", name="schlafen")
    assert mode(house) == "none"


@pytest.mark.parametrize("title", ["none", "Boost"])
async def test_renamed_to_what_there_is(house: House, title: str) -> None:
    """The list lets people give any name; where it is taken, the other one is meant."""
    await house.connected()
    await add(house, name="Bath", preferred_temperature=23)
    await add(house, name="Comfort", preferred_temperature=22)
    for name in ("Bath", "Comfort"):
        house.hass.config_entries.async_update_subentry(
            house.entry, presets(house)[name], title=title
        )
        await house.hass.async_block_till_done()
    # “Boost” typed there is a name of one's own, beside the standard one.
    own = [] if title == "none" else ["Boost"]
    assert modes(house) == ["none", "away", "boost", *own]
    await choose(house, "none")
    assert house.received() == []
    if own:
        await choose(house, "Boost")
        assert held(house, "preferred_temperature") == 23
