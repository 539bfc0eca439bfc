"""Reads again soon after a change, to see what has become of it: not a poll, so that a failure is no miss."""

from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..api import SteeringError
from ..const import LOGGER

# How long after a write the cloud is read back, in seconds, and how the wait grows while it shows old values.
READ_BACK_FIRST: Final = 3.0
READ_BACK_GROWTH: Final = 2.0
READ_BACK_LONGEST: Final = 300.0


class ReadBack:
    """The next read between the polls, if one is planned."""

    def __init__(
        self,
        hass: HomeAssistant,
        look: Callable[[], Awaitable[object]],
        silence: Callable[[], float],
    ) -> None:
        """Plan nothing yet; `look` reads, `silence` returns for how many seconds the cloud wants to be left alone."""
        self._hass = hass
        self._look = look
        self._silence = silence
        self._wait = READ_BACK_FIRST
        self._unsub: CALLBACK_TYPE | None = None
        self._is_stopped = False

    @callback
    def plan_anew(self) -> None:
        """Read soon: something was written just now."""
        self._wait = READ_BACK_FIRST
        self.plan()

    @callback
    def plan(self) -> None:
        """Read again, each time a little later; but not while the cloud wants to be left alone."""
        self.cancel()
        if self._is_stopped:
            return
        self._unsub = async_call_later(
            self._hass, max(self._wait, self._silence()), self._read
        )
        self._wait = min(self._wait * READ_BACK_GROWTH, READ_BACK_LONGEST)

    @callback
    def settle(self) -> None:
        """Read no more: there is nothing to be confirmed."""
        self.cancel()
        self._wait = READ_BACK_FIRST

    @callback
    def cancel(self) -> None:
        """Do not read as planned."""
        if self._unsub is not None:
            self._unsub()
            self._unsub = None

    @callback
    def stop(self) -> None:
        """Read no more, whatever is planned from now on."""
        self._is_stopped = True
        self.cancel()

    async def _read(self, _: object) -> None:
        self._unsub = None
        try:
            await self._look()
        except SteeringError as error:
            LOGGER.debug("Nothing could be read back: %s", error)
            self.plan()
