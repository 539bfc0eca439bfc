"""The connections to the cloud: a home keeps nothing that a server leaves with it, and leaves none open behind it."""

import gc

import aiohttp
import pytest

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import aiohttp_client

from ..house import KEY, House


class Names(aiohttp.ThreadedResolver):
    """The names that this machine knows; the one of the test framework is for one test alone."""

    async def real_close(self) -> None:
        """Close, as Home Assistant's own."""
        await self.close()


@pytest.fixture
async def by_name(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the cloud set cookies, and return an address of it for which a client keeps them."""
    names = Names()
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda hass: names)
    house.cloud.weather.add(headers={"Set-Cookie": "whose=one-home; Path=/"})
    return house.cloud.url.replace("127.0.0.1", "localhost")


async def test_cookies(house: House, by_name: str) -> None:
    """What a server leaves with one home gets into no request: of that home, of another, or of a form."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", user_id="user-2")
    await house.connect(base_url=by_name)
    await house.connect(base_url=by_name, user_id="user-2")
    for entry in house.hass.config_entries.async_entries():
        await house.hass.config_entries.async_reload(entry.entry_id)
        await entry.runtime_data.async_refresh()
    form = await house.open_form()
    result = await house.submit(form, **house.typed(base_url=by_name, user_id="user-3"))
    assert result["type"] is FlowResultType.FORM
    entries = house.cloud.journal.entries()
    assert len(entries) >= 6
    assert {entry.cookies for entry in entries} == {""}


def open_sessions() -> set[int]:
    """Return the sessions of this process that are open."""
    gc.collect()
    return {
        id(it)
        for it in gc.get_objects()
        if isinstance(it, aiohttp.ClientSession) and not it.closed
    }


async def reload(house: House, entry: ConfigEntry) -> None:
    """Set a home up anew."""
    await house.hass.config_entries.async_reload(entry.entry_id)
    await house.hass.async_block_till_done()


async def test_reloads_leave_no_session_behind(house: House) -> None:
    """However often a home is set up, whether that works or not, it has one session; when it is unloaded, none."""
    await house.connected()
    await reload(house, house.entry)
    one_home = len(open_sessions())
    for _ in range(5):
        await reload(house, house.entry)
    assert len(open_sessions()) == one_home

    house.cloud.weather.add(status=503)
    for _ in range(5):
        await reload(house, house.entry)
        assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert len(open_sessions()) == one_home - 1

    house.cloud.weather.replace([])
    house.cloud.weather.add(status=403)
    await reload(house, house.entry)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert len(open_sessions()) == one_home - 1

    house.cloud.weather.clear()
    await reload(house, house.entry)
    assert len(open_sessions()) == one_home
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert len(open_sessions()) == one_home - 1


@pytest.mark.parametrize("weather", [{}, {"status": 503}, {"garbage": "html"}])
async def test_forms_leave_no_session_behind(
    house: House, weather: dict[str, object]
) -> None:
    """A form that tries what is typed has closed its session when it tells what came of it."""
    await house.connected()
    before = len(open_sessions())
    form = await house.open_form(SOURCE_REAUTH)
    house.cloud.weather.add(method="GET", user_id="nobody", **weather)
    for _ in range(3):
        form = await house.submit(form, api_key="wrong")
        assert form["type"] is FlowResultType.FORM
    assert len(open_sessions()) == before
    result = await house.submit(form, api_key=KEY)
    assert result["type"] is FlowResultType.ABORT
    assert len(open_sessions()) == before
