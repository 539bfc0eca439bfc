"""The event that somebody else has changed a setting."""

from collections.abc import Iterable
from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import TargetEntity, async_add_for_each_target
from .model.shadow import ChangedElsewhere
from .ui.events import signal_changed_elsewhere
from .ui.texts import async_name_of, async_value_text
from .ui.units import in_unit_of_house

# Only tells what the coordinator has read.
PARALLEL_UPDATES = 0

CHANGED = "changed"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an event for each heat pump."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: (
            # At the home it would be told twice; and where nothing is read, nothing comes to light.
            []
            if target is None or coordinator.write_only
            else [ChangedElsewhereEvent(coordinator, target)]
        ),
    )


class ChangedElsewhereEvent(TargetEntity, EventEntity):
    """Happens when a read shows that somebody else has changed a setting of the heat pump."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Belong to a heat pump."""
        super().__init__(coordinator, target, "changed_elsewhere")
        self._attr_event_types = [CHANGED]
        self._was_available = True

    @override
    async def async_added_to_hass(self) -> None:
        """Hear of what was changed."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                signal_changed_elsewhere(
                    self.coordinator.inventory.identifiers, self.target
                ),
                self._tell,
            )
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write nothing but whether it is available: all else is told when it happens."""
        if self.available != self._was_available:
            self._was_available = self.available
            super()._handle_coordinator_update()

    @callback
    def _stay(self, old_entity_id: str) -> None:
        """Stay as it is: Home Assistant 2026.11 adds what does not say so anew when it is called otherwise."""

    # Assigned: 2026.10 does not know this name, so that nothing is overridden there.
    async_entity_id_changed = _stay

    @callback
    def _tell(self, changes: Iterable[ChangedElsewhere]) -> None:
        """Let each change be an event of its own: old and new as an action takes them, and as a person reads them."""
        identifiers = self.coordinator.inventory.identifiers
        for it in changes:
            values = {"old": it.old, "new": it.new}
            self._trigger_event(
                CHANGED,
                {
                    "setting": it.setting.value,
                    "setting_name": async_name_of(
                        self.hass, identifiers, self.target, it.setting
                    ),
                    **{
                        name: in_unit_of_house(self.hass, it.setting, value)
                        for name, value in values.items()
                    },
                    **{
                        f"{name}_text": async_value_text(self.hass, it.setting, value)
                        for name, value in values.items()
                    },
                },
            )
            self.async_write_ha_state()
