"""What somebody sets for a while, beside vacations: begun and ended by presets, actions and buttons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import starmap

from homeassistant.util import dt as dt_util

from ..const import Target
from ..model.errors import Pending, PendingError, SettingsUnknownError
from ..model.limits import check_order, check_values
from ..model.override import VACATION, WELCOME_HOME, Override
from ..model.overrides import Overrides
from ..model.schedule import ends_at
from .actuator import Actuator, Change
from .home import Home
from .reconciler import Reconciler
from .waiting import all_of


class ForAWhile:
    """The overrides of one config entry that do not follow from plans."""

    def __init__(self, home: Home, actuator: Actuator, reconciler: Reconciler) -> None:
        """Take the home, and what brings its heat pumps along."""
        self._home = home
        self._actuator = actuator
        self._reconciler = reconciler

    def in_force(self, target: Target) -> tuple[Override, ...]:
        """Return what is in force at a target, vacations included, the strongest first; at the home, what is at any heat pump.

        A vacation ends as it is planned. What is in force at several heat pumps ends with the last of them.
        """
        found: dict[str, Override] = {}
        for override in self._all(target):
            if not (override.settings or override.is_vacation):
                # All was changed by hand; it is remembered so that it is not begun again.
                continue
            if override.is_vacation:
                zone = dt_util.get_default_time_zone()
                ends = ends_at(self._home.plans, dt_util.utcnow(), zone)
                override = replace(override, until=ends)
            other = found.get(override.identity)
            if other is not None and other != override:
                override = override.together_with(other)
            found[override.identity] = override
        return tuple(
            sorted(
                found.values(),
                key=lambda it: (it.is_vacation, it.began),
                reverse=True,
            )
        )

    def is_returning(self, target: Target) -> bool:
        """Return whether something is over at a target, and not known to be back."""
        return any(
            self._reconciler.is_behind(it, state.tracked.keys() - state.overridden)
            for it in self._home.shadows.concerned(target)
            if (state := self._home.shadow(it).overrides).tracked
        )

    def identities(self, target: Target) -> frozenset[str]:
        """Return by what is known what somebody has begun at a target and is not over; at the home, at any heat pump.

        What has no setting left, since all were changed by hand, is among them: it is not begun again before it has ended.
        """
        return frozenset(
            override.identity
            for override in self._all(target)
            if override.name not in (VACATION, WELCOME_HOME)
        )

    def _all(self, target: Target) -> Iterator[Override]:
        for each in self._home.shadows.concerned(target):
            yield from self._home.shadow(each).overrides.in_force

    async def async_begin(
        self, target: Target, override: Override, *, keep_changes: bool = False
    ) -> None:
        """Begin an override at a heat pump, or at all of the home; the same identity replaces the one before.

        With `keep_changes`, what somebody has changed by hand since that one began stays as it is.
        Raises StorageError and StoppedError if it was not begun, PendingError if the cloud does not have all of it yet;
        and as `beginning` and its changes.
        """
        changes = self.beginning(target, override, keep_changes=keep_changes)
        await self._async_carry_out(changes, Pending.OVERRIDE_START)

    def beginning(
        self, target: Target, override: Override, *, keep_changes: bool = False
    ) -> dict[Target, Change]:
        """Return what is to become of heat pumps at which an override begins.

        Raises LimitError for what may not be set; the changes raise SettingsUnknownError where the cloud tells none of the
        settings.
        """
        values = override.values.checked()
        check_values(values, self._home.shown(target), on_vacation=False)
        check_order(values, values)

        def begun(overrides: Overrides) -> Overrides:
            if not override.settings & overrides.base.keys():
                raise SettingsUnknownError
            counting = override.counting_at(overrides.base)
            if keep_changes and (current := overrides.get(override.identity)):
                return overrides.adjusted(counting.continuing(current))
            return overrides.begin(counting, shown=overrides.base)

        return dict.fromkeys(self._targets(target), begun)

    async def async_end(
        self, target: Target, names: Iterable[str] | None = None
    ) -> None:
        """End the overrides with these names or keys at a heat pump, or at all of the home; all but vacations where none is given.

        An automation looks again and again how things stand. What it has begun under a key, and somebody else ends, it
        does not begin again before it has ended it itself.

        Raises StorageError and StoppedError if they were not ended, PendingError while not all is back.
        """
        wanted = None if names is None else set(names)

        def ended(overrides: Overrides) -> Overrides:
            for override in overrides.in_force:
                if override.name == VACATION:
                    continue
                if wanted is None or override.name in wanted:
                    overrides = (
                        overrides.adjusted(override.without(override.settings))
                        if override.key
                        else overrides.end(override.identity)
                    )
                elif override.key in wanted:
                    overrides = overrides.end(override.identity)
            return overrides

        changes = dict.fromkeys(self._ending_at(target), ended)
        await self._async_carry_out(changes, Pending.OVERRIDE_END)

    async def async_end_preset(self, target: Target) -> None:
        """End the preset that is in force at a heat pump, or at any of the home; raises as `async_end`."""
        changes = self.ending_preset(target)
        await self._async_carry_out(changes, Pending.OVERRIDE_END)

    def ending_preset(self, target: Target) -> dict[Target, Change]:
        """Return what is to become of heat pumps at which the preset ends."""
        return dict.fromkeys(self._ending_at(target), Overrides.without_preset)

    def _targets(self, target: Target) -> list[Target]:
        return self._home.targets if target is None else [target]

    def _ending_at(self, target: Target) -> list[Target]:
        """Return where something ends: at heat pumps that are missing, too, so that it is over when they are back."""
        missing = self._home.missing if target is None else ()
        return [*self._targets(target), *missing]

    async def _async_carry_out(
        self, changes: Mapping[Target, Change], pending: Pending
    ) -> None:
        await all_of(starmap(self._actuator.async_change_overrides, changes.items()))
        problems = await self._reconciler.async_carried_out()
        for each in changes:
            if each in problems:
                raise PendingError(problems[each], pending)
