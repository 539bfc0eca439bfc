"""The settings of the settings: their names, what they hold, and their two shapes.

On the wire settings are nested (`{"room": {"preferred_temperature": 21}}`), inside they are flat
(`{"room.preferred_temperature": 21}`): a setting is then one key, whatever is done with it.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from .reading import InputError, Json, choice, items, mapping

type FlatSettings = dict[str, Json]


class Kind(Enum):
    """What a setting holds."""

    DIFFERENCE = auto()
    """A positive temperature difference in kelvin."""
    TEMPERATURE = auto()
    """A temperature in °C."""
    SWITCH = auto()
    MODE = auto()
    TEXT = auto()


MODES: Final = ("heating", "cooling", "auto", "off")

SECTIONS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "room": {
        "temperature_lower_bound": Kind.DIFFERENCE,
        "temperature_upper_bound": Kind.DIFFERENCE,
        "preferred_temperature": Kind.TEMPERATURE,
        "schedule_enabled": Kind.SWITCH,
        "temperature_control_mode": Kind.MODE,
    },
    "dhw": {
        "temperature_lower_bound": Kind.TEMPERATURE,
        "temperature_upper_bound": Kind.TEMPERATURE,
    },
    "optimization_settings": {
        "pv_self_consumption": Kind.SWITCH,
        "dynamic_tariff": Kind.SWITCH,
        "flex_trading": Kind.SWITCH,
    },
    "location": {"country": Kind.TEXT, "postal_code": Kind.TEXT},
}

WRITE_ONLY_SECTIONS: Final = frozenset({"location"})

KINDS: Final[Mapping[str, Kind]] = {
    f"{section}.{name}": kind
    for section, names in SECTIONS.items()
    for name, kind in names.items()
}

NUMBERS: Final = frozenset(
    setting
    for setting, kind in KINDS.items()
    if kind in (Kind.DIFFERENCE, Kind.TEMPERATURE)
)

PREFERRED: Final = "room.preferred_temperature"
HOT_WATER_MIN: Final = "dhw.temperature_lower_bound"
HOT_WATER_MAX: Final = "dhw.temperature_upper_bound"
FLEX_TRADING: Final = "optimization_settings.flex_trading"
OTHER_OPTIMIZATIONS: Final = (
    "optimization_settings.dynamic_tariff",
    "optimization_settings.pv_self_consumption",
)

DEFAULT_SETTINGS: Final[Mapping[str, Mapping[str, Json]]] = {
    "room": {
        "temperature_lower_bound": 1.5,
        "temperature_upper_bound": 1.5,
        "preferred_temperature": 21,
        "schedule_enabled": False,
        "temperature_control_mode": "heating",
    },
    "dhw": {"temperature_lower_bound": 45, "temperature_upper_bound": 55},
    "optimization_settings": {
        "pv_self_consumption": True,
        "dynamic_tariff": True,
        "flex_trading": False,
    },
}


def flatten(nested: Mapping[str, Json]) -> FlatSettings:
    """Return nested settings as flat names and values, of known and unknown names alike.

    Raises InputError where a section is not an object.
    """
    settings: FlatSettings = {}
    for section, values in nested.items():
        for name, value in mapping(section, values).items():
            settings[f"{section}.{name}"] = value
    return settings


def nest(settings: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Return flat settings as nested settings. A section without a setting is left out."""
    nested: dict[str, dict[str, Json]] = {}
    for setting, value in settings.items():
        section, _, name = setting.partition(".")
        nested.setdefault(section, {})[name] = value
    return nested


def with_change(
    settings: Mapping[str, Json], change: Mapping[str, Json]
) -> FlatSettings:
    """Return settings with a change on top. A setting that the change sets to None is taken away."""
    return {
        setting: value
        for setting, value in {**settings, **change}.items()
        if value is not None
    }


def with_exclusivity(
    settings: Mapping[str, Json], change: Mapping[str, Json]
) -> FlatSettings:
    """Return the change with what it switches off: flex trading and the other two exclude each other.

    Only what these settings hold is switched off: a heat pump without the setting does not get it this way.
    """
    result = dict(change)
    if change.get(FLEX_TRADING) is True:
        result |= {
            setting: False
            for setting in OTHER_OPTIMIZATIONS
            if setting in settings and setting not in change
        }
    elif (
        any(change.get(setting) is True for setting in OTHER_OPTIMIZATIONS)
        and FLEX_TRADING in settings
    ):
        result[FLEX_TRADING] = False
    return result


def tidy(value: Json) -> Json:
    """Return a whole float as an integer, as the cloud writes its numbers (21, not 21.0)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def setting_names(name: str, value: Json) -> frozenset[str]:
    """Read a list of settings ("room.preferred_temperature"). Raises InputError."""
    settings = [choice(name, each, tuple(KINDS)) for each in items(name, value)]
    if len(set(settings)) != len(settings):
        raise InputError(f"{name} has a setting twice")
    return frozenset(settings)
