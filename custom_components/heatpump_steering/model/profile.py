"""What a vacation does with the settings, as it is chosen in the options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..api import ControlMode, Settings

CONF_VACATION: Final = "vacation"
CONF_PREFERRED_TEMPERATURE: Final = "preferred_temperature"
CONF_HOT_WATER_MIN: Final = "hot_water_min"
CONF_CONTROL_MODE: Final = "control_mode"
CONF_WELCOME_HOURS: Final = "welcome_hours"
CONF_WELCOME_TEMPERATURE: Final = "welcome_temperature"

VACATION_TEMPERATURES: Final = frozenset(
    {CONF_PREFERRED_TEMPERATURE, CONF_HOT_WATER_MIN, CONF_WELCOME_TEMPERATURE}
)

# °C. Cool enough to save, warm enough for pipes and plants.
DEFAULT_PREFERRED_TEMPERATURE: Final = 16.0
# °C at which legionella die within minutes.
DEFAULT_WELCOME_TEMPERATURE: Final = 60.0


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

    def known(self, shown: Settings) -> Settings:
        """Return what can be set: what is unknown now could not be put back."""
        return self.change.only(shown.keys())

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
