"""What the journal tells, and what it never does."""

import asyncio
import json
import logging
import re

import pytest

from simulator import ManualClock, Simulator

from .conftest import KEY, SETTINGS, Client


async def test_entry(client: Client, simulator: Simulator, clock: ManualClock) -> None:
    """Everything about a request."""
    clock.advance(5)
    simulator.weather.add(hold="before", times=1)
    body = {
        "user_id": "user-1",
        "device_id": "hp-1",
        "room": {"preferred_temperature": 19},
    }
    request = asyncio.create_task(client.patch(**body))
    await simulator.weather.wait_for_held()
    clock.advance(2)
    simulator.weather.release()
    await request
    [entry] = (await client.control("GET", "/journal"))["requests"]
    assert entry == {
        "number": 1,
        "method": "PATCH",
        "path": SETTINGS,
        "query": {},
        "body": body,
        "user_id": "user-1",
        "device_id": "hp-1",
        "key_right": True,
        "cookies": "",
        "in_flight": 0,
        "received": "2026-04-17T09:00:05+00:00",
        "received_monotonic": 5,
        "answered": "2026-04-17T09:00:07+00:00",
        "answered_monotonic": 7,
        "status": 204,
        "applied": True,
        "client_left": False,
        "finished": True,
    }


async def test_bodies_and_queries(client: Client, simulator: Simulator) -> None:
    """Parsed where it is JSON, else as a text."""
    await client.get(user_id="user-1", device_id="hp-2")
    await client.request("PATCH", SETTINGS, data=b"{not json")
    await client.request(
        "PATCH",
        SETTINGS,
        data=b'{"user_id": "user-1", "room": {"preferred_temperature": NaN}}',
    )
    await client.request("PATCH", SETTINGS, data=b"\xff")
    entries = simulator.journal.entries()
    assert (entries[0].query, entries[0].user_id, entries[0].device_id) == (
        {"user_id": "user-1", "device_id": "hp-2"},
        "user-1",
        "hp-2",
    )
    assert [entry.body for entry in entries] == [
        None,
        "{not json",
        {"user_id": "user-1", "room": {"preferred_temperature": "NaN"}},
        "\ufffd",
    ]
    assert simulator.journal.patches() == [entries[2].body]


async def test_the_key_is_never_in_it(
    client: Client, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where a client has put it somewhere else: not in the journal, the log or any answer."""
    replies = [
        await client.get(user_id=KEY),
        await client.get(f"/{KEY}"),
        await client.get(**{KEY: "x"}),
        await client.patch(user_id=KEY, room={KEY: [{"a": KEY}]}),
        await client.request("PATCH", SETTINGS, data=f"{{{KEY}".encode()),
        await client.with_key("guessed-key").get(user_id="guessed-key"),
    ]
    places = ("", "/journal", "/suppliers", "/heat-pumps", "/behaviour", "/weather")
    replies += [
        await client.with_key(None).get(f"/_simulator{place}") for place in places
    ]
    for reply in replies:
        assert KEY not in reply.text + str(reply.headers)
        assert "guessed-key" not in reply.text
    assert "[key]" in json.dumps(
        [entry.to_json() for entry in simulator.journal.entries()]
    )
    assert KEY not in repr(simulator.journal.entries())
    assert KEY not in json.dumps(simulator.cloud.to_json())
    records = [
        record
        for record in caplog.records
        if record.name.startswith(("simulator", "aiohttp"))
    ]
    assert not [record for record in records if KEY in record.getMessage()]


async def test_a_malformed_key_is_not_logged(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Aiohttp would quote the header it could not read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nx-api-key: secret-\x00\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    formatter = logging.Formatter()
    logged = [
        formatter.format(record)
        for record in caplog.records
        if record.name.startswith("simulator")
    ]
    assert logged
    assert "secret" not in "".join(logged)


async def test_a_short_wrong_key_leaves_texts_alone(
    client: Client, simulator: Simulator
) -> None:
    """Blotting out "e" would leave nothing to read."""
    await client.with_key("e").get(user_id="someone")
    [entry] = simulator.journal.entries()
    assert (entry.user_id, entry.key_right, entry.status) == ("someone", False, 403)


async def test_in_flight(client: Client, simulator: Simulator) -> None:
    """Counted by method and target, at arrival."""
    simulator.weather.add(hold="before")
    bodies = [
        {"user_id": "user-1"},
        {"user_id": "user-1", "device_id": "hp-1"},
        {"user_id": "user-1"},
        {"user_id": "user-1"},
    ]
    requests = []
    for number, body in enumerate(bodies, 1):
        requests.append(asyncio.create_task(client.patch(**body)))
        await simulator.weather.wait_for_held(number)
    requests.append(asyncio.create_task(client.get(user_id="user-1")))
    await simulator.weather.wait_for_held(5)
    assert [entry.in_flight for entry in simulator.journal.entries()] == [0, 0, 1, 2, 0]
    simulator.weather.clear()
    simulator.weather.release()
    await asyncio.gather(*requests)
    await client.patch(user_id="user-1")
    assert simulator.journal.entries()[-1].in_flight == 0


async def test_wait_for(client: Client, simulator: Simulator) -> None:
    """Waits for requests to come, or to be over."""
    simulator.weather.add(hold="before", method="PATCH")
    waiting = asyncio.create_task(
        simulator.journal.wait_for(1, method="PATCH", device_id="hp-1")
    )
    over = asyncio.create_task(
        simulator.journal.wait_for(1, method="PATCH", finished=True)
    )
    idle = asyncio.create_task(simulator.journal.wait_idle())
    await client.get(user_id="user-1")
    request = asyncio.create_task(client.patch(user_id="user-1", device_id="hp-1"))
    [entry] = await waiting
    assert (entry.number, entry.status) == (2, None)
    assert not over.done()
    simulator.weather.release()
    assert (await over) == [entry]
    await idle
    assert (await request).status == 204
    await simulator.journal.wait_idle()


async def test_waiting_in_vain_says_so(client: Client, simulator: Simulator) -> None:
    """How many have come, of how many."""
    await client.get()
    with pytest.raises(
        TimeoutError, match=re.escape("0 of 1 requests after 0 s ({'method': 'PATCH'})")
    ):
        await simulator.journal.wait_for(1, method="PATCH", timeout=0)
    simulator.weather.add(hold="before")
    request = asyncio.create_task(client.get())
    await simulator.weather.wait_for_held()
    with pytest.raises(TimeoutError, match="1 requests in flight"):
        await simulator.journal.wait_idle(timeout=0)
    simulator.weather.release()
    await request


async def test_filters(client: Client, simulator: Simulator) -> None:
    """By method, path, ids and number, in process and over HTTP."""
    await client.get(user_id="user-1")
    await client.patch(user_id="user-1", device_id="hp-1")
    await client.get("/v1/devices", user_id="user-2")
    journal = simulator.journal
    assert [entry.number for entry in journal.entries(method="GET")] == [1, 3]
    assert [entry.number for entry in journal.entries(path=SETTINGS, since=1)] == [2]
    assert [entry.number for entry in journal.entries(user_id="user-1")] == [1, 2]
    assert [
        entry.number for entry in journal.entries(device_id="hp-1", finished=True)
    ] == [2]
    listed = await client.control("GET", "/journal?method=GET&since=1&finished=true")
    assert [entry["number"] for entry in listed["requests"]] == [3]
    assert journal.patches(user_id="user-2") == []


async def test_clearing(client: Client, simulator: Simulator) -> None:
    """What was is forgotten; numbers go on, and what is in flight is still over some time."""
    simulator.weather.add(hold="before", times=1)
    request = asyncio.create_task(client.get())
    await simulator.weather.wait_for_held()
    await client.control("DELETE", "/journal", expect=204)
    assert len(simulator.journal) == 0
    simulator.weather.release()
    assert (await request).status == 200
    await client.get()
    assert [entry.number for entry in simulator.journal.entries()] == [2]
