"""The words of the API as types. Facts are from the API's documentation; docs.nox.energy."""

from dataclasses import dataclass
from enum import StrEnum


class ControlMode(StrEnum):
    """What the cloud may do with the room's temperature.

    `AUTO` heats and cools; the cloud decides about cooling from the outside temperature and the upper bound.
    `OFF` does neither. Hot water is not part of it.
    """

    OFF = "off"
    HEATING = "heating"
    COOLING = "cooling"
    AUTO = "auto"


type Value = float | bool | str | ControlMode
"""What a leaf of the settings can hold."""


class Leaf(StrEnum):
    """One setting; the names are those of the fields of `Settings`."""

    PREFERRED_TEMPERATURE = "preferred_temperature"
    ALLOWED_BELOW = "allowed_below"
    ALLOWED_ABOVE = "allowed_above"
    SCHEDULE = "schedule"
    CONTROL_MODE = "control_mode"
    HOT_WATER_MIN = "hot_water_min"
    HOT_WATER_MAX = "hot_water_max"
    FLEX_TRADING = "flex_trading"
    DYNAMIC_TARIFF = "dynamic_tariff"
    PV_SELF_CONSUMPTION = "pv_self_consumption"
    COUNTRY = "country"
    POSTAL_CODE = "postal_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPump:
    """A heat pump as the cloud lists it; what the cloud does not tell is None."""

    device_id: str
    brand: str | None = None
    model: str | None = None
    model_type: str | None = None
    needs_reauthentication: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The heat pumps of a user, and the ids of what the list named beside them."""

    heat_pumps: tuple[HeatPump, ...] = ()
    others: frozenset[str] = frozenset()
    """Devices of another kind, or of another user."""

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all that it names."""
        return self.others.union(it.device_id for it in self.heat_pumps)
