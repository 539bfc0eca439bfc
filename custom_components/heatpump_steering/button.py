"""The button that ends what is set for a while."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target

# What it ends is brought to the cloud in an order of its own.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: [BackToNormalButton(coordinator, target)],
    )


class BackToNormalButton(SteeringEntity, ButtonEntity):
    """Ends what is set for a while at a heat pump, or at all of the home; a vacation goes on."""

    _attr_assumed_state = False
    basis = ()

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Belong to a target."""
        super().__init__(coordinator, target, "back_to_normal")

    @property
    @override
    def available(self) -> bool:
        """Return whether the heat pump is known: what is ended while the cloud is away is over, and goes back when it is there."""
        return self.target in self.coordinator.data.targets

    @override
    async def async_press(self) -> None:
        """End it; raises HomeAssistantError while not all is back."""
        in_force = self.target_data.in_force
        if in_force and all(it.is_vacation for it in in_force):
            return
        await self.coordinator.async_do_for_a_while(
            self.target,
            self.coordinator.for_a_while.async_end(self.target),
            self._context,
        )
