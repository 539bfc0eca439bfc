"""What a vacation has done at one heat pump: which settings it found, and which it holds.

Knows neither a clock nor the cloud. A setting that no longer is what the vacation holds was changed by somebody, and
is theirs; with one exception: a hot-water minimum below 40 °C does not outlive the vacation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from .api import Leaf, Settings, Value, same_value
from .limits import COLDEST_HOT_WATER, is_cold
from .vacation_plans import moment_from
from .vacation_profile import Profile


class Stage(StrEnum):
    """How far a vacation is; `HOME` where there is none."""

    HOME = "home"
    STARTING = "starting"
    """It should have begun, and the cloud does not have it yet."""
    AWAY = "away"
    ENDING = "ending"
    """It should be over, and the settings are not all back yet."""
    WELCOME_HOME = "welcome_home"
    """It is over, and the hot water is kept hotter for some hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A vacation at one heat pump."""

    stage: Stage
    kept: Settings
    """What was set before: all that it touches, and the hot-water minimum in any case."""
    held: Settings
    """What it has set, as the cloud has taken it."""
    cold: bool
    """The hot water was allowed below 40 °C."""
    found: Settings = field(default_factory=Settings)
    """What was shown instead of `kept` when that was written down, where an earlier vacation was not over yet."""
    until: datetime | None = None
    """When the hot water is welcomed back; in `WELCOME_HOME` only."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "stage": self.stage.value,
            "kept": self.kept.to_json(),
            "held": self.held.to_json(),
            "found": self.found.to_json(),
            "cold": self.cold,
            "until": None if self.until is None else self.until.isoformat(),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError, TypeError or ValueError for what is none."""
        until = raw["until"]
        return cls(
            stage=Stage(raw["stage"]),
            kept=Settings.from_json(dict(raw["kept"])),
            held=Settings.from_json(dict(raw["held"])),
            cold=bool(raw["cold"]),
            found=Settings.from_json(dict(raw["found"])),
            until=None if until is None else moment_from(until),
        )

    def due(self, now: datetime) -> bool:
        """Tell whether something is still to be done while nobody is away."""
        if self.stage is Stage.WELCOME_HOME:
            return self.until is not None and self.until <= now
        return True

    def holds(self, leaf: Leaf, shown: Settings) -> bool:
        """Tell whether a setting still is what the vacation has made of it, or the one before that was not over."""
        value = shown.get(leaf)
        return value is not None and any(
            same_value(value, made.get(leaf)) for made in (self.held, self.found)
        )

    def in_hand(self, shown: Settings) -> set[Leaf]:
        """Return the settings that are the vacation's until it has put them back."""
        leaves = {leaf for leaf, _ in self.held.items()}
        if self.cold or is_cold(shown):
            leaves.add(Leaf.HOT_WATER_MIN)
        return leaves

    def seen(self, shown: Settings) -> Self:
        """Return the record after a look at what is shown during the vacation."""
        if self.cold or not is_cold(shown):
            return self
        return replace(self, cold=True)

    def taken_as(self, leaf: Leaf, sent: Value, taken: Value) -> Self:
        """Return the record after the cloud has made something else of a value that the vacation sent."""
        if not same_value(self.held.get(leaf), sent):
            return self
        return replace(self, held=self.held.overlaid_with(Settings.of({leaf: taken})))


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be sent, and the record that holds once it has been accepted; None: the vacation is done."""

    change: Settings
    then: Record | None
    by_hand: Mapping[Leaf, Value]
    """What stays, since somebody has changed it during the vacation."""


def begin(
    before: Record | None, shown: Settings, profile: Profile
) -> tuple[Record, Settings]:
    """Return the record to keep before anything is sent, and what is to be sent.

    `before` is the record of an earlier attempt, or of a vacation that was not over yet: what that one still holds
    is not what was set before. What is unknown is left alone: it could not be put back.
    """
    wanted = profile.known(shown)
    if wanted.preferred_temperature is not None and shown.schedule:
        # The schedule would go on heating: with it the preferred temperature does not count.
        wanted = wanted.overlaid_with(Settings(schedule=False))
    kept = shown.only({leaf for leaf, _ in wanted.items()} | {Leaf.HOT_WATER_MIN})
    held = Settings()
    if before is not None:
        still_held = {
            leaf for leaf, _ in before.kept.items() if before.holds(leaf, shown)
        }
        if is_cold(shown):
            # That belongs to the vacation, whoever has set it.
            still_held.add(Leaf.HOT_WATER_MIN)
        kept = kept.overlaid_with(before.kept.only(still_held))
        held = before.held.only(still_held)
        if before.stage is Stage.WELCOME_HOME and wanted.hot_water_min is None:
            # Nobody is welcome yet.
            wanted = before.kept.only(still_held).overlaid_with(wanted)
        elif before.stage is Stage.STARTING:
            # What the first attempt wanted to do about the vacation before is still wanted.
            undone = {leaf for leaf, _ in before.found.items()} & still_held
            wanted = before.held.only(undone).overlaid_with(wanted)
    if wanted.hot_water_min is not None and shown.hot_water_max is not None:
        wanted = replace(
            wanted, hot_water_min=min(wanted.hot_water_min, shown.hot_water_max)
        )
    record = Record(
        stage=Stage.STARTING,
        kept=kept,
        held=held.overlaid_with(wanted),
        cold=is_cold(shown),
        found=shown.only(
            {leaf for leaf, value in kept.items() if value != shown.get(leaf)}
        ),
    )
    if before is not None:
        record = replace(record, cold=record.cold or before.cold)
    return record, wanted


def end(record: Record, shown: Settings, profile: Profile, now: datetime) -> Step:
    """Return what puts the settings back as they were, but for what somebody has changed.

    What is unknown now is kept, to be put back when it is known again.
    """
    back: dict[Leaf, Value] = {}
    by_hand: dict[Leaf, Value] = {}
    for leaf, value in shown.items():
        before = record.kept.get(leaf)
        if before is None or same_value(value, before):
            continue
        if record.holds(leaf, shown):
            back[leaf] = before
        elif record.held.get(leaf) is not None:
            by_hand[leaf] = value
    if is_cold(shown) and not same_value(
        shown.hot_water_min, record.kept.hot_water_min
    ):
        by_hand.pop(Leaf.HOT_WATER_MIN, None)
        back[Leaf.HOT_WATER_MIN] = record.kept.hot_water_min or COLDEST_HOT_WATER
    change = _safe(Settings.of(back), shown)
    unknown = {leaf for leaf, _ in record.held.items() if shown.get(leaf) is None}
    if unknown:
        later = replace(
            record,
            stage=Stage.ENDING,
            kept=record.kept.only(unknown),
            held=record.held.only(unknown),
        )
        return Step(change, later, by_hand)
    welcome = _welcome(record, shown.with_change(change), profile)
    if not welcome:
        return Step(change, None, by_hand)
    return Step(
        change.overlaid_with(welcome),
        Record(
            stage=Stage.WELCOME_HOME,
            kept=shown.with_change(change).only({Leaf.HOT_WATER_MIN}),
            held=welcome,
            cold=False,
            until=now + timedelta(hours=profile.welcome_hours),
        ),
        by_hand,
    )


def _welcome(record: Record, at_home: Settings, profile: Profile) -> Settings:
    """Return the hotter hot-water minimum for the hours after a vacation; nothing where there is no need."""
    normal = at_home.hot_water_min
    hotter = profile.welcome_temperature
    if at_home.hot_water_max is not None:
        hotter = min(hotter, at_home.hot_water_max)
    if (
        not (record.cold and profile.welcome_hours)
        or normal is None
        or hotter <= max(normal, COLDEST_HOT_WATER)
    ):
        return Settings()
    return Settings(hot_water_min=hotter)


def end_welcome(record: Record, shown: Settings) -> Step:
    """Return what lets the hot water be as it was; one that somebody has changed meanwhile stays."""
    change = record.kept if record.holds(Leaf.HOT_WATER_MIN, shown) else Settings()
    return Step(_safe(change, shown), None, {})


def _safe(change: Settings, shown: Settings) -> Settings:
    """Return the change with a hot-water minimum that may be sent: not below 40 °C, and not above the maximum.

    A maximum below 40 °C is raised with it.
    """
    minimum, maximum = change.hot_water_min, shown.hot_water_max
    if minimum is None:
        return change
    if maximum is None:
        maximum = minimum
    elif maximum < COLDEST_HOT_WATER:
        maximum = COLDEST_HOT_WATER
        change = replace(change, hot_water_max=maximum)
    return replace(change, hot_water_min=max(min(minimum, maximum), COLDEST_HOT_WATER))
