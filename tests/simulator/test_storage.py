"""The state file is whole or not there, and a cloud comes back from it as it was."""

from pathlib import Path

import pytest

from simulator import Behaviour, Cloud, ManualClock, Simulator
from simulator.demo import demo_household
from simulator.storage import keep, load, save

from .conftest import KEY, Client


def a_cloud() -> Cloud:
    """Return an empty cloud."""
    return Cloud(ManualClock(), Behaviour())


def test_round_trip(tmp_path: Path) -> None:
    """Suppliers, users, locations, heat pumps and what they hold."""
    file = tmp_path / "state.json"
    cloud = a_cloud()
    assert not load(cloud, file)
    demo_household(KEY)(cloud)
    cloud.add_user("user-3", key="other-key")
    cloud.add_heat_pump(
        "hp-1",
        "user-3",
        key="other-key",
        model=None,
        hidden=True,
        location={"country": "NL"},
    )
    cloud.change_settings(
        "demo-s735",
        {"room": {"preferred_temperature": 17.25, "schedule_enabled": None}},
    )
    save(cloud, file)
    other = a_cloud()
    assert load(other, file)
    assert other.to_json() == cloud.to_json()
    supplier = other.supplier_of("other-key")
    assert supplier is not None
    assert supplier.name == "Energy Supplier A"


def test_every_change_is_kept(tmp_path: Path) -> None:
    """From the moment on, and what is there already."""
    file = tmp_path / "state.json"
    cloud = a_cloud()
    keep(cloud, file)
    for _ in range(2):
        cloud.add_heat_pump("hp-1", "user-1", key=KEY)
        cloud.change_settings("hp-1", {"room": {"preferred_temperature": 17}})
        other = a_cloud()
        load(other, file)
        assert other.to_json() == cloud.to_json()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """And no other."""
    file = tmp_path / "state.json"
    cloud = a_cloud()
    cloud.add_heat_pump("hp-1", "user-1", key=KEY)
    save(cloud, file)
    before = file.read_bytes()
    broken: object = object()
    cloud.heat_pump("hp-1").held["room.preferred_temperature"] = broken  # type: ignore[assignment]
    with pytest.raises(TypeError, match="not JSON serializable"):
        save(cloud, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


async def test_a_state_that_cannot_be_written(
    client: Client, simulator: Simulator
) -> None:
    """Is the server's trouble: 500, in the journal too."""

    def fail() -> None:
        raise OSError("no space left")

    simulator.cloud.on_change(fail)
    assert (
        await client.patch(user_id="user-1", room={"preferred_temperature": 19})
    ).status == 500
    [entry] = simulator.journal.entries()
    assert (entry.status, entry.finished) == (500, True)
