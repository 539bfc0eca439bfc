"""Bad days on the way to the cloud and back."""

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from simulator import ManualClock, Rule, Simulator
from simulator.reading import InputError

from .conftest import DEVICES, SETTINGS, Client

HOME = {"user_id": "user-1", "room": {"preferred_temperature": 19}}
DEVICE = {
    "user_id": "user-1",
    "device_id": "hp-1",
    "room": {"preferred_temperature": 18},
}


def held(simulator: Simulator, device_id: str = "hp-1") -> Any:
    """Return the preferred temperature that the cloud holds."""
    return simulator.cloud.heat_pump(device_id).held["room.preferred_temperature"]


async def test_status_with_headers_and_body(
    client: Client, simulator: Simulator
) -> None:
    """An answer of the rule's own, so many times."""
    simulator.weather.add(
        status=503, headers={"X-Proxy": "edge"}, body={"message": "busy"}, times=2
    )
    for left in (1, None):
        reply = await client.patch(**HOME)
        assert (reply.status, reply.json, reply.headers["x-proxy"]) == (
            503,
            {"message": "busy"},
            "edge",
        )
        assert reply.headers["content-type"] == "application/json"
        assert [rule.times for rule in simulator.weather.rules] == (
            [] if left is None else [left]
        )
    assert held(simulator) == 21
    assert (await client.patch(**HOME)).status == 204
    assert [entry.applied for entry in simulator.journal.entries()] == [
        False,
        False,
        True,
    ]


async def test_retry_after(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """In seconds, or as a date by the server's clock."""
    simulator.behaviour.clock_offset = 120
    simulator.weather.add(status=429, retry_after=2, times=1)
    simulator.weather.add(status=429, retry_after_date=30, times=1)
    reply = await client.patch(**HOME)
    assert (reply.status, reply.headers["retry-after"], reply.text) == (429, "2", "")
    reply = await client.patch(**HOME)
    assert parsedate_to_datetime(
        reply.headers["retry-after"]
    ) == clock.wall() + timedelta(seconds=150)


async def test_body_of_a_proxy(client: Client, simulator: Simulator) -> None:
    """A text is HTML unless it is called something else; with no status it is a 200."""
    simulator.weather.add(body="<h1>Sign in to the guest network</h1>", times=1)
    simulator.weather.add(
        status=502, body="bad gateway", content_type="text/plain", times=1
    )
    reply = await client.patch(**HOME)
    assert (reply.status, reply.text) == (200, "<h1>Sign in to the guest network</h1>")
    assert reply.headers["content-type"].startswith("text/html")
    reply = await client.get()
    assert (reply.status, reply.text, reply.headers["content-type"]) == (
        502,
        "bad gateway",
        "text/plain",
    )
    assert held(simulator) == 21


async def test_applied_and_then_an_error(client: Client, simulator: Simulator) -> None:
    """A gateway that loses patience after the change was made."""
    simulator.weather.add(status=504, apply=True)
    assert (await client.patch(**HOME)).status == 504
    assert held(simulator) == 19
    assert simulator.journal.entries()[0].applied


@pytest.mark.parametrize(
    "garbage", ["empty", "truncated", "html", "null", "list", "wrong_types", "not_utf8"]
)
async def test_garbage(client: Client, simulator: Simulator, garbage: Any) -> None:
    """Bodies that are not what they should be, with a good status."""
    simulator.weather.add(garbage=garbage)
    reply = await client.get()
    assert reply.status == 200
    assert '"meta": {"energy_supplier"' not in reply.text


@pytest.mark.parametrize(("drop", "after"), [("before", 21), ("after", 19)])
async def test_drop(
    client: Client, simulator: Simulator, drop: Any, after: float
) -> None:
    """The connection closes without an answer, with the change applied or not."""
    simulator.weather.add(drop=drop, times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.patch(**HOME)
    assert held(simulator) == after
    [entry] = simulator.journal.entries()
    assert (entry.status, entry.answered, entry.finished, entry.applied) == (
        None,
        None,
        True,
        after == 19,
    )
    assert (await client.patch(**HOME)).status == 204


async def test_drop_in_the_middle(client: Client, simulator: Simulator) -> None:
    """Half an answer."""
    simulator.weather.add(drop="during")
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.get()


@pytest.mark.parametrize(("hang", "after"), [("before", 21), ("after", 19)])
async def test_hang_until_the_client_gives_up(
    client: Client, simulator: Simulator, hang: Any, after: float
) -> None:
    """There is never an answer; when the client has left it is over here too."""
    simulator.weather.add(hang=hang, times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    assert (held(simulator), len(simulator.journal.in_flight())) == (after, 1)
    request.cancel()
    [entry] = await simulator.journal.wait_for(1, finished=True)
    assert (entry.client_left, entry.status, entry.applied) == (True, None, after == 19)
    assert (await client.patch(**HOME)).status == 204
    assert simulator.weather.held == 0


async def test_hang_until_released(client: Client, simulator: Simulator) -> None:
    """Then the connection closes."""
    simulator.weather.add(hang="before", times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    assert simulator.weather.release() == 1
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await request
    assert held(simulator) == 21


async def test_hang_until_the_server_stops(
    client: Client, simulator: Simulator
) -> None:
    """Stopping does not wait for it, and the same port serves again afterwards."""
    simulator.weather.add(hang="before", times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await request
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.patch(**HOME)
    await simulator.start(port=simulator.port)
    assert (await client.patch(**HOME)).status == 204
    assert simulator.weather.held == 0


async def test_hang_that_nobody_waits_for(client: Client, simulator: Simulator) -> None:
    """A client that left before it began to hang settings nothing behind."""
    simulator.weather.add(hold="after", hang="after", times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    request.cancel()
    await simulator.journal.wait_for(1, finished=True)
    simulator.weather.release()
    assert (await client.get()).status == 200
    assert simulator.weather.held == 0


@pytest.mark.parametrize(("hold", "meanwhile"), [("before", 21), ("after", 19)])
async def test_hold(
    client: Client, simulator: Simulator, hold: Any, meanwhile: float
) -> None:
    """A request in flight for as long as a test wants, then answered as ever."""
    simulator.weather.add(hold=hold, method="PATCH", times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    assert held(simulator) == meanwhile
    assert (await client.get()).status == 200
    assert not request.done()
    simulator.weather.release()
    assert (await request).status == 204
    assert held(simulator) == 19


async def test_hold_with_another_effect(client: Client, simulator: Simulator) -> None:
    """What the rule says comes after the waiting."""
    simulator.weather.add(hold="before", status=500, times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    simulator.weather.release()
    assert (await request).status == 500


async def test_held_request_goes_on_without_its_client(
    client: Client, simulator: Simulator
) -> None:
    """The cloud makes the change all the same, as a real one would."""
    simulator.weather.add(hold="before", times=1)
    request = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held()
    request.cancel()
    await simulator.journal.wait_for(1, finished=True)
    assert held(simulator) == 21
    simulator.weather.release()
    assert (await client.patch(user_id="user-2")).status == 204
    [entry, _] = simulator.journal.entries()
    assert (held(simulator), entry.client_left, entry.applied, entry.status) == (
        19,
        True,
        True,
        None,
    )


async def test_release_in_order(client: Client, simulator: Simulator) -> None:
    """The oldest first, one by one."""
    simulator.weather.add(hold="before")
    first = asyncio.create_task(client.patch(**HOME))
    await simulator.weather.wait_for_held(1)
    second = asyncio.create_task(client.patch(**DEVICE))
    await simulator.weather.wait_for_held(2)
    assert simulator.weather.release(1) == 1
    assert (await first).status == 204
    assert not second.done()
    assert simulator.weather.held == 1
    assert simulator.weather.release(5) == 1
    assert (await second).status == 204


async def test_latency(client: Client, simulator: Simulator) -> None:
    """Passes in the event loop; between two, the seeded dice say how much."""
    simulator.weather.add(latency=0.01, times=1)
    assert (await client.patch(**HOME)).status == 204
    rule = Rule(latency=(1, 3))
    rolls = []
    for _ in range(2):
        simulator.weather.seed(7)
        rolls.append([simulator.weather.latency(rule) for _ in range(20)])
    assert rolls[0] == rolls[1]
    assert len(set(rolls[0])) > 1
    assert all(1 <= roll <= 3 for roll in rolls[0])


async def test_latency_lets_others_by(client: Client, simulator: Simulator) -> None:
    """A slow request is in flight while a quick one comes and goes; stopping ends it."""
    simulator.weather.add(latency=3600, times=1)
    slow = asyncio.create_task(client.patch(**HOME))
    await simulator.journal.wait_for(1)
    assert (await client.patch(**DEVICE)).status == 204
    assert not slow.done()
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await slow


async def test_chance(client: Client, simulator: Simulator) -> None:
    """A part of the requests, the same ones each time."""
    runs = []
    for _ in range(2):
        simulator.weather.seed(3)
        simulator.weather.replace([Rule(status=503, chance=0.5)])
        runs.append([(await client.get(user_id="user-2")).status for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


@pytest.mark.parametrize(
    ("rule", "statuses"),
    [
        ({}, [418, 418, 418, 418]),
        ({"method": "PATCH"}, [418, 418, 200, 200]),
        ({"path": SETTINGS}, [418, 418, 418, 200]),
        ({"device_id": "hp-1"}, [204, 418, 418, 200]),
        ({"user_id": "user-1"}, [418, 418, 418, 418]),
        ({"user_id": "user-2"}, [204, 204, 200, 200]),
        ({"level": "home"}, [418, 204, 200, 418]),
        ({"level": "device", "method": "PATCH"}, [204, 418, 200, 200]),
    ],
)
async def test_filters(
    client: Client, simulator: Simulator, rule: dict[str, Any], statuses: list[int]
) -> None:
    """Each part of the filter is optional; of a device_id alone the user counts too."""
    simulator.weather.add(status=418, **rule)
    assert [
        (await client.patch(**HOME)).status,
        (await client.patch(**DEVICE)).status,
        (await client.get(device_id="hp-1")).status,
        (await client.get(DEVICES, user_id="user-1")).status,
    ] == statuses


async def test_first_match_applies(client: Client, simulator: Simulator) -> None:
    """Rules are in order, and apply alone."""
    simulator.weather.add(status=500, times=1)
    simulator.weather.add(status=501)
    assert [(await client.get()).status for _ in range(3)] == [500, 501, 501]
    simulator.weather.clear()
    assert (await client.get()).status == 200


async def test_headers_beside_the_usual_answer(
    client: Client, simulator: Simulator
) -> None:
    """A rule with nothing but headers or latency settings the answer as it is."""
    simulator.weather.add(headers={"X-Cache": "hit"})
    reply = await client.get(user_id="user-2")
    assert (reply.status, reply.headers["x-cache"]) == (200, "hit")
    assert reply.json["data"][0]["device_id"] == "hp-3"


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 500, "drop": "before"},
        {"hang": "before", "drop": "before"},
        {"body": "x", "garbage": "html"},
        {"times": 0},
        {"times": True},
        {"status": 99},
        {"status": "500"},
        {"chance": 2},
        {"latency": -1},
        {"latency": [3, 1]},
        {"latency": [1]},
        {"latency": "slow"},
        {"hold": "during"},
        {"drop": "later"},
        {"garbage": "some"},
        {"level": "street"},
        {"method": 7},
        {"headers": {"X": 1}},
        {"headers": []},
        {"apply": "yes"},
        {"wind": "strong"},
        "storm",
    ],
)
def test_rules_that_make_no_sense(rule: Any) -> None:
    """Are refused with a word on why."""
    with pytest.raises(InputError, match=r"."):
        Rule.from_json(rule)


def test_rules_round_trip() -> None:
    """What is shown of a rule makes the same rule."""
    rule = Rule(
        method="PATCH",
        user_id="user-1",
        times=3,
        chance=0.5,
        latency=(0, 2),
        status=429,
        headers={"A": "b"},
        body=[1],
    )
    assert Rule.from_json(rule.to_json()) == rule
    assert Rule.from_json({"drop": True, "times": None}) == Rule(drop="before")
    assert Rule.from_json({"method": "patch", "latency": [0.5, 1]}) == Rule(
        method="PATCH", latency=(0.5, 1)
    )


async def test_a_device_that_nobody_has(client: Client, simulator: Simulator) -> None:
    """Belongs to no user that a rule could name."""
    simulator.weather.add(status=418, user_id="user-1")
    assert (await client.patch(device_id="hp-0")).status == 404


async def test_half_of_nothing(client: Client, simulator: Simulator) -> None:
    """An answer without a body that breaks off becomes one with half a body."""
    simulator.weather.add(drop="during", method="PATCH")
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.patch(**HOME)
    assert held(simulator) == 19


async def test_waiting_in_vain_says_so(simulator: Simulator) -> None:
    """How many are held, of how many."""
    with pytest.raises(TimeoutError, match="0 of 1 requests held"):
        await simulator.weather.wait_for_held(timeout=0)
