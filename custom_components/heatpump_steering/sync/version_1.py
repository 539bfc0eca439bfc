"""What version 1 kept on disk, in two files, as it is taken over."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ..api import Setting, Settings, read_value, same_value
from ..const import Target
from ..model.identity import Question
from ..model.kept import read_mode, read_time
from ..model.limits import is_cold
from ..model.override import VACATION, WELCOME_HOME, Override
from ..model.overrides import Overrides
from ..model.schedule import Plan
from ..model.tracked import Tracked
from .record import HomeRecord, TargetRecord, as_list, mappings, read_items

_STAGES: Final = ("starting", "away", "ending", "welcome_home")


def is_whole_memory(raw: Mapping[str, Any]) -> bool:
    """Return whether all can be read that version 1 wrote into its first file; its early versions wrote less."""
    modes, warm = raw.get("last_modes"), raw.get("warm", {})
    return (
        _are_mappings(raw.get("accepted"))
        and _are_mappings(raw.get("outside", {}))
        and isinstance(modes, Mapping)
        and None not in map(read_mode, modes.values())
        and isinstance(warm, Mapping)
        and all(isinstance(it, int | float) for it in warm.values())
        and isinstance(raw.get("listed", []), list)
        and _are_items(Question.from_json, raw.get("questions", []))
    )


def is_whole_vacation(raw: Mapping[str, Any]) -> bool:
    """Return whether all can be read that version 1 wrote into its file of vacations; its early versions wrote less."""
    records = raw.get("records")
    return (
        _are_items(Plan.from_json, raw.get("plans"))
        and _are_mappings(records)
        and all(it.get("stage") in _STAGES for it in mappings(records).values())
        and _are_mappings(raw.get("returns", {}))
    )


def _are_mappings(raw: object) -> bool:
    return isinstance(raw, Mapping) and len(mappings(raw)) == len(raw)


def _are_items(read: Callable[[Mapping[str, Any]], object], raw: object) -> bool:
    return isinstance(raw, list) and len(read_items(read, raw)) == len(raw)


def taken_over(
    memory: Mapping[str, Any], vacation: Mapping[str, Any], now: datetime
) -> HomeRecord:
    """Return what the two files of version 1 hold, also in the middle of a vacation.

    `memory` has what was accepted where nothing can be read, the last modes, the last warm hot-water minimum, values
    outside our ranges, and what was listed and asked; `vacation` plans, a record of each vacation that is under way, and
    what was put back and not seen.
    """
    accepted, outside, records, returns = (
        mappings(part)
        for part in (
            memory.get("accepted"),
            memory.get("outside"),
            vacation.get("records"),
            vacation.get("returns"),
        )
    )
    modes, warm = (_mapping(memory.get(part)) for part in ("last_modes", "warm"))
    targets: dict[Target, TargetRecord] = {}
    for key in dict.fromkeys((*accepted, *modes, *warm, *outside, *records, *returns)):
        base = Settings.from_json(accepted.get(key))
        minimum = read_value(Setting.HOT_WATER_MIN, warm.get(key))
        if isinstance(minimum, float):
            base = replace(base, hot_water_min=minimum)
        if is_cold(base):
            base = base.without({Setting.HOT_WATER_MIN})
        overrides = _with_record(
            Overrides(base=base),
            records.get(key),
            Settings.from_json(accepted.get(key)),
            now,
        )
        targets[key or None] = TargetRecord(
            overrides=_with_returns(overrides, returns.get(key)),
            last_mode=read_mode(modes.get(key)),
            outside=Settings.from_json(outside.get(key)),
        )
    return HomeRecord(
        plans=read_items(Plan.from_json, vacation.get("plans")),
        targets=targets,
        listed=frozenset(
            it for it in as_list(memory.get("listed")) if isinstance(it, str)
        ),
        questions=read_items(Question.from_json, memory.get("questions")),
    )


def _with_record(
    overrides: Overrides,
    raw: Mapping[str, Any] | None,
    known: Settings,
    now: datetime,
) -> Overrides:
    """Return the overrides with a vacation of version 1 that is under way.

    `known` is what was accepted last where nothing can be read.
    """
    if raw is None:
        return overrides
    kept, held, found, back = (
        Settings.from_json(raw.get(part)) for part in ("kept", "held", "found", "back")
    )
    unseen = {it for it in as_list(raw.get("unseen")) if isinstance(it, str)}
    stage, until = raw.get("stage"), read_time(raw.get("until"))
    is_welcome = stage == "welcome_home"
    base = overrides.base.overlaid_with(
        kept.without({Setting.HOT_WATER_MIN}) if is_cold(kept) else kept
    )
    tracked: dict[Setting, Tracked] = {}
    for setting in kept.keys() | held.with_implied().keys():
        ours = dict.fromkeys(
            value
            for part in (held, found, back, known)
            if (value := part.get(setting)) is not None
        )
        # What was found at the beginning is there because of us only where an earlier vacation was not over.
        before = found.get(setting)
        if before is not None and same_value(before, kept.get(setting)):
            ours.pop(before)
        last = (
            it for part in (known, back, held) if (it := part.get(setting)) is not None
        )
        tracked[setting] = Tracked(
            ours=tuple(ours),
            sent=next(last, None),
            accepted=stage in ("away", "welcome_home"),
            confirmed=setting not in unseen and stage in ("away", "welcome_home"),
        )
    in_force: tuple[Override, ...] = ()
    if stage in ("starting", "away"):
        in_force = (Override(name=VACATION, values=held, began=now),)
        tracked.setdefault(Setting.HOT_WATER_MIN, Tracked())
    elif is_welcome and until is not None:
        in_force = (Override(name=WELCOME_HOME, values=held, began=now, until=until),)
    return replace(
        overrides,
        base=base,
        in_force=in_force,
        tracked=tracked,
        was_cold=raw.get("cold") is True and not is_welcome,
        is_returning=stage == "ending",
    )


def _with_returns(overrides: Overrides, raw: Mapping[str, Any] | None) -> Overrides:
    """Return the overrides with what version 1 has put back, and no read has shown."""
    if raw is None:
        return overrides
    back, instead = (Settings.from_json(raw.get(part)) for part in ("back", "instead"))
    returning = {
        setting: Tracked(
            ours=tuple(it for it in (instead.get(setting), value) if it is not None),
            sent=value,
            accepted=True,
        )
        for setting, value in back.items()
        if setting not in overrides.tracked
    }
    return replace(
        overrides,
        base=overrides.base.overlaid_with(back.only(returning.keys())),
        tracked={**overrides.tracked, **returning},
        is_returning=overrides.is_returning or bool(returning),
    )


def _mapping(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}
