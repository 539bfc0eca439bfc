"""The actions: any of the settings, for good or for a while, for heat pumps or homes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import voluptuous as vol

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_NAME
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .addressed import Addressed, addressed
from .api import SWITCHES, ControlMode, Setting, Settings
from .const import DOMAIN
from .coordinator import SteeringCoordinator
from .model.limits import RANGES, check_order
from .model.override import FOR_A_WHILE, PRESET, RESERVED, Override
from .sync.waiting import all_of
from .ui.action_forms import DIFFERENCE_FIELDS
from .ui.errors import wrong_input
from .ui.texts import async_common_text, async_word_for
from .ui.units import from_house, in_own_unit, in_unit_of_house

SERVICE_UPDATE_SETTINGS: Final = "update_settings"
SERVICE_OVERRIDE_SETTINGS: Final = "override_settings"
SERVICE_END_OVERRIDE: Final = "end_override"
SERVICE_START_VACATION: Final = "start_vacation"
SERVICE_END_VACATION: Final = "end_vacation"
ATTR_DURATION: Final = "duration"
ATTR_UNTIL: Final = "until"
ATTR_KEEP_CHANGES: Final = "keep_changes"
ATTR_KEY: Final = "key"
ATTR_ONLY_RAISE: Final = "only_raise"


def _off_in_yaml(value: object) -> object:
    """Return what was meant: YAML reads an unquoted off as false."""
    return ControlMode.OFF if value is False else value


_FIELDS: Final[Mapping[Setting, Any]] = {
    **dict.fromkeys(RANGES, vol.Coerce(float)),
    **dict.fromkeys(SWITCHES, cv.boolean),
    Setting.CONTROL_MODE: vol.All(_off_in_yaml, vol.Coerce(ControlMode)),
    Setting.COUNTRY: vol.All(cv.string, vol.Upper, vol.Match(r"^[A-Z]{2}$")),
    Setting.POSTAL_CODE: vol.All(cv.string, vol.Strip, vol.Length(min=1, max=20)),
}

# For ever, and never read back.
_NOT_FOR_A_WHILE: Final = {Setting.COUNTRY, Setting.POSTAL_CODE}

_ADDRESSED: Final[VolDictType] = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
    **cv.TARGET_SERVICE_FIELDS,
}

_UPDATE_SCHEMA: Final = vol.Schema(
    {
        **_ADDRESSED,
        **{vol.Optional(str(setting)): check for setting, check in _FIELDS.items()},
    }
)
_NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(1, 100))
_OVERRIDE_SCHEMA: Final = vol.Schema(
    {
        **_ADDRESSED,
        vol.Optional(ATTR_NAME): _NAME,
        vol.Optional(ATTR_KEY): _NAME,
        vol.Optional(ATTR_DURATION): cv.positive_time_period,
        vol.Optional(ATTR_UNTIL): cv.datetime,
        vol.Optional(ATTR_KEEP_CHANGES, default=False): cv.boolean,
        vol.Optional(ATTR_ONLY_RAISE, default=False): cv.boolean,
        **{
            vol.Optional(str(setting)): check
            for setting, check in _FIELDS.items()
            if setting not in _NOT_FOR_A_WHILE
        },
        **{vol.Optional(key): vol.Coerce(float) for key in DIFFERENCE_FIELDS},
    }
)
_START_VACATION_SCHEMA: Final = vol.Schema(
    {**_ADDRESSED, vol.Optional(ATTR_UNTIL): cv.datetime}
)
_END_VACATION_SCHEMA: Final = vol.Schema(_ADDRESSED)
_END_SCHEMA: Final = vol.Schema(
    {
        **_ADDRESSED,
        vol.Optional(ATTR_NAME): cv.string,
        vol.Optional(ATTR_KEY): cv.string,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    answers, silent = SupportsResponse.OPTIONAL, SupportsResponse.NONE
    for name, handler, schema, response in (
        (SERVICE_UPDATE_SETTINGS, _async_update_settings, _UPDATE_SCHEMA, answers),
        (
            SERVICE_OVERRIDE_SETTINGS,
            _async_override_settings,
            _OVERRIDE_SCHEMA,
            answers,
        ),
        (SERVICE_END_OVERRIDE, _async_end_override, _END_SCHEMA, answers),
        (SERVICE_START_VACATION, _async_start_vacation, _START_VACATION_SCHEMA, silent),
        (SERVICE_END_VACATION, _async_end_vacation, _END_VACATION_SCHEMA, silent),
    ):
        hass.services.async_register(
            DOMAIN, name, handler, schema=schema, supports_response=response
        )


async def _async_update_settings(call: ServiceCall) -> ServiceResponse:
    """Change settings for good; returns what was sent and what is shown after it, by device."""
    places = addressed(call.hass, call.data)
    change = _settings(call)
    if not change:
        raise wrong_input("nothing_to_set")
    await all_of(
        it.coordinator.async_change(it.target, change, call.context)
        for it in places.values()
    )
    return {
        name: {
            "sent": _told(call, change),
            "shown": _told(call, it.coordinator.home.shown(it.target)),
        }
        for name, it in places.items()
    }


async def _async_override_settings(call: ServiceCall) -> ServiceResponse:
    """Set something for a while; returns what is in force and what is shown after it, by device."""
    places = addressed(call.hass, call.data)
    now = dt_util.utcnow()
    until = _until(call, now)
    name, key = call.data.get(ATTR_NAME, FOR_A_WHILE), call.data.get(ATTR_KEY, "")
    for it, reserved in ((name, () if key else RESERVED), (key, RESERVED)):
        if it.startswith(PRESET) or it.casefold() in reserved:
            raise wrong_input("reserved_name", name=it)
    override = Override(
        # What is known by its key may be called anything, as an automation may.
        name=name.capitalize() if name in RESERVED else name,
        key=key,
        values=_settings(call),
        only_raise=call.data[ATTR_ONLY_RAISE],
        by={
            setting: from_house(call.hass, call.data[key], is_difference=True)
            for key, setting in DIFFERENCE_FIELDS.items()
            if key in call.data
        },
        began=now,
        until=until,
    )
    if not override.settings:
        raise wrong_input("nothing_to_set")
    if both := override.values.keys() & override.by.keys():
        raise wrong_input(
            "value_and_difference", setting=async_word_for(call.hass, min(both))
        )
    keep_changes: bool = call.data[ATTR_KEEP_CHANGES]
    await all_of(
        it.coordinator.async_do_for_a_while(
            it.target,
            _async_begin(it, override, keep_changes=keep_changes),
            call.context,
        )
        for it in places.values()
    )
    return _in_force(call, places)


async def _async_begin(
    place: Addressed, override: Override, *, keep_changes: bool
) -> None:
    coordinator, target = place
    # What is asked for is what is set; a preset makes of it what is possible.
    check_order(override.values, coordinator.home.shown(target))
    if not override.key:
        # An automation may be called as a preset is.
        name = coordinator.presets.override_name(override.name)
        override = replace(override, name=name)
    await coordinator.for_a_while.async_begin(
        target, override, keep_changes=keep_changes
    )


async def _async_end_override(call: ServiceCall) -> ServiceResponse:
    """End what is set for a while, but for vacations; returns what is still in force and what is shown, by device."""
    places = addressed(call.hass, call.data)
    name, key = call.data.get(ATTR_NAME), call.data.get(ATTR_KEY)
    if name is not None and key is not None:
        raise wrong_input("name_and_key")
    await all_of(
        it.coordinator.async_do_for_a_while(
            it.target,
            it.coordinator.for_a_while.async_end(
                it.target,
                [key]
                if key is not None
                else None
                if name is None
                else [it.coordinator.presets.override_name(name)],
            ),
            call.context,
        )
        for it in places.values()
    )
    return _in_force(call, places)


async def _async_start_vacation(call: ServiceCall) -> None:
    """Begin a vacation of the home now, or give the one that runs another end."""
    until = _until(call, dt_util.utcnow())
    summary = async_common_text(call.hass, "vacation")
    await all_of(
        it.async_do_for_a_while(
            None, it.vacations.async_leave(summary, until), call.context
        )
        for it in _homes(call)
    )


async def _async_end_vacation(call: ServiceCall) -> None:
    """End the vacation of the home, if there is one."""
    await all_of(
        it.async_do_for_a_while(None, it.vacations.async_come_home(), call.context)
        for it in _homes(call)
    )


def _homes(call: ServiceCall) -> set[SteeringCoordinator]:
    """Return the homes that an action is about: a vacation is that of all heat pumps of a home."""
    return {it.coordinator for it in addressed(call.hass, call.data).values()}


def _until(call: ServiceCall, now: datetime) -> datetime | None:
    """Return when it ends; raises ServiceValidationError for two ends, or one that is not ahead."""
    until: datetime | None = call.data.get(ATTR_UNTIL)
    if until is not None and ATTR_DURATION in call.data:
        raise wrong_input("duration_and_until")
    if until is not None:
        until = dt_util.as_utc(until)
    elif (duration := call.data.get(ATTR_DURATION)) is not None:
        until = now + duration
    if until is not None and until <= now:
        raise wrong_input("end_not_ahead")
    return until


def _settings(call: ServiceCall) -> Settings:
    """Return the settings that are given, in °C and kelvin."""
    return Settings.of(
        {
            setting: in_own_unit(call.hass, setting, call.data[setting])
            for setting in Setting
            if setting in call.data
        }
    )


def _told(call: ServiceCall, settings: Settings) -> JsonObjectType:
    """Return settings as they are answered: in the house's own unit."""
    return {
        str(setting): in_unit_of_house(call.hass, setting, value)
        for setting, value in settings.items()
    }


def _in_force(call: ServiceCall, places: Mapping[str, Addressed]) -> ServiceResponse:
    return {
        name: {
            "in_force": [
                {
                    "name": it.coordinator.presets.label(override.name),
                    "until": None
                    if override.until is None
                    else dt_util.as_local(override.until).isoformat(timespec="seconds"),
                    "settings": [str(setting) for setting in sorted(override.settings)],
                }
                for override in it.coordinator.for_a_while.in_force(it.target)
            ],
            "shown": _told(call, it.coordinator.home.shown(it.target)),
        }
        for name, it in places.items()
    }
