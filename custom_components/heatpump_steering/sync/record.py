"""What is kept of a home on disk, and how it is read: an item that cannot be read takes no other along."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

from ..api import ControlMode, Settings
from ..const import HOME_KEY, Target
from ..model.identity import Question
from ..model.kept import read_mode, read_time
from ..model.lending import recognised
from ..model.limits import NOTHING_EARLIER
from ..model.overrides import Overrides
from ..model.schedule import Plan

VERSION: Final = 3
"""That of the file, one more whenever anything is added to it; those of version 1 tell none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRecord:
    """What is kept of one heat pump, or of the home."""

    overrides: Overrides = field(default_factory=Overrides)
    updated_at: datetime | None = None
    """When the settings that were read last were changed, by the cloud's clock."""
    last_mode: ControlMode | None = None
    """The last control mode that was not off."""
    outside: Settings = NOTHING_EARLIER
    """The last band and preferred temperature outside our ranges that the cloud itself had set."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            **self.overrides.to_json(),
            "updated_at": None
            if self.updated_at is None
            else self.updated_at.isoformat(),
            "last_mode": self.last_mode,
            "outside": self.outside.to_json(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept."""
        return cls(
            overrides=Overrides.from_json(raw),
            updated_at=read_time(raw.get("updated_at")),
            last_mode=read_mode(raw.get("last_mode")),
            outside=Settings.from_json(raw.get("outside")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRecord:
    """What is kept of a home."""

    plans: tuple[Plan, ...] = ()
    targets: Mapping[Target, TargetRecord] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    """The ids of all heat pumps of the user, those of other entries included, when those of this entry were last listed."""
    questions: tuple[Question, ...] = ()
    """What a person has been asked about heat pumps, and has not answered yet."""
    is_damaged: bool = False
    """Something in the file could not be read."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "version": VERSION,
            "plans": [plan.to_json() for plan in self.plans],
            "targets": {
                target or HOME_KEY: it.to_json() for target, it in self.targets.items()
            },
            "listed": sorted(self.listed),
            "questions": [question.to_json() for question in self.questions],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept, item by item: what cannot be read is left out, and takes nothing else along."""
        record = cls(
            plans=read_items(Plan.from_json, raw.get("plans")),
            targets={
                key or None: TargetRecord.from_json(it)
                for key, it in mappings(raw.get("targets")).items()
            },
            listed=frozenset(
                it for it in as_list(raw.get("listed")) if isinstance(it, str)
            ),
            questions=read_items(Question.from_json, raw.get("questions")),
        )
        version = raw.get("version")
        if isinstance(version, int) and version > VERSION:
            # As far as it can be: whoever goes back to this version has a vacation to end.
            return record
        # An earlier one had less in it.
        version_now = VERSION if version in range(2, VERSION) else version
        is_whole = _has_all(record.to_json(), {**raw, "version": version_now})
        return replace(record, is_damaged=not is_whole)

    def with_new_id(self, before: Target, after: Target) -> Self:
        """Return the record with what is kept of one target as another one's, which it is from now on."""
        targets = dict(self.targets)
        if (old := targets.pop(before, None)) is not None:
            if (new := targets.get(after)) is not None and new.overrides.base:
                overrides = recognised(new.overrides, old.overrides)
                old = replace(old, overrides=overrides, updated_at=new.updated_at)
            targets[after] = old
        return replace(self, targets=targets)


def _has_all(ours: object, raw: object) -> bool:
    """Return whether all that is in a file is in what would be written now."""
    if isinstance(ours, Mapping) and isinstance(raw, Mapping):
        return all(key in ours and _has_all(ours[key], it) for key, it in raw.items())
    if isinstance(ours, list) and isinstance(raw, list):
        return len(ours) == len(raw) and all(map(_has_all, ours, raw, strict=True))
    return ours == raw


def read_items[T](read: Callable[[Mapping[str, Any]], T], raw: object) -> tuple[T, ...]:
    """Return what a reader makes of the items of a list, without those that it cannot read."""
    items = []
    for it in as_list(raw):
        if isinstance(it, Mapping):
            with suppress(KeyError, OverflowError, TypeError, ValueError):
                items.append(read(it))
    return tuple(items)


def as_list(raw: object) -> list[Any]:
    """Return a list as it is, and an empty one for anything else."""
    return raw if isinstance(raw, list) else []


def mappings(raw: object) -> dict[str, Mapping[str, Any]]:
    """Return the items of a mapping that are mappings themselves."""
    items = raw.items() if isinstance(raw, Mapping) else ()
    return {key: it for key, it in items if isinstance(it, Mapping)}
