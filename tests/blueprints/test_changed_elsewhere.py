"""Telling a phone what somebody else has changed, and setting it back from there."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)
import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.template import render_complex
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..house import Json
from .evening import ABOVE, BELOW, HOT_WATER_MAX, HOT_WATER_MIN, MODE, Evening

MOBILE_APP = "mobile_app"
SCHEDULE = "room.schedule_enabled"
ROOM = {"temperature_lower_bound": 1.5, "temperature_upper_bound": 2}


class Phone(MockPlatform):
    """A phone with the app: what its integration takes from an automation, of which the real one needs more than is installed here."""

    ACTION_SCHEMA = cv.DEVICE_ACTION_BASE_SCHEMA.extend(
        {
            vol.Required("type"): "notify",
            vol.Required("message"): cv.template,
            vol.Optional("title"): cv.template,
            vol.Optional("data"): cv.template_complex,
        }
    )

    def __init__(self, evening: Evening) -> None:
        """Connect it."""
        super().__init__()
        self._evening = evening
        self.received: list[dict[str, Any]] = []
        hass = evening.hass
        entry = MockConfigEntry(domain=MOBILE_APP, state=ConfigEntryState.LOADED)
        entry.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(MOBILE_APP, "phone")}
        )
        mock_integration(hass, MockModule(MOBILE_APP))
        mock_platform(hass, f"{MOBILE_APP}.device_action", self)

    async def async_call_action_from_config(
        self, hass: HomeAssistant, config: Json, variables: Json, _: object
    ) -> None:
        """Show a notification."""
        parts = ("message", "title", "data")
        self.received.append(
            {
                part: render_complex(config[part], variables)
                for part in parts
                if part in config
            }
        )

    @property
    def shows(self) -> list[str]:
        """Return what the notifications say."""
        return [each["message"] for each in self.received]

    def press(self, index: int = -1) -> None:
        """Press the button in a notification."""
        (action,) = self.received[index]["data"]["actions"]
        self._evening.hass.bus.async_fire(
            "mobile_app_notification_action", {"action": action["action"]}
        )
        self._evening.wait(5)


def phone(evening: Evening, **inputs: Any) -> Phone:
    """Have a phone, and the automation."""
    evening.in_the_app({"room": ROOM})
    found = Phone(evening)
    evening.automate("changed_elsewhere", phone=found.device.id, **inputs)
    return found


def test_tells_and_sets_back(evening: Evening) -> None:
    """It says what was changed from what to what; the button brings back the old value, also days later."""
    it = phone(evening)
    evening.in_the_app({"room": {"temperature_lower_bound": 3}})
    assert it.shows == ["Heat pump Colder by up to: 1.5 °C → 3 °C"]
    assert it.received[0]["title"] == "Changed, but not by Home Assistant"
    assert it.received[0]["data"]["actions"][0]["title"] == "Set it back"
    evening.wait(50 * 3600, step=600)
    it.press()
    assert evening.sent() == [{BELOW: 1.5}]
    assert len(it.received) == 1


def test_what_we_set_is_no_news(evening: Evening) -> None:
    """What is set in Home Assistant, for a while included, is not told."""
    it = phone(evening)
    evening.automate("night")
    evening.by_hand({"allowed_below": 3})
    evening.at("22:00")
    evening.at("06:00", days=1)
    assert evening.held(BELOW) == 3
    assert it.received == []


@pytest.mark.parametrize("units", [None, US_CUSTOMARY_SYSTEM])
def test_several(begin_evening: Callable[..., Evening], units: Any) -> None:
    """Each setting has a notification and a button of its own, in the unit of the house."""
    evening = begin_evening(**({} if units is None else {"units": units}))
    it = phone(evening)
    before = {key: evening.held(key) for key in (SCHEDULE, MODE, ABOVE, HOT_WATER_MIN)}
    evening.in_the_app(
        {
            "room": {
                "schedule_enabled": True,
                "temperature_control_mode": "cooling",
                "temperature_upper_bound": 0.5,
            },
            "dhw": {"temperature_lower_bound": 41.5},
        }
    )
    assert len(it.received) == 4
    for index in range(4):
        it.press(index)
    assert {key: evening.held(key) for key in before} == pytest.approx(before)


def test_only_some(evening: Evening) -> None:
    """It can be about some of the settings."""
    it = phone(evening, settings=["hot_water_max"])
    evening.in_the_app(
        {
            "room": {"temperature_lower_bound": 3},
            "dhw": {"temperature_upper_bound": 61},
        }
    )
    assert it.shows == ["Heat pump Hot water max: 55 °C → 61 °C"]
    it.press()
    assert evening.held(HOT_WATER_MAX) == 55


def test_cannot_be_set_back(evening: Evening) -> None:
    """If that fails, the phone is told; pressed again, it is tried again."""
    it = phone(evening, failure="Das ging nicht")
    evening.in_the_app({"room": {"temperature_lower_bound": 3}})
    evening.cloud_refuses()
    it.press()
    assert it.received[1]["title"] == "Das ging nicht"
    assert it.shows[1] == "Heat pump Colder by up to"
    evening.cloud_is_well()
    it.press(0)
    assert evening.held(BELOW) == 1.5


def test_buttons_of_others(evening: Evening) -> None:
    """A button of another automation, of this blueprint too, is not its own."""
    it = phone(evening)
    evening.automate("changed_elsewhere", phone=it.device.id, settings=["schedule"])
    evening.in_the_app({"room": {"temperature_lower_bound": 3}})
    for action in ("OPEN_THE_DOOR", "heat pump 1|number.x|hot_water_min|45"):
        evening.hass.bus.async_fire(
            "mobile_app_notification_action", {"action": action}
        )
    evening.wait(5)
    assert evening.sent() == []
    it.press()
    assert evening.sent() == [{BELOW: 1.5}]
