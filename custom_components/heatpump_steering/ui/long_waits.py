"""When to say that settings wait for the cloud: not with every change, but once that takes long."""

from dataclasses import dataclass, field
from time import monotonic

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..model.shadow import LONG_WAIT
from ..sync.home import Home


@dataclass(eq=False)
class LongWaits:
    """Lets what is shown be looked at again when something becomes a long wait."""

    hass: HomeAssistant
    home: Home
    _unsubscribe: CALLBACK_TYPE | None = field(default=None, init=False)

    @callback
    def look(self) -> None:
        """Plan the next look; what waits for long already needs none."""
        self.stop()
        now = monotonic()
        waits = [since + LONG_WAIT - now for since in self.home.shadows.waiting_since]
        if ahead := [wait for wait in waits if wait > 0]:
            self._unsubscribe = async_call_later(self.hass, min(ahead), self._call)

    @callback
    def stop(self) -> None:
        """Look no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    @callback
    def _call(self, _: object) -> None:
        self._unsubscribe = None
        self.home.changed()
