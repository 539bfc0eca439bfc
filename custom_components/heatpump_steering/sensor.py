"""What the differences mean as temperatures, what is in force for a while, and how the settings stand with the cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfTemperature
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .model.band import lower_edge, upper_edge
from .model.override import OURS
from .model.shadow import Status
from .sync.vacations import Stage
from .ui.ids import FOR_A_WHILE_SENSOR, VACATION_SENSOR
from .ui.snapshot import TargetData

# Only reads what the coordinator has.
PARALLEL_UPDATES = 0

# What is in force where nothing is.
NOTHING: Final = "none"
ATTR_IN_FORCE: Final = "in_force"
ATTR_BEGUN: Final = "begun"
# Home Assistant keeps no longer state.
LONGEST_STATE: Final = 255


@dataclass(frozen=True, kw_only=True)
class SteeringSensorDescription(SensorEntityDescription):
    """Says what a sensor shows."""

    value_fn: Callable[[TargetData], float | str | datetime | None]
    needs_reading: bool = False
    """There is nothing to show where the cloud cannot be read."""
    needs_cloud: bool = True
    """There is nothing to show while the cloud does not answer."""


def _back_to_normal_at(data: TargetData) -> datetime | None:
    """Return when all that is in force has ended by itself; None if any of it has an open end, or where there is nothing."""
    ends = [it.until for it in data.in_force if it.until is not None]
    return max(ends, default=None) if len(ends) == len(data.in_force) else None


VACATION_STATUS = SteeringSensorDescription(
    key=VACATION_SENSOR,
    device_class=SensorDeviceClass.ENUM,
    options=[stage.value for stage in Stage],
    needs_cloud=False,
    value_fn=lambda data: data.vacation.value,
)
# No enumeration: a person may call it whatever they like.
FOR_A_WHILE = SteeringSensorDescription(
    key=FOR_A_WHILE_SENSOR,
    needs_cloud=False,
    value_fn=lambda data: data.in_force[0].name if data.in_force else NOTHING,
)
SENSORS = (
    SteeringSensorDescription(
        key="back_to_normal_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        needs_cloud=False,
        value_fn=_back_to_normal_at,
    ),
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
            ForAWhileSensor(coordinator, target, FOR_A_WHILE),
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
    def available(self) -> bool:
        """Return whether it can be shown; what is set for a while goes on while the cloud cannot be reached."""
        if self.entity_description.needs_cloud:
            return super().available
        return self.target in self.coordinator.data.targets

    @property
    @override
    def native_value(self) -> float | str | datetime | None:
        return self.entity_description.value_fn(self.target_data)

    @override
    def _cause(self) -> Context | None:
        """Return the context of whoever begins or ends something for a while right now."""
        return self.coordinator.hands.context_for_a_while(self.target)


class VacationSensor(SteeringSensor):
    """How far a vacation is, and which settings it has in hand."""

    basis = ("native_value", "extra_state_attributes")

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the settings, for automations that have to leave them alone."""
        return {"settings": sorted(it.value for it in self.target_data.in_hand)}


class ForAWhileSensor(SteeringSensor):
    """What is in force for a while: the strongest as the state, and all of it."""

    basis = ("native_value", "extra_state_attributes")
    _unrecorded_attributes = frozenset({ATTR_IN_FORCE, ATTR_BEGUN})

    @property
    @override
    def native_value(self) -> str:
        """Return the name of the strongest: a key that is translated where it is ours, else what it is called."""
        return self._name(str(super().native_value))[:LONGEST_STATE]

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return all that is in force, the strongest first; the ends are in the time of the house.

        Also what automations have begun and not ended, by the keys that they know it by, or by its name.
        """
        return {
            ATTR_IN_FORCE: [
                {
                    "name": self._name(it.name),
                    "settings": sorted(setting.value for setting in it.settings),
                    "until": None
                    if it.until is None
                    else dt_util.as_local(it.until).isoformat(timespec="seconds"),
                }
                for it in self.target_data.in_force
            ],
            ATTR_BEGUN: sorted(self.target_data.begun),
        }

    def _name(self, name: str) -> str:
        return name if name in OURS else self.coordinator.presets.label(name)
