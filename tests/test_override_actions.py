"""The actions that set something for a while, and end it."""

from datetime import timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .house import House

HELD = {
    "preferred_temperature": "room.preferred_temperature",
    "allowed_below": "room.temperature_lower_bound",
    "hot_water_min": "dhw.temperature_lower_bound",
    "hot_water_max": "dhw.temperature_upper_bound",
    "flex_trading": "optimization_settings.flex_trading",
    "dynamic_tariff": "optimization_settings.dynamic_tariff",
}
HOUR = 3600


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


def held(house: House, key: str, target: str = "hp-1") -> Any:
    """Return what the cloud holds."""
    return house.cloud.cloud.heat_pump(target).held[HELD[key]]


async def call(house: House, action: str, **data: Any) -> Any:
    """Call an action, and return its response."""
    return await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )


async def override(house: House, **data: Any) -> Any:
    """Set something for a while."""
    return await call(house, "override_settings", **data)


async def test_for_two_hours(house: House, clock: TickingDateTimeFactory) -> None:
    """It is on the cloud when the action returns, and back by itself when the time is over."""
    await house.connected()
    response = await override(
        house, name="Bath", hot_water_min=55, duration={"hours": 2}
    )
    assert held(house, "hot_water_min") == 55
    (told,) = response.values()
    (bath,) = told["in_force"]
    assert (bath["name"], bath["settings"]) == ("Bath", ["hot_water_min"])
    until = dt_util.parse_datetime(bath["until"], raise_on_error=True)
    assert timedelta(hours=1.99) < until - dt_util.now() <= timedelta(hours=2)
    assert told["shown"]["hot_water_min"] == 55
    await house.pass_time(clock, 2 * HOUR - 60)
    assert held(house, "hot_water_min") == 55
    await house.pass_time(clock, 120)
    assert held(house, "hot_water_min") == 45
    assert house.shows("hot_water_min") == "45.0"


async def test_until(house: House, clock: TickingDateTimeFactory) -> None:
    """An end is in the time of the house."""
    await house.hass.config.async_set_time_zone("Europe/Amsterdam")
    await house.connected()
    until = dt_util.now() + timedelta(hours=3)
    await override(
        house, preferred_temperature=23, until=until.replace(tzinfo=None).isoformat()
    )
    await house.pass_time(clock, 3 * HOUR - 60)
    assert held(house, "preferred_temperature") == 23
    await house.pass_time(clock, 120)
    assert held(house, "preferred_temperature") == 21


async def test_until_it_is_ended(house: House, clock: TickingDateTimeFactory) -> None:
    """Without an end it stays; ended, what is beneath shows again."""
    await house.connected()
    await override(house, name="Guests", preferred_temperature=22.5)
    await override(house, name="Sauna", preferred_temperature=20)
    await house.pass_time(clock, 48 * HOUR)
    assert held(house, "preferred_temperature") == 20
    response = await call(house, "end_override", name="Sauna")
    assert [it["name"] for it in response["home"]["in_force"]] == ["Guests"]
    assert held(house, "preferred_temperature") == 22.5
    response = await call(house, "end_override")
    assert response["home"]["in_force"] == []
    assert held(house, "preferred_temperature") == 21


async def test_same_name_replaces(house: House) -> None:
    """Begun again under its name, it sets what it says now, and nothing else."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=50, preferred_temperature=23)
    await override(house, name="Bath", hot_water_min=52)
    assert held(house, "hot_water_min") == 52
    assert held(house, "preferred_temperature") == 21
    await override(house, hot_water_min=51)
    response = await override(house, hot_water_min=53)
    assert [it["name"] for it in response["home"]["in_force"]] == [
        "for_a_while",
        "Bath",
    ]


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_differences_add_up(house: House, fahrenheit: bool) -> None:
    """What counts from what is set adds up while it overlaps, in the house's unit."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    step = 1.8 if fahrenheit else 1
    await override(
        house, name="Sun", preferred_temperature_by=step, hot_water_min_by=step
    )
    await override(house, name="Cheap", preferred_temperature_by=2 * step)
    assert held(house, "preferred_temperature") == 24
    assert held(house, "hot_water_min") == 46
    await call(house, "end_override", name="Sun")
    assert held(house, "preferred_temperature") == 23
    await call(house, "end_override", name="Cheap")
    assert (held(house, "preferred_temperature"), held(house, "hot_water_min")) == (
        21,
        45,
    )


async def test_hand_wins(house: House, clock: TickingDateTimeFactory) -> None:
    """What is set by hand meanwhile stays, and the rest goes back."""
    await house.connected()
    await override(
        house, preferred_temperature=23, hot_water_min=50, duration={"hours": 1}
    )
    await house.act("number.set_value", "preferred_temperature", value=19)
    await house.pass_time(clock, HOUR + 60)
    assert (held(house, "preferred_temperature"), held(house, "hot_water_min")) == (
        19,
        45,
    )


async def test_over_a_restart(house: House, clock: TickingDateTimeFactory) -> None:
    """It ends by itself also after a restart, and where its end was missed."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    clock.tick(3 * HOUR)
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert held(house, "hot_water_min") == 45


async def test_beneath_a_vacation(house: House, clock: TickingDateTimeFactory) -> None:
    """A vacation is on top, and goes on when all that was set for a while is ended."""
    await house.connected()
    await override(house, name="Guests", preferred_temperature=23)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    assert held(house, "preferred_temperature") == 16
    response = await override(house, name="Warmer", preferred_temperature=24)
    assert [it["name"] for it in response["home"]["in_force"]] == [
        "vacation",
        "Warmer",
        "Guests",
    ]
    assert held(house, "preferred_temperature") == 16
    await call(house, "end_override", name="Warmer")
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert held(house, "preferred_temperature") == 23
    await call(house, "end_override")
    assert held(house, "preferred_temperature") == 21


async def test_each_heat_pump_by_itself(house: House) -> None:
    """One heat pump has it, or all of the home; each is ended by itself."""
    await house.connected("hp-1", "hp-2")
    await override(house, device_id=house.device("hp-2").id, preferred_temperature=23)
    assert (
        held(house, "preferred_temperature"),
        held(house, "preferred_temperature", "hp-2"),
    ) == (21, 23)
    await override(house, name="All", hot_water_min=50)
    assert (held(house, "hot_water_min"), held(house, "hot_water_min", "hp-2")) == (
        50,
        50,
    )
    await call(house, "end_override", entity_id=house.entity_id("climate", "hp-2"))
    assert (held(house, "hot_water_min"), held(house, "hot_water_min", "hp-2")) == (
        50,
        45,
    )
    assert held(house, "preferred_temperature", "hp-2") == 21
    await call(house, "end_override")
    assert held(house, "hot_water_min") == 45


async def test_exclusive_optimisations(house: House) -> None:
    """Flex trading for a while switches the others off, and all come back."""
    await house.connected()
    await house.act("switch.turn_on", "dynamic_tariff")
    await override(house, flex_trading=True)
    assert (held(house, "flex_trading"), held(house, "dynamic_tariff")) == (True, False)
    await call(house, "end_override")
    assert (held(house, "flex_trading"), held(house, "dynamic_tariff")) == (False, True)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "No setting was chosen"),
        ({"duration": {"hours": 1}}, "No setting was chosen"),
        ({"hot_water_min": 60}, "at least 60 °C and at most 55 °C"),
        (
            {"duration": {"hours": 1}, "until": "2099-01-01 00:00:00"},
            "Give either how long it lasts or when it ends",
        ),
        ({"hot_water_min": 55, "duration": {"hours": 0}}, "It would be over already"),
        (
            {"hot_water_min": 55, "until": "2020-01-01 00:00:00"},
            "It would be over already",
        ),
        ({"hot_water_min": 55, "name": "Vacation"}, "The name “Vacation” is taken"),
        ({"hot_water_min": 55, "key": "vacation"}, "The name “vacation” is taken"),
        (
            {"hot_water_min": 55, "key": "17", "name": "preset:1"},
            "The name “preset:1” is taken",
        ),
        (
            {"hot_water_min": 55, "hot_water_min_by": 2},
            "“Hot water min” was given both as a value",
        ),
        ({"hot_water_min": 30}, "only be below 40 °C during a vacation"),
        ({"preferred_temperature": 40}, "10 °C to 30 °C"),
        (
            {"hot_water_min": 60, "hot_water_max": 50},
            "at least 60 °C and at most 50 °C",
        ),
        ({"flex_trading": True, "dynamic_tariff": True}, "cannot be combined"),
    ],
)
async def test_refused(house: House, data: dict[str, Any], says: str) -> None:
    """What cannot be is refused in words, and nothing is sent."""
    await house.connected()
    with pytest.raises(ServiceValidationError, match=says):
        await override(house, **data)
    assert house.received() == []


async def test_end_by_one_of_the_two(house: House) -> None:
    """A name and a key may mean two different ones: which of them is to end is asked in words."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    with pytest.raises(ServiceValidationError, match="either the name or the key"):
        await call(house, "end_override", name="Bath", key="Bath")
    assert held(house, "hot_water_min") == 55


async def test_nothing_to_return_to(house: House) -> None:
    """Where nobody knows how a setting is set, it is not set for a while: it could not be put back."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    with pytest.raises(ServiceValidationError, match="could not put them back"):
        await override(house, preferred_temperature=23)
    assert house.received() == []


async def test_cloud_is_away(house: House, clock: TickingDateTimeFactory) -> None:
    """What the cloud does not have yet is told as such, and tried on."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=400, times=200)
    with pytest.raises(HomeAssistantError, match="goes on trying by itself"):
        await override(house, preferred_temperature=23)
    house.cloud.weather.clear()
    await house.pass_time(clock, 120)
    assert held(house, "preferred_temperature") == 23


async def test_called_again_and_again(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """An automation that looks every five minutes how things stand changes nothing twice, and nothing by hand."""
    await house.connected()

    async def look(**data: Any) -> None:
        await override(house, name="Sun", keep_changes=True, **data)

    await look(hot_water_min=50, allowed_below_by=1)
    assert held(house, "allowed_below") == 2.5
    house.cloud.journal.clear()
    await look(hot_water_min=50, allowed_below_by=1)
    assert house.received() == []
    await house.act("number.set_value", "hot_water_min", value=47)
    house.cloud.journal.clear()
    # Another value of the same name is set, but not over what was set by hand.
    await look(hot_water_min=52, allowed_below_by=2)
    assert (held(house, "hot_water_min"), held(house, "allowed_below")) == (47, 3.5)
    await house.act("number.set_value", "allowed_below", value=1)
    await house.pass_time(clock, HOUR)
    await look(hot_water_min=52, allowed_below_by=2)
    assert (held(house, "hot_water_min"), held(house, "allowed_below")) == (47, 1)
    response = await call(house, "end_override", name="Sun")
    assert response["home"]["in_force"] == []
    await look(hot_water_min=52)
    assert held(house, "hot_water_min") == 52
    await call(house, "end_override", name="Sun")
    assert (held(house, "hot_water_min"), held(house, "allowed_below")) == (47, 1)


async def test_everything_was_changed_by_hand(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """What has no setting left is not in force for anybody to see, and can be begun anew."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    await house.act("number.set_value", "hot_water_min", value=50)
    response = await call(house, "end_override", name="Other")
    assert response["home"]["in_force"] == []
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 1})
    assert held(house, "hot_water_min") == 55
    await house.pass_time(clock, HOUR + 60)
    assert held(house, "hot_water_min") == 50


async def test_automation_knows_its_own(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """What is begun under a key goes on under another name, and is seen and ended by its key."""
    await house.connected()

    async def look(name: str, **data: Any) -> Any:
        return await override(
            house, name=name, key="17", keep_changes=True, allowed_below_by=1, **data
        )

    def begun() -> Any:
        return house.state("for_a_while").attributes["begun"]

    assert begun() == []
    await look("Night")
    await override(house, name="Night", hot_water_min=50)
    assert begun() == ["17", "Night"]
    response = await look("Silent night")
    assert [it["name"] for it in response["home"]["in_force"]] == [
        "Night",
        "Silent night",
    ]
    assert held(house, "allowed_below") == 2.5
    await call(house, "end_override", name="Night")
    assert begun() == ["17"]
    await house.act("number.set_value", "allowed_below", value=3)
    assert begun() == ["17"]
    await call(house, "end_override", key="17")
    assert begun() == []
    assert (held(house, "allowed_below"), held(house, "hot_water_min")) == (3, 45)


@pytest.mark.parametrize("which", [{}, {"name": "Night"}])
async def test_ended_by_somebody_else(
    house: House, clock: TickingDateTimeFactory, which: dict[str, Any]
) -> None:
    """What an automation has begun and somebody ends is not begun again until the automation has ended it itself."""
    await house.connected()

    async def look() -> None:
        await override(
            house, name="Night", key="17", keep_changes=True, allowed_below_by=1
        )

    await look()
    await call(house, "end_override", name="Other")
    assert held(house, "allowed_below") == 2.5
    response = await call(house, "end_override", **which)
    assert response["home"]["in_force"] == []
    assert held(house, "allowed_below") == 1.5
    await house.pass_time(clock, HOUR)
    await look()
    assert held(house, "allowed_below") == 1.5
    await call(house, "end_override", key="17")
    await look()
    assert held(house, "allowed_below") == 2.5


async def test_automation_called_as_a_preset(
    house: House, clock: TickingDateTimeFactory
) -> None:
    """An automation may be called as a preset is: they are two."""
    await house.connected()
    automation = {"name": "Boost", "key": "17"}
    await override(house, **automation, preferred_temperature=23)
    assert house.state("climate").attributes["preset_mode"] == "none"
    await house.act("climate.set_preset_mode", "climate", preset_mode="boost")
    assert held(house, "preferred_temperature") == 23
    await call(house, "end_override", key="17")
    assert held(house, "preferred_temperature") == 21
    assert house.state("climate").attributes["preset_mode"] == "boost"


@pytest.mark.parametrize("name", ["Vacation", "vacation", "none", "unknown"])
async def test_automation_called_as_something_else(house: House, name: str) -> None:
    """What has a key may be called anything, and is neither a vacation nor nothing."""
    await house.connected()
    await override(house, name=name, key="17", hot_water_min=55)
    assert house.shows("for_a_while") == name.capitalize()
    assert house.shows("vacation_status") == "home"
    await call(house, "end_override")
    assert house.shows("for_a_while") == "none"
    assert held(house, "hot_water_min") == 45


async def test_only_raise(house: House, clock: TickingDateTimeFactory) -> None:
    """What is higher already stays, also where it becomes so meanwhile; what has no height is set."""
    await house.connected()
    await house.act("number.set_value", "hot_water_max", value=70)
    await override(
        house,
        name="Hot",
        hot_water_min=60,
        hot_water_max=60,
        control_mode="off",
        only_raise=True,
    )
    assert (held(house, "hot_water_min"), held(house, "hot_water_max")) == (60, 70)
    assert house.shows("control_mode") == "off"
    await override(house, name="Sun", hot_water_min=55, only_raise=True)
    assert held(house, "hot_water_min") == 60
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await call(house, "end_override", name="Sun")
    assert (held(house, "hot_water_min"), held(house, "hot_water_max")) == (60, 70)
    await call(house, "end_override")
    assert (held(house, "hot_water_min"), held(house, "hot_water_max")) == (45, 70)
    assert house.shows("control_mode") == "heating"


async def test_key_over_a_restart(house: House, clock: TickingDateTimeFactory) -> None:
    """An automation knows what it has begun, and that somebody has ended it, also after a restart."""
    await house.connected()
    night = {"name": "Night", "key": "17", "keep_changes": True}
    await override(house, **night, allowed_below_by=1)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.state("for_a_while").attributes["begun"] == ["17"]
    await call(house, "end_override")
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await override(house, **night, allowed_below_by=1)
    assert held(house, "allowed_below") == 1.5


async def test_away_until(house: House, clock: TickingDateTimeFactory) -> None:
    """A vacation that an action begins ends by itself; while it runs, it can be given another end."""
    await house.connected("hp-1", "hp-2")

    async def leave(**data: Any) -> None:
        await house.hass.services.async_call(
            DOMAIN, "start_vacation", data, blocking=True
        )

    back = dt_util.now() + timedelta(hours=5)
    await leave(until=back.replace(tzinfo=None).isoformat())
    assert held(house, "preferred_temperature", "hp-2") == 16
    calendar = house.state("vacation", "home").attributes
    assert calendar["end_time"] == f"{back:%Y-%m-%d %H:%M:%S}"
    later = back + timedelta(hours=1)
    await leave(
        until=later.replace(tzinfo=None).isoformat(),
        entity_id=house.entity_id("climate", "hp-2"),
    )
    await house.pass_time(clock, 5.5 * HOUR)
    assert held(house, "preferred_temperature") == 16
    await house.pass_time(clock, HOUR)
    assert held(house, "preferred_temperature") == 21
    await leave()
    assert house.state("climate").attributes["preset_mode"] == "away"
    await leave()
    await house.hass.services.async_call(DOMAIN, "end_vacation", {}, blocking=True)
    assert held(house, "preferred_temperature") == 21
    with pytest.raises(ServiceValidationError, match="It would be over already"):
        await leave(until="2020-01-01 00:00:00")


def told(house: House) -> list[str | None]:
    """Return what stands under Repairs."""
    return [
        issue.translation_key
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


async def test_late_for_an_hour(house: House, clock: TickingDateTimeFactory) -> None:
    """What cannot begin or end for an hour is told as what it is, and not as a vacation's."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=400, times=999)
    with pytest.raises(HomeAssistantError, match="does not have what is set for"):
        await override(house, name="Bath", hot_water_min=55)
    assert house.shows("vacation_status") == "home"
    for _ in range(13):
        await house.pass_time(clock, 300)
    assert told(house) == ["override_start"]
    house.cloud.weather.clear()
    await house.pass_time(clock, 300)
    assert held(house, "hot_water_min") == 55
    assert told(house) == []
    house.cloud.weather.add(method="PATCH", status=400, times=999)
    with pytest.raises(HomeAssistantError, match="not all settings are back"):
        await call(house, "end_override")
    for _ in range(13):
        await house.pass_time(clock, 300)
    assert told(house) == ["override_end"]
    assert house.shows("vacation_status") == "home"
    house.cloud.weather.clear()
    await house.pass_time(clock, 300)
    assert held(house, "hot_water_min") == 45
    assert told(house) == []


async def test_late_beside_a_vacation(house: House) -> None:
    """A vacation that has begun stays so while something else cannot begin beneath it."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    house.cloud.weather.add(method="PATCH", status=400, times=999)
    with pytest.raises(HomeAssistantError, match="does not have what is set for"):
        await override(house, name="Bath", hot_water_min=55)
    assert house.shows("vacation_status") == "away"


async def test_missing_at_the_end(house: House) -> None:
    """A heat pump that is missing when it ends has its settings back as soon as it is there again."""
    await house.connected("hp-1", "hp-2")
    await override(house, name="Bath", hot_water_min=55)
    house.cloud.cloud.hide("hp-2")
    for _ in range(4):
        await house.poll()
    assert house.shows("hot_water_min", "hp-2") == "unavailable"
    await call(house, "end_override")
    assert (held(house, "hot_water_min"), held(house, "hot_water_min", "hp-2")) == (
        45,
        55,
    )
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    house.cloud.cloud.hide("hp-2", hidden=False)
    for _ in range(2):
        await house.poll()
    assert held(house, "hot_water_min", "hp-2") == 45


async def test_difference_is_in_hand(house: House) -> None:
    """Automations that leave alone what the sensor names leave alone what is set by a difference, too."""
    await house.connected()
    await override(house, hot_water_min_by=5, preferred_temperature=22)
    settings = house.state("vacation_status").attributes["settings"]
    assert settings == ["hot_water_min", "preferred_temperature"]
