"""The comfort band: differences for the cloud, temperatures for people."""

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.heatpump_steering.api import Setting, Settings
from custom_components.heatpump_steering.model.band import (
    Band,
    BandTooWideError,
    EdgesOutsideError,
    EdgesTooFarApartError,
    TargetOutsideBandError,
    band_of,
    change_to_band,
    change_to_target,
    earlier_band,
    shift_to,
    worth_keeping,
)

# How houses display a temperature, and in which steps: tenths of a °C, and whole °F.
DISPLAYS = {
    "°C": (lambda celsius: round(celsius, 1), 0.1),
    "°F": (lambda celsius: (round(celsius * 1.8 + 32) - 32) / 1.8, 5 / 9),
}
FINE = st.integers(1000, 3000).map(lambda hundredths: hundredths / 100)
FINE_DIFFERENCES = st.integers(0, 500).map(lambda hundredths: hundredths / 100)
HALVES = st.integers(20, 60).map(lambda halves: halves / 2)
EDGES = st.integers(10, 70).map(lambda halves: halves / 2)
DIFFERENCES = st.integers(0, 10).map(lambda halves: halves / 2)
SHOWN = Settings(preferred_temperature=21.0, allowed_below=1.5, allowed_above=2.0)


@given(HALVES, HALVES, DIFFERENCES, DIFFERENCES, st.none() | HALVES)
def test_a_band_becomes_itself(
    shown: float, low: float, below: float, above: float, rather: float | None
) -> None:
    """The change to a band makes exactly that band, with the preferred temperature as near as it can to where it was."""
    band = Band(low, low + below + above)
    assume(band.high <= 35)
    state = Settings(preferred_temperature=shown, allowed_below=1.0, allowed_above=1.0)
    change = change_to_band(band, state, rather=rather)
    assert band_of(state.with_change(change)) == band
    # In halves, every temperature that there may be.
    there_may_be = [
        half / 2
        for half in range(20, 61)
        if 0 <= half / 2 - band.low <= 5 and 0 <= band.high - half / 2 <= 5
    ]
    wished = shown if rather is None else rather
    assert change.preferred_temperature == min(
        there_may_be, key=lambda it: abs(it - wished)
    )


@given(HALVES, EDGES, EDGES)
def test_a_band_that_cannot_be(shown: float, one: float, other: float) -> None:
    """It says in terms of the edges why there is no preferred temperature for them."""
    band = Band(min(one, other), max(one, other))
    state = Settings(preferred_temperature=shown, allowed_below=1.0, allowed_above=1.0)
    if band.high - band.low > 10:
        with pytest.raises(EdgesTooFarApartError) as apart:
            change_to_band(band, state)
        assert (apart.value.band, apart.value.limit) == (band, 10)
    elif band.high < 10 or band.low > 30:
        with pytest.raises(EdgesOutsideError) as outside:
            change_to_band(band, state)
        assert (outside.value.range.minimum, outside.value.range.maximum) == (10, 30)
    else:
        assert band_of(state.with_change(change_to_band(band, state))) == band


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(preferred_temperature=21.0),
        Settings(preferred_temperature=21.0, allowed_below=1.0),
        Settings(allowed_below=1.0, allowed_above=1.0),
    ],
)
def test_unknown_band(settings: Settings) -> None:
    """Without all of its parts there is no band, and a target is taken as it is."""
    assert band_of(settings) is None
    assert change_to_target(5.0, settings) == Settings(preferred_temperature=5.0)


@pytest.mark.parametrize(
    ("band", "setting", "edge"),
    [
        (Band(15.5, 22), Setting.ALLOWED_BELOW, 16),
        (Band(20, 26.5), Setting.ALLOWED_ABOVE, 26),
    ],
)
def test_too_wide(band: Band, setting: Setting, edge: float) -> None:
    """Around a temperature that is asked for, the error tells which edge, and how far it may be."""
    with pytest.raises(BandTooWideError) as error:
        change_to_band(band, SHOWN, 21.0)
    assert (error.value.setting, error.value.edge) == (setting, edge)


def test_as_wide_as_the_cloud_had_it() -> None:
    """What the cloud itself had set is not too wide for us; anything wider still is, and that is the limit named."""
    earlier = Settings(allowed_below=7.0)
    change = change_to_band(Band(14, 22), SHOWN, earlier=earlier)
    assert (change.preferred_temperature, change.allowed_below) == (21, 7)
    for band, limit in ((Band(13.5, 22), 7), (Band(20, 27), 5)):
        with pytest.raises(BandTooWideError) as error:
            change_to_band(band, SHOWN, 21.0, earlier=earlier)
        assert error.value.limit == limit
    change = change_to_band(Band(13.5, 22), SHOWN, earlier=earlier)
    assert (change.preferred_temperature, change.allowed_below) == (20.5, 7)
    with pytest.raises(EdgesTooFarApartError) as apart:
        change_to_band(Band(13.5, 26), SHOWN, earlier=earlier)
    assert apart.value.limit == 12


@pytest.mark.parametrize("target", [19.5, 21, 23])
def test_target_inside(target: float) -> None:
    """A target inside the band is the preferred temperature."""
    assert change_to_target(target, SHOWN) == Settings(preferred_temperature=target)


@pytest.mark.parametrize("target", [5.5, 19.4, 23.1])
def test_target_outside(target: float) -> None:
    """A target outside it is refused with the band."""
    with pytest.raises(TargetOutsideBandError) as error:
        change_to_target(target, SHOWN)
    assert error.value.band == Band(19.5, 23)


@pytest.mark.parametrize("unit", DISPLAYS)
@given(FINE, FINE, FINE_DIFFERENCES, FINE_DIFFERENCES)
def test_a_band_that_was_displayed_comes_back(
    unit: str, then: float, now: float, below: float, above: float
) -> None:
    """Whoever sends what was displayed elsewhere gets what was displayed then, and the differences stay."""
    displayed, step = DISPLAYS[unit]
    differences = Settings(allowed_below=below, allowed_above=above)
    earlier = band_of(differences.overlaid_with(Settings(preferred_temperature=then)))
    shown = differences.overlaid_with(Settings(preferred_temperature=now))
    assert earlier is not None
    read = earlier.displayed_by(displayed)
    change = shift_to(read, shown, displayed, step)
    moved = band_of(shown)
    assert moved is not None
    apart = abs((read.low - moved.low) - (read.high - moved.high))
    if not read.differs_at_both_edges_from(moved.displayed_by(displayed)):
        assert change is None
        return
    # Both halfway between two that can be displayed, and rounded away from each other.
    assume(apart < step - 1e-6)
    assert change is not None
    assert change.keys() == {Setting.PREFERRED_TEMPERATURE}
    result = shown.overlaid_with(change)
    assert result.preferred_temperature == pytest.approx(then, abs=step)
    after = band_of(result)
    assert after is not None
    assert after.low == pytest.approx(read.low, abs=step / 2 + 1e-6)
    assert after.high == pytest.approx(read.high, abs=step / 2 + 1e-6)


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [
        ("°C", 20, 23),
        ("°C", 19.5, 23.5),
        ("°C", 19.5, 23),
        # The others move by different steps, however little that is.
        ("°C", 19.6, 23.2),
        ("°C", 20.5, 23.5),
        ("°C", 18.5, 24),
        # 67.1 °F and 73.4 °F, of which 67 and 73 are displayed.
        ("°F", 20, (73 - 32) / 1.8),
        ("°F", (67 - 32) / 1.8, (74 - 32) / 1.8),
        ("°F", 20, (76 - 32) / 1.8),
        ("°F", (66 - 32) / 1.8, (75 - 32) / 1.8),
    ],
)
def test_another_band_is_no_shift(unit: str, low: float, high: float) -> None:
    """One handle, or both by different steps: it is the band that changes."""
    assert shift_to(Band(low, high), SHOWN, *DISPLAYS[unit]) is None


@pytest.mark.parametrize("unknown", sorted(SHOWN.keys()))
def test_no_shift_of_an_unknown_band(unknown: Setting) -> None:
    """Where the band is unknown, nothing was moved."""
    shown = SHOWN.without({unknown})
    assert shift_to(Band(20.5, 24), shown, *DISPLAYS["°C"]) is None


OUTSIDE = Settings(preferred_temperature=8.0, allowed_below=1.5, allowed_above=2.0)


@pytest.mark.parametrize(
    ("band", "shown", "earlier", "found"),
    [
        (Band(6.5, 10), SHOWN, OUTSIDE, True),
        (Band(6.5, 10), Settings(), OUTSIDE, True),
        (Band(6.5, 10), SHOWN, Settings(), False),
        (Band(6.5, 10), SHOWN, Settings(preferred_temperature=8.0), False),
        (Band(6.6, 10), SHOWN, OUTSIDE, False),
        (Band(6.5, 10.1), SHOWN, OUTSIDE, False),
        # One handle was moved.
        (
            Band(6.5, 10),
            Settings.of({**dict(OUTSIDE.items()), Setting.ALLOWED_ABOVE: 3.0}),
            OUTSIDE,
            False,
        ),
    ],
)
def test_earlier_band(
    band: Band, shown: Settings, earlier: Settings, *, found: bool
) -> None:
    """A band as it was is that with all that was in it."""
    displayed, _ = DISPLAYS["°C"]
    expected = earlier if found else None
    assert earlier_band(band, shown, earlier, displayed) == expected


@pytest.mark.parametrize(
    ("settings", "worth"),
    [
        (SHOWN, False),
        (Settings(), False),
        (Settings(hot_water_min=30.0, hot_water_max=80.0), False),
        (OUTSIDE, True),
        (Settings(preferred_temperature=8.0), True),
        (Settings(preferred_temperature=5.0, allowed_above=1.0), True),
        (Settings(preferred_temperature=35.0), True),
        (Settings(allowed_below=7.0), True),
        (Settings(preferred_temperature=21.0, allowed_above=14.0), True),
        (Settings(preferred_temperature=4.9), False),
        (Settings(preferred_temperature=0.0, allowed_below=0.0), False),
        (Settings(preferred_temperature=8.0, allowed_below=3.5), False),
        (Settings(preferred_temperature=21.0, allowed_above=14.5), False),
    ],
)
def test_worth_keeping(settings: Settings, *, worth: bool) -> None:
    """What is outside our ranges, and no nonsense."""
    others = settings.overlaid_with(Settings(schedule=True))
    assert worth_keeping(others) == (settings if worth else Settings())
