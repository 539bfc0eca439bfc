"""The shadows of all heat pumps of a config entry, and what they say together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from itertools import count
from time import monotonic

from ..api import Reading, Setting, Settings, same_value
from ..const import HOME_KEY, Target
from ..model.shadow import NOTHING_NEW, DeviceShadow, NotKept, Outcome, Status
from ..model.vacation_record import Stage

# The home is as well off as the heat pump that is worst off.
_WORST_FIRST = (Status.NOT_KEPT, Status.WAITING, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class TargetData:
    """What is shown of a heat pump or the home."""

    shown: Settings = field(default_factory=Settings)
    status: Status = Status.CONFIRMED
    updated_at: datetime | None = None
    """By the cloud's clock."""
    vacation: Stage = Stage.HOME


class Shadows:
    """One shadow for each heat pump, or a single one for a home that cannot be read."""

    def __init__(self, *, write_only: bool) -> None:
        """Start without any."""
        self._write_only = write_only
        self._ledgers: dict[Target, DeviceShadow] = {}
        self._numbers = count(1)
        self.whole = True
        """Whether the last read showed nothing but what there is a shadow for."""

    @property
    def waiting(self) -> bool:
        """Return whether there is anything that a read has yet to confirm."""
        return any(shadow.waiting for shadow in self._ledgers.values())

    def keep_only(self, targets: Iterable[Target]) -> None:
        """Have a shadow for each of these and for nothing else."""
        self._ledgers = {
            target: self._ledgers.get(target) or DeviceShadow() for target in targets
        }

    @property
    def targets(self) -> list[Target]:
        """Return the targets that have a shadow: every heat pump, or the home that cannot be read."""
        return list(self._ledgers)

    @property
    def shown_targets(self) -> list[Target]:
        """Return the targets that are shown: also the home where there is more than one heat pump."""
        return [*self._ledgers, None] if len(self._ledgers) > 1 else self.targets

    def forget(self, target: Target) -> None:
        """Start the shadow of a target anew: nothing is known of it."""
        self._ledgers[target] = DeviceShadow()

    def of(self, target: Target) -> list[DeviceShadow]:
        """Return the shadows that a change to the target concerns: for the home, all; none for one that is gone."""
        if (shadow := self._ledgers.get(target)) is not None:
            return [shadow]
        return list(self._ledgers.values()) if target is None else []

    def shown(self, target: Target) -> Settings:
        """Return what is shown of a target; for the home, what all heat pumps agree on."""
        shadows = self.of(target)
        if len(shadows) == 1:
            return shadows[0].shown
        return _agreement(shadow.shown for shadow in shadows)

    def data(self) -> dict[Target, TargetData]:
        """Return what is shown of every heat pump, and of the home where there is more than one."""
        data: dict[Target, TargetData] = {
            target: TargetData(shadow.shown, shadow.status, shadow.updated_at)
            for target, shadow in self._ledgers.items()
        }
        if len(data) > 1:
            each = list(data.values())
            data[None] = TargetData(
                _agreement(it.shown for it in each),
                min((it.status for it in each), key=_WORST_FIRST.index),
                max((it.updated_at for it in each if it.updated_at), default=None),
            )
        return data

    def accepted(self) -> dict[Target, Settings]:
        """Return what was accepted and not shown back, of every shadow."""
        return {target: shadow.accepted for target, shadow in self._ledgers.items()}

    def not_kept(self) -> dict[Target, Mapping[Setting, NotKept]]:
        """Return the wishes that were not kept, of every heat pump."""
        return {target: shadow.not_kept for target, shadow in self._ledgers.items()}

    def unsettled(self, target: Target) -> set[Setting]:
        """Return what was sent to a target, and no read has shown yet."""
        return {setting for shadow in self.of(target) for setting in shadow.unsettled}

    def next_number(self) -> int:
        """Return the number of a read that begins now."""
        return next(self._numbers)

    def accept(
        self,
        target: Target,
        change: Settings,
        *,
        server_time: datetime | None,
        resent: bool,
    ) -> None:
        """Enter a change that the cloud has just accepted."""
        number, now = next(self._numbers), monotonic()
        for shadow in self.of(target):
            shadow.accept(
                change,
                number=number,
                now=now,
                server_time=server_time,
                readable=not self._write_only,
                resent=resent,
            )

    def read(self, reading: Reading, *, number: int) -> dict[Target, Outcome]:
        """Enter a reading that began at `number`, and return what it has brought to light, where it has."""
        now = monotonic()
        self.whole = reading.heat_pumps.keys() <= self._ledgers.keys()
        return {
            device_id: outcome
            for device_id, reported in reading.heat_pumps.items()
            if (shadow := self._ledgers.get(device_id)) is not None
            and (outcome := shadow.read(reported, number=number, now=now))
            is not NOTHING_NEW
        }

    def confirmed(self, target: Target, change: Settings, reading: Reading) -> bool:
        """Return whether a reading that was entered shows a change at every heat pump that it concerns.

        What is shown has to be the same: an old read may still have the wished value from before another change.
        """
        concerned = [it for it in self._ledgers if target in (None, it)]
        return bool(concerned) and all(
            (reported := reading.heat_pumps.get(it or HOME_KEY)) is not None
            and all(
                same_value(value, settings.get(setting))
                for settings in (reported.settings, self._ledgers[it].shown)
                for setting, value in change.items()
            )
            for it in concerned
        )


def _agreement(settings: Iterable[Settings]) -> Settings:
    """Return the settings that are the same everywhere."""
    # Heat pumps of one home are mostly set alike: each way to be set counts once.
    distinct = dict.fromkeys(settings)
    return reduce(Settings.agreed_with, distinct) if distinct else Settings()
