"""Which homes and heat pumps an action is about."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from .const import DOMAIN, Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .ui.errors import wrong_input

# What stands for the home in an answer where no device was chosen.
HOME = "home"
_ATTR_TARGETS = (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)


class Addressed(NamedTuple):
    """A heat pump, or all of a home."""

    coordinator: SteeringCoordinator
    target: Target


def addressed(hass: HomeAssistant, data: Mapping[str, Any]) -> dict[str, Addressed]:
    """Return what an action is about, by device: what its target chooses, or else the whole home.

    The home need not be named where there is one only. Raises ServiceValidationError for a home that is not there or not
    connected, a device that is not ours, and a target in which nothing is ours.
    """
    if not any(key in data for key in _ATTR_TARGETS):
        coordinator = _home(hass, data.get(ATTR_CONFIG_ENTRY_ID))
        return {HOME: Addressed(coordinator, coordinator.home.device_id)}
    if (entry_id := data.get(ATTR_CONFIG_ENTRY_ID)) is None:
        coordinators = [
            entry.runtime_data
            for entry in _entries(hass)
            if entry.state is ConfigEntryState.LOADED
        ]
    else:
        coordinators = [_connected(hass.config_entries.async_get_entry(entry_id))]
    found = _chosen(hass, data, coordinators)
    if not found:
        raise wrong_input("nothing_of_ours_chosen")
    whole = {it.coordinator for it in found.values() if it.target is None}
    return {
        device_id: it
        for device_id, it in found.items()
        # Whoever chooses all of a home has chosen each of its heat pumps.
        if it.target is None or it.coordinator not in whole
    }


def _entries(hass: HomeAssistant) -> list[HeatPumpSteeringConfigEntry]:
    return hass.config_entries.async_entries(DOMAIN, include_ignore=False)


def _home(hass: HomeAssistant, entry_id: str | None) -> SteeringCoordinator:
    """Return the home that is named, or the only one."""
    if entry_id is not None:
        return _connected(hass.config_entries.async_get_entry(entry_id))
    entries = _entries(hass)
    if len(entries) > 1:
        raise wrong_input("several_homes")
    return _connected(entries[0] if entries else None)


def _connected(entry: HeatPumpSteeringConfigEntry | None) -> SteeringCoordinator:
    if entry is None or entry.domain != DOMAIN:
        raise wrong_input("entry_not_found")
    if entry.state is not ConfigEntryState.LOADED:
        raise wrong_input("entry_not_loaded", entry=entry.title)
    return entry.runtime_data


def _chosen(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    coordinators: Iterable[SteeringCoordinator],
) -> dict[str, Addressed]:
    """Return what is chosen by device, entity, area, floor or label; but for devices, what is not ours is passed over."""
    ours = {
        coordinator.inventory.identifiers.device(target): Addressed(coordinator, target)
        for coordinator in coordinators
        for target in coordinator.data.targets
    }
    devices, entities = dr.async_get(hass), er.async_get(hass)
    selection = TargetSelection(dict(data))
    chosen = async_extract_referenced_entity_ids(hass, selection)
    its_devices = (
        entity.device_id
        for entity_id in chosen.referenced | chosen.indirectly_referenced
        if (entity := entities.async_get(entity_id)) and entity.device_id
    )
    found: dict[str, Addressed] = {}
    for device_id in sorted(
        {*chosen.referenced_devices, *chosen.missing_devices, *its_devices}
    ):
        device = devices.async_get(device_id)
        its = (ours[it] for it in (device.identifiers if device else ()) if it in ours)
        if (it := next(its, None)) is not None:
            found[device_id] = it
        elif device_id in selection.device_ids:
            name = device and (device.name_by_user or device.name)
            raise wrong_input("not_our_device", device=name or device_id)
    return found
