"""What somebody sets for a while, beside vacations: begun and ended by presets, actions and buttons."""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from ..const import Target
from ..model.errors import Pending, PendingError, SettingsUnknownError
from ..model.limits import check_order, check_values
from ..model.override import VACATION, WELCOME_HOME, Override
from ..model.overrides import Overrides
from .actuator import Actuator
from .home import Home
from .reconciler import Reconciler


class ForAWhile:
    """The overrides of one config entry that do not follow from plans."""

    def __init__(self, home: Home, actuator: Actuator, reconciler: Reconciler) -> None:
        """Take the home, and what brings its heat pumps along."""
        self._home = home
        self._actuator = actuator
        self._reconciler = reconciler

    def in_force(self, target: Target) -> tuple[Override, ...]:
        """Return what is in force at a target, vacations included, the strongest first; at the home, what is at any heat pump."""
        found = {
            override.identity: override
            for override in self._all(target)
            # One whose settings were all changed by hand is only remembered, so that it is not begun again.
            if override.settings or override.is_vacation
        }
        return tuple(
            sorted(
                found.values(),
                key=lambda it: (it.is_vacation, it.began),
                reverse=True,
            )
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
        targets = [target] if target in self._home.targets else self._home.targets
        for each in targets:
            yield from self._home.shadow(each).overrides.in_force

    async def async_begin(
        self, target: Target, override: Override, *, keep_changes: bool = False
    ) -> None:
        """Begin an override at a heat pump, or at all of the home; the same identity replaces the one before.

        With `keep_changes`, what somebody has changed by hand since that one began stays as it is.

        Raises LimitError for what may not be set, SettingsUnknownError where the cloud tells none of the settings,
        StorageError and StoppedError if it was not begun, PendingError if the cloud does not have all of it yet.
        """
        values = override.values.checked()
        check_values(values, self._home.shown(target), on_vacation=False)
        check_order(values, values)

        def begun(overrides: Overrides) -> Overrides:
            if not override.settings & overrides.base.keys():
                raise SettingsUnknownError
            if keep_changes and (current := overrides.get(override.identity)):
                return overrides.adjusted(override.continuing(current))
            return overrides.begin(override, shown=overrides.base)

        await self._async_carry_out(target, begun, Pending.OVERRIDE_START)

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

        await self._async_carry_out(target, ended, Pending.OVERRIDE_END)

    async def _async_carry_out(
        self, target: Target, change: Callable[[Overrides], Overrides], pending: Pending
    ) -> None:
        targets = self._home.targets if target is None else [target]
        outcomes = await asyncio.gather(
            *(self._actuator.async_change_overrides(it, change) for it in targets),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        problems = await self._reconciler.async_carried_out()
        for each in targets:
            if each in problems:
                raise PendingError(problems[each], pending)
