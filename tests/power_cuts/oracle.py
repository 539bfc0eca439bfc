"""What the cloud may hold at rest, told naively from what people have done and which answers they got."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from simulator.fields import HOT_WATER_MIN
from simulator.reading import Json

COLDEST_HOT_WATER: Final = 40


@dataclass(slots=True)
class Expected:
    """What may be true of one setting of one heat pump."""

    base: set[Json]
    """What it may be at home: the last value that was set, more than one where no answer came."""
    vacation: Json = None
    """What a vacation sets; None where it leaves the setting alone."""
    colder: set[Json] = field(default_factory=set[Json])
    """Hot water that somebody may have set during the vacation, in place of what it sets."""
    left: set[bool] = field(default_factory=lambda: {False})
    """Whether somebody has taken it out of the vacation."""

    def sets(
        self,
        value: Json,
        *,
        answered: bool,
        away: AbstractSet[bool],
        is_cold: bool = False,
    ) -> None:
        """Somebody sets it by hand, with an answer or without; `away` is whether in a vacation."""
        if is_cold:
            # It is the vacation's, whoever set it.
            if answered:
                self.vacation, self.colder, self.left = value, set[Json](), {False}
            else:
                self.colder.add(value)
        elif answered:
            self.base, self.colder, self.left = {value}, set[Json](), set(away)
        else:
            self.base.add(value)
            self.left |= away

    def at_home(self) -> set[Json]:
        """Return what the cloud may hold outside a vacation."""
        return self.base

    def in_vacation(self) -> set[Json]:
        """Return what the cloud may hold in a vacation."""
        may_hold = set[Json]()
        if True in self.left or self.vacation is None:
            may_hold |= self.base
        if False in self.left and self.vacation is not None:
            may_hold |= {self.vacation}
        return may_hold | self.colder


@dataclass(slots=True)
class Plan:
    """A vacation; `is_sure` where somebody was told that it is planned."""

    begins: datetime
    ends: datetime | None
    is_sure: bool

    def covers(self, moment: datetime) -> bool:
        """Return whether the vacation is on."""
        return self.begins <= moment and (self.ends is None or moment < self.ends)


class Oracle:
    """Follows what people do, and says what must come of it."""

    def __init__(
        self,
        held: Mapping[str, Mapping[str, Json]],
        vacation: Mapping[str, Json],
    ) -> None:
        """Begin at home; `vacation` is what a vacation sets."""
        self._vacation = vacation
        self.plans: list[Plan] = []
        self._pumps = {
            device_id: {name: Expected({value}) for name, value in settings.items()}
            for device_id, settings in held.items()
        }
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Prepare for the next vacation."""
        for settings in self._pumps.values():
            for name, it in settings.items():
                it.left, it.colder = {False}, set()
                it.vacation = self._vacation.get(name)

    # What people do

    def is_away(self, moment: datetime) -> set[bool]:
        """Return whether there is a vacation at a moment: both where nobody was told."""
        covering = [it.is_sure for it in self.plans if it.covers(moment)]
        if True in covering:
            return {True}
        return {True, False} if covering else {False}

    def plans_vacation(
        self, begins: datetime, ends: datetime | None, *, answered: bool
    ) -> None:
        """Somebody plans a vacation, or begins one now."""
        self.plans.append(Plan(begins, ends, answered))

    def comes_home(self, moment: datetime, *, answered: bool) -> None:
        """Somebody ends the vacation that is on."""
        if answered:
            self.plans = [it for it in self.plans if not it.covers(moment)]
        for it in self.plans:
            it.is_sure = it.is_sure and not it.covers(moment)

    def sets(
        self,
        device_id: str,
        name: str,
        value: Json,
        *,
        answered: bool,
        away: set[bool],
    ) -> None:
        """Somebody sets something by hand, with an answer or without; `away` is whether in a vacation."""
        self._pumps[device_id][name].sets(
            value,
            answered=answered,
            away=away,
            is_cold=name == HOT_WATER_MIN and is_cold(value),
        )

    def changed_in_app(self, device_id: str, name: str, value: Json) -> None:
        """Somebody sets something that no vacation sets in the supplier's app."""
        self._pumps[device_id][name].base = {value}

    # What must come of it

    def differences(
        self, held: Mapping[str, Mapping[str, Json]], *, away: bool
    ) -> Iterable[str]:
        """Return in words where the cloud holds what it must not hold."""
        for device_id, settings in self._pumps.items():
            for name, it in settings.items():
                value = held[device_id][name]
                expected = it.in_vacation() if away else it.at_home()
                if value not in expected:
                    choice = " or ".join(sorted(map(str, expected)))
                    yield f"{device_id} {name}: {value} instead of {choice}"
            minimum = held[device_id][HOT_WATER_MIN]
            if not away and is_cold(minimum):
                yield f"{device_id}: {minimum} °C of hot water outside a vacation"

    def settles(
        self, held: Mapping[str, Mapping[str, Json]], now: datetime, *, away: bool
    ) -> None:
        """Take what the cloud holds at rest for what is so, where it might have been one or the other."""
        self.plans = [it for it in self.plans if away and it.covers(now)]
        if away:
            for plan in self.plans:
                plan.is_sure = True
            return
        for device_id, settings in self._pumps.items():
            for name, it in settings.items():
                it.base = {held[device_id][name]}
        self._begin_anew()


def is_cold(minimum: Json) -> bool:
    """Return whether hot water of this many °C is allowed in a vacation only."""
    return isinstance(minimum, int | float) and minimum < COLDEST_HOT_WATER
