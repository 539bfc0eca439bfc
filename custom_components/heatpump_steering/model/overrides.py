"""Base, overrides in force, and what is desired of one heat pump; and what a read of it means.

A three-way merge for each setting: the base to return to, the values that we sent, and the value that a read shows.
A value that is none of these was set by hand, and the hand wins. Immutable: every function returns a new state.
"""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from ..api import Setting, Settings, Value, same_value
from .kept import read_settings, read_time
from .limits import COLDEST_HOT_WATER, HOT_WATER, is_cold
from .override import VACATION, WELCOME_HOME, Override
from .tracked import Tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Base, the overrides in force (the weakest first), and the settings that are theirs or on their way back."""

    base: Settings = field(default_factory=Settings)
    """The last value of every setting outside an override. A hot-water minimum below 40 °C is never among them."""
    in_force: tuple[Override, ...] = ()
    tracked: Mapping[Setting, Tracked] = field(default_factory=dict)
    was_cold: bool = False
    """The hot water was allowed below 40 °C during the vacation in force, or may have been."""
    is_returning: bool = False
    """A vacation has ended, and not all of its settings are known to be back."""
    written_at: datetime | None = None
    """When the cloud has last accepted a change from here, of whatever settings, by its own clock."""
    guessed: frozenset[Setting] = frozenset()
    """The settings whose base is a guess, since nobody knows yet which heat pump this is."""
    suspected: Mapping[Setting, Value] = field(default_factory=dict)
    """Values that look as if set by hand, until a second read agrees. Not kept on disk."""

    @property
    def is_idle(self) -> bool:
        """Return whether nothing is in force and nothing is on its way back."""
        return not (self.in_force or self.tracked)

    @property
    def allows_cold(self) -> bool:
        """Return whether the hot water may be below 40 °C: during a vacation only."""
        return self.get(VACATION) is not None

    def get(self, identity: str) -> Override | None:
        """Return the override of an identity that is in force, if there is one."""
        return next((it for it in self.in_force if it.identity == identity), None)

    @property
    def preset(self) -> Override | None:
        """Return the preset's that is in force, if there is one."""
        return next((it for it in self.in_force if it.is_preset), None)

    @property
    def was_cold_by_us(self) -> bool:
        """Return whether a hot-water minimum is to be brought back, whatever it was before."""
        it = self.tracked.get(Setting.HOT_WATER_MIN)
        return it is not None and (self.was_cold or it.sent is not None)

    @property
    def overridden(self) -> set[Setting]:
        """Return the settings that an override in force has."""
        return set[Setting]().union(
            *(it.values.with_implied().keys() | it.by.keys() for it in self.in_force)
        )

    def last_known(self) -> Settings:
        """Return what the cloud holds as far as is known from what was sent and read: base, with what it took on top."""
        return self.base.overlaid_with(
            Settings.of(
                {
                    setting: it.sent
                    for setting, it in self.tracked.items()
                    if it.sent is not None and it.accepted
                }
            )
        )

    @property
    def followed(self) -> set[Setting]:
        """Return the settings that are followed although no override has them."""
        return {Setting.HOT_WATER_MIN} if self.allows_cold else set()

    # What is desired

    def desired(self) -> Settings:
        """Return base with the overrides in force on top, as far as it may be sent.

        The hot-water minimum is not above the maximum. Outside a vacation it is at least 40 °C, also where the maximum
        is lower.
        """
        desired = self.base
        for override in self.in_force:
            desired = override.on_top_of(desired)
        minimum = desired.hot_water_min
        if minimum is None and self.was_cold_by_us:
            minimum = COLDEST_HOT_WATER
        if minimum is None:
            return desired
        if desired.hot_water_max is not None:
            minimum = min(minimum, desired.hot_water_max)
        if self.allows_cold:
            return replace(desired, hot_water_min=minimum)
        minimum = max(minimum, COLDEST_HOT_WATER)
        return replace(
            desired,
            hot_water_min=minimum,
            hot_water_max=desired.hot_water_max and max(minimum, desired.hot_water_max),
        )

    def has_brought(self, settings: AbstractSet[Setting], shown: Settings) -> bool:
        """Return whether settings are shown as they are because of what is in force, or is on its way back."""
        desired = self.desired()
        return settings <= self.tracked.keys() and all(
            same_value(shown.get(setting), desired.get(setting)) for setting in settings
        )

    def are_vacations(self, settings: AbstractSet[Setting]) -> bool:
        """Return whether a vacation has settings, or had them until they are back."""
        if (vacation := self.get(VACATION)) is not None:
            return settings <= vacation.settings
        return self.is_returning and not settings & self.overridden

    # Beginning and ending

    def begin(self, override: Override, *, shown: Settings) -> Self:
        """Return the state with an override in force; the same identity replaces the one before, as does a preset any other.

        A setting whose base is unknown is left out, since it could not be put back.
        """
        override = override.only(self.base.keys())
        ended = self.end(override.identity)
        if override.is_preset:
            ended = ended.without_preset()
        return replace(
            ended,
            # The order of the others stays: a vacation is on top, beneath it what was begun last.
            in_force=tuple(
                sorted((*ended.in_force, override), key=lambda it: it.is_vacation)
            ),
            was_cold=ended.was_cold
            or (override.is_vacation and (is_cold(shown) or is_cold(override.values))),
        ).all_tracked()

    def adjusted(self, override: Override) -> Self:
        """Return the state in which an override that is in force sets something else."""
        override = override.only(self.base.keys())
        return replace(
            self,
            in_force=tuple(
                override if it.identity == override.identity else it
                for it in self.in_force
            ),
        ).all_tracked()

    def all_tracked(self) -> Self:
        """Return the state in which everything that is overridden is tracked."""
        missing = (self.overridden | self.followed) - self.tracked.keys()
        return self._with({setting: Tracked() for setting in missing})

    def end(self, identity: str) -> Self:
        """Return the state without the override of an identity, if there is one."""
        if self.get(identity) is None:
            return self
        return replace(
            self,
            in_force=tuple(it for it in self.in_force if it.identity != identity),
            was_cold=self.was_cold and identity != VACATION,
            is_returning=self.is_returning or identity == VACATION,
        )

    def without_preset(self) -> Self:
        """Return the state without the override of a preset, if there is one."""
        return self if self.preset is None else self.end(self.preset.name)

    def changed_by_hand(self, change: Settings) -> Self:
        """Return the state after somebody has changed settings: they are base, and leave the overrides.

        Hot water below 40 °C is the exception: during a vacation it is the vacation's, whoever set it; and it is never
        what to return to.
        """
        change = change.with_implied()
        if not is_cold(change):
            return self.without(change.keys(), base=change)
        state = self.without(
            change.keys() - {Setting.HOT_WATER_MIN},
            base=change.without({Setting.HOT_WATER_MIN}),
        )
        assert change.hot_water_min is not None
        return state.with_cold(change.hot_water_min) if self.allows_cold else state

    def with_cold(self, minimum: float) -> Self:
        """Return the state after somebody has set the hot water cold in a vacation: it is the vacation's now."""
        state = self.without({Setting.HOT_WATER_MIN}, base=Settings())
        it = self.tracked[Setting.HOT_WATER_MIN].sending(minimum)
        return replace(
            state,
            was_cold=True,
            tracked={
                **state.tracked,
                Setting.HOT_WATER_MIN: replace(it, accepted=True, confirmed=True),
            },
        )

    def without(self, settings: AbstractSet[Setting], *, base: Settings) -> Self:
        """Return the state without settings in overrides and on their way back; their base is another.

        Whoever sets anything of the hot water does not want it hotter for the welcome.
        """
        in_force = (
            it.without(settings)
            for it in self.in_force
            if it.name != WELCOME_HOME or not settings & HOT_WATER
        )
        after = self.base.overlaid_with(base)
        if (
            base.hot_water_min is not None
            and base.hot_water_max is None
            and after.hot_water_max is not None
        ):
            # Whoever sets a minimum below the maximum of an override sets it above the one that comes back.
            after = replace(
                after, hot_water_max=max(after.hot_water_max, base.hot_water_min)
            )
        return replace(
            self,
            base=after,
            # One of an automation that has lost every setting is remembered until its end: it is not begun again.
            in_force=tuple(it for it in in_force if it.settings or not it.is_preset),
            tracked={
                setting: Tracked() if setting in settings else it
                for setting, it in self.tracked.items()
                if setting not in settings or setting in self.followed
            },
            guessed=self.guessed - settings,
            suspected={
                setting: value
                for setting, value in self.suspected.items()
                if setting not in settings
            },
        )

    # Sending

    def sending_by_hand(self, change: Settings) -> Self:
        """Return the state with somebody's change about to be sent.

        Cold hot water ends with the vacation, also where nobody learns whether the cloud has taken it.
        """
        if not self._leaves_cold(change):
            return self
        it = self.tracked[Setting.HOT_WATER_MIN]
        assert change.hot_water_min is not None
        return self._with({Setting.HOT_WATER_MIN: it.sending(change.hot_water_min)})

    def not_sent_by_hand(self, change: Settings) -> Self:
        """Return the state after somebody's change has certainly not been applied."""
        it = self.tracked.get(Setting.HOT_WATER_MIN)
        if it is None or not self._leaves_cold(change):
            return self
        ours = tuple(
            value for value in it.ours if not same_value(value, change.hot_water_min)
        )
        it = replace(it, ours=ours, sent=ours[-1] if ours else None)
        return self._with({Setting.HOT_WATER_MIN: it})

    def _leaves_cold(self, change: Settings) -> bool:
        """Return whether a change makes the hot water cold in a vacation that leaves it alone."""
        return (
            is_cold(change)
            and self.allows_cold
            and Setting.HOT_WATER_MIN not in self.overridden
        )

    def sending(self, change: Settings) -> Self:
        """Return the state with a change about to be sent: to be on disk before that."""
        return self._with(
            {
                setting: self.tracked.get(setting, Tracked()).sending(value)
                for setting, value in change.items()
            }
        )

    def written(self, at: datetime | None) -> Self:
        """Return the state after the cloud has accepted some change, at a time of its own clock."""
        return self if at is None else replace(self, written_at=at)

    def accepted(
        self, change: Settings, at: datetime | None, *, readable: bool
    ) -> Self:
        """Return the state after the cloud has taken a change, at a time of its own clock.

        Where nothing can be read, that is all the confirmation there is.
        """
        return self._with(
            {
                setting: replace(
                    it, accepted=True, accepted_at=at, confirmed=not readable
                )
                for setting, value in change.items()
                if (it := self.tracked.get(setting)) is not None
                and same_value(it.sent, value)
            }
        )

    def not_sent(self, change: Settings, before: Self) -> Self:
        """Return the state after a change has certainly not been applied: what is known is as before it was sent."""
        undone = change.keys() & self.tracked.keys()
        return replace(
            self,
            tracked={
                setting: before.tracked.get(setting, Tracked())
                if setting in undone
                else it
                for setting, it in self.tracked.items()
            },
        )

    def _with(self, tracked: Mapping[Setting, Tracked]) -> Self:
        return replace(self, tracked={**self.tracked, **tracked}) if tracked else self

    # Reading

    def settled(self, shown: Settings, unsettled: AbstractSet[Setting]) -> Self:
        """Return the state without the settings that are back, and that no override has."""
        desired = self.desired()
        busy = self.overridden | self.followed | unsettled

        def is_back(setting: Setting, it: Tracked) -> bool:
            value, wanted = shown.get(setting), desired.get(setting)
            if wanted is None:
                return it.sent is None
            return (
                value is not None
                and it.is_there(value, wanted)
                and (it.sent is None or (it.confirmed and same_value(it.sent, wanted)))
            )

        tracked = {
            setting: it
            for setting, it in self.tracked.items()
            if setting in busy or not is_back(setting, it)
        }
        is_returning = self.is_returning and not tracked.keys() <= self.overridden
        if len(tracked) == len(self.tracked) and is_returning == self.is_returning:
            return self
        return replace(self, tracked=tracked, is_returning=is_returning)

    # On disk

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "base": self.base.to_json(),
            "in_force": [it.to_json() for it in self.in_force],
            "tracked": {
                setting.value: it.to_json() for setting, it in self.tracked.items()
            },
            "was_cold": self.was_cold,
            "is_returning": self.is_returning,
            "guessed": sorted(self.guessed),
            "written_at": None
            if self.written_at is None
            else self.written_at.isoformat(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; what cannot be read is left out, and takes nothing else along."""
        kept = raw.get("in_force")
        in_force = [
            it
            for each in (kept if isinstance(kept, list) else ())
            if isinstance(each, Mapping)
            and (it := Override.from_json(each)) is not None
        ]
        tracked = raw.get("tracked")
        return cls(
            base=Settings.from_json(raw.get("base")),
            in_force=tuple(sorted(in_force, key=lambda it: it.is_vacation)),
            tracked={
                Setting(setting): Tracked.from_json(Setting(setting), it)
                for setting, it in (
                    tracked if isinstance(tracked, Mapping) else {}
                ).items()
                if setting in set(Setting)
            },
            was_cold=raw.get("was_cold") is True,
            # Version 2 did not tell, and had nothing but vacations.
            is_returning=raw.get("is_returning", bool(tracked) and not in_force)
            is True,
            guessed=frozenset(read_settings(raw.get("guessed"))),
            written_at=read_time(raw.get("written_at")),
        ).all_tracked()
