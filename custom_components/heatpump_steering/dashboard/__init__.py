"""Our dashboard in Home Assistant's list of those that can be added: a strategy, which is made anew whenever it is opened.

What there is to show, and how, is said here and not in the browser: the room's sensor is known here only, and so is which
entity shows what, in the language of the house. The module in the browser hands it on.
"""

from pathlib import Path
from typing import Any, Final

import voluptuous as vol
from yarl import URL

from homeassistant.components.frontend import (
    DOMAIN as FRONTEND_DOMAIN,
    add_extra_js_url,
    remove_extra_js_url,
)
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from ..const import DOMAIN
from ..ui.texts import async_common_text, async_follow_language
from .contents import async_contents
from .layout import dashboard

_MODULE: Final = Path(__file__).parent / "strategy.js"
_PATH: Final = f"/{DOMAIN}/{_MODULE.name}"


async def async_setup_dashboard(hass: HomeAssistant) -> None:
    """Offer the dashboard, where there is a frontend to show it. Its texts have to be loaded."""
    async_register_command(hass, _websocket_dashboard)
    if FRONTEND_DOMAIN not in hass.config.components:
        return
    await hass.http.async_register_static_paths(
        [StaticPathConfig(_PATH, str(_MODULE), cache_headers=True)]
    )
    integration = await async_get_integration(hass, DOMAIN)
    offered = ""

    @callback
    def offer() -> None:
        nonlocal offered
        # The list does not wait for words, so they come with the module. Browsers keep that for a month, by its address.
        query = {
            "version": str(integration.version),
            "description": async_common_text(hass, "dashboard_description"),
        }
        if offered:
            remove_extra_js_url(hass, offered)
        offered = str(URL(_PATH).with_query(query))
        add_extra_js_url(hass, offered)

    offer()
    async_follow_language(hass, offer)


@websocket_command({vol.Required("type"): f"{DOMAIN}/dashboard"})
@callback
def _websocket_dashboard(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Answer with the dashboard; whoever may look at the house may ask."""
    connection.send_result(message["id"], dashboard(hass, async_contents(hass)))
