"""What a read means for the overrides of a heat pump."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from ..api import OPTIMIZATIONS, Setting, Settings, Value, same_value
from .limits import is_cold, is_plausible
from .overrides import Overrides
from .tracked import Verdict


def observed(
    state: Overrides,
    shown: Settings,
    unsettled: AbstractSet[Setting],
    updated_at: datetime | None,
    sent_by_hand: Mapping[Setting, AbstractSet[Value]] = MappingProxyType({}),
) -> Overrides:
    """Return the state after a read; where anything is suspected, a second read has to agree.

    `shown` is what is shown after the read, `unsettled` the settings that are sent and that no read has shown
    yet: of these it says nothing. `updated_at` is the time of the last change by the cloud's clock, `sent_by_hand`
    what a person has sent with an unknown outcome. Values that no heat pump can have are shown, and decide nothing.
    """
    values = {
        setting: value
        for setting, value in shown.items()
        if setting not in unsettled and is_plausible(setting, value)
    }
    cold = is_cold(shown) and Setting.HOT_WATER_MIN in values
    if not state.tracked:
        return _observed_at_rest(state, values, cold=cold)
    desired, overridden = state.desired(), state.overridden
    base: dict[Setting, Value] = {}
    tracked = dict(state.tracked)
    by_hand: dict[Setting, Value] = {}
    suspected: dict[Setting, Value] = {}
    set_cold: Value | None = None
    for setting, value in values.items():
        is_cold_value = cold and setting is Setting.HOT_WATER_MIN
        before, wanted = state.tracked.get(setting), desired.get(setting)
        if before is None or wanted is None:
            if not (is_cold_value or (before and before.is_ours(value))):
                base[setting] = value
            continue
        verdict = before.verdict(
            value,
            wanted,
            state.base.get(setting),
            since_ours=before.since_ours(updated_at, state.written_at),
            is_suspected=same_value(value, state.suspected.get(setting)),
            is_sent_by_hand=any(
                same_value(value, each) for each in sent_by_hand.get(setting, ())
            ),
        )
        if is_cold_value and state.allows_cold and not before.is_ours(value):
            may_be_ours = is_cold(desired) and setting in overridden
            if not (may_be_ours and verdict in (Verdict.THERE, Verdict.MADE_OF_OURS)):
                set_cold = value
                continue
        match verdict:
            # Where it is not known whether it was taken, a read that shows it may be one from before.
            case Verdict.THERE if before.is_proven_by(wanted, state.base.get(setting)):
                tracked[setting] = before.confirmed_as(wanted, value)
            case Verdict.MADE_OF_OURS:
                tracked[setting] = before.adopting(value)
            case Verdict.NEW_BASE if not is_cold_value:
                base[setting] = value
            case Verdict.BY_HAND if not is_cold_value:
                by_hand[setting] = value
            case Verdict.SUSPECTED:
                suspected[setting] = value
    if by_hand.keys() & OPTIMIZATIONS:
        # The cloud keeps them consistent: whoever sets one of them sets all three.
        by_hand.update(
            {
                setting: value
                for setting, value in values.items()
                if setting in OPTIMIZATIONS
            }
        )
    after = replace(
        state,
        base=_new_base(state, base),
        guessed=_still_guessed(state, base),
        tracked=tracked,
        suspected=suspected,
        was_cold=state.was_cold or (cold and state.allows_cold),
    )
    if by_hand:
        after = after.without(by_hand.keys(), base=Settings.of(by_hand))
    if isinstance(set_cold, float):
        after = after.with_cold(set_cold)
    after = after.settled(shown, unsettled)
    back = state.tracked.keys() - after.tracked.keys()
    # What is there once nothing of ours is awaited is what was set, whoever has made it so.
    after = replace(
        after,
        base=after.base.overlaid_with(
            Settings.of(
                {
                    setting: value
                    for setting, value in values.items()
                    if setting in back
                    and not (cold and setting is Setting.HOT_WATER_MIN)
                }
            )
        ),
    )
    return state if after == state else after


def _observed_at_rest(
    state: Overrides, values: Mapping[Setting, Value], *, cold: bool
) -> Overrides:
    """Return the state after a read where nothing is followed: all is base, but for cold hot water."""
    base = {
        setting: value
        for setting, value in values.items()
        if not (cold and setting is Setting.HOT_WATER_MIN)
    }
    after = replace(
        state,
        base=_new_base(state, base),
        guessed=_still_guessed(state, base),
        suspected={},
        was_cold=state.was_cold or (cold and state.allows_cold),
        is_returning=False,
    )
    return state if after == state else after


def _new_base(state: Overrides, values: Mapping[Setting, Value]) -> Settings:
    """Return the base with other values."""
    new = Settings.of(values)
    if (implied := new.with_implied()) is new:
        return state.base.overlaid_with(new)
    # An override may have what the new base excludes; as base it would come back and exclude that.
    return state.base.overlaid_with(implied).overlaid_with(new)


def _still_guessed(
    state: Overrides, values: Mapping[Setting, Value]
) -> frozenset[Setting]:
    """Return the settings whose base is a guess still."""
    return frozenset(
        setting
        for setting in state.guessed
        if same_value(
            values.get(setting, state.base.get(setting)), state.base.get(setting)
        )
    )
