"""A home of one heat pump stays what it is in the house, whether its key may read or not.

While it cannot be read, the home is all that is known of it; as soon as it can be, it is that one heat pump. The unique
ids differ, but dashboards and automations go by the entity ids, which must not change by themselves.
"""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN, Target
from .entity_ids import device_identifier
from .memory import Memory
from .room_sensors import RoomSensors


@callback
def async_hand_over(
    hass: HomeAssistant,
    entry_id: str,
    namespace: str,
    target: Target,
    *,
    memory: Memory,
    room_sensors: RoomSensors,
) -> None:
    """Let the only target there is have all that the only one before had, where one of the two is the home."""
    devices = dr.async_get(hass)
    entities = er.async_get(hass)
    found = dr.async_entries_for_config_entry(devices, entry_id)
    if len(found) != 1:
        return
    (device,) = found
    ((_, before),) = device.identifiers
    after = device_identifier(namespace, target)
    home = device_identifier(namespace, None)
    if before == after or home not in (before, after):
        return
    for entity in er.async_entries_for_device(
        entities, device.id, include_disabled_entities=True
    ):
        # The calendar is the home's all the time; and helpers of others may be at the device, too.
        if entity.config_entry_id == entry_id and entity.domain != Platform.CALENDAR:
            entities.async_update_entity(
                entity.entity_id,
                new_unique_id=after + entity.unique_id.removeprefix(before),
            )
    devices.async_update_device(
        device.id,
        new_identifiers={(DOMAIN, after)},
        # After a reading without any heat pump the home was a service for a while.
        entry_type=None,
    )
    target_before = None if before == home else before.removeprefix(f"{namespace}_")
    memory.hand_over(target_before, target)
    room_sensors.hand_over(target_before, target)
