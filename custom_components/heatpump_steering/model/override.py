"""An override: settings in force for a while, with a name, a start, and an end or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from ..api import Setting, Settings
from .tracked import read_time

VACATION: Final = "vacation"
WELCOME_HOME: Final = "welcome_home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Settings in force for a while."""

    name: str
    values: Settings
    """Absolute values; a setting that was changed by hand meanwhile is no longer among them."""
    began: datetime
    until: datetime | None = None
    """When it ends by itself; None: until it is ended."""
    left: frozenset[Setting] = frozenset()
    """The settings that somebody has changed by hand meanwhile."""

    @property
    def is_vacation(self) -> bool:
        """Return whether it is a vacation: on top of all others, and the only one that allows cold hot water."""
        return self.name == VACATION

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "name": self.name,
            "values": self.values.to_json(),
            "began": self.began.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "left": sorted(self.left),
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
        return cls(
            name=name,
            values=Settings.from_json(raw.get("values")),
            began=began,
            until=until,
            left=frozenset(read_settings(raw.get("left"))),
        )


def read_settings(raw: object) -> set[Setting]:
    """Read a list of settings; what is none is left out."""
    return {it for it in Setting if isinstance(raw, list) and it in raw}
