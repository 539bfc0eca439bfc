"""The words of the API as types. Facts are from the API's documentation; docs.nox.energy."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ControlMode(StrEnum):
    """What the cloud may do with the room's temperature; hot water is not part of it."""

    OFF = "off"
    HEATING = "heating"
    COOLING = "cooling"
    AUTO = "auto"
    """Both: the cloud decides about cooling from the outside temperature and the upper bound."""


type Value = float | bool | str | ControlMode
"""What a setting can hold."""


class Setting(StrEnum):
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


# The settings that are on or off.
SWITCHES: Final = (
    Setting.FLEX_TRADING,
    Setting.DYNAMIC_TARIFF,
    Setting.PV_SELF_CONSUMPTION,
    Setting.SCHEDULE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPump:
    """A heat pump as the cloud lists it; what the cloud does not tell is None."""

    device_id: str
    brand: str | None = None
    model: str | None = None
    model_type: str | None = None
    needs_reauthentication: bool | None = None

    @property
    def full_name(self) -> str:
        """Return brand, model and id, as far as they are known."""
        return " ".join(filter(None, (self.brand, self.model, self.device_id)))

    def merged_with(self, other: HeatPump) -> HeatPump:
        """Return what two items of the same id tell: the first counts, but for a link that one of them calls broken."""
        links = [
            it.needs_reauthentication
            for it in (self, other)
            if it.needs_reauthentication is not None
        ]
        return HeatPump(
            device_id=self.device_id,
            brand=self.brand or other.brand,
            model=self.model or other.model,
            model_type=self.model_type or other.model_type,
            needs_reauthentication=any(links) if links else None,
        )


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What an answer named beside the heat pumps of the user."""

    other_users: int = 0
    """How many items are another user's."""
    other_kinds: tuple[str, ...] = ()
    """What the user's other devices are, one for each item."""

    @property
    def kinds(self) -> str:
        """Return what kinds of device those are, in words: each once, and of many the first few."""
        return ", ".join([*dict.fromkeys(self.other_kinds)][:3])

    def __add__(self, other: PassedOver) -> PassedOver:
        """Return what two answers named."""
        return PassedOver(
            self.other_users + other.other_users, self.other_kinds + other.other_kinds
        )

    def __len__(self) -> int:
        """Return how many items it were."""
        return self.other_users + len(self.other_kinds)


@dataclass(frozen=True, slots=True)
class Listing:
    """The heat pumps of a user, and what the list named beside them."""

    heat_pumps: tuple[HeatPump, ...] = ()
    others: frozenset[str] = frozenset()
    """Ids of devices of another kind, or of another user."""
    passed_over: PassedOver = PassedOver()

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of all that it names."""
        return self.others.union(it.device_id for it in self.heat_pumps)
