"""Prometheus: what core exports of our entities."""

import math
import re

import prometheus_client
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.setup import async_setup_component

from ..house import House
from .states import ONE, SEVERAL, Home, Room, read_back, walk

# A line of the export; what is called after the thermostat is called by the rest of its name.
SAMPLE = re.compile(r"^homeassistant_(?:climate_)?(\w+)\{(.*)\} (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


@pytest.fixture
async def exported(any_unit_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Export a house that has nothing yet, into a registry of its own instead of the process's."""
    monkeypatch.setattr(
        prometheus_client, "REGISTRY", prometheus_client.CollectorRegistry()
    )
    # The calendar has pages of its own, for which it is too late once the server answers.
    for domain in ("calendar", "prometheus"):
        assert await async_setup_component(
            any_unit_house.hass, domain, {"prometheus": {"requires_auth": False}}
        )
    return any_unit_house


def expected(house: House, room: Room) -> dict[str, float]:
    """Return what is to be exported of a thermostat; a temperature that it does not show keeps its last value."""
    if room.mode is None:
        return {}
    told = {
        f"mode {mode}": float(mode == room.hvac_mode)
        for mode in ("off", "heat", "cool", "heat_cool")
    } | {"preset_mode none": 1.0, "preset_mode away": 0.0}
    if room.has_band:
        low, high = room.edges
        told["target_temperature_low_celsius"] = read_back(house, low)
        told["target_temperature_high_celsius"] = read_back(house, high)
    elif room.preferred is not None:
        told["target_temperature_celsius"] = read_back(house, room.preferred)
    return told


@pytest.mark.parametrize("homes", [ONE, SEVERAL], ids=["one", "several"])
async def test_metrics(
    exported: House, hass_client: ClientSessionGenerator, homes: tuple[Home, ...]
) -> None:
    """In every state each thermostat is exported as it is, and all metrics of all entities are numbers."""
    house = exported
    client = await hass_client()
    async for home in walk(house, homes):
        answer = await client.get("/api/prometheus")
        assert answer.status == 200
        metrics: dict[str, dict[str, float]] = {}
        for name, labels, value in SAMPLE.findall(await answer.text()):
            assert math.isfinite(float(value)), (home, name, labels)
            told_of = dict(LABEL.findall(labels))
            of_entity = metrics.setdefault(told_of.get("entity", ""), {})
            of_entity[f"{name} {told_of.get('mode', '')}".strip()] = float(value)
        assert len(metrics) > 10
        for target, room in home.thermostats().items():
            entity_id = house.entity_id("climate", target)
            available = metrics[entity_id]["entity_available"]
            assert available == (room.mode is not None), home
            told = expected(house, room)
            assert {name: metrics[entity_id][name] for name in told} == told, home
