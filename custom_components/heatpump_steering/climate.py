"""The heat pump as a thermostat: control mode, preferred temperature and comfort band in one."""

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
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.temperature import display_temp

from .api import ControlMode, Setting, Settings, same_value
from .const import Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .entity import SteeringEntity, async_add_for_each_target
from .model.band import (
    Band,
    band_of,
    change_to_band,
    change_to_target,
    earlier_band,
    lower_edge,
    shift_to,
    upper_edge,
)
from .model.errors import LimitError
from .model.limits import EDGES, RANGES
from .sync.waiting import all_of
from .ui.errors import action_error
from .ui.units import from_house

# The write queue orders and merges what is written; here it would only make a scene wait.
PARALLEL_UPDATES = 0

HVAC_MODES: Final = {
    ControlMode.OFF: HVACMode.OFF,
    ControlMode.HEATING: HVACMode.HEAT,
    ControlMode.COOLING: HVACMode.COOL,
    ControlMode.AUTO: HVACMode.HEAT_COOL,
}
CONTROL_MODES: Final = {hvac_mode: mode for mode, hvac_mode in HVAC_MODES.items()}

HANDLES: Final = (
    ClimateEntityFeature.TARGET_TEMPERATURE
    | ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
)
FEATURES: Final = (
    ClimateEntityFeature.TARGET_TEMPERATURE
    | ClimateEntityFeature.PRESET_MODE
    | ClimateEntityFeature.TURN_OFF
    | ClimateEntityFeature.TURN_ON
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the thermostats."""
    await async_add_for_each_target(
        entry,
        async_add_entities,
        lambda coordinator, target: [SteeringClimate(coordinator, target)],
    )


class SteeringClimate(SteeringEntity, ClimateEntity):
    """A heat pump, or all of the home's.

    In heat, cool and off it has one target, the preferred temperature. In heat_cool it has two handles, the edges
    of the comfort band; with all three values set the frontend would show one handle only. Where the band is not
    known, heat_cool has the one target, too. What is not known has no handle.
    """

    _attr_name = None
    _attr_hvac_modes = list(CONTROL_MODES)  # noqa: RUF012 - Home Assistant's own type
    _is_being_written = False
    settings = (
        Setting.CONTROL_MODE,
        Setting.PREFERRED_TEMPERATURE,
        Setting.ALLOWED_BELOW,
        Setting.ALLOWED_ABOVE,
    )
    basis = (
        "hvac_mode",
        "native_target_temperature",
        "_band",
        "native_current_temperature",
        "preset_mode",
        "preset_modes",
        "min_temp",
        "max_temp",
    )

    def __init__(self, coordinator: SteeringCoordinator, target: Target) -> None:
        """Be the main entity of the target's device."""
        super().__init__(coordinator, target, "climate")
        self._taken_from: dict[float | None, float | None] = {}
        """What the preferred temperature was before handles have taken it along, by where to."""

    @property
    @override
    def supported_features(self) -> ClimateEntityFeature:
        if self.hvac_mode is HVACMode.HEAT_COOL and self._band is None:
            # Core's code for Google rounds the edges of a range without looking for None, and the report of the whole
            # house fails with it.
            features = FEATURES
        else:
            features = FEATURES | ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
        if self._is_being_written and self._target is None and self._band is None:
            # A card's + makes up 1 °C. To actions it stays what it is: a value that somebody names is a value.
            return features & ~HANDLES
        return features

    @callback
    @override
    def _async_write_ha_state(self) -> None:
        self._is_being_written = True
        try:
            super()._async_write_ha_state()
        finally:
            self._is_being_written = False

    @property
    @override
    def preset_modes(self) -> list[str]:
        """Return what there always is, and what people have added."""
        presets = self.coordinator.data.presets
        return [PRESET_NONE, PRESET_AWAY, *(preset.mode for preset in presets)]

    @property
    @override
    def preset_mode(self) -> str:
        """Return away during a vacation, which is that of the whole home; else the preset that is in force here."""
        if self.coordinator.vacations.is_away:
            return PRESET_AWAY
        in_force = self.target_data.preset
        return next(
            (
                preset.mode
                for preset in self.coordinator.data.presets
                if preset.override_name == in_force
            ),
            PRESET_NONE,
        )

    @property
    @override
    def hvac_mode(self) -> HVACMode | None:
        mode = self.shown.control_mode
        return None if mode is None else HVAC_MODES[mode]

    @property
    def _band(self) -> Band | None:
        """Return the comfort band in heat_cool, where it is known."""
        return band_of(self.shown) if self.hvac_mode is HVACMode.HEAT_COOL else None

    @property
    def _current(self) -> float | None:
        return self.coordinator.room_sensors.temperature(self.target)

    @property
    def _target(self) -> float | None:
        return self.shown.preferred_temperature if self._band is None else None

    @property
    def _low(self) -> float | None:
        return None if self._band is None else self._band.low

    @property
    def _high(self) -> float | None:
        return None if self._band is None else self._band.high

    # Assigned: 2026.10 does not know these names, so that nothing is overridden there.
    native_temperature_unit = UnitOfTemperature.CELSIUS
    native_current_temperature = _current
    native_target_temperature = _target
    native_target_temperature_low = _low
    native_target_temperature_high = _high

    @property
    @override
    def min_temp(self) -> float:
        """Return the lowest temperature: the same in every mode, and low enough for what is shown."""
        return min((EDGES.minimum, *self._outside))

    @property
    @override
    def max_temp(self) -> float:
        """Return the highest temperature: the same in every mode, and high enough for what is shown."""
        return max((EDGES.maximum, *self._outside))

    @property
    def _outside(self) -> list[float]:
        # The frontend sends both edges back, rounded, when one is moved: one outside the range would lock the other.
        shown = self.shown
        values = (shown.preferred_temperature, lower_edge(shown), upper_edge(shown))
        return [
            temperature
            for value in values
            if value is not None and not EDGES.includes(value)
            for temperature in (value, self._as_displayed(value))
        ]

    @property
    @override
    def target_temperature_step(self) -> float:
        """Return the step, which Home Assistant takes in the house's own unit."""
        if self.hass.config.units.temperature_unit == UnitOfTemperature.FAHRENHEIT:
            return 1
        return RANGES[Setting.PREFERRED_TEMPERATURE].step

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        await self.async_change(Settings(control_mode=CONTROL_MODES[hvac_mode]))

    @override
    async def async_turn_on(self) -> None:
        """Go back to the last mode that was not off, each heat pump to its own; to heating where none is known."""
        home = self.coordinator.home
        modes = {
            target: home.last_mode(target) or ControlMode.HEATING
            for target in home.shadows.concerned(self.target) or [self.target]
        }
        if len({*modes.values()}) == 1:
            # In one change for the home.
            modes = {self.target: next(iter(modes.values()))}
        await self.async_do(
            all_of(
                self.coordinator.async_change(
                    target, Settings(control_mode=mode), self._context
                )
                for target, mode in modes.items()
            )
        )

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Begin a preset, or a vacation with an open end; or end what is in force of these."""
        await self.async_do(
            self.coordinator.async_do_for_a_while(
                self.target,
                self.coordinator.presets.async_choose(self.target, preset_mode),
                self._context,
            )
        )

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
        if self._is_on_schedule_without(change):
            change = change.merged_with(Settings(schedule=False))
        await self.async_change(change)

    def _is_on_schedule_without(self, change: Settings) -> bool:
        """Return whether another preferred temperature would not count, since a schedule is followed.

        Who sets what is there already, as a scene does, does not care for it. Nor does who switches it on along with it.
        """
        home, ids = self.coordinator.home, self.coordinator.inventory.identifiers

        def is_said(target: Target) -> bool:
            switch = ids.async_entity(target, Setting.SCHEDULE)
            state = self.hass.states.get(switch.entity_id) if switch else None
            return state is not None and state.context == self._context

        preferred = change.preferred_temperature
        return (
            preferred is not None
            and home.pending(self.target).schedule is None
            and any(
                expected.schedule
                and not same_value(preferred, expected.preferred_temperature)
                and not is_said(target)
                for target in home.shadows.concerned(self.target)
                if (expected := home.expected(target))
            )
        )

    def _change_to_temperatures(
        self,
        target: float | None,
        low: float | None,
        high: float | None,
        hvac_mode: HVACMode | None,
    ) -> Settings:
        """Return the change that the temperatures mean in a mode; raises LimitError.

        Some callers fill in every field. So a target counts alone where it is all that the mode has, and where both
        edges are the same as the target. A band without a target is the band in every mode: it has been asked for.
        """
        in_band = hvac_mode is HVACMode.HEAT_COOL
        if (
            low is None
            or high is None
            or (target is not None and (not in_band or low == high == target))
        ):
            # Home Assistant takes no action without any, and no edge alone.
            assert target is not None
            target = self._as_held(target)
            if in_band:
                return change_to_target(target, self.shown)
            return Settings(preferred_temperature=target)
        expected = self.coordinator.home.expected(self.target)
        band = Band(low, high)
        if target is None and (
            moved := earlier_band(band, expected, self._earlier, self._as_displayed)
            # In kelvin: how far apart temperatures are that are displayed next to each other.
            or shift_to(
                band,
                expected,
                self._as_displayed,
                from_house(self.hass, self.precision, is_difference=True),
            )
        ):
            return moved
        band = Band(
            self._as_shown(low, lower_edge(self.shown)),
            self._as_shown(high, upper_edge(self.shown)),
        )
        now = expected.preferred_temperature
        # As long as nobody has set another one.
        rather = self._taken_from.get(now, now)
        change = change_to_band(
            band, expected, target, rather=rather, earlier=self._earlier
        )
        if target is None:
            self._taken_from = {now: rather, change.preferred_temperature: rather}
        return change

    def _as_shown(self, edge: float, shown: float | None) -> float:
        """Return the edge that is shown if this is the same one: the frontend sends both, rounded for display."""
        if shown is not None and self._as_displayed(shown) == self._as_displayed(edge):
            return shown
        return edge

    def _as_held(self, target: float) -> float:
        """Return what the cloud holds, or has held, if this is the same, rounded for display and outside our range."""
        if not RANGES[Setting.PREFERRED_TEMPERATURE].includes(target):
            for held in (self.shown, self._earlier):
                target = self._as_shown(target, held.preferred_temperature)
        return target

    @property
    def _earlier(self) -> Settings:
        return self.coordinator.home.last_outside(self.target)

    def _as_displayed(self, celsius: float) -> float:
        """Return what is left of a temperature once it is rounded for display in the house's own unit."""
        displayed = display_temp(
            self.hass, celsius, UnitOfTemperature.CELSIUS, self.precision
        )
        assert displayed is not None
        return from_house(self.hass, displayed)


# The names of 2026.10. To 2026.11 they are final, and it warns of a class that has nothing but them.
for _name in (
    "temperature_unit",
    "current_temperature",
    "target_temperature",
    "target_temperature_low",
    "target_temperature_high",
):
    setattr(SteeringClimate, _name, getattr(SteeringClimate, f"native_{_name}"))
