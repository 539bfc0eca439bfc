"""Files on the disk: what is in them must not keep the house from starting, and is never thrown away."""

import json
from pathlib import Path
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from ..house import House

# What no version of ours has written.
NOT_OURS: list[Any] = [
    {},
    [],
    "text",
    7,
    {"accepted": [], "last_modes": {}, "plans": 3, "records": {}},
    {"accepted": {}, "last_modes": 5, "plans": [5], "records": {}},
    {
        "accepted": {},
        "last_modes": {"hp-1": "warm"},
        "plans": [],
        "records": {"hp-1": {"stage": "asleep"}},
    },
    {
        "accepted": {},
        "last_modes": {},
        "warm": {"hp-1": "hot"},
        "plans": [
            {
                "uid": "1",
                "summary": "Sweden",
                # Whose eight o'clock?
                "start": "2099-12-24T08:00:00",
                "end": None,
                "description": None,
                "location": None,
            }
        ],
        "records": {},
    },
]
# Not in the frame that Home Assistant puts around what is stored.
BROKEN_FRAMES: list[Any] = [
    ["version"],
    {"key": "without a version"},
    {"version": 1, "key": "without data"},
    {"version": "one", "data": {}},
]


# One of ours, by the end of its name: what is remembered, and the vacations.
FILES = ["", ".vacation"]
PLAN = {
    "uid": "1",
    "summary": "Sweden",
    "start": "2099-12-24",
    "end": "2099-12-31",
    "description": None,
    "location": None,
}


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Have no stand-in for the disk, which every other test has."""
    return {}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Have a folder for the files."""
    return hass_tmp_config_dir


@pytest.fixture(autouse=True)
def _clock(freezer: TickingDateTimeFactory) -> None:
    """Hold the clock before anything is connected."""


def key_of(house: House, file: str) -> str:
    """Return what one of our files is called."""
    return f"{DOMAIN}.{house.entry.entry_id}{file}"


def path_of(house: House, file: str) -> Path:
    """Return where one of our files is."""
    return Path(house.hass.config.path(".storage", key_of(house, file)))


def framed(house: House, file: str, content: Any, version: int = 1) -> dict[str, Any]:
    """Return what is in a file, in the frame that Home Assistant puts around it."""
    return {
        "version": version,
        "minor_version": 1,
        "key": key_of(house, file),
        "data": content,
    }


async def start_with(house: House, file: str, text: str) -> None:
    """Have a text in a file while Home Assistant starts."""
    entry_id = house.entry.entry_id
    assert await house.hass.config_entries.async_unload(entry_id)
    path = path_of(house, file)
    assert path.exists()
    path.write_text(text, encoding="utf-8")
    await house.hass.config_entries.async_setup(entry_id)
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED


def issues(house: House, domain: str = DOMAIN) -> list[ir.IssueEntry]:
    """Return what stands under Repairs."""
    found = ir.async_get(house.hass).issues.values()
    return [issue for issue in found if issue.domain == domain]


async def check_reported(house: House, file: str, put_aside: Any) -> None:
    """The damage is reported until somebody has seen it, and everything works meanwhile."""
    (issue,) = issues(house)
    assert issue.issue_id == f"damaged_file_{key_of(house, file)}"
    assert issue.is_fixable
    assert issue.is_persistent
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.translation_key == "damaged_file"
    copy = f"{file}.damaged"
    assert issue.translation_placeholders == {"copy": key_of(house, copy)}
    assert json.loads(path_of(house, copy).read_text())["data"] == put_aside

    await house.act("switch.turn_on", "schedule")
    assert house.shows("schedule") == "on"
    assert house.shows("vacation_status") == "home"
    # The file is sound again; the copy stays, and so does the issue.
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert json.loads(path_of(house, file).read_text())["data"] != put_aside
    assert json.loads(path_of(house, copy).read_text())["data"] == put_aside
    assert issues(house) == [issue]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", NOT_OURS, ids=str)
async def test_not_ours(house: House, file: str, content: Any) -> None:
    """What cannot be understood is put aside and reported; the house starts without it."""
    await house.connected()
    await start_with(house, file, json.dumps(framed(house, file, content)))
    await check_reported(house, file, content)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", BROKEN_FRAMES, ids=str)
async def test_broken_frame(house: House, file: str, content: Any) -> None:
    """So is what Home Assistant itself cannot understand, though it is JSON."""
    await house.connected()
    await start_with(house, file, json.dumps(content))
    await check_reported(house, file, content)


@pytest.mark.parametrize("file", FILES)
async def test_no_json(house: House, file: str) -> None:
    """What is no JSON, as after a disk has failed, is put aside and reported by Home Assistant."""
    await house.connected()
    await start_with(house, file, '{"version": 1, "da')
    (issue,) = issues(house, "homeassistant")
    assert issue.translation_key == "storage_corruption"
    assert issue.issue_domain == DOMAIN
    assert issues(house) == []
    await house.act("switch.turn_on", "schedule")
    assert house.shows("schedule") == "on"


async def test_other_file_is_sound(house: House) -> None:
    """What is remembered may be damaged: the vacations are there all the same."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    content = {"plans": [PLAN], "records": {}}
    path_of(house, ".vacation").write_text(
        json.dumps(framed(house, ".vacation", content)), encoding="utf-8"
    )
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await start_with(house, "", json.dumps(framed(house, "", [])))
    assert house.state("vacation", "home").attributes["message"] == "Sweden"


@pytest.mark.parametrize("version", [1, 2, 7])
async def test_vacations_of_a_newer_version(house: House, version: int) -> None:
    """Whoever goes back to this version still has the vacations that were planned with a newer one."""
    await house.connected()
    content = {
        "plans": [{**PLAN, "colour": "blue"}],
        "records": {},
        "guests": {"invited": True},
    }
    await start_with(
        house,
        ".vacation",
        json.dumps(framed(house, ".vacation", content, version)),
    )
    assert issues(house) == []
    state = house.state("vacation", "home")
    assert state.attributes["message"] == "Sweden"
    assert state.attributes["start_time"] == "2099-12-24 00:00:00"


@pytest.mark.parametrize("version", [1, 2, 7])
@pytest.mark.parametrize("parts", [{}, {"warm": {"": 45.0}, "cold": {}}], ids=str)
async def test_memory_of_another_version(
    house: House, version: int, parts: dict[str, Any]
) -> None:
    """What was remembered by a newer version, or before there were vacations, is known again."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    content = {
        "accepted": {"": {"room": {"preferred_temperature": 18.5}}},
        "last_modes": {"": "auto"},
        **parts,
    }
    await start_with(house, "", json.dumps(framed(house, "", content, version)))
    assert issues(house) == []
    assert house.shows("preferred_temperature", "home") == "18.5"
    await house.act("climate.turn_on", "climate", "home")
    assert house.shows("control_mode", "home") == "auto"
    # Written again, it is a file of this version.
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    written = json.loads(path_of(house, "").read_text())
    assert written["version"] == 1
    assert written["data"]["warm"] == parts.get("warm", {})
    assert written["data"]["outside"] == {}


async def test_seen(house: House, hass_client: ClientSessionGenerator) -> None:
    """Somebody who has seen it says so, after having been told what to look at; then the issue goes for good."""
    assert await async_setup_component(house.hass, "repairs", {})
    await house.connected()
    file = ".vacation"
    await start_with(house, file, json.dumps(framed(house, file, [])))
    (issue,) = issues(house)
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    assert answer.status == 200
    form = await answer.json()
    assert (form["type"], form["step_id"]) == ("form", "confirm")
    assert form["description_placeholders"] == issue.translation_placeholders
    assert issues(house) == [issue]
    answer = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    assert (await answer.json())["type"] == "create_entry"
    assert issues(house) == []
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert issues(house) == []
    assert path_of(house, f"{file}.damaged").exists()


@pytest.mark.parametrize("file", FILES)
async def test_issue_goes_with_the_home(house: House, file: str) -> None:
    """Unloading is no reason to forget the damage; removing the home is."""
    await house.connected()
    await start_with(house, file, json.dumps(framed(house, file, [])))
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert len(issues(house)) == 1
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert issues(house) == []
    for each in FILES:
        assert not path_of(house, each).exists()
