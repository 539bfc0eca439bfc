"""What a setting may be. The one place of these rules, for every way in.

The cloud documents no ranges, so these are ours; a value of the cloud's outside them is shown as it is. The
40 °C rule is the cloud's own caution: a hot-water minimum below it risks legionella growth and is not
recommended except during vacations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..api import SAME_WITHIN, Setting, Settings, Value, same_value
from .errors import LimitError

# What conversion to °F and back leaves behind.
_TOLERANCE: Final = 1e-6

NOTHING_EARLIER: Final = Settings()


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest value, and the step of a control: °C, or kelvin for differences."""

    minimum: float
    maximum: float
    step: float

    def includes(self, value: float) -> bool:
        """Return whether a value is inside, but for what unit conversion leaves behind: 86 °F is not above 30 °C."""
        return self.minimum - _TOLERANCE <= value <= self.maximum + _TOLERANCE


RANGES: Final[Mapping[Setting, Range]] = {
    Setting.PREFERRED_TEMPERATURE: Range(10.0, 30.0, 0.5),
    Setting.ALLOWED_BELOW: Range(0.0, 5.0, 0.1),
    Setting.ALLOWED_ABOVE: Range(0.0, 5.0, 0.1),
    Setting.HOT_WATER_MIN: Range(40.0, 65.0, 1.0),
    Setting.HOT_WATER_MAX: Range(40.0, 75.0, 1.0),
}

# What a heat pump can be set to at all, by whoever sets it; a cloud that fails says 0 °C in the room, or a maximum of 0.
PLAUSIBLE: Final[Mapping[Setting, tuple[float, float]]] = {
    Setting.PREFERRED_TEMPERATURE: (3.0, 40.0),
    Setting.ALLOWED_BELOW: (0.0, 15.0),
    Setting.ALLOWED_ABOVE: (0.0, 15.0),
    Setting.HOT_WATER_MIN: (3.0, 95.0),
    Setting.HOT_WATER_MAX: (20.0, 100.0),
}

# What the rules of the hot water are about.
HOT_WATER: Final = frozenset({Setting.HOT_WATER_MIN, Setting.HOT_WATER_MAX})

# Kelvin; all others are °C.
DIFFERENCES: Final = (Setting.ALLOWED_BELOW, Setting.ALLOWED_ABOVE)

# What the edges of a comfort band may be, in °C.
EDGES: Final = Range(
    RANGES[Setting.PREFERRED_TEMPERATURE].minimum
    - RANGES[Setting.ALLOWED_BELOW].maximum,
    RANGES[Setting.PREFERRED_TEMPERATURE].maximum
    + RANGES[Setting.ALLOWED_ABOVE].maximum,
    RANGES[Setting.PREFERRED_TEMPERATURE].step,
)

# What the hot-water minimum may be while nobody draws any.
HOT_WATER_MIN_ON_VACATION: Final = replace(RANGES[Setting.HOT_WATER_MIN], minimum=5.0)

# Below it legionella grow, in °C.
COLDEST_HOT_WATER: Final = RANGES[Setting.HOT_WATER_MIN].minimum


class OutOfRangeError(LimitError):
    """A value outside its range."""

    def __init__(self, setting: Setting, value: float, allowed: Range) -> None:
        """Keep which setting, the value that was asked for, and what it may be."""
        super().__init__(setting, value, allowed)
        self.setting = setting
        self.value = value
        self.range = allowed


class ColdHotWaterError(LimitError):
    """A hot-water minimum below 40 °C outside a vacation."""

    def __init__(self, value: float) -> None:
        """Keep the value that was asked for, in °C."""
        super().__init__(value)
        self.value = value


class HotWaterOrderError(LimitError):
    """A hot-water minimum above the hot-water maximum; both in °C."""

    def __init__(self, minimum: float, maximum: float) -> None:
        """Keep both values."""
        super().__init__(minimum, maximum)
        self.minimum = minimum
        self.maximum = maximum


def range_of(
    setting: Setting, *, on_vacation: bool, earlier: Settings = NOTHING_EARLIER
) -> Range:
    """Return what a setting may be; raises KeyError for one that is no number.

    It reaches as far as what the cloud itself had set `earlier`, as `band.worth_keeping` says.
    """
    if on_vacation and setting is Setting.HOT_WATER_MIN:
        return HOT_WATER_MIN_ON_VACATION
    ours, value = RANGES[setting], earlier.get(setting)
    if not isinstance(value, float) or ours.includes(value):
        return ours
    return replace(
        ours, minimum=min(ours.minimum, value), maximum=max(ours.maximum, value)
    )


def check_values(
    change: Settings,
    shown: Settings,
    *,
    earlier: Settings = NOTHING_EARLIER,
    on_vacation: bool,
) -> None:
    """Raise OutOfRangeError if a value of the change is outside its range, ColdHotWaterError as the rule says.

    A value that is shown already may be sent again, wherever it lies: the cloud itself has set it. The hot-water
    minimum is the exception: one below 40 °C is never sent outside a vacation.
    """
    check_hot_water(change, on_vacation=on_vacation)
    for setting in RANGES:
        value = change.get(setting)
        if not isinstance(value, int | float):
            continue
        allowed = range_of(setting, on_vacation=on_vacation, earlier=earlier)
        if not allowed.includes(value) and not same_value(value, shown.get(setting)):
            raise OutOfRangeError(setting, value, allowed)


def is_plausible(setting: Setting, value: Value) -> bool:
    """Return whether a heat pump can be set to a value; what is no number always is."""
    if setting not in PLAUSIBLE or not isinstance(value, int | float):
        return True
    lowest, highest = PLAUSIBLE[setting]
    return lowest <= value <= highest


def check_hot_water(change: Settings, *, on_vacation: bool) -> None:
    """Raise ColdHotWaterError if the change lets the tank get colder than 40 °C, and nobody is away."""
    asked = change.hot_water_min
    if asked is not None and asked < COLDEST_HOT_WATER - _TOLERANCE and not on_vacation:
        raise ColdHotWaterError(asked)


def check_order(change: Settings, shown: Settings) -> None:
    """Raise HotWaterOrderError if after the change the hot-water minimum is above the maximum.

    A pair that the change does not touch is not looked at.
    """
    if change.hot_water_min is None and change.hot_water_max is None:
        return
    after = shown.with_change(change)
    if after.hot_water_min is None or after.hot_water_max is None:
        return
    if after.hot_water_min > after.hot_water_max:
        raise HotWaterOrderError(after.hot_water_min, after.hot_water_max)


def is_cold(settings: Settings) -> bool:
    """Return whether the hot water may get colder than 40 °C by these settings, but for the cloud's rounding."""
    minimum = settings.hot_water_min
    return minimum is not None and minimum <= COLDEST_HOT_WATER - SAME_WITHIN
