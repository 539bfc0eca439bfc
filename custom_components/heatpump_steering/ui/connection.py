"""The way to the cloud of a config entry."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant, callback

from ..api import DeviceIds, Sent, SettingsClient
from ..const import CONF_BASE_URL
from ..sync.sessions import async_session
from .ids import Identifiers


@callback
def async_client(
    hass: HomeAssistant,
    entry: ConfigEntry,
    identifiers: Identifiers,
    on_request: Callable[[Sent], None],
) -> SettingsClient:
    """Return a client with a session of its own, which ends with the entry.

    Entities, devices and files go by the names that are known already, however the cloud spells them by now.
    """
    return SettingsClient(
        async_session(hass),
        entry.data[CONF_BASE_URL],
        entry.data[CONF_API_KEY],
        device_ids=DeviceIds(identifiers.async_known_heat_pumps()),
        on_request=on_request,
    )
