"""The watch over the hot water: a minimum below 40 °C outside a vacation does not go unnoticed."""

from datetime import datetime
from time import monotonic
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..api import Setting, Settings
from ..const import Target
from ..model.limits import COLDEST_HOT_WATER, RANGES, is_cold
from ..sync.home import Home
from ..sync.vacations import Stage, Vacations
from .inventory import Inventory
from .issues import ColdHotWater, async_show_cold_hot_water

# How long it may be so, in seconds: somebody may be about to set more than one thing.
GRACE: Final = 600.0


class HotWaterWatch:
    """Watches the hot-water minimum of every heat pump of a config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        inventory: Inventory,
        home: Home,
        vacations: Vacations,
    ) -> None:
        """Watch the heat pumps of a home, but for those on vacation."""
        self._hass = hass
        self._entry_id = entry_id
        self._inventory = inventory
        self._home = home
        self._vacations = vacations
        self._since: dict[Target, float] = {}
        self._unsub_timer: CALLBACK_TYPE | None = None

    @callback
    def look(self, _: datetime | None = None) -> None:
        """Look whether a minimum is too low, and whether it has been for long."""
        self.stop()
        now = monotonic()
        cold = {
            target: settings
            for target in self._home.targets
            if is_cold(settings := self._home.shown(target))
            and self._vacations.stage(target) not in (Stage.STARTING, Stage.AWAY)
        }
        self._since = {target: self._since.get(target, now) for target in cold}
        async_show_cold_hot_water(
            self._hass,
            self._entry_id,
            self._inventory.identifiers,
            {
                target: ColdHotWater(
                    minimum,
                    self._before(target, settings),
                    now - self._since[target] >= GRACE,
                )
                for target, settings in cold.items()
                if (minimum := settings.hot_water_min) is not None
            },
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
        before = (
            self._home.shadow(target).overrides.base.hot_water_min or COLDEST_HOT_WATER
        )
        highest = RANGES[Setting.HOT_WATER_MIN].maximum
        if settings.hot_water_max is not None:
            highest = min(highest, settings.hot_water_max)
        return max(min(before, highest), COLDEST_HOT_WATER)
