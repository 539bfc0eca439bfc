"""What Home Assistant's system information shows of the connection to the cloud."""

from datetime import datetime
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
    requests = [entry.runtime_data.requests for entry in entries]
    return {
        "can_reach_server": _can_reach_all(
            hass, {entry.data[CONF_BASE_URL] for entry in entries}
        ),
        "last_read": _latest(it.last_read for it in requests),
        "last_write": _latest(it.last_write for it in requests),
        "waiting_changes": sum(
            entry.runtime_data.home.waiting_changes for entry in entries
        ),
    }


async def _can_reach_all(
    hass: HomeAssistant, servers: set[str]
) -> str | dict[str, str]:
    """Return ok, or what is wrong with the first server that is not reached."""
    outcome: str | dict[str, str] = "ok"
    for server in sorted(servers):
        outcome = await system_health.async_check_can_reach_url(hass, server)
        if outcome != "ok":
            break
    return outcome


def _latest(times: Any) -> datetime | str:
    return max((time for time in times if time is not None), default="-")
