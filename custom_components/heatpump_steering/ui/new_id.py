"""Lets one target have all that another one had: one heat pump, known by another id or as the home from now on.

The unique ids differ, but dashboards, automations and history go by the entity ids, which must not change by themselves.
"""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import HOME_KEY, Target
from ..model.errors import StorageError
from ..sync.home import Home
from ..sync.home_storage import HomeStorage
from ..sync.record import HomeRecord
from .entries import entry_title, entry_unique_id
from .ids import Identifiers
from .issues import async_show_damaged_files
from .room_sensors import CONF_ROOM_SENSORS


async def async_replace_id(
    hass: HomeAssistant, entry: ConfigEntry, before: Target, after: Target, home: Home
) -> None:
    """Let a target have device, entities, options and settings of another one, which is not there any more.

    None of the entry's entities may be alive: they would go on under the ids that they had. Raises StorageError.
    """
    await home.async_replace_id(before, after)
    _async_replace_in_registries(hass, entry, before, after)
    _async_replace_in_entry(hass, entry, before, after)


async def async_replace_id_unconnected(
    hass: HomeAssistant, entry: ConfigEntry, before: Target, after: Target
) -> None:
    """Do so after disconnecting the entry; whoever calls connects it again.

    Where the file cannot be written, nothing has changed, the entry is connected again, and the flow is aborted.
    """
    await hass.config_entries.async_unload(entry.entry_id)
    storage = HomeStorage(hass, entry.entry_id, HomeRecord)
    record = (await storage.async_load()).with_new_id(before, after)
    async_show_damaged_files(hass, storage.put_aside)
    try:
        await HomeStorage(hass, entry.entry_id, lambda: record).async_save()
    except StorageError as error:
        await hass.config_entries.async_setup(entry.entry_id)
        raise AbortFlow("storage") from error
    _async_replace_in_registries(hass, entry, before, after)
    _async_replace_in_entry(hass, entry, before, after)


@callback
def _async_replace_in_registries(
    hass: HomeAssistant, entry: ConfigEntry, before: Target, after: Target
) -> None:
    ids = Identifiers(hass, entry)
    devices = dr.async_get(hass)
    entities = er.async_get(hass)
    if (device := ids.async_device(before)) is None:
        return
    if (interim := ids.async_device(after)) is not None:
        for entity in er.async_entries_for_device(entities, interim.id, True):
            if _is_of_target(entity, entry):
                entities.async_remove(entity.entity_id)
            else:
                entities.async_update_entity(entity.entity_id, device_id=device.id)
        devices.async_remove_device(interim.id)
    for entity in er.async_entries_for_device(entities, device.id, True):
        if _is_of_target(entity, entry):
            key = ids.key(before, entity.unique_id)
            entities.async_update_entity(
                entity.entity_id, new_unique_id=ids.unique_id(after, key)
            )
    devices.async_update_device(
        device.id,
        new_identifiers={ids.device(after)},
        # After a reading without any heat pump the home was a service for a while.
        entry_type=None,
    )


def _is_of_target(entity: er.RegistryEntry, entry: ConfigEntry) -> bool:
    """Return whether an entity is its target's own: the calendar is the home's, and helpers of others are at devices, too."""
    return (
        entity.config_entry_id == entry.entry_id and entity.domain != Platform.CALENDAR
    )


@callback
def _async_replace_in_entry(
    hass: HomeAssistant, entry: ConfigEntry, before: Target, after: Target
) -> None:
    data = dict(entry.data)
    if before is not None and data.get(CONF_DEVICE_ID) == before:
        data[CONF_DEVICE_ID] = after
    options = dict(entry.options)
    if CONF_ROOM_SENSORS in options:
        picked = dict(options[CONF_ROOM_SENSORS])
        if (sensor := picked.pop(before or HOME_KEY, None)) is not None:
            picked[after or HOME_KEY] = sensor
        options[CONF_ROOM_SENSORS] = picked
    # A name that somebody gave the home stays.
    is_default = entry.title == entry_title(entry.data)
    hass.config_entries.async_update_entry(
        entry,
        data=data,
        options=options,
        title=entry_title(data) if is_default else entry.title,
        unique_id=entry_unique_id(data),
    )
