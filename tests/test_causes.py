"""What the logbook names as the cause of a change that nobody has made at the entity itself."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.components.logbook import _process_logbook_platform
from homeassistant.components.logbook.const import DOMAIN as LOGBOOK
from homeassistant.components.logbook.models import LogbookConfig, async_event_to_row
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.const import EVENT_CALL_SERVICE, EVENT_STATE_CHANGED
from homeassistant.core import Context, Event
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.integration_platform import (
    async_process_integration_platforms,
)

from .house import House, refuse_changes
from .test_for_a_while import HOUR, go_away, override, press


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Hold the clock before anything is connected."""
    return freezer


class Causes:
    """What the logbook shows of changes of state, with what it says has caused them."""

    def __init__(self, house: House) -> None:
        """Note all changes from now on."""
        self._house = house
        self._events: list[Event[Any]] = async_capture_events(
            house.hass, EVENT_STATE_CHANGED
        )
        self._calls = async_capture_events(house.hass, EVENT_CALL_SERVICE)
        self._told = 0

    def of(self, key: str, target: str = "hp-1") -> list[tuple[str, str | None]]:
        """Return the states of an entity that have come since, and the entity and state behind each."""
        changes = [it for it in self._events if it.data["old_state"]]
        entity_id = self._house.entity_id(key, target)
        names = {
            self._house.entity_id(each, target): each
            for each in ("for_a_while", "vacation_status", "flex_trading")
        }
        new = {
            it.data["new_state"].last_updated_timestamp
            for it in self._events[self._told :]
            if it in changes
            and it.data["entity_id"] == entity_id
            and it.data["old_state"].state != it.data["new_state"].state
        }
        rows: list[Any] = [
            async_event_to_row(it)
            for it in sorted(
                [*changes, *self._calls], key=lambda it: it.time_fired_timestamp
            )
        ]
        return [
            (
                row["state"],
                names[row["context_entity_id"]] + ": " + row["context_state"]
                if "context_entity_id" in row
                else None,
            )
            for row in EventProcessor(self._house.hass, [], timestamp=True).humanify(
                rows
            )
            if row["entity_id"] == entity_id and row["when"] in new
        ]

    def forget(self) -> None:
        """Speak only of what comes from now on."""
        self._told = len(self._events)


@pytest.fixture
async def causes(house: House) -> Causes:
    """Have the logbook loaded."""
    house.hass.data[LOGBOOK] = LogbookConfig({})
    await async_process_integration_platforms(
        house.hass, LOGBOOK, _process_logbook_platform
    )
    return Causes(house)


async def test_bath(
    house: House, causes: Causes, clock: TickingDateTimeFactory
) -> None:
    """What is set for a while is named when it begins and when it is over; what somebody sets then has no such cause."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    assert causes.of("hot_water_min") == [("55.0", "for_a_while: Bath")]
    causes.forget()
    await house.pass_time(clock, 2 * HOUR + 60)
    assert causes.of("hot_water_min") == [("45.0", "for_a_while: none")]
    # Within seconds.
    await house.poll()
    causes.forget()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 50}})
    assert causes.of("hot_water_min") == [("50.0", None)]
    causes.forget()
    await house.act("number.set_value", "hot_water_min", value=48)
    assert causes.of("hot_water_min") == [("48.0", None)]


async def test_vacation(
    house: House, causes: Causes, clock: TickingDateTimeFactory
) -> None:
    """A vacation is named when it begins and while it is put back, at the thermostat as well; what it leaves alone is not its."""
    await house.connected()
    await override(house, hot_water_min=55)
    causes.forget()
    await go_away(house, 0, HOUR)
    ((state, cause),) = causes.of("preferred_temperature")
    assert state == "16.0"
    # When the cloud has taken it, either entity may be written first.
    assert cause in ("vacation_status: starting", "vacation_status: away")
    assert causes.of("hot_water_min") == []
    await override(house, name="Bath", hot_water_min=50)
    assert causes.of("hot_water_min") == [("50.0", "for_a_while: vacation")]
    causes.forget()
    await house.pass_time(clock, HOUR + 60)
    ((state, cause),) = causes.of("preferred_temperature")
    assert state == "21.0"
    assert cause in ("vacation_status: ending", "vacation_status: home")
    causes.forget()
    await house.poll()
    await press(house)
    assert causes.of("hot_water_min") == [("45.0", "for_a_while: none")]


async def test_write_only(
    house: House, causes: Causes, clock: TickingDateTimeFactory
) -> None:
    """Where no read shows what has come back, what is over is named all the same, and nothing else is."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    await house.act("number.set_value", "hot_water_min", "home", value=45)
    await house.act("number.set_value", "preferred_temperature", "home", value=21)
    causes.forget()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    assert causes.of("hot_water_min", "home") == [("55.0", "for_a_while: Bath")]
    causes.forget()
    await house.pass_time(clock, 2 * HOUR + 60)
    assert causes.of("hot_water_min", "home") == [("45.0", "for_a_while: none")]
    causes.forget()
    await house.act("number.set_value", "hot_water_min", "home", value=48)
    assert causes.of("hot_water_min", "home") == [("48.0", None)]
    causes.forget()
    await go_away(house, 0, HOUR, target="home")
    await house.pass_time(clock, HOUR + 60)
    gone, back = causes.of("preferred_temperature", "home")
    assert gone[0] == "16.0"
    assert gone[1] in ("vacation_status: starting", "vacation_status: away")
    assert back[0] == "21.0"
    # Both sensors show that it is over.
    assert back[1] in (
        "vacation_status: ending",
        "vacation_status: home",
        "for_a_while: none",
    )


async def test_mode(house: House, causes: Causes) -> None:
    """The thermostat and the select name it as well."""
    await house.connected("hp-1", "hp-2")
    await override(house, name="Summer", control_mode="cooling")
    for target in ("hp-1", "home"):
        assert causes.of("climate", target)[-1] == ("cool", "for_a_while: Summer")
        assert causes.of("control_mode", target)[-1] == (
            "cooling",
            "for_a_while: Summer",
        )


async def test_by_hand(house: House, causes: Causes) -> None:
    """What somebody changes elsewhere while it is set for a while is not said to follow from it, at any read."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55)
    await house.poll()
    causes.forget()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 50}})
    await house.poll()
    assert causes.of("hot_water_min") == [("50.0", None)]


@pytest.mark.parametrize("others", ["dynamic_tariff", "pv_self_consumption"])
async def test_flex_trading(house: House, causes: Causes, others: str) -> None:
    """What flex trading switches off names it; what is switched off by itself does not."""
    await house.connected()
    path = {"flex_trading": False, "dynamic_tariff": True, "pv_self_consumption": True}
    await house.change_elsewhere({"optimization_settings": path})
    causes.forget()
    await house.change_elsewhere(
        {
            "optimization_settings": {
                "flex_trading": True,
                "dynamic_tariff": False,
                "pv_self_consumption": False,
            }
        }
    )
    assert causes.of(others) == [("off", "flex_trading: on")]
    causes.forget()
    await house.change_elsewhere({"optimization_settings": path})
    assert causes.of(others) == [("on", None)]
    causes.forget()
    await house.act("switch.turn_off", others)
    assert causes.of(others) == [("off", None)]


async def test_flex_trading_by_a_person(house: House, causes: Causes) -> None:
    """Who switches flex trading on has also switched off the others."""
    await house.connected()
    await house.change_elsewhere(
        {"optimization_settings": {"flex_trading": False, "dynamic_tariff": True}}
    )
    context = Context()
    await house.hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": house.entity_id("flex_trading")},
        blocking=True,
        context=context,
    )
    assert house.shows("dynamic_tariff") == "off"
    assert house.state("dynamic_tariff").context == context


@pytest.mark.parametrize("target", ["hp-1", "home"])
@pytest.mark.parametrize(
    ("action", "key", "data"),
    [
        ("climate.set_temperature", "climate", {"temperature": 22}),
        ("number.set_value", "preferred_temperature", {"value": 22}),
    ],
)
async def test_all_that_a_person_changes(
    house: House, target: str, action: str, key: str, data: Any
) -> None:
    """What shows the same setting elsewhere, and what goes along with it, has the same person behind it."""
    await house.connected("hp-1", "hp-2")
    await house.change_elsewhere({"room": {"schedule_enabled": True}}, "hp-1")
    context = Context()
    domain, service = action.split(".")
    entity_id = house.entity_id(key, target)
    await house.hass.services.async_call(
        domain,
        service,
        {"entity_id": entity_id, **data},
        blocking=True,
        context=context,
    )
    for shown in ("climate", "preferred_temperature"):
        for whose in ("hp-1", "home"):
            assert house.state(shown, whose).context == context, (shown, whose)
        is_theirs = house.state(shown, "hp-2").context == context
        assert is_theirs == (target == "home")
    assert (house.state("schedule").context == context) == (key == "climate")
    # What comes then is somebody else's doing.
    await house.change_elsewhere({"room": {"preferred_temperature": 20}})
    assert house.state("preferred_temperature").context != context


async def test_all_that_an_action_changes(house: House) -> None:
    """Update settings is behind what it changes, too."""
    await house.connected()
    context = Context()
    await house.hass.services.async_call(
        DOMAIN,
        "update_settings",
        {"preferred_temperature": 22, "flex_trading": True},
        blocking=True,
        context=context,
    )
    for key in ("climate", "preferred_temperature", "flex_trading", "dynamic_tariff"):
        assert house.state(key).context == context
    assert house.state("hot_water_min").context != context


@pytest.mark.parametrize(
    ("begin", "end", "key"),
    [
        (
            (f"{DOMAIN}.override_settings", {"name": "Bath", "hot_water_min": 55}),
            (f"{DOMAIN}.end_override", {"name": "Bath"}),
            "for_a_while",
        ),
        (
            ("climate.set_preset_mode", {"preset_mode": "boost"}),
            ("button.press", {}),
            "for_a_while",
        ),
        (
            (f"{DOMAIN}.start_vacation", {}),
            (f"{DOMAIN}.end_vacation", {}),
            "vacation_status",
        ),
        (
            (
                "calendar.create_event",
                {
                    "summary": "Ski",
                    "start_date_time": "2026-01-01 00:00:00",
                    "end_date_time": "2099-01-01 00:00:00",
                },
            ),
            ("climate.set_preset_mode", {"preset_mode": "none"}),
            "vacation_status",
        ),
    ],
)
async def test_who_begins_and_ends(
    house: House, begin: tuple[str, Any], end: tuple[str, Any], key: str
) -> None:
    """Whoever begins something for a while, or ends it, is behind what the sensor shows, and the sensor behind the rest."""
    await house.connected()
    entities = {
        "climate": house.entity_id("climate"),
        "button": house.entity_id("back_to_normal"),
        "calendar": house.entity_id("vacation", "home"),
    }
    for action, data in (begin, end):
        context = Context()
        domain, service = action.split(".")
        if domain in entities:
            data = {"entity_id": entities[domain], **data}
        await house.hass.services.async_call(
            domain, service, data, blocking=True, context=context
        )
        shown = house.state(key).context
        assert shown.parent_id == context.id
        assert shown.id != context.id


async def test_nobody_ends_it(house: House, clock: TickingDateTimeFactory) -> None:
    """What is over by itself is nobody's doing."""
    await house.connected()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 1})
    assert house.state("for_a_while").context.parent_id is not None
    await house.pass_time(clock, HOUR + 60)
    assert house.shows("for_a_while") == "none"
    assert house.state("for_a_while").context.parent_id is None


async def test_all_that_switching_on_changes(house: House) -> None:
    """So is who switches all heat pumps on, each in its own mode."""
    await house.connected("hp-1", "hp-2")
    await house.act("climate.set_hvac_mode", "climate", hvac_mode="cool")
    await house.act("climate.turn_off", "climate", "home")
    context = Context()
    await house.hass.services.async_call(
        "climate",
        "turn_on",
        {"entity_id": house.entity_id("climate", "home")},
        blocking=True,
        context=context,
    )
    for target in ("hp-1", "hp-2"):
        assert house.state("climate", target).context == context
        assert house.state("control_mode", target).context == context


async def test_sensor_deleted(house: House, causes: Causes) -> None:
    """Where somebody has deleted what shows the cause, none is named."""
    await house.connected()
    er.async_get(house.hass).async_remove(house.entity_id("for_a_while"))
    await house.hass.async_block_till_done()
    await override(house, name="Bath", hot_water_min=55)
    state = house.state("hot_water_min")
    assert (state.state, state.context.parent_id) == ("55.0", None)


async def test_taken_later(
    house: House, causes: Causes, clock: TickingDateTimeFactory
) -> None:
    """What the cloud takes only after a while names it as well."""
    await house.connected()
    refuse_changes(house, "Ask your installer")
    with pytest.raises(HomeAssistantError):
        await override(house, name="Bath", hot_water_min=55)
    assert house.shows("hot_water_min") == "45.0"
    house.cloud.weather.clear()
    causes.forget()
    await house.pass_time(clock, HOUR / 6)
    assert causes.of("hot_water_min") == [("55.0", "for_a_while: Bath")]
