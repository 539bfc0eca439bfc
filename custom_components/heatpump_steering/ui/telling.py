"""Telling entities that something is shown otherwise: those of the targets that it concerns, and no others."""

from collections.abc import Callable
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..const import DOMAIN, LOGGER, POLL_INTERVAL
from .snapshot import Concerned, SteeringData


class TellingCoordinator(DataUpdateCoordinator[SteeringData]):
    """A coordinator at which each entity listens in the context of the target that it shows.

    Of a thousand heat pumps mostly one has changed: the entities of all others are not even asked.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Prepare; the first refresh reads."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=DOMAIN,
            update_interval=POLL_INTERVAL,
            always_update=False,
        )
        self._concerned = Concerned()
        self._entities: dict[str, tuple[dict[CALLBACK_TYPE, None], CALLBACK_TYPE]] = {}
        """Those who listen in the context of a target, and how to tell them no more."""

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> Callable[[], None]:
        """Listen; in the context of a target (HOME_KEY for the home) only to what concerns that."""
        if context is None:
            return super().async_add_listener(update_callback)
        if context not in self._entities:
            stop = super().async_add_listener(partial(self._tell, context))
            self._entities[context] = ({}, stop)
        self._entities[context][0][update_callback] = None
        return partial(self._forget, context, update_callback)

    def _forget(self, context: str, update_callback: CALLBACK_TYPE) -> None:
        listeners, stop = self._entities[context]
        del listeners[update_callback]
        if not listeners:
            del self._entities[context]
            stop()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Call those who listen, as far as it concerns them."""
        self._concerned.look(self.data, has_answered=self.last_update_success)
        super().async_update_listeners()

    @callback
    def _tell(self, context: str) -> None:
        if (
            not self._concerned.includes(context or None)
            or context not in self._entities
        ):
            return
        for update in list(self._entities[context][0]):
            try:
                update()
            except Exception:  # noqa: BLE001 - one that fails keeps nothing from the others
                LOGGER.exception("Unexpected error while a change was shown")
