"""The temperatures and differences, as numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import ATTR_MODE, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.unit_conversion import TemperatureDeltaConverter

from .api import Setting, Settings, without_dust
from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .model.limits import RANGES, Range, range_of

# The write queue orders and merges what is written; here it would only make a scene wait.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SteeringNumberDescription(NumberEntityDescription):
    """Says which setting a number is; `step` is in the house's own unit."""

    setting: Setting
    step_celsius: float
    step_fahrenheit: float


TEMPERATURES = tuple(
    SteeringNumberDescription(
        key=setting,
        setting=setting,
        device_class=NumberDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        step_celsius=RANGES[setting].step,
        step_fahrenheit=1,
    )
    for setting in (
        Setting.PREFERRED_TEMPERATURE,
        Setting.HOT_WATER_MIN,
        Setting.HOT_WATER_MAX,
    )
)
DIFFERENCES = tuple(
    SteeringNumberDescription(
        key=setting,
        setting=setting,
        device_class=NumberDeviceClass.TEMPERATURE_DELTA,
        step_celsius=RANGES[setting].step,
        step_fahrenheit=RANGES[setting].step,
    )
    for setting in (Setting.ALLOWED_BELOW, Setting.ALLOWED_ABOVE)
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers."""

    def make(
        coordinator: SteeringCoordinator, target: Target
    ) -> Iterable[SteeringNumber]:
        for description in TEMPERATURES:
            yield SteeringNumber(coordinator, target, description)
        for description in DIFFERENCES:
            yield DifferenceNumber(coordinator, target, description)

    await async_add_for_each_target(entry, async_add_entities, make)


class SteeringNumber(SteeringEntity, NumberEntity):
    """A temperature."""

    entity_description: SteeringNumberDescription
    # In a list a slider shows neither its value nor, for lack of room, its name; and it would stand at the minimum
    # while the value is unknown.
    _attr_mode = NumberMode.BOX
    _redrawn_as = MappingProxyType({ATTR_MODE: NumberMode.SLIDER})

    def __init__(
        self,
        coordinator: SteeringCoordinator,
        target: Target,
        description: SteeringNumberDescription,
    ) -> None:
        """Show one setting."""
        super().__init__(coordinator, target, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value, or None while unknown."""
        value = self.shown.get(self.entity_description.setting)
        return value if isinstance(value, float) else None

    @property
    @override
    def native_min_value(self) -> float:
        """Return the lowest value; that of the hot water is lower during a vacation."""
        return self._range.minimum

    @property
    @override
    def native_max_value(self) -> float:
        """Return the highest value."""
        return self._range.maximum

    @property
    def _range(self) -> Range:
        return range_of(
            self.entity_description.setting,
            on_vacation=self.coordinator.home.allows_cold(self.target),
            earlier=self.coordinator.home.last_outside(self.target),
        )

    @property
    @override
    def basis(self) -> object:
        """Return the value, and the range."""
        return (self.native_value, self.native_min_value, self.native_max_value)

    @property
    @override
    def native_step(self) -> float:
        """Return the step, which Home Assistant takes in the house's own unit."""
        if self._house_unit == UnitOfTemperature.FAHRENHEIT:
            return self.entity_description.step_fahrenheit
        return self.entity_description.step_celsius

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the temperature, in °C."""
        await self.async_change(Settings.of({self.entity_description.setting: value}))

    @property
    def _house_unit(self) -> UnitOfTemperature:
        return UnitOfTemperature(self.hass.config.units.temperature_unit)


class DifferenceNumber(SteeringNumber):
    """A difference between temperatures, in the house's own unit: Home Assistant does not convert these."""

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        """Return the house's own unit."""
        return self._house_unit

    @property
    @override
    def native_value(self) -> float | None:
        """Return the difference in the house's own unit."""
        value = super().native_value
        return None if value is None else self._to_house(value)

    @property
    @override
    def native_min_value(self) -> float:
        """Return the smallest difference in the house's own unit."""
        return self._to_house(super().native_min_value)

    @property
    @override
    def native_max_value(self) -> float:
        """Return the largest difference in the house's own unit."""
        return self._to_house(super().native_max_value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the difference, in the house's own unit."""
        await super().async_set_native_value(
            TemperatureDeltaConverter.convert(
                value, self._house_unit, UnitOfTemperature.KELVIN
            )
        )

    def _to_house(self, kelvin: float) -> float:
        return without_dust(
            TemperatureDeltaConverter.convert(
                kelvin, UnitOfTemperature.KELVIN, self._house_unit
            )
        )
