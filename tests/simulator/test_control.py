"""The control part over HTTP does what the objects do, and says what is wrong."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator import Behaviour, Simulator
from simulator.demo import demo_household

from .conftest import KEY, SETTINGS, Client

ROOT = Path(__file__).parents[2]


async def test_overview(client: Client, simulator: Simulator) -> None:
    """How things stand, in one look."""
    await client.get()
    simulator.weather.add(status=500)
    overview = await client.control("GET")
    assert overview["heat_pumps"] == ["hp-1", "hp-2", "hp-3", "hp-9"]
    assert overview["suppliers"][0] == {
        "name": "Energy Supplier A",
        "keys": 1,
        "users": {"user-1": {"location": {}}, "user-2": {"location": {}}},
    }
    assert (overview["requests"], overview["in_flight"], overview["held"]) == (1, 0, 0)
    assert overview["weather"] == [{"status": 500}]
    assert overview["behaviour"]["bad_key_status"] == 403


async def test_heat_pumps(client: Client) -> None:
    """Add, show, change, replace, remove."""
    values = {
        "user_id": "user-5",
        "brand": "nibe",
        "model": "F1155",
        "model_type": "ground-source",
        "country": "SE",
        "needs_reauthentication": True,
        "has_delayed_power_data_1d": True,
        "missing_settings": ["room.schedule_enabled"],
        "details": {"cycle_config": None},
        "location": {"country": "SE"},
        "updated_at": "2026-01-01T00:00:00+00:00",
        "settings": {"room": {"preferred_temperature": 20, "schedule_enabled": True}},
    }
    made = await client.control("PUT", "/heat-pumps/hp-5", values)
    shown = await client.control("GET", "/heat-pumps/hp-5")
    assert made == shown
    assert values.items() <= shown.items()
    assert shown["supplier"] == "Energy Supplier A"
    assert shown["shown"] == values["settings"]
    assert (await client.item("hp-5"))[
        "updated_at"
    ] == "2026-01-01T00:00:00.000000+00:00"
    [listed] = (await client.get("/v1/devices", user_id="user-5")).json["data"]
    assert listed["cycle_config"] is None

    changed = await client.control(
        "PATCH", "/heat-pumps/hp-5", {"hidden": True, "model": None}
    )
    assert (changed["hidden"], changed["model"], changed["country"]) == (
        True,
        None,
        "SE",
    )
    await client.control(
        "PUT",
        "/heat-pumps/hp-5",
        {"user_id": "user-1", "supplier": "Energy Supplier B"},
    )
    everything = (await client.control("GET", "/heat-pumps"))["heat_pumps"]
    assert [pump["device_id"] for pump in everything] == [
        "hp-1",
        "hp-2",
        "hp-3",
        "hp-9",
        "hp-5",
    ]
    assert (await client.with_key("other-key").item("hp-5"))["room"][
        "preferred_temperature"
    ] == 21
    await client.control("DELETE", "/heat-pumps/hp-5", expect=204)
    await client.control("GET", "/heat-pumps/hp-5", expect=404)


async def test_relink(client: Client) -> None:
    """A heat pump has another id, and holds what it held; nobody knows the old id."""
    before = await client.control("GET", "/heat-pumps/hp-1")
    after = await client.control(
        "POST", "/heat-pumps/hp-1/relink", {"device_id": "hp-7"}
    )
    assert after == {**before, "device_id": "hp-7"}
    items = (await client.get(user_id="user-1")).json["data"]
    assert [item["device_id"] for item in items] == ["hp-7", "hp-2"]
    reply = await client.patch(device_id="hp-1", room={"preferred_temperature": 18})
    assert reply.status == 404


async def test_settings(client: Client) -> None:
    """As from the supplier's app."""
    body: dict[str, Any] = {"settings": {"room": {"preferred_temperature": 23}}}
    answer = await client.control("POST", "/heat-pumps/hp-1/settings", body)
    assert answer["settings"]["room"]["preferred_temperature"] == 23
    moved = (await client.item())["updated_at"]
    await client.control("PATCH", "/behaviour", {"read_lag_reads": 1})
    body = {
        "settings": {"room": {"preferred_temperature": 24}},
        "moves_updated_at": False,
        "lags": True,
    }
    answer = await client.control("POST", "/heat-pumps/hp-1/settings", body)
    assert answer["shown"]["room"]["preferred_temperature"] == 23
    assert (await client.item())["updated_at"] == moved


async def test_suppliers_and_users(client: Client) -> None:
    """Keys change, come and go; users without heat pumps."""
    await client.control(
        "PUT", "/suppliers/Energy%20Supplier%20A", {"keys": ["new-key"]}
    )
    assert (await client.get()).status == 403
    assert (await client.with_key("new-key").get(user_id="user-1")).status == 200
    made = await client.control(
        "PUT", "/suppliers/Third", {"keys": ["third-1", "third-2"]}
    )
    assert made == {"name": "Third", "keys": 2, "users": {}}
    await client.control("PUT", "/suppliers/Third/users/user-7", expect=204)
    assert (await client.with_key("third-2").patch(user_id="user-7")).status == 204
    await client.control("DELETE", "/suppliers/Third/users/user-7", expect=204)
    assert (await client.with_key("third-2").patch(user_id="user-7")).status == 404
    await client.control("PUT", "/suppliers/Third", {"keys": []})
    assert (await client.with_key("third-1").get()).status == 403
    await client.control("DELETE", "/suppliers/Energy%20Supplier%20B", expect=204)
    await client.control(
        "DELETE", "/suppliers/Energy%20Supplier%20A/users/user-2", expect=204
    )
    names = [
        supplier["name"]
        for supplier in (await client.control("GET", "/suppliers"))["suppliers"]
    ]
    assert names == ["Energy Supplier A", "Third"]
    assert (await client.control("GET"))["heat_pumps"] == ["hp-1", "hp-2"]


async def test_weather(client: Client, simulator: Simulator) -> None:
    """Replace, append, show what is left, clear."""
    rules: list[Any] = [{"method": "GET", "status": 503, "times": 2}]
    answer = await client.control("PUT", "/weather", {"rules": rules, "seed": 5})
    assert answer == {"rules": rules, "held": 0}
    assert (await client.get()).status == 503
    answer = await client.control(
        "POST", "/weather", {"drop": "after", "latency": [0, 0.5]}
    )
    assert answer["rules"] == [
        {"method": "GET", "status": 503, "times": 1},
        {"drop": "after", "latency": [0, 0.5]},
    ]
    answer = await client.control(
        "POST", "/weather", [{"hang": "before"}, {"garbage": "html"}]
    )
    assert len(answer["rules"]) == 4
    await client.control("PUT", "/weather", rules)
    assert (await client.control("GET", "/weather"))["rules"] == rules
    await client.control("DELETE", "/weather", expect=204)
    assert simulator.weather.rules == []


async def test_release(client: Client, simulator: Simulator) -> None:
    """Over HTTP too, all or some."""
    await client.control("PUT", "/weather", [{"hold": True}])
    requests = [asyncio.create_task(client.get()) for _ in range(3)]
    await simulator.weather.wait_for_held(3)
    assert (await client.control("GET", "/weather"))["held"] == 3
    assert await client.control("POST", "/weather/release", {"count": 1}) == {
        "released": 1
    }
    assert await client.control("POST", "/weather/release") == {"released": 2}
    assert [(await request).status for request in requests] == [200, 200, 200]


async def test_behaviour(client: Client, simulator: Simulator) -> None:
    """Every switch can be read, set and put back."""
    values = {
        "write_only": 405,
        "bad_key_status": 401,
        "unknown_read_status": 404,
        "vague_errors": True,
        "read_lag_seconds": 2.5,
        "read_lag_reads": 3,
        "updated_at": "late",
        "keeps_changes": 2,
        "rounding": 0.5,
        "limits": {"room.preferred_temperature": [10, 25]},
        "validation_limits": {"dhw.temperature_lower_bound": [None, 60]},
        "date_header": False,
        "clock_offset": -3600,
        "needs_reauthentication": True,
        "extra_fields": True,
        "numbers_as_strings": True,
        "refused_settings": ["room.temperature_control_mode"],
        "missing_settings": ["room.schedule_enabled"],
        "duplicates": "bare",
        "settings_page_size": 3,
        "last_page": "goes_on",
        "byte_order_mark": True,
        "numeric_ids": True,
        "capitals": "list",
        "ids_ignore_case": True,
        "user_id_shown": "null",
        "filters_users": False,
    }
    plain = await client.control("GET", "/behaviour")
    assert plain.keys() == values.keys()
    assert await client.control("PATCH", "/behaviour", values) == values
    assert simulator.behaviour.limits == {"room.preferred_temperature": (10, 25)}
    assert simulator.behaviour.write_only_status == 405
    await client.control(
        "PATCH",
        "/behaviour",
        {"keeps_changes": 0, "write_only": True, "rounding": None},
    )
    assert (
        simulator.behaviour.keeps_changes,
        simulator.behaviour.write_only_status,
    ) == (True, 403)
    await client.control("DELETE", "/behaviour", expect=204)
    assert simulator.behaviour == Behaviour()
    assert await client.control("GET", "/behaviour") == plain


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/behaviour", {"read_lag_reads": 2, "write_only": 418}, 400),
        ("PATCH", "/behaviour", {"write_only": "yes"}, 400),
        ("PATCH", "/behaviour", {"bad_key_status": 500}, 400),
        ("PATCH", "/behaviour", {"updated_at": "sometimes"}, 400),
        ("PATCH", "/behaviour", {"last_page": "maybe"}, 400),
        ("PATCH", "/behaviour", {"settings_page_size": 1.5}, 400),
        ("PATCH", "/behaviour", {"filters_users": "all"}, 400),
        ("PATCH", "/behaviour", {"keeps_changes": -1}, 400),
        ("PATCH", "/behaviour", {"read_lag_seconds": -1}, 400),
        ("PATCH", "/behaviour", {"clock_offset": "ahead"}, 400),
        ("PATCH", "/behaviour", {"date_header": 1}, 400),
        ("PATCH", "/behaviour", {"limits": {"room.humidity": [1, 2]}}, 400),
        ("PATCH", "/behaviour", {"limits": {"room.preferred_temperature": [1]}}, 400),
        ("PATCH", "/behaviour", {"missing_settings": ["room"]}, 400),
        (
            "PATCH",
            "/behaviour",
            {"missing_settings": ["room.schedule_enabled", "room.schedule_enabled"]},
            400,
        ),
        ("PATCH", "/behaviour", {"mood": "good"}, 400),
        ("PATCH", "/behaviour", [], 400),
        ("PUT", "/weather", {"rules": "storm"}, 400),
        ("PUT", "/weather", {"rules": [], "seed": "x"}, 400),
        ("POST", "/weather", {"wind": 9}, 400),
        ("POST", "/weather/release", {"count": -1}, 400),
        ("PUT", "/suppliers/New", {"keys": []}, 404),
        ("PUT", "/suppliers/New", {"keys": "k"}, 400),
        ("PUT", "/suppliers/New/users/u", None, 404),
        ("DELETE", "/suppliers/New", None, 404),
        ("DELETE", "/suppliers/Energy%20Supplier%20A/users/u", None, 404),
        ("PUT", "/heat-pumps/new", {}, 400),
        ("PUT", "/heat-pumps/new", {"user_id": "u", "colour": "white"}, 400),
        ("PUT", "/heat-pumps/new", {"user_id": "u", "settings": {"room": 21}}, 400),
        ("PUT", "/heat-pumps/new", {"user_id": "u", "supplier": "Nobody"}, 404),
        ("PUT", "/heat-pumps/new", {"user_id": "u", "updated_at": "today"}, 400),
        (
            "PUT",
            "/heat-pumps/new",
            {"user_id": "u", "updated_at": "2026-01-01T00:00:00"},
            400,
        ),
        ("PATCH", "/heat-pumps/new", {"hidden": True}, 404),
        ("PATCH", "/heat-pumps/hp-1", {"hidden": "yes"}, 400),
        ("PATCH", "/heat-pumps/hp-1", {"user_id": "user-2"}, 400),
        ("PATCH", "/heat-pumps/hp-1", {"updated_at": "2026-01-01T00:00:00+00:00"}, 400),
        ("DELETE", "/heat-pumps/new", None, 404),
        ("POST", "/heat-pumps/new/settings", {"settings": {}}, 404),
        ("POST", "/heat-pumps/hp-1/settings", {}, 400),
        ("POST", "/heat-pumps/hp-1/settings", {"settings": {"room": []}}, 400),
        ("POST", "/heat-pumps/hp-1/settings", {"settings": {}, "lags": 1}, 400),
        ("GET", "/moon", None, 404),
        ("DELETE", "/heat-pumps", None, 404),
    ],
)
async def test_mistakes(
    *,
    client: Client,
    simulator: Simulator,
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    """Are answered with a word on why, and change nothing."""
    before = simulator.cloud.to_json()
    answer = await client.control(method, path, body, expect=status)
    assert answer["error"]
    assert simulator.cloud.to_json() == before
    assert simulator.behaviour == Behaviour()


async def test_a_body_that_is_no_json(client: Client) -> None:
    """Is a mistake too."""
    for data in (b"{", b"\xff"):
        reply = await client.with_key(None).request(
            "PATCH", "/_simulator/behaviour", data=data
        )
        assert reply.status == 400


async def test_control_is_apart(client: Client, simulator: Simulator) -> None:
    """It is not in the journal, knows no weather, and needs no key."""
    simulator.weather.add(status=500)
    await client.control("GET")
    assert len(simulator.journal) == 0
    assert len(simulator.weather.rules) == 1


async def test_reset(client: Client, simulator: Simulator) -> None:
    """Back to the starting state, which here is nothing; what was on its way gets no answer."""
    simulator.behaviour.write_only = True
    simulator.weather.add(hold="before")
    request = asyncio.create_task(
        client.patch(user_id="user-1", room={"preferred_temperature": 19})
    )
    await simulator.weather.wait_for_held()
    await client.control("POST", "/reset", expect=204)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await request
    overview = await client.control("GET")
    assert (overview["suppliers"], overview["weather"], overview["requests"]) == (
        [],
        [],
        0,
    )
    assert simulator.behaviour == Behaviour()
    assert (await client.get()).status == 403
    await client.control("PUT", "/heat-pumps/hp-1", {"user_id": "user-1"}, expect=404)


async def test_reset_to_the_demo(socket_enabled: None) -> None:
    """Back to what the simulator was filled with."""
    async with (
        Simulator(fill=demo_household(KEY)) as simulator,
        aiohttp.ClientSession() as session,
    ):
        client = Client(session, simulator)
        before = (await client.control("GET", "/heat-pumps"))["heat_pumps"]
        assert [(pump["user_id"], pump["brand"], pump["model"]) for pump in before] == [
            ("demo-home", "nibe", "S735"),
            ("demo-home", "nibe", "S1256"),
            ("neighbour-home", "nibe", "S2125"),
        ]
        await client.patch(user_id="demo-home", room={"preferred_temperature": 17})
        await client.control("DELETE", "/heat-pumps/neighbour-s2125", expect=204)
        simulator.reset()
        after = (await client.control("GET", "/heat-pumps"))["heat_pumps"]
        assert [pump["settings"] for pump in after] == [
            pump["settings"] for pump in before
        ]


async def test_description_is_served(client: Client) -> None:
    """The OpenAPI description names the public part, and nothing of the control part."""
    description = await client.control("GET", "/openapi.json")
    assert description == json.loads(
        (ROOT / "simulator" / "openapi.json").read_text(encoding="utf-8")
    )
    assert set(description["paths"]) == {SETTINGS, "/v1/devices"}


async def test_starting_twice(simulator: Simulator) -> None:
    """Is a mistake; stopping twice is none."""
    with pytest.raises(RuntimeError, match="is running"):
        await simulator.start()
    await simulator.stop()
    await simulator.stop()


async def test_address_before_the_start() -> None:
    """There is none."""
    with pytest.raises(RuntimeError, match="not been started"):
        _ = Simulator().url


async def test_a_taken_port(simulator: Simulator) -> None:
    """Raises, and settings a simulator that can start elsewhere."""
    other = Simulator()
    with pytest.raises(OSError, match="in use"):
        await other.start(port=simulator.port)
    await other.start()
    assert other.port != simulator.port
    await other.stop()
