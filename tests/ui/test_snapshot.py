"""Whom it concerns that something else is shown than before."""

from dataclasses import replace
from datetime import date

import pytest

from custom_components.heatpump_steering.api import HeatPump, Settings
from custom_components.heatpump_steering.const import HOME_KEY, Target
from custom_components.heatpump_steering.model.schedule import Plan
from custom_components.heatpump_steering.ui.presets import Preset
from custom_components.heatpump_steering.ui.snapshot import (
    SteeringData,
    TargetData,
    concerned,
)

BEFORE = SteeringData(
    {it: HeatPump(device_id=it) for it in ("hp-1", "hp-2")},
    {"hp-1": TargetData(), "hp-2": TargetData(), None: TargetData()},
    (),
    (),
)
WARMER = TargetData(Settings(preferred_temperature=22.0))
AFTER = replace(BEFORE, targets={**BEFORE.targets, "hp-1": WARMER})
EVERYBODY: set[Target] = set()


def test_one_heat_pump() -> None:
    """It concerns whoever shows that one, or the home, or listens to everything."""
    assert concerned((BEFORE, True), (AFTER, True)) == {"hp-1", HOME_KEY, None}


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
def test_more_than_that(more: dict[str, object]) -> None:
    """Where anything else has changed beside it, it concerns everybody."""
    assert concerned((BEFORE, True), (replace(AFTER, **more), True)) == EVERYBODY  # type: ignore[arg-type] # Each is of its field's type.


def test_anything_else() -> None:
    """So it does at first, where nothing is shown otherwise, and when the cloud answers no more."""
    assert concerned(None, (AFTER, True)) == EVERYBODY
    assert concerned((AFTER, True), (AFTER, True)) == EVERYBODY
    assert concerned((BEFORE, True), (AFTER, False)) == EVERYBODY
