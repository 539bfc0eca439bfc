"""What a vacation has put back, until a read shows it: a cloud may accept it, and not keep it."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ..api import Setting, Settings, same_value
from .shadow import NotKept


@dataclass(frozen=True, slots=True)
class Return:
    """What was put back at one heat pump, and no read has shown yet."""

    back: Settings = field(default_factory=Settings)
    instead: Settings = field(default_factory=Settings)
    """What is shown as long as it is not kept."""
    lost: Settings = field(default_factory=Settings)
    """What has to be put back once more."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk; what is lost shows again."""
        return {"back": self.back.to_json(), "instead": self.instead.to_json()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError, TypeError or ValueError for what is none."""
        return cls(
            back=Settings.from_json(dict(raw["back"])),
            instead=Settings.from_json(dict(raw["instead"])),
        )

    def with_more(self, back: Settings, instead: Settings) -> Self:
        """Return it after more was put back, or the same once more."""
        sent = back.keys()
        return replace(
            self,
            back=self.back.overlaid_with(back),
            instead=self.instead.overlaid_with(instead.only(sent)),
            lost=self.lost.without(sent),
        )

    def seen(
        self,
        shown: Settings,
        unsettled: AbstractSet[Setting],
        not_kept: Mapping[Setting, NotKept],
    ) -> Self:
        """Return it after a look at what is shown, what is yet to be, and what turned out not to be kept."""
        lost = {
            setting
            for setting in self._missing(shown)
            if self.lost.get(setting) is not None
            or (
                setting not in unsettled
                and (it := not_kept.get(setting))
                and same_value(it.wished, self.back.get(setting))
            )
        }
        return replace(
            self, back=self.back.only(lost | unsettled), lost=self.back.only(lost)
        )

    def found_again(self, shown: Settings) -> Self:
        """Return it after the first read since Home Assistant was off."""
        return replace(self, lost=self.back.only(self._missing(shown)))

    def _missing(self, shown: Settings) -> set[Setting]:
        """Return what is shown as if it had not been put back."""
        return {
            setting
            for setting, value in self.back.items()
            if not same_value(shown.get(setting), value)
            and shown.get(setting) in (None, self.instead.get(setting))
        }
