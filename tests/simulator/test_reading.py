"""What GETs answer: shape, filters, pages, and whose heat pumps a key sees."""

from email.utils import parsedate_to_datetime

import pytest

from simulator import ManualClock, Simulator

from .conftest import DEVICES, KEY, SETTINGS, Client


async def test_settings_have_the_documented_shape(client: Client) -> None:
    """The sample of the document, key by key."""
    reply = await client.get(user_id="user-1", device_id="hp-1")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("application/json")
    assert reply.json == {
        "data": [
            {
                "device_id": "hp-1",
                "room": {
                    "temperature_lower_bound": 1.5,
                    "temperature_upper_bound": 1.5,
                    "preferred_temperature": 21,
                    "schedule_enabled": False,
                    "temperature_control_mode": "heating",
                },
                "dhw": {"temperature_lower_bound": 45, "temperature_upper_bound": 55},
                "optimization_settings": {
                    "pv_self_consumption": True,
                    "dynamic_tariff": True,
                    "flex_trading": False,
                },
                "updated_at": "2026-04-17T09:00:00.000000+00:00",
            }
        ],
        "meta": {"energy_supplier": "Energy Supplier A"},
    }


async def test_devices_have_the_documented_shape(client: Client) -> None:
    """One item per heat pump; the last page says so."""
    reply = await client.get(DEVICES, user_id="user-2")
    assert reply.json == {
        "data": [
            {
                "device_id": "hp-3",
                "user_id": "user-2",
                "brand": "nibe",
                "model": "S1256",
                "model_type": "ground-source",
                "country": "NL",
                "device_type": "heat_pump",
                "needs_reauthentication": False,
                "has_delayed_power_data_1d": False,
            }
        ],
        "meta": {"next_token": None},
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["hp-1", "hp-2", "hp-3"]),
        ({"user_id": "user-1"}, ["hp-1", "hp-2"]),
        ({"device_id": "hp-3"}, ["hp-3"]),
        ({"user_id": "user-1", "device_id": "hp-2"}, ["hp-2"]),
        ({"user_id": "user-2", "device_id": "hp-2"}, []),
        ({"user_id": "nobody"}, []),
        ({"user_id": ""}, []),
        ({"device_id": "hp-9"}, []),
    ],
)
async def test_filters(
    client: Client, query: dict[str, str], expected: list[str]
) -> None:
    """Without a filter it is every user of the supplier, and never another supplier's."""
    reply = await client.get(**query)
    assert reply.status == 200
    assert [item["device_id"] for item in reply.json["data"]] == expected
    devices = await client.get(
        DEVICES, **{name: value for name, value in query.items() if name == "user_id"}
    )
    assert (
        set(expected)
        <= {item["device_id"] for item in devices.json["data"]}
        <= {"hp-1", "hp-2", "hp-3"}
    )


async def test_suppliers_do_not_see_each_other(client: Client) -> None:
    """The other key sees its own user-1, who shares nothing but the name."""
    reply = await client.with_key("other-key").get(user_id="user-1")
    assert [item["device_id"] for item in reply.json["data"]] == ["hp-9"]
    assert reply.json["meta"] == {"energy_supplier": "Energy Supplier B"}


async def test_pages(client: Client) -> None:
    """A token leads from page to page; what goes away meanwhile is not missed, what stays comes once."""
    first = (await client.get(DEVICES, limit="2")).json
    assert [item["device_id"] for item in first["data"]] == ["hp-1", "hp-2"]
    token = first["meta"]["next_token"]
    await client.control("DELETE", "/heat-pumps/hp-1", expect=204)
    last = (await client.get(DEVICES, limit="2", next_token=token)).json
    assert [item["device_id"] for item in last["data"]] == ["hp-3"]
    assert last["meta"]["next_token"] is None


async def test_default_page_holds_a_thousand(
    client: Client, simulator: Simulator
) -> None:
    """1000 to a page unless asked otherwise, 4000 at most."""
    for number in range(1100):
        simulator.cloud.add_heat_pump(f"many-{number}", "user-many", key=KEY)
    page = (await client.get(DEVICES, user_id="user-many")).json
    assert len(page["data"]) == 1000
    rest = (
        await client.get(
            DEVICES, user_id="user-many", next_token=page["meta"]["next_token"]
        )
    ).json
    assert len(rest["data"]) == 100
    assert (
        len((await client.get(DEVICES, user_id="user-many", limit="4000")).json["data"])
        == 1100
    )
    # The settings know no pages.
    assert len((await client.get(user_id="user-many")).json["data"]) == 1100


@pytest.mark.parametrize(
    ("query", "loc", "kind"),
    [
        ({"limit": "0"}, "limit", "greater_than_equal"),
        ({"limit": "4001"}, "limit", "less_than_equal"),
        ({"limit": "many"}, "limit", "int_parsing"),
        ({"limit": ""}, "limit", "int_parsing"),
        ({"next_token": "made-up"}, "next_token", "value_error"),
        ({"next_token": "eyJhZnRlciI6IHRydWV9"}, "next_token", "value_error"),
        ({"next_token": "W10="}, "next_token", "value_error"),
    ],
)
async def test_bad_paging_is_refused(
    client: Client, query: dict[str, str], loc: str, kind: str
) -> None:
    """A 422 that names the parameter."""
    reply = await client.get(DEVICES, **query)
    assert reply.status == 422
    [problem] = reply.json["detail"]
    assert (problem["loc"], problem["type"]) == (["query", loc], kind)


@pytest.mark.parametrize("key", [None, "wrong-key", ""])
async def test_bad_key(client: Client, simulator: Simulator, key: str | None) -> None:
    """A gateway's 403, or FastAPI's 401, for every request, before anything else is looked at."""
    stranger = client.with_key(key)
    for status, body in (
        (403, {"message": "Forbidden"}),
        (401, {"detail": "Invalid API key"}),
    ):
        simulator.behaviour.bad_key_status = status
        for method, path in (
            ("GET", SETTINGS),
            ("GET", DEVICES),
            ("PATCH", SETTINGS),
            ("GET", "/v1/else"),
        ):
            reply = await stranger.request(
                method, path, data=b"{" if method == "PATCH" else None
            )
            assert (reply.status, reply.json) == (status, body)


async def test_keys_change(client: Client, simulator: Simulator) -> None:
    """A key can be revoked, and a supplier can have several."""
    simulator.cloud.add_supplier("second-key", "Energy Supplier A")
    assert (await client.get()).json == (await client.with_key("second-key").get()).json
    simulator.cloud.revoke_key(KEY)
    assert (await client.get()).status == 403
    assert (await client.with_key("second-key").get()).status == 200
    simulator.cloud.set_keys("Energy Supplier A", [KEY])
    assert (await client.get()).status == 200
    assert (await client.with_key("second-key").get()).status == 403


async def test_unknown_paths_and_methods(client: Client) -> None:
    """FastAPI's words."""
    assert (await client.get("/v1/else")).json == {"detail": "Not Found"}
    reply = await client.request("POST", SETTINGS)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, PATCH")
    assert reply.json == {"detail": "Method Not Allowed"}
    assert (await client.request("HEAD", DEVICES)).status == 405


async def test_missing_leaves(client: Client, simulator: Simulator) -> None:
    """A heat pump may lack settings or whole sections, from the start or for good."""
    simulator.cloud.add_heat_pump(
        "hp-4", "user-1", key=KEY, settings={"room": {"preferred_temperature": 20}}
    )
    item = await client.item("hp-4")
    assert item.keys() == {"device_id", "room", "updated_at"}
    assert item["room"] == {"preferred_temperature": 20}

    simulator.cloud.update_heat_pump(
        "hp-1", {"missing_settings": ["room.temperature_control_mode"]}
    )
    assert (
        await client.patch(
            user_id="user-1", device_id="hp-1", room={"temperature_control_mode": "off"}
        )
    ).status == 204
    assert "temperature_control_mode" not in (await client.item())["room"]

    simulator.behaviour.missing_settings = frozenset(
        {"dhw.temperature_lower_bound", "dhw.temperature_upper_bound"}
    )
    assert "dhw" not in await client.item("hp-2")


async def test_hidden_heat_pump(client: Client, simulator: Simulator) -> None:
    """It vanishes from lists and out of reach, and comes back with what it held."""
    simulator.cloud.hide("hp-1")
    assert [
        item["device_id"] for item in (await client.get(user_id="user-1")).json["data"]
    ] == ["hp-2"]
    assert [
        item["device_id"]
        for item in (await client.get(DEVICES, user_id="user-1")).json["data"]
    ] == ["hp-2"]
    reply = await client.patch(device_id="hp-1", room={"preferred_temperature": 18})
    assert (reply.status, reply.json) == (404, {"detail": "Device not found"})
    assert (
        await client.patch(user_id="user-1", room={"preferred_temperature": 19})
    ).status == 204
    simulator.cloud.hide("hp-1", hidden=False)
    assert (await client.item("hp-1"))["room"]["preferred_temperature"] == 21
    assert (await client.item("hp-2"))["room"]["preferred_temperature"] == 19


async def test_unknown_read_status(client: Client, simulator: Simulator) -> None:
    """A cloud that answers 404 where another has an empty list."""
    simulator.behaviour.unknown_read_status = 404
    assert (await client.get(user_id="nobody")).json == {"detail": "User not found"}
    assert (await client.get(device_id="hp-9")).json == {"detail": "Device not found"}
    assert (await client.get(DEVICES, user_id="nobody")).status == 404
    assert (await client.get(user_id="user-1")).status == 200


@pytest.mark.parametrize(
    ("write_only", "status", "body"),
    [
        (True, 403, {"message": "Forbidden"}),
        (404, 404, {"detail": "Not Found"}),
        (405, 405, {"detail": "Method Not Allowed"}),
    ],
)
async def test_write_only(
    client: Client,
    simulator: Simulator,
    write_only: bool | int,
    status: int,
    body: dict[str, str],
) -> None:
    """GETs are refused, PATCHes are not."""
    simulator.behaviour.write_only = write_only
    for path in (SETTINGS, DEVICES):
        reply = await client.get(path, user_id="user-1")
        assert (reply.status, reply.json) == (status, body)
    assert (
        await client.patch(user_id="user-1", room={"preferred_temperature": 19})
    ).status == 204
    simulator.behaviour.write_only = False
    assert (await client.item())["room"]["preferred_temperature"] == 19


async def test_odd_answers(client: Client, simulator: Simulator) -> None:
    """Unknown fields, items without a device_id, and numbers as strings."""
    simulator.behaviour.extra_fields = True
    simulator.behaviour.numbers_as_strings = True
    answer = (await client.get(user_id="user-1")).json
    assert answer["warnings"] == []
    assert [item.get("device_id") for item in answer["data"]] == [
        "hp-1",
        "hp-2",
        None,
        None,
    ]
    item = answer["data"][0]
    assert item["ventilation"] == {"level": "normal"}
    assert item["room"]["preferred_temperature"] == "21"
    assert item["room"]["temperature_lower_bound"] == "1.5"
    assert item["room"]["schedule_enabled"] is False
    devices = (await client.get(DEVICES, user_id="user-1")).json["data"]
    assert devices[0]["tariff_zone"] == {"id": 3, "name": None}
    assert "device_id" not in devices[-1]


async def test_reauthentication(client: Client, simulator: Simulator) -> None:
    """The broken link to the manufacturer, of one heat pump or of all."""
    simulator.cloud.update_heat_pump("hp-1", {"needs_reauthentication": True})
    devices = (await client.get(DEVICES, user_id="user-1")).json["data"]
    assert [item["needs_reauthentication"] for item in devices] == [True, False]
    simulator.behaviour.needs_reauthentication = True
    devices = (await client.get(DEVICES, user_id="user-1")).json["data"]
    assert [item["needs_reauthentication"] for item in devices] == [True, True]


async def test_details(client: Client, simulator: Simulator) -> None:
    """Fields that only some keys get."""
    status = {"steering_enabled": True, "steerable": False}
    simulator.cloud.update_heat_pump("hp-3", {"details": {"steerable_status": status}})
    [item] = (await client.get(DEVICES, user_id="user-2")).json["data"]
    assert item["steerable_status"] == status


async def test_server_clock(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """The server's clock is its own, and may not be told."""
    reply = await client.get()
    assert parsedate_to_datetime(reply.headers["date"]) == clock.wall()
    simulator.behaviour.clock_offset = -3600
    reply = await client.patch(user_id="user-1", room={"preferred_temperature": 19})
    assert reply.headers["date"] == "Fri, 17 Apr 2026 08:00:00 GMT"
    assert (await client.item())["updated_at"] == "2026-04-17T08:00:00.000000+00:00"
    simulator.behaviour.date_header = False
    assert "date" not in (await client.get()).headers
    assert "date" not in (await client.patch(user_id="user-1")).headers
