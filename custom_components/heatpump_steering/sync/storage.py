"""A file of ours: on the disk when writing it returns, and read whatever is in it.

Home Assistant's `Store` logs a failed write and goes on, so that what was written is read back here. A copy of the file
as it was at the last good start is kept beside it.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store
from homeassistant.util.json import JsonValueType, json_loads, load_json

from ..const import LOGGER
from ..model.errors import StorageError
from .waiting import result_of

# What can be lost without harm is written this much later, in seconds.
SAVE_DELAY: Final = 1.0
# That of the frame which Home Assistant puts around what is stored. What is in it tells its own version.
_FRAME_VERSION: Final = 1

# What Home Assistant raises for a disk that fails, and for JSON that is not in its frame, or in one of another version.
_STORE_ERRORS: Final = (
    AttributeError,
    HomeAssistantError,
    KeyError,
    NotImplementedError,
    OSError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was read of a file."""

    data: Mapping[str, Any] | None = None
    """None where there is nothing that could be read."""
    put_aside: str | None = None
    """What a damaged file is called now."""


class Storage:
    """One file in the folder of Home Assistant's own."""

    def __init__(
        self,
        hass: HomeAssistant,
        key: str,
        snapshot: Callable[[], Callable[[], dict[str, Any]]],
    ) -> None:
        """Prepare; `snapshot` is called at the moment of writing, and what it returns, in a thread, for what is to be written."""
        self._hass = hass
        self._key = key
        self._snapshot = snapshot
        self._store = _store(hass, key)
        self._previous = _store(hass, f"{key}.previous")
        self._written: bytes | None = None
        """The digest of what is on the disk, so that nothing is written again that is there; None where that is not known."""
        self._lock = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        """The writing that has yet to look at what is to be written."""
        self._unsub_timer: CALLBACK_TYPE | None = None
        self._is_stopped = False

    async def async_load(self) -> Loaded:
        """Read the file; where it is damaged or missing, the last good copy. A damaged one is put aside."""
        put_aside = None
        try:
            data = await self._store.async_load()
            if data is not None and not isinstance(data, Mapping):
                put_aside = await self.async_put_aside(data)
        except _STORE_ERRORS as error:
            data, put_aside = await self._async_rescue(error)
        if not isinstance(data, Mapping):
            with suppress(*_STORE_ERRORS):
                data = await self._previous.async_load()
        return Loaded(
            data=data if isinstance(data, Mapping) else None, put_aside=put_aside
        )

    async def _async_rescue(self, error: Exception) -> tuple[object, str | None]:
        """Return what is in a file that Home Assistant does not read, and what it is called if it was put aside."""
        try:
            raw = await self._hass.async_add_executor_job(load_json, self._store.path)
        except HomeAssistantError:
            return None, await self._async_move_aside()
        match raw:
            case {"version": int(version), "data": dict(data)} if (
                version > _FRAME_VERSION
            ):
                # Whoever goes back to this version has a vacation to end all the same.
                return data, None
        LOGGER.error("The file %s cannot be read: %s", self._key, type(error).__name__)
        return None, await self.async_put_aside(raw)

    async def async_put_aside(self, data: object) -> str:
        """Put a copy of what could not be read whole aside; returns what it is called."""
        copy = f"{self._key}.damaged"
        LOGGER.error("Not all of the file %s can be understood", self._key)
        with suppress(OSError):
            await _store(self._hass, copy).async_save(data)
        return copy

    async def _async_move_aside(self) -> str | None:
        """Put what the disk does not let anybody read out of the way; returns what it is called if that was possible."""
        copy = f"{self._key}.damaged"
        path = Path(self._store.path)
        try:
            await self._hass.async_add_executor_job(path.replace, path.with_name(copy))
        except OSError as error:
            LOGGER.error("The file %s cannot be read nor moved: %s", self._key, error)
            return None
        return copy

    async def async_keep_copy(self) -> None:
        """Keep a copy of what was written last, to be read where the file itself is damaged."""
        if self._written is not None:
            with suppress(*_STORE_ERRORS):
                await self._previous.async_save(await self._store.async_load())

    async def async_save(self) -> None:
        """Write the file; returns when it is on the disk. Raises StorageError.

        Cancelling the caller does not stop the writing. All who ask while another writing goes on share the next one.
        """
        self._stop_timer()
        if (writing := self._next) is None:
            is_next = self._lock.locked()
            writing = self._hass.async_create_task(
                self._async_write(), f"write {self._key}"
            )
            if is_next:
                self._next = writing
        await result_of(writing)

    async def _async_write(self) -> None:
        async with self._lock:
            self._next = None
            digest, data = await self._hass.async_add_executor_job(
                _as_json, self._snapshot()
            )
            if digest == self._written:
                return
            self._written = None
            try:
                await self._store.async_save(data)
                # While Home Assistant stops, it writes all files at its very end.
                if (
                    not self._hass.is_stopping
                    and await _store(self._hass, self._key).async_load() != data
                ):
                    raise StorageError(self._key)
            except _STORE_ERRORS as error:
                LOGGER.error("The file %s cannot be written: %s", self._key, error)
                raise StorageError(self._key) from error
            self._written = digest

    @callback
    def async_save_soon(self) -> None:
        """Write the file a moment later; where that fails, it is in the log."""
        if self._unsub_timer is None and not self._is_stopped:
            self._unsub_timer = async_call_later(
                self._hass, SAVE_DELAY, self._async_save_now
            )

    async def _async_save_now(self, _: object) -> None:
        with suppress(StorageError):
            await self.async_save()

    async def async_close(self) -> None:
        """Write what is not on the disk yet, and then nothing by itself any more."""
        self.stop()
        await self._async_save_now(None)

    async def async_remove(self) -> None:
        """Remove the file, and its last good copy."""
        self.stop()
        for store in (self._store, self._previous):
            try:
                await store.async_remove()
            except OSError as error:
                LOGGER.error("The file %s cannot be removed: %s", store.key, error)

    @callback
    def stop(self) -> None:
        """Write nothing by itself any more."""
        self._is_stopped = True
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None


def _as_json(to_json: Callable[[], dict[str, Any]]) -> tuple[bytes, JsonValueType]:
    """Return a digest of what is to be written, and what is to be written as a read returns it."""
    text = json_bytes(to_json())
    return blake2b(text).digest(), json_loads(text)


def _store(hass: HomeAssistant, key: str) -> Store[Any]:
    # Synchronised with the disk, too: a power cut must not take what an override has to put back.
    return Store(
        hass,
        _FRAME_VERSION,
        key,
        atomic_writes=True,
        # Nobody changes what is written.
        serialize_in_event_loop=False,
    )
