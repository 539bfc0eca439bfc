"""What a config entry connects: the way to the cloud, and the home there."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from aiohttp import ClientSession

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY, CONF_DEVICE_ID
from homeassistant.core import HomeAssistant

from ..api import DeviceIds, SettingsClient
from ..const import CONF_BASE_URL, CONF_USER_ID, CONF_WRITE_ONLY, Target
from ..model.shadow import Outcome
from ..sync.home import Home
from ..sync.request_log import RequestLog
from .ids import Identifiers


def connected(
    hass: HomeAssistant,
    entry: ConfigEntry,
    identifiers: Identifiers,
    requests: RequestLog,
    session: ClientSession,
    *,
    create_task: Callable[[Coroutine[Any, Any, None]], Any],
    on_change: Callable[[Mapping[Target, Outcome]], None],
) -> tuple[SettingsClient, Home]:
    """Return the client and the home of an entry; `create_task` and `on_change` are those of the home."""
    device_id: str | None = entry.data.get(CONF_DEVICE_ID)
    client = SettingsClient(
        session,
        entry.data[CONF_BASE_URL],
        entry.data[CONF_API_KEY],
        # Entities, devices and files go by the ids that are known already, however the cloud spells them by now.
        device_ids=DeviceIds(identifiers.async_known_heat_pumps()),
        on_request=requests.note,
    )
    return client, Home(
        hass,
        entry.entry_id,
        client,
        entry.data[CONF_USER_ID],
        device_id and client.device_ids.name(device_id),
        readable=not entry.data[CONF_WRITE_ONLY],
        create_task=create_task,
        on_change=on_change,
    )
