"""What is wrong with a home right now, as Home Assistant shows it under Repairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..api import Setting
from ..const import Target
from ..sync.home import Home
from ..sync.reconciler import Reconciler
from ..sync.vacations import Stage, Vacations
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
from .texts import async_setting_name, async_value_text


@dataclass(frozen=True, slots=True, eq=False)
class RepairList:
    """The issues of one config entry, but for the hot water's; in the language that the house speaks."""

    _hass: HomeAssistant
    _entry: ConfigEntry
    _inventory: Inventory
    _home: Home
    _vacations: Vacations
    _reconciler: Reconciler

    @callback
    def async_show(self) -> None:
        """Show what is wrong, and nothing that no longer is; nothing at all once the home is closed."""
        if self._home.is_closed:
            return
        hass, inventory = self._hass, self._inventory
        self._show(
            "not_kept",
            NOT_KEPT_PAGE,
            {
                f"{anonymous(target)}_{setting}": {
                    "heat_pump": self._name(target),
                    "setting": self._setting_name(target, setting),
                    "setting_in_title": self._setting_name(target, setting),
                    "wished": async_value_text(hass, setting, it.accepted),
                    "held": async_value_text(hass, setting, it.held),
                }
                for target, settings in self._home.shadows.not_kept().items()
                for setting, it in settings.items()
            },
        )
        self._show(
            "account_link",
            ACCOUNT_LINK_PAGE,
            {
                anonymous(device_id): {
                    "heat_pump": self._name(device_id, heat_pump.full_name)
                }
                for device_id, heat_pump in inventory.heat_pumps.items()
                if heat_pump.needs_reauthentication
            },
        )
        no_heat_pumps: dict[str, dict[str, str]] = {}
        if (nothing_left := inventory.nothing_left) is not None:
            reason = nothing_listed_reason(hass, nothing_left, self._home.device_id)
            no_heat_pumps[anonymous(None)] = {
                "home": self._entry.title,
                "reason": reason,
            }
        self._show("no_heat_pumps", NO_HEAT_PUMPS_PAGE, no_heat_pumps)
        overdue: dict[str, dict[str, dict[str, str]]] = {
            "vacation_start": {},
            "vacation_end": {},
        }
        for target, problem in self._reconciler.overdue().items():
            begins = self._vacations.stage(target) in (Stage.HOME, Stage.STARTING)
            overdue["vacation_start" if begins else "vacation_end"][
                anonymous(target)
            ] = {
                "heat_pump": self._name(target),
                "reason": pending_reason(hass, problem),
            }
        for key, issues in overdue.items():
            self._show(key, VACATIONS_PAGE, issues)

    def _name(self, target: Target, default: str = "") -> str:
        return self._inventory.identifiers.async_device_name(
            target, default or target or ""
        )

    def _setting_name(self, target: Target, setting: Setting) -> str:
        entity = self._inventory.identifiers.async_entity(target, setting)
        return async_setting_name(self._hass, entity.entity_id) if entity else setting

    def _show(
        self, key: str, page: str, issues: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Show exactly these issues of a kind, each with its placeholders."""
        prefix = f"{key}_{self._entry.entry_id}_"
        async_close_others(self._hass, prefix, {prefix + name for name in issues})
        for name, placeholders in issues.items():
            async_create_issue(
                self._hass,
                prefix + name,
                placeholders,
                translation_key=key,
                learn_more_url=page,
            )
