"""Scenes, as core makes and plays them, and wrappers that fill in every field of an action."""

from dataclasses import replace
from typing import Any

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from ..house import TARGETS, House, Json
from .states import (
    ABOVE,
    AUTO,
    BELOW,
    COOL,
    EVERYTHING,
    HEAT,
    MODE,
    OFF,
    PREFERRED,
    Room,
    approximately,
    connected,
    displayed,
    held,
)

NARROW = replace(AUTO, below=0.3, above=0.7)
NONE = replace(AUTO, below=0, above=0)
# What is taken, and what happens to it meanwhile, in ways that a thermostat alone can undo.
SNAPSHOTS: list[tuple[Room, Json]] = [
    (HEAT, {PREFERRED: 18.5}),
    (HEAT, {MODE: "auto", PREFERRED: 19.5}),
    (COOL, {MODE: "off", PREFERRED: 24}),
    (OFF, {MODE: "heating"}),
    (AUTO, {PREFERRED: 18.5}),
    (AUTO, {PREFERRED: 27}),
    (AUTO, {MODE: "heating"}),
    (AUTO, {MODE: "off", PREFERRED: 24}),
    (NARROW, {PREFERRED: 19.5}),
    (NARROW, {MODE: "cooling"}),
    (NONE, {PREFERRED: 21.5}),
]


async def take(house: House, *entity_ids: str) -> None:
    """Make a scene of how these are now."""
    assert await async_setup_component(house.hass, "scene", {})
    await house.hass.async_block_till_done()
    await call(
        house.hass, "scene.create", scene_id="now", snapshot_entities=[*entity_ids]
    )


async def play(house: House) -> None:
    """Play the scene, and let everything happen that follows."""
    await call(house.hass, "scene.turn_on", entity_id="scene.now")
    await house.hass.async_block_till_done()


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action, and wait for its outcome."""
    domain, _, service = action.partition(".")
    await hass.services.async_call(domain, service, data, blocking=True)


@pytest.mark.parametrize(("before", "meanwhile"), SNAPSHOTS, ids=str)
async def test_snapshot_of_a_thermostat(
    any_unit_house: House, before: Room, meanwhile: Json
) -> None:
    """A thermostat comes back as it was, with the differences that its edges do not name."""
    house = await connected(any_unit_house, before)
    await take(house, house.entity_id("climate"))
    attributes = house.state("climate").attributes
    await house.change_elsewhere({"room": meanwhile}, "hp-1")
    await play(house)
    assert held(house) == approximately(house, before)
    assert (held(house).below, held(house).above) == (before.below, before.above)
    assert house.state("climate").attributes == attributes
    assert held(house, "hp-2") == before


def settings_in(mode: str) -> dict[str, Json]:
    """Return all settings, as the cloud writes them, none of them a default of anything."""
    return {
        "room": {**EVERYTHING, MODE: mode, "schedule_enabled": True},
        "dhw": {BELOW: 46, ABOVE: 58},
        "optimization_settings": {
            "pv_self_consumption": True,
            "dynamic_tariff": True,
            "flex_trading": False,
        },
    }


OTHERWISE = {
    "room": {
        MODE: "cooling",
        PREFERRED: 25,
        BELOW: 3,
        ABOVE: 0.5,
        "schedule_enabled": False,
    },
    "dhw": {BELOW: 41, ABOVE: 65},
    "optimization_settings": {"flex_trading": True},
}


@pytest.mark.parametrize("mode", ["heating", "auto", "off"])
async def test_snapshot_of_everything(any_unit_house: House, mode: str) -> None:
    """A scene of all controls of a heat pump brings back every setting, differences and optimisation among them."""
    house = any_unit_house
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=settings_in(mode))
    await house.connect()
    before = dict(house.cloud.cloud.heat_pump("hp-1").held)
    await take(
        house,
        *(
            entry.entity_id
            for entry in er.async_entries_for_device(
                er.async_get(house.hass), house.device("hp-1").id
            )
            if entry.domain in ("climate", "number", "select", "switch")
        ),
    )
    await house.change_elsewhere(OTHERWISE, "hp-1")
    await play(house)
    after = house.cloud.cloud.heat_pump("hp-1").held
    rounding = 0.3 if "F" in house.hass.config.units.temperature_unit else 0
    for setting, value in before.items():
        assert after[setting] == pytest.approx(value, abs=rounding), setting
    assert house.cloud.cloud.heat_pump("hp-2").held == before


@pytest.mark.parametrize(
    "before",
    [
        replace(HEAT, preferred=8),
        replace(COOL, preferred=32.5),
        replace(AUTO, preferred=8),
        replace(AUTO, preferred=32),
    ],
    ids=str,
)
async def test_snapshot_of_what_only_the_cloud_sets(house: House, before: Room) -> None:
    """A preferred temperature outside 10 to 30 °C that the cloud itself has set may be set again."""
    await connected(house, before)
    await take(house, house.entity_id("climate"))
    await house.change_elsewhere({"room": {MODE: "off"}})
    await play(house)
    assert held(house) == before


@pytest.mark.parametrize(
    ("start", "scene", "end"),
    [
        (AUTO, {"state": "heat", "temperature": 19}, replace(HEAT, preferred=19)),
        (OFF, {"state": "cool", "temperature": 25}, replace(COOL, preferred=25)),
        (HEAT, {"state": "off"}, OFF),
        (HEAT, {"state": "off", "temperature": 16}, replace(OFF, preferred=16)),
        (
            HEAT,
            {"state": "heat_cool", "target_temp_low": 20, "target_temp_high": 24},
            replace(AUTO, below=1, above=3),
        ),
        (
            HEAT,
            {
                "state": "heat",
                "temperature": 19,
                "target_temp_low": None,
                "target_temp_high": None,
                "preset_mode": "none",
            },
            replace(HEAT, preferred=19),
        ),
    ],
    ids=str,
)
async def test_scene_written_by_hand(
    house: House, start: Room, scene: dict[str, Any], end: Room
) -> None:
    """A scene of a thermostat in YAML sets mode and temperatures, whatever mode it finds."""
    await connected(house, start)
    scenes = {
        "name": "Evening",
        "entities": {
            house.entity_id("climate", target): scene for target in ("hp-1", "hp-2")
        },
    }
    assert await async_setup_component(house.hass, "scene", {"scene": scenes})
    await house.hass.async_block_till_done()
    await call(house.hass, "scene.turn_on", entity_id="scene.evening")
    for device_id in ("hp-1", "hp-2"):
        assert held(house, device_id) == end


@pytest.mark.parametrize("target", TARGETS)
async def test_scene_with_a_preset(house: House, target: str) -> None:
    """A scene made at home ends a vacation, one made during a vacation begins one; on whichever thermostat."""
    await connected(house, HEAT)
    thermostat = house.entity_id("climate", target)
    await take(house, thermostat)
    await play(house)
    assert house.state("climate", target).attributes["preset_mode"] == "none"
    assert held(house) == held(house, "hp-2") == HEAT
    await house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    assert held(house) != HEAT
    assert house.state("climate", target).attributes["preset_mode"] == "away"
    await play(house)
    assert house.state("climate", target).attributes["preset_mode"] == "none"
    for device_id in ("hp-1", "hp-2"):
        assert held(house, device_id) == HEAT


WRAPPED = {"temperature": 20.5, "target_temp_low": 20.5, "target_temp_high": 20.5}


@pytest.mark.parametrize("start", [HEAT, COOL, OFF, AUTO], ids=str)
async def test_wrappers_that_fill_in_every_field(
    any_unit_house: House, start: Room
) -> None:
    """Three equal values are one target: the differences stay, in every mode and when one comes along."""
    house = await connected(any_unit_house, start)
    filled: dict[str, Any] = {
        name: displayed(house, celsius) for name, celsius in WRAPPED.items()
    }
    await house.act("climate.set_temperature", "climate", **filled)
    after = held(house)
    assert after == approximately(house, replace(start, preferred=20.5))
    assert (after.below, after.above) == (start.below, start.above)
    await house.act(
        "climate.set_temperature", "climate", hvac_mode="heat_cool", **filled
    )
    assert held(house) == replace(after, mode="auto")


@pytest.mark.parametrize("start", [HEAT, COOL, OFF], ids=str)
async def test_wrappers_that_invent_a_band(house: House, start: Room) -> None:
    """Outside heat_cool the target counts alone, whatever band comes with it."""
    await connected(house, start)
    for low, high in ((7, 35), (18, 19), (20, 20)):
        await house.act(
            "climate.set_temperature",
            "climate",
            temperature=20.5,
            target_temp_low=low,
            target_temp_high=high,
        )
        assert held(house) == replace(start, preferred=20.5)
