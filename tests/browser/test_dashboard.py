"""The dashboard that people paste: all of the heat pump, on cards that every Home Assistant has."""

from collections.abc import Iterator
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
from scripts.demo.paths import ROOT

from .home import DASHBOARD, Home

PAGE: Final = ROOT / "docs" / "dashboard.md"
# What the thermostat, the switches and the activity show already.
LEFT_OUT: Final = {
    "select.heat_pump_control_mode",
    "select.heat_pump_optimization",
    "event.heat_pump_changed_elsewhere",
}


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in it, however deep."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from mappings(each)


def entities(card: dict[str, Any]) -> Iterator[str]:
    """Yield the entities that a card names, both ways in which cards do."""
    if "entity" in card:
        yield card["entity"]
    yield from (each for each in card.get("entities", ()) if isinstance(each, str))


async def test_dashboard(home: Home) -> None:
    """Whatever the heat pump has is on it, and nothing that a reader of its page would not know to replace."""
    parts = list(mappings(load_yaml_dict(str(DASHBOARD))))
    assert not [
        part for part in parts if str(part.get("type", "")).startswith("custom:")
    ]
    shown = {entity for part in parts for entity in entities(part)}
    states = {
        state["entity_id"]: state["state"]
        for state in await home.house.api.get("/api/states")
    }
    assert "unavailable" not in {states.get(entity, "unavailable") for entity in shown}
    ours = {entity for entity in states if ".heat_pump" in entity}
    assert shown == (ours - LEFT_OUT) | {await home.house.thermometer()}
    page = PAGE.read_text(encoding="utf-8")
    assert {entity for entity in shown if f"`{entity}`" not in page} == set()
