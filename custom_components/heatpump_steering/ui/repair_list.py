"""What is wrong with a home right now, as Home Assistant shows it under Repairs."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..sync.home import Home
from ..sync.reconciler import Reconciler
from ..sync.vacations import Vacations
from .errors import nothing_listed_reason, pending_reason
from .inventory import Inventory
from .issues import (
    async_show_broken_links,
    async_show_no_heat_pumps,
    async_show_not_kept,
    async_show_overdue_vacations,
)


class RepairList:
    """The issues of one config entry, but for the hot water's; in the language that the house speaks."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        inventory: Inventory,
        home: Home,
        *,
        vacations: Vacations,
        reconciler: Reconciler,
    ) -> None:
        """Take what knows of anything wrong."""
        self._hass = hass
        self._entry = entry
        self._inventory = inventory
        self._home = home
        self._vacations = vacations
        self._reconciler = reconciler

    @callback
    def async_show(self) -> None:
        """Show what is wrong, and nothing that no longer is; nothing at all once the home is closed."""
        if self._home.is_closed:
            return
        ids = self._inventory.identifiers
        async_show_not_kept(
            self._hass, self._entry.entry_id, ids, self._home.shadows.not_kept()
        )
        async_show_broken_links(
            self._hass, self._entry.entry_id, ids, self._inventory.heat_pumps
        )
        nothing_left = self._inventory.nothing_left
        async_show_no_heat_pumps(
            self._hass,
            self._entry,
            None
            if nothing_left is None
            else nothing_listed_reason(self._hass, nothing_left, self._home.device_id),
        )
        async_show_overdue_vacations(
            self._hass,
            self._entry.entry_id,
            ids,
            {
                target: (
                    self._vacations.stage(target),
                    pending_reason(self._hass, problem),
                )
                for target, problem in self._reconciler.overdue().items()
            },
        )
