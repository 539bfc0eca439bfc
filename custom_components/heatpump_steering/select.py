"""The settings that are one of several."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, override

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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects."""

    def make(
        coordinator: SteeringCoordinator, target: Target
    ) -> Iterable[SteeringSelect]:
        yield ControlModeSelect(coordinator, target)
        yield OptimizationSelect(coordinator, target)

    await async_add_for_each_target(entry, async_add_entities, make)


class SteeringSelect(SteeringEntity, SelectEntity):
    """A choice, each option of which is a change."""

    key: ClassVar[str]
    changes: ClassVar[Mapping[str, Settings]]

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Offer the options."""
        super().__init__(coordinator, target, self.key)
        self._attr_options = list(self.changes)

    @property
    @override
    def basis(self) -> object:
        """Return the option that is shown."""
        return self.current_option

    @property
    @override
    @abstractmethod
    def current_option(self) -> str | None:
        """Return the option that is shown, or None while unknown."""

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose an option."""
        await self.async_change(self.changes[option])


class ControlModeSelect(SteeringSelect):
    """What the cloud may do with the room: nothing, heat, cool, or both."""

    key = "control_mode"
    changes: ClassVar[Mapping[str, Settings]] = {
        mode.value: Settings(control_mode=mode) for mode in ControlMode
    }

    @property
    @override
    def current_option(self) -> str | None:
        """Return the mode."""
        return self.shown.control_mode


class OptimizationSelect(SteeringSelect):
    """What the cloud optimises for: the five states that can be, as one choice."""

    key = "optimization"
    _attr_entity_category = EntityCategory.CONFIG
    changes: ClassVar[Mapping[str, Settings]] = {
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
    }

    @property
    @override
    def current_option(self) -> str | None:
        """Return the option that is exactly what is shown; None if it is not one of the five."""
        shown = self.shown
        for option, change in self.changes.items():
            if all(shown.get(setting) == value for setting, value in change.items()):
                return option
        return None
