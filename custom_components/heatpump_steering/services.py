"""The action: any subset of the settings, for heat pumps or the home, in one request each."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.json import JsonObjectType

from .api import SWITCHES, ControlMode, Setting, Settings
from .const import DOMAIN, Target
from .coordinator import SteeringCoordinator
from .model.limits import DIFFERENCES, RANGES
from .ui.errors import wrong_input
from .ui.units import from_house, to_house

SERVICE_UPDATE_SETTINGS: Final = "update_settings"


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

_KEYS: Final[dict[vol.Marker, Any]] = {
    vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
    vol.Optional(ATTR_DEVICE_ID): vol.All(
        cv.ensure_list, [cv.string], vol.Length(min=1)
    ),
    **{vol.Optional(str(setting)): check for setting, check in _FIELDS.items()},
}

_SCHEMA: Final = vol.Schema(vol.All(_KEYS, cv.has_at_least_one_key(*map(str, _FIELDS))))


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_UPDATE_SETTINGS,
        _async_update_settings,
        schema=_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _async_update_settings(call: ServiceCall) -> ServiceResponse:
    """Change the settings of the home, or of the heat pumps that are named; one failure does not stop the others.

    Returns what was sent and what is shown after it, by device. Raises ServiceValidationError or HomeAssistantError.
    """
    hass = call.hass
    entry = hass.config_entries.async_get_entry(call.data[ATTR_CONFIG_ENTRY_ID])
    if entry is None or entry.domain != DOMAIN:
        raise wrong_input("entry_not_found")
    if entry.state is not ConfigEntryState.LOADED:
        raise wrong_input("entry_not_loaded", entry=entry.title)
    coordinator: SteeringCoordinator = entry.runtime_data
    targets = {
        device_id: _target(hass, coordinator, device_id)
        for device_id in call.data.get(ATTR_DEVICE_ID, ())
    } or {"home": coordinator.home.device_id}
    change = Settings.of(
        {
            setting: from_house(hass, value, is_difference=setting in DIFFERENCES)
            if isinstance(value := call.data[setting], float)
            else value
            for setting in Setting
            if setting in call.data
        }
    )
    outcomes = await asyncio.gather(
        *(coordinator.async_change(target, change) for target in set(targets.values())),
        return_exceptions=True,
    )
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    if not call.return_response:
        return None

    def in_house_unit(settings: Settings) -> JsonObjectType:
        return {
            str(setting): to_house(hass, value, is_difference=setting in DIFFERENCES)
            if isinstance(value, float)
            else value
            for setting, value in settings.items()
        }

    return {
        name: {
            "sent": in_house_unit(change),
            "shown": in_house_unit(coordinator.home.shown(target)),
        }
        for name, target in targets.items()
    }


def _target(
    hass: HomeAssistant, coordinator: SteeringCoordinator, device_id: str
) -> Target:
    """Return the target that a device of Home Assistant stands for."""
    device = dr.async_get(hass).async_get(device_id)
    identifiers = coordinator.inventory.identifiers
    for target in coordinator.data.targets:
        if device and identifiers.device(target) in device.identifiers:
            return target
    name = device and (device.name_by_user or device.name)
    raise wrong_input("not_our_device", device=name or device_id)
