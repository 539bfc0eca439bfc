"""What lists may look like elsewhere: pages, doubles, ids in other shapes, and users that nobody asked for."""

from typing import Any

import pytest

from simulator import Simulator

from .conftest import DEVICES, KEY, SETTINGS, Client


def ids(reply: Any) -> list[Any]:
    """Return the device ids of a list, in its order."""
    return [item["device_id"] for item in reply.json["data"]]


async def test_settings_in_pages(client: Client, simulator: Simulator) -> None:
    """A token leads from page to page; a made-up one is refused. Without pages there is no token, and none is read."""
    assert (await client.get(user_id="user-1", next_token="made-up")).status == 200
    simulator.behaviour.settings_page_size = 2
    first = await client.get()
    assert ids(first) == ["hp-1", "hp-2"]
    token = first.json["meta"]["next_token"]
    last = await client.get(next_token=token)
    assert ids(last) == ["hp-3"]
    assert last.json["meta"] == {
        "energy_supplier": "Energy Supplier A",
        "next_token": None,
    }
    assert (await client.get(next_token="made-up")).status == 422


@pytest.mark.parametrize("path", [SETTINGS, DEVICES])
@pytest.mark.parametrize("last_page", ["repeats", "goes_on"])
async def test_pages_without_an_end(
    client: Client, simulator: Simulator, path: str, last_page: Any
) -> None:
    """The last page leads to empty ones, by the same token or always by a new one."""
    simulator.behaviour.settings_page_size = 2
    simulator.behaviour.last_page = last_page
    tokens: list[str] = []
    seen: list[str] = []
    for _ in range(6):
        page = await client.get(
            path, limit="2", **({"next_token": tokens[-1]} if tokens else {})
        )
        seen += ids(page)
        tokens.append(page.json["meta"]["next_token"])
    assert seen == ["hp-1", "hp-2", "hp-3"]
    assert len(set(tokens)) == (2 if last_page == "repeats" else 6)


async def test_bare_duplicates(client: Client, simulator: Simulator) -> None:
    """Each heat pump comes a second time, with nothing but its id."""
    simulator.behaviour.duplicates = "bare"
    for path in (SETTINGS, DEVICES):
        first, second = (await client.get(path, user_id="user-2")).json["data"]
        assert first.keys() > second.keys()
        assert second == {"device_id": "hp-3"}


async def test_settings_in_parts(client: Client, simulator: Simulator) -> None:
    """Each section is an item of its own, and they may be on different pages; the list of heat pumps is as ever."""
    [whole] = (await client.get(user_id="user-2")).json["data"]
    simulator.behaviour.duplicates = "split"
    simulator.behaviour.settings_page_size = 2
    first = (await client.get(user_id="user-2")).json
    token = first["meta"]["next_token"]
    last = (await client.get(user_id="user-2", next_token=token)).json
    parts = first["data"] + last["data"]
    assert [part.keys() - {"device_id", "updated_at"} for part in parts] == [
        {"room"},
        {"dhw"},
        {"optimization_settings"},
    ]
    assert {name: value for part in parts for name, value in part.items()} == whole
    assert ids(await client.get(DEVICES, user_id="user-2")) == ["hp-3"]


async def test_byte_order_mark(client: Client, simulator: Simulator) -> None:
    """Answers in JSON begin with one, refusals too, and answers without a body do not."""
    plain = await client.get()
    simulator.behaviour.byte_order_mark = True
    assert (await client.get()).text == f"\ufeff{plain.text}"
    refused = await client.patch(user_id="user-1", room={"schedule_enabled": 7})
    assert (refused.status, refused.text[0]) == (422, "\ufeff")
    assert (await client.patch(user_id="user-1")).text == ""


async def test_ids_of_digits(client: Client, simulator: Simulator) -> None:
    """Are written as numbers, and understood as texts; others stay texts."""
    simulator.cloud.add_heat_pump("7001", "42", key=KEY)
    simulator.behaviour.numeric_ids = True
    assert ids(await client.get(user_id="42")) == [7001]
    [listed] = (await client.get(DEVICES, user_id="42")).json["data"]
    assert (listed["device_id"], listed["user_id"]) == (7001, 42)
    assert ids(await client.get(user_id="user-2", device_id="hp-3")) == ["hp-3"]


@pytest.mark.parametrize(
    ("capitals", "in_settings", "in_list"),
    [
        ("nowhere", "hp-3", "hp-3"),
        ("settings", "HP-3", "hp-3"),
        ("list", "hp-3", "HP-3"),
        ("everywhere", "HP-3", "HP-3"),
    ],
)
async def test_capitals(
    client: Client,
    simulator: Simulator,
    capitals: Any,
    in_settings: str,
    in_list: str,
) -> None:
    """The two lists may write the same id differently."""
    simulator.behaviour.capitals = capitals
    assert ids(await client.get(user_id="user-2")) == [in_settings]
    assert ids(await client.get(DEVICES, user_id="user-2")) == [in_list]


async def test_ids_in_any_case(client: Client, simulator: Simulator) -> None:
    """Only where the cloud ignores the case do requests reach a heat pump by another spelling."""
    simulator.behaviour.unknown_read_status = 404
    change = {"room": {"preferred_temperature": 19}, "location": {"country": "SE"}}
    assert (await client.get(user_id="USER-2", device_id="HP-3")).status == 404
    assert (await client.patch(user_id="USER-2", **change)).status == 404
    simulator.behaviour.ids_ignore_case = True
    assert ids(await client.get(user_id="USER-2", device_id="HP-3")) == ["hp-3"]
    assert (await client.patch(user_id="USER-2", **change)).status == 204
    assert (await client.item("hp-3"))["room"]["preferred_temperature"] == 19
    users = simulator.cloud.supplier("Energy Supplier A").users
    assert users == {"user-1": {}, "user-2": {"country": "SE"}}


@pytest.mark.parametrize(
    ("user_id_shown", "shown"),
    [
        ("normal", {"user_id": "user-2"}),
        ("capitals", {"user_id": "USER-2"}),
        ("null", {"user_id": None}),
        ("missing", {}),
    ],
)
async def test_user_id_shown(
    client: Client, simulator: Simulator, user_id_shown: Any, shown: dict[str, Any]
) -> None:
    """What an item of the list says of its user."""
    simulator.behaviour.user_id_shown = user_id_shown
    [item] = (await client.get(DEVICES, user_id="user-2")).json["data"]
    assert {name: item[name] for name in ("user_id",) if name in item} == shown


async def test_users_that_nobody_asked_for(
    client: Client, simulator: Simulator
) -> None:
    """A cloud that does not filter shows all users of the supplier, and never another supplier's."""
    simulator.behaviour.filters_users = False
    for path in (SETTINGS, DEVICES):
        assert ids(await client.get(path, user_id="user-2")) == ["hp-1", "hp-2", "hp-3"]


async def test_heat_pump_without_a_type(client: Client, simulator: Simulator) -> None:
    """The type may be any word, or null."""
    for device_type in (None, "", "hybrid_heat_pump"):
        simulator.cloud.update_heat_pump("hp-3", {"device_type": device_type})
        [item] = (await client.get(DEVICES, user_id="user-2")).json["data"]
        assert item["device_type"] == device_type
