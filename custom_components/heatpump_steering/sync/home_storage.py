"""What is kept of a home on disk: one file, and the two of version 1 that it takes over."""

from collections.abc import Callable
from contextlib import suppress

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..model.errors import StorageError
from . import version_1
from .record import HomeRecord
from .storage import Storage


class HomeStorage:
    """The file of one config entry."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, record: Callable[[], HomeRecord]
    ) -> None:
        """Prepare; `record` returns what is to be written, at the moment of writing."""
        self._file = Storage(hass, f"{DOMAIN}.{entry_id}", lambda: record().to_json)
        self._vacation_file = Storage(
            hass, f"{DOMAIN}.{entry_id}.vacation", lambda: dict
        )
        self.put_aside: tuple[str, ...] = ()
        """What the copies are called of files that could not be read whole."""

    async def async_load(self) -> HomeRecord:
        """Return what is kept, that of version 1 included."""
        loaded = await self._file.async_load()
        copies = [loaded.put_aside]
        data = loaded.data
        if data is not None and "version" in data:
            record = HomeRecord.from_json(data)
            is_whole = not record.is_damaged
        else:
            vacation = await self._vacation_file.async_load()
            copies.append(vacation.put_aside)
            record = version_1.taken_over(
                data or {}, vacation.data or {}, dt_util.utcnow()
            )
            is_whole = data is None or version_1.is_whole_memory(data)
            if vacation.data is not None and not version_1.is_whole_vacation(
                vacation.data
            ):
                copies.append(await self._vacation_file.async_put_aside(vacation.data))
        if not is_whole and loaded.put_aside is None:
            copies.append(await self._file.async_put_aside(data))
        self.put_aside = tuple(copy for copy in copies if copy is not None)
        return record

    async def async_take_over(self) -> None:
        """Write the file, and remove what was taken over from version 1, once it is on the disk.

        The last good copy is replaced by one of a file that was read whole, and only by one.
        """
        with suppress(StorageError):
            await self._file.async_save()
            if not self.put_aside:
                await self._file.async_keep_copy()
            await self._vacation_file.async_remove()

    async def async_save(self) -> None:
        """Write the file; returns when it is on the disk. Raises StorageError."""
        await self._file.async_save()

    @callback
    def async_save_soon(self) -> None:
        """Write the file a moment later, if anything is new."""
        self._file.async_save_soon()

    @callback
    def stop(self) -> None:
        """Write nothing by itself any more."""
        self._file.stop()

    async def async_close(self) -> None:
        """Write what is not on the disk yet, and then nothing by itself any more."""
        await self._file.async_close()

    async def async_remove(self) -> None:
        """Forget all of it."""
        await self._file.async_remove()
        await self._vacation_file.async_remove()
