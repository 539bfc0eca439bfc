"""A real house: started, moved into, connected, restarted."""

from pathlib import Path

import pytest

from scripts.demo import DemoError, House
from scripts.demo.house import DASHBOARD, DOMAIN
from scripts.demo.paths import PYTHON, ROOT
from scripts.demo.ports import free_port
from simulator import Simulator
from simulator.demo import demo_household

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="needs the environment of scripts/setup develop"
)


async def states(house: House) -> dict[str, str]:
    """Return the states of all entities."""
    return {
        state["entity_id"]: state["state"]
        for state in await house.api.get("/api/states")
    }


async def assistant_language(house: House) -> str:
    """Return the language that Assist understands."""
    found = await house.api.command("assist_pipeline/pipeline/list")
    [assistant] = found["pipelines"]
    return str(assistant["conversation_language"])


async def test_house(tmp_path: Path) -> None:
    """It comes up with two heat pumps, in its language and units, and keeps them over a restart."""
    async with Simulator(fill=demo_household()) as cloud:
        house = House(
            tmp_path / "config",
            port=free_port(),
            simulator_url=cloud.url,
            language="nl",
            units="us_customary",
        )
        async with house:
            config = await house.api.get("/api/config")
            assert config["language"] == "nl"
            assert config["unit_system"]["temperature"] == "°F"
            assert config["location_name"] == "Demohuis"
            # Links of my.home-assistant.io end here.
            assert "my" in config["components"]
            assert not config["recovery_mode"]
            assert not await house.is_new()
            [entry] = await house.entries()
            assert entry["state"] == "loaded"
            before = await states(house)
            assert {entity for entity in before if entity.startswith("climate.")} >= {
                "climate.nibe_s735",
                "climate.nibe_s1256",
            }
            assert before["sensor.temperatuur_woonkamer"] == "68.5"
            assert not [
                entity for entity in before if entity.startswith(("weather.", "tts."))
            ]

            await house.pick_room_sensor(
                entry["entry_id"], "demo-s735", await house.thermometer()
            )
            thermostat = await house.api.get("/api/states/climate.nibe_s735")
            # Thermostats show whole °F.
            assert thermostat["attributes"]["current_temperature"] == 68

            assert await assistant_language(house) == "nl"
            house.language = "en"
            await house.furnish()
            assert await assistant_language(house) == "en"

            await house.restart()
            assert len(await house.entries()) == 1
            assert set(await states(house)) == set(before)
        assert not house.child.running
        log = house.child.output.read_text(encoding="utf-8")
        assert "ERROR" not in log


async def test_refused(tmp_path: Path) -> None:
    """A cloud that does not take the key is told as such."""
    async with Simulator() as cloud:
        house = House(tmp_path / "config", port=free_port())
        async with house:
            with pytest.raises(DemoError, match="did not add the home"):
                await house.connect(cloud.url)


async def test_dies(tmp_path: Path) -> None:
    """What Home Assistant said last is shown when it does not start."""
    house = House(
        tmp_path / "config", port=free_port(), python=Path("/bin/false"), patience=10
    )
    with pytest.raises(DemoError) as raised:
        async with house:
            pass
    assert "ended while it was starting" in raised.value.what
    assert str(house.child.output) in raised.value.advice


async def test_one_heat_pump(tmp_path: Path) -> None:
    """With one heat pump, entities are called as in the README, and what it says of the dashboard and blueprints is so."""
    async with Simulator(fill=demo_household(heat_pumps=1)) as cloud:
        house = House(tmp_path / "config", port=free_port(), simulator_url=cloud.url)
        async with house:
            await house.add_own_dashboard()
            await house.import_blueprints()
            there = await states(house)
            assert there.keys() >= {
                "climate.heat_pump",
                "sensor.living_room_temperature",
                "sensor.electricity_price",
                "sensor.solar_power",
                "binary_sensor.living_room_window",
            }
            assert there["sensor.electricity_price"] == "0.24"
            await house.api.post(
                "/api/services/input_boolean/turn_on",
                {"entity_id": "input_boolean.window"},
            )
            assert (await states(house))["binary_sensor.living_room_window"] == "on"
            found = await house.api.command("blueprint/list", domain="automation")
            ours = {path: it for path, it in found.items() if "steering" in path}
            assert len(ours) == len([*(ROOT / "blueprints").rglob("*.yaml")])
            assert not [it for it in ours.values() if "error" in it]
            [dashboard] = [
                it
                for it in await house.api.command("lovelace/dashboards/list")
                if it["url_path"] == DASHBOARD
            ]
            assert dashboard["title"] == "Heat pump"
            config = await house.api.command("lovelace/config", url_path=DASHBOARD)
            assert config["strategy"] == {"type": "custom:heatpump-steering"}
            shown = await house.api.command(f"{DOMAIN}/dashboard")
            [view] = shown["views"]
            assert "climate.heat_pump" in str(view)
            spoken = await house.api.command(
                "conversation/process", text="set the heat pump to 20 degrees"
            )
            assert spoken["response"]["response_type"] == "action_done"
            [heat_pump] = cloud.cloud.heat_pumps()[:1]
            assert heat_pump.held["room.preferred_temperature"] == 20
