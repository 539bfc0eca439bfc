"""What has to survive a restart: accepted values that cannot be read back, and the last mode that was not off."""

from collections.abc import Mapping
from typing import Any, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .api import ControlMode, Settings
from .const import DOMAIN, HOME_KEY

STORAGE_VERSION = 1
SAVE_DELAY = 1.0


class _Stored(TypedDict):
    accepted: dict[str, dict[str, Any]]
    last_modes: dict[str, str]


class Memory:
    """The file of one config entry. A target is a device id, or None for the home."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the file; nothing is read yet."""
        self._store: Store[_Stored] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}"
        )
        self._accepted: dict[str, Settings] = {}
        self._last_modes: dict[str, ControlMode] = {}

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        if (stored := await self._store.async_load()) is None:
            return
        self._accepted = {
            key: Settings.from_json(raw) for key, raw in stored["accepted"].items()
        }
        self._last_modes = {
            key: ControlMode(mode) for key, mode in stored["last_modes"].items()
        }

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    async def async_save_now(self) -> None:
        """Write what is waiting to be written."""
        await self._store.async_save(self._as_stored())

    def accepted(self, target: str | None) -> Settings:
        """Return what was last accepted and cannot be read back."""
        return self._accepted.get(target or HOME_KEY, Settings())

    def last_mode(self, target: str | None) -> ControlMode | None:
        """Return the last control mode that was not off."""
        return self._last_modes.get(target or HOME_KEY)

    @callback
    def keep(
        self,
        *,
        accepted: Mapping[str | None, Settings],
        modes: Mapping[str | None, ControlMode],
    ) -> None:
        """Keep these; writes the file a moment later, and only if anything is new."""
        new_accepted = {
            target or HOME_KEY: settings for target, settings in accepted.items()
        }
        new_modes = {target or HOME_KEY: mode for target, mode in modes.items()}
        if (new_accepted, new_modes) != (self._accepted, self._last_modes):
            self._accepted, self._last_modes = new_accepted, new_modes
            self._store.async_delay_save(self._as_stored, SAVE_DELAY)

    def _as_stored(self) -> _Stored:
        return {
            "accepted": {
                key: settings.to_json() for key, settings in self._accepted.items()
            },
            "last_modes": {key: str(mode) for key, mode in self._last_modes.items()},
        }
