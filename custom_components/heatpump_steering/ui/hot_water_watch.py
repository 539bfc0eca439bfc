"""The watch over the hot water: a minimum below 40 °C outside a vacation does not go unnoticed."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..api import Setting
from ..const import HOME_KEY, Target
from ..model.limits import COLDEST_HOT_WATER, RANGES, is_cold
from ..sync.home import Home
from ..sync.vacations import Stage, Vacations
from .inventory import Inventory
from .issues import HOT_WATER_PAGE, anonymous, async_close_others, async_create_issue
from .texts import temperature_text

# How long it may be so, in seconds: somebody may be about to set more than one thing.
GRACE: Final = 600.0


@dataclass(eq=False)
class HotWaterWatch:
    """Watches the hot-water minimum of every heat pump of a config entry, but for those on vacation."""

    hass: HomeAssistant
    entry_id: str
    inventory: Inventory
    home: Home
    vacations: Vacations
    _since: dict[Target, float] = field(default_factory=dict, init=False)
    _unsub_timer: CALLBACK_TYPE | None = field(default=None, init=False)

    @callback
    def look(self, _: datetime | None = None) -> None:
        """Look whether a minimum is too low, and whether it has been for long."""
        self.stop()
        now = monotonic()
        cold = {
            target: minimum
            for target, shadow in self.home.shadows.items()
            if is_cold(shown := shadow.shown)
            and (minimum := shown.hot_water_min) is not None
            and self.vacations.stage(target) not in (Stage.STARTING, Stage.AWAY)
        }
        self._since = {target: self._since.get(target, now) for target in cold}
        prefix = f"hot_water_{self.entry_id}_"
        # With the minimum: whoever leaves it as it is has not said yes to any other.
        issues = {
            target: f"{prefix}{anonymous(target)}_{minimum:g}"
            for target, minimum in cold.items()
        }
        async_close_others(self.hass, prefix, issues.values())
        waits = []
        for target, issue_id in issues.items():
            if (wait := self._since[target] + GRACE - now) > 0:
                waits.append(wait)
            else:
                self._show(issue_id, target, cold[target])
        if waits:
            self._unsub_timer = async_call_later(self.hass, min(waits), self.look)

    @callback
    def stop(self) -> None:
        """Look no more by itself."""
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None

    def _show(self, issue_id: str, target: Target, minimum: float) -> None:
        """Show an issue that offers the minimum from before, as far as it can be set."""
        base = self.home.shadow(target).overrides.base
        before = base.hot_water_min or COLDEST_HOT_WATER
        highest = RANGES[Setting.HOT_WATER_MIN].maximum
        if (maximum := self.home.shown(target).hot_water_max) is not None:
            highest = min(highest, maximum)
        before = max(min(before, highest), COLDEST_HOT_WATER)
        ids = self.inventory.identifiers
        async_create_issue(
            self.hass,
            issue_id,
            {
                "heat_pump": ids.async_device_name(target),
                "minimum": temperature_text(self.hass, minimum),
                "before": temperature_text(self.hass, before),
                "coldest": temperature_text(self.hass, COLDEST_HOT_WATER),
                "page": HOT_WATER_PAGE,
            },
            data={
                "entry_id": self.entry_id,
                "target": target or HOME_KEY,
                "before": before,
            },
            translation_key="hot_water",
        )
