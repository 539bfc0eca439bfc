"""Whose an item of the cloud's lists is, what kind of device it is about, and how its id is spelled.

The server has filtered by user, so what it does not say is no reason to pass a heat pump over: only what is clearly
somebody else's, or clearly another kind of device.
"""

from collections.abc import Iterable, Mapping
import math
import re
from typing import Any, Final

# What another kind of device is called. The short ones have to be words of their own.
_OTHER_KINDS: Final = re.compile(
    "batter|inverter|photovolt|solar|charg|wallbox|vehicle|meter"
)
_OTHER_KINDS_IN_SHORT: Final = frozenset({"pv", "ev", "evse", "bev", "car", "ess"})
# A heat pump that is named by what it is used with is one all the same: solar assisted, with an inverter.
_HEAT_PUMPS: Final = re.compile(
    "heatpump|airtoair|airtowater|airwater|airsource|groundsource|groundtowater|brine|watertowater"
)
_HEAT_PUMPS_IN_SHORT: Final = frozenset({"hp", "ashp", "gshp", "wshp"})
_LONGEST_KIND: Final = 40
# Also where only capitals part them, as in EVCharger.
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def id_of(value: object) -> str | None:
    """Return an id as the cloud spells it; a number is its text, and None is what is no id."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        if value.is_integer():
            value = int(value)
    return str(value)


def id_key(spelling: str) -> str:
    """Return what all spellings of an id have in common: they may differ in case, and in blanks around them."""
    return spelling.strip().casefold()


def is_of_user(item: Mapping[str, Any], user_id: str) -> bool:
    """Return whether an item is this user's, as far as it says whose it is."""
    theirs = id_of(item.get("user_id"))
    return theirs is None or id_key(theirs) == id_key(user_id)


def other_kind(item: Mapping[str, Any]) -> str | None:
    """Return what kind of device an item is about, in words, where that is clearly no heat pump; else None."""
    device_type = item.get("device_type")
    if not isinstance(device_type, str):
        return None
    words = [word.lower() for word in _WORD.findall(device_type)]
    together = "".join(words)
    if _HEAT_PUMPS.search(together) or not _HEAT_PUMPS_IN_SHORT.isdisjoint(words):
        return None
    if _OTHER_KINDS.search(together) or not _OTHER_KINDS_IN_SHORT.isdisjoint(words):
        return " ".join(words)[:_LONGEST_KIND]
    return None


class DeviceIds:
    """The ids of one user's heat pumps: each has one name with us, for ever, however the cloud spells it."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Start with the names that are in use already, the most important first."""
        self._known = tuple(known)
        self._names: dict[str, str] = {}
        self._spellings: dict[str, str] = {}

    def name(self, spelling: str) -> str:
        """Return the name of a heat pump: one in use, or else the spelling in which it was first seen."""
        key = id_key(spelling)
        if key not in self._names:
            alike = [name for name in self._known if id_key(name) == key]
            # Two names of what is one heat pump: that of the spelling is the one that has worked.
            exact = [name for name in alike if name == spelling]
            self._names[key] = next(iter((*exact, *alike, spelling.strip())))
        return self._names[key]

    def note_spelling(self, spelling: str, *, for_certain: bool = True) -> None:
        """Note how the cloud spells an id; where not for certain, only as long as nothing better is known."""
        key = id_key(spelling)
        if for_certain or key not in self._spellings:
            self._spellings[key] = spelling

    def spelling(self, name: str) -> str:
        """Return the spelling in which the cloud knows a heat pump: the last that it showed, or else the name."""
        return self._spellings.get(id_key(name), name)
