"""What PATCHes do, and what they are refused for."""

import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from simulator import ManualClock, Simulator
from simulator.validation import RefusedError, read_change

from .conftest import KEY, SETTINGS, Client


async def test_one_heat_pump(client: Client, clock: ManualClock) -> None:
    """Only what was sent changes, only where it was sent to; updated_at moves, the answer has no body."""
    before = [await client.item("hp-1"), await client.item("hp-2")]
    clock.advance(60.25)
    reply = await client.patch(
        user_id="user-1", device_id="hp-1", room={"preferred_temperature": 19.5}
    )
    assert (reply.status, reply.text) == (204, "")
    assert "content-type" not in reply.headers
    after = await client.item("hp-1")
    assert after == before[0] | {
        "room": before[0]["room"] | {"preferred_temperature": 19.5},
        "updated_at": "2026-04-17T09:01:00.250000+00:00",
    }
    assert await client.item("hp-2") == before[1]


async def test_home(client: Client) -> None:
    """A change for the user reaches all its heat pumps, and nobody else's."""
    for ids in ({"user_id": "user-1"}, {"user_id": "user-1", "device_id": None}):
        assert (
            await client.patch(**ids, room={"temperature_control_mode": "auto"})
        ).status == 204
    modes = {
        item["device_id"]: item["room"]["temperature_control_mode"]
        for item in (await client.get()).json["data"]
    }
    assert modes == {"hp-1": "auto", "hp-2": "auto", "hp-3": "heating"}
    other = await client.with_key("other-key").item("hp-9")
    assert other["room"]["temperature_control_mode"] == "heating"


async def test_device_id_alone_suffices(client: Client) -> None:
    """As the newer version of the document has it."""
    assert (
        await client.patch(device_id="hp-3", dhw={"temperature_upper_bound": 60})
    ).status == 204
    assert (await client.item("hp-3"))["dhw"] == {
        "temperature_lower_bound": 45,
        "temperature_upper_bound": 60,
    }


@pytest.mark.parametrize(
    ("ids", "detail"),
    [
        ({"user_id": "nobody"}, "User not found"),
        ({"user_id": "nobody", "device_id": "hp-1"}, "User not found"),
        ({"user_id": "user-1", "device_id": "hp-0"}, "Device not found"),
        ({"user_id": "user-2", "device_id": "hp-1"}, "Device not found"),
        ({"device_id": "hp-9"}, "Device not found"),
        ({"user_id": ""}, "User not found"),
    ],
)
async def test_not_found(client: Client, ids: dict[str, str], detail: str) -> None:
    """Unknown, or another's."""
    reply = await client.patch(**ids, room={"preferred_temperature": 19})
    assert (reply.status, reply.json) == (404, {"detail": detail})


async def test_nothing_to_change(
    client: Client, clock: ManualClock, simulator: Simulator
) -> None:
    """Only ids, unknown fields and null settings are accepted and change nothing."""
    before = await client.item()
    clock.advance(60)
    bodies: list[dict[str, Any]] = [
        {},
        {"room": None, "dhw": {}},
        {
            "room": {"preferred_temperature": None, "humidity": 40},
            "fan": {"speed": "high"},
        },
    ]
    for body in bodies:
        assert (
            await client.patch(user_id="user-1", device_id="hp-1", **body)
        ).status == 204
    assert await client.item() == before
    assert not any(entry.applied for entry in simulator.journal.entries())


async def test_user_without_heat_pumps(client: Client, simulator: Simulator) -> None:
    """Is known, and has an empty list."""
    simulator.cloud.add_user("user-3", key=KEY)
    assert (
        await client.patch(user_id="user-3", room={"preferred_temperature": 19})
    ).status == 204
    assert (await client.get(user_id="user-3")).json["data"] == []


async def test_location_is_kept_and_never_shown(
    client: Client, simulator: Simulator
) -> None:
    """Write-only, like the document has it. It is no change of the settings' time."""
    before = await client.get()
    location = {"country": "NL", "postal_code": "1234AB"}
    assert (await client.patch(user_id="user-1", location=location)).status == 204
    assert simulator.cloud.supplier("Energy Supplier A").users["user-1"] == location
    assert simulator.cloud.heat_pump("hp-2").location == location
    assert (
        await client.patch(device_id="hp-1", location={"postal_code": "9999ZZ"})
    ).status == 204
    assert simulator.cloud.heat_pump("hp-1").location == {
        "country": "NL",
        "postal_code": "9999ZZ",
    }
    assert (await client.get()).json == before.json
    assert simulator.journal.entries(method="PATCH")[0].applied


async def test_optimizations_exclude_each_other(client: Client) -> None:
    """Flex trading on: the others off. One of the others on: flex trading off."""

    async def after(**change: bool) -> tuple[bool, bool, bool]:
        assert (
            await client.patch(user_id="user-1", optimization_settings=change)
        ).status == 204
        held = (await client.item())["optimization_settings"]
        return held["flex_trading"], held["dynamic_tariff"], held["pv_self_consumption"]

    assert await after(flex_trading=True) == (True, False, False)
    assert await after(dynamic_tariff=True) == (False, True, False)
    assert await after(pv_self_consumption=True) == (False, True, True)
    assert await after(flex_trading=True, dynamic_tariff=False) == (True, False, False)
    assert await after(dynamic_tariff=False) == (True, False, False)
    assert await after(flex_trading=False) == (False, False, False)
    assert await after(flex_trading=False, pv_self_consumption=True) == (
        False,
        False,
        True,
    )


async def test_exclusivity_invents_no_leaves(
    client: Client, simulator: Simulator
) -> None:
    """What a heat pump lacks is not switched off."""
    simulator.cloud.add_heat_pump(
        "hp-4",
        "user-1",
        key=KEY,
        settings={"optimization_settings": {"flex_trading": False}},
    )
    assert (
        await client.patch(
            device_id="hp-4", optimization_settings={"flex_trading": True}
        )
    ).status == 204
    assert (await client.item("hp-4"))["optimization_settings"] == {
        "flex_trading": True
    }


@pytest.mark.parametrize(
    ("change", "loc", "kind"),
    [
        (
            {"room": {"preferred_temperature": "warm"}},
            "room.preferred_temperature",
            "float_parsing",
        ),
        (
            {"room": {"preferred_temperature": "nan"}},
            "room.preferred_temperature",
            "float_parsing",
        ),
        (
            {"room": {"preferred_temperature": []}},
            "room.preferred_temperature",
            "float_type",
        ),
        (
            {"room": {"preferred_temperature": True}},
            "room.preferred_temperature",
            "float_type",
        ),
        (
            {"room": {"preferred_temperature": 10**400}},
            "room.preferred_temperature",
            "finite_number",
        ),
        (
            {"room": {"temperature_lower_bound": -0.5}},
            "room.temperature_lower_bound",
            "greater_than_equal",
        ),
        (
            {"room": {"temperature_upper_bound": "-1"}},
            "room.temperature_upper_bound",
            "greater_than_equal",
        ),
        ({"room": {"schedule_enabled": "yes"}}, "room.schedule_enabled", "bool_type"),
        ({"room": {"schedule_enabled": 1}}, "room.schedule_enabled", "bool_type"),
        (
            {"room": {"temperature_control_mode": "warm"}},
            "room.temperature_control_mode",
            "literal_error",
        ),
        (
            {"room": {"temperature_control_mode": 1}},
            "room.temperature_control_mode",
            "literal_error",
        ),
        ({"room": []}, "room", "model_attributes_type"),
        (
            {"dhw": {"temperature_lower_bound": {}}},
            "dhw.temperature_lower_bound",
            "float_type",
        ),
        (
            {"dhw": {"temperature_lower_bound": 56}},
            "dhw.temperature_lower_bound",
            "value_error",
        ),
        (
            {"dhw": {"temperature_upper_bound": 44}},
            "dhw.temperature_upper_bound",
            "value_error",
        ),
        (
            {"dhw": {"temperature_lower_bound": 50, "temperature_upper_bound": 49}},
            "dhw.temperature_lower_bound",
            "value_error",
        ),
        (
            {"optimization_settings": {"flex_trading": True, "dynamic_tariff": True}},
            "optimization_settings",
            "value_error",
        ),
        (
            {
                "optimization_settings": {
                    "flex_trading": True,
                    "pv_self_consumption": True,
                    "dynamic_tariff": False,
                }
            },
            "optimization_settings",
            "value_error",
        ),
        ({"location": {"country": 31}}, "location.country", "string_type"),
        ({"location": "NL"}, "location", "model_attributes_type"),
    ],
)
async def test_refusals(
    client: Client, change: dict[str, Any], loc: str, kind: str
) -> None:
    """A 422 in FastAPI's shape that names the setting; nothing of the change is applied."""
    before = await client.get()
    reply = await client.patch(user_id="user-1", **({"room": {}} | change))
    assert reply.status == 422
    [problem] = reply.json["detail"]
    assert problem.keys() == {"loc", "msg", "type"}
    assert (problem["loc"], problem["type"]) == (["body", *loc.split(".")], kind)
    assert problem["msg"]
    assert (await client.get()).json == before.json


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_numbers_that_are_none(client: Client, number: str) -> None:
    """Python's JSON writes and reads them; a room has no such temperature."""
    raw = f'{{"user_id": "user-1", "room": {{"preferred_temperature": {number}}}}}'
    reply = await client.request(
        "PATCH",
        SETTINGS,
        data=raw.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert reply.status == 422
    assert reply.locs == [["body", "room", "preferred_temperature"]]


async def test_several_problems_at_once(client: Client) -> None:
    """Each is named, in the order of the document."""
    reply = await client.patch(
        user_id=7,
        room={
            "preferred_temperature": "x",
            "temperature_lower_bound": -1,
            "schedule_enabled": True,
        },
        dhw={"temperature_lower_bound": 60, "temperature_upper_bound": 50},
    )
    assert reply.status == 422
    assert reply.locs == [
        ["body", "user_id"],
        ["body", "room", "temperature_lower_bound"],
        ["body", "room", "preferred_temperature"],
        ["body", "dhw", "temperature_lower_bound"],
    ]


@pytest.mark.parametrize(
    ("raw", "content_type", "loc", "kind"),
    [
        (b"{", "application/json", ["body", 1], "json_invalid"),
        (b"\xff\xfe{}", "application/json", ["body", 0], "json_invalid"),
        (b"[" * 100_000, "application/json", ["body", 0], "json_invalid"),
        (
            b'{"user_id": ' + b"9" * 5000 + b"}",
            "application/json",
            ["body", 0],
            "json_invalid",
        ),
        (b"", "application/json", ["body"], "missing"),
        (b"[]", "application/json", ["body"], "model_attributes_type"),
        (b"null", "application/json", ["body"], "model_attributes_type"),
        (b'{"user_id": "user-1"}', "text/plain", ["body"], "model_attributes_type"),
        (
            b'{"room": {"preferred_temperature": 20}}',
            "application/json",
            ["body", "user_id"],
            "missing",
        ),
        (
            b'{"user_id": null, "device_id": null}',
            "application/json",
            ["body", "user_id"],
            "missing",
        ),
        (b'{"device_id": 7}', "application/json", ["body", "device_id"], "string_type"),
    ],
)
async def test_bodies_that_are_none(
    client: Client, raw: bytes, content_type: str, loc: list[str | int], kind: str
) -> None:
    """What is no JSON, no object, not called JSON, or for nobody."""
    reply = await client.request(
        "PATCH", SETTINGS, data=raw, headers={"Content-Type": content_type}
    )
    assert reply.status == 422
    assert [(problem["loc"], problem["type"]) for problem in reply.json["detail"]] == [
        (loc, kind)
    ]


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/vnd.api+json"]
)
async def test_bodies_called_json(client: Client, content_type: str) -> None:
    """Whatever their name is in full."""
    reply = await client.request(
        "PATCH",
        SETTINGS,
        data=b'{"user_id": "user-1"}',
        headers={"Content-Type": content_type},
    )
    assert reply.status == 204


async def test_lax_numbers(client: Client) -> None:
    """Integers and numeric strings are numbers; digits are kept."""
    for sent, shown in (
        (20, 20),
        ("20.5", 20.5),
        (20.999999999999996, 20.999999999999996),
        (-0.0, 0),
        (19.0, 19),
    ):
        assert (
            await client.patch(user_id="user-1", room={"preferred_temperature": sent})
        ).status == 204
        assert (await client.item())["room"]["preferred_temperature"] == shown


async def test_hot_water_is_checked_against_each_heat_pump(client: Client) -> None:
    """One that would end with its minimum above its maximum refuses the change for all."""
    assert (
        await client.patch(device_id="hp-2", dhw={"temperature_upper_bound": 48})
    ).status == 204
    reply = await client.patch(user_id="user-1", dhw={"temperature_lower_bound": 50})
    assert (reply.status, reply.locs) == (
        422,
        [["body", "dhw", "temperature_lower_bound"]],
    )
    assert (await client.item("hp-1"))["dhw"]["temperature_lower_bound"] == 45
    assert (
        await client.patch(user_id="user-1", dhw={"temperature_lower_bound": 48})
    ).status == 204


async def test_a_wrong_pair_that_is_held_is_no_bar(
    client: Client, simulator: Simulator
) -> None:
    """What an installer has set wrong hinders only changes to it."""
    simulator.cloud.change_settings("hp-1", {"dhw": {"temperature_lower_bound": 60}})
    assert (
        await client.patch(device_id="hp-1", room={"preferred_temperature": 19})
    ).status == 204
    assert (
        await client.patch(device_id="hp-1", dhw={"temperature_upper_bound": 59})
    ).status == 422
    assert (
        await client.patch(device_id="hp-1", dhw={"temperature_upper_bound": 60})
    ).status == 204


async def test_vague_errors(client: Client, simulator: Simulator) -> None:
    """A cloud that does not say where the problem is."""
    simulator.behaviour.vague_errors = True
    reply = await client.patch(user_id="user-1", room={"preferred_temperature": "x"})
    assert (reply.status, reply.locs) == (422, [["body"]])


async def test_validation_limits(client: Client, simulator: Simulator) -> None:
    """A cloud with ranges of its own."""
    simulator.behaviour.validation_limits = {
        "room.preferred_temperature": (15, 25),
        "room.temperature_lower_bound": (None, 3),
    }
    for setting, value, kind, words in (
        (
            "preferred_temperature",
            25.5,
            "less_than_equal",
            "Input should be less than or equal to 25",
        ),
        (
            "preferred_temperature",
            14,
            "greater_than_equal",
            "Input should be greater than or equal to 15",
        ),
        (
            "temperature_lower_bound",
            4,
            "less_than_equal",
            "Input should be less than or equal to 3",
        ),
        (
            "temperature_lower_bound",
            -1,
            "greater_than_equal",
            "Input should be greater than or equal to 0",
        ),
    ):
        reply = await client.patch(user_id="user-1", room={setting: value})
        assert reply.json["detail"] == [
            {"loc": ["body", "room", setting], "msg": words, "type": kind}
        ]
    assert (
        await client.patch(user_id="user-1", room={"preferred_temperature": 25})
    ).status == 204


async def test_refused_settings(client: Client, simulator: Simulator) -> None:
    """A cloud that takes no value of one setting, names it, and leaves the others of that change alone, too."""
    simulator.behaviour.refused_settings = frozenset({"room.schedule_enabled"})
    room = {"preferred_temperature": 20, "schedule_enabled": True}
    reply = await client.patch(user_id="user-1", room=room)
    assert (reply.status, reply.locs) == (422, [["body", "room", "schedule_enabled"]])
    assert simulator.cloud.heat_pump("hp-1").held["room.preferred_temperature"] == 21
    del room["schedule_enabled"]
    assert (await client.patch(user_id="user-1", room=room)).status == 204


async def test_rounding_and_limits(client: Client, simulator: Simulator) -> None:
    """What the cloud accepts it may still round and move inside its limits."""
    simulator.behaviour.rounding = 0.1
    simulator.behaviour.limits = {
        "room.preferred_temperature": (None, 25),
        "dhw.temperature_lower_bound": (40, None),
    }
    body = {
        "room": {"preferred_temperature": 20.86},
        "dhw": {"temperature_lower_bound": 35},
    }
    assert (await client.patch(user_id="user-1", **body)).status == 204
    item = await client.item()
    assert (
        item["room"]["preferred_temperature"],
        item["dhw"]["temperature_lower_bound"],
    ) == (20.9, 40)
    simulator.behaviour.rounding = 0.5
    for sent, held in ((20.74, 20.5), (20.75, 21), (31, 25)):
        assert (
            await client.patch(user_id="user-1", room={"preferred_temperature": sent})
        ).status == 204
        assert (await client.item())["room"]["preferred_temperature"] == held


_TEMPERATURES = st.floats(min_value=-100, max_value=200) | st.integers(-100, 200)
_DIFFERENCES = st.floats(min_value=0, max_value=50) | st.integers(0, 50)


@settings(derandomize=True, deadline=None)
@given(
    room=st.fixed_dictionaries(
        {},
        optional={
            "temperature_lower_bound": _DIFFERENCES | st.none(),
            "temperature_upper_bound": _DIFFERENCES,
            "preferred_temperature": _TEMPERATURES | st.none(),
            "schedule_enabled": st.booleans() | st.none(),
            "temperature_control_mode": st.sampled_from(
                ["heating", "cooling", "auto", "off", None]
            ),
        },
    ),
    hot_water=st.tuples(_TEMPERATURES, _TEMPERATURES).map(sorted),
    trading=st.booleans(),
)
def test_what_is_right_is_accepted(
    room: dict[str, Any], hot_water: list[float], trading: bool
) -> None:
    """Every change that the document allows is read, and read as it was sent."""
    low, high = hot_water
    body = {
        "user_id": "user-1",
        "room": room,
        "dhw": {"temperature_lower_bound": low, "temperature_upper_bound": high},
        "optimization_settings": {
            "flex_trading": trading,
            "dynamic_tariff": not trading,
        },
    }
    change = read_change(json.dumps(body).encode(), "application/json", {})
    expected = {
        f"room.{name}": value for name, value in room.items() if value is not None
    }
    assert {
        setting: value
        for setting, value in change.settings.items()
        if setting.startswith("room.")
    } == expected
    assert change.settings["dhw.temperature_lower_bound"] == low


@settings(derandomize=True, deadline=None)
@given(
    st.binary()
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
        json.dumps
    )
)
def test_nothing_breaks_the_reader(raw: bytes | str) -> None:
    """Whatever comes in is a change or a refusal."""
    data = raw if isinstance(raw, bytes) else raw.encode()
    with pytest.raises(RefusedError) as caught:
        read_change(data, None, {})
    assert caught.value.problems
