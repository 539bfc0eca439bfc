"""What entities show: the home at one moment."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from ..api import HeatPump, Setting, Settings
from ..const import Target
from ..model.override import Override
from ..model.schedule import Plan
from ..model.shadow import DeviceShadow, Status
from ..sync.home import Home
from ..sync.reconciler import Reconciler
from ..sync.vacations import Stage, Vacations, most_urgent
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

    @property
    def is_at_rest(self) -> bool:
        """Return whether nothing is for a while, or has yet to be back."""
        return not (
            self.in_force
            or self.begun
            or self.in_hand
            or self.is_returning
            or self.preset is not None
            or self.vacation is not Stage.HOME
        )


@dataclass(frozen=True, slots=True)
class SteeringData:
    """The heat pumps there are, how each target stands, and what is planned."""

    heat_pumps: Mapping[str, HeatPump]
    targets: Mapping[Target, TargetData]
    plans: tuple[Plan, ...]
    presets: tuple[Preset, ...]
    """What can be chosen at each thermostat."""


class Snapshots:
    """Takes them. What has not changed since the last one is the same object, which is quickly found and compared."""

    def __init__(
        self,
        home: Home,
        reconciler: Reconciler,
        vacations: Vacations,
        presets: Presets,
    ) -> None:
        """Have taken none yet."""
        self._home = home
        self._reconciler = reconciler
        self._vacations = vacations
        self._presets = presets
        self._last: Mapping[Target, TargetData] = {}
        self._bases: dict[Target, object] = {}
        """On what the last one depends, of each heat pump with something for a while."""

    def take(self, heat_pumps: Mapping[str, HeatPump]) -> SteeringData:
        """Return what is to be shown now."""
        is_away = self._vacations.is_away
        targets = {
            target: self._of_heat_pump(target, shadow, is_away=is_away)
            for target, shadow in self._home.shadows.items()
        }
        if len(targets) > 1:
            targets[None] = self._of_home(targets)
        self._last = targets
        return SteeringData(heat_pumps, targets, self._home.plans, self._presets.all())

    def _of_heat_pump(
        self, target: Target, shadow: DeviceShadow, *, is_away: bool
    ) -> TargetData:
        shown, status, updated_at = (
            shadow.shown,
            shadow.status(monotonic()),
            shadow.updated_at,
        )
        overrides, last = shadow.overrides, self._last.get(target)
        if overrides.is_idle and not (is_away or overrides.is_returning):
            # Of a thousand heat pumps hardly any has anything for a while.
            if (
                last is not None
                and last.shown is shown
                and last.status is status
                and last.updated_at is updated_at
                and last.is_at_rest
            ):
                return last
            data = TargetData(shown, status, updated_at)
            return data if last != data else last
        basis = (overrides, shown, status, updated_at, self._home.can_read(target))
        if is_away or overrides.allows_cold or self._reconciler.has_trouble(target):
            # It depends on more than that: on plans, on the time, on what was tried.
            self._bases.pop(target, None)
        elif last is not None and self._bases.get(target) == basis:
            return last
        else:
            self._bases[target] = basis
        for_a_while = self._presets.for_a_while
        data = TargetData(
            shown,
            status,
            updated_at,
            self._vacations.stage(target),
            self._vacations.in_hand(target),
            for_a_while.in_force(target),
            for_a_while.is_returning(target),
            for_a_while.identities(target),
            self._presets.active(target),
        )
        return data if last != data else last

    def _of_home(self, heat_pumps: Mapping[Target, TargetData]) -> TargetData:
        """Return what is shown of the home: what its heat pumps have in common, or any of them has."""
        shadows, its = self._home.shadows, heat_pumps.values()
        data = TargetData(
            shadows.shown(None),
            shadows.status(None),
            shadows.updated_at(None),
            most_urgent(it.vacation for it in its),
            frozenset[Setting]().union(*(it.in_hand for it in its)),
            self._presets.for_a_while.in_force(None),
            any(it.is_returning for it in its),
            frozenset[str]().union(*(it.begun for it in its)),
            self._presets.active(None),
        )
        last = self._last.get(None)
        return data if last != data else last


class Concerned:
    """Whom the change that is told right now concerns."""

    def __init__(self) -> None:
        """Have told nothing yet."""
        self._data: SteeringData | None = None
        self._has_answered = False
        self._targets: AbstractSet[Target] | None = None

    def look(self, data: SteeringData, *, has_answered: bool) -> None:
        """Note what is told now, and whether the cloud has answered."""
        before, self._data = self._data, data
        had_answered, self._has_answered = self._has_answered, has_answered
        self._targets = None
        if (
            before is None
            or had_answered != has_answered
            or before.targets.keys() != data.targets.keys()
            or before.heat_pumps != data.heat_pumps
            or before.plans != data.plans
            or before.presets != data.presets
        ):
            return
        changed: set[Target] = {
            target
            for target, it in data.targets.items()
            if before.targets[target] is not it
        }
        # Who tells of anything else, such as the room's sensor, tells all.
        if changed:
            # The home shows what its heat pumps have in common.
            self._targets = {*changed, None}

    def includes(self, target: Target) -> bool:
        """Return whether a target may be shown otherwise than the last time."""
        return self._targets is None or target in self._targets
