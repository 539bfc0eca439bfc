"""The settings model: one type for what is and for what is to be changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
import math
from operator import attrgetter
from typing import Any, Final, Self, TypeIs

from .errors import ContradictoryChangeError
from .models import ControlMode, PassedOver, Setting, Value

# Values that differ by less are the same: a cloud may round what it took to a tenth.
SAME_WITHIN: Final = 0.05

# 69.8 °F arrives as 20.999999999999996 °C. What is nearer than this to a short number is that number.
FLOAT_DUST: Final = 1e-9
SHORT_DECIMALS: Final = 6

# The optimisations that cannot go together with flex trading.
NOT_WITH_FLEX_TRADING: Final = (Setting.DYNAMIC_TARIFF, Setting.PV_SELF_CONSUMPTION)
OPTIMIZATIONS: Final = (Setting.FLEX_TRADING, *NOT_WITH_FLEX_TRADING)

# To go through an enum costs several times as much as to go through a tuple of it.
SETTINGS: Final = tuple(Setting)

# What the cloud takes and never shows.
WRITE_ONLY: Final = frozenset({Setting.COUNTRY, Setting.POSTAL_CODE})


def same_value(one: Value | None, other: Value | None) -> bool:
    """Return whether two values of a setting are the same; numbers may differ by rounding."""
    if _is_number(one) and _is_number(other):
        return abs(one - other) < SAME_WITHIN
    return one == other


def _is_number(value: object) -> TypeIs[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def without_dust(value: float) -> float:
    """Return the number without the rest that unit conversion leaves at its end."""
    short = round(value, SHORT_DECIMALS)
    return short if abs(value - short) < FLOAT_DUST else value


def _read_number(raw: object) -> float | None:
    """Read a temperature or difference, also from an integer or a string."""
    if isinstance(raw, float):
        # Nearly always, so that it goes before what costs more to ask.
        return raw if math.isfinite(raw) else None
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    try:
        number = float(raw)
    except ValueError, OverflowError:
        return None
    return number if math.isfinite(number) else None


def _read_switch(raw: object) -> bool | None:
    """Read a yes or no, also from the words and digits that some servers write."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(raw.lower())
    if isinstance(raw, int | float) and raw in (0, 1):
        return bool(raw)
    return None


def _read_mode(raw: object) -> ControlMode | None:
    try:
        return ControlMode(raw.lower()) if isinstance(raw, str) else None
    except ValueError:
        return None


def _read_text(raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw else None


type _Reader = Callable[[object], Value | None]

IN_JSON: Final[Mapping[Setting, tuple[str, str, _Reader]]] = {
    Setting.PREFERRED_TEMPERATURE: ("room", "preferred_temperature", _read_number),
    Setting.ALLOWED_BELOW: ("room", "temperature_lower_bound", _read_number),
    Setting.ALLOWED_ABOVE: ("room", "temperature_upper_bound", _read_number),
    Setting.SCHEDULE: ("room", "schedule_enabled", _read_switch),
    Setting.CONTROL_MODE: ("room", "temperature_control_mode", _read_mode),
    Setting.HOT_WATER_MIN: ("dhw", "temperature_lower_bound", _read_number),
    Setting.HOT_WATER_MAX: ("dhw", "temperature_upper_bound", _read_number),
    Setting.FLEX_TRADING: ("optimization_settings", "flex_trading", _read_switch),
    Setting.DYNAMIC_TARIFF: ("optimization_settings", "dynamic_tariff", _read_switch),
    Setting.PV_SELF_CONSUMPTION: (
        "optimization_settings",
        "pv_self_consumption",
        _read_switch,
    ),
    Setting.COUNTRY: ("location", "country", _read_text),
    Setting.POSTAL_CODE: ("location", "postal_code", _read_text),
}
"""Where each setting is in the cloud's JSON (the group and the name in it), and how it is read from there."""

# The names of the fields as plain text: Python finds an argument by an enum's member only after a search.
_FIELDS: Final = tuple(setting.value for setting in SETTINGS)
_values: Final = attrgetter(*_FIELDS)
_IN_GROUPS: Final = tuple(
    (
        group,
        tuple(
            (setting.value, name, read)
            for setting, (of, name, read) in IN_JSON.items()
            if of == group
        ),
    )
    for group in dict.fromkeys(of for of, _, _ in IN_JSON.values())
)


def read_value(setting: Setting, raw: object) -> Value | None:
    """Read a value of a setting from JSON; None for what is none."""
    _, _, read = IN_JSON[setting]
    return read(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one heat pump, where None is unknown; or a change to them, where None is "leave alone"."""

    preferred_temperature: float | None = None
    """°C."""
    allowed_below: float | None = None
    """Kelvin that the room may be colder than preferred, never negative."""
    allowed_above: float | None = None
    """Kelvin that the room may be warmer than preferred, never negative."""
    schedule: bool | None = None
    """Follow the schedule instead of the one preferred temperature."""
    control_mode: ControlMode | None = None
    hot_water_min: float | None = None
    """°C that the tank may fall to. Below 40 °C legionella can grow."""
    hot_water_max: float | None = None
    """°C that the tank may be heated to."""
    flex_trading: bool | None = None
    dynamic_tariff: bool | None = None
    pv_self_consumption: bool | None = None
    country: str | None = None
    """Country code, such as NL."""
    postal_code: str | None = None

    @classmethod
    def of(cls, settings: Mapping[Setting, Value]) -> Self:
        """Return the settings that are given, all others None."""
        fields: dict[str, Any] = dict(settings.items())
        return cls(**fields)

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read settings from the cloud's JSON; what is missing or not readable is None. Never raises."""
        if not isinstance(raw, dict):
            return cls()
        found: dict[str, Any] = {}
        for group, fields in _IN_GROUPS:
            if isinstance(part := raw.get(group), dict):
                for field_name, name, read in fields:
                    found[field_name] = read(part.get(name))
        return cls(**found)

    def to_json(self) -> dict[str, dict[str, Value]]:
        """Return the cloud's JSON with the settings that are not None."""
        body: dict[str, dict[str, Value]] = {}
        for setting, value in self.items():
            group, name, _ = IN_JSON[setting]
            body.setdefault(group, {})[name] = value
        return body

    def items(self) -> Iterator[tuple[Setting, Value]]:
        """Yield the settings that are not None."""
        for setting in SETTINGS:
            if (value := getattr(self, setting)) is not None:
                yield setting, value

    def keys(self) -> set[Setting]:
        """Return which settings are not None."""
        return {setting for setting, _ in self.items()}

    def get(self, setting: Setting) -> Value | None:
        """Return the value of a setting, or None."""
        value: Value | None = getattr(self, setting)
        return value

    def __bool__(self) -> bool:
        """Return whether there is any setting that is not None."""
        return any(True for _ in self.items())

    def only(self, settings: AbstractSet[Setting]) -> Self:
        """Return these settings alone."""
        return self.of(
            {setting: value for setting, value in self.items() if setting in settings}
        )

    def without(self, settings: AbstractSet[Setting]) -> Self:
        """Return all but these settings."""
        if all(self.get(setting) is None for setting in settings):
            return self
        return self.only(set(Setting) - settings)

    def checked(self) -> Self:
        """Return the change, without float dust; raises ContradictoryChangeError for one that excludes itself."""
        if self.flex_trading and any(map(self.get, NOT_WITH_FLEX_TRADING)):
            raise ContradictoryChangeError
        return self.of(
            {
                setting: without_dust(value) if isinstance(value, float) else value
                for setting, value in self.items()
            }
        )

    def with_implied(self) -> Self:
        """Return the change with what the cloud does along with it: flex trading and the others exclude each other."""
        implied: dict[Setting, Any] = {}
        if self.flex_trading:
            implied.update(dict.fromkeys(NOT_WITH_FLEX_TRADING, False))
        elif any(map(self.get, NOT_WITH_FLEX_TRADING)):
            implied[Setting.FLEX_TRADING] = False
        if all(self.get(setting) == value for setting, value in implied.items()):
            return self
        return replace(self, **implied)

    def with_change(self, change: Settings) -> Self:
        """Return the settings as they are after the change."""
        return self.overlaid_with(change.with_implied())

    def merged_with(self, later: Settings) -> Self:
        """Return one change that does what this one and then the later one would do.

        Asks for no setting that neither asked for, but where the two contradict each other: flex trading on and
        then the dynamic tariff on leaves PV self-consumption off, so that has to be said.
        """
        merged = self.with_implied().overlaid_with(later.with_implied())
        unasked = {
            setting
            for setting in OPTIMIZATIONS
            if self.get(setting) is None and later.get(setting) is None
        }
        asked = merged.without(unasked)
        implied = asked.with_implied()
        return asked.overlaid_with(
            merged.only(
                {setting for setting in unasked if implied.get(setting) is None}
            )
        )

    def overlaid_with(self, top: Settings) -> Self:
        """Return these settings with those of others on top, and nothing implied."""
        fields: dict[str, Any] = {
            name: ours if theirs is None else theirs
            for name, ours, theirs in zip(
                _FIELDS, _values(self), _values(top), strict=True
            )
        }
        return type(self)(**fields)

    def agreed_with(self, other: Settings) -> Self:
        """Return the settings on which both agree; the others are unknown."""
        return self.only(
            {
                setting
                for setting, value in self.items()
                if same_value(value, other.get(setting))
            }
        )


# What items that tell no time are sorted by.
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReportedSettings:
    """What the cloud says of one heat pump."""

    settings: Settings
    updated_at: datetime | None
    """By the cloud's clock; None where it does not tell."""

    @classmethod
    def merged(cls, items: Sequence[ReportedSettings]) -> ReportedSettings:
        """Return what the items of one heat pump say together, setting by setting: the newest counts, then the first.

        An item without settings says nothing of the time either.
        """
        if len(items) == 1:
            return items[0]
        telling = [item for item in items if item.settings] or items
        newest_first = sorted(
            telling, key=lambda item: item.updated_at or _BEFORE_ALL, reverse=True
        )
        return cls(
            reduce(
                lambda newer, item: item.settings.overlaid_with(newer),
                newest_first,
                Settings(),
            ),
            newest_first[0].updated_at,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer to a read: the settings of each heat pump by its id."""

    heat_pumps: Mapping[str, ReportedSettings]
    passed_over: PassedOver = field(default_factory=PassedOver)

    def only(self, device_id: str) -> Reading:
        """Return what there is of one heat pump."""
        found = self.heat_pumps.get(device_id)
        return replace(self, heat_pumps={} if found is None else {device_id: found})
