"""Which entity shows a setting: what events and issues name instead of a field of the cloud's."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .api import Leaf
from .const import CONF_NAMESPACE, CONF_USER_ID, DOMAIN, Target

_PLATFORMS = {
    Leaf.PREFERRED_TEMPERATURE: Platform.NUMBER,
    Leaf.ALLOWED_BELOW: Platform.NUMBER,
    Leaf.ALLOWED_ABOVE: Platform.NUMBER,
    Leaf.HOT_WATER_MIN: Platform.NUMBER,
    Leaf.HOT_WATER_MAX: Platform.NUMBER,
    Leaf.CONTROL_MODE: Platform.SELECT,
    Leaf.SCHEDULE: Platform.SWITCH,
    Leaf.FLEX_TRADING: Platform.SWITCH,
    Leaf.DYNAMIC_TARIFF: Platform.SWITCH,
    Leaf.PV_SELF_CONSUMPTION: Platform.SWITCH,
}


def namespace(data: Mapping[str, Any]) -> str:
    """Return what the ids of an entry's entities and devices begin with.

    It is the user id, but for a second home that has the same one at another server.
    """
    found: str = data.get(CONF_NAMESPACE, data[CONF_USER_ID])
    return found


def unique_id(namespace: str, target: Target, key: str) -> str:
    """Return the unique id of an entity; for ever the same."""
    return f"{namespace}_{target or 'home'}_{key}"


def device_identifier(namespace: str, target: Target) -> str:
    """Return what identifies the device of a target; for ever the same."""
    return f"{namespace}_{target or 'home'}"


@callback
def async_known_device_ids(
    hass: HomeAssistant, entry: ConfigEntry, *, removed: bool = False
) -> list[str]:
    """Return the ids of the heat pumps that the house has devices for, or had some for that were removed."""
    registry = dr.async_get(hass)
    devices: Iterable[dr.DeviceEntry | dr.DeletedDeviceEntry] = (
        (
            device
            for device in registry.deleted_devices.values()
            if device.config_entry_id == entry.entry_id
        )
        if removed
        else dr.async_entries_for_config_entry(registry, entry.entry_id)
    )
    home = device_identifier(namespace(entry.data), None)
    return [
        identifier.removeprefix(f"{namespace(entry.data)}_")
        for device in devices
        for _, identifier in device.identifiers
        if identifier != home
    ]


@callback
def async_entity_of(
    hass: HomeAssistant, namespace: str, target: Target, leaf: Leaf
) -> er.RegistryEntry | None:
    """Return the registry entry of the entity that shows a setting, if there is one."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(
        _PLATFORMS[leaf], DOMAIN, unique_id(namespace, target, leaf)
    )
    return registry.async_get(entity_id) if entity_id else None
