"""Files of ours, which must not keep the house from starting, whatever is in them."""

from collections.abc import Callable, Mapping
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.util.json import load_json

from ..const import DOMAIN, LOGGER

# Also a file of a later version is read as far as it can be: whoever goes back to this one has a vacation to end.
_ANY_VERSION = 1_000_000


class SteeringStore[T](Store[Any]):
    """A file that is written atomically and has a version, and whose damage is reported and not fatal."""

    def __init__(self, hass: HomeAssistant, version: int, key: str) -> None:
        """Prepare; nothing is read yet."""
        # Synchronised with the disk, too: a power cut must not take what a vacation has to put back.
        super().__init__(
            hass,
            version,
            key,
            atomic_writes=True,
            max_readable_version=_ANY_VERSION,
        )

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: Any
    ) -> Any:
        return old_data

    async def async_load_or_report(
        self, read: Callable[[Mapping[str, Any]], T]
    ) -> T | None:
        """Return what `read` makes of the file, or None where there is none.

        What it cannot read (KeyError, TypeError, ValueError, AttributeError) is put aside as a copy, and shown under
        Repairs. A file that is no JSON at all is put aside and reported by Home Assistant itself.
        """
        stored: Any = None
        try:
            stored = await self.async_load()
            return None if stored is None else read(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if stored is None:
                # JSON, but not in the frame that Home Assistant puts around what is stored.
                stored = await self.hass.async_add_executor_job(load_json, self.path)
            copy = f"{self.key}.damaged"
            LOGGER.error(
                "The file %s cannot be understood (%s), so it was put aside as %s",
                self.key,
                type(error).__name__,
                copy,
            )
            await Store[Any](self.hass, self.version, copy).async_save(stored)
            ir.async_create_issue(
                self.hass,
                DOMAIN,
                f"damaged_file_{self.key}",
                is_fixable=True,
                is_persistent=True,
                severity=ir.IssueSeverity.ERROR,
                translation_key="damaged_file",
                translation_placeholders={"copy": copy},
            )
            return None
