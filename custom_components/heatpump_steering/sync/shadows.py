"""The shadows of all heat pumps of a config entry, and what they say together."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from itertools import batched, count
from time import monotonic

from ..api import Reading, Setting, Settings, Value, same_value
from ..api.client import READ_AT_ONCE
from ..const import HOME_KEY, Target
from ..model.shadow import NOTHING_NEW, DeviceShadow, NotKept, Outcome, Status

# The home is as well off as the heat pump that is worst off.
_WORST_FIRST = (Status.NOT_KEPT, Status.WAITING, Status.CONFIRMED)


class Shadows:
    """One shadow for each heat pump, or a single one for a home whose heat pumps are not known."""

    def __init__(self, *, readable: bool) -> None:
        """Start without any; `readable` says whether a read can confirm anything."""
        self.readable = readable
        self._shadows: dict[Target, DeviceShadow] = {}
        self.given_up: dict[Target, DeviceShadow] = {}
        """Heat pumps that are not shown any more, and that are to be brought back to their base."""
        self._numbers = count(1)
        self._common: tuple[list[Settings], Settings] = ([], Settings())
        """What all of these agreed on when that was last asked."""

    @property
    def targets(self) -> list[Target]:
        """Return the targets that have a shadow: every heat pump, or the home."""
        return list(self._shadows)

    def has(self, target: Target) -> bool:
        """Return whether a target has a shadow."""
        return target in self._shadows

    @property
    def shown_targets(self) -> list[Target]:
        """Return the targets that are shown: also the home where there is more than one heat pump."""
        return [*self._shadows, None] if len(self._shadows) > 1 else self.targets

    @property
    def waiting(self) -> bool:
        """Return whether there is anything that a read has yet to confirm."""
        return any(shadow.waiting for shadow in self._shadows.values())

    @property
    def waiting_since(self) -> list[float]:
        """Return since when each target waits that does."""
        return [
            since
            for shadow in self._shadows.values()
            if (since := shadow.waiting_since) is not None
        ]

    def have(self, shadows: Mapping[Target, DeviceShadow]) -> None:
        """Have these targets and no others."""
        self._shadows = dict(shadows)

    def replace(self, target: Target, shadow: DeviceShadow) -> None:
        """Have another shadow for a target that has one."""
        self._shadows[target] = shadow

    def items(self) -> Iterable[tuple[Target, DeviceShadow]]:
        """Return every target with its shadow."""
        return self._shadows.items()

    def get(self, target: Target) -> DeviceShadow | None:
        """Return the shadow of a target itself, if it has one."""
        return self._shadows.get(target) or self.given_up.get(target)

    def of(self, target: Target) -> list[DeviceShadow]:
        """Return the shadows that a change to the target concerns: for the home, all; none for one that is gone."""
        if (shadow := self.get(target)) is not None:
            return [shadow]
        return list(self._shadows.values()) if target is None else []

    def concerned(self, target: Target) -> list[Target]:
        """Return the targets with a shadow that something about a target concerns: for the home, all."""
        if target in self._shadows:
            return [target]
        return self.targets if target is None else []

    def shown(self, target: Target) -> Settings:
        """Return what is shown of a target; for the home, what all heat pumps agree on."""
        shadows = self.of(target)
        if len(shadows) == 1:
            return shadows[0].shown
        its = [shadow.shown for shadow in shadows]
        if its != self._common[0]:
            self._common = its, _agreement(its)
        return self._common[1]

    def status(self, target: Target) -> Status:
        """Return how the settings of a target stand with the cloud."""
        now = monotonic()
        statuses = {shadow.status(now) for shadow in self.of(target)}
        return min(statuses, key=_WORST_FIRST.index, default=Status.CONFIRMED)

    def updated_at(self, target: Target) -> datetime | None:
        """Return when the settings of a target were last changed, by the cloud's clock."""
        times = (shadow.updated_at for shadow in self.of(target))
        return max((it for it in times if it), default=None)

    def not_kept(self) -> dict[Target, Mapping[Setting, NotKept]]:
        """Return what the cloud has accepted and not kept, of every heat pump."""
        return {
            target: shadow.not_kept
            for target, shadow in self._shadows.items()
            if shadow.not_kept
        }

    def next_number(self) -> int:
        """Return the number of a read or a write that begins now."""
        return next(self._numbers)

    def accept(
        self,
        target: Target,
        change: Settings,
        *,
        now: float,
        began: datetime | None,
        accepted_at: datetime | None,
        resent: bool,
        by_hand: bool,
    ) -> None:
        """Enter a change that the cloud has just accepted; what is set by hand becomes base."""
        number = self.next_number()
        readable = self.readable and target not in self.given_up
        for shadow in self.of(target):
            shadow.accept(
                change,
                number=number,
                now=now,
                began=began,
                accepted_at=accepted_at,
                readable=readable,
                resent=resent,
            )
            if by_hand:
                shadow.overrides = shadow.overrides.changed_by_hand(change)
            elif not resent:
                shadow.overrides = shadow.overrides.accepted(
                    change, accepted_at, readable=readable
                ).settled(shadow.shown, shadow.unsettled)

    def read(self, reading: Reading, *, number: int) -> dict[Target, Outcome]:
        """Enter a reading that began at `number`, and return what it has brought to light, where it has."""
        now = monotonic()
        return {
            device_id: outcome
            for device_id, reported in reading.heat_pumps.items()
            if (shadow := self._shadows.get(device_id)) is not None
            and (outcome := shadow.read(reported, number=number, now=now))
            is not NOTHING_NEW
        }

    async def async_read_in_portions(
        self, reading: Reading, *, number: int
    ) -> dict[Target, Outcome]:
        """Do as `read`, and give others a turn meanwhile: before anything is shown, and can change."""
        outcomes: dict[Target, Outcome] = {}
        for some in batched(reading.heat_pumps.items(), READ_AT_ONCE, strict=False):
            part = replace(reading, heat_pumps=dict(some))
            outcomes |= self.read(part, number=number)
            await asyncio.sleep(0)
        return outcomes

    def is_confirmed(self, target: Target, change: Settings, reading: Reading) -> bool:
        """Return whether a reading that was entered shows a change at every heat pump that it concerns.

        What is shown has to be the same: an old read may still have the value from before another change.
        """
        concerned = self.concerned(target)

        def shows(device_id: Target, setting: Setting, value: Value) -> bool:
            reported = reading.heat_pumps.get(device_id or HOME_KEY)
            shadow = self._shadows[device_id]
            return (
                reported is not None
                and same_value(value, reported.settings.get(setting))
                and same_value(value, shadow.shown.get(setting))
                # What is still waited for may be a value from before that a read shows.
                and same_value(value, shadow.reported.get(setting))
            )

        return bool(concerned) and all(
            shows(it, setting, value)
            for it in concerned
            for setting, value in change.items()
        )


def _agreement(settings: Iterable[Settings]) -> Settings:
    """Return the settings that are the same everywhere."""
    # Heat pumps of one home are mostly set alike: each way to be set counts once.
    distinct = dict.fromkeys(settings)
    return reduce(Settings.agreed_with, distinct) if distinct else Settings()
