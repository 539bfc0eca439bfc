"""Brings one heat pump to what is desired of it: begins and ends its overrides, and sends what differs."""

from collections.abc import Callable, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Final

from homeassistant.util import dt as dt_util

from ..api import RefusedError, Setting, Settings, SteeringError, Value, same_value
from ..const import Target
from ..model.difference import to_send
from ..model.errors import (
    LimitError,
    Problem,
    SettingsUnknownError,
    StoppedError,
    StorageError,
)
from ..model.limits import HOT_WATER
from ..model.override import VACATION, WELCOME_HOME, Override
from ..model.overrides import Overrides
from ..model.profile import COOLS_DOWN_IN, Profile
from ..model.schedule import Plan
from ..model.shadow import Outcome
from .home import Home
from .sender import named_settings

type Change = Callable[[Overrides], Overrides]
"""What is to become of what is in force at a heat pump."""

# How long what was refused is left out, in seconds: shorter than the pause between attempts, so that the next has it.
LEFT_OUT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that the cloud has refused, which is left out until it is tried again; by the monotonic clock."""

    value: Value
    until: float
    error: RefusedError


class Actuator:
    """Does at each heat pump of a home what its reconciler finds to be due."""

    def __init__(self, home: Home, profile: Callable[[], Profile]) -> None:
        """Take the home; `profile` returns what its vacations set, which somebody may choose anew at any time."""
        self._home = home
        self._profile = profile
        self._refused: dict[Target, dict[Setting, Refused]] = {}

    def begin_missed(self) -> None:
        """Bring vacations into the state that have begun while nothing was followed, before anything is read.

        What a read shows then may be a vacation's, as after a backup from before it, and not what to return to.
        """
        now = dt_util.utcnow()
        wanted = self._profile().change.keys() | {Setting.CONTROL_MODE}
        for target, shadow in self._home.shadows.items():
            if shadow.overrides.get(VACATION) is None and (
                # What is unknown now may be told by the read.
                wanted <= shadow.overrides.base.keys()
            ):
                shadow.overrides = self.as_planned(target, shadow.overrides, now)

    def is_away(self, target: Target, now: datetime) -> bool:
        """Return whether a vacation is planned for a target at a time."""
        return self._home.is_addressed(target) and self._home.is_away(now)

    def to_send(self, target: Target) -> Settings:
        """Return what is to be sent to a target, without what was refused a moment ago."""
        change = self._all_to_send(target)
        if not (refused := self._refused.get(target)):
            return change
        now = monotonic()
        return change.without(
            {
                setting
                for setting, value in change.items()
                if (it := refused.get(setting)) is not None
                and now < it.until
                and same_value(it.value, value)
            }
        )

    def _all_to_send(self, target: Target) -> Settings:
        shadow = self._home.shadow(target)
        if shadow.overrides.is_idle:
            return Settings()
        return to_send(
            shadow.overrides, shadow.shown, readable=self._home.can_read(target)
        )

    def vacation_values(self, target: Target) -> Settings:
        """Return what a vacation that begins now would set at a target."""
        return self._profile().values(self._home.shadow(target).overrides.desired())

    def as_planned(
        self, target: Target, overrides: Overrides, now: datetime
    ) -> Overrides:
        """Return the overrides with all that begins and ends by plans and by time."""
        vacation = overrides.get(VACATION)
        if vacation is None:
            if self.is_away(target, now) and (
                values := self._profile().values(overrides.desired())
            ):
                mode = values.control_mode or overrides.desired().control_mode
                overrides = overrides.end(WELCOME_HOME).begin(
                    Override(name=VACATION, values=values, began=now, mode=mode),
                    shown=self._home.shadow(target).shown,
                )
        # By a clock that is behind what is on disk nothing ends.
        elif self.is_away(target, max(now, vacation.began)):
            mode = overrides.desired().control_mode
            if vacation.mode not in (None, mode):
                # What is right in heating would cool an empty house down.
                values = self._profile().values(
                    overrides.end(VACATION).desired(), vacation.left
                )
                overrides = overrides.adjusted(
                    replace(vacation, values=values, mode=mode)
                )
        else:
            shown = self._home.shadow(target).shown
            got_cold = (
                overrides.was_cold and now - self._since(vacation) >= COOLS_DOWN_IN
            )
            welcome = self._profile().welcome(overrides.base, got_cold, now)
            overrides = overrides.end(VACATION)
            if welcome is not None:
                overrides = overrides.begin(welcome, shown=shown)
        for override in overrides.in_force:
            if override.until is not None and override.until <= now:
                overrides = overrides.end(override.identity)
        return overrides

    def _since(self, vacation: Override) -> datetime:
        """Return since when a vacation is, also where it is known for less long, as after a backup from before it."""
        zone = dt_util.get_default_time_zone()
        starts = (
            it.begins(zone)
            for it in self._home.plans
            if it.covers(vacation.began, zone)
        )
        return min((vacation.began, *starts))

    def is_partly_there(self, target: Target, problem: Problem) -> bool:
        """Return whether the cloud has refused a part of an override, and taken the rest."""
        overrides = self._home.shadow(target).overrides
        return isinstance(problem, RefusedError) and any(
            overrides.tracked[setting].accepted for setting in overrides.overridden
        )

    async def async_bring(
        self, target: Target, unread: SteeringError | None
    ) -> Problem | None:
        """Bring a target to what is desired of it; returns what is in the way, if anything."""
        try:
            if unread is not None and self._home.can_read(target):
                # It is in force from now on, and is brought there as soon as the cloud can be read.
                await self._begin_and_end(target)
                return unread
            await self._send(target)
        except RefusedError as error:
            return await self._send_one_by_one(target, error)
        except (SteeringError, LimitError, StorageError, StoppedError) as error:
            return error
        for setting in self._all_to_send(target).keys() - self.to_send(target).keys():
            return self._refused[target][setting].error
        return SettingsUnknownError() if self.lacks_settings(target) else None

    async def _send_one_by_one(
        self, target: Target, error: RefusedError
    ) -> Problem | None:
        """Send the rest without what a refusal names; where it names nothing, each setting by itself."""
        change = self.to_send(target)
        named = {it for refusal in error.refusals for it in named_settings(refusal)}
        refused = change.only(named)
        if refused and refused != change:
            self._note_refused(target, refused, error)
            return await self.async_bring(target, None) or error
        # Hot water first; minimum and maximum together, since one may need the other.
        hot_water = change.keys() & HOT_WATER
        problem: Problem | None = None
        for part in ([hot_water] if hot_water else []) + [
            {setting} for setting in sorted(change.keys() - hot_water)
        ]:
            try:
                await self._send(target, only=part)
            except RefusedError as its_error:
                self._note_refused(target, change.only(part), its_error)
                problem = its_error
            except (SteeringError, LimitError, StorageError, StoppedError) as its_error:
                problem = its_error
        return problem

    def has_refused(self, target: Target) -> bool:
        """Return whether the cloud has refused anything for a target that may be left out."""
        return target in self._refused

    def _note_refused(
        self, target: Target, change: Settings, error: RefusedError
    ) -> None:
        until = monotonic() + LEFT_OUT
        self._refused.setdefault(target, {}).update(
            {setting: Refused(value, until, error) for setting, value in change.items()}
        )

    async def _send(
        self, target: Target, only: AbstractSet[Setting] | None = None
    ) -> None:
        """Send what is to be sent, computed when everything that is ahead has been sent.

        Raises SteeringError, LimitError, StorageError or StoppedError.
        """
        shadow = self._home.shadow(target)
        sent = Settings()
        before = shadow.overrides

        async def compute() -> Settings:
            nonlocal sent, before
            await self._begin_and_end(target)
            before = shadow.overrides
            while True:
                change = self.to_send(target)
                if only is not None:
                    change = change.only(only)
                if not change or change == sent:
                    return change
                # On disk before it is sent; and what is known may have changed meanwhile.
                sent = change
                shadow.overrides = shadow.overrides.sending(change)
                try:
                    await self._home.storage.async_save()
                except StorageError:
                    shadow.overrides = shadow.overrides.not_sent(change, before)
                    raise

        try:
            await self._home.put_computed(target, compute)
        except (SteeringError, LimitError) as error:
            if not (isinstance(error, SteeringError) and error.maybe_applied):
                shadow.overrides = shadow.overrides.not_sent(sent, before)
            raise
        finally:
            self._home.storage.async_save_soon()

    async def async_change_overrides(self, target: Target, change: Change) -> None:
        """Change what is in force at a target, in the state and on the disk, when all that is ahead has been sent.

        Raises StorageError, StoppedError, and what `change` raises.
        """

        async def compute() -> Settings:
            await self._keep(self._changed({target: change}))
            return Settings()

        await self._home.put_computed(target, compute)

    async def async_change_home(
        self, changes: Mapping[Target, Change], plans: Callable[[], Iterable[Plan]]
    ) -> None:
        """Change what is in force at heat pumps and what is planned, as one, when all that is ahead has been sent.

        Raises StorageError, StoppedError, and what a change raises; nothing is changed then.
        """

        async def compute() -> Settings:
            await self._keep(self._changed(changes), tuple(plans()))
            return Settings()

        await self._home.put_computed(None, compute)

    def _changed(self, changes: Mapping[Target, Change]) -> dict[Target, Overrides]:
        return {
            target: change(self._home.shadow(target).overrides)
            for target, change in changes.items()
        }

    async def _begin_and_end(self, target: Target) -> None:
        """Bring into the state what is planned, and on the disk; raises StorageError."""
        overrides = self._home.shadow(target).overrides
        await self._keep({target: self.as_planned(target, overrides, dt_util.utcnow())})

    async def _keep(
        self, wanted: Mapping[Target, Overrides], plans: tuple[Plan, ...] | None = None
    ) -> None:
        """Have other overrides, and maybe other plans, in the state and on the disk; raises StorageError."""
        plans_before = None if plans is None else self._home.plans
        before = {target: self._home.shadow(target).overrides for target in wanted}
        if wanted == before and plans == plans_before:
            return
        self._have(wanted, plans)
        try:
            await self._home.storage.async_save()
        except StorageError:
            self._have(before, plans_before)
            raise
        outcomes = {
            target: Outcome(stayed_by_hand=stayed)
            for target, overrides in wanted.items()
            if (stayed := _stayed(before[target], overrides))
        }
        if outcomes:
            self._home.changed(outcomes)
        else:
            self._home.changed_soon()

    def _have(
        self, wanted: Mapping[Target, Overrides], plans: tuple[Plan, ...] | None
    ) -> None:
        if plans is not None:
            self._home.plans = plans
        for target, overrides in wanted.items():
            self._home.shadow(target).overrides = overrides

    def lacks_settings(self, target: Target) -> bool:
        """Return whether something cannot be done for want of settings that are unknown."""
        shadow = self._home.shadow(target)
        desired = shadow.overrides.desired()
        if self.is_away(target, dt_util.utcnow()):
            if shadow.overrides.get(VACATION) is None:
                return True
        return self._home.can_read(target) and any(
            shadow.shown.get(setting) is None and desired.get(setting) is not None
            for setting in shadow.overrides.tracked
        )


def _stayed(before: Overrides, after: Overrides) -> dict[Setting, Value]:
    """Return what stays as somebody has set it by hand during a vacation that is over now."""
    vacation = before.get(VACATION)
    if vacation is None or after.get(VACATION) is not None:
        return {}
    return dict(after.base.only(vacation.left).items())
