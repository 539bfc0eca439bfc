"""Google Assistant, as core connects it: what it is told of our entities, and what it asks of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any, override

import pytest

from homeassistant.auth.models import User
from homeassistant.components.google_assistant.const import SOURCE_CLOUD
from homeassistant.components.google_assistant.http import GoogleConfig
from homeassistant.components.google_assistant.report_state import INITIAL_REPORT_DELAY
from homeassistant.components.google_assistant.smart_home import async_handle_message

from ..house import House
from .states import (
    AUTO,
    COOL,
    HEAT,
    OFF,
    ONE,
    SEVERAL,
    Home,
    Room,
    approximately,
    connected,
    held,
    pass_time,
    read_back,
    show,
    walk,
)

SETPOINT = "TemperatureSetpoint"
RANGE = "TemperatureSetRange"
SETPOINT_KEY = "thermostatTemperatureSetpoint"
LOW_KEY = "thermostatTemperatureSetpointLow"
HIGH_KEY = "thermostatTemperatureSetpointHigh"
MODES = ["off", "heat", "cool", "heatcool"]


COMMANDS = [
    (HEAT, SETPOINT, {SETPOINT_KEY: 19}, {"preferred": 19}),
    (COOL, SETPOINT, {SETPOINT_KEY: 24.5}, {"preferred": 24.5}),
    (OFF, SETPOINT, {SETPOINT_KEY: 20}, {"preferred": 20}),
    (AUTO, SETPOINT, {SETPOINT_KEY: 22}, {"preferred": 22}),
    pytest.param(
        AUTO,
        RANGE,
        {LOW_KEY: 20.5, HIGH_KEY: 24},
        {"preferred": 22},
        id="one degree warmer",
    ),
    pytest.param(
        AUTO,
        RANGE,
        {LOW_KEY: 20, HIGH_KEY: 25},
        {"below": 1, "above": 4},
        id="another band",
    ),
    *(
        (start, "SetMode", {"thermostatMode": mode}, {"mode": cloud})
        for start, mode, cloud in (
            (HEAT, "heatcool", "auto"),
            (AUTO, "heat", "heating"),
            (AUTO, "cool", "cooling"),
            (COOL, "off", "off"),
            (OFF, "on", "heating"),
        )
    ),
]


class Google(GoogleConfig):
    """Core's own connection to Google, but for the wire; it is shown everything that there is."""

    def __init__(self, house: House, user: User) -> None:
        """Belong to a house, and to the one who has connected it."""
        super().__init__(house.hass, {})
        self.house = house
        self.user = user
        self.reported: list[dict[str, Any]] = []

    @override
    def should_expose(self, entity_id: str) -> bool:
        """Return that there is no secret."""
        return True

    @override
    async def async_report_state(
        self, message: dict[str, Any], agent_user_id: str, event_id: str | None = None
    ) -> HTTPStatus:
        """Keep what would go to Google."""
        self.reported.append(message["devices"]["states"])
        return HTTPStatus.OK

    async def ask(self, intent: str, payload: Any = None) -> dict[str, Any]:
        """Send one of Google's messages, and return the answer."""
        message = {
            "requestId": "1",
            "inputs": [{"intent": f"action.devices.{intent}", "payload": payload}],
        }
        answer = await async_handle_message(
            self.hass, self, self.user.id, self.user.id, message, SOURCE_CLOUD
        )
        found: dict[str, Any] = answer["payload"]
        assert "errorCode" not in found, found
        return found

    async def devices(self) -> dict[str, dict[str, Any]]:
        """Return what Google is told that there is."""
        return {device["id"]: device for device in (await self.ask("SYNC"))["devices"]}

    async def query(self, *entity_ids: str) -> dict[str, dict[str, Any]]:
        """Return how these are."""
        payload = {"devices": [{"id": entity_id} for entity_id in entity_ids]}
        found: dict[str, dict[str, Any]] = (await self.ask("QUERY", payload))["devices"]
        return found

    async def execute(self, command: str, target: str, **params: Any) -> dict[str, Any]:
        """Carry out a command on a thermostat, and return what Google is told of it."""
        payload = {
            "commands": [
                {
                    "devices": [{"id": self.house.entity_id("climate", target)}],
                    "execution": [
                        {
                            "command": f"action.devices.commands.Thermostat{command}",
                            "params": params,
                        }
                    ],
                }
            ]
        }
        ((result),) = (await self.ask("EXECUTE", payload))["commands"]
        await self.hass.async_block_till_done()
        assert isinstance(result, dict)
        return result


@pytest.fixture
async def google(any_unit_house: House, hass_admin_user: User) -> AsyncIterator[Google]:
    """Connect a house, which has nothing yet, to Google."""
    google = Google(any_unit_house, hass_admin_user)
    await google.async_initialize()
    await google.async_connect_agent_user(hass_admin_user.id)
    yield google
    google.async_disable_report_state()
    google.async_deinitialize()


def expected(house: House, room: Room) -> dict[str, Any]:
    """Return what Google is to be told of a thermostat."""
    told: dict[str, Any] = {"online": True, "on": room.mode not in (None, "off")}
    told["thermostatMode"] = (
        "none" if room.mode is None else room.hvac_mode.replace("_", "")
    )
    shown = room.edges if room.has_band else (room.preferred, room.preferred)
    low, high = (None if it is None else round(read_back(house, it), 1) for it in shown)
    if low is None:
        return told
    if room.mode == "auto":
        return told | {LOW_KEY: low, HIGH_KEY: high}
    return told | {SETPOINT_KEY: low}


@pytest.mark.parametrize("homes", [ONE, SEVERAL], ids=["one", "several"])
async def test_everything_is_read(google: Google, homes: tuple[Home, ...]) -> None:
    """In every state Google gets to know every thermostat as it is, and its range is the same in all."""
    house = google.house
    async for home in walk(house, homes):
        devices = await google.devices()
        answers = await google.query(*devices)
        for target, room in home.thermostats().items():
            entity_id = house.entity_id("climate", target)
            attributes = devices[entity_id]["attributes"]
            assert attributes["thermostatTemperatureRange"] == {
                "minThresholdCelsius": 5,
                "maxThresholdCelsius": 35,
            }, home
            assert set(attributes["availableThermostatModes"]) == {*MODES, "on"}
            assert answers[entity_id] == expected(house, room), home


async def test_first_report(google: Google) -> None:
    """The first report, which is of the whole house, comes through in every state."""
    house = google.house
    async for home in walk(house, SEVERAL):
        google.reported.clear()
        google.async_enable_report_state()
        await pass_time(house, INITIAL_REPORT_DELAY + 1)
        (states,) = google.reported
        for target, room in home.thermostats().items():
            entity_id = house.entity_id("climate", target)
            assert states[entity_id] == expected(house, room), home
        google.async_disable_report_state()


async def test_reports_of_changes(google: Google) -> None:
    """After it, each change is reported, those into and out of a state without a band among them."""
    house = await connected(google.house, HEAT)
    google.async_enable_report_state()
    await pass_time(house, INITIAL_REPORT_DELAY + 1)
    for room in (AUTO, COOL, replace(AUTO, below=None), OFF, AUTO, HEAT):
        google.reported.clear()
        await show(house, Home(str(room), (room, room)))
        await pass_time(house, 2)
        (states,) = google.reported
        for target in ("hp-1", "hp-2", "home"):
            entity_id = house.entity_id("climate", target)
            assert states[entity_id] == expected(house, room), room


@pytest.mark.parametrize(("start", "command", "params", "end"), COMMANDS)
async def test_commands(
    google: Google,
    start: Room,
    command: str,
    params: dict[str, Any],
    end: dict[str, Any],
) -> None:
    """What Google asks for is what the cloud holds then, and nothing else changes."""
    house = await connected(google.house, start)
    result = await google.execute(command, "hp-1", **params)
    assert result["status"] == "SUCCESS"
    assert held(house) == approximately(house, replace(start, **end))
    assert held(house, "hp-2") == start
    assert result["states"] == expected(house, held(house))


@pytest.mark.parametrize(("start", "command", "params", "end"), COMMANDS[-8:-3])
async def test_commands_to_the_home(
    google: Google,
    start: Room,
    command: str,
    params: dict[str, Any],
    end: dict[str, Any],
) -> None:
    """What Google asks of the home, every heat pump gets."""
    house = await connected(google.house, start)
    assert (await google.execute(command, "home", **params))["status"] == "SUCCESS"
    for device_id in ("hp-1", "hp-2"):
        assert held(house, device_id) == approximately(house, replace(start, **end))
