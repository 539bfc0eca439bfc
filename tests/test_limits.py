"""What may be wished for."""

import pytest

from custom_components.heatpump_steering.api import Leaf, Settings
from custom_components.heatpump_steering.limits import (
    HotWaterOrderError,
    OutOfRangeError,
    check_order,
    check_values,
)

RANGES = {
    Leaf.PREFERRED_TEMPERATURE: (10, 30),
    Leaf.ALLOWED_BELOW: (0, 5),
    Leaf.ALLOWED_ABOVE: (0, 5),
    Leaf.HOT_WATER_MIN: (40, 65),
    Leaf.HOT_WATER_MAX: (40, 75),
}


@pytest.mark.parametrize("leaf", RANGES)
def test_range(leaf: Leaf) -> None:
    """The ends belong to a range, with the dust of conversion; what is beyond them does not."""
    low, high = RANGES[leaf]
    for value in (low, low - 1e-9, (low + high) / 2, high, high + 1e-9):
        check_values(Settings.of({leaf: float(value)}), Settings())
    for value in (low - 0.01, high + 0.01, float("nan"), float("inf")):
        with pytest.raises(OutOfRangeError) as error:
            check_values(Settings.of({leaf: value}), Settings())
        assert error.value.leaf is leaf
        assert (error.value.range.minimum, error.value.range.maximum) == (low, high)


@pytest.mark.parametrize("leaf", RANGES)
def test_what_is_shown_may_be_sent_again(leaf: Leaf) -> None:
    """A value that the cloud itself has set passes, but for hot water that is too cold."""
    outside = Settings.of({leaf: RANGES[leaf][0] - 2.0})
    if leaf is Leaf.HOT_WATER_MIN:
        with pytest.raises(OutOfRangeError):
            check_values(outside, outside)
    else:
        check_values(outside, outside)
    with pytest.raises(OutOfRangeError):
        check_values(outside, Settings.of({leaf: RANGES[leaf][0] - 3.0}))


def test_what_has_no_range() -> None:
    """Switches, modes and texts have none."""
    check_values(Settings(schedule=True, flex_trading=False, country="NL"), Settings())


@pytest.mark.parametrize(
    ("change", "shown", "fits"),
    [
        (Settings(hot_water_min=50), Settings(), True),
        (Settings(hot_water_min=50), Settings(hot_water_max=50), True),
        (Settings(hot_water_min=51), Settings(hot_water_max=50), False),
        (Settings(hot_water_max=44), Settings(hot_water_min=45), False),
        (
            Settings(hot_water_min=60, hot_water_max=65),
            Settings(hot_water_max=50),
            True,
        ),
        (Settings(hot_water_min=60, hot_water_max=55), Settings(), False),
        (Settings(schedule=True), Settings(hot_water_min=60, hot_water_max=55), True),
    ],
)
def test_order(change: Settings, shown: Settings, fits: bool) -> None:
    """The minimum is not above the maximum after a change; a pair that is not touched is let be."""
    if fits:
        check_order(change, shown)
        return
    with pytest.raises(HotWaterOrderError) as error:
        check_order(change, shown)
    after = shown.with_change(change)
    assert error.value.minimum == after.hot_water_min
    assert error.value.maximum == after.hot_water_max
