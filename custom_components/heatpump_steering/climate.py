"""The heat pump as a thermostat: control mode, preferred temperature and comfort band in one."""

from collections.abc import Iterable
from typing import Any, Final, override

from homeassistant.components.climate import ClimateEntity
from homeassistant.components.climate.const import (
    ATTR_HVAC_MODE,
    ATTR_TARGET_TEMP_HIGH,
    ATTR_TARGET_TEMP_LOW,
    PRESET_AWAY,
    PRESET_NONE,
    ClimateEntityFeature,
    HVACMode,
)
from homeassistant.const import ATTR_TEMPERATURE, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.temperature import display_temp

from .api import ControlMode, Leaf, Settings
from .band import Band, change_to_band, change_to_target, lower_edge, upper_edge
from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .errors import action_error
from .limits import RANGES, LimitError
from .wording import async_common_text

# The outbox orders and merges what is written; here it would only make a scene wait.
PARALLEL_UPDATES = 0

HVAC_MODES: Final = {
    ControlMode.OFF: HVACMode.OFF,
    ControlMode.HEATING: HVACMode.HEAT,
    ControlMode.COOLING: HVACMode.COOL,
    ControlMode.AUTO: HVACMode.HEAT_COOL,
}
CONTROL_MODES: Final = {hvac_mode: mode for mode, hvac_mode in HVAC_MODES.items()}

PREFERRED: Final = RANGES[Leaf.PREFERRED_TEMPERATURE]
LOWEST_EDGE: Final = PREFERRED.minimum - RANGES[Leaf.ALLOWED_BELOW].maximum
FEATURES: Final = (
    ClimateEntityFeature.TARGET_TEMPERATURE
    | ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
    | ClimateEntityFeature.TURN_OFF
    | ClimateEntityFeature.TURN_ON
)
HIGHEST_EDGE: Final = PREFERRED.maximum + RANGES[Leaf.ALLOWED_ABOVE].maximum


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the thermostats."""

    def make(
        coordinator: SteeringCoordinator, target: Target
    ) -> Iterable[SteeringClimate]:
        yield SteeringClimate(coordinator, target)

    await async_add_for_each_target(entry, async_add_entities, make)


class SteeringClimate(SteeringEntity, ClimateEntity):
    """A heat pump, or all of the home's.

    In heat, cool and off it has one target, the preferred temperature. In heat_cool it has two handles, the edges
    of the comfort band; with all three values set the frontend would show one handle only.
    """

    _attr_name = None
    _attr_hvac_modes = list(CONTROL_MODES)  # noqa: RUF012 - Home Assistant's own type
    _attr_preset_modes = [PRESET_NONE, PRESET_AWAY]  # noqa: RUF012 - Home Assistant's own type
    # Both names: 2026.10 knows only the first, 2026.11 warns of it unless the second is there too.
    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_native_temperature_unit = UnitOfTemperature.CELSIUS

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Be the main entity of the target's device."""
        super().__init__(coordinator, target, "climate")

    @property
    @override
    def supported_features(self) -> ClimateEntityFeature:
        """Return what the thermostat can do; a vacation is the home's, or the only heat pump's."""
        if self.target == self.coordinator.main_target:
            return FEATURES | ClimateEntityFeature.PRESET_MODE
        return FEATURES

    @property
    @override
    def preset_mode(self) -> str:
        """Return away during a vacation, none else."""
        return PRESET_AWAY if self.coordinator.vacations.away else PRESET_NONE

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        """Return the mode, or None while unknown."""
        mode = self.shown.control_mode
        return None if mode is None else HVAC_MODES[mode]

    @property
    @override
    def target_temperature(self) -> float | None:
        """Return the preferred temperature; None in heat_cool, which has a band instead."""
        if self.hvac_mode is HVACMode.HEAT_COOL:
            return None
        return self.shown.preferred_temperature

    @property
    @override
    def target_temperature_low(self) -> float | None:
        """Return the lower edge of the comfort band in heat_cool."""
        if self.hvac_mode is not HVACMode.HEAT_COOL:
            return None
        return lower_edge(self.shown)

    @property
    @override
    def target_temperature_high(self) -> float | None:
        """Return the upper edge of the comfort band in heat_cool."""
        if self.hvac_mode is not HVACMode.HEAT_COOL:
            return None
        return upper_edge(self.shown)

    @property
    @override
    def current_temperature(self) -> float | None:
        """Return what the picked sensor of the room says."""
        return self.coordinator.room_sensors.temperature(self.target)

    @property
    @override
    def basis(self) -> object:
        """Return mode, target or band, the temperature of the room, and what becomes of a vacation."""
        return (
            self.hvac_mode,
            self.target_temperature,
            self.target_temperature_low,
            self.target_temperature_high,
            self.current_temperature,
            self.preset_mode,
            self.supported_features,
        )

    # The names of 2026.11 for the same four.
    native_current_temperature = current_temperature
    native_target_temperature = target_temperature
    native_target_temperature_low = target_temperature_low
    native_target_temperature_high = target_temperature_high

    @property
    @override
    def min_temp(self) -> float:
        """Return the lowest temperature of the control, low enough for the band that is shown."""
        if self.hvac_mode is not HVACMode.HEAT_COOL:
            return PREFERRED.minimum
        edge = lower_edge(self.shown)
        return LOWEST_EDGE if edge is None else min(edge, LOWEST_EDGE)

    @property
    @override
    def max_temp(self) -> float:
        """Return the highest temperature of the control, high enough for the band that is shown."""
        if self.hvac_mode is not HVACMode.HEAT_COOL:
            return PREFERRED.maximum
        edge = upper_edge(self.shown)
        return HIGHEST_EDGE if edge is None else max(edge, HIGHEST_EDGE)

    @property
    @override
    def target_temperature_step(self) -> float:
        """Return the step of the control, in the house's own unit."""
        if self.hass.config.units.temperature_unit == UnitOfTemperature.FAHRENHEIT:
            return 1
        return PREFERRED.step

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Set the control mode."""
        await self.async_change(Settings(control_mode=CONTROL_MODES[hvac_mode]))

    @override
    async def async_turn_on(self) -> None:
        """Go back to the last mode that was not off; to heating where none is known."""
        mode = self.coordinator.memory.last_mode(self.target) or ControlMode.HEATING
        await self.async_change(Settings(control_mode=mode))

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Begin a vacation with an open end, or end the one that runs."""
        vacations = self.coordinator.vacations
        if preset_mode == PRESET_AWAY:
            await vacations.async_leave(async_common_text(self.hass, "vacation"))
        else:
            await vacations.async_come_home()

    @override
    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set target, band and mode, whichever of them are given, in one change. All are °C."""
        hvac_mode: HVACMode | None = kwargs.get(ATTR_HVAC_MODE)
        if hvac_mode is not None:
            self._valid_mode_or_raise("hvac", hvac_mode, self.hvac_modes)
        try:
            change = self._change_to_temperatures(
                kwargs.get(ATTR_TEMPERATURE),
                kwargs.get(ATTR_TARGET_TEMP_LOW),
                kwargs.get(ATTR_TARGET_TEMP_HIGH),
                hvac_mode or self.hvac_mode,
            )
        except LimitError as error:
            self._show_the_truth()
            raise action_error(self.hass, error) from error
        if hvac_mode is not None:
            change = change.merged_with(Settings(control_mode=CONTROL_MODES[hvac_mode]))
        await self.async_change(change)

    def _change_to_temperatures(
        self,
        target: float | None,
        low: float | None,
        high: float | None,
        hvac_mode: HVACMode | None,
    ) -> Settings:
        """Return the change that the temperatures mean; raises LimitError."""
        if low is not None and high is not None:
            band = Band(
                self._as_shown(low, lower_edge(self.shown)),
                self._as_shown(high, upper_edge(self.shown)),
            )
            return change_to_band(band, self.coordinator.expected(self.target), target)
        if target is not None and hvac_mode is HVACMode.HEAT_COOL:
            return change_to_target(target, self.shown)
        return Settings(preferred_temperature=target)

    def _as_shown(self, edge: float, shown: float | None) -> float:
        """Return the edge that is shown if this is the same one, rounded for display.

        The frontend sends both edges when one is moved, and the other must not drift by its rounding.
        """
        unit, precision = UnitOfTemperature.CELSIUS, self.precision
        displayed = display_temp(self.hass, shown, unit, precision)
        if shown is not None and displayed == display_temp(
            self.hass, edge, unit, precision
        ):
            return shown
        return edge
