"""What is known of a heat pump under a new id."""

import pytest

from custom_components.heatpump_steering.api import Setting, Settings
from custom_components.heatpump_steering.model.lending import recognised
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.tracked import Tracked

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
