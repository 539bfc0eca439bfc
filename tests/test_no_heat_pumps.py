"""A home that is connected and has no heat pump: it is said, and over by itself when there is one again."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from .house import USER, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"
POLL = 301
# So many reads without any heat pump, and it is no accident.
READS = 3


def issues(house: House) -> list[ir.IssueEntry]:
    """Return what stands under Repairs."""
    return [
        issue
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
    ]


def reasons(house: House) -> list[str]:
    """Return the reasons that are told there."""
    found = []
    for issue in issues(house):
        assert issue.translation_key == "no_heat_pumps"
        placeholders = issue.translation_placeholders
        assert placeholders is not None
        assert placeholders["home"] == house.entry.title
        found.append(placeholders["reason"])
    return found


def devices(house: House) -> int:
    """Return how many devices there are."""
    registry = dr.async_get(house.hass)
    return len(dr.async_entries_for_config_entry(registry, house.entry.entry_id))


def lists(house: House) -> int:
    """Return how often the list of heat pumps was read."""
    return len(house.cloud.journal.entries(path=DEVICES))


async def polls(house: House, count: int) -> None:
    """Read so many times."""
    for _ in range(count):
        await house.poll()


def hide_all(house: House, *, hidden: bool = True) -> None:
    """Let all heat pumps vanish, or come back."""
    for heat_pump in house.cloud.cloud.heat_pumps():
        house.cloud.cloud.hide(heat_pump.device_id, hidden)


def make_all(house: House, device_type: str) -> None:
    """Let all heat pumps be of another kind."""
    for heat_pump in house.cloud.cloud.heat_pumps():
        house.cloud.cloud.update_heat_pump(
            heat_pump.device_id, {"device_type": device_type}
        )


async def test_none_right_after_booting(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Also where the machine has only just started: no poll has been answered yet, however short ago that was."""
    # Where time is frozen, the monotonic clock counts from 1970.
    freezer.move_to("1970-01-01 00:05:00+00:00")
    await house.connected("hp-1")
    house.cloud.cloud.hide("hp-1")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY


@pytest.mark.parametrize(
    ("device_id", "reason"),
    [(None, "it lists none"), ("hp-2", "there is none with the ID hp-2")],
)
async def test_none_at_setup(
    house: House,
    freezer: TickingDateTimeFactory,
    device_id: str | None,
    reason: str,
) -> None:
    """A home without any heat pump is not set up, says why, and is when there is one."""
    await house.connected("hp-1", "hp-2", device_id=device_id)
    before = devices(house)
    house.cloud.cloud.hide("hp-2")
    if device_id is None:
        house.cloud.cloud.hide("hp-1")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert house.entry.error_reason_translation_key == "no_heat_pumps"
    assert house.entry.reason is not None
    assert reason in house.entry.reason
    assert house.shows("climate", "hp-2") == STATE_UNAVAILABLE
    assert (devices(house), issues(house)) == (before, [])
    hide_all(house, hidden=False)
    await house.pass_time(freezer, 600)
    assert house.shows("climate", "hp-2") == "heat"
    assert devices(house) == before
    assert house.received() == []


@pytest.mark.parametrize("refuses_list", [False, True])
async def test_empty_list_at_setup(
    house: House, freezer: TickingDateTimeFactory, refuses_list: bool
) -> None:
    """Where the settings are empty and the list names heat pumps, there are some; without a list there are none."""
    await house.connected("hp-1")
    house.cloud.weather.add(path=SETTINGS, body={"data": [], "meta": {}})
    if refuses_list:
        house.cloud.weather.add(path=DEVICES, status=403)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    if refuses_list:
        assert house.entry.state is ConfigEntryState.SETUP_RETRY
        house.cloud.weather.clear()
        await house.pass_time(freezer, 600)
    else:
        assert house.entry.state is ConfigEntryState.LOADED
        assert house.shows("climate") == "unknown"
        house.cloud.weather.clear()
        await house.poll()
    assert house.shows("climate") == "heat"


async def test_other_kinds_at_setup(house: House) -> None:
    """What there is instead is named, in the language of the house."""
    house.hass.config.language = "nl"
    await house.connected("hp-1", "hp-2")
    make_all(house, "HomeBattery")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert house.entry.reason is not None
    assert "alleen andere apparaten (home battery)" in house.entry.reason


async def test_other_users_at_setup(house: House) -> None:
    """Another user's heat pumps are no heat pumps of this home."""
    await house.connected("hp-1")
    house.cloud.behaviour.filters_users = False
    house.cloud.cloud.remove_heat_pump("hp-1")
    house.add_heat_pump("hp-9", user_id="user-2")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert house.entry.reason is not None
    assert "only devices of another user ID" in house.entry.reason
    assert "hp-9" not in house.entry.reason


async def test_all_go(house: House, freezer: TickingDateTimeFactory) -> None:
    """Nothing is removed when all have gone; it is told after some reads, asked about once, and over with the first."""
    await house.connected("hp-1", "hp-2")
    hide_all(house)
    await polls(house, READS - 1)
    assert (issues(house), lists(house)) == ([], 0)
    await house.poll()
    assert reasons(house) == ["it lists none"]
    (issue,) = issues(house)
    assert issue.learn_more_url is not None
    assert issue.learn_more_url.endswith("/docs/no-heat-pumps.md")
    await polls(house, 10)
    assert reasons(house) == ["it lists none"]
    assert (lists(house), devices(house)) == (1, 3)
    assert house.shows("climate") == "heat"
    # Also when the list is read again after some hours.
    await house.pass_time(freezer, 6 * 3600)
    assert lists(house) == 2
    assert reasons(house) == ["it lists none"]

    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert issues(house) == []
    assert house.shows("climate", "hp-2") == "heat"


async def test_one_that_was_chosen_goes(house: House) -> None:
    """An entry for one heat pump has none when that one is gone, whatever other ones there are."""
    await house.connected("hp-1", "hp-2", device_id="hp-2")
    house.cloud.cloud.hide("hp-2")
    await polls(house, READS)
    assert reasons(house) == ["there is none with the ID hp-2"]
    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.poll()
    assert issues(house) == []


async def test_blinks(house: House) -> None:
    """A read or two without any are an accident."""
    await house.connected("hp-1")
    for _ in range(3):
        hide_all(house)
        await polls(house, READS - 1)
        hide_all(house, hidden=False)
        await house.poll()
    assert (issues(house), lists(house)) == ([], 0)


async def test_listed_all_the_same(house: House) -> None:
    """As long as the list names one, the cloud has one."""
    await house.connected("hp-1")
    house.cloud.weather.add(path=SETTINGS, body={"data": [], "meta": {}})
    await polls(house, 2 * READS)
    assert (issues(house), lists(house)) == ([], 1)


async def test_list_fails(house: House) -> None:
    """Whether there are none is asked with every poll until there is an answer."""
    await house.connected("hp-1")
    hide_all(house)
    house.cloud.weather.add(path=DEVICES, status=503)
    await polls(house, READS + 2)
    assert (issues(house), lists(house)) == ([], 3)
    house.cloud.weather.clear()
    await house.poll()
    assert reasons(house) == ["it lists none"]
    # They are back, and the list fails again: that there are some is known all the same.
    house.cloud.weather.add(path=DEVICES, status=503)
    hide_all(house, hidden=False)
    await house.poll()
    assert issues(house) == []


@pytest.mark.parametrize("says", [{"status": 403}, {"status": 404}, {"status": 405}])
async def test_no_list(house: House, says: dict[str, Any]) -> None:
    """Where there is no list to ask, the settings alone tell."""
    house.cloud.weather.add(path=DEVICES, **says)
    await house.connected("hp-1")
    hide_all(house)
    await polls(house, READS)
    assert reasons(house) == ["it lists none"]


async def test_all_become_another_kind(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What the list no longer calls a heat pump is unavailable; its device stays for when that was a mistake."""
    await house.connected("hp-1", "hp-2")
    make_all(house, "battery")
    await house.pass_time(freezer, 6 * 3600)
    assert house.shows("climate") == STATE_UNAVAILABLE
    await polls(house, 4 * READS)
    assert reasons(house) == [r"it lists only other devices \(battery\)"]
    assert devices(house) == 3
    make_all(house, "heat_pump")
    await house.pass_time(freezer, 6 * 3600)
    assert house.shows("climate") == "heat"
    assert issues(house) == []


@pytest.mark.parametrize("how", ["unload", "remove"])
async def test_not_connected_any_more(house: House, how: str) -> None:
    """A home that is not connected any more has no issue."""
    await house.connected("hp-1")
    hide_all(house)
    await polls(house, READS)
    assert len(issues(house)) == 1
    entries = house.hass.config_entries
    if how == "unload":
        await entries.async_unload(house.entry.entry_id)
    else:
        await entries.async_remove(house.entry.entry_id)
    assert issues(house) == []


async def test_issue_names_nobody(house: House) -> None:
    """What Home Assistant puts into diagnostics, the id of the issue, tells nothing of the home."""
    await house.connected("hp-1")
    hide_all(house)
    await polls(house, READS)
    (issue,) = issues(house)
    assert USER not in issue.issue_id
    assert "hp-1" not in issue.issue_id
