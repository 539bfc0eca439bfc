"""What can be chosen for a home that is connected."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_ENTITY_ID, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    CountrySelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)

from .api import Setting, Settings
from .const import HOME_KEY, Target
from .coordinator import HeatPumpSteeringConfigEntry
from .model.limits import OutOfRangeError, range_of
from .model.profile import (
    CONF_CONTROL_MODE,
    CONF_HOT_WATER_MIN,
    CONF_PREFERRED_TEMPERATURE,
    CONF_VACATION,
    CONF_WELCOME_HOURS,
    CONF_WELCOME_TEMPERATURE,
    DEFAULT_PREFERRED_TEMPERATURE,
    DEFAULT_WELCOME_TEMPERATURE,
    LONGEST_WELCOME,
    VACATION_TEMPERATURES,
)
from .ui.authentication import InputError, cleaned
from .ui.errors import action_error
from .ui.preset_flow import setting_field
from .ui.room_sensors import CONF_ROOM_SENSORS, sensor_schema
from .ui.texts import async_error_text
from .ui.units import from_house, to_house

CONF_COUNTRY = "country"
CONF_HEAT_PUMP = "heat_pump"
CONF_POSTAL_CODE = "postal_code"

SECTION_WELCOME_HOME = "welcome_home"


class SteeringOptionsFlow(OptionsFlow):
    """Offers the room's temperature, what a vacation does, and the place of the home; all of it counts without a reload."""

    config_entry: HeatPumpSteeringConfigEntry

    _offered: dict[str, Target]
    """The targets that have a thermostat, by what a select has for them."""
    _picked_for: str
    """The target whose sensor is picked, as a key of the options."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what there is to choose."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        return self.async_show_menu(
            step_id="init", menu_options=["thermostat", "vacation", "location"]
        )

    async def async_step_thermostat(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose the thermostat that is to show a room's temperature, where there are several."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        if user_input is not None:
            target = self._offered[user_input[CONF_HEAT_PUMP]]
        else:
            coordinator = self.config_entry.runtime_data
            targets = coordinator.data.targets
            if not targets:
                return self.async_abort(reason="no_thermostat")
            if len(targets) > 1:
                # A select has no empty value, and a heat pump may be called like the home.
                home = "home"
                while home in targets:
                    home += "home"
                self._offered = {it or home: it for it in targets}
                name = coordinator.inventory.identifiers.async_device_name
                select = SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=value, label=name(it, value))
                            for value, it in self._offered.items()
                        ]
                    )
                )
                return self.async_show_form(
                    step_id="thermostat",
                    data_schema=vol.Schema({vol.Required(CONF_HEAT_PUMP): select}),
                )
            (target,) = targets
        self._picked_for = target or HOME_KEY
        return await self.async_step_room_sensor()

    async def async_step_room_sensor(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pick the sensor that the thermostat shows."""
        picked: dict[str, str] = dict(
            self.config_entry.options.get(CONF_ROOM_SENSORS, {})
        )
        if user_input is None:
            return self.async_show_form(
                step_id="room_sensor",
                data_schema=self.add_suggested_values_to_schema(
                    sensor_schema(self.hass),
                    {CONF_ENTITY_ID: picked.get(self._picked_for)},
                ),
            )
        picked.pop(self._picked_for, None)
        if entity_id := user_input.get(CONF_ENTITY_ID):
            picked[self._picked_for] = entity_id
        return self._save({CONF_ROOM_SENSORS: picked})

    async def async_step_vacation(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose what a vacation sets, and how the hot water is welcomed back."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            chosen = {**user_input, **user_input[SECTION_WELCOME_HOME]}
            del chosen[SECTION_WELCOME_HOME]
            try:
                return self._save({CONF_VACATION: _checked_vacation(self.hass, chosen)})
            except InputError as error:
                errors[error.field] = error.key
                reason = error.reason
            saved = chosen
        else:
            saved = dict(self.config_entry.options.get(CONF_VACATION, {}))
            for key in saved.keys() & VACATION_TEMPERATURES.keys():
                saved[key] = to_house(self.hass, saved[key])
        return self.async_show_form(
            step_id="vacation",
            data_schema=self.add_suggested_values_to_schema(
                _vacation_schema(self.hass, is_open="base" in errors),
                {**saved, SECTION_WELCOME_HOME: saved},
            ),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    async def async_step_location(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell the cloud where the home is."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            country = user_input.get(CONF_COUNTRY)
            postal_code = cleaned(user_input.get(CONF_POSTAL_CODE, "")) or None
            change = Settings(country=country, postal_code=postal_code)
            coordinator = self.config_entry.runtime_data
            try:
                if change:
                    await coordinator.async_change(coordinator.home.device_id, change)
            except HomeAssistantError as error:
                errors["base"] = "refused"
                reason = async_error_text(self.hass, error)
            else:
                return self._save(
                    {str(setting): value for setting, value in change.items()}
                )
        return self.async_show_form(
            step_id="location",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        vol.Optional(CONF_COUNTRY): CountrySelector(),
                        vol.Optional(CONF_POSTAL_CODE): TextSelector(),
                    }
                ),
                user_input
                or {
                    CONF_COUNTRY: self.hass.config.country,
                    **self.config_entry.options,
                },
            ),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    @property
    def _connected(self) -> bool:
        """Return whether the home is connected; it may have been unloaded while its options were open."""
        return self.config_entry.state is ConfigEntryState.LOADED

    def _save(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **options})


def _checked_vacation(hass: HomeAssistant, typed: dict[str, Any]) -> dict[str, Any]:
    """Return what a vacation does, in °C; raises InputError, in the section at the form itself, which alone is shown."""
    checked = dict(typed)
    for key, setting in VACATION_TEMPERATURES.items():
        if key not in typed:
            continue
        checked[key] = value = from_house(hass, typed[key])
        allowed = range_of(setting, on_vacation=key == CONF_HOT_WATER_MIN)
        if not allowed.includes(value):
            problem = action_error(hass, OutOfRangeError(setting, value, allowed))
            reason = async_error_text(hass, problem)
            if key == CONF_WELCOME_TEMPERATURE:
                raise InputError("base", "welcome_temperature", reason)
            raise InputError(key, "refused", reason)
    if not 0 <= typed[CONF_WELCOME_HOURS] <= LONGEST_WELCOME:
        raise InputError("base", "welcome_hours", str(LONGEST_WELCOME))
    return checked


def _vacation_schema(hass: HomeAssistant, *, is_open: bool) -> vol.Schema:
    """Return the form of the vacation, in the house's own unit; `is_open` is whether its section is."""
    return vol.Schema(
        {
            vol.Required(
                CONF_PREFERRED_TEMPERATURE,
                default=round(to_house(hass, DEFAULT_PREFERRED_TEMPERATURE)),
            ): setting_field(hass, Setting.PREFERRED_TEMPERATURE),
            vol.Optional(CONF_HOT_WATER_MIN): setting_field(
                hass, Setting.HOT_WATER_MIN
            ),
            vol.Optional(CONF_CONTROL_MODE): setting_field(hass, Setting.CONTROL_MODE),
            vol.Required(SECTION_WELCOME_HOME): section(
                vol.Schema(
                    {
                        vol.Required(CONF_WELCOME_HOURS, default=0): NumberSelector(
                            NumberSelectorConfig(
                                step=1,
                                mode=NumberSelectorMode.BOX,
                                unit_of_measurement=UnitOfTime.HOURS,
                            )
                        ),
                        vol.Required(
                            CONF_WELCOME_TEMPERATURE,
                            default=round(to_house(hass, DEFAULT_WELCOME_TEMPERATURE)),
                        ): setting_field(hass, Setting.HOT_WATER_MIN),
                    }
                ),
                {"collapsed": not is_open},
            ),
        }
    )
