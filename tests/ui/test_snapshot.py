"""Whom it concerns that something else is shown than before."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from custom_components.heatpump_steering.api import HeatPump, Settings
from custom_components.heatpump_steering.const import Target
from custom_components.heatpump_steering.model.schedule import Plan
from custom_components.heatpump_steering.ui.presets import Preset
from custom_components.heatpump_steering.ui.snapshot import (
    Concerned,
    SteeringData,
    TargetData,
)

BEFORE = SteeringData(
    {it: HeatPump(device_id=it) for it in ("hp-1", "hp-2")},
    {"hp-1": TargetData(), "hp-2": TargetData(), None: TargetData()},
    (),
    (),
)
WARMER = TargetData(Settings(preferred_temperature=22.0))
AFTER = replace(BEFORE, targets={**BEFORE.targets, "hp-1": WARMER})


def concerned(*told: tuple[SteeringData, bool]) -> set[Target]:
    """Return whom the last of what is told concerns, of those who are there and one who is not."""
    concerned = Concerned()
    for data, has_answered in told:
        concerned.look(data, has_answered=has_answered)
    return set(filter(concerned.includes, EVERYBODY))


EVERYBODY: set[Target] = {"hp-1", "hp-2", "hp-3", None}


def test_one_heat_pump() -> None:
    """It concerns that one, and the home."""
    assert concerned((BEFORE, True), (AFTER, True)) == {"hp-1", None}


@pytest.mark.parametrize(
    "more",
    [
        {"heat_pumps": {**BEFORE.heat_pumps, "hp-2": HeatPump(device_id="hp-3")}},
        {"targets": {**AFTER.targets, "hp-3": TargetData()}},
        {"plans": (Plan(uid="1", summary="", start=date(2026, 12, 24), end=None),)},
        {
            "presets": (
                Preset(
                    mode="eco",
                    label="Eco",
                    override_name="preset:1",
                    values=Settings(),
                    duration=None,
                ),
            )
        },
    ],
    ids=str,
)
def test_more_than_that(more: dict[str, Any]) -> None:
    """Where anything else has changed beside it, it concerns everybody."""
    assert concerned((BEFORE, True), (replace(AFTER, **more), True)) == EVERYBODY


def test_anything_else() -> None:
    """So it does at first, where nothing is shown otherwise, and when the cloud answers no more."""
    assert concerned((AFTER, True)) == EVERYBODY
    assert concerned((AFTER, True), (AFTER, True)) == EVERYBODY
    assert concerned((BEFORE, True), (AFTER, False)) == EVERYBODY
