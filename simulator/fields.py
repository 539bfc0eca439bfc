"""The leaves of the settings: their names, what they hold, and their two shapes.

On the wire settings are nested (`{"room": {"preferred_temperature": 21}}`), inside they are flat
(`{"room.preferred_temperature": 21}`): a leaf is then one key, whatever is done with it.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from .reading import InputError, Json, choice, items, mapping

type Leaves = dict[str, Json]


class Kind(Enum):
    """What a leaf holds."""

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
    leaf for leaf, kind in KINDS.items() if kind in (Kind.DIFFERENCE, Kind.TEMPERATURE)
)

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


def flatten(nested: Mapping[str, Json]) -> Leaves:
    """Return nested settings as flat leaves, of known and unknown names alike.

    Raises InputError where a section is not an object.
    """
    leaves: Leaves = {}
    for section, values in nested.items():
        for name, value in mapping(section, values).items():
            leaves[f"{section}.{name}"] = value
    return leaves


def nest(leaves: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Return flat leaves as nested settings. A section without a leaf is left out."""
    nested: dict[str, dict[str, Json]] = {}
    for leaf, value in leaves.items():
        section, _, name = leaf.partition(".")
        nested.setdefault(section, {})[name] = value
    return nested


def with_change(leaves: Mapping[str, Json], change: Mapping[str, Json]) -> Leaves:
    """Return leaves with a change on top. A leaf that the change sets to None is taken away."""
    return {
        leaf: value for leaf, value in {**leaves, **change}.items() if value is not None
    }


def with_exclusivity(leaves: Mapping[str, Json], change: Mapping[str, Json]) -> Leaves:
    """Return the change with what it switches off: flex trading and the other two exclude each other.

    Only what these leaves hold is switched off: a heat pump without the leaf does not get it this way.
    """
    result = dict(change)
    if change.get(FLEX_TRADING) is True:
        result |= {
            leaf: False
            for leaf in OTHER_OPTIMIZATIONS
            if leaf in leaves and leaf not in change
        }
    elif (
        any(change.get(leaf) is True for leaf in OTHER_OPTIMIZATIONS)
        and FLEX_TRADING in leaves
    ):
        result[FLEX_TRADING] = False
    return result


def tidy(value: Json) -> Json:
    """Return a whole float as an integer, as the cloud writes its numbers (21, not 21.0)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def leaf_names(name: str, value: Json) -> frozenset[str]:
    """Read a list of leaves ("room.preferred_temperature"). Raises InputError."""
    leaves = [choice(name, each, tuple(KINDS)) for each in items(name, value)]
    if len(set(leaves)) != len(leaves):
        raise InputError(f"{name} has a leaf twice")
    return frozenset(leaves)
