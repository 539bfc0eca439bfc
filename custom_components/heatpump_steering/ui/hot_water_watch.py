"""The watch over the hot water: a minimum below 40 °C outside a vacation does not go unnoticed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..api import Setting, Settings
from ..const import Target
from ..model.limits import COLDEST_HOT_WATER, RANGES, is_cold

# How long it may be so, in seconds: somebody may be about to set more than one thing.
GRACE: Final = 600.0


@dataclass(frozen=True, slots=True)
class ColdHotWater:
    """A hot-water minimum below 40 °C, and the one to go back to; both in °C."""

    minimum: float
    before: float
    for_long: bool
    """The grace time is over."""


class HotWaterWatch:
    """Watches the hot-water minimum of every heat pump of a config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        settings: Callable[[], Mapping[Target, Settings]],
        last_warm: Callable[[Target], float | None],
        show: Callable[[Mapping[Target, ColdHotWater]], None],
    ) -> None:
        """Ask `settings` for those that nothing excuses, `last_warm` for the minimum from before; tell `show`."""
        self._hass = hass
        self._settings = settings
        self._last_warm = last_warm
        self._show = show
        self._since: dict[Target, float] = {}
        self._unsub_timer: CALLBACK_TYPE | None = None

    @callback
    def look(self, _: datetime | None = None) -> None:
        """Look whether a minimum is too low, and whether it has been for long."""
        self.stop()
        now = monotonic()
        cold = {
            target: settings
            for target, settings in self._settings().items()
            if is_cold(settings)
        }
        self._since = {target: self._since.get(target, now) for target in cold}
        self._show(
            {
                target: ColdHotWater(
                    minimum,
                    self._before(target, settings),
                    now - self._since[target] >= GRACE,
                )
                for target, settings in cold.items()
                if (minimum := settings.hot_water_min) is not None
            }
        )
        waits = [
            wait for since in self._since.values() if (wait := since + GRACE - now) > 0
        ]
        if waits:
            self._unsub_timer = async_call_later(self._hass, min(waits), self.look)

    @callback
    def stop(self) -> None:
        """Look no more by itself."""
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None

    def _before(self, target: Target, settings: Settings) -> float:
        """Return the minimum to go back to: the one from before, as far as it can be set."""
        before = self._last_warm(target) or COLDEST_HOT_WATER
        highest = RANGES[Setting.HOT_WATER_MIN].maximum
        if settings.hot_water_max is not None:
            highest = min(highest, settings.hot_water_max)
        return max(min(before, highest), COLDEST_HOT_WATER)
