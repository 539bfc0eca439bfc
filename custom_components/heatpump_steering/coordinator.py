"""The one shared coordinator: it polls, publishes what is to be shown, and hands changes on."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from datetime import timedelta
import math
from time import monotonic
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Context, Event, HomeAssistant, callback

from .api import (
    BadKeyError,
    NotFoundError,
    NothingListedError,
    ReadingNotOfferedError,
    ReadingRefusedError,
    Settings,
    SteeringError,
    TooManyRequestsError,
)
from .const import (
    CONF_WRITE_ONLY,
    DOMAIN,
    LIST_INTERVAL,
    LOGGER,
    POLL_INTERVAL,
    UNAVAILABLE_AFTER,
    Target,
)
from .model.errors import PROBLEMS
from .model.profile import Profile
from .model.shadow import Outcome
from .sync.actuator import Actuator
from .sync.for_a_while import ForAWhile
from .sync.reconciler import Reconciler
from .sync.request_log import RequestLog
from .sync.sessions import async_session
from .sync.vacations import Vacations
from .ui.access import Access
from .ui.activity import Activity
from .ui.causes import Hands
from .ui.connection import connected
from .ui.errors import action_error, read_error
from .ui.events import async_fire_outcomes
from .ui.hot_water_watch import HotWaterWatch
from .ui.ids import Identifiers
from .ui.inventory import Inventory
from .ui.issues import async_close_issues, async_show_damaged_files
from .ui.long_waits import LongWaits
from .ui.presets import Presets
from .ui.repair_list import RepairList
from .ui.room_sensors import RoomSensors
from .ui.snapshot import Snapshots, SteeringData
from .ui.telling import TellingCoordinator
from .ui.texts import async_follow_language

type HeatPumpSteeringConfigEntry = ConfigEntry[SteeringCoordinator]


class SteeringCoordinator(TellingCoordinator):
    """Reads the settings of one config entry, and takes every change to them."""

    config_entry: HeatPumpSteeringConfigEntry

    def __init__(self, hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry) -> None:
        """Prepare; the first refresh reads."""
        super().__init__(hass, entry)
        self.write_only: bool = entry.data[CONF_WRITE_ONLY]
        self.requests = RequestLog()
        identifiers = Identifiers(hass, entry)
        client, self.home = connected(
            hass,
            entry,
            identifiers,
            self.requests,
            async_session(hass),
            create_task=self._create_task,
            on_change=self._home_changed,
        )
        self.access = Access(hass, entry, client, self.home)
        self.inventory = Inventory(hass, entry, client, self.home, identifiers)
        self.actuator = Actuator(self.home, lambda: Profile.from_options(entry.options))
        self.reconciler = Reconciler(hass, self.home, self.actuator, self._create_task)
        self.vacations = Vacations(self.home, self.actuator, self.reconciler)
        self.for_a_while = ForAWhile(self.home, self.actuator, self.reconciler)
        self.hot_water = HotWaterWatch(
            hass, entry.entry_id, self.inventory, self.home, self.vacations
        )
        self.repair_list = RepairList(
            hass, entry, self.inventory, self.home, self.vacations, self.reconciler
        )
        self.presets = Presets(hass, entry, self.home, self.vacations, self.for_a_while)
        self._snapshots = Snapshots(
            self.home, self.reconciler, self.vacations, self.presets
        )
        self._activity = Activity(hass, identifiers, self.presets)
        self.hands = Hands()
        self._long_waits = LongWaits(hass, self.home)
        self.room_sensors = RoomSensors(hass, entry, self.async_update_listeners)
        self.last_failure = ""
        # Never: the monotonic clock may have begun a moment ago, with the machine.
        self._answered_at = -math.inf
        # Whoever listens hears of what a poll has read at the end of the poll.
        self._is_entering = False
        for stop in (
            self.room_sensors.stop,
            self.hot_water.stop,
            self.reconciler.stop,
            self.home.stop,
            self._long_waits.stop,
            async_follow_language(hass, self.repair_list.async_show),
            async_follow_language(hass, self.hot_water.look),
            # Everything is shown in the unit that the house has then.
            hass.bus.async_listen(
                EVENT_CORE_CONFIG_UPDATE,
                callback(lambda _: self.async_update_listeners()),
            ),
            hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self.async_close),
        ):
            entry.async_on_unload(stop)

    def _create_task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        # Not a background task: those are cancelled before Home Assistant says that it is stopping.
        return self.config_entry.async_create_task(
            self.hass, work, f"{DOMAIN} write queue", eager_start=False
        )

    @callback
    def start(self) -> None:
        """Begin to follow what is shown, and do what was missed."""
        for look in (self.reconciler.look, self.hot_water.look, self.presets.look):
            self.config_entry.async_on_unload(self.async_add_listener(look))
        self.reconciler.start()
        self.hot_water.look()
        self.presets.start()

    # Polling

    @override
    async def _async_setup(self) -> None:
        """Bring back what cannot be read."""
        await self.home.async_load()
        await self.home.storage.async_take_over()
        async_show_damaged_files(self.hass, self.home.storage.put_aside)
        if self.write_only:
            self._assume()

    def _assume(self) -> None:
        """Go on with what is known, where nothing can be read."""
        # A key that could read once may be able to again at any time.
        had_read = self.inventory.assume()
        self.update_interval = POLL_INTERVAL if had_read else LIST_INTERVAL

    @override
    async def _async_update_data(self) -> SteeringData:
        """Read, and return what is to be shown."""
        is_first = self.data is None
        if self.write_only:
            await self.access.async_try_to_read()
        else:
            await self._read()
        if is_first:
            self.room_sensors.start()
            self.home.changed()
        return self.data

    async def _read(self) -> None:
        """Read the settings, and the list of heat pumps when it is due; raises UpdateFailed where there is nothing to show."""
        self.update_interval = POLL_INTERVAL
        number = self.home.shadows.next_number()
        at_setup = not self.inventory.is_known
        try:
            reading = await self.inventory.async_read()
            await self.inventory.async_update(reading)
        except TooManyRequestsError as error:
            self._wait_as_told(error)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            if (proof := await self.access.async_prove(error)) is not None:
                self._miss(proof)
        except SteeringError as error:
            self._miss(error)
        else:
            instead = self.inventory.nothing_left
            if at_setup:
                self.actuator.begin_missed()
            if at_setup and instead is None:
                await self.home.async_enter_first(reading, number=number)
            elif not at_setup:
                self._is_entering = True
                try:
                    self.home.enter(reading, number=number)
                finally:
                    self._is_entering = False
            if not (at_setup or reading.heat_pumps.keys() - self.inventory.others):
                instead = instead or reading.passed_over
            if instead is not None:
                self._miss(NothingListedError(instead, self.home.device_id))
                return
            self._answered_at = monotonic()
            await self.access.async_note_read()

    def _miss(self, error: SteeringError) -> None:
        """Note a poll without an answer; raises UpdateFailed when there has been none for too long."""
        self.last_failure = str(error)
        # Time and not polls: somebody may ask for more of them. The last one may be a moment early.
        patience = (UNAVAILABLE_AFTER - POLL_INTERVAL / 10).total_seconds()
        if monotonic() - self._answered_at < patience:
            LOGGER.debug("A poll without an answer: %s", error)
        elif isinstance(error, ReadingRefusedError):
            self._go_on_without_reading()
        else:
            raise read_error(self.hass, error) from error

    def _go_on_without_reading(self) -> None:
        """Show what is known from now on, and change it: the key may still do that."""
        self.access.set_write_only(True)
        if self.inventory.is_known:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
        else:
            self.write_only = True
            self.home.shadows.readable = False
            self._assume()

    def _wait_as_told(self, error: TooManyRequestsError) -> None:
        """Obey a 429: nothing is missing, the cloud only wants to be left alone for a while."""
        wait = max(POLL_INTERVAL.total_seconds(), error.retry_after or 0)
        if not (self.inventory.is_known and self.last_update_success):
            raise read_error(
                self.hass, error, wait if self.inventory.is_known else error.retry_after
            ) from error
        LOGGER.debug("The cloud asks to wait: %s", error)
        self._answered_at = monotonic()
        self.home.be_silent(error)
        if self.home.shadows.waiting:
            self.home.read_back.plan()
        self.update_interval = timedelta(seconds=wait)

    # Changing

    async def async_change(
        self, target: Target, change: Settings, context: Context | None = None
    ) -> None:
        """Bring a change to the cloud, which is the only way; returns when it is accepted. Raises as `async_do`."""
        with self.hands.at_work(target, change.with_implied().keys(), context):
            await self.async_do(self.home.change(target, change))

    async def async_do(self, work: Awaitable[None]) -> None:
        """Wait for what changes something; raises HomeAssistantError with a text that a homeowner can act on."""
        try:
            await work
        except BadKeyError as error:
            can_read = await self.access.async_can_read()
            raise action_error(self.hass, error, can_read=can_read) from error
        except PROBLEMS as error:
            raise action_error(self.hass, error) from error

    async def async_do_for_a_while(
        self, target: Target, work: Awaitable[None], context: Context | None
    ) -> None:
        """Wait for what begins or ends something for a while; `context` is whose doing that is. Raises as `async_do`."""
        with self.hands.at_work(target, None, context):
            await self.async_do(work)

    # Showing

    @callback
    def _home_changed(self, outcomes: Mapping[Target, Outcome]) -> None:
        """Tell what has come to light, and show what is known now, if it differs from what is shown."""
        async_fire_outcomes(self.hass, self.inventory.identifiers, outcomes)
        if self.home.is_closed:
            return
        self.access.look()
        self.repair_list.async_show()
        self._long_waits.look()
        data = self._snapshots.take(self.inventory.heat_pumps)
        if data != self.data:
            self.data = data
            self._activity.look(data)
            if not self._is_entering:
                self.async_update_listeners()

    # Ending

    async def async_close(self, _: Event | None = None) -> None:
        """Finish what is on its way, as far as there is time, and write down what has to survive."""
        self.reconciler.stop()
        self.hot_water.stop()
        await self.home.async_close()
        async_close_issues(self.hass, self.config_entry.entry_id)
