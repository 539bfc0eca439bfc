"""What a vacation has done at one heat pump: which settings it found, and which it holds.

Knows neither a clock nor the cloud. A setting that no longer is what the vacation holds was changed by somebody, and
is theirs; with one exception: a hot-water minimum below 40 °C does not outlive the vacation.
"""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from ..api import Setting, Settings, Value, same_value
from .limits import COLDEST_HOT_WATER, is_cold
from .profile import Profile
from .schedule import moment_from


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
    """The hot water was allowed below 40 °C, or may have been."""
    found: Settings = field(default_factory=Settings)
    """What was shown instead of `kept` when that was written down, where an earlier vacation was not over yet."""
    back: Settings = field(default_factory=Settings)
    """What its end has sent, or was about to send."""
    unseen: frozenset[Setting] = frozenset()
    """Settings that were sent, or about to be, and that no read has shown yet."""
    until: datetime | None = None
    """When the hot water is welcomed back; in `WELCOME_HOME` only."""
    lent_to: str | None = None
    """The heat pump that has begun with this record, because it may be this one under another id."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "stage": self.stage.value,
            "kept": self.kept.to_json(),
            "held": self.held.to_json(),
            "found": self.found.to_json(),
            "back": self.back.to_json(),
            "unseen": sorted(self.unseen),
            "cold": self.cold,
            "until": None if self.until is None else self.until.isoformat(),
            "lent_to": self.lent_to,
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
            # Not in the files of the first version.
            back=Settings.from_json(dict(raw.get("back", {}))),
            unseen=frozenset(map(Setting, raw.get("unseen", ()))),
            until=None if until is None else moment_from(until),
            lent_to=raw.get("lent_to"),
        )

    def due(self, now: datetime) -> bool:
        """Return whether something is still to be done while nobody is away."""
        if self.stage is Stage.WELCOME_HOME:
            return self.until is not None and self.until <= now
        return True

    def holds(self, setting: Setting, shown: Settings) -> bool:
        """Return whether a setting still is what the vacation has made of it, or the one before that was not over."""
        value = shown.get(setting)
        return value is not None and any(
            same_value(value, made.get(setting))
            for made in (self.held, self.found, self.back)
        )

    def in_hand(self, shown: Settings) -> set[Setting]:
        """Return the settings that are the vacation's until it has put them back."""
        if self.cold or is_cold(shown):
            return self.held.keys() | {Setting.HOT_WATER_MIN}
        return self.held.keys()

    def seen(self, shown: Settings, unsettled: AbstractSet[Setting]) -> Self:
        """Return the record after a look at what is shown during the vacation, and at what is yet to be shown."""
        cold = self.cold or is_cold(shown)
        unseen = frozenset(
            setting
            for setting in self.unseen
            if setting in unsettled
            or (
                same_value(shown.get(setting), self.kept.get(setting))
                and not self.holds(setting, shown)
            )
        )
        if (cold, unseen) == (self.cold, self.unseen):
            return self
        return replace(self, cold=cold, unseen=unseen)

    def sent_cold(self) -> Self:
        """Return the record for a vacation during which somebody lets the hot water get below 40 °C."""
        return replace(self, cold=True, unseen=self.unseen | {Setting.HOT_WATER_MIN})

    def taken_as(self, setting: Setting, sent: Value, taken: Value) -> Self:
        """Return the record after the cloud has made something else of a value that the vacation sent."""
        if not same_value(self.held.get(setting), sent):
            return self
        return replace(
            self, held=self.held.overlaid_with(Settings.of({setting: taken}))
        )

    def found_again(self, shown: Settings) -> Self:
        """Return the record after the first read since Home Assistant was off.

        What it shows of a value that no read had shown before is what the cloud has made of it.
        """
        taken = {
            setting: value
            for setting, value in shown.only(self.unseen).items()
            if not same_value(value, self.kept.get(setting))
            and not self.holds(setting, shown)
        }
        return replace(self, held=self.held.overlaid_with(Settings.of(taken)))


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be sent, and the record that holds once it has been accepted; None: the vacation is done."""

    change: Settings
    then: Record | None
    by_hand: Mapping[Setting, Value]
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
    kept = shown.only(wanted.keys() | {Setting.HOT_WATER_MIN})
    held = Settings()
    if before is not None:
        still_held = {
            setting
            for setting, _ in before.kept.items()
            if before.holds(setting, shown)
        }
        if is_cold(shown):
            # That belongs to the vacation, whoever has set it.
            still_held.add(Setting.HOT_WATER_MIN)
        kept = kept.overlaid_with(before.kept.only(still_held))
        held = before.held.only(still_held)
        if before.stage is Stage.WELCOME_HOME and wanted.hot_water_min is None:
            # Nobody is welcome yet.
            wanted = before.kept.only(still_held).overlaid_with(wanted)
        elif before.stage is Stage.STARTING:
            # What the first attempt wanted to do about the vacation before is still wanted.
            undone = before.found.keys() & still_held
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
            {setting for setting, value in kept.items() if value != shown.get(setting)}
        ),
        unseen=frozenset(wanted.keys()),
    )
    if before is not None:
        record = replace(
            record,
            cold=record.cold or before.cold,
            unseen=record.unseen | before.unseen & still_held,
        )
    return record, wanted


def end(
    record: Record,
    shown: Settings,
    profile: Profile,
    now: datetime,
    *,
    readable: bool = True,
) -> Step:
    """Return what puts the settings back as they were, but for what somebody has changed.

    What is unknown now is kept, to be put back when it is known again; where nothing can be read, it is put back.
    """
    before_it = Settings(hot_water_min=COLDEST_HOT_WATER).overlaid_with(record.kept)
    back: dict[Setting, Value] = {}
    by_hand: dict[Setting, Value] = {}
    unknown: set[Setting] = set()
    for setting in sorted(record.in_hand(shown)):
        value, before = shown.get(setting), before_it.only({setting})
        if value is None and readable:
            unknown.add(setting)
        elif same_value(value, before.get(setting)):
            if setting in record.unseen:
                # A read that lags shows what was before the vacation.
                back.update(before.items())
        elif (
            value is None
            or record.holds(setting, shown)
            or (setting is Setting.HOT_WATER_MIN and is_cold(shown))
        ):
            back.update(before.items())
        elif record.held.get(setting) is not None:
            by_hand[setting] = value
    change = _safe(Settings.of(back), shown)
    if unknown:
        later = replace(
            record,
            stage=Stage.ENDING,
            kept=before_it.only(unknown),
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
            kept=shown.with_change(change).only({Setting.HOT_WATER_MIN}),
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


def end_welcome(record: Record, shown: Settings, *, readable: bool = True) -> Step:
    """Return what lets the hot water be as it was; one that somebody has changed meanwhile stays."""
    unknown = shown.hot_water_min is None
    if unknown and readable:
        return Step(Settings(), record, {})
    ours = unknown or record.holds(Setting.HOT_WATER_MIN, shown)
    return Step(_safe(record.kept if ours else Settings(), shown), None, {})


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
