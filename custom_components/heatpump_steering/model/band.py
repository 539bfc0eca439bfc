"""The comfort band: how far the room may move from the preferred temperature, as two temperatures.

The cloud knows differences; a person thinks of temperatures. All temperatures here are °C.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..api import Setting, Settings
from .errors import LimitError
from .limits import DIFFERENCES, EDGES, NOTHING_EARLIER, RANGES, Range, range_of

ROOM: Final = frozenset(
    {Setting.PREFERRED_TEMPERATURE, Setting.ALLOWED_BELOW, Setting.ALLOWED_ABOVE}
)

# What conversion between units leaves behind, in kelvin.
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Band:
    """The coldest and the warmest that the room may get."""

    low: float
    high: float

    def displayed_by(self, displayed: Callable[[float], float]) -> Band:
        """Return the band as its edges are displayed."""
        return Band(displayed(self.low), displayed(self.high))

    def differs_at_both_edges_from(self, other: Band) -> bool:
        """Return whether more than one handle was moved."""
        return self.low != other.low and self.high != other.high


class TargetOutsideBandError(LimitError):
    """A target on its own that lies outside the comfort band shown."""

    def __init__(self, band: Band) -> None:
        """Keep the band."""
        super().__init__(band)
        self.band = band


class BandTooWideError(LimitError):
    """An edge of the band that is further from the preferred temperature than it may be."""

    def __init__(self, setting: Setting, limit: float, preferred: float) -> None:
        """Keep which difference is too large, how large it may be, and the temperature it is measured from."""
        super().__init__(setting, limit, preferred)
        self.setting = setting
        self.limit = limit
        self.preferred = preferred
        self.edge = preferred + (
            self.limit if setting is Setting.ALLOWED_ABOVE else -self.limit
        )


class EdgesTooFarApartError(LimitError):
    """Edges so far apart that no preferred temperature could have both."""

    def __init__(self, band: Band, limit: float) -> None:
        """Keep the band, and how far apart its edges may be, in kelvin."""
        super().__init__(band, limit)
        self.band = band
        self.limit = limit


class EdgesOutsideError(LimitError):
    """Edges around nothing that the preferred temperature may be."""

    def __init__(self, allowed: Range) -> None:
        """Keep what it may be."""
        super().__init__(allowed)
        self.range = allowed


def band_of(settings: Settings) -> Band | None:
    """Return the comfort band, or None while a part of it is unknown."""
    low, high = lower_edge(settings), upper_edge(settings)
    return None if low is None or high is None else Band(low, high)


def lower_edge(settings: Settings) -> float | None:
    """Return the temperature that the room may fall to, or None while unknown."""
    if settings.preferred_temperature is None or settings.allowed_below is None:
        return None
    return settings.preferred_temperature - settings.allowed_below


def upper_edge(settings: Settings) -> float | None:
    """Return the temperature that the room may rise to, or None while unknown."""
    if settings.preferred_temperature is None or settings.allowed_above is None:
        return None
    return settings.preferred_temperature + settings.allowed_above


def worth_keeping(shown: Settings) -> Settings:
    """Return band and preferred temperature if the cloud has set them outside our ranges, for a scene to bring back.

    Nothing if all are inside, and nothing if the room could get colder or warmer than by any band of ours: that may
    be nonsense of the cloud's, which is sent back only while it holds it anyway.
    """
    preferred = shown.preferred_temperature
    if all(
        value is None or RANGES[setting].includes(value)
        for setting, value in (
            (Setting.PREFERRED_TEMPERATURE, preferred),
            (Setting.ALLOWED_BELOW, shown.allowed_below),
            (Setting.ALLOWED_ABOVE, shown.allowed_above),
        )
    ):
        return NOTHING_EARLIER
    temperatures = (preferred, lower_edge(shown), upper_edge(shown))
    if not all(it is None or EDGES.includes(it) for it in temperatures):
        return NOTHING_EARLIER
    return shown.only(ROOM)


def change_to_band(
    band: Band,
    shown: Settings,
    preferred: float | None = None,
    *,
    rather: float | None = None,
    earlier: Settings = NOTHING_EARLIER,
) -> Settings:
    """Return the change that makes this the comfort band.

    The preferred temperature comes as near as it can to what it is, or was `rather`, before edges had taken it along:
    inside the band, and no further from the edges than it may be. Where it is unknown, it becomes the middle: without it
    there is no band. Raises EdgesTooFarApartError and EdgesOutsideError where there is no such temperature; of one that
    is asked for, BandTooWideError and TargetOutsideBandError.
    """
    if preferred is not None:
        if not band.low <= preferred <= band.high:
            raise TargetOutsideBandError(band)
        change = _band_around(preferred, band)
        for error in _too_wide(change, band, shown, earlier):
            raise error
        return change
    wished = shown.preferred_temperature if rather is None else rather
    if wished is None:
        wished = (band.low + band.high) / 2
    nearest = min(max(wished, band.low), band.high)
    change = _band_around(nearest, band)
    ours = range_of(Setting.PREFERRED_TEMPERATURE, on_vacation=False, earlier=earlier)
    if (ours.includes(nearest) or nearest == shown.preferred_temperature) and not any(
        _too_wide(change, band, shown, earlier)
    ):
        return change
    below, above = (
        range_of(setting, on_vacation=False, earlier=earlier).maximum
        for setting in DIFFERENCES
    )
    lowest = max(band.low, band.high - above, ours.minimum)
    highest = min(band.high, band.low + below, ours.maximum)
    if lowest <= highest + _TOLERANCE:
        return _band_around(min(max(wished, lowest), highest), band)
    if band.high - band.low > below + above + _TOLERANCE:
        raise EdgesTooFarApartError(band, below + above)
    raise EdgesOutsideError(ours)


def _band_around(preferred: float, band: Band) -> Settings:
    return Settings(
        preferred_temperature=preferred,
        allowed_below=preferred - band.low,
        allowed_above=band.high - preferred,
    ).checked()


def _too_wide(
    change: Settings, band: Band, shown: Settings, earlier: Settings
) -> Iterator[BandTooWideError]:
    """Yield the edges that are further from the preferred temperature than they may be."""
    assert change.preferred_temperature is not None
    for setting, edge, shown_edge in (
        (Setting.ALLOWED_BELOW, band.low, lower_edge(shown)),
        (Setting.ALLOWED_ABOVE, band.high, upper_edge(shown)),
    ):
        difference = change.get(setting)
        limit = range_of(setting, on_vacation=False, earlier=earlier).maximum
        # An edge that the cloud itself has put further away does not lock the other one.
        if isinstance(difference, float) and difference > limit and edge != shown_edge:
            yield BandTooWideError(setting, limit, change.preferred_temperature)


def change_to_target(target: float, shown: Settings) -> Settings:
    """Return the change that makes this the preferred temperature while a band is shown.

    Raises TargetOutsideBandError: what looks like a target far from the band is a slip, since the band would
    move along with it.
    """
    band = band_of(shown)
    if band is not None and not band.low <= target <= band.high:
        raise TargetOutsideBandError(band)
    return Settings(preferred_temperature=target)


def shift_to(
    band: Band,
    shown: Settings,
    displayed: Callable[[float], float],
    resolution: float,
) -> Settings | None:
    """Return the change to a band that is the one shown, only warmer or colder; None where it is another one.

    "One degree warmer" comes as two new edges, and so does a band that a scene brings back: it is the preferred
    temperature that is meant, and the differences stay. Whoever sends edges has read them as they are displayed:
    `displayed` rounds a temperature so, in steps of `resolution` kelvin.
    """
    preferred, now = shown.preferred_temperature, band_of(shown)
    if preferred is None or now is None:
        return None
    read = now.displayed_by(displayed)
    if not band.displayed_by(displayed).differs_at_both_edges_from(read):
        return None
    by_low, by_high = band.low - read.low, band.high - read.high
    if abs(by_low - by_high) < _TOLERANCE:
        return Settings(preferred_temperature=preferred + by_low)
    # They may have been read while the band stood elsewhere, where its edges were rounded otherwise.
    by_low, by_high = band.low - now.low, band.high - now.high
    if abs(by_low - by_high) > resolution - _TOLERANCE:
        return None
    shift = (by_low + by_high) / 2
    # Most likely the preferred temperature was one that can be displayed.
    likely = displayed(preferred + shift) - preferred
    moved = Band(now.low + likely, now.high + likely)
    if moved.displayed_by(displayed) == band.displayed_by(displayed):
        shift = likely
    return Settings(preferred_temperature=preferred + shift)


def earlier_band(
    band: Band,
    shown: Settings,
    earlier: Settings,
    displayed: Callable[[float], float],
) -> Settings | None:
    """Return what was set `earlier`, outside our ranges, if this is the band of that; None else, or if it has none.

    A band alone does not say which preferred temperature was in it, and the nearest one of ours would be another.
    Whoever moves one handle means no other band: `displayed` rounds as for `shift_to`.
    """
    now, then = band_of(shown), band_of(earlier)
    wanted = band.displayed_by(displayed)
    if then is None or wanted != then.displayed_by(displayed):
        return None
    if now is not None and not wanted.differs_at_both_edges_from(
        now.displayed_by(displayed)
    ):
        return None
    return earlier
