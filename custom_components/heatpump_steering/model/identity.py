"""Whether a heat pump that has turned up is one that has gone: an account that is linked anew gives it another id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..api import HeatPump


def may_be(one: HeatPump, other: HeatPump) -> bool:
    """Return whether two can be the same heat pump, as far as brand and model are known."""
    return all(
        None in (mine, theirs) or mine == theirs
        for mine, theirs in zip(_make(one), _make(other), strict=True)
    )


def alike(one: HeatPump, other: HeatPump) -> bool:
    """Return whether brand and model of two heat pumps are known, and the same."""
    return None not in _make(one) and _make(one) == _make(other)


def _make(heat_pump: HeatPump) -> tuple[str | None, str | None]:
    brand, model = (
        None if text is None else " ".join(text.split()).casefold() or None
        for text in (heat_pump.brand, heat_pump.model)
    )
    return brand, model


@dataclass(frozen=True, slots=True)
class Question:
    """Is one of the heat pumps that have gone the same as one of those that are there? Each by its id, with its name."""

    gone: Mapping[str, str]
    there: Mapping[str, str]
    only_one: bool = False
    """The entry is about the one that has gone, and about no other; those that are there may always have been."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "gone": dict(self.gone),
            "there": dict(self.there),
            "only_one": self.only_one,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError or TypeError for what is none."""
        return cls(_names(raw["gone"]), _names(raw["there"]), bool(raw["only_one"]))


def _names(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(it, str) for it in raw.values()):
        raise TypeError("no names by id")
    return raw
