"""The connection to a server: one for each home, so that nothing a server leaves with one home gets to another."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientSession, DummyCookieJar

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession


@callback
def async_session(hass: HomeAssistant) -> ClientSession:
    """Return a session that keeps no cookies.

    To be called while a config entry is set up: it is closed when that fails, and when the entry is unloaded.
    """
    return async_create_clientsession(hass, cookie_jar=DummyCookieJar())


@contextmanager
def session_for_a_moment(hass: HomeAssistant) -> Iterator[ClientSession]:
    """Yield a session that keeps no cookies, and close it afterwards."""
    session = async_create_clientsession(
        hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
    )
    try:
        yield session
    finally:
        # Its connections are Home Assistant's.
        session.detach()
