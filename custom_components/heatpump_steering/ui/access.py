"""What the key may do, as the cloud answers: asks for another one, and takes that back by itself once it works."""

from dataclasses import dataclass, field

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant, callback

from ..api import ReadingRefusedError, SettingsClient, SteeringError
from ..const import CONF_USER_ID, CONF_WRITE_ONLY
from ..model.errors import StoppedError
from ..sync.home import Home


@dataclass(eq=False)
class Access:
    """The access of one config entry."""

    hass: HomeAssistant
    entry: ConfigEntry
    client: SettingsClient
    home: Home
    _was_refused: bool = field(default=False, init=False)

    async def async_prove(self, error: SteeringError) -> SteeringError | None:
        """Return what a refused read means: a change that changes nothing tells a bad key from one that may only write.

        None where there was no time to ask.
        """
        try:
            await self.home.prove_key()
        except SteeringError as proof:
            return proof
        except StoppedError:
            return None
        return ReadingRefusedError(str(error))

    async def async_note_read(self) -> None:
        """Note that the settings could be read; where a key is asked for, a change with nothing in it tells the rest."""
        if self._requests:
            await self._async_try_on()

    async def _async_try_on(self) -> None:
        """Close the request for another key if this one may write."""
        try:
            await self.home.prove_key()
        except SteeringError, StoppedError:
            return
        self._close()

    async def async_can_read(self) -> bool:
        """Return whether a key that was refused for a change may read."""
        if self.home.is_closed or not self.home.shadows.readable:
            return False
        try:
            await self.home.look()
        except SteeringError:
            return False
        return True

    @callback
    def look(self) -> None:
        """Ask for another key where this one is refused, and close the request when a change is accepted after that."""
        if self.home.is_write_refused:
            self._was_refused = True
            self.entry.async_start_reauth(self.hass)
        elif self._was_refused:
            self._close()

    @property
    def _requests(self) -> list[ConfigFlowResult]:
        return list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}))

    def _close(self) -> None:
        self._was_refused = False
        for flow in self._requests:
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    async def async_try_to_read(self) -> None:
        """Find out whether a key that could only write may read by now; the entry is set up anew then."""
        user_id = self.entry.data[CONF_USER_ID]
        try:
            reading = await self.client.get_settings(user_id, self.home.device_id)
        except SteeringError:
            if self._requests:
                await self._async_try_on()
            return
        # No heat pump at all is a failure, not the truth.
        if reading.heat_pumps:
            self.set_write_only(False)
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)

    @callback
    def set_write_only(self, write_only: bool) -> None:
        """Keep in the entry whether the key may only write."""
        self.hass.config_entries.async_update_entry(
            self.entry, data={**self.entry.data, CONF_WRITE_ONLY: write_only}
        )
