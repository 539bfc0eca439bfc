"""An override: settings in force for a while, with a name, a start, and an end or none."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

from ..api import ControlMode, Setting, Settings, Value, read_value
from .kept import read_mode, read_settings, read_time
from .limits import RANGES

VACATION: Final = "vacation"
WELCOME_HOME: Final = "welcome_home"
FOR_A_WHILE: Final = "for_a_while"
"""The name of one that was not given any."""
OURS: Final = (VACATION, WELCOME_HOME, FOR_A_WHILE)
"""The names that have a text in every language."""
RESERVED: Final = frozenset({VACATION, WELCOME_HOME, "none", "unavailable", "unknown"})
"""What nobody may call one: they mean something else, as a name or as the state of a sensor."""
PRESET: Final = "preset:"
"""What the name of a preset's begins with; its id follows, so that it can be called something else meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Settings in force for a while; one that was changed by hand meanwhile is no longer among them."""

    name: str
    key: str = ""
    """By what an automation knows the one that it has begun, whatever it is called by now; empty: by its name."""
    values: Settings = field(default_factory=Settings)
    """Absolute values."""
    only_raise: bool = False
    """A temperature that is higher already stays."""
    by: Mapping[Setting, float] = field(default_factory=dict)
    """By how much a temperature or difference is higher than what is beneath: base, and what was begun earlier; in kelvin."""
    began: datetime
    until: datetime | None = None
    """When it ends by itself; None: until it is ended."""
    left: frozenset[Setting] = frozenset()
    """The settings that somebody has changed by hand meanwhile."""
    mode: ControlMode | None = None
    """The control mode that a vacation's values were made for."""

    @property
    def is_vacation(self) -> bool:
        """Return whether it is a vacation: on top of all others, and the only one that allows cold hot water."""
        return self.name == VACATION

    @property
    def identity(self) -> str:
        """Return by what it is told from others; one with the same identity replaces it."""
        return self.key or self.name

    @property
    def is_preset(self) -> bool:
        """Return whether it is a preset's: there is one at a time."""
        return self.name.startswith(PRESET)

    @property
    def settings(self) -> AbstractSet[Setting]:
        """Return what it sets."""
        return self.values.keys() | self.by.keys()

    def only(self, settings: AbstractSet[Setting]) -> Self:
        """Return it with these settings alone."""
        return replace(
            self,
            values=self.values.only(settings),
            by={setting: it for setting, it in self.by.items() if setting in settings},
        )

    def without(self, settings: AbstractSet[Setting]) -> Self:
        """Return it without settings that somebody has changed by hand."""
        kept = self.only(self.settings - settings)
        return replace(kept, left=self.left | (self.settings & settings))

    def counting_at(self, base: Settings) -> Self:
        """Return it with a schedule that is followed switched off, unless it says: else its preferred temperature does not count."""
        if (
            not base.schedule
            or Setting.SCHEDULE in self.settings
            or Setting.PREFERRED_TEMPERATURE not in self.settings
        ):
            return self
        return replace(self, values=replace(self.values, schedule=False))

    def continuing(self, earlier: Self) -> Self:
        """Return it as it goes on from an earlier one of its own: without what was changed by hand since that has begun."""
        without = self.without(earlier.left)
        return replace(without, left=earlier.left, began=earlier.began)

    def together_with(self, other: Self) -> Self:
        """Return one for both, of the same name at two heat pumps: it has what either has, and ends with the later one."""
        open_end = None in (self.until, other.until)
        return replace(
            max(self, other, key=lambda it: it.began),
            values=self.values.overlaid_with(other.values),
            by={**self.by, **other.by},
            until=None if open_end else max(filter(None, (self.until, other.until))),
        )

    def on_top_of(self, beneath: Settings) -> Settings:
        """Return settings with this in force.

        A difference leads no further out of our ranges than what is beneath; of what is unknown it makes nothing.
        """
        moved: dict[Setting, Value] = {}
        for setting, difference in self.by.items():
            if isinstance(value := beneath.get(setting), float):
                ours = RANGES[setting]
                lowest, highest = min(ours.minimum, value), max(ours.maximum, value)
                moved[setting] = min(max(value + difference, lowest), highest)
        values = self.values
        if self.only_raise:
            values = Settings.of(
                {
                    setting: max(value, below)
                    if isinstance(value, float)
                    and isinstance(below := beneath.get(setting), float)
                    else value
                    for setting, value in values.items()
                }
            )
        return beneath.with_change(values.overlaid_with(Settings.of(moved)))

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "name": self.name,
            "key": self.key,
            "values": self.values.to_json(),
            "only_raise": self.only_raise,
            "by": {setting.value: it for setting, it in self.by.items()},
            "began": self.began.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "left": sorted(self.left),
            "mode": self.mode,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self | None:
        """Read what was kept; None for what is no override."""
        name, began = raw.get("name"), read_time(raw.get("began"))
        until = read_time(raw.get("until"))
        if not isinstance(name, str) or began is None:
            return None
        if until is None and raw.get("until") is not None:
            # One whose end cannot be read would never end.
            return None
        key, by = raw.get("key"), raw.get("by")
        return cls(
            name=name,
            key=key if isinstance(key, str) else "",
            values=Settings.from_json(raw.get("values")),
            only_raise=raw.get("only_raise") is True,
            by={
                setting: difference
                for setting in RANGES
                if isinstance(by, Mapping)
                and isinstance(
                    difference := read_value(setting, by.get(setting)), float
                )
            },
            began=began,
            until=until,
            left=frozenset(read_settings(raw.get("left"))),
            mode=read_mode(raw.get("mode")),
        )
