"""What may be wished for."""

import pytest

from custom_components.heatpump_steering.api import Setting, Settings
from custom_components.heatpump_steering.model.limits import (
    ColdHotWaterError,
    HotWaterOrderError,
    OutOfRangeError,
    check_hot_water,
    check_order,
    check_values,
    is_cold,
    range_of,
)

RANGES = {
    Setting.PREFERRED_TEMPERATURE: (10, 30),
    Setting.ALLOWED_BELOW: (0, 5),
    Setting.ALLOWED_ABOVE: (0, 5),
    Setting.HOT_WATER_MIN: (40, 65),
    Setting.HOT_WATER_MAX: (40, 75),
}
ON_VACATION = {**RANGES, Setting.HOT_WATER_MIN: (5, 65)}


def ranges(*, on_vacation: bool) -> dict[Setting, tuple[int, int]]:
    """Return what the settings may be."""
    return ON_VACATION if on_vacation else RANGES


@pytest.mark.parametrize("on_vacation", [False, True])
@pytest.mark.parametrize("setting", RANGES)
def test_range(setting: Setting, *, on_vacation: bool) -> None:
    """The ends belong to a range, with the dust of conversion; what is beyond them does not."""
    low, high = ranges(on_vacation=on_vacation)[setting]
    for value in (low, low - 1e-9, (low + high) / 2, high, high + 1e-9):
        check_values(
            Settings.of({setting: float(value)}), Settings(), on_vacation=on_vacation
        )
    too_low = [low - 0.01, float("-inf")]
    if setting is Setting.HOT_WATER_MIN and not on_vacation:
        for value in too_low:
            with pytest.raises(ColdHotWaterError) as cold:
                check_values(
                    Settings.of({setting: value}), Settings(), on_vacation=False
                )
            assert cold.value.value == value
        too_low = []
    for value in (*too_low, high + 0.01, float("nan"), float("inf")):
        with pytest.raises(OutOfRangeError) as error:
            check_values(
                Settings.of({setting: value}), Settings(), on_vacation=on_vacation
            )
        assert error.value.setting is setting
        assert (error.value.range.minimum, error.value.range.maximum) == (low, high)


@pytest.mark.parametrize("on_vacation", [False, True])
@pytest.mark.parametrize("setting", RANGES)
def test_what_is_shown_may_be_sent_again(
    setting: Setting, *, on_vacation: bool
) -> None:
    """A value that the cloud itself has set passes, but for hot water that is too cold while somebody is at home."""
    low, _ = ranges(on_vacation=on_vacation)[setting]
    outside, other = (Settings.of({setting: low - below}) for below in (2.0, 3.0))
    if setting is Setting.HOT_WATER_MIN and not on_vacation:
        for shown in (outside, other):
            with pytest.raises(ColdHotWaterError):
                check_values(outside, shown, earlier=outside, on_vacation=False)
        return
    check_values(outside, outside, on_vacation=on_vacation)
    with pytest.raises(OutOfRangeError):
        check_values(outside, other, on_vacation=on_vacation)


@pytest.mark.parametrize(
    ("setting", "earlier", "minimum", "maximum"),
    [
        (Setting.PREFERRED_TEMPERATURE, 8.0, 8, 30),
        (Setting.PREFERRED_TEMPERATURE, 21.0, 10, 30),
        (Setting.PREFERRED_TEMPERATURE, 33.0, 10, 33),
        (Setting.ALLOWED_BELOW, 7.0, 0, 7),
        (Setting.ALLOWED_ABOVE, 5.1, 0, 5.1),
    ],
)
def test_as_far_as_the_cloud_went(
    setting: Setting, earlier: float, minimum: float, maximum: float
) -> None:
    """A range reaches as far as what the cloud itself had set, and no further; those of the others stay."""
    before = Settings.of({setting: earlier})
    allowed = range_of(setting, on_vacation=False, earlier=before)
    assert (allowed.minimum, allowed.maximum) == (minimum, maximum)
    for value in (minimum, maximum):
        check_values(
            Settings.of({setting: value}), Settings(), earlier=before, on_vacation=False
        )
    for value in (minimum - 0.1, maximum + 0.1):
        with pytest.raises(OutOfRangeError) as error:
            check_values(
                Settings.of({setting: value}),
                Settings(),
                earlier=before,
                on_vacation=False,
            )
        assert error.value.range == allowed
    for other in set(RANGES) - {setting}:
        low, high = RANGES[other]
        allowed = range_of(other, on_vacation=False, earlier=before)
        assert (allowed.minimum, allowed.maximum) == (low, high)


def test_cold_hot_water_comes_first() -> None:
    """Of several wrong values the dangerous one is told; and every other setting is as it always is on vacation."""
    change = Settings(preferred_temperature=50.0, hot_water_min=20.0)
    with pytest.raises(ColdHotWaterError):
        check_values(change, Settings(), on_vacation=False)
    with pytest.raises(OutOfRangeError) as error:
        check_values(change, Settings(), on_vacation=True)
    assert error.value.setting is Setting.PREFERRED_TEMPERATURE


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (Settings(), True),
        (Settings(preferred_temperature=16.0), True),
        # Only the minimum lets the tank cool down.
        (Settings(hot_water_max=30.0), True),
        (Settings(hot_water_min=40.0), True),
        (Settings(hot_water_min=40.0 - 1e-9), True),
        (Settings(hot_water_min=39.9), False),
        (Settings(hot_water_min=-5.0), False),
    ],
)
def test_check_hot_water(change: Settings, *, allowed: bool) -> None:
    """The rule alone, for what needs no other check: below 40 °C on vacation only."""
    check_hot_water(change, on_vacation=True)
    if allowed:
        check_hot_water(change, on_vacation=False)
        return
    with pytest.raises(ColdHotWaterError) as error:
        check_hot_water(change, on_vacation=False)
    assert error.value.value == change.hot_water_min


@pytest.mark.parametrize(
    ("minimum", "cold"),
    [
        (None, False),
        (65.0, False),
        (40.0, False),
        # What a cloud makes of 104 °F that counts in float32 or rounds.
        (39.99, False),
        (39.5, True),
        (5.0, True),
    ],
)
def test_is_cold(minimum: float | None, *, cold: bool) -> None:
    """Unknown is not cold, and neither is 40 °C with the cloud's rounding."""
    assert is_cold(Settings(hot_water_min=minimum)) is cold


def test_what_has_no_range() -> None:
    """Switches, modes and texts have none."""
    check_values(
        Settings(schedule=True, flex_trading=False, country="NL"),
        Settings(),
        on_vacation=False,
    )


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
