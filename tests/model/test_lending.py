"""What is known of a heat pump under a new id."""

from datetime import UTC, datetime

import pytest

from custom_components.heatpump_steering.api import Setting, Settings
from custom_components.heatpump_steering.model.lending import lent, recognised
from custom_components.heatpump_steering.model.override import VACATION, Override
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.tracked import Tracked

START = datetime(2026, 11, 1, tzinfo=UTC)
SENT = Tracked(ours=(10.0,), sent=10.0, accepted=True)


@pytest.mark.parametrize(
    ("tracked", "expected"),
    [
        # It was put back to the guess, and is to be corrected.
        ({}, Tracked(ours=(50.0,), sent=50.0, accepted=True, confirmed=True)),
        # What has been sent since is known, and is still to be put back.
        ({Setting.HOT_WATER_MIN: SENT}, SENT),
    ],
)
def test_guess_that_was_wrong(
    tracked: dict[Setting, Tracked], expected: Tracked
) -> None:
    """What was guessed gives way to what was set, and what was done meanwhile stays known."""
    state = recognised(
        Overrides(
            base=Settings(hot_water_min=50.0),
            tracked=tracked,
            guessed=frozenset({Setting.HOT_WATER_MIN}),
        ),
        Overrides(base=Settings(hot_water_min=45.0)),
    )
    assert state.base == Settings(hot_water_min=45.0)
    assert state.tracked == {Setting.HOT_WATER_MIN: expected}
    assert not state.guessed


@pytest.mark.parametrize("shown", [23.5, 20.0])
def test_what_is_lent(shown: float) -> None:
    """A vacation goes on at a heat pump that may be one that is gone; what was set for a while there does not."""
    vacation, bath = (
        Override(name=name, values=values, began=START)
        for name, values in (
            (VACATION, Settings(hot_water_min=10.0)),
            ("bath", Settings(preferred_temperature=23.5)),
        )
    )
    base = Settings(preferred_temperature=21.0, hot_water_min=45.0)
    state = Overrides(base=base)
    for each in (bath, vacation):
        state = state.begin(each, shown=base)
    state = state.sending(Settings(preferred_temperature=23.5))
    new = lent([state], Settings(preferred_temperature=shown, hot_water_min=45.0))
    assert new.in_force == (vacation,)
    # A value of the override is brought back, and one of its own stays.
    assert new.base.preferred_temperature == (21 if shown == 23.5 else 20)
