"""The comfort band: differences for the cloud, temperatures for people."""

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api import Leaf, Settings
from custom_components.heatpump_steering.band import (
    Band,
    BandTooWideError,
    TargetOutsideBandError,
    band_of,
    change_to_band,
    change_to_target,
)

HALVES = st.integers(20, 60).map(lambda halves: halves / 2)
DIFFERENCES = st.integers(0, 10).map(lambda halves: halves / 2)
SHOWN = Settings(preferred_temperature=21.0, allowed_below=1.5, allowed_above=2.0)


@given(HALVES, HALVES, DIFFERENCES, DIFFERENCES)
def test_a_band_becomes_itself(
    shown: float, low: float, below: float, above: float
) -> None:
    """The change to a band makes exactly that band, or says which edge is too far."""
    band = Band(low, low + below + above)
    state = Settings(preferred_temperature=shown, allowed_below=1.0, allowed_above=1.0)
    preferred = min(max(shown, band.low), band.high)
    if max(preferred - band.low, band.high - preferred) > 5:
        with pytest.raises(BandTooWideError) as error:
            change_to_band(band, state)
        assert (error.value.limit, error.value.preferred) == (5, preferred)
        return
    change = change_to_band(band, state)
    assert band_of(state.with_change(change)) == band
    # It moves only as far as it must.
    assert change.preferred_temperature == preferred


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
    ("band", "leaf", "edge"),
    [
        (Band(15.5, 22), Leaf.ALLOWED_BELOW, 16),
        (Band(20, 26.5), Leaf.ALLOWED_ABOVE, 26),
    ],
)
def test_too_wide(band: Band, leaf: Leaf, edge: float) -> None:
    """The error tells which edge, and how far it may be."""
    with pytest.raises(BandTooWideError) as error:
        change_to_band(band, SHOWN)
    assert (error.value.leaf, error.value.edge) == (leaf, edge)


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
