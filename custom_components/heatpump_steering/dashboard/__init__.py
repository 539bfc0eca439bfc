"""Our dashboard in Home Assistant's list of those that can be added: a strategy, which is made anew whenever it is opened."""

from pathlib import Path
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.frontend import DOMAIN as FRONTEND, add_extra_js_url
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from ..const import DOMAIN
from ..ui.texts import async_common_text
from .contents import async_contents
from .layout import dashboard

_MODULE: Final = Path(__file__).parent / "strategy.js"
_URL: Final = f"/{DOMAIN}/{_MODULE.name}"


async def async_setup_dashboard(hass: HomeAssistant) -> None:
    """Offer the dashboard, where there is a frontend to show it."""
    async_register_command(hass, _websocket_dashboard)
    if FRONTEND not in hass.config.components:
        return
    await hass.http.async_register_static_paths(
        [StaticPathConfig(_URL, str(_MODULE), cache_headers=True)]
    )
    integration = await async_get_integration(hass, DOMAIN)
    # Browsers keep it for a month: another version is another address.
    add_extra_js_url(hass, f"{_URL}?{integration.version}")


@websocket_command({vol.Required("type"): f"{DOMAIN}/dashboard"})
@callback
def _websocket_dashboard(
    hass: HomeAssistant,
    connection: ActiveConnection,
    message: dict[str, Any],
) -> None:
    """Answer what the dashboard is about, and the dashboard itself; whoever may look at the house may ask."""
    connection.send_result(
        message["id"],
        {
            "description": async_common_text(hass, "dashboard_description"),
            "config": dashboard(hass, async_contents(hass)),
        },
    )
