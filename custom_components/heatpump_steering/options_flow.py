"""What can be chosen for a home that is connected."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    CountrySelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)

from .account import cleaned
from .api import Settings
from .const import HOME_KEY
from .coordinator import HeatPumpSteeringConfigEntry
from .room_sensors import CONF_ROOM_SENSORS

CONF_COUNTRY = "country"
CONF_HEAT_PUMP = "heat_pump"
CONF_POSTAL_CODE = "postal_code"

# A select has no empty value.
_HOME_OPTION = "home"

_SENSOR = EntitySelector(
    EntitySelectorConfig(
        filter=EntityWithDeviceFilterSelectorConfig(
            domain="sensor", device_class="temperature"
        )
    )
)


class SteeringOptionsFlow(OptionsFlowWithReload):
    """Offers the room's temperature and the place of the home."""

    config_entry: HeatPumpSteeringConfigEntry

    _thermostat: str
    """The target whose sensor is picked, as a key of the options."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what there is to choose."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        return self.async_show_menu(
            step_id="init", menu_options=["thermostat", "location"]
        )

    async def async_step_thermostat(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose the thermostat that is to show a room's temperature, where there are several."""
        if not self._connected:
            return self.async_abort(reason="not_connected")
        if user_input is not None:
            chosen = user_input[CONF_HEAT_PUMP]
        elif not (thermostats := self._thermostats()):
            return self.async_abort(reason="no_thermostat")
        elif len(thermostats) > 1:
            select = SelectSelector(SelectSelectorConfig(options=thermostats))
            return self.async_show_form(
                step_id="thermostat",
                data_schema=vol.Schema({vol.Required(CONF_HEAT_PUMP): select}),
            )
        else:
            chosen = thermostats[0]["value"]
        self._thermostat = HOME_KEY if chosen == _HOME_OPTION else chosen
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
                    vol.Schema({vol.Optional(CONF_ENTITY_ID): _SENSOR}),
                    {CONF_ENTITY_ID: picked.get(self._thermostat)},
                ),
            )
        picked.pop(self._thermostat, None)
        if entity_id := user_input.get(CONF_ENTITY_ID):
            picked[self._thermostat] = entity_id
        return self._save({CONF_ROOM_SENSORS: picked})

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
                    await coordinator.async_change(coordinator.home, change)
            except HomeAssistantError as error:
                errors["base"] = "refused"
                reason = str(error)
            else:
                return self._save({str(leaf): value for leaf, value in change.items()})
        return self.async_show_form(
            step_id="location",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        vol.Optional(CONF_COUNTRY): CountrySelector(),
                        vol.Optional(CONF_POSTAL_CODE): TextSelector(),
                    }
                ),
                user_input or self.config_entry.options,
            ),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    @property
    def _connected(self) -> bool:
        """Tell whether the home is connected; it may have been unloaded while its options were open."""
        return self.config_entry.state is ConfigEntryState.LOADED

    def _save(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **options})

    def _thermostats(self) -> list[SelectOptionDict]:
        """Return the targets that have a thermostat, by the names that the house has given them."""
        coordinator = self.config_entry.runtime_data
        registry = dr.async_get(self.hass)
        thermostats = []
        for target in coordinator.data.targets:
            device = registry.async_get_device_by_identifier(
                coordinator.identifier(target), self.config_entry.entry_id
            )
            name = device and (device.name_by_user or device.name)
            value = target or _HOME_OPTION
            thermostats.append(SelectOptionDict(value=value, label=name or value))
        return thermostats
