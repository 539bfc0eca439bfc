"""What each blueprint is for, told so that one test can be about all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, override

from homeassistant.util import dt as dt_util

from ..house import Json
from .evening import ABOVE, BELOW, HOT_WATER_MAX, HOT_WATER_MIN, MODE, Evening

PRICE = "sensor.price"
METER = "sensor.meter"
WINDOW, DOOR = "binary_sensor.window", "binary_sensor.door"
ANNA, BEN = "person.anna", "person.ben"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One blueprint: what it is told in its form, what begins and ends it, and what it does."""

    name: str
    inputs: Json
    before: Callable[[Evening], None]
    """How things stand before it."""
    begin: Callable[[Evening], None]
    end: Callable[[Evening], None]
    begins_unseen: Callable[[Evening], timedelta]
    """How it begins while Home Assistant is not running, and for how long that is."""
    ends_unseen: Callable[[Evening], timedelta]
    was: Json
    """What the cloud holds before it, by setting."""
    then: Json
    """What it holds while it lasts."""
    by_hand: Json
    """Something else of the same settings: an entity's key, and the action's data."""
    hand: Json
    """What the cloud holds then."""
    ends_by_itself: bool = False
    """Its end is known when it begins."""

    @override
    def __str__(self) -> str:
        """Return what the test is called."""
        return self.name

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """Return how the cloud writes what is there before it."""
        settings: dict[str, dict[str, Any]] = {}
        for setting, value in self.was.items():
            section, _, name = setting.partition(".")
            settings.setdefault(section, {})[name] = value
        return settings

    def told(self, evening: Evening) -> Evening:
        """Prepare the house and make the automation."""
        evening.in_the_app(self.settings)
        self.before(evening)
        self.automate(evening)
        assert evening.sent() == []
        return evening

    def automate(self, evening: Evening, target: str = "hp-1") -> None:
        """Fill in the form."""
        evening.automate(self.name, target, **self.inputs)

    def holds(self, evening: Evening) -> dict[str, Any]:
        """Return what the cloud holds of its settings."""
        return {setting: evening.held(setting) for setting in self.was}

    @property
    def change(self) -> dict[str, Any]:
        """Return the one change that it sends in the beginning."""
        return {
            setting: value
            for setting, value in self.then.items()
            if value != self.was[setting]
        }

    @property
    def way_back(self) -> dict[str, Any]:
        """Return the one change that it sends in the end."""
        return {setting: self.was[setting] for setting in self.change}


def nothing(evening: Evening) -> None:
    """Need nothing else in the house."""


def somebody_at_home(evening: Evening) -> None:
    """Have Anna at home and Ben away."""
    evening.there_is(ANNA, "home")
    evening.there_is(BEN, "not_home")


def windows_closed(evening: Evening) -> None:
    """Have a window and a door, both closed."""
    for entity_id in (WINDOW, DOOR):
        evening.there_is(entity_id, "off")


def windows_open(evening: Evening) -> None:
    """Open the window and wait."""
    evening.there_is(WINDOW, "on")
    evening.wait(320, step=10)


def windows_closed_again(evening: Evening) -> None:
    """Close the window and wait."""
    evening.there_is(WINDOW, "off")
    evening.wait(70, step=10)


def everybody_leaves(evening: Evening) -> None:
    """Let Anna go too, and wait."""
    evening.there_is(ANNA, "work")
    evening.wait(1900, step=20)


def sun_shines(evening: Evening) -> None:
    """Have a lot of surplus for a while."""
    evening.there_is(METER, "2500", unit_of_measurement="W")
    evening.wait(640, step=20)


def sun_sets(evening: Evening) -> None:
    """Have none for a while."""
    evening.there_is(METER, "-300", unit_of_measurement="W")
    evening.wait(1900, step=20)


def goes_by(evening: Evening, until: str, days: int = 0) -> timedelta:
    """Return how long it is until a time of the clock, and five minutes more."""
    now = dt_util.now()
    hour, minute = map(int, until.split(":"))
    then = now.replace(hour=hour, minute=minute) + timedelta(days=days, minutes=5)
    return then - now


def becomes(
    evening: Evening, entity_id: str, state: str, **attributes: Any
) -> timedelta:
    """Let an entity have another state when Home Assistant is back, ten minutes later."""
    evening.there_will_be(entity_id, state, **attributes)
    return timedelta(minutes=10)


STORIES = [
    Story(
        name="night",
        ends_by_itself=True,
        inputs={"colder": 1, "warmer": 0.5},
        before=nothing,
        begin=lambda evening: evening.at("22:00"),
        end=lambda evening: evening.at("06:00", days=1),
        begins_unseen=lambda evening: goes_by(evening, "22:00"),
        ends_unseen=lambda evening: goes_by(evening, "06:00", days=1),
        was={BELOW: 1.5, ABOVE: 2},
        then={BELOW: 2.5, ABOVE: 2.5},
        by_hand={"allowed_below": 3, "allowed_above": 4},
        hand={BELOW: 3, ABOVE: 4},
    ),
    Story(
        name="everybody_away",
        inputs={"people": [ANNA, BEN]},
        before=somebody_at_home,
        begin=everybody_leaves,
        end=lambda evening: evening.there_is(ANNA, "home"),
        begins_unseen=lambda evening: becomes(evening, ANNA, "not_home"),
        ends_unseen=lambda evening: becomes(evening, ANNA, "home"),
        was={BELOW: 1.5, ABOVE: 2},
        then={BELOW: 3.5, ABOVE: 4},
        by_hand={"allowed_below": 1, "allowed_above": 1},
        hand={BELOW: 1, ABOVE: 1},
    ),
    Story(
        name="cheap_hours",
        inputs={"price": PRICE},
        before=lambda evening: evening.there_is(PRICE, "0.25"),
        begin=lambda evening: evening.there_is(PRICE, "0.12"),
        end=lambda evening: evening.there_is(PRICE, "0.22"),
        begins_unseen=lambda evening: becomes(evening, PRICE, "0.15"),
        ends_unseen=lambda evening: becomes(evening, PRICE, "0.299"),
        was={BELOW: 1.5, ABOVE: 2},
        then={BELOW: 1.5, ABOVE: 3},
        by_hand={"allowed_below": 1, "allowed_above": 1},
        hand={BELOW: 1, ABOVE: 1},
    ),
    Story(
        name="solar_surplus",
        inputs={"meter": METER},
        before=lambda evening: evening.there_is(METER, "-400", unit_of_measurement="W"),
        begin=sun_shines,
        end=sun_sets,
        begins_unseen=lambda evening: becomes(
            evening, METER, "2", unit_of_measurement="kW"
        ),
        ends_unseen=lambda evening: becomes(evening, METER, "unavailable"),
        was={HOT_WATER_MIN: 45, HOT_WATER_MAX: 50},
        then={HOT_WATER_MIN: 55, HOT_WATER_MAX: 55},
        by_hand={"hot_water_min": 48, "hot_water_max": 58},
        hand={HOT_WATER_MIN: 48, HOT_WATER_MAX: 58},
    ),
    Story(
        name="legionella_day",
        ends_by_itself=True,
        inputs={"day": "mon"},
        before=nothing,
        begin=lambda evening: evening.at("12:00"),
        end=lambda evening: evening.at("16:00"),
        begins_unseen=lambda evening: goes_by(evening, "12:00"),
        ends_unseen=lambda evening: goes_by(evening, "16:00"),
        was={HOT_WATER_MIN: 45, HOT_WATER_MAX: 55},
        then={HOT_WATER_MIN: 60, HOT_WATER_MAX: 60},
        by_hand={"hot_water_min": 50, "hot_water_max": 58},
        hand={HOT_WATER_MIN: 50, HOT_WATER_MAX: 58},
    ),
    Story(
        name="window_open",
        inputs={"windows": [WINDOW, DOOR]},
        before=windows_closed,
        begin=windows_open,
        end=windows_closed_again,
        begins_unseen=lambda evening: becomes(evening, WINDOW, "on"),
        ends_unseen=lambda evening: becomes(evening, WINDOW, "off"),
        was={MODE: "auto"},
        then={MODE: "off"},
        by_hand={"climate": "heat"},
        hand={MODE: "heating"},
    ),
]
