"""What Home Assistant's system information shows of the connection to the cloud."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import CONF_BASE_URL, DOMAIN
from .coordinator import HeatPumpSteeringConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what is shown."""
    register.async_register_info(_system_health_info)


async def _system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return whether every server is reached, when they were last read and written, and what waits."""
    entries: list[HeatPumpSteeringConfigEntry] = (
        hass.config_entries.async_loaded_entries(DOMAIN)
    )
    coordinators = [entry.runtime_data for entry in entries]
    reads = [it.requests.last_read for it in coordinators if it.requests.last_read]
    writes = [it.requests.last_write for it in coordinators if it.requests.last_write]
    return {
        "can_reach_server": _can_reach_all(
            hass, {entry.data[CONF_BASE_URL] for entry in entries}
        ),
        "last_read": max(reads, default="-"),
        "last_write": max(writes, default="-"),
        "waiting_changes": sum(it.home.waiting_changes for it in coordinators),
    }


async def _can_reach_all(
    hass: HomeAssistant, servers: set[str]
) -> str | dict[str, str]:
    """Return ok, or what is wrong with the first server that is not reached."""
    for server in sorted(servers):
        outcome = await system_health.async_check_can_reach_url(hass, server)
        if outcome != "ok":
            return outcome
    return "ok"
