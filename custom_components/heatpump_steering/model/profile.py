"""What a vacation does with the settings, as it is chosen in the options."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from ..api import ControlMode, Setting, Settings
from .limits import COLDEST_HOT_WATER, RANGES
from .override import WELCOME_HOME, Override

CONF_VACATION: Final = "vacation"
CONF_PREFERRED_TEMPERATURE: Final = "preferred_temperature"
CONF_HOT_WATER_MIN: Final = "hot_water_min"
CONF_CONTROL_MODE: Final = "control_mode"
CONF_WELCOME_HOURS: Final = "welcome_hours"
CONF_WELCOME_TEMPERATURE: Final = "welcome_temperature"

# What each temperature in the options is one of.
VACATION_TEMPERATURES: Final = {
    CONF_PREFERRED_TEMPERATURE: Setting.PREFERRED_TEMPERATURE,
    CONF_HOT_WATER_MIN: Setting.HOT_WATER_MIN,
    CONF_WELCOME_TEMPERATURE: Setting.HOT_WATER_MIN,
}
# In hours.
LONGEST_WELCOME: Final = 48

# °C. Cool enough to save, warm enough for pipes and plants.
DEFAULT_PREFERRED_TEMPERATURE: Final = 16.0
# °C at which legionella die within minutes.
DEFAULT_WELCOME_TEMPERATURE: Final = 60.0
# No hot water gets cold within this time.
COOLS_DOWN_IN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is set at the start of a vacation, and how the hot water is welcomed back."""

    change: Settings = field(
        default_factory=lambda: Settings(
            preferred_temperature=DEFAULT_PREFERRED_TEMPERATURE
        )
    )
    welcome_hours: float = 0
    """How long the hot water stays hotter after a vacation in which it got cold; 0 is not at all."""
    welcome_temperature: float = DEFAULT_WELCOME_TEMPERATURE
    """°C of the hot-water minimum during that time, as far as the maximum allows."""

    def values(
        self, at_home: Settings, left: AbstractSet[Setting] = frozenset()
    ) -> Settings:
        """Return what a vacation sets, given what is desired at home; what is unknown there, or `left`, is left alone.

        It never asks for more than home does: in heating the lower preferred temperature of the two, in cooling the
        higher one, and in heating and cooling the room may drift as far as the vacation's would let it. A schedule
        pauses, since with it the preferred temperature does not count.
        """
        values = self.change.only(at_home.keys() - left)
        away, home = values.preferred_temperature, at_home.preferred_temperature
        if away is not None and home is not None:
            mode = values.control_mode or at_home.control_mode
            # As much warmer in cooling as it would be colder in heating.
            drift = max(0.0, home - away)
            match mode:
                case ControlMode.COOLING:
                    preferred = home + drift
                case ControlMode.AUTO:
                    preferred = home
                    values = values.overlaid_with(_widened(at_home, drift))
                case _:
                    preferred = home - drift
            highest = max(home, RANGES[Setting.PREFERRED_TEMPERATURE].maximum)
            values = replace(values, preferred_temperature=min(preferred, highest))
            if at_home.schedule:
                values = replace(values, schedule=False)
        if values.hot_water_min is not None and at_home.hot_water_max is not None:
            values = replace(
                values, hot_water_min=min(values.hot_water_min, at_home.hot_water_max)
            )
        return values.without(left)

    def welcome(
        self, at_home: Settings, got_cold: bool, now: datetime
    ) -> Override | None:
        """Return the override that keeps the hot water hotter after a vacation; None where there is no need."""
        normal, hotter = at_home.hot_water_min, self.welcome_temperature
        if at_home.hot_water_max is not None:
            hotter = min(hotter, at_home.hot_water_max)
        if not (got_cold and self.welcome_hours) or hotter <= max(
            normal or 0.0, COLDEST_HOT_WATER
        ):
            return None
        return Override(
            name=WELCOME_HOME,
            values=Settings(hot_water_min=hotter),
            began=now,
            until=now + timedelta(hours=self.welcome_hours),
        )

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Read the options of a config entry, in °C."""
        chosen = options.get(CONF_VACATION)
        if chosen is None:
            return cls()
        mode = chosen.get(CONF_CONTROL_MODE)
        return cls(
            change=Settings(
                preferred_temperature=chosen[CONF_PREFERRED_TEMPERATURE],
                hot_water_min=chosen.get(CONF_HOT_WATER_MIN),
                control_mode=None if mode is None else ControlMode(mode),
            ),
            welcome_hours=chosen.get(CONF_WELCOME_HOURS, 0),
            welcome_temperature=chosen.get(
                CONF_WELCOME_TEMPERATURE, DEFAULT_WELCOME_TEMPERATURE
            ),
        )


def _widened(at_home: Settings, drift: float) -> Settings:
    """Return differences that let the room drift further, as far as they are known and may be set; in kelvin."""
    return Settings.of(
        {
            setting: max(value, min(value + drift, RANGES[setting].maximum))
            for setting in (Setting.ALLOWED_BELOW, Setting.ALLOWED_ABOVE)
            if isinstance(value := at_home.get(setting), float)
        }
    )
