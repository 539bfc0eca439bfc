"""Files on the disk: what is in them must not keep the home from starting, and what cannot be written is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
import gc
import json
from pathlib import Path
import resource
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.heatpump_steering.const import DOMAIN, EVENT_STAYED_BY_HAND
from custom_components.heatpump_steering.model.errors import StorageError
from custom_components.heatpump_steering.sync.record import HomeRecord, TargetRecord
from custom_components.heatpump_steering.sync.storage import Storage
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError, write_utf8_file_atomic

from ..house import House, Json
from ..ui.test_new_id import Browser

PLAN = {
    "uid": "1",
    "summary": "Sweden",
    "start": "2099-12-24",
    "end": "2099-12-31",
    "description": None,
    "location": None,
}
# Whose eight o'clock?
NOT_A_PLAN = {**PLAN, "start": "2099-12-24T08:00:00", "end": None}
QUESTION = {"gone": {"hp-0": "Old one"}, "there": {"hp-1": "New one"}, "only_one": True}
# As this version writes it where nothing is known, and a target of which a little is.
OURS = {**HomeRecord().to_json(), "listed": ["hp-1"]}
TARGET = {
    **TargetRecord().to_json(),
    "base": {"dhw": {"temperature_lower_bound": 45.0}},
    "last_mode": "auto",
}
# What no version of ours has written.
NOT_OURS: list[Any] = [
    [],
    "text",
    7,
    {},
    {**OURS, "version": "two"},
    {**OURS, "plans": 3},
    {**OURS, "plans": [5]},
    {**OURS, "plans": [NOT_A_PLAN]},
    {**OURS, "plans": [{**PLAN, "location": {"lat": 5}}]},
    {**OURS, "targets": []},
    {**OURS, "targets": {"hp-1": 5}},
    {**OURS, "targets": {"hp-1": {**TARGET, "last_mode": "warm"}}},
    {**OURS, "targets": {"hp-1": {**TARGET, "base": []}}},
    {**OURS, "targets": {"hp-1": {**TARGET, "tracked": {"warmth": {}}}}},
    {**OURS, "targets": {"hp-1": {**TARGET, "in_force": [{"name": "boost"}]}}},
    {**OURS, "listed": [5]},
    {**OURS, "questions": [{**QUESTION, "gone": ["hp-0"]}]},
    {**OURS, "questions": [{**QUESTION, "gone": {"hp-0": 5}}]},
    {"accepted": [], "last_modes": {}},
    {"accepted": {}, "last_modes": 5},
    {"accepted": {}, "last_modes": {"hp-1": "warm"}},
    {"accepted": {}, "last_modes": {}, "warm": {"hp-1": "hot"}},
    {"accepted": {}, "last_modes": {}, "outside": {"hp-1": 5}},
    {"accepted": {}, "last_modes": {}, "listed": 5},
    {"accepted": {}, "last_modes": {}, "questions": [5]},
]
NO_VACATIONS_OF_OURS: list[Any] = [
    [],
    "text",
    {},
    {"plans": 3, "records": {}},
    {"plans": [5], "records": {}},
    {"plans": [NOT_A_PLAN], "records": {}},
    {"plans": [], "records": {"hp-1": 5}},
    {"plans": [], "records": {"hp-1": {"stage": "asleep"}}},
    {"plans": [], "records": {}, "returns": {"hp-1": 5}},
]
# Not in the frame that Home Assistant puts around what is stored.
BROKEN_FRAMES: list[Any] = [
    None,
    ["version"],
    {"key": "without a version"},
    {"version": 1, "key": "without data"},
    {"version": 0, "data": {}},
    {"version": "one", "data": {}},
    {"version": 2, "data": []},
]
# The two files of version 1, by the ends of their names; the first one is that of version 2, too.
FILES = ["", ".vacation"]
MEMORY: Json = {"accepted": {}, "last_modes": {}}


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


def path_of(house: House, file: str = "") -> Path:
    """Return where one of our files is."""
    return Path(house.hass.config.path(".storage", key_of(house, file)))


def content_of(house: House, file: str = "") -> Any:
    """Return what is in one of our files, without the frame."""
    return json.loads(path_of(house, file).read_text())["data"]


def framed(house: House, file: str, content: Any, version: int = 1) -> str:
    """Return the text of a file, in the frame that Home Assistant puts around it."""
    return json.dumps(
        {
            "version": version,
            "minor_version": 1,
            "key": key_of(house, file),
            "data": content,
        }
    )


async def start_with(house: House, texts: dict[str, str]) -> None:
    """Have texts in files while Home Assistant starts; of the two of version 1 the other one is sound."""
    entry_id = house.entry.entry_id
    assert await house.hass.config_entries.async_unload(entry_id)
    if ".vacation" in texts:
        texts = {"": framed(house, "", MEMORY), **texts}
    for file, text in texts.items():
        path_of(house, file).write_text(text, encoding="utf-8")
    await house.hass.config_entries.async_setup(entry_id)
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED


async def restart(house: House) -> None:
    """Set the home up once more."""
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED


def forget_last_good_copy(house: House) -> None:
    """Have no copy of the file as it was at the last start."""
    path_of(house, ".previous").unlink()


async def plan_sweden(house: House) -> None:
    """Plan a vacation in some years."""
    await house.act(
        "calendar.create_event",
        "vacation",
        "home",
        summary="Sweden",
        start_date="2099-12-24",
        end_date="2099-12-31",
    )


def planned(house: House) -> str | None:
    """Return the vacation that the calendar shows."""
    message: str | None = house.state("vacation", "home").attributes.get("message")
    return message


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
    assert content_of(house, copy) == put_aside

    await house.act("switch.turn_on", "schedule")
    assert house.shows("schedule") == "on"
    assert house.shows("vacation_status") == "home"
    # The file is sound again; the copy stays, and so does the issue.
    await restart(house)
    assert content_of(house)["version"] == 3
    assert not path_of(house, ".vacation").exists()
    assert content_of(house, copy) == put_aside
    assert issues(house) == [issue]


# Reading


@pytest.mark.parametrize("content", NOT_OURS, ids=str)
async def test_not_ours(house: House, content: Any) -> None:
    """What cannot be understood is put aside and reported; the home starts without it."""
    await house.connected()
    await start_with(house, {"": framed(house, "", content)})
    await check_reported(house, "", content)


@pytest.mark.parametrize("content", NO_VACATIONS_OF_OURS, ids=str)
async def test_no_vacations_of_ours(house: House, content: Any) -> None:
    """So it is with the second file of version 1, which goes all the same."""
    await house.connected()
    await start_with(house, {".vacation": framed(house, ".vacation", content)})
    await check_reported(house, ".vacation", content)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", BROKEN_FRAMES, ids=str)
async def test_broken_frame(house: House, file: str, content: Any) -> None:
    """So is what Home Assistant itself cannot understand, though it is JSON."""
    await house.connected()
    await start_with(house, {file: json.dumps(content)})
    await check_reported(house, file, content)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("text", ['{"version": 1, "da', "", "\0\0\0\0"], ids=repr)
async def test_no_json(house: House, file: str, text: str) -> None:
    """What is no JSON, as after a disk has failed, is put aside and reported by Home Assistant."""
    await house.connected()
    await start_with(house, {file: text})
    (issue,) = issues(house, "homeassistant")
    assert issue.translation_key == "storage_corruption"
    assert issue.issue_domain == DOMAIN
    assert issues(house) == []
    await house.act("switch.turn_on", "schedule")
    assert house.shows("schedule") == "on"


@pytest.mark.parametrize("has_copy", [True, False])
async def test_cannot_be_read(house: House, has_copy: bool) -> None:
    """What the disk does not let anybody read is put out of the way, so that all can be written again."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    path = path_of(house)
    path.unlink()
    path.mkdir()
    if not has_copy:
        forget_last_good_copy(house)
    await restart(house)
    (issue,) = issues(house)
    assert issue.issue_id == f"damaged_file_{key_of(house, '')}"
    assert path_of(house, ".damaged").is_dir()
    assert planned(house) == ("Sweden" if has_copy else None)
    assert [plan["summary"] for plan in content_of(house)["plans"]] == (
        ["Sweden"] if has_copy else []
    )


async def test_cannot_be_read_nor_moved(house: House) -> None:
    """Where it cannot even be moved, the home starts with the last good copy; nothing that needs the file is done."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    path = path_of(house)
    path.unlink()
    path.mkdir()
    in_the_way = path_of(house, ".damaged")
    in_the_way.mkdir()
    (in_the_way / "something").touch()
    await restart(house)
    assert issues(house) == []
    assert planned(house) == "Sweden"
    await house.act("switch.turn_on", "schedule")
    assert house.shows("schedule") == "on"


@pytest.mark.parametrize(
    "text", ['{"version": 1, "da', "[]", '{"version": 1, "data": 5}'], ids=str
)
async def test_last_good_copy(house: House, text: str) -> None:
    """Where the file is damaged, the home starts with what was in it at the last good start."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    await start_with(house, {"": text})
    assert planned(house) == "Sweden"
    # And goes on with it.
    assert [plan["summary"] for plan in content_of(house)["plans"]] == ["Sweden"]


async def test_missing_file(house: House) -> None:
    """So it does where the file has gone."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    path_of(house).unlink()
    await restart(house)
    assert planned(house) == "Sweden"
    assert issues(house) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 1, "data": 5}',
        '{"version": 1, "data": {"version": 2, "plans": [5]}}',
    ],
    ids=str,
)
async def test_damaged_copy(house: House, text: str) -> None:
    """Where both are damaged, the home starts as if it were new."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    await start_with(house, {"": "[]", ".previous": text})
    assert planned(house) is None
    assert content_of(house, ".damaged") == []
    await plan_sweden(house)
    assert planned(house) == "Sweden"


async def test_copy_is_of_a_good_start(house: House) -> None:
    """A file that was not read whole does not replace the last good copy; the next good start does."""
    await house.connected()
    await plan_sweden(house)
    await restart(house)
    assert [it["uid"] for it in content_of(house, ".previous")["plans"]] == [
        it["uid"] for it in content_of(house)["plans"]
    ]
    before = content_of(house, ".previous")
    await start_with(house, {"": framed(house, "", {**OURS, "plans": [5]})})
    assert planned(house) is None
    assert content_of(house, ".previous") == before
    await restart(house)
    assert content_of(house, ".previous")["plans"] == []


async def test_copy_of_what_was_taken_over(house: House) -> None:
    """The last good copy has all of version 1, whose second file is gone by then."""
    await house.connected()
    content = {"plans": [PLAN], "records": {}}
    await start_with(house, {".vacation": framed(house, ".vacation", content)})
    assert planned(house) == "Sweden"
    await start_with(house, {"": "[]"})
    assert planned(house) == "Sweden"


@pytest.mark.parametrize(
    ("part", "bad"),
    [("plans", 5), ("plans", NOT_A_PLAN), ("questions", 5)],
    ids=str,
)
async def test_one_bad_item(house: House, part: str, bad: Any) -> None:
    """One item that cannot be read takes no other along: neither of its kind nor of another."""
    await house.connected()
    content = {
        **OURS,
        "plans": [PLAN],
        "targets": {"hp-1": 5, "": TARGET, "hp-9": TARGET},
        "questions": [QUESTION],
    }
    content[part] = [bad, *content[part], bad]
    await start_with(house, {"": framed(house, "", content)})
    assert [it.issue_id for it in issues(house) if it.translation_key == "damaged_file"]
    assert planned(house) == "Sweden"
    home = house.entry.runtime_data.home
    assert [it.summary for it in home.plans] == ["Sweden"]
    assert content_of(house)["targets"]["hp-9"] == TARGET
    assert content_of(house, ".damaged") == content


async def test_bad_question_leaves_the_others(house: House) -> None:
    """A question that is still open is asked on beside one that cannot be read."""
    await house.connected()
    content = {**OURS, "questions": [5, QUESTION]}
    storage = house.entry.runtime_data.home.storage
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    path_of(house).write_text(framed(house, "", content), encoding="utf-8")
    record = await storage.async_load()
    assert [question.to_json() for question in record.questions] == [QUESTION]
    assert record.is_damaged


async def test_end_that_cannot_be_read(house: House) -> None:
    """What is in force for a while never becomes for ever, because its end cannot be read."""
    await house.connected()
    await restart(house)
    target = content_of(house)["targets"]["hp-1"]
    override = {
        "name": "welcome_home",
        "values": {"dhw": {"temperature_lower_bound": 55.0}},
        "began": "2026-01-01T00:00:00+00:00",
        "until": "tomorrow",
        "left": [],
    }
    tracked = {
        "hot_water_min": {"ours": [55.0], "sent": 55.0, "accepted": True, "made": []}
    }
    before = house.shows("hot_water_min")
    house.cloud.cloud.change_settings("hp-1", {"dhw": {"temperature_lower_bound": 55}})
    content = {
        **OURS,
        "targets": {"hp-1": {**target, "in_force": [override], "tracked": tracked}},
    }
    await start_with(house, {"": framed(house, "", content)})
    assert [issue.translation_key for issue in issues(house)] == ["damaged_file"]
    assert house.shows("hot_water_min") == before


async def test_memory_is_damaged(house: House) -> None:
    """What was remembered by version 1 may be damaged: the vacations are there all the same."""
    await house.connected()
    content = {"plans": [PLAN], "records": {}}
    forget_last_good_copy(house)
    await start_with(
        house, {"": "[]", ".vacation": framed(house, ".vacation", content)}
    )
    assert planned(house) == "Sweden"
    await check_reported(house, "", [])


@pytest.mark.parametrize("frame", [1, 2, 7])
async def test_later_version(house: House, frame: int) -> None:
    """Whoever goes back to this version still has what a later one has planned, as far as it can be read."""
    await house.connected()
    content = {
        **OURS,
        "version": 4,
        "plans": [{**PLAN, "colour": "blue"}, {"kind": "of another kind"}],
        "targets": {"hp-9": {**TARGET, "wishes": 3}},
        "guests": {"invited": True},
    }
    await start_with(house, {"": framed(house, "", content, frame)})
    assert issues(house) == []
    state = house.state("vacation", "home")
    assert state.attributes["message"] == "Sweden"
    assert state.attributes["start_time"] == "2099-12-24 00:00:00"
    # Written again, it is a file of this version.
    written = json.loads(path_of(house).read_text())
    assert written["version"] == 1
    assert written["data"]["version"] == 3
    assert written["data"]["targets"]["hp-9"] == TARGET


@pytest.mark.parametrize("frame", [1, 2, 7])
@pytest.mark.parametrize("parts", [{}, {"warm": {"": 45.0}, "cold": {}}], ids=str)
async def test_memory_of_version_1(
    house: House, frame: int, parts: dict[str, Any]
) -> None:
    """What version 1 has remembered, also before there were vacations, is known again."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    content = {
        "accepted": {
            "": {
                "room": {"preferred_temperature": 18.5},
                "dhw": {"temperature_lower_bound": 30.0},
            }
        },
        "last_modes": {"": "auto"},
        **parts,
    }
    await start_with(house, {"": framed(house, "", content, frame)})
    assert issues(house) == []
    assert house.shows("preferred_temperature", "home") == "18.5"
    await house.act("climate.turn_on", "climate", "home")
    assert house.shows("control_mode", "home") == "auto"
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    written = content_of(house)["targets"][""]
    # Hot water below 40 °C is nothing to come back to.
    minimum = written["base"].get("dhw", {}).get("temperature_lower_bound")
    assert minimum == parts.get("warm", {}).get("")
    assert written["last_mode"] == "auto"


async def test_seen(house: House, hass_client: ClientSessionGenerator) -> None:
    """Somebody who has seen it says so, after having been told what to look at; then the issue goes for good."""
    assert await async_setup_component(house.hass, "repairs", {})
    await house.connected()
    await start_with(house, {"": framed(house, "", [])})
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
    await restart(house)
    assert issues(house) == []
    assert path_of(house, ".damaged").exists()


async def test_all_goes_with_the_home(house: House) -> None:
    """Unloading is no reason to forget the damage; removing the home is, and takes the files along."""
    await house.connected()
    await start_with(house, {"": framed(house, "", [])})
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert len(issues(house)) == 1
    path_of(house, ".vacation").write_text("{}")
    assert path_of(house, ".previous").exists()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert issues(house) == []
    for file in ("", ".previous", ".vacation"):
        assert not path_of(house, file).exists()


async def test_file_that_cannot_be_removed(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """One file that stays keeps neither the others nor the home from going."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    path_of(house, ".previous").unlink()
    path_of(house, ".previous").mkdir()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert not path_of(house).exists()
    assert "cannot be removed" in caplog.text
    assert "Traceback" not in caplog.text


# Writing


def fill_the_disk(house: House) -> None:
    """Let nothing be written into the file any more; what was in it is gone, as nobody looks at it."""
    path = path_of(house)
    path.unlink()
    path.mkdir()


def free_the_disk(house: House) -> None:
    """Let the file be written again."""
    path_of(house).rmdir()


async def check_refused(house: House, act: Callable[[], Awaitable[None]]) -> None:
    """An action is refused with words; nothing is sent, and nothing is planned. With a disk that works it is done."""
    before = house.entry.runtime_data.home.plans
    house.cloud.journal.clear()
    fill_the_disk(house)
    with pytest.raises(HomeAssistantError) as refusal:
        await act()
    await house.hass.async_block_till_done()
    assert "Is the disk full?" in str(refusal.value)
    assert house.received() == []
    assert house.entry.runtime_data.home.plans == before
    assert house.shows("vacation_status") == "home"
    assert issues(house) == []
    free_the_disk(house)
    await act()
    await house.hass.async_block_till_done()
    assert house.entry.runtime_data.home.plans != before
    assert content_of(house)["plans"] != [plan.to_json() for plan in before]


async def test_away_on_a_full_disk(house: House) -> None:
    """A vacation that could be forgotten over a restart is not begun."""
    await house.connected()

    async def leave() -> None:
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")

    await check_refused(house, leave)
    assert house.shows("vacation_status") == "away"


async def test_away_from_a_preset_on_a_full_disk(house: House) -> None:
    """The preset goes on, and nobody is away."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="boost")
    fill_the_disk(house)
    house.cloud.journal.clear()
    with pytest.raises(HomeAssistantError, match="Is the disk full"):
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    assert house.state("climate").attributes["preset_mode"] == "boost"
    free_the_disk(house)
    await house.hass.async_block_till_done()
    assert house.received() == []
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    assert house.state("climate").attributes["preset_mode"] == "away"


async def test_preset_is_removed_on_a_full_disk(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What cannot be ended for want of a disk is ended when there is one again."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="boost")
    fill_the_disk(house)
    (boost,) = house.entry.subentries
    house.hass.config_entries.async_remove_subentry(house.entry, boost)
    await house.hass.async_block_till_done()
    assert house.shows("hot_water_min") == "55.0"
    response: Any = await house.hass.services.async_call(
        DOMAIN, "end_override", {"name": "x"}, blocking=True, return_response=True
    )
    assert [it["name"] for it in response["home"]["in_force"]] == ["Preset"]
    free_the_disk(house)
    await house.pass_time(freezer, 61)
    assert house.shows("hot_water_min") == "45.0"


async def test_plan_on_a_full_disk(house: House) -> None:
    """Nor is one planned."""
    await house.connected()
    await check_refused(house, lambda: plan_sweden(house))
    assert planned(house) == "Sweden"


@pytest.mark.parametrize("what", ["update", "delete"])
async def test_calendar_page_on_a_full_disk(
    house: House, hass_ws_client: WebSocketGenerator, what: str
) -> None:
    """Nor planned differently, nor forgotten."""
    await house.connected()
    await plan_sweden(house)
    (plan,) = house.entry.runtime_data.home.plans
    page = await hass_ws_client(house.hass)

    async def ask() -> None:
        event = {"summary": "Norway", "dtstart": "2099-07-01", "dtend": "2099-07-02"}
        await page.send_json_auto_id(
            {
                "type": f"calendar/event/{what}",
                "entity_id": house.entity_id("vacation", "home"),
                "uid": plan.uid,
                **({"event": event} if what == "update" else {}),
            }
        )
        answer = await page.receive_json()
        if not answer["success"]:
            # The page shows these words.
            raise HomeAssistantError(answer["error"]["message"])

    await check_refused(house, ask)
    assert planned(house) == ("Norway" if what == "update" else None)


async def test_power_cut_after_away(house: House) -> None:
    """What an action has said to have begun is on the disk by then."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    written = content_of(house)
    (plan,) = written["plans"]
    assert plan["end"] is None
    (override,) = written["targets"]["hp-1"]["in_force"]
    assert override["name"] == "vacation"


async def test_power_cut_after_a_change_by_hand(house: House) -> None:
    """What somebody has set in a vacation is on the disk as theirs by then."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    await house.act("number.set_value", "preferred_temperature", value=19)
    written = content_of(house)["targets"]["hp-1"]
    assert written["base"]["room"]["preferred_temperature"] == 19
    assert written["in_force"][0]["left"] == ["preferred_temperature"]


async def test_changed_by_hand_on_a_full_disk(house: House) -> None:
    """The cloud has it: that the disk has not is no reason to say that it failed."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    fill_the_disk(house)
    await house.act("number.set_value", "preferred_temperature", value=19)
    assert house.shows("preferred_temperature") == "19.0"
    free_the_disk(house)


async def plan_an_hour(house: House) -> None:
    """Plan a vacation of an hour that begins in a minute."""
    start = dt_util.now() + timedelta(minutes=1)
    await house.act(
        "calendar.create_event",
        "vacation",
        "home",
        summary="Away",
        start_date_time=start.isoformat(),
        end_date_time=(start + timedelta(hours=1)).isoformat(),
    )


async def test_end_on_a_full_disk(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A vacation that cannot be ended on the disk ends when it can, and what stays as it was set is told then."""
    await house.connected()
    await plan_an_hour(house)
    await house.pass_time(freezer, 120)
    assert house.shows("vacation_status") == "away"
    await house.act("number.set_value", "preferred_temperature", value=19)
    told = async_capture_events(house.hass, EVENT_STAYED_BY_HAND)
    fill_the_disk(house)
    await house.pass_time(freezer, 3600)
    assert house.shows("vacation_status") == "ending"
    assert told == []
    free_the_disk(house)
    await house.pass_time(freezer, 301)
    assert house.shows("vacation_status") == "home"
    assert [event.data["setting"] for event in told] == ["preferred_temperature"]


async def test_retry_on_a_full_disk(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What was not sent since it could not be written down need not be taken back."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=422, body={"detail": "no"})
    await plan_an_hour(house)
    await house.pass_time(freezer, 120)
    house.cloud.weather.clear()
    fill_the_disk(house)
    house.cloud.journal.clear()
    await house.pass_time(freezer, 301)
    assert house.shows("vacation_status") == "starting"
    free_the_disk(house)
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert house.shows("vacation_status") == "home"
    assert house.received() == []


class File:
    """A file with something in it that is told by the test."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Have nothing on the disk yet."""
        self.hass = hass
        self.content: dict[str, Any] = {"number": 1}
        self.storage = Storage(hass, "test", lambda: dict(self.content).copy)
        self.path = Path(hass.config.path(".storage", "test"))

    def on_disk(self) -> Any:
        return json.loads(self.path.read_text())["data"]


async def test_written_once(hass: HomeAssistant) -> None:
    """What is on the disk is not written again, what has changed is."""
    file = File(hass)
    await file.storage.async_save()
    assert file.on_disk() == {"number": 1}
    written = file.path.stat().st_mtime_ns, file.path.stat().st_ino
    await file.storage.async_save()
    assert (file.path.stat().st_mtime_ns, file.path.stat().st_ino) == written
    file.content = {"number": 2}
    await file.storage.async_save()
    assert file.on_disk() == {"number": 2}


async def test_written_together(hass: HomeAssistant) -> None:
    """Those who ask while the file is written share the next writing, and each finds on the disk what it asked for."""
    file = File(hass)
    looked: list[int] = []

    def snapshot() -> Callable[[], dict[str, Any]]:
        looked.append(len(file.content))
        return dict(file.content).copy

    file.storage = Storage(hass, "test", snapshot)

    async def add(name: str) -> None:
        file.content[name] = True
        await file.storage.async_save()
        assert name in file.on_disk()

    await asyncio.gather(*(add(f"first {number}") for number in range(20)))
    late = [asyncio.create_task(add(f"late {number}")) for number in range(20)]
    while not all(it.done() for it in late):
        await add(f"in between {len(file.content)}")
    await asyncio.gather(*late)
    asked = len(file.content) - 1
    assert asked >= 41
    assert len(looked) < 8


async def test_many_begin_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What begins at ten heat pumps by one action is written no more often than at two: a card wears out."""
    written: list[str] = []

    def note(path: str, *arguments: Any, **options: Any) -> None:
        written.append(Path(path).name)
        write_utf8_file_atomic(path, *arguments, **options)

    monkeypatch.setattr("homeassistant.helpers.storage.write_utf8_file_atomic", note)
    await house.connected(*(f"hp-{number}" for number in range(10)))
    written.clear()
    await house.hass.services.async_call(
        DOMAIN,
        "override_settings",
        {
            "config_entry_id": house.entry.entry_id,
            "hot_water_min": 50,
            "duration": {"hours": 1},
        },
        blocking=True,
    )
    assert len(house.received()) == 10
    records = content_of(house)["targets"]
    assert all(records[f"hp-{number}"]["in_force"] for number in range(10))
    # What begins, and what is about to be sent: of the first one, and then of all others.
    assert written.count(f"{DOMAIN}.{house.entry.entry_id}") <= 4
    await house.hass.async_block_till_done()
    await house.poll()
    written.clear()
    for _ in range(3):
        await house.poll()
    assert written == []


async def test_write_that_fails(hass: HomeAssistant) -> None:
    """A write that fails is told, and tried again by the next one, also of the same content as before."""
    file = File(hass)
    await file.storage.async_save()
    file.path.unlink()
    file.path.mkdir()
    file.content = {"number": 2}
    for _ in range(2):
        with pytest.raises(StorageError):
            await file.storage.async_save()
    file.path.rmdir()
    file.content = {"number": 1}
    await file.storage.async_save()
    assert file.on_disk() == {"number": 1}


async def test_write_that_home_assistant_only_logs(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what was there before can still be read, as on a full disk, that is no success."""
    file = File(hass)
    await file.storage.async_save()

    def is_full(*_: Any, **__: Any) -> None:
        raise WriteError("No space left on device")

    file.content = {"number": 2}
    with monkeypatch.context() as patch:
        patch.setattr("homeassistant.helpers.storage.write_utf8_file_atomic", is_full)
        with pytest.raises(StorageError):
            await file.storage.async_save()
    assert file.on_disk() == {"number": 1}
    await file.storage.async_save()
    assert file.on_disk() == {"number": 2}


async def test_folder_that_cannot_be_made(hass: HomeAssistant) -> None:
    """Home Assistant raises some failures of the disk itself: they are told in the same way."""
    file = File(hass)
    await hass.async_add_executor_job(file.path.parent.touch)
    with pytest.raises(StorageError):
        await file.storage.async_save()
    await file.storage.async_put_aside({})
    await file.storage.async_close()


async def test_cancelled_caller(hass: HomeAssistant) -> None:
    """Cancelling who waits stops no writing, also not one that has yet to begin."""
    file = File(hass)
    first = asyncio.create_task(file.storage.async_save())
    await asyncio.sleep(0)
    file.content = {"number": 2}
    caller = asyncio.create_task(file.storage.async_save())
    await asyncio.sleep(0)
    caller.cancel()
    await first
    with pytest.raises(asyncio.CancelledError):
        await caller
    await hass.async_block_till_done()
    assert file.on_disk() == {"number": 2}


async def test_cancelled_write(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """A write that Home Assistant cancels at its very end is no success."""
    file = File(hass)
    caller = asyncio.create_task(file.storage.async_save())
    await asyncio.sleep(0)
    (writing,) = (it for it in asyncio.all_tasks() if it.get_name() == "write test")
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert "Error" not in caplog.text


async def test_cancelled_caller_of_a_write_that_fails(hass: HomeAssistant) -> None:
    """Nobody reports an error that nobody waits for."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, it: heard.append(it))
    file = File(hass)
    file.path.mkdir(parents=True)
    caller = asyncio.create_task(file.storage.async_save())
    await asyncio.sleep(0)
    caller.cancel()
    await hass.async_block_till_done()
    del caller
    gc.collect()
    assert heard == []


async def test_soon(hass: HomeAssistant, freezer: TickingDateTimeFactory) -> None:
    """What can wait is written a moment later, once; or when the file is closed, and never after that."""
    house = House(hass, None)  # type: ignore[arg-type] # No cloud is needed.
    file = File(hass)
    file.storage.async_save_soon()
    file.content = {"number": 2}
    file.storage.async_save_soon()
    assert not file.path.exists()
    await house.pass_time(freezer, 2)
    assert file.on_disk() == {"number": 2}

    file.content = {"number": 3}
    file.storage.async_save_soon()
    await file.storage.async_close()
    assert file.on_disk() == {"number": 3}

    file.content = {"number": 4}
    file.storage.async_save_soon()
    await house.pass_time(freezer, 2)
    assert file.on_disk() == {"number": 3}


async def test_soon_on_a_full_disk(
    hass: HomeAssistant,
    freezer: TickingDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where that fails, it is in the log, and tried again at the end."""
    file = File(hass)
    file.path.mkdir(parents=True)
    file.storage.async_save_soon()
    await House(hass, None).pass_time(freezer, 2)  # type: ignore[arg-type] # No cloud is needed.
    assert "cannot be written" in caplog.text
    assert "Task exception" not in caplog.text
    file.path.rmdir()
    await file.storage.async_close()
    assert file.on_disk() == {"number": 1}


async def test_while_home_assistant_stops(hass: HomeAssistant) -> None:
    """Home Assistant writes all files at its very end: what cannot be read back before that is no failure."""
    file = File(hass)
    await file.storage.async_save()
    hass.set_state(CoreState.stopping)
    file.content = {"number": 2}
    await file.storage.async_save()
    assert file.on_disk() == {"number": 1}
    hass.bus.async_fire("homeassistant_final_write")
    await hass.async_block_till_done()
    assert file.on_disk() == {"number": 2}


async def test_nothing_to_copy(hass: HomeAssistant) -> None:
    """There is no good copy of what has never been written."""
    file = File(hass)
    await file.storage.async_keep_copy()
    assert not file.path.with_name("test.previous").exists()


async def test_vacation_that_begins_on_a_full_disk(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What is planned begins as soon as it can be written down, and nothing is sent before."""
    await house.connected()
    await plan_sweden(house)
    fill_the_disk(house)
    freezer.move_to("2099-12-24T09:00:00+00:00")
    await house.pass_time(freezer, 60)
    assert house.received() == []
    assert house.shows("vacation_status") == "starting"
    free_the_disk(house)
    await house.pass_time(freezer, 301)
    assert house.shows("vacation_status") == "away"
    assert house.received() != []


async def test_disk_that_is_full_before_it_is_sent(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """It has begun and is written down, but what is about to be sent is not: nothing is sent."""
    await house.connected()
    await plan_sweden(house)
    house.cloud.weather.add(method="GET", status=503)
    freezer.move_to("2099-12-24T09:00:00+00:00")
    await house.pass_time(freezer, 60)
    assert content_of(house)["targets"]["hp-1"]["in_force"] != []
    fill_the_disk(house)
    house.cloud.weather.clear()
    for _ in range(3):
        await house.pass_time(freezer, 301)
    assert house.received() == []
    free_the_disk(house)
    await house.pass_time(freezer, 301)
    assert house.shows("vacation_status") == "away"


async def test_version_2(house: House) -> None:
    """What the version before this one has written is taken over whole, in the middle of a vacation."""
    await house.connected()
    vacation: Json = {
        "name": "vacation",
        "values": {"room": {"preferred_temperature": 16.0}},
        "began": "2026-01-01T00:00:00+00:00",
        "until": None,
        "left": [],
    }
    tracked = {
        "preferred_temperature": {
            "ours": [16.0],
            "sent": 16.0,
            "accepted": True,
            "accepted_at": "2026-01-01T00:00:01+00:00",
            "made": [],
            "confirmed": True,
        }
    }
    base = {"room": {"preferred_temperature": 19.5}}
    target = {**TARGET, "base": base, "in_force": [vacation], "tracked": tracked}
    house.cloud.cloud.change_settings("hp-1", {"room": {"preferred_temperature": 16}})
    content = {**OURS, "version": 2, "targets": {"hp-1": target}}
    await start_with(house, {"": framed(house, "", content)})
    assert issues(house) == []
    await house.hass.async_block_till_done()
    assert house.shows("vacation_status") == "home"
    held = house.cloud.cloud.heat_pump("hp-1").held
    assert held["room.preferred_temperature"] == 19.5


# A heat pump under a new id


def owners(house: House) -> tuple[set[str], str]:
    """Return whose devices there are, and the only thermostat's unique id."""
    (thermostat,) = (
        it
        for it in er.async_get(house.hass).entities.values()
        if it.domain == "climate" and it.platform == DOMAIN
    )
    return set(house.devices()), thermostat.unique_id


@contextmanager
def full_disk() -> Iterator[None]:
    """Let this process write nothing into any file, though it can read all of them."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_new_id_on_a_full_disk(house: House) -> None:
    """What was set before a vacation goes to the new id on the disk first; where it cannot, all stays together."""
    await house.connected()
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    before = owners(house)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.cloud.cloud.relink("hp-1", "hp-9")
    with full_disk():
        await house.hass.config_entries.async_setup(house.entry.entry_id)
        await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert "Is the disk full?" in str(house.entry.reason)
    assert owners(house) == before
    await restart(house)
    assert owners(house)[0] == {"hp-9"}
    await house.act("climate.set_preset_mode", "climate", "hp-9", preset_mode="none")
    held = house.cloud.cloud.heat_pump("hp-9").held
    assert held["room.preferred_temperature"] == 21


async def test_asked_about_a_new_id_on_a_full_disk(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """Whoever says that it is the same one is told that it could not be written down, and can say so again."""
    assert await async_setup_component(house.hass, "repairs", {})
    await house.connected()
    house.cloud.cloud.relink("hp-1", "hp-9")
    house.cloud.cloud.update_heat_pump("hp-9", {"model": "F1255"})
    await house.poll()
    # What is known and asked is on the disk.
    await restart(house)
    browser = Browser(house, hass_client)
    with full_disk():
        shown = await browser.answer({"next_step_id": "same"})
    assert (shown["type"], shown["reason"]) == ("abort", "storage")
    assert house.devices().keys() > {"hp-1", "hp-9"}
    assert house.entry.state is ConfigEntryState.LOADED
    shown = await browser.answer({"next_step_id": "same"})
    assert shown["type"] == "create_entry"
    assert "hp-1" not in house.devices()
