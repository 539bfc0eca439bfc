"""What is wrong with a home right now, as Home Assistant shows it under Repairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import HOME_KEY
from ..model.errors import Pending
from ..sync.home import Home
from ..sync.reconciler import Reconciler
from ..sync.vacations import Vacations
from .errors import nothing_listed_reason, pending_reason
from .inventory import Inventory
from .issues import (
    ACCOUNT_LINK_PAGE,
    NO_HEAT_PUMPS_PAGE,
    NOT_KEPT_PAGE,
    VACATIONS_PAGE,
    anonymous,
    async_close_others,
    async_create_issue,
)
from .texts import async_name_of, async_value_text


@dataclass(eq=False, slots=True)
class RepairList:
    """The issues of one config entry, but for the hot water's; in the language that the house speaks."""

    hass: HomeAssistant
    entry: ConfigEntry
    inventory: Inventory
    home: Home
    vacations: Vacations
    reconciler: Reconciler

    @callback
    def async_show(self) -> None:
        """Show what is wrong, and nothing that no longer is; nothing at all once the home is closed."""
        if self.home.is_closed:
            return
        hass, ids = self.hass, self.inventory.identifiers
        not_kept = {
            f"{anonymous(target)}_{setting}": (target, setting, it)
            for target, settings in self.home.shadows.not_kept().items()
            for setting, it in settings.items()
        }
        self._show(
            "not_kept",
            None,
            {
                name: {
                    "heat_pump": ids.async_device_name(target),
                    "setting": async_name_of(hass, ids, target, setting),
                    "wished": (wished := async_value_text(hass, setting, it.accepted)),
                    "wished_in_choice": wished,
                    "held": async_value_text(hass, setting, it.held),
                    "page": NOT_KEPT_PAGE,
                }
                for name, (target, setting, it) in not_kept.items()
            },
            {
                name: {
                    "entry_id": self.entry.entry_id,
                    "target": target or HOME_KEY,
                    "setting": setting.value,
                }
                for name, (target, setting, _) in not_kept.items()
            },
        )
        self._show(
            "account_link",
            ACCOUNT_LINK_PAGE,
            {
                anonymous(device_id): {
                    "heat_pump": ids.async_device_name(device_id, heat_pump.full_name)
                }
                for device_id, heat_pump in self.inventory.heat_pumps.items()
                if heat_pump.needs_reauthentication
            },
        )
        no_heat_pumps: dict[str, dict[str, str]] = {}
        if (nothing_left := self.inventory.nothing_left) is not None:
            reason = nothing_listed_reason(hass, nothing_left, self.home.device_id)
            no_heat_pumps[anonymous(None)] = {
                "home": self.entry.title,
                "reason": reason,
            }
        self._show("no_heat_pumps", NO_HEAT_PUMPS_PAGE, no_heat_pumps)
        overdue: dict[Pending, dict[str, dict[str, str]]] = {it: {} for it in Pending}
        for target, problem in self.reconciler.overdue().items():
            overdue[self.vacations.pending(target)][anonymous(target)] = {
                "heat_pump": ids.async_device_name(target),
                "reason": pending_reason(hass, problem),
            }
        for pending, issues in overdue.items():
            self._show(pending, VACATIONS_PAGE, issues)

    def _show(
        self,
        key: str,
        page: str | None,
        issues: Mapping[str, Mapping[str, str]],
        data: Mapping[str, dict[str, str | int | float | None]] = {},
    ) -> None:
        """Show exactly these issues of a kind, each with its placeholders; with data, where it can be mended."""
        prefix = f"{key}_{self.entry.entry_id}_"
        async_close_others(self.hass, prefix, {prefix + name for name in issues})
        for name, placeholders in issues.items():
            async_create_issue(
                self.hass,
                prefix + name,
                placeholders,
                translation_key=key,
                data=data.get(name),
                learn_more_url=page,
            )
