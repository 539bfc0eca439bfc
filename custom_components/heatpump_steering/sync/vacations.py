"""Vacations of a home, as they are planned in the calendar and begun at a thermostat; and how far each of them is."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from homeassistant.util import dt as dt_util

from ..api import Setting
from ..const import Target
from ..model.errors import Pending, PendingError, SettingsUnknownError, StorageError
from ..model.override import VACATION, WELCOME_HOME
from ..model.schedule import Plan, ended, ending_at, new_uid, remembered
from .actuator import Actuator, Change
from .home import Home
from .reconciler import Reconciler


class Stage(StrEnum):
    """How far a vacation is; `HOME` where there is none."""

    HOME = "home"
    STARTING = "starting"
    """It should have begun, and the cloud does not have it yet."""
    AWAY = "away"
    ENDING = "ending"
    """It should be over, and the settings are not all back yet."""
    WELCOME_HOME = "welcome_home"
    """It is over, and the hot water is kept hotter for some hours."""


# The home is as far as the heat pump that needs most attention.
_MOST_URGENT_FIRST = (
    Stage.ENDING,
    Stage.STARTING,
    Stage.AWAY,
    Stage.WELCOME_HOME,
    Stage.HOME,
)


def most_urgent(stages: Iterable[Stage]) -> Stage:
    """Return how far the vacation of a home is, by those of its heat pumps."""
    return min(stages, key=_MOST_URGENT_FIRST.index, default=Stage.HOME)


class Vacations:
    """The vacations of one config entry."""

    def __init__(self, home: Home, actuator: Actuator, reconciler: Reconciler) -> None:
        """Take the home, which keeps the plans, and what carries them out."""
        self._home = home
        self._actuator = actuator
        self._reconciler = reconciler

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Return what is planned."""
        return self._home.plans

    @property
    def is_away(self) -> bool:
        """Return whether a vacation is planned for this moment."""
        return self._home.is_away(dt_util.utcnow())

    def stage(self, target: Target) -> Stage:
        """Return how far the vacation of a target is; that of the home is the most urgent one."""
        return most_urgent(map(self._stage, self._home.shadows.concerned(target)))

    def _stage(self, target: Target) -> Stage:
        overrides = self._home.shadow(target).overrides
        vacation = overrides.get(VACATION)
        if self._actuator.is_away(target, dt_util.utcnow()):
            is_done = vacation is not None and not self._reconciler.is_behind(
                target, vacation.settings
            )
            return Stage.AWAY if is_done else Stage.STARTING
        if vacation is not None or (
            overrides.is_returning
            and self._reconciler.is_behind(
                target, overrides.tracked.keys() - overrides.overridden
            )
        ):
            return Stage.ENDING
        if overrides.get(WELCOME_HOME) is not None:
            return Stage.WELCOME_HOME
        return Stage.HOME

    def pending(self, target: Target) -> Pending:
        """Return what a target is behind with, if it is."""
        overrides = self._home.shadow(target).overrides
        if self._actuator.is_away(target, dt_util.utcnow()):
            return Pending.VACATION_START
        if overrides.is_returning or overrides.get(VACATION) is not None:
            return Pending.VACATION_END
        return Pending.OVERRIDE_START if overrides.in_force else Pending.OVERRIDE_END

    def in_hand(self, target: Target) -> frozenset[Setting]:
        """Return the settings that a vacation has in hand, from when it should begin until they are put back.

        Whatever sets something by itself has to leave these alone: it would take what it finds for the home's.
        """
        concerned = self._home.shadows.concerned(target)
        return frozenset().union(*map(self._in_hand, concerned))

    def _in_hand(self, target: Target) -> set[Setting]:
        overrides = self._home.shadow(target).overrides
        settings = self._actuator.to_send(target).keys()
        for override in overrides.in_force:
            settings |= override.settings
        if (vacation := overrides.get(VACATION)) is not None:
            if overrides.was_cold and Setting.HOT_WATER_MIN not in vacation.left:
                settings.add(Setting.HOT_WATER_MIN)
        elif self._actuator.is_away(target, dt_util.utcnow()):
            settings |= self._actuator.vacation_values(target).keys()
        return settings

    async def async_plan(self, plans: Iterable[Plan]) -> None:
        """Keep these plans and no others; what follows from them is done without waiting for it.

        Raises StorageError, and nothing is planned, if they cannot be written down.
        """
        before = self._home.plans
        self._home.plans = tuple(
            remembered(plans, dt_util.utcnow(), dt_util.get_default_time_zone())
        )
        try:
            await self._home.storage.async_save()
        except StorageError:
            self._home.plans = before
            raise
        finally:
            # Also where the caller was cancelled: it is planned.
            self._home.changed()
            self._reconciler.look()

    async def async_leave(
        self,
        summary: str,
        until: datetime | None = None,
        changes: Mapping[Target, Change] | None = None,
    ) -> None:
        """Begin a vacation now; one that runs already goes on, until another end where one is given.

        `changes` of what is in force at heat pumps are made along with it, as one. Raises PendingError while the cloud
        does not have all of it, SettingsUnknownError where no heat pump tells a setting that a vacation sets,
        StorageError if it cannot be written down.
        """
        if not any(map(self._actuator.vacation_values, self._home.targets)):
            raise SettingsUnknownError
        now, zone = dt_util.utcnow(), dt_util.get_default_time_zone()
        plan = Plan(uid=new_uid(), summary=summary, start=now, end=until)

        def leaving() -> Iterable[Plan]:
            if not self.is_away:
                return (*self._home.plans, plan)
            if until is None:
                return self._home.plans
            return ending_at(self._home.plans, until, now, zone)

        await self._async_plan_at_once(leaving, changes)
        await self._async_carry_out()

    async def async_come_home(
        self, changes: Mapping[Target, Change] | None = None
    ) -> None:
        """End the vacation now; `changes` of what is in force at heat pumps are made along with it, as one.

        Raises PendingError while not all is back, StorageError if it cannot be written down, and what a change raises.
        """
        zone = dt_util.get_default_time_zone()
        await self._async_plan_at_once(
            lambda: ended(self._home.plans, dt_util.utcnow(), zone), changes
        )
        await self._async_carry_out()

    async def _async_plan_at_once(
        self,
        plans: Callable[[], Iterable[Plan]],
        changes: Mapping[Target, Change] | None,
    ) -> None:
        """Keep other plans; without changes along with it there is nothing in the queue to wait for."""
        if changes is not None:
            await self._actuator.async_change_home(changes, plans)
        elif (wanted := tuple(plans())) != self._home.plans:
            await self.async_plan(wanted)

    async def _async_carry_out(self) -> None:
        pending = Pending.VACATION_START if self.is_away else Pending.VACATION_END
        for problem in (await self._reconciler.async_carried_out()).values():
            raise PendingError(problem, pending)
