"""Every state that a thermostat can get into, and a walk of a house through all of them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, Final, override

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.const import UnitOfTemperature
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from ..house import House, Json

PREFERRED: Final = "preferred_temperature"
BELOW: Final = "temperature_lower_bound"
ABOVE: Final = "temperature_upper_bound"
MODE: Final = "temperature_control_mode"

HVAC_MODES: Final = {
    "off": "off",
    "heating": "heat",
    "cooling": "cool",
    "auto": "heat_cool",
    None: "unknown",
}
EVERYTHING: Final = {PREFERRED: 21.0, BELOW: 1.5, ABOVE: 2.0}
# What of it the cloud tells, by the name of the case.
KNOWN: Final = {
    "all known": {PREFERRED, BELOW, ABOVE},
    "preferred only": {PREFERRED},
    "differences only": {BELOW, ABOVE},
    "no upper edge": {PREFERRED, BELOW},
    "no lower edge": {PREFERRED, ABOVE},
    "below only": {BELOW},
    "above only": {ABOVE},
    "nothing known": set[str](),
}
OTHERWISE: Final[dict[str, Json]] = {
    "another preferred": {PREFERRED: 19.0},
    "another difference below": {BELOW: 0.5},
    "another difference above": {ABOVE: 3.0},
    "another everything": {PREFERRED: 18.5, BELOW: 0.3, ABOVE: 0.7, MODE: "off"},
    "nothing known of the second": {PREFERRED: None, BELOW: None, ABOVE: None},
}


@dataclass(frozen=True, slots=True)
class Room:
    """What the cloud tells of the room of one heat pump; None is what it does not tell."""

    mode: str | None
    preferred: float | None
    below: float | None
    above: float | None

    @classmethod
    def of(cls, leaves: Json) -> Room:
        """Return what these leaves say."""
        return cls(
            leaves.get(MODE),
            leaves.get(PREFERRED),
            leaves.get(BELOW),
            leaves.get(ABOVE),
        )

    @override
    def __str__(self) -> str:
        """Return what a test is called."""
        return f"{self.mode} {self.preferred} -{self.below} +{self.above}"

    @property
    def settings(self) -> Json:
        """Return the settings, as the cloud writes them."""
        leaves = {
            MODE: self.mode,
            PREFERRED: self.preferred,
            BELOW: self.below,
            ABOVE: self.above,
        }
        return {
            "room": {setting: it for setting, it in leaves.items() if it is not None}
        }

    @property
    def hvac_mode(self) -> str:
        """Return the state of the thermostat."""
        return HVAC_MODES[self.mode]

    @property
    def has_band(self) -> bool:
        """Return whether the thermostat shows two edges."""
        return self.mode == "auto" and None not in (
            self.preferred,
            self.below,
            self.above,
        )

    @property
    def edges(self) -> tuple[float, float]:
        """Return the edges of the band in °C; only for one that has a band."""
        assert self.preferred is not None
        assert self.below is not None
        assert self.above is not None
        return self.preferred - self.below, self.preferred + self.above

    def shared_with(self, other: Room) -> Room:
        """Return what both have alike: what the thermostat of the home shows."""
        return Room(
            self.mode if self.mode == other.mode else None,
            self.preferred if self.preferred == other.preferred else None,
            self.below if self.below == other.below else None,
            self.above if self.above == other.above else None,
        )


@dataclass(frozen=True, slots=True)
class Home:
    """What the cloud tells of one or two heat pumps."""

    name: str
    rooms: tuple[Room, ...]

    @override
    def __str__(self) -> str:
        """Return what a failure is called."""
        return self.name

    def thermostats(self) -> dict[str, Room]:
        """Return what each thermostat is to show, by its target."""
        shown = {
            f"hp-{number}": room for number, room in enumerate(self.rooms, start=1)
        }
        if len(self.rooms) > 1:
            shown["home"] = self.rooms[0].shared_with(self.rooms[1])
        return shown


def _homes() -> Iterator[Home]:
    for number, (mode, (known, leaves)) in product(
        (1, 2), product(HVAC_MODES, KNOWN.items())
    ):
        told = {setting: EVERYTHING[setting] for setting in leaves} | {MODE: mode}
        yield Home(f"{HVAC_MODES[mode]}, {known}, {number}", (Room.of(told),) * number)
    for mode, (name, otherwise) in product(HVAC_MODES, OTHERWISE.items()):
        told = EVERYTHING | {MODE: mode}
        yield Home(
            f"{HVAC_MODES[mode]}, {name}",
            (Room.of(told), Room.of({**told, **otherwise})),
        )


OFF: Final = Room.of(EVERYTHING | {MODE: "off"})
HEAT: Final = Room.of(EVERYTHING | {MODE: "heating"})
COOL: Final = Room.of(EVERYTHING | {MODE: "cooling"})
AUTO: Final = Room.of(EVERYTHING | {MODE: "auto"})
HOMES: Final = tuple(_homes())
ONE: Final = tuple(home for home in HOMES if len(home.rooms) == 1)
SEVERAL: Final = tuple(home for home in HOMES if len(home.rooms) > 1)


async def show(house: House, home: Home) -> None:
    """Let the cloud tell this, and read it."""
    for number, room in enumerate(home.rooms, start=1):
        house.add_heat_pump(f"hp-{number}", settings=room.settings)
    await house.poll()


async def walk(house: House, homes: tuple[Home, ...]) -> AsyncIterator[Home]:
    """Connect, and let the cloud tell one after the other; what is to be shown is checked on the way.

    All have the same number of heat pumps.
    """
    for number, room in enumerate(homes[0].rooms, start=1):
        house.add_heat_pump(f"hp-{number}", settings=room.settings)
    await house.connect()
    for home in homes:
        await show(house, home)
        for target, room in home.thermostats().items():
            assert house.shows("climate", target) == room.hvac_mode, home
        yield home


def displayed(house: House, celsius: float) -> float:
    """Return a temperature as a thermostat of this house shows it: tenths of a °C, or whole °F."""
    unit = house.hass.config.units.temperature_unit
    if unit == UnitOfTemperature.CELSIUS:
        return round(celsius, 1)
    return round(TemperatureConverter.convert(celsius, UnitOfTemperature.CELSIUS, unit))


def read_back(house: House, celsius: float) -> float:
    """Return what a reader that thinks in °C makes of a temperature that is shown in the house's unit."""
    return TemperatureConverter.convert(
        displayed(house, celsius),
        house.hass.config.units.temperature_unit,
        UnitOfTemperature.CELSIUS,
    )


def held(house: House, device_id: str = "hp-1") -> Room:
    """Return what the cloud holds for the room of a heat pump now."""
    leaves = house.cloud.cloud.heat_pump(device_id).held
    return Room.of(
        {
            setting: leaves.get(f"room.{setting}")
            for setting in (MODE, PREFERRED, BELOW, ABOVE)
        }
    )


async def connected(house: House, room: Room) -> House:
    """Connect with two heat pumps that are alike."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=room.settings)
    await house.connect()
    return house


def approximately(house: House, room: Room) -> Any:
    """Return something that is equal to what a reader in this house can make of a wish.

    A house in °C gets exactly what was wished for; in °F readers round to whole degrees.
    """
    tolerance = (
        1e-6
        if house.hass.config.units.temperature_unit == UnitOfTemperature.CELSIUS
        else 0.6
    )
    return _Approximately(room, tolerance)


@dataclass(frozen=True, slots=True)
class _Approximately:
    room: Room
    tolerance: float

    @override
    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Room)
            and other.mode == self.room.mode
            and all(
                mine == pytest.approx(theirs, abs=self.tolerance)
                for mine, theirs in (
                    (self.room.preferred, other.preferred),
                    (self.room.below, other.below),
                    (self.room.above, other.above),
                )
            )
        )

    @override
    def __hash__(self) -> int:
        return hash(self.room)


async def pass_time(house: House, seconds: float) -> None:
    """Let everything happen that is due by then."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await house.hass.async_block_till_done()
