"""What the differences mean as temperatures, how the vacation is, and how the settings stand with the cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .model.band import lower_edge, upper_edge
from .model.shadow import Status
from .sync.vacations import Stage
from .ui.snapshot import TargetData

# Only reads what the coordinator has.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SteeringSensorDescription(SensorEntityDescription):
    """Says what a sensor shows."""

    value_fn: Callable[[TargetData], float | str | datetime | None]
    needs_reading: bool = False
    """There is nothing to show where the cloud cannot be read."""


VACATION_STATUS = SteeringSensorDescription(
    key="vacation_status",
    device_class=SensorDeviceClass.ENUM,
    options=[stage.value for stage in Stage],
    value_fn=lambda data: data.vacation.value,
)
SENSORS = (
    SteeringSensorDescription(
        key="room_may_fall_to",
        device_class=SensorDeviceClass.TEMPERATURE,
        # An area would take it for the temperature of the room.
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda data: lower_edge(data.shown),
    ),
    SteeringSensorDescription(
        key="room_may_rise_to",
        device_class=SensorDeviceClass.TEMPERATURE,
        # An area would take it for the temperature of the room.
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=1,
        value_fn=lambda data: upper_edge(data.shown),
    ),
    SteeringSensorDescription(
        key="settings_status",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.value for status in Status],
        needs_reading=True,
        value_fn=lambda data: data.status.value,
    ),
    SteeringSensorDescription(
        key="last_changed",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        needs_reading=True,
        value_fn=lambda data: data.updated_at,
    ),
)


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
            *(
                SteeringSensor(coordinator, target, description)
                for description in SENSORS
                if not (description.needs_reading and coordinator.write_only)
            ),
            VacationSensor(coordinator, target, VACATION_STATUS),
        ),
    )


class SteeringSensor(SteeringEntity, SensorEntity):
    """Something to know about a heat pump or the home."""

    entity_description: SteeringSensorDescription
    basis: ClassVar[tuple[str, ...]] = ("native_value",)

    def __init__(
        self,
        coordinator: SteeringCoordinator,
        target: Target,
        description: SteeringSensorDescription,
    ) -> None:
        """Show what the description says."""
        super().__init__(coordinator, target, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> float | str | datetime | None:
        return self.entity_description.value_fn(self.target_data)


class VacationSensor(SteeringSensor):
    """How far a vacation is, and which settings it has in hand."""

    basis = ("native_value", "extra_state_attributes")

    @property
    @override
    def available(self) -> bool:
        """Return whether the heat pump is known; a vacation goes on while the cloud cannot be reached."""
        return self.target in self.coordinator.data.targets

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the settings, for automations that have to leave them alone; and what automations have begun."""
        return {
            "settings": sorted(it.value for it in self.target_data.in_hand),
            "begun": sorted(self.target_data.begun),
        }
