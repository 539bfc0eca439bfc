"""The settings that are on or off."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import ATTR_ASSUMED_STATE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import SWITCHES, Setting, Settings
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
    """Add the switches."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: (
            SteeringSwitch(coordinator, target, setting) for setting in SWITCHES
        ),
    )


class SteeringSwitch(SteeringEntity, SwitchEntity):
    """A setting that is on or off."""

    # What somebody switches off with everything else in an area must not be one of these.
    _attr_entity_category = EntityCategory.CONFIG
    basis = ("is_on",)

    def __init__(
        self, coordinator: SteeringCoordinator, target: Target, setting: Setting
    ) -> None:
        """Show one setting."""
        super().__init__(coordinator, target, setting)
        self._setting = setting
        self._attr_entity_registry_enabled_default = not self._is_beside_heat_pumps
        self.settings = (setting,)
        # Two buttons instead of a toggle, or the other way round.
        self._redrawn_as = {ATTR_ASSUMED_STATE: not coordinator.write_only}

    @property
    @override
    def is_on(self) -> bool | None:
        value = self.shown.get(self._setting)
        return None if value is None else bool(value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on; the cloud switches off what excludes it."""
        await self.async_change(Settings.of({self._setting: True}))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change(Settings.of({self._setting: False}))
