"""Devices of Home Assistant for heat pumps that the cloud no longer has."""

from collections import Counter

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

# A heat pump that blinks away for a poll or two keeps its history.
READS_UNTIL_GONE = 3


class StaleDevices:
    """Removes the devices of one config entry that no read has shown for a while."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Count from zero."""
        self._hass = hass
        self._entry_id = entry_id
        self._missed: Counter[str] = Counter()

    @callback
    def async_read(self, identifiers: set[tuple[str, str]]) -> None:
        """Note which devices a read has shown."""
        registry = dr.async_get(self._hass)
        for device in dr.async_entries_for_config_entry(registry, self._entry_id):
            if device.identifiers & identifiers:
                del self._missed[device.id]
                continue
            self._missed[device.id] += 1
            if self._missed[device.id] >= READS_UNTIL_GONE:
                del self._missed[device.id]
                registry.async_remove_device(device.id)
