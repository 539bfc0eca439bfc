"""The one shared coordinator: what is reported, accepted and shown, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from time import monotonic
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY, CONF_DEVICE_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .api import (
    BadKeyError,
    ControlMode,
    HeatPump,
    NotFoundError,
    Reading,
    ReadingNotOfferedError,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
)
from .const import (
    CONF_BASE_URL,
    CONF_USER_ID,
    CONF_WRITE_ONLY,
    DOMAIN,
    LIST_INTERVAL,
    LOGGER,
    MISSES_UNTIL_UNAVAILABLE,
    POLL_INTERVAL,
    READ_BACK_FIRST,
    READ_BACK_GROWTH,
    Target,
)
from .errors import action_error
from .ledger import Ledger
from .limits import LimitError, check_order, check_values
from .memory import Memory

type HeatPumpSteeringConfigEntry = ConfigEntry[SteeringCoordinator]


@dataclass(frozen=True, slots=True)
class SteeringData:
    """What entities show: the heat pumps there are, and the settings of each target."""

    heat_pumps: Mapping[str, HeatPump]
    shown: Mapping[Target, Settings]


class SteeringCoordinator(DataUpdateCoordinator[SteeringData]):
    """Reads the settings of one config entry, and takes every change to them."""

    config_entry: HeatPumpSteeringConfigEntry

    def __init__(self, hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry) -> None:
        """Prepare; the first refresh reads."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=DOMAIN,
            update_interval=POLL_INTERVAL,
            always_update=False,
        )
        self.user_id: str = entry.data[CONF_USER_ID]
        self.write_only: bool = entry.data[CONF_WRITE_ONLY]
        self.memory = Memory(hass, entry.entry_id)
        self._only_device_id: str | None = entry.data.get(CONF_DEVICE_ID)
        self._client = SettingsClient(
            async_get_clientsession(hass),
            entry.data[CONF_BASE_URL],
            entry.data[CONF_API_KEY],
        )
        self._ledgers: dict[Target, Ledger] = {}
        self._heat_pumps: dict[str, HeatPump] = {}
        self._listed_at: float | None = None
        self._numbers = count(1)
        self._misses = 0
        self._read_back_wait = READ_BACK_FIRST
        self._unsub_read_back: CALLBACK_TYPE | None = None
        entry.async_on_unload(self._cancel_read_back)

    @override
    async def _async_setup(self) -> None:
        """Bring back what cannot be read."""
        await self.memory.async_load()
        if self.write_only:
            self.update_interval = LIST_INTERVAL
            target = self._only_device_id
            ledger = self._ledgers[target] = Ledger()
            ledger.restore(self.memory.accepted(target))
            if target is not None:
                self._heat_pumps = {target: HeatPump(device_id=target)}

    @override
    async def _async_update_data(self) -> SteeringData:
        """Read, and return what is to be shown."""
        if self.write_only:
            await self._try_to_read()
        else:
            await self._read()
        self._publish()
        return self.data

    async def _try_to_read(self) -> None:
        """Find out whether a key that could only write may read by now."""
        try:
            await self._client.get_settings(self.user_id, self._only_device_id)
        except SteeringError:
            return
        self.hass.config_entries.async_update_entry(
            self.config_entry, data={**self.config_entry.data, CONF_WRITE_ONLY: False}
        )
        self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    async def _read(self) -> None:
        """Read the settings, and the list of heat pumps when it is due.

        Raises ConfigEntryAuthFailed for a key that is proven bad, UpdateFailed when there is nothing to show.
        """
        number = next(self._numbers)
        try:
            reading = await self._client.get_settings(
                self.user_id, self._only_device_id
            )
            await self._list_when_due(reading)
        except TooManyRequestsError as error:
            self._wait_as_told(error)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            await self._prove_key(error)
        except SteeringError as error:
            self._miss(error)
        else:
            self._misses = 0
            self.update_interval = POLL_INTERVAL
            self._judge(reading, number)

    async def _list_when_due(self, reading: Reading) -> None:
        """Read the list of heat pumps at setup, every few hours, and when an unknown one turns up.

        Raises SteeringError at setup only: later, a list that cannot be had hides no settings.
        """
        now = monotonic()
        if (
            self._listed_at is not None
            and now - self._listed_at < LIST_INTERVAL.total_seconds()
            and reading.heat_pumps.keys() <= self._heat_pumps.keys()
        ):
            return
        found = {
            device_id: self._heat_pumps.get(device_id, HeatPump(device_id=device_id))
            for device_id in reading.heat_pumps
        }
        try:
            listed = await self._client.get_heat_pumps(self.user_id)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            LOGGER.debug("Brand and model stay unknown: %s", error)
            self._listed_at = now
        except SteeringError as error:
            if self._listed_at is None:
                raise
            LOGGER.debug("The list of heat pumps is left for the next poll: %s", error)
        else:
            found.update({heat_pump.device_id: heat_pump for heat_pump in listed})
            self._listed_at = now
        self._heat_pumps = {
            device_id: heat_pump
            for device_id, heat_pump in found.items()
            if self._only_device_id in (None, device_id)
        }
        self._ledgers = {
            device_id: self._ledgers.get(device_id) or Ledger()
            for device_id in self._heat_pumps
        }

    def _judge(self, reading: Reading, number: int) -> None:
        """Enter a reading into the books."""
        now = monotonic()
        for device_id, reported in reading.heat_pumps.items():
            if (ledger := self._ledgers.get(device_id)) is not None:
                ledger.read(reported, number=number, now=now)
        if any(ledger.waiting for ledger in self._ledgers.values()):
            self._plan_read_back()
        else:
            self._read_back_wait = READ_BACK_FIRST

    async def _prove_key(self, error: SteeringError) -> None:
        """Find out what a refused read means, with a write that changes nothing.

        A key that is refused there too is bad. Raises ConfigEntryAuthFailed or UpdateFailed.
        """
        try:
            await self._client.patch_settings(
                self.user_id, self._only_device_id, Settings()
            )
        except BadKeyError as proof:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="bad_key"
            ) from proof
        except SteeringError as trouble:
            self._miss(trouble)
        else:
            self._miss(error)

    def _miss(self, error: SteeringError) -> None:
        """Count a poll without an answer; raise UpdateFailed when there have been too many."""
        self._misses += 1
        if self.data is not None and self._misses < MISSES_UNTIL_UNAVAILABLE:
            LOGGER.debug("Poll %s without an answer: %s", self._misses, error)
            return
        trouble = action_error(self.hass, error)
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=trouble.translation_key,
            translation_placeholders=trouble.translation_placeholders,
        ) from error

    def _wait_as_told(self, error: TooManyRequestsError) -> None:
        """Obey a 429: nothing is missing, the cloud only wants to be left alone for a while."""
        if self.data is None:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="too_many_requests",
                retry_after=error.retry_after,
            ) from error
        LOGGER.debug("The cloud asks to wait: %s", error)
        self.update_interval = max(
            POLL_INTERVAL, timedelta(seconds=error.retry_after or 0)
        )

    @property
    def home(self) -> Target:
        """Return the target that stands for everything this entry may change."""
        return self._only_device_id

    def identifier(self, target: Target) -> tuple[str, str]:
        """Return what identifies the device of a target in the device registry."""
        return (DOMAIN, f"{self.user_id}_{target or 'home'}")

    def shown(self, target: Target) -> Settings:
        """Return what is shown for a target; for a home of one heat pump, that one's settings."""
        if (shown := self.data.shown.get(target)) is not None:
            return shown
        return _agreement(list(self.data.shown.values()))

    async def async_change(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud; returns when the cloud has accepted it.

        Raises ServiceValidationError if the change itself is at fault, and HomeAssistantError if the cloud could
        not be told. The only way by which settings are changed.
        """
        shown = self.shown(target)
        try:
            change = change.checked()
            check_values(change, shown)
            check_order(change, shown)
            server_time = await self._send(target, change)
        except BadKeyError as error:
            self.config_entry.async_start_reauth(self.hass)
            raise action_error(self.hass, error) from error
        except (SteeringError, LimitError) as error:
            raise action_error(self.hass, error) from error
        self._accept(target, change, server_time)
        self._publish()

    async def _send(self, target: Target, change: Settings) -> datetime | None:
        for ledger in self._books_of(target):
            ledger.send(change)
        return await self._client.patch_settings(self.user_id, target, change)

    def _accept(
        self, target: Target, change: Settings, server_time: datetime | None
    ) -> None:
        number, now = next(self._numbers), monotonic()
        for ledger in self._books_of(target):
            ledger.accept(
                change,
                number=number,
                now=now,
                server_time=server_time,
                readable=not self.write_only,
            )
        if not self.write_only:
            self._read_back_wait = READ_BACK_FIRST
            self._plan_read_back()

    def _books_of(self, target: Target) -> list[Ledger]:
        """Return the ledgers that a change to the target is entered into."""
        if target in self._ledgers:
            return [self._ledgers[target]]
        return list(self._ledgers.values())

    @callback
    def _publish(self) -> None:
        """Show what is known now, if it differs from what is shown."""
        shown: dict[Target, Settings] = {
            target: ledger.shown for target, ledger in self._ledgers.items()
        }
        if len(self._ledgers) > 1:
            shown[None] = _agreement(list(shown.values()))
        self.memory.keep(
            accepted={
                target: ledger.accepted
                for target, ledger in self._ledgers.items()
                if self.write_only
            },
            modes={
                target: mode
                for target, settings in shown.items()
                if (mode := self._mode_to_return_to(target, settings)) is not None
            },
        )
        data = SteeringData(self._heat_pumps, shown)
        if data != self.data:
            self.data = data
            self.async_update_listeners()

    def _mode_to_return_to(
        self, target: Target, settings: Settings
    ) -> ControlMode | None:
        if settings.control_mode in (None, ControlMode.OFF):
            return self.memory.last_mode(target)
        return settings.control_mode

    def _plan_read_back(self) -> None:
        """Read again soon, and each time a little later."""
        self._cancel_read_back()
        self._unsub_read_back = async_call_later(
            self.hass, self._read_back_wait, self._read_back
        )
        self._read_back_wait = min(
            self._read_back_wait * READ_BACK_GROWTH, POLL_INTERVAL.total_seconds()
        )

    async def _read_back(self, _: datetime) -> None:
        self._unsub_read_back = None
        await self.async_refresh()

    @callback
    def _cancel_read_back(self) -> None:
        if self._unsub_read_back is not None:
            self._unsub_read_back()
            self._unsub_read_back = None


def _agreement(settings: list[Settings]) -> Settings:
    """Return what all heat pumps agree on: what the home shows."""
    agreed, *others = settings
    for other in others:
        agreed = agreed.agreed_with(other)
    return agreed
