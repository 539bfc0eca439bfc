"""What entities show: a picture of the home at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..api import HeatPump, Setting, Settings
from ..const import Target
from ..model.override import Override
from ..model.schedule import Plan
from ..model.shadow import Status
from ..sync.home import Home
from ..sync.vacations import Stage, Vacations
from .presets import Preset, Presets


@dataclass(frozen=True, slots=True)
class TargetData:
    """What is shown of a heat pump, or of the home."""

    shown: Settings = field(default_factory=Settings)
    status: Status = Status.CONFIRMED
    updated_at: datetime | None = None
    vacation: Stage = Stage.HOME
    in_hand: frozenset[Setting] = frozenset()
    """The settings that a vacation has in hand."""
    in_force: tuple[Override, ...] = ()
    """What is set for a while, vacations included; the strongest first."""
    is_returning: bool = False
    """Something is over, and not all of it is back."""
    begun: frozenset[str] = frozenset()
    """By what all that was begun for a while, and is not over, is known to automations."""
    preset: str | None = None
    """The name of the override of the preset that is in force; at the home, at all of its heat pumps."""


@dataclass(frozen=True, slots=True)
class SteeringData:
    """The heat pumps there are, how each target stands, and what is planned."""

    heat_pumps: Mapping[str, HeatPump]
    targets: Mapping[Target, TargetData]
    plans: tuple[Plan, ...]
    presets: tuple[Preset, ...]
    """What can be chosen at each thermostat."""


def snapshot(
    heat_pumps: Mapping[str, HeatPump],
    home: Home,
    vacations: Vacations,
    presets: Presets,
    before: SteeringData | None,
) -> SteeringData:
    """Return what is to be shown now. What is as it was `before` is the same object, so that it is quickly compared."""
    shadows = home.shadows
    is_away = vacations.is_away
    known: Mapping[Target, TargetData] = {} if before is None else before.targets

    def data_of(target: Target) -> TargetData:
        shown = shadows.shown(target)
        status, updated_at = shadows.status(target), shadows.updated_at(target)
        if not is_away and shadows.are_at_rest(target):
            # Of a thousand heat pumps hardly any has anything for a while.
            data = TargetData(shown, status, updated_at)
        else:
            data = TargetData(
                shown,
                status,
                updated_at,
                vacations.stage(target),
                vacations.in_hand(target),
                presets.for_a_while.in_force(target),
                presets.for_a_while.is_returning(target),
                presets.for_a_while.identities(target),
                presets.active(target),
            )
        earlier = known.get(target)
        return earlier if earlier is not None and earlier == data else data

    return SteeringData(
        heat_pumps,
        {target: data_of(target) for target in shadows.shown_targets},
        home.plans,
        presets.all(),
    )


def concerned(before: SteeringData | None, now: SteeringData) -> set[Target] | None:
    """Return the targets of which something else is shown than before; None where anything beside them has changed."""
    if (
        before is None
        or before.targets.keys() != now.targets.keys()
        or before.heat_pumps != now.heat_pumps
        or before.plans != now.plans
        or before.presets != now.presets
    ):
        return None
    return {
        target
        for target, data in now.targets.items()
        if before.targets[target] is not data
    }
