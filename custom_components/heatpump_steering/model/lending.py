"""What is known of a heat pump under a new id, before and after a person has said which one it is."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from ..api import Setting, Settings, Value
from .override import VACATION, WELCOME_HOME
from .overrides import Overrides
from .tracked import Tracked


def lent(lenders: Sequence[Overrides], shown: Settings) -> Overrides:
    """Return what a heat pump begins with that may be one of several, of which something is in force.

    What it shows of what an override has set is not what was set before; everything else is its own. Where it may be
    one of several, it begins with what was set before at all of them, and with the hottest water.
    """
    first, *others = lenders
    base = reduce(Settings.agreed_with, (it.base for it in lenders))
    if others:
        hottest = max(it.base.hot_water_min or 0.0 for it in lenders) or None
        base = replace(base, hot_water_min=hottest)
    own: dict[Setting, Value] = {
        setting: value
        for setting, value in shown.items()
        if setting in first.tracked
        and not any(
            (it := lender.tracked.get(setting)) is not None and it.is_ours(value)
            for lender in lenders
        )
    }
    return replace(
        first,
        # A vacation is all heat pumps'; what was set for a while at one of them is nobody's wish at another.
        in_force=tuple(
            it for it in first.in_force if it.name in (VACATION, WELCOME_HOME)
        ),
        base=base.only(first.tracked.keys()).overlaid_with(Settings.of(own)),
        tracked={
            setting: Tracked() if setting in own else it
            for setting, it in first.tracked.items()
        },
        guessed=frozenset({Setting.HOT_WATER_MIN} if others else ()) - own.keys(),
        suspected={},
    )


def recognised(new: Overrides, old: Overrides) -> Overrides:
    """Return what is known of a heat pump under a new id that turns out to be an old one.

    What it has done meanwhile, it has done knowing what was lent to it; what was guessed or unknown then is known now.
    """
    known = old.base.only(new.guessed | (old.base.keys() - new.base.keys()))
    corrected = {
        setting: Tracked(ours=(guess,), sent=guess, accepted=True, confirmed=True)
        for setting in new.guessed
        if setting not in new.tracked
        and (guess := new.base.get(setting)) is not None
        and old.base.get(setting) is not None
    }
    return replace(
        new,
        base=new.base.overlaid_with(known),
        tracked={**new.tracked, **corrected},
        guessed=frozenset(),
    )
