"""Whether the link to the manufacturer's account is broken."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target

# Only reads what the coordinator has.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: (
            # The home has no account of its own, and without reading there is no list that would tell.
            []
            if target is None or coordinator.write_only
            else [AccountLinkSensor(coordinator, target)]
        ),
    )


class AccountLinkSensor(SteeringEntity, BinarySensorEntity):
    """On when the cloud has lost its access to the manufacturer's account, so that it cannot steer."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    basis = ("is_on",)

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Watch the link of one heat pump."""
        super().__init__(coordinator, target, "account_link")

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the link is broken, or None where the cloud does not tell."""
        heat_pump = self.coordinator.data.heat_pumps.get(self.target or "")
        return None if heat_pump is None else heat_pump.needs_reauthentication
