"""The three requests, over real HTTP against the simulator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

import aiohttp
import pytest

from custom_components.heatpump_steering.api import (
    BadKeyError,
    ControlMode,
    Failure,
    HeatPump,
    NotFoundError,
    NotUnderstandableError,
    PassedOver,
    ReadingNotOfferedError,
    RefusedError,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from simulator import Simulator

KEY = "a-secret-of-a-whole-fleet"
USER = "user-1"
GARBAGE = ("empty", "truncated", "html", "null", "list", "wrong_types", "not_utf8")


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session, as Home Assistant hands one in."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(session: aiohttp.ClientSession, cloud: Simulator) -> SettingsClient:
    """Return a client of a cloud with one user and two heat pumps."""
    cloud.cloud.add_heat_pump("hp-1", USER, key=KEY, brand="nibe", model="S735")
    cloud.cloud.add_heat_pump("hp-2", USER, key=KEY, needs_reauthentication=True)
    cloud.cloud.add_heat_pump("hp-9", "user-9", key=KEY)
    return SettingsClient(session, cloud.url, KEY)


async def test_read(client: SettingsClient, cloud: Simulator) -> None:
    """The settings of each of the user's heat pumps, and when they were last changed."""
    reading = await client.get_settings(USER)
    assert reading.heat_pumps.keys() == {"hp-1", "hp-2"}
    reported = reading.heat_pumps["hp-1"]
    assert reported.settings == Settings(
        preferred_temperature=21,
        allowed_below=1.5,
        allowed_above=1.5,
        schedule=False,
        control_mode=ControlMode.HEATING,
        hot_water_min=45,
        hot_water_max=55,
        flex_trading=False,
        dynamic_tariff=True,
        pv_self_consumption=True,
    )
    assert reported.updated_at == cloud.cloud.heat_pump("hp-1").updated_at
    (request,) = cloud.journal.entries()
    assert (request.method, request.path) == ("GET", "/v1/devices/settings")
    assert request.query == {"user_id": USER}


async def test_read_one_heat_pump(client: SettingsClient, cloud: Simulator) -> None:
    """One heat pump is asked for together with its user; a server that answers more is not believed."""
    assert (await client.get_settings(USER, "hp-2")).heat_pumps.keys() == {"hp-2"}
    (request,) = cloud.journal.entries()
    assert request.query == {"user_id": USER, "device_id": "hp-2"}
    cloud.weather.add(body={"data": [{"device_id": "hp-1"}, {"device_id": "hp-2"}]})
    assert (await client.get_settings(USER, "hp-2")).heat_pumps.keys() == {"hp-2"}


@pytest.mark.parametrize(
    ("behaviour", "updated_at_known"),
    [
        ({"extra_fields": True}, True),
        ({"numbers_as_strings": True}, True),
        ({"updated_at": "missing"}, False),
        ({"updated_at": "garbage"}, False),
        ({"date_header": False}, True),
    ],
    ids=str,
)
async def test_read_tolerantly(
    client: SettingsClient,
    cloud: Simulator,
    behaviour: dict[str, Any],
    updated_at_known: bool,
) -> None:
    """Unknown fields, numbers as strings, items without an id and missing times hide nothing else."""
    plain = (await client.get_settings(USER)).heat_pumps
    cloud.behaviour.update(behaviour)
    found = (await client.get_settings(USER)).heat_pumps
    assert {device_id: it.settings for device_id, it in found.items()} == {
        device_id: it.settings for device_id, it in plain.items()
    }
    assert {it.updated_at is not None for it in found.values()} == {updated_at_known}
    assert len((await client.get_heat_pumps(USER)).heat_pumps) == 2


@pytest.mark.parametrize(
    "data",
    [
        [],
        [None, 7, "hp-1", ["hp-1"], {}, {"device_id": None}, {"device_id": ""}],
        [{"device_id": " "}, {"device_id": True}, {"device_id": ["hp-1"]}],
    ],
    ids=str,
)
async def test_nothing_to_read(
    client: SettingsClient, cloud: Simulator, data: list[Any]
) -> None:
    """An empty list, or one with nothing of use in it, is an answer."""
    cloud.weather.add(body={"data": data})
    assert (await client.get_settings(USER)).heat_pumps == {}
    assert (await client.get_heat_pumps(USER)).heat_pumps == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "2026-04-17T09:27:09.224000+00:00",
            datetime(2026, 4, 17, 9, 27, 9, 224000, UTC),
        ),
        ("2026-04-17T11:27:09+02:00", datetime(2026, 4, 17, 9, 27, 9, tzinfo=UTC)),
        ("2026-04-17T09:27:09Z", datetime(2026, 4, 17, 9, 27, 9, tzinfo=UTC)),
        ("2026-04-17T09:27:09", datetime(2026, 4, 17, 9, 27, 9, tzinfo=UTC)),
        ("9999-12-31T23:59:59-12:00", None),
        ("yesterday", None),
        (1776418029, None),
        (None, None),
    ],
)
async def test_updated_at(
    client: SettingsClient, cloud: Simulator, written: Any, read: datetime | None
) -> None:
    """A time is read with its zone, or as UTC; what is no time is unknown."""
    cloud.weather.add(body={"data": [{"device_id": "hp-1", "updated_at": written}]})
    reading = await client.get_settings(USER)
    assert reading.heat_pumps["hp-1"].updated_at == read


async def test_list(client: SettingsClient, cloud: Simulator) -> None:
    """The user's heat pumps with what is known of them, and nobody else's."""
    assert (await client.get_heat_pumps(USER)).heat_pumps == (
        HeatPump(
            device_id="hp-1",
            brand="nibe",
            model="S735",
            model_type="ground-source",
            needs_reauthentication=False,
        ),
        HeatPump(
            device_id="hp-2",
            brand="nibe",
            model="S1256",
            model_type="ground-source",
            needs_reauthentication=True,
        ),
    )
    (request,) = cloud.journal.entries()
    assert request.query == {"user_id": USER, "limit": "1000"}


async def test_list_tolerantly(client: SettingsClient, cloud: Simulator) -> None:
    """What is not told is unknown; what is not a heat pump of this user is passed over."""
    cloud.weather.add(
        body={
            "data": [
                {"device_id": "bare"},
                {"device_id": "odd", "brand": True, "needs_reauthentication": "yes"},
                {"device_id": "typeless", "device_type": None, "model": " "},
                {"device_id": 1155, "brand": 7, "model": 12.5, "model_type": "\tair "},
                {"device_id": "car", "device_type": "ev"},
                {"device_id": "theirs", "user_id": "user-9"},
                {"user_id": "user-9"},
            ],
            "meta": None,
        }
    )
    listed = await client.get_heat_pumps(USER)
    assert listed.heat_pumps == (
        *(HeatPump(device_id=device_id) for device_id in ("bare", "odd", "typeless")),
        HeatPump(device_id="1155", brand="7", model="12.5", model_type="air"),
    )
    assert listed.others == {"car", "theirs"}
    assert listed.passed_over == PassedOver(other_users=2, other_kinds=("ev",))


async def test_same_heat_pump_twice_in_the_list(
    client: SettingsClient, cloud: Simulator
) -> None:
    """What one item tells is not lost to another that does not tell it, or that is of another kind."""
    once = (await client.get_heat_pumps(USER)).heat_pumps
    cloud.behaviour.duplicates = "bare"
    assert (await client.get_heat_pumps(USER)).heat_pumps == once
    cloud.weather.add(
        body={
            "data": [
                {"device_id": "hp-1", "brand": "nibe"},
                {"device_id": "HP-1", "model": "S735", "needs_reauthentication": True},
                {"device_id": "hp-1", "device_type": "meter"},
                {"device_id": "hp-1", "needs_reauthentication": False},
            ]
        }
    )
    listed = await client.get_heat_pumps(USER)
    assert listed.heat_pumps == (
        HeatPump(
            device_id="hp-1", brand="nibe", model="S735", needs_reauthentication=True
        ),
    )
    assert listed.others == frozenset()


@pytest.mark.parametrize("page_size", [0, 1, 2, 5])
@pytest.mark.parametrize("duplicates", ["none", "bare", "split"])
@pytest.mark.parametrize("last_page", ["ends", "repeats", "goes_on"])
async def test_settings_in_pages_and_parts(
    client: SettingsClient,
    cloud: Simulator,
    page_size: int,
    duplicates: Any,
    last_page: Any,
) -> None:
    """However the settings come, it is the same that is read, and it comes to an end."""
    whole = await client.get_settings(USER)
    cloud.behaviour.settings_page_size = page_size
    cloud.behaviour.duplicates = duplicates
    cloud.behaviour.last_page = last_page
    cloud.journal.clear()
    assert await client.get_settings(USER) == whole
    requests = cloud.journal.entries()
    assert {request.query["user_id"] for request in requests} == {USER}
    items = {"none": 2, "bare": 4, "split": 6}[duplicates]
    pages = -(-items // page_size) if page_size else 1
    if page_size:
        pages = {"ends": pages, "repeats": pages + 1, "goes_on": 10}[last_page]
    assert len(requests) == pages


async def test_page_that_fails(client: SettingsClient, cloud: Simulator) -> None:
    """A part of the settings is not taken for all of them."""
    cloud.behaviour.settings_page_size = 1
    cloud.weather.add(times=1)
    cloud.weather.add(status=503)
    with pytest.raises(UnavailableError):
        await client.get_settings(USER)


async def test_pages_of_one_heat_pump(client: SettingsClient, cloud: Simulator) -> None:
    """Every page is asked for with the same query, but for the token."""
    cloud.behaviour.settings_page_size = 1
    cloud.behaviour.duplicates = "split"
    reading = await client.get_settings(USER, "hp-2")
    assert len(reading.heat_pumps["hp-2"].settings.keys()) == 10
    for request in cloud.journal.entries():
        asked = {**request.query}
        asked.pop("next_token", None)
        assert asked == {"user_id": USER, "device_id": "hp-2"}
    assert len(cloud.journal.entries()) == 3


async def test_token_that_is_a_number(client: SettingsClient, cloud: Simulator) -> None:
    """A token may be any text or number; what is neither ends the list."""
    for number, token in enumerate((0, " ", None), 1):
        cloud.weather.add(
            times=1,
            body={
                "data": [{"device_id": f"hp-{number}"}],
                "meta": {"next_token": token},
            },
        )
    assert (await client.get_settings(USER)).heat_pumps.keys() == {"hp-1", "hp-2"}
    assert cloud.journal.entries()[1].query == {"user_id": USER, "next_token": "0"}


async def test_settings_that_are_newer(
    client: SettingsClient, cloud: Simulator
) -> None:
    """Of two items for a heat pump, whatever their order, the newer one counts where both tell something."""
    older = {
        "device_id": "hp-1",
        "room": {"preferred_temperature": 20, "schedule_enabled": True},
        "updated_at": "2026-04-17T09:00:00Z",
    }
    newer = {
        "device_id": "HP-1 ",
        "room": {"preferred_temperature": 22, "schedule_enabled": None},
        "updated_at": "2026-04-17T12:00:00+02:00",
    }
    for data in ([older, newer], [newer, older]):
        cloud.weather.replace([])
        cloud.weather.add(body={"data": data})
        (reported,) = (await client.get_settings(USER)).heat_pumps.values()
        assert reported.settings == Settings(preferred_temperature=22, schedule=True)
        assert reported.updated_at == datetime(2026, 4, 17, 10, tzinfo=UTC)


async def test_not_ours_in_the_settings(
    client: SettingsClient, cloud: Simulator
) -> None:
    """The settings, too, may name another user or another kind of device; that is not read."""
    room = {"room": {"preferred_temperature": 20}}
    cloud.weather.add(
        body={
            "data": [
                {"device_id": "hp-1", "user_id": "user-9", **room},
                {"device_id": "hp-2", "device_type": "BatteryPack", **room},
                {"device_id": "hp-3", "user_id": None, "device_type": "", **room},
                {"device_id": "hp-4", "user_id": " USER-1", **room},
            ]
        }
    )
    reading = await client.get_settings(USER)
    assert reading.heat_pumps.keys() == {"hp-3", "hp-4"}
    assert reading.passed_over == PassedOver(1, ("battery pack",))
    assert len(reading.passed_over) == 2


async def test_ids_that_are_numbers(
    session: aiohttp.ClientSession, cloud: Simulator
) -> None:
    """The same heat pump, whether its id is written as a number or as a text; it is sent as text."""
    cloud.cloud.add_heat_pump("7001", "42", key=KEY)
    cloud.behaviour.numeric_ids = True
    client = SettingsClient(session, cloud.url, KEY)
    assert (await client.get_settings("42")).heat_pumps.keys() == {"7001"}
    assert (await client.get_settings("42", "7001")).heat_pumps.keys() == {"7001"}
    (listed,) = (await client.get_heat_pumps("42")).heat_pumps
    assert listed.device_id == "7001"
    await client.patch_settings("42", "7001", Settings(schedule=True))
    assert cloud.journal.patches()[0]["device_id"] == "7001"


async def read_one(client: SettingsClient, cloud: Simulator) -> list[str | None]:
    """Read hp-2 alone, and return for which heat pumps the cloud was asked on the way; None is all of the user's."""
    before = len(cloud.journal.entries())
    reading = await client.get_settings(USER, "hp-2")
    assert reading.heat_pumps.keys() == {"hp-2"}
    return [
        request.query.get("device_id") for request in cloud.journal.entries()[before:]
    ]


@pytest.mark.parametrize("unknown_read_status", [200, 404])
async def test_spelling_of_one_heat_pump(
    client: SettingsClient, cloud: Simulator, unknown_read_status: int
) -> None:
    """A heat pump that the cloud spells differently is found among all, then asked for and changed by its own spelling."""
    cloud.behaviour.unknown_read_status = unknown_read_status
    assert await read_one(client, cloud) == ["hp-2"]
    cloud.cloud.remove_heat_pump("hp-2")
    cloud.cloud.add_heat_pump("HP-2", USER, key=KEY)
    assert await read_one(client, cloud) == ["hp-2", None]
    assert await read_one(client, cloud) == ["HP-2"]
    await client.patch_settings(USER, "hp-2", Settings(schedule=True))
    assert cloud.journal.patches()[0]["device_id"] == "HP-2"


async def test_one_heat_pump_that_is_not_there(
    client: SettingsClient, cloud: Simulator
) -> None:
    """It costs one request to look whether it is back, not two."""
    cloud.cloud.hide("hp-2")
    for requests in (2, 3, 4):
        assert (await client.get_settings(USER, "hp-2")).heat_pumps == {}
        assert len(cloud.journal.entries()) == requests
    cloud.cloud.hide("hp-2", hidden=False)
    assert await read_one(client, cloud) == [None]


async def test_list_spells_otherwise(client: SettingsClient, cloud: Simulator) -> None:
    """Settings and list are about the same heat pumps; what is changed is called as the settings call it."""
    cloud.behaviour.capitals = "settings"
    names = (await client.get_settings(USER)).heat_pumps.keys()
    listed = (await client.get_heat_pumps(USER)).heat_pumps
    assert [heat_pump.device_id for heat_pump in listed] == list(names)
    cloud.behaviour.ids_ignore_case = True
    await client.patch_settings(USER, "hp-1", Settings(schedule=True))
    assert cloud.journal.patches()[0]["device_id"] == "HP-1"


async def test_others_that_are_spelled_otherwise(
    client: SettingsClient, cloud: Simulator
) -> None:
    """What the list says to be another user's is so in the settings as well, however it is spelled there."""
    cloud.behaviour.filters_users = False
    cloud.behaviour.capitals = "list"
    reading = await client.get_settings(USER)
    listed = await client.get_heat_pumps(USER)
    assert reading.heat_pumps.keys() - listed.others == {"hp-1", "hp-2"}


async def test_byte_order_mark(client: SettingsClient, cloud: Simulator) -> None:
    """UTF-8 that begins with a byte order mark is UTF-8, also in a refusal."""
    plain = await client.get_settings(USER)
    cloud.behaviour.byte_order_mark = True
    assert await client.get_settings(USER) == plain
    assert len((await client.get_heat_pumps(USER)).heat_pumps) == 2
    with pytest.raises(RefusedError, match="greater than or equal to 0"):
        await client.patch_settings(USER, "hp-1", Settings(allowed_below=-1))


async def test_list_page_by_page(client: SettingsClient, cloud: Simulator) -> None:
    """Pages are read until there is no next one, each with the token of the one before."""
    expected = [f"pump-{number}" for number in range(1201)]
    for device_id in expected:
        cloud.cloud.add_heat_pump(device_id, "crowd", key=KEY)
    found = (await client.get_heat_pumps("crowd")).heat_pumps
    assert [heat_pump.device_id for heat_pump in found] == expected
    first, second = cloud.journal.entries()
    assert "next_token" not in first.query
    assert second.query["next_token"]
    assert second.query["user_id"] == "crowd"


async def test_list_without_an_end(client: SettingsClient, cloud: Simulator) -> None:
    """A server that always has another page does not keep us for ever."""
    cloud.weather.add(
        body={"data": [{"device_id": "hp-1"}], "meta": {"next_token": "again"}}
    )
    assert (await client.get_heat_pumps(USER)).heat_pumps == (
        HeatPump(device_id="hp-1"),
    )
    assert len(cloud.journal.entries()) == 2
    cloud.weather.clear()
    cloud.behaviour.last_page = "goes_on"
    assert len((await client.get_heat_pumps(USER)).heat_pumps) == 2
    assert len(cloud.journal.entries()) == 12


@pytest.mark.parametrize("device_id", [None, "hp-1"])
async def test_change(
    client: SettingsClient, cloud: Simulator, device_id: str | None
) -> None:
    """Only what is to be changed is sent, a device always with its user; the server's own time comes back."""
    cloud.behaviour.clock_offset = 3600
    change = Settings(
        preferred_temperature=20.5, flex_trading=False, country="NL", hot_water_min=45
    )
    accepted_at = await client.patch_settings(USER, device_id, change)
    (request,) = cloud.journal.entries()
    assert (request.method, request.path, request.query) == (
        "PATCH",
        "/v1/devices/settings",
        {},
    )
    assert request.body == {
        "user_id": USER,
        **({"device_id": device_id} if device_id else {}),
        "room": {"preferred_temperature": 20.5},
        "dhw": {"temperature_lower_bound": 45},
        "optimization_settings": {"flex_trading": False},
        "location": {"country": "NL"},
    }
    assert accepted_at is not None
    assert abs(accepted_at - cloud.cloud.now()) < timedelta(minutes=1)


async def test_change_nothing(client: SettingsClient, cloud: Simulator) -> None:
    """An empty change is a request like any other; a server without a clock tells no time."""
    cloud.behaviour.date_header = False
    assert await client.patch_settings(USER, None, Settings()) is None
    assert cloud.journal.patches() == [{"user_id": USER}]


REQUESTS = ("get_settings", "get_heat_pumps", "patch_settings")


async def send(client: SettingsClient, request: str) -> None:
    """Send one of the three requests."""
    match request:
        case "get_settings":
            await client.get_settings(USER)
        case "get_heat_pumps":
            await client.get_heat_pumps(USER)
        case _:
            await client.patch_settings(USER, "hp-1", Settings(schedule=True))


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, BadKeyError),
        (403, BadKeyError),
        (404, NotFoundError),
        (408, UnavailableError),
        (409, RefusedError),
        (418, NotUnderstandableError),
        (422, RefusedError),
        (429, TooManyRequestsError),
        (500, UnavailableError),
        (502, UnavailableError),
        (503, UnavailableError),
        (599, UnavailableError),
    ],
)
async def test_status(
    client: SettingsClient,
    cloud: Simulator,
    request_name: str,
    status: int,
    kind: type[SteeringError],
) -> None:
    """Each kind of trouble has its exception, and none of them the key."""
    cloud.weather.add(status=status)
    with pytest.raises(kind) as error:
        await send(client, request_name)
    assert type(error.value) is kind
    assert KEY not in repr(error.value) + str(error.value)


@pytest.mark.parametrize("status", [405, 501])
async def test_reading_not_offered(
    client: SettingsClient, cloud: Simulator, status: int
) -> None:
    """A server without the read says so; one without the write is not this cloud."""
    cloud.weather.add(status=status)
    with pytest.raises(ReadingNotOfferedError):
        await client.get_settings(USER)
    with pytest.raises((NotUnderstandableError, UnavailableError)):
        await client.patch_settings(USER, None, Settings())


@pytest.mark.parametrize(
    ("request_name", "status"),
    [
        ("get_settings", 202),
        ("get_heat_pumps", 204),
        # A portal or proxy on the way says 200 to everything.
        ("patch_settings", 200),
        ("patch_settings", 202),
    ],
)
async def test_odd_success(
    client: SettingsClient, cloud: Simulator, request_name: str, status: int
) -> None:
    """A success that this API does not have is none."""
    cloud.weather.add(status=status, body={"data": []})
    with pytest.raises(NotUnderstandableError):
        await send(client, request_name)


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage(client: SettingsClient, cloud: Simulator, garbage: str) -> None:
    """A list that is none is never taken for an empty one."""
    cloud.weather.add(garbage=garbage)
    if garbage == "not_utf8":
        assert (await client.get_heat_pumps(USER)).heat_pumps == ()
        return
    for request_name in ("get_settings", "get_heat_pumps"):
        with pytest.raises(NotUnderstandableError):
            await send(client, request_name)


async def test_endless_brackets(client: SettingsClient, cloud: Simulator) -> None:
    """An answer that no parser gets to the end of is not understandable."""
    cloud.weather.add(body="[" * 200_000)
    with pytest.raises(NotUnderstandableError):
        await client.get_settings(USER)
    cloud.weather.replace([])
    cloud.weather.add(status=422, body="[" * 200_000)
    with pytest.raises(RefusedError, match="status 422"):
        await client.patch_settings(USER, None, Settings())


async def test_web_page(client: SettingsClient, cloud: Simulator) -> None:
    """A web page of status 404 may mean that there is no read, but is nobody's word on a change."""
    cloud.weather.add(status=404, body="<h1>Not Found</h1>")
    with pytest.raises(NotFoundError):
        await client.get_settings(USER)
    with pytest.raises(NotUnderstandableError):
        await client.patch_settings(USER, None, Settings())


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirect(
    client: SettingsClient, cloud: Simulator, request_name: str, status: int
) -> None:
    """A redirect is not followed: it would carry the key to whatever host it names."""
    async with Simulator() as elsewhere:
        cloud.weather.add(status=status, headers={"Location": elsewhere.url})
        with pytest.raises(NotUnderstandableError):
            await send(client, request_name)
        assert len(elsewhere.journal) == 0


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize(
    "weather",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"drop": "during"},
        {"hang": "before"},
        {"hang": "after"},
    ],
    ids=str,
)
async def test_no_answer(
    session: aiohttp.ClientSession,
    cloud: Simulator,
    request_name: str,
    weather: dict[str, Any],
) -> None:
    """A connection that breaks off, or a server that never answers, may have taken a change."""
    hasty = SettingsClient(session, cloud.url, KEY, read_limit=0.1, write_limit=0.1)
    cloud.weather.add(**weather)
    with pytest.raises(UnavailableError) as error:
        await send(hasty, request_name)
    assert error.value.maybe_applied is True
    assert error.value.retry_after is None


async def test_nobody_there(client: SettingsClient, cloud: Simulator) -> None:
    """Where nobody could be reached, nothing can have been applied."""
    await cloud.stop()
    with pytest.raises(UnavailableError) as error:
        await client.patch_settings(USER, None, Settings(schedule=True))
    assert error.value.maybe_applied is False


async def test_each_kind_of_request_has_its_limit(
    session: aiohttp.ClientSession, cloud: Simulator
) -> None:
    """Reads may take longer than changes, or the other way round."""
    cloud.weather.add(hang="before")
    slow_reads = SettingsClient(session, cloud.url, KEY, write_limit=0.1)
    with pytest.raises(UnavailableError):
        await slow_reads.patch_settings(USER, None, Settings())
    slow_changes = SettingsClient(session, cloud.url, KEY, read_limit=0.1)
    with pytest.raises(UnavailableError):
        await slow_changes.get_settings(USER)


@pytest.mark.parametrize("request_name", REQUESTS)
async def test_connection_that_is_never_there(
    session: aiohttp.ClientSession, request_name: str
) -> None:
    """Where no connection comes about, it does not take the time of an answer, and nothing can have been applied."""

    async def say_nothing(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = SettingsClient(
            # It would have to say hello first.
            session,
            f"https://127.0.0.1:{port}",
            KEY,
            connect_limit=0.1,
        )
        with pytest.raises(UnavailableError) as error:
            await send(client, request_name)
    assert error.value.failure is Failure.NOT_REACHED
    assert error.value.maybe_applied is False


@pytest.mark.parametrize(
    ("weather", "seconds"),
    [
        ({}, None),
        ({"retry_after": 0}, 0),
        ({"retry_after": 17}, 17),
        ({"retry_after_date": 90}, 90),
        ({"retry_after_date": -90}, 0),
        ({"retry_after": 100_000}, 900),
        ({"retry_after_date": 100_000}, 900),
        ({"headers": {"Retry-After": "9" * 400}}, 900),
        ({"headers": {"Retry-After": "in a while"}}, None),
        ({"headers": {"Retry-After": "-5"}}, None),
        ({"headers": {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -1200"}}, None),
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after(
    client: SettingsClient,
    cloud: Simulator,
    status: int,
    weather: dict[str, Any],
    seconds: float | None,
) -> None:
    """The wait is in seconds, or a date by the server's own clock; a wait without end is none."""
    cloud.behaviour.clock_offset = 12345
    cloud.weather.add(status=status, **weather)
    with pytest.raises((TooManyRequestsError, UnavailableError)) as error:
        await client.get_settings(USER)
    assert isinstance(error.value, TooManyRequestsError | UnavailableError)
    retry_after = error.value.retry_after
    if seconds is None:
        assert retry_after is None
    else:
        assert retry_after == pytest.approx(seconds, abs=2)


async def test_retry_after_a_date_without_a_clock(
    client: SettingsClient, cloud: Simulator
) -> None:
    """A date means nothing where the server does not tell its own time."""
    cloud.behaviour.date_header = False
    cloud.weather.add(status=429, retry_after_date=60)
    with pytest.raises(TooManyRequestsError) as error:
        await client.get_settings(USER)
    assert error.value.retry_after is None


async def test_refused_by_the_cloud(client: SettingsClient, cloud: Simulator) -> None:
    """Each refusal says which part of the change it is about, in the cloud's words."""
    with pytest.raises(RefusedError) as error:
        await client.patch_settings(
            USER, "hp-1", Settings(allowed_below=-1, hot_water_min=80)
        )
    assert [refusal.path for refusal in error.value.refusals] == [
        ("room", "temperature_lower_bound")
    ]
    assert "greater than or equal to 0" in str(error.value)
    cloud.behaviour.vague_errors = True
    with pytest.raises(RefusedError) as error:
        await client.patch_settings(USER, "hp-1", Settings(hot_water_min=80))
    assert [refusal.path for refusal in error.value.refusals] == [()]


@pytest.mark.parametrize(
    ("body", "words", "paths"),
    [
        (
            {
                "detail": [
                    {"loc": ["body", "room", 0], "msg": "too warm", "type": "x"},
                    {"loc": ["dhw"], "msg": "too cold"},
                    {"loc": "body", "msg": "odd"},
                    {"loc": ["body"]},
                    "what?",
                ]
            },
            "too warm; too cold; odd",
            [("room", "0"), ("dhw",), ()],
        ),
        ({"detail": "Not today"}, "Not today", [()]),
        ({"message": "Conflict with a plan"}, "Conflict with a plan", [()]),
        ({"detail": []}, "status 422", [()]),
        ({"detail": {"why": "no"}}, "status 422", [()]),
        ([], "status 422", [()]),
        ("<h1>Unprocessable</h1>", "status 422", [()]),
        ("", "status 422", [()]),
    ],
    ids=str,
)
async def test_words_of_a_refusal(
    client: SettingsClient,
    cloud: Simulator,
    body: Any,
    words: str,
    paths: list[tuple[str, ...]],
) -> None:
    """There are always words, the cloud's own wherever it has any."""
    cloud.weather.add(status=422, body=body)
    with pytest.raises(RefusedError) as error:
        await client.patch_settings(USER, None, Settings(schedule=True))
    assert str(error.value) == words
    assert [refusal.path for refusal in error.value.refusals] == paths


@pytest.mark.parametrize("encoding", ["hex", "idna", "nonsense", "latin-1"])
async def test_encoding_of_an_answer(
    client: SettingsClient, cloud: Simulator, encoding: str
) -> None:
    """Whatever encoding an answer claims to be in, what can be read of it is read."""
    cloud.weather.add(
        body='{"data": [{"device_id": "hp-1"}]}',
        content_type=f"application/json; charset={encoding}",
    )
    assert (await client.get_settings(USER)).heat_pumps.keys() == {"hp-1"}


async def test_key_is_sent_and_kept_secret(
    session: aiohttp.ClientSession,
    client: SettingsClient,
    cloud: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The key is in its header, raw, and in no representation, exception, log or address."""
    caplog.set_level(logging.DEBUG)
    await client.get_settings(USER)
    assert cloud.journal.entries()[-1].key_right
    wrong = SettingsClient(session, f"{cloud.url}/", f"Bearer-{KEY}")
    with pytest.raises(BadKeyError) as error:
        await wrong.get_settings(USER)
    told = [repr(client), str(client), repr(error.value), str(error.value), caplog.text]
    for answer in cloud.journal.entries():
        told += [answer.path, str(answer.query)]
    assert KEY not in "".join(told)
    assert cloud.url in repr(client)
