"""The one shared coordinator: it polls, takes every change, and says what is to be shown."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import (
    CONF_API_KEY,
    CONF_DEVICE_ID,
    EVENT_CORE_CONFIG_UPDATE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .api import (
    BadKeyError,
    ControlMode,
    DeviceIds,
    HeatPump,
    Listing,
    NotFoundError,
    Reading,
    ReadingNotOfferedError,
    ReadingRefusedError,
    Setting,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
    Value,
)
from .const import (
    CONF_BASE_URL,
    CONF_USER_ID,
    CONF_WRITE_ONLY,
    DOMAIN,
    HOME_KEY,
    LIST_INTERVAL,
    LOGGER,
    MISSES_UNTIL_UNAVAILABLE,
    POLL_INTERVAL,
    READ_BACK_FIRST,
    READ_BACK_GROWTH,
    Target,
)
from .model.band import worth_keeping
from .model.limits import (
    LimitError,
    check_hot_water,
    check_order,
    check_values,
    is_cold,
)
from .model.profile import Profile
from .model.shadow import DeviceShadow, NotKept, Outcome
from .model.vacation_record import Stage
from .sync.memory import Memory
from .sync.request_log import RequestLog
from .sync.sessions import async_session
from .sync.shadows import Shadows, TargetData
from .sync.vacation import VacationKeeper
from .sync.write_queue import StoppedError, WriteQueue
from .ui.entries import home_of
from .ui.errors import READ_ERRORS, action_error, nothing_listed_reason, reason_text
from .ui.events import async_fire_changed_elsewhere, async_fire_stayed_by_hand
from .ui.hot_water_watch import ColdHotWater, HotWaterWatch
from .ui.identity import Question, alike, async_ask_only, may_be
from .ui.ids import Identifiers
from .ui.issues import (
    async_close_issues,
    async_show_broken_links,
    async_show_cold_hot_water,
    async_show_no_heat_pumps,
    async_show_not_kept,
    async_show_overdue_vacations,
)
from .ui.new_id import async_replace_id
from .ui.room_sensors import CONF_ROOM_SENSORS, RoomSensors
from .ui.stale_devices import READS_UNTIL_GONE, StaleDevices
from .ui.texts import async_follow_language

type HeatPumpSteeringConfigEntry = ConfigEntry[SteeringCoordinator]


@dataclass(frozen=True, slots=True)
class SteeringData:
    """What entities show: the heat pumps there are, and how each target stands."""

    heat_pumps: Mapping[str, HeatPump]
    targets: Mapping[Target, TargetData]


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
        self.identifiers = Identifiers(hass, entry)
        self.write_only: bool = entry.data[CONF_WRITE_ONLY]
        self.memory = Memory(hass, entry.entry_id)
        self.requests = RequestLog()
        self.room_sensors = RoomSensors(
            hass,
            entry.options.get(CONF_ROOM_SENSORS, {}),
            on_change=self._tell,
            keep=self._keep_room_sensors,
        )
        # Entities, devices and files go by these names, however the cloud spells them by now.
        device_ids = DeviceIds(self.identifiers.async_known_heat_pumps())
        only_device_id: str | None = entry.data.get(CONF_DEVICE_ID)
        self._only_device_id = only_device_id and device_ids.name(only_device_id)
        self._client = SettingsClient(
            async_session(hass),
            entry.data[CONF_BASE_URL],
            entry.data[CONF_API_KEY],
            device_ids=device_ids,
            on_request=self.requests.note,
        )
        self._shadows = Shadows(write_only=self.write_only)
        self._queue = WriteQueue(self, self._create_task)
        self.vacations = VacationKeeper(
            hass,
            entry.entry_id,
            self,
            Profile.from_options(entry.options),
            self._create_background_task,
        )
        self._hot_water = HotWaterWatch(
            hass,
            settings=self._settings_at_home,
            last_warm=self.memory.last_warm,
            show=self._show_cold_hot_water,
        )
        self._asked: set[str] = set()
        self._heat_pumps: dict[str, HeatPump] = {}
        self._others: frozenset[str] = frozenset()
        self._listed_at: float | None = None
        self._misses = 0
        self._passed_over = 0
        self._read_back_wait = READ_BACK_FIRST
        self._silent_until = 0.0
        self._closed = False
        self._told: tuple[bool, SteeringData | None] = (False, None)
        self._unsub_read_back: CALLBACK_TYPE | None = None
        self._absences: Counter[str] = Counter()
        self._without_settings: set[str] = set()
        self._empty_reads = 0
        self._all_gone = False
        self._nothing_left: str | None = None
        """Why there is no heat pump any more, in words; None as long as there is any."""
        self._stale_devices = StaleDevices(hass, entry.entry_id)
        entry.async_on_unload(self._cancel_read_back)
        entry.async_on_unload(self.room_sensors.stop)
        entry.async_on_unload(self._hot_water.stop)
        entry.async_on_unload(async_follow_language(hass, self._say_anew))
        entry.async_on_unload(
            hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._house_changed)
        )
        entry.async_on_unload(
            hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_stop)
        )

    def _create_task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        # Not a background task: those are cancelled before Home Assistant says that it is stopping.
        return self.config_entry.async_create_task(
            self.hass, work, f"{DOMAIN} write queue", eager_start=False
        )

    def _create_background_task(self, work: Coroutine[Any, Any, Any]) -> None:
        self.config_entry.async_create_background_task(
            self.hass, work, f"{DOMAIN} vacation"
        )

    @property
    def home(self) -> Target:
        """Return the target that stands for everything this entry may change."""
        return self._only_device_id

    @property
    def each_target(self) -> list[Target]:
        """Return the heat pumps there are; the home itself where it cannot be read."""
        return self._shadows.targets

    @property
    def main_target(self) -> Target:
        """Return the target that has what there is once in a house: the home, or the only heat pump."""
        targets = self.each_target
        return targets[0] if len(targets) == 1 else self.home

    # Reading

    @override
    async def _async_setup(self) -> None:
        """Bring back what cannot be read."""
        await self.memory.async_load()
        await self.vacations.async_load()
        if self.write_only:
            self.update_interval = LIST_INTERVAL
            self._shadows.keep_only([self.home])
            devices = list(self.identifiers.async_devices())
            if self.home is None and len(devices) == 1 and devices != [None]:
                # The home is now what the heat pump was while it could be read.
                await self._replace_id(devices[0], None)
            for shadow in self._shadows.of(self.home):
                shadow.restore(self.memory.accepted(self.home))
            if self.home is not None:
                self._heat_pumps = {self.home: HeatPump(device_id=self.home)}

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
            reading = await self._client.get_settings(
                self.user_id, self._only_device_id
            )
        except SteeringError:
            return
        if not reading.heat_pumps:
            # No heat pump at all is trouble, not truth.
            return
        self.hass.config_entries.async_update_entry(
            self.config_entry, data={**self.config_entry.data, CONF_WRITE_ONLY: False}
        )
        self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    async def _read(self) -> None:
        """Read the settings, and the list of heat pumps when it is due.

        Raises ConfigEntryAuthFailed for a key that is proven bad, UpdateFailed when there is nothing to show.
        """
        number = self._shadows.next_number()
        try:
            reading = await self._get_reading()
            await self._list_when_due(reading)
        except TooManyRequestsError as error:
            self._wait_as_told(error)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            await self._prove_key(error)
        except SteeringError as error:
            self._miss(error)
        else:
            self._misses = 0
            self._passed_over = len(reading.passed_over)
            self.update_interval = POLL_INTERVAL
            self._follow_up(self._shadows.read(reading, number=number))
            if reading.heat_pumps.keys() - self._others:
                targets = [*self._shadows.shown_targets, *self._ask_on(reading)]
                self._stale_devices.async_read(
                    {self.identifiers.device(target) for target in targets}
                )

    async def _get_reading(self) -> Reading:
        """Read the settings; of the only heat pump by its new id, if it has got another one. Raises SteeringError."""
        device_id, missing = self._only_device_id, None
        try:
            reading = await self._client.get_settings(self.user_id, device_id)
        except NotFoundError as error:
            reading, missing = Reading({}), error
        if device_id is not None and not reading.heat_pumps:
            try:
                listed = await self._client.get_heat_pumps(self.user_id)
            except SteeringError as error:
                LOGGER.debug("Nobody knows where the heat pump is: %s", error)
            else:
                new_id = self._new_id_of(device_id, listed)
                if new_id is not None and await self._replace_id(device_id, new_id):
                    return await self._client.get_settings(self.user_id, new_id)
        if missing is not None:
            raise missing
        return reading

    def _new_id_of(self, device_id: str, listed: Listing) -> str | None:
        """Return by which id the only heat pump is listed now; ask a person where that is not clear."""
        missing = self._as_known(device_id)
        elsewhere = {
            entry.data.get(CONF_DEVICE_ID)
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if home_of(entry.data) == home_of(self.config_entry.data)
        }
        # What was listed beside it is another one. Where that is not known, all but what is clearly another one may be it.
        beside = self.memory.listed
        there = [
            it
            for it in listed.heat_pumps
            if it.device_id not in elsewhere | beside
            and (beside or may_be(missing, it))
        ]
        if device_id in listed.ids:
            there = []
        if (
            len(there) == 1
            and alike(missing, there[0])
            and (beside or len(listed.heat_pumps) == 1)
        ):
            return there[0].device_id
        self._ask_only(
            [
                Question(
                    {device_id: self._name(missing)},
                    {it.device_id: it.full_name for it in there},
                    only_one=True,
                )
            ]
            if there
            else []
        )
        return None

    def _as_known(self, device_id: str) -> HeatPump:
        """Return what is known of a heat pump from the last list, or else from its device."""
        if (found := self._heat_pumps.get(device_id)) is not None:
            return found
        device = self.identifiers.async_device(device_id)
        if device is None:
            return HeatPump(device_id=device_id)
        return HeatPump(
            device_id=device_id, brand=device.manufacturer, model=device.model
        )

    def _name(self, heat_pump: HeatPump) -> str:
        return self.identifiers.async_device_name(
            heat_pump.device_id, heat_pump.full_name
        )

    def _questions(self) -> list[Question]:
        """Return what is not answered yet: where an issue has gone by itself, a person has answered."""
        registry = ir.async_get(self.hass)
        return [
            question
            for question in self.memory.questions
            if (issue_id := question.issue_id(self.config_entry.entry_id))
            not in self._asked
            or registry.async_get_issue(DOMAIN, issue_id) is not None
        ]

    def _ask_only(self, questions: Iterable[Question]) -> None:
        questions = list(questions)
        self.memory.keep_questions(questions)
        self._asked = async_ask_only(self.hass, self.config_entry.entry_id, questions)

    def _ask_on(self, reading: Reading) -> set[str]:
        """Ask on what still is a question after a reading, and return the heat pumps that are waited for until then."""
        if not self.memory.questions:
            return set()
        questions = []
        devices = self.identifiers.async_devices()
        for question in self._questions():
            gone = {
                device_id: name
                for device_id, name in question.gone.items()
                if device_id in devices
                and device_id not in reading.heat_pumps
                and device_id not in self.memory.listed
            }
            if gone and question.there.keys() <= self._heat_pumps.keys():
                questions.append(replace(question, gone=gone))
        self._ask_only(questions)
        return {device_id for question in questions for device_id in question.gone}

    async def _list_when_due(self, reading: Reading) -> None:
        """Read the list of heat pumps at setup, every few hours, and when an unknown one turns up or none is left.

        Raises SteeringError at setup only, as later a list that cannot be had hides no settings; and UpdateFailed if
        there is no heat pump to set up.
        """
        now = monotonic()
        at_setup = self._listed_at is None
        if reading.heat_pumps.keys() - self._others:
            self._empty_reads = 0
            self._nothing_left = None
        else:
            self._empty_reads += 1
        all_gone = self._empty_reads >= READS_UNTIL_GONE
        self._count_absences(reading)
        gone = {it for it, times in self._absences.items() if times >= READS_UNTIL_GONE}
        # What is listed all the same was asked about when it went.
        self._without_settings &= gone
        if (
            self._listed_at is not None
            and now - self._listed_at < LIST_INTERVAL.total_seconds()
            and reading.heat_pumps.keys() <= self._heat_pumps.keys() | self._others
            and gone == self._without_settings
            and all_gone == self._all_gone
        ):
            return
        listed = Listing()
        try:
            listed = await self._client.get_heat_pumps(self.user_id)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            LOGGER.debug("Brand and model stay unknown: %s", error)
        except SteeringError as error:
            if at_setup:
                raise
            LOGGER.debug("The list of heat pumps is left for the next poll: %s", error)
            return
        found = {
            device_id: self._heat_pumps.get(device_id, HeatPump(device_id=device_id))
            for device_id in (*self._heat_pumps, *reading.heat_pumps)
            if device_id not in gone
        }
        found.update({it.device_id: it for it in listed.heat_pumps})
        heat_pumps = {
            device_id: heat_pump
            for device_id, heat_pump in found.items()
            if self._only_device_id in (None, device_id)
            and device_id not in listed.others
        }
        self.identifiers.settle(heat_pumps)
        moved = self._moved(heat_pumps, listed, reading)
        if moved is not None and not await self._replace_id(*moved):
            return
        self.identifiers.settle(heat_pumps)
        self._listed_at = now
        if self._only_device_id is None or self._only_device_id in listed.ids:
            self.memory.keep_listed(listed.ids)
        self._others = listed.others
        self._heat_pumps = heat_pumps
        self._shadows.keep_only(self._heat_pumps)
        self._without_settings = gone & self._heat_pumps.keys()
        for device_id in self._without_settings:
            # What they were does not count any more.
            self._shadows.forget(device_id)
        for device_id in self._absences.keys() - self._without_settings:
            del self._absences[device_id]
        self._all_gone = all_gone
        self._nothing_left = None
        if (all_gone or at_setup) and self._heat_pumps.keys().isdisjoint(
            listed.ids | reading.heat_pumps.keys()
        ):
            self._nothing_left = nothing_listed_reason(
                self.hass,
                reading.passed_over + listed.passed_over,
                self._only_device_id,
            )
        if at_setup and self._nothing_left is not None:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="no_heat_pumps",
                translation_placeholders={"reason": self._nothing_left},
            )

    def _moved(
        self, heat_pumps: Mapping[str, HeatPump], listed: Listing, reading: Reading
    ) -> tuple[Target, str] | None:
        """Return a target that has become a heat pump, and that one; ask a person where it may have.

        It is the home, as which the only heat pump was known while it could not be read, or a heat pump that has gone.
        """
        devices = self.identifiers.async_devices()
        if len(heat_pumps) == 1 and devices.keys() == {None}:
            return None, next(iter(heat_pumps))
        gone = [
            self._as_known(target)
            for target in devices
            if target is not None
            and target not in listed.ids
            and target not in reading.heat_pumps
        ]
        new = [it for it in heat_pumps.values() if it.device_id not in devices]
        if not gone or not new:
            return None
        questions = self._questions()
        if (
            len(gone) == len(new) == 1
            and alike(gone[0], new[0])
            and not any(gone[0].device_id in it.gone for it in questions)
        ):
            return gone[0].device_id, new[0].device_id
        names = {it.device_id: self._name(it) for it in gone}
        for it in new:
            self.vacations.book.lend(names, it.device_id)
        self._ask_only(
            [
                *questions,
                *(Question(names, {it.device_id: it.full_name}) for it in new),
            ]
        )
        return None

    async def _replace_id(self, before: Target, after: Target) -> bool:
        """Let a target have all that another one had; returns whether that is done.

        It is not where entities are alive. The entry is set up anew then, and it is done on the way.
        """
        entry = self.config_entry
        if entry.state is not ConfigEntryState.SETUP_IN_PROGRESS:
            if not self._closed:
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return False
        await async_replace_id(
            self.hass,
            entry,
            before,
            after,
            memory=self.memory,
            book=self.vacations.book,
        )
        self.identifiers = Identifiers(self.hass, entry)
        self.room_sensors.pick(entry.options.get(CONF_ROOM_SENSORS, {}))
        self._only_device_id = entry.data.get(CONF_DEVICE_ID)
        return True

    def _count_absences(self, reading: Reading) -> None:
        """Count how often a heat pump was missing in a row. No heat pump at all is trouble, not truth."""
        if not reading.heat_pumps:
            return
        for device_id in self._heat_pumps:
            if device_id in reading.heat_pumps:
                del self._absences[device_id]
            else:
                self._absences[device_id] += 1

    async def _prove_key(self, error: SteeringError) -> None:
        """Find out what a refused read means, with a change that changes nothing.

        A key that is refused there too is bad. Raises ConfigEntryAuthFailed or UpdateFailed.
        """
        try:
            await self._queue.submit(self.home, Settings())
        except BadKeyError as proof:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="read_bad_key"
            ) from proof
        except SteeringError as trouble:
            self._miss(trouble)
        except StoppedError:
            return
        else:
            self._miss(ReadingRefusedError(str(error)))

    def _miss(self, error: SteeringError) -> None:
        """Count a poll without an answer; raise UpdateFailed when there have been too many."""
        self._misses += 1
        if self._can_wait and self._misses < MISSES_UNTIL_UNAVAILABLE:
            LOGGER.debug("Poll %s without an answer: %s", self._misses, error)
            return
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=READ_ERRORS.get(type(error), "read_failed"),
            translation_placeholders={"reason": reason_text(self.hass, error)},
        ) from error

    def _wait_as_told(self, error: TooManyRequestsError) -> None:
        """Obey a 429: nothing is missing, the cloud only wants to be left alone for a while."""
        wait = max(POLL_INTERVAL.total_seconds(), error.retry_after or 0)
        if not self._can_wait:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="too_many_requests",
                retry_after=error.retry_after if self._listed_at is None else wait,
            ) from error
        LOGGER.debug("The cloud asks to wait: %s", error)
        self._be_silent(error)
        if self._shadows.waiting:
            self._plan_read_back()
        self.update_interval = timedelta(seconds=wait)

    @property
    def _can_wait(self) -> bool:
        """Return whether there is something to show until the next read."""
        return self._listed_at is not None and self.last_update_success

    def _follow_up(self, outcomes: Mapping[Target, Outcome]) -> None:
        """Do what a reading asks for: tell of changes, send again, read again."""
        for target, outcome in outcomes.items():
            async_fire_changed_elsewhere(
                self.hass, self.identifiers, target, outcome.changed_elsewhere
            )
            self.vacations.changed_elsewhere(target, outcome.changed_elsewhere)
            if outcome.to_resend:
                self.config_entry.async_create_background_task(
                    self.hass,
                    self._send_again(target, outcome.to_resend),
                    f"{DOMAIN} not kept",
                )
        self._show_issues()
        if self._shadows.waiting:
            self._plan_read_back()
        else:
            self._cancel_read_back()
            self._read_back_wait = READ_BACK_FIRST

    def _show_issues(self) -> None:
        """Show under Repairs what is wrong, and nothing that no longer is."""
        entry_id = self.config_entry.entry_id
        async_show_not_kept(
            self.hass, entry_id, self.identifiers, self._shadows.not_kept()
        )
        async_show_broken_links(self.hass, entry_id, self.identifiers, self._heat_pumps)
        async_show_no_heat_pumps(self.hass, self.config_entry, self._nothing_left)

    def _plan_read_back(self) -> None:
        """Read again soon, and each time a little later; but not while the cloud wants to be left alone."""
        self._cancel_read_back()
        if self._closed:
            return
        wait = max(self._read_back_wait, self._silent_until - monotonic())
        self._unsub_read_back = async_call_later(self.hass, wait, self._read_back)
        self._read_back_wait = min(
            self._read_back_wait * READ_BACK_GROWTH, POLL_INTERVAL.total_seconds()
        )

    async def _read_back(self, _: datetime) -> None:
        """Look what has become of the changes; not a poll, so that a failure is no miss."""
        self._unsub_read_back = None
        if not self.last_update_success:
            await self.async_refresh()
            return
        try:
            await self._look()
        except SteeringError as error:
            LOGGER.debug("Nothing could be read back: %s", error)
            self._plan_read_back()

    async def _look(self) -> Reading:
        """Read the settings between the polls; raises SteeringError."""
        number = self._shadows.next_number()
        try:
            reading = await self._client.get_settings(
                self.user_id, self._only_device_id
            )
        except TooManyRequestsError as error:
            self._be_silent(error)
            raise
        self._follow_up(self._shadows.read(reading, number=number))
        self._publish()
        return reading

    def _be_silent(self, error: TooManyRequestsError) -> None:
        """Read nothing back for as long as the cloud asks."""
        self._silent_until = monotonic() + (error.retry_after or 0)

    @callback
    def _cancel_read_back(self) -> None:
        if self._unsub_read_back is not None:
            self._unsub_read_back()
            self._unsub_read_back = None

    def polling(self) -> dict[str, Any]:
        """Return how the reading goes, for diagnostics."""
        return {
            "interval_seconds": self._update_interval_seconds,
            "misses": self._misses,
            "last_update_success": self.last_update_success,
            "last_exception": str(self.last_exception or ""),
            "last_read": self.requests.last_read,
            "last_write": self.requests.last_write,
            "passed_over_in_list": len(self._others),
            "passed_over_in_settings": self._passed_over,
        }

    # Changing

    @property
    def waiting_changes(self) -> int:
        """Return how many changes are on their way."""
        return self._queue.waiting

    def pending(self, target: Target) -> Settings:
        """Return what is on its way for a target, as one change."""
        return self._queue.pending(target)

    def shadows(self, target: Target) -> list[DeviceShadow]:
        """Return the shadows that a target stands for."""
        return self._shadows.of(target)

    def shown(self, target: Target) -> Settings:
        """Return what is shown for a target; for a home of one heat pump, that one's settings."""
        return self._shadows.shown(target)

    def expected(self, target: Target) -> Settings:
        """Return what will be shown when all that is on its way has arrived."""
        return self.shown(target).with_change(self._queue.pending(target))

    async def async_change(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud; returns when the cloud has accepted it.

        The only way by which settings are changed. Raises ServiceValidationError if the change itself is at fault,
        and HomeAssistantError if the cloud could not be told.
        """
        try:
            change = change.checked()
            check_values(
                change,
                self.shown(target),
                earlier=self.memory.last_outside(target),
                on_vacation=self.vacations.lets_hot_water_cool(target),
            )
        except (SteeringError, LimitError) as error:
            raise action_error(self.hass, error) from error
        await self.async_send(target, change)

    async def async_send(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud whose values, such as those from before a vacation, need no check.

        The 40 °C rule and the order of minimum and maximum hold here, too. Raises as `async_change` does.
        """
        try:
            await self._queue.submit(target, change)
        except TooManyRequestsError as error:
            self._be_silent(error)
            raise action_error(self.hass, error) from error
        except (SteeringError, LimitError) as error:
            raise action_error(self.hass, error) from error
        except StoppedError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="stopped"
            ) from error

    async def _send_again(self, target: Target, change: Settings) -> None:
        """Send what was not kept once more, but for what somebody has changed in the meantime."""
        change = change.without(self._queue.pending(target).keys())
        # Whoever closes the connection does not ask what was not kept.
        with suppress(StoppedError):
            try:
                if change:
                    await self._queue.submit(target, change, resent=True)
            except SteeringError, LimitError:
                for shadow in self._shadows.of(target):
                    shadow.give_up(change)
                self._show_issues()
                self._publish()

    def check(self, target: Target, change: Settings) -> None:
        """Raise LimitError if the change as a whole cannot be, for one of the heat pumps it concerns."""
        check_hot_water(change, on_vacation=self.vacations.lets_hot_water_cool(target))
        for shadow in self._shadows.of(target):
            check_order(change, shadow.shown)

    async def deliver(self, target: Target, change: Settings, *, resent: bool) -> None:
        """Send a change once, and show it as soon as the cloud has accepted it; raises SteeringError."""
        if is_cold(change):
            await self.vacations.async_note_cold(target)
        shadows = self._shadows.of(target)
        for shadow in shadows:
            shadow.send(change, now=monotonic())
        try:
            server_time = await self._client.patch_settings(
                self.user_id, target, change
            )
        except SteeringError as error:
            if not error.maybe_applied:
                for shadow in shadows:
                    shadow.refuse(change)
            if isinstance(error, BadKeyError):
                self.config_entry.async_start_reauth(self.hass)
            raise
        self._shadows.accept(target, change, server_time=server_time, resent=resent)
        if change and not self.write_only:
            self._read_back_wait = READ_BACK_FIRST
            self._plan_read_back()
        self._publish()

    async def arrived(self, target: Target, change: Settings) -> bool:
        """Read whether a change of unknown outcome is on the cloud; if nobody can tell, it is not."""
        if self.write_only:
            return False
        try:
            reading = await self._look()
        except SteeringError:
            return False
        return self._shadows.confirmed(target, change, reading)

    @callback
    def _keep_room_sensors(self, picked: Mapping[str, str]) -> None:
        """Remember what the room's sensors are called now, and for which targets."""
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            options={**self.config_entry.options, CONF_ROOM_SENSORS: dict(picked)},
        )

    async def async_close(self) -> None:
        """Finish what is on its way, as far as there is time, and write down what has to survive."""
        self._closed = True
        self._cancel_read_back()
        self._hot_water.stop()
        await self._queue.drain()
        await self.vacations.async_close()
        async_close_issues(self.hass, self.config_entry.entry_id)
        await self.memory.async_save_now()

    async def _async_stop(self, _: Event) -> None:
        await self.async_close()

    # Vacations

    @property
    def whole(self) -> bool:
        """Return whether the last read showed no heat pump but those there are."""
        return self._shadows.whole

    @property
    def silence(self) -> float:
        """Return for how many seconds the cloud wants to be left alone."""
        return max(0.0, self._silent_until - monotonic())

    def can_read(self, target: Target) -> bool:
        """Return whether the settings of a target can be read, if it is there."""
        return not self.write_only and self._only_device_id in (None, target)

    def unsettled(self, target: Target) -> set[Setting]:
        """Return what was sent to a target, and no read has shown yet."""
        return self._shadows.unsettled(target)

    def not_kept(self, target: Target) -> Mapping[Setting, NotKept]:
        """Return the wishes of a target that were not kept."""
        return {
            setting: it
            for shadow in self._shadows.of(target)
            for setting, it in shadow.not_kept.items()
        }

    async def async_settle(self) -> None:
        """Wait until what is on its way has arrived, or failed."""
        await self._queue.settle()

    async def async_read_now(self) -> None:
        """Read what a vacation has to know; raises HomeAssistantError if that may go better in a while.

        Where nothing can be read at all, what is known has to do: a vacation ends all the same.
        """
        if self.write_only:
            return
        try:
            await self._look()
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            LOGGER.debug("A vacation goes on with what is known: %s", error)
        except SteeringError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=READ_ERRORS.get(type(error), "read_failed"),
                translation_placeholders={"reason": reason_text(self.hass, error)},
            ) from error

    @callback
    def vacation_changed(self) -> None:
        """Show how the vacation stands."""
        self._publish()
        # The plans are no part of the data.
        self._tell_all()

    @callback
    def stayed_by_hand(self, target: Target, values: Mapping[Setting, Value]) -> None:
        """Tell of settings that the end of a vacation has left as somebody had set them."""
        async_fire_stayed_by_hand(self.hass, self.identifiers, target, values)

    @callback
    def show_overdue(self, overdue: Mapping[Target, tuple[Stage, str]]) -> None:
        """Show exactly these vacations as pending, each with the reason."""
        async_show_overdue_vacations(
            self.hass, self.config_entry.entry_id, self.identifiers, overdue
        )

    # Showing

    @callback
    def _show_cold_hot_water(self, cold: Mapping[Target, ColdHotWater]) -> None:
        async_show_cold_hot_water(
            self.hass, self.config_entry.entry_id, self.identifiers, cold
        )

    def _settings_at_home(self) -> dict[Target, Settings]:
        """Return the settings of the heat pumps that are not on vacation."""
        stages = self.vacations.stages()
        return {
            target: self._shadows.shown(target)
            for target in self.each_target
            if stages[target] not in (Stage.STARTING, Stage.AWAY)
        }

    @callback
    def _publish(self) -> None:
        """Show what is known now, if it differs from what is shown."""
        stages = self.vacations.stages()
        targets = {
            target: data
            if (stage := stages[target]) is Stage.HOME
            else replace(data, vacation=stage)
            for target, data in self._shadows.data().items()
        }
        data = SteeringData(self._heat_pumps, targets)
        if data != self.data:
            self.data = data
            self._remember(targets)
            self.async_update_listeners()
        if not self._closed:
            self._hot_water.look()
            self.vacations.look()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell of what is not as it was when the listeners were last told."""
        reached, before = self._told
        self._told = (self.last_update_success, self.data)
        if (
            before is None
            or reached != self.last_update_success
            or before.targets.keys() != self.data.targets.keys()
        ):
            self._tell_all()
        elif changed := _changed(before, self.data):
            self._tell(changed)

    @callback
    def _tell_all(self) -> None:
        """Tell all listeners, also of something that is no part of the data."""
        super().async_update_listeners()

    @callback
    def _tell(self, targets: Iterable[Target]) -> None:
        """Tell the listeners whose context is one of these targets, and those without a context."""
        contexts = {None, *map(listening_to, targets)}
        for update_callback, context in list(self._listeners.values()):
            if context in contexts:
                try:
                    update_callback()
                except Exception:
                    self.logger.exception("A listener has failed")

    @callback
    def _house_changed(self, _: Event) -> None:
        """Show everything in the unit that the house has now."""
        self._tell_all()

    @callback
    def _say_anew(self) -> None:
        """Show under Repairs what is wrong in the language that the house speaks now."""
        if self.data is not None and not self._closed:
            self._show_issues()
            self._hot_water.look()
            self.vacations.say_anew()

    def _remember(self, targets: Mapping[Target, TargetData]) -> None:
        self.memory.keep_settings(
            accepted=self._shadows.accepted() if self.write_only else {},
            modes={
                target: mode
                for target, data in targets.items()
                if (mode := self._mode_to_return_to(target, data.shown)) is not None
            },
            warm={
                target: minimum
                for target, data in targets.items()
                if (minimum := self._warm_to_return_to(target, data.shown)) is not None
            },
            outside={
                target: outside
                for target, data in targets.items()
                if (
                    outside := worth_keeping(data.shown)
                    or self.memory.last_outside(target)
                )
            },
        )

    def _warm_to_return_to(self, target: Target, settings: Settings) -> float | None:
        if settings.hot_water_min is None or is_cold(settings):
            return self.memory.last_warm(target)
        return settings.hot_water_min

    def _mode_to_return_to(
        self, target: Target, settings: Settings
    ) -> ControlMode | None:
        if settings.control_mode in (None, ControlMode.OFF):
            return self.memory.last_mode(target)
        return settings.control_mode


def listening_to(target: Target) -> str:
    """Return the context of a listener whom only this target concerns."""
    return target or HOME_KEY


def _changed(before: SteeringData, now: SteeringData) -> list[Target]:
    """Return those of the targets, which are the same as before, of which something else is shown now."""
    return [
        target
        for target, data in now.targets.items()
        if data != before.targets[target]
        or now.heat_pumps.get(target or HOME_KEY)
        != before.heat_pumps.get(target or HOME_KEY)
    ]
