"""The temperatures and differences, as numbers."""

from types import MappingProxyType
from typing import override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberMode
from homeassistant.const import ATTR_MODE, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import Setting, Settings
from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .model.limits import DIFFERENCES, RANGES, Range, range_of
from .ui.units import from_house, to_house

# The write queue orders and merges what is written; here it would only make a scene wait.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: (
            (DifferenceNumber if setting in DIFFERENCES else TemperatureNumber)(
                coordinator, target, setting
            )
            for setting in RANGES
        ),
    )


class TemperatureNumber(SteeringEntity, NumberEntity):
    """A temperature."""

    _attr_device_class = NumberDeviceClass.TEMPERATURE
    # In a list a slider shows neither its value nor, for lack of room, its name; and it would stand at the minimum
    # while the value is unknown.
    _attr_mode = NumberMode.BOX
    _attr_native_unit_of_measurement = UnitOfTemperature.CELSIUS
    _redrawn_as = MappingProxyType({ATTR_MODE: NumberMode.SLIDER})
    basis = ("native_value", "_range")

    def __init__(
        self, coordinator: SteeringCoordinator, target: Target, setting: Setting
    ) -> None:
        """Show one setting."""
        super().__init__(coordinator, target, setting)
        self._setting = setting
        self._attr_entity_registry_enabled_default = not self._is_beside_heat_pumps
        self.settings = (setting,)

    @property
    @override
    def native_value(self) -> float | None:
        value = self.shown.get(self._setting)
        return value if isinstance(value, float) else None

    @property
    @override
    def native_min_value(self) -> float:
        return self._range.minimum

    @property
    @override
    def native_max_value(self) -> float:
        return self._range.maximum

    @property
    def _range(self) -> Range:
        return range_of(
            self._setting,
            on_vacation=self.coordinator.home.allows_cold(self.target),
            earlier=self.coordinator.home.last_outside(self.target),
        )

    @property
    @override
    def native_step(self) -> float:
        """Return the step, which Home Assistant takes in the house's own unit."""
        if self.hass.config.units.temperature_unit == UnitOfTemperature.FAHRENHEIT:
            return 1
        return RANGES[self._setting].step

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.async_change(Settings.of({self._setting: value}))


class DifferenceNumber(TemperatureNumber):
    """A difference between temperatures, in the house's own unit: Home Assistant does not convert these."""

    _attr_device_class = NumberDeviceClass.TEMPERATURE_DELTA

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        return self.hass.config.units.temperature_unit

    @property
    @override
    def native_step(self) -> float:
        return RANGES[self._setting].step

    @property
    @override
    def native_value(self) -> float | None:
        value = super().native_value
        return None if value is None else self._to_house(value)

    @property
    @override
    def native_min_value(self) -> float:
        return self._to_house(super().native_min_value)

    @property
    @override
    def native_max_value(self) -> float:
        return self._to_house(super().native_max_value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        await super().async_set_native_value(
            from_house(self.hass, value, is_difference=True)
        )

    def _to_house(self, kelvin: float) -> float:
        return to_house(self.hass, kelvin, is_difference=True)
