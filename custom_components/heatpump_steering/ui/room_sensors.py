"""The sensors that a person has picked for the temperature of the room: the settings cannot tell it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

import voluptuous as vol

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_ENTITY_ID,
    UnitOfTemperature,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_registry import EventEntityRegistryUpdatedData
from homeassistant.helpers.event import (
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
)
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
)
from homeassistant.util.unit_conversion import TemperatureConverter

from ..const import DOMAIN, HOME_KEY, Target

CONF_ROOM_SENSORS: Final = "room_sensors"


def sensor_schema(hass: HomeAssistant) -> vol.Schema:
    """Offer all sensors of temperature but our own: the edges of the band are not the room's temperature."""
    sensor = EntitySelector(
        EntitySelectorConfig(
            exclude_entities=sorted(_ours(hass)),
            filter=EntityWithDeviceFilterSelectorConfig(
                domain=SENSOR_DOMAIN, device_class=SensorDeviceClass.TEMPERATURE
            ),
        )
    )
    return vol.Schema({vol.Optional(CONF_ENTITY_ID): sensor})


def has_sensor(hass: HomeAssistant) -> bool:
    """Return whether there is any sensor to pick."""
    ours = _ours(hass)
    return any(
        state.attributes.get(ATTR_DEVICE_CLASS) == SensorDeviceClass.TEMPERATURE
        and state.entity_id not in ours
        for state in hass.states.async_all(SENSOR_DOMAIN)
    )


def _ours(hass: HomeAssistant) -> set[str]:
    return {
        it.entity_id
        for it in er.async_get(hass).entities.values()
        if it.platform == DOMAIN
    }


@dataclass(eq=False)
class RoomSensors:
    """Follows the picked sensors, also when they are renamed or others are picked."""

    hass: HomeAssistant
    entry: ConfigEntry
    on_change: Callable[[], None]
    """Called when one tells something else."""
    _unsubscribe: list[CALLBACK_TYPE] = field(default_factory=list, init=False)
    _picked: dict[str, str] = field(default_factory=dict, init=False)

    def temperature(self, target: Target) -> float | None:
        """Return the room's temperature in °C, or None where no sensor tells it."""
        entity_id = self._picked.get(target or HOME_KEY)
        state = self.hass.states.get(entity_id) if entity_id else None
        if state is None:
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        try:
            value = float(state.state)
        except ValueError:
            return None
        if unit not in TemperatureConverter.VALID_UNITS or not isfinite(value):
            return None
        return TemperatureConverter.convert(value, unit, UnitOfTemperature.CELSIUS)

    @callback
    def start(self) -> None:
        """Follow what the entry says, also when it says something else."""
        self.stop()
        self._picked = self._chosen
        entity_ids = set(self._picked.values())
        self._unsubscribe = [
            async_dispatcher_connect(
                self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            ),
            async_track_state_change_event(self.hass, entity_ids, self._state_changed),
            async_track_entity_registry_updated_event(
                self.hass, entity_ids, self._registry_updated
            ),
        ]

    @callback
    def stop(self) -> None:
        """Follow nothing any more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        self.on_change()

    @callback
    def _registry_updated(self, event: Event[EventEntityRegistryUpdatedData]) -> None:
        if event.data["action"] != "update" or "old_entity_id" not in event.data:
            return
        old, new = event.data["old_entity_id"], event.data["entity_id"]
        picked = {
            key: new if entity_id == old else entity_id
            for key, entity_id in self._picked.items()
        }
        self.hass.config_entries.async_update_entry(
            self.entry, options={**self.entry.options, CONF_ROOM_SENSORS: picked}
        )

    @callback
    def _entry_changed(self, _: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry is self.entry and self._chosen != self._picked:
            self.start()
            self.on_change()

    @property
    def _chosen(self) -> dict[str, str]:
        """Return the sensors by the target that they were picked for; the home's key is empty."""
        return dict(self.entry.options.get(CONF_ROOM_SENSORS, {}))
