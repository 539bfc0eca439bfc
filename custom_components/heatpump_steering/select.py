"""The settings that are one of several."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import ControlMode, Settings
from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target

# The write queue orders and merges what is written; here it would only make a scene wait.
PARALLEL_UPDATES = 0

CONTROL_MODE: Final = "control_mode"
OPTIMIZATION: Final = "optimization"

# What each option of a select sets.
OPTIONS: Final[Mapping[str, Mapping[str, Settings]]] = {
    CONTROL_MODE: {mode.value: Settings(control_mode=mode) for mode in ControlMode},
    OPTIMIZATION: {
        option: Settings(
            flex_trading=flex_trading,
            dynamic_tariff=dynamic_tariff,
            pv_self_consumption=pv_self_consumption,
        )
        for option, flex_trading, dynamic_tariff, pv_self_consumption in (
            ("none", False, False, False),
            ("flex_trading", True, False, False),
            ("dynamic_tariff", False, True, False),
            ("pv_self_consumption", False, False, True),
            ("tariff_and_pv", False, True, True),
        )
    },
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: (
            SteeringSelect(coordinator, target, key) for key in OPTIONS
        ),
    )


class SteeringSelect(SteeringEntity, SelectEntity):
    """A choice, each option of which is a change."""

    basis = ("current_option",)

    def __init__(
        self, coordinator: SteeringCoordinator, target: Target, key: str
    ) -> None:
        """Offer the options."""
        super().__init__(coordinator, target, key)
        self._attr_entity_registry_enabled_default = not self._is_beside_heat_pumps
        self._changes = OPTIONS[key]
        self._attr_options = list(self._changes)
        self.settings = tuple(next(iter(self._changes.values())).keys())
        if key == OPTIMIZATION:
            self._attr_entity_category = EntityCategory.CONFIG

    @property
    @override
    def current_option(self) -> str | None:
        """Return the option that is exactly what is shown; None if it is none of them."""
        shown = self.shown
        for option, change in self._changes.items():
            if all(shown.get(setting) == value for setting, value in change.items()):
                return option
        return None

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change(self._changes[option])
