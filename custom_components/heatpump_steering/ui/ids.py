"""What identifies the entities and devices of a config entry, and which entity shows a setting.

The ids that entities had first, `<user>_<heat pump>_<key>`, can be the same for two heat pumps: the user `house` with the heat
pump `2_a`, and `house_2` with `a`. Ids are for ever, so entities that have such an id keep it, and every other one gets
`<user>/<heat pump>/<key>`, with user and heat pump quoted as in a URL. As no key is the end of another one after a `_`,
and none has a `/`, no two of all these are the same.
"""

from collections.abc import Container, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..api import SWITCHES, Setting
from ..const import CONF_NAMESPACE, CONF_USER_ID, DOMAIN, HOME_KEY, Target
from ..model.limits import RANGES

# Every target has one, so it stands for all entities of its target.
THERMOSTAT: Final = "climate"
# Only heat pumps have one, and the home does not.
ACCOUNT_LINK: Final = "account_link"
# The entity that a home has whatever heat pumps it has.
CALENDAR: Final = "vacation"
FOR_A_WHILE_SENSOR: Final = "for_a_while"
VACATION_SENSOR: Final = "vacation_status"
# What the home is called in plain ids, and what a heat pump may be called as well.
_PLAIN_HOME: Final = "home"
_ANY_TEXT: Final = "surrogatepass"

PLATFORMS: Final = {
    **dict.fromkeys(RANGES, Platform.NUMBER),
    **dict.fromkeys(SWITCHES, Platform.SWITCH),
    Setting.CONTROL_MODE: Platform.SELECT,
}


def namespace(data: Mapping[str, Any]) -> str:
    """Return what an entry's ids begin with: the user id, but for a second home with the same one at another server."""
    found: str = data.get(CONF_NAMESPACE, data[CONF_USER_ID])
    return found


class Identifiers:
    """The ids of one config entry. Which ones are plain is found out once, from what is registered."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Look up which ids the entities and devices of the entry have, also those that were removed."""
        self._hass = hass
        self._entry_id = entry.entry_id
        self._namespace = namespace(entry.data)
        self._quoted: dict[Target, str] = {}
        self._prefix = self._new(HOME_KEY)
        registry = er.async_get(hass)
        registered: tuple[er.RegistryEntry | er.DeletedRegistryEntry, ...] = (
            *er.async_entries_for_config_entry(registry, entry.entry_id),
            *registry.deleted_entities.values(),
        )
        self._entities = {
            it.unique_id
            for it in registered
            if (it.platform, it.config_entry_id) == (DOMAIN, entry.entry_id)
        }
        self._devices = {
            identifier
            for device in self._async_devices()
            for _, identifier in device.identifiers
        }
        self._device_of: dict[Target, tuple[str, str]] = {}
        self._plain_home: Target = None
        """Whose the plain ids are that are the same for the home and for a heat pump called “home”."""
        self._settled = self._new(_PLAIN_HOME, THERMOSTAT) in self._entities
        if (
            entry.data.get(CONF_DEVICE_ID) == _PLAIN_HOME
            or self._new(None, THERMOSTAT) in self._entities
        ):
            self._plain_home = _PLAIN_HOME
            self._settled = True

    def settle(self, heat_pumps: Container[str]) -> None:
        """Settle, with the first heat pumps that are known, whether the home's plain ids are those of one called so.

        A heat pump has an entity that the home has not, but for one that could not be read for a while.
        """
        if not self._settled:
            self._settled = True
            account_link = f"{self._plain(_PLAIN_HOME)}_{ACCOUNT_LINK}"
            if _PLAIN_HOME in heat_pumps and account_link in self._entities:
                self._plain_home = _PLAIN_HOME
            self._device_of.clear()

    def unique_id(self, target: Target, key: str) -> str:
        """Return the unique id of an entity; for ever the same."""
        plain = f"{self._plain(target)}_{key}"
        if plain in self._entities and (key == CALENDAR or self._may_be_plain(target)):
            return plain
        return self._new(target, key)

    def device(self, target: Target) -> tuple[str, str]:
        """Return what identifies the device of a target; for ever the same."""
        if (found := self._device_of.get(target)) is None:
            plain = self._plain(target)
            is_plain = (
                plain in self._devices or f"{plain}_{THERMOSTAT}" in self._entities
            ) and self._may_be_plain(target)
            found = (DOMAIN, plain if is_plain else self._new(target))
            self._device_of[target] = found
        return found

    def _plain(self, target: Target) -> str:
        return f"{self._namespace}_{_PLAIN_HOME if target is None else target}"

    def _new(self, target: Target, *key: str) -> str:
        if (quoted := self._quoted.get(target)) is None:
            parts = (self._namespace, HOME_KEY if target is None else target)
            # Also what is no proper Unicode has to be told apart.
            quoted = "/".join(quote(it, safe="", errors=_ANY_TEXT) for it in parts)
            self._quoted[target] = quoted
        return "/".join((quoted, *key))

    def _may_be_plain(self, target: Target) -> bool:
        """Return whether the plain ids of a target are its own, if there are any."""
        return target not in (None, _PLAIN_HOME) or target == self._plain_home

    @callback
    def async_device(self, target: Target) -> dr.DeviceEntry | None:
        """Return the device of a target, if there is one."""
        return dr.async_get(self._hass).async_get_device_by_identifier(
            self.device(target), self._entry_id
        )

    @callback
    def async_device_name(self, target: Target, default: str | None = None) -> str:
        """Return what the house calls a target; the default, or else its id, while it has no device."""
        device = self.async_device(target)
        name = device and (device.name_by_user or device.name)
        return name or default or target or ""

    @callback
    def async_entity(self, target: Target, setting: Setting) -> er.RegistryEntry | None:
        """Return the registry entry of the entity that shows a setting, if there is one."""
        return self.async_entity_of(target, PLATFORMS[setting], setting)

    @callback
    def async_entity_of(
        self, target: Target, platform: Platform, key: str
    ) -> er.RegistryEntry | None:
        """Return the registry entry of an entity of a target, if there is one."""
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(
            platform, DOMAIN, self.unique_id(target, key)
        )
        return registry.async_get(entity_id) if entity_id else None

    @callback
    def async_devices(self) -> dict[Target, dr.DeviceEntry]:
        """Return the devices that there are, those of heat pumps that the cloud has not any more included."""
        return {
            self._target_of(identifier): device
            for device in self._async_devices()
            for _, identifier in device.identifiers
        }

    @callback
    def async_known_heat_pumps(self) -> list[str]:
        """Return the ids of the heat pumps that there are devices for, and then of those whose entities were removed."""
        thermostats = [
            it.removesuffix(THERMOSTAT)[:-1]
            for it in self._entities
            if it.endswith((f"_{THERMOSTAT}", f"/{THERMOSTAT}"))
        ]
        targets = [*self.async_devices(), *map(self._target_of, sorted(thermostats))]
        return [target for target in dict.fromkeys(targets) if target is not None]

    def key(self, target: Target, unique_id: str) -> str:
        """Return which one of the entities of a target has this unique id."""
        return unique_id.removeprefix(f"{self._plain(target)}_").removeprefix(
            self._new(target, "")
        )

    def _target_of(self, identifier: str) -> Target:
        if identifier.startswith(self._prefix):
            quoted = identifier.removeprefix(self._prefix)
            return unquote(quoted, errors=_ANY_TEXT) or None
        target = identifier.removeprefix(f"{self._namespace}_")
        if target == _PLAIN_HOME:
            return self._plain_home
        return target

    def _async_devices(self) -> list[dr.DeviceEntry]:
        return dr.async_entries_for_config_entry(
            dr.async_get(self._hass), self._entry_id
        )
