"""Reads that are behind, times that say nothing, and changes that are not kept."""

from typing import Any

import aiohttp
from freezegun import freeze_time
import pytest

from simulator import ManualClock, Simulator

from .conftest import KEY, Client


async def preferred(client: Client, device_id: str = "hp-1") -> Any:
    """Read the preferred temperature."""
    return (await client.item(device_id))["room"]["preferred_temperature"]


async def set_preferred(client: Client, value: float, **ids: str) -> None:
    """Set the preferred temperature, of user-1's heat pumps unless told otherwise."""
    reply = await client.patch(
        **(ids or {"user_id": "user-1"}), room={"preferred_temperature": value}
    )
    assert reply.status == 204


async def test_lag_in_seconds(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """Each write shows when its own time is over."""
    simulator.behaviour.read_lag_seconds = 10
    await set_preferred(client, 19)
    clock.advance(6)
    await set_preferred(client, 18)
    assert await preferred(client) == 21
    clock.advance(4)
    assert await preferred(client) == 19
    clock.advance(5.5)
    assert await preferred(client) == 19
    clock.advance(0.5)
    assert await preferred(client) == 18


async def test_lag_in_reads(client: Client, simulator: Simulator) -> None:
    """So many reads of that heat pump show the old values, whatever the clock says."""
    simulator.behaviour.read_lag_reads = 2
    await set_preferred(client, 19)
    assert [await preferred(client, "hp-2") for _ in range(3)] == [21, 21, 19]
    # Looking through the control part is no read.
    assert (await client.control("GET", "/heat-pumps/hp-1"))["shown"]["room"][
        "preferred_temperature"
    ] == 21
    assert (await client.control("GET", "/heat-pumps/hp-1"))["settings"]["room"][
        "preferred_temperature"
    ] == 19
    await client.get("/v1/devices", user_id="user-1")
    assert [await preferred(client) for _ in range(3)] == [21, 21, 19]


async def test_lag_of_several_writes(client: Client, simulator: Simulator) -> None:
    """Reads between writes count for those that are waiting."""
    simulator.behaviour.read_lag_reads = 2
    await set_preferred(client, 19)
    assert await preferred(client) == 21
    await set_preferred(client, 18)
    assert [await preferred(client) for _ in range(3)] == [21, 19, 18]


async def test_lag_needs_both(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """With reads and seconds a write shows when both are over."""
    simulator.behaviour.read_lag_reads = 1
    simulator.behaviour.read_lag_seconds = 5
    await set_preferred(client, 19)
    assert [await preferred(client) for _ in range(2)] == [21, 21]
    clock.advance(5)
    assert await preferred(client) == 19


async def test_lag_does_not_hide_other_hands(
    client: Client, simulator: Simulator
) -> None:
    """What the app sets shows at once; what it was set on top of stays hidden until its time."""
    simulator.behaviour.read_lag_reads = 2
    await set_preferred(client, 19)
    simulator.cloud.change_settings("hp-1", {"room": {"schedule_enabled": True}})
    room = (await client.item())["room"]
    assert (room["preferred_temperature"], room["schedule_enabled"]) == (21, True)
    simulator.cloud.change_settings("hp-1", {"room": {"preferred_temperature": 23}})
    assert [await preferred(client) for _ in range(3)] == [23, 23, 23]
    assert simulator.cloud.heat_pump("hp-1").held["room.preferred_temperature"] == 23


async def test_lag_of_other_hands(client: Client, simulator: Simulator) -> None:
    """The app's changes can lag too."""
    simulator.behaviour.read_lag_reads = 1
    simulator.cloud.change_settings(
        "hp-1", {"room": {"preferred_temperature": 23}}, lags=True
    )
    assert [await preferred(client) for _ in range(2)] == [21, 23]


async def test_hot_water_is_checked_against_what_is_held(
    client: Client, simulator: Simulator
) -> None:
    """Not against what reads still show."""
    simulator.behaviour.read_lag_reads = 100
    assert (
        await client.patch(user_id="user-1", dhw={"temperature_upper_bound": 60})
    ).status == 204
    assert (
        await client.patch(user_id="user-1", dhw={"temperature_lower_bound": 58})
    ).status == 204


START = "2026-04-17T09:00:00.000000+00:00"
LATER = "2026-04-17T09:01:00.000000+00:00"


@pytest.mark.parametrize(
    ("mode", "during", "after"),
    [
        ("normal", LATER, LATER),
        ("late", START, LATER),
        ("frozen", START, START),
        ("missing", None, None),
        ("garbage", "the day before yesterday", "the day before yesterday"),
    ],
)
async def test_updated_at(
    *,
    client: Client,
    simulator: Simulator,
    clock: ManualClock,
    mode: Any,
    during: str | None,
    after: str | None,
) -> None:
    """Moves with the write, with the read, or not at all."""
    simulator.behaviour.updated_at = mode
    simulator.behaviour.read_lag_reads = 1
    clock.advance(60)
    await set_preferred(client, 19)
    assert (await client.item()).get("updated_at") == during
    assert (await client.item()).get("updated_at") == after


async def test_updated_at_moves_while_the_clock_stands(client: Client) -> None:
    """By a little each time: two writes are never one."""
    moments = [(await client.item())["updated_at"]]
    for value in (19, 20, 19):
        await set_preferred(client, value)
        moments.append((await client.item())["updated_at"])
    assert moments == sorted(set(moments))


async def test_other_hands(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """The supplier's app and installers: taken as it is, updated_at moves unless told not to."""
    clock.advance(60)
    simulator.cloud.change_settings(
        "hp-1",
        {
            "room": {"temperature_control_mode": "turbo"},
            "optimization_settings": {"flex_trading": True},
        },
    )
    item = await client.item()
    assert item["room"]["temperature_control_mode"] == "turbo"
    assert item["optimization_settings"]["dynamic_tariff"] is False
    assert item["updated_at"] == LATER
    clock.advance(60)
    simulator.cloud.change_settings(
        "hp-1", {"room": {"schedule_enabled": None}}, moves_updated_at=False
    )
    item = await client.item()
    assert "schedule_enabled" not in item["room"]
    assert item["updated_at"] == LATER


async def test_changes_that_are_not_kept(
    client: Client, simulator: Simulator, clock: ManualClock
) -> None:
    """Answered with 204, and forgotten: always, or the next few times."""
    simulator.behaviour.keeps_changes = False
    clock.advance(60)
    await set_preferred(client, 19)
    assert await preferred(client) == 21
    assert (await client.item())["updated_at"] == START
    simulator.behaviour.keeps_changes = 2
    assert (
        await client.patch(user_id="user-1", room={"preferred_temperature": "x"})
    ).status == 422
    for value, held in ((19, 21), (18, 21), (17, 17)):
        await set_preferred(client, value)
        assert await preferred(client) == held
    applied = [entry.applied for entry in simulator.journal.entries(method="PATCH")]
    assert applied == [False, False, False, False, True]


async def test_frozen_time(socket_enabled: None) -> None:
    """The system's clock stands still where freezegun holds it; everything works all the same."""
    with freeze_time("2026-10-25T00:30:00+00:00") as clock:
        async with Simulator() as simulator, aiohttp.ClientSession() as session:
            simulator.cloud.add_heat_pump("hp-1", "user-1", key=KEY)
            client = Client(session, simulator)
            simulator.behaviour.read_lag_reads = 1
            await set_preferred(client, 19)
            assert [await preferred(client) for _ in range(2)] == [21, 19]
            clock.tick(3600)
            simulator.behaviour.read_lag_reads = 0
            simulator.behaviour.read_lag_seconds = 30
            reply = await client.patch(
                user_id="user-1", room={"preferred_temperature": 18}
            )
            assert reply.headers["date"] == "Sun, 25 Oct 2026 01:30:00 GMT"
            assert await preferred(client) == 19
            clock.tick(30)
            assert await preferred(client) == 18


async def test_old_copy(client: Client, simulator: Simulator) -> None:
    """A read of a copy shows each heat pump as it was before its last write, by the time of then."""
    before = await client.item("hp-1")
    simulator.behaviour.read_lag_reads = 1
    await set_preferred(client, 19, device_id="hp-1")
    simulator.weather.add(shows="old_copy", times=2)
    await client.get("/v1/devices", user_id="user-1")
    assert await client.item("hp-1") == before
    # It is none of the reads that the lag counts.
    assert [await preferred(client) for _ in range(2)] == [21, 19]
    assert (await client.item("hp-1"))["updated_at"] > before["updated_at"]


async def test_nonsense(client: Client, simulator: Simulator) -> None:
    """A read with 0 °C in it; nothing of that is held."""
    before = await client.item("hp-1")
    simulator.weather.add(shows="nonsense", times=1)
    nonsense = await client.item("hp-1")
    assert nonsense["room"] == {**before["room"], "preferred_temperature": 0}
    assert nonsense["dhw"] == {
        "temperature_lower_bound": 0,
        "temperature_upper_bound": 0,
    }
    assert await client.item("hp-1") == before
