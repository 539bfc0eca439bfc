"""The link to the manufacturer's account: a sensor and an issue for as long as it is broken."""

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from .house import House

HOURS = 3600


def break_link(house: House, device_id: str, broken: bool = True) -> None:
    """Let the cloud lose its access to a heat pump, or get it back."""
    house.cloud.cloud.update_heat_pump(device_id, {"needs_reauthentication": broken})


def issues(house: House) -> list[str | None]:
    """Return which heat pumps the issues name."""
    return [
        (issue.translation_placeholders or {}).get("heat_pump")
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
    ]


async def until_listed(house: House, clock: TickingDateTimeFactory) -> None:
    """Wait until the list of heat pumps has been read anew."""
    await house.pass_time(clock, 6 * HOURS + 1)


async def test_link(house: House, freezer: TickingDateTimeFactory) -> None:
    """It breaks: the sensor says so, and an issue where to mend it. It is mended: both are over by themselves."""
    await house.connected("hp-1", "hp-2")
    assert [house.shows("account_link", it) for it in ("hp-1", "hp-2")] == ["off"] * 2
    assert issues(house) == []
    break_link(house, "hp-2")
    await until_listed(house, freezer)
    assert [house.shows("account_link", it) for it in ("hp-1", "hp-2")] == ["off", "on"]
    assert issues(house) == ["Nibe S735 hp-2"]
    (issue,) = ir.async_get(house.hass).issues.values()
    assert issue.translation_key == "account_link"
    assert issue.learn_more_url is not None
    assert issue.learn_more_url.endswith("/docs/account-link.md")
    assert not issue.is_fixable
    # It says what is wrong at the manufacturer; the settings are as good as ever.
    assert house.shows("climate", "hp-2") == "heat"

    break_link(house, "hp-1")
    await until_listed(house, freezer)
    assert sorted(map(str, issues(house))) == ["Nibe S735 hp-1", "Nibe S735 hp-2"]
    break_link(house, "hp-2", broken=False)
    await until_listed(house, freezer)
    assert issues(house) == ["Nibe S735 hp-1"]
    assert [house.shows("account_link", it) for it in ("hp-1", "hp-2")] == ["on", "off"]


async def test_issue_of_a_heat_pump_that_goes(house: House) -> None:
    """Where the heat pump goes, the issue goes."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model=None, needs_reauthentication=True)
    await house.connect()
    assert issues(house) == ["Nibe"]
    house.cloud.cloud.remove_heat_pump("hp-2")
    for _ in range(3):
        await house.poll()
    assert issues(house) == []


@pytest.mark.parametrize("how", ["unload", "remove"])
async def test_issue_closes(house: House, how: str) -> None:
    """A home that is not connected any more has no issue; another home's stays."""
    house.add_heat_pump("hp-1", needs_reauthentication=True)
    house.add_heat_pump("hp-9", user_id="user-2", needs_reauthentication=True)
    first = await house.connect()
    await house.connect(user_id="user-2")
    assert len(issues(house)) == 2
    entries = house.hass.config_entries
    if how == "unload":
        await entries.async_unload(first.entry_id)
    else:
        await entries.async_remove(first.entry_id)
    assert issues(house) == ["Heat pump"]
    if how == "unload":
        await entries.async_setup(first.entry_id)
        assert len(issues(house)) == 2


async def test_where_nothing_tells(house: House) -> None:
    """Where there is no list the link is unknown, and nothing is claimed."""
    house.cloud.weather.add(path="/v1/devices", status=403)
    await house.connected()
    assert house.shows("account_link") == "unknown"
    assert issues(house) == []


async def test_write_only(house: House) -> None:
    """Where nothing can be read there is no such sensor."""
    house.cloud.behaviour.write_only = True
    await house.connected("hp-1", device_id="hp-1")
    assert not [
        entry
        for entry in er.async_get(house.hass).entities.values()
        if entry.domain == "binary_sensor"
    ]
