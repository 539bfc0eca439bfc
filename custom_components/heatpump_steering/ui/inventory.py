"""Which heat pumps there are: by the settings read, and by the list that is read now and then."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set as AbstractSet
from dataclasses import replace
from time import monotonic

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..api import (
    BadKeyError,
    HeatPump,
    Listing,
    NotFoundError,
    PassedOver,
    Reading,
    ReadingNotOfferedError,
    Settings,
    SettingsClient,
    SteeringError,
)
from ..const import CONF_USER_ID, DOMAIN, LIST_INTERVAL, LOGGER, Target
from ..model.errors import StorageError
from ..model.identity import Question, alike, may_be
from ..sync.home import Home
from .entries import home_of
from .ids import Identifiers
from .new_id import async_replace_id
from .questions import async_ask_only, question_id

# A heat pump that blinks away for a poll or two stays available, and keeps its device and history.
READS_UNTIL_GONE = 3


class Inventory:
    """The heat pumps of one config entry, and what they are called."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: SettingsClient,
        home: Home,
        identifiers: Identifiers,
    ) -> None:
        """Know nothing yet; the home is told which targets it has."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._user_id: str = entry.data[CONF_USER_ID]
        self._home = home
        self.identifiers = identifiers
        self.heat_pumps: Mapping[str, HeatPump] = {}
        self._makes: Counter[tuple[str | None, str | None]] = Counter()
        self.others: frozenset[str] = frozenset()
        """The ids of what was listed and is no heat pump of the user's."""
        self.nothing_left: PassedOver | None = None
        """What there is instead of any heat pump; None as long as there is one."""
        self._asked: set[str] = set()
        self._listed_at: float | None = None
        self._absences: Counter[Target] = Counter()
        self._stale_reads: Counter[str] = Counter()
        self._without_stale: AbstractSet[Target] = frozenset()
        """For which targets there was no device of any other when that was last asked."""
        self._gone_when_listed: set[Target] = set()

    @property
    def is_known(self) -> bool:
        """Return whether the heat pumps have been listed."""
        return self._listed_at is not None

    def assume(self) -> bool:
        """Have the heat pumps that were known, or else the home, where nothing can be read; returns whether any was."""
        devices: list[Target] = [
            target for target in self.identifiers.async_devices() if target is not None
        ]
        known = devices or self._home.known
        only = self._home.device_id
        self._home.have(dict.fromkeys((known or [None]) if only is None else [only]))
        self._have(
            {
                target: self._as_known(target)
                for target in self._home.targets
                if target is not None
            }
        )
        return bool(known)

    def _have(self, heat_pumps: Mapping[str, HeatPump]) -> None:
        self.heat_pumps = heat_pumps
        self._makes = Counter((it.brand, it.model) for it in heat_pumps.values())

    def is_one_of_several(self, heat_pump: HeatPump) -> bool:
        """Return whether there is another one of the same make."""
        return self._makes[heat_pump.brand, heat_pump.model] > 1

    async def async_read(self) -> Reading:
        """Read the settings; of the only heat pump by its new id, if it has got another one. Raises SteeringError."""
        device_id, missing = self._home.device_id, None
        try:
            reading = await self._client.get_settings(self._user_id, device_id)
        except NotFoundError as error:
            reading, missing = Reading({}), error
        if device_id is not None and not reading.heat_pumps:
            try:
                listed = await self._client.get_heat_pumps(self._user_id)
            except SteeringError as error:
                LOGGER.debug("Nobody knows where the heat pump is: %s", error)
            else:
                new_id = self._new_id_of(device_id, listed)
                if new_id is not None and await self._async_replace_id(
                    device_id, new_id
                ):
                    return await self._client.get_settings(self._user_id, new_id)
        if missing is not None:
            raise missing
        return reading

    async def async_update(self, reading: Reading) -> None:
        """Have the heat pumps that there are after a reading; remove the devices of those that have been gone for long.

        Raises SteeringError at setup only, as later a list that cannot be had hides no settings.
        """
        self.passed_over = len(reading.passed_over)
        await self._async_list_when_due(reading)
        if reading.heat_pumps.keys() - self.others:
            waited_for = self._ask_on(reading)
            self._remove_stale_devices({*self._home.shadows.shown_targets, *waited_for})

    def _remove_stale_devices(self, targets: AbstractSet[Target]) -> None:
        """Remove the devices that are of none of these targets for as many reads."""
        if targets == self._without_stale:
            return
        self._without_stale = targets
        for target, device in self.identifiers.async_devices().items():
            if target in targets:
                del self._stale_reads[device.id]
                continue
            self._without_stale = frozenset()
            self._stale_reads[device.id] += 1
            if self._stale_reads[device.id] >= READS_UNTIL_GONE:
                del self._stale_reads[device.id]
                dr.async_get(self._hass).async_remove_device(device.id)

    def _new_id_of(self, device_id: str, listed: Listing) -> str | None:
        """Return by which id the only heat pump is listed now; ask a person where that is not clear."""
        missing = self._as_known(device_id)
        elsewhere = {
            entry.data.get(CONF_DEVICE_ID)
            for entry in self._hass.config_entries.async_entries(DOMAIN)
            if home_of(entry.data) == home_of(self._entry.data)
        }
        # What was listed beside it is another one. Where that is not known, all but what is clearly another one may be it.
        beside = self._home.listed
        there = {
            it.device_id: it.full_name
            for it in listed.heat_pumps
            if device_id not in listed.ids
            and it.device_id not in elsewhere | beside
            and (beside or may_be(missing, it))
        }
        if len(there) == 1 and (beside or len(listed.heat_pumps) == 1):
            (it,) = (it for it in listed.heat_pumps if it.device_id in there)
            if alike(missing, it):
                return it.device_id
        gone = {device_id: self._name(missing)}
        self._ask_only([Question(gone, there, only_one=True)] if there else [])
        return None

    def _as_known(self, device_id: str) -> HeatPump:
        """Return what is known of a heat pump from the last list, or else from its device."""
        device = self.identifiers.async_device(device_id)
        return self.heat_pumps.get(device_id) or HeatPump(
            device_id=device_id,
            brand=device.manufacturer if device else None,
            model=device.model if device else None,
        )

    def _name(self, heat_pump: HeatPump) -> str:
        return self.identifiers.async_device_name(
            heat_pump.device_id, heat_pump.full_name
        )

    def _questions(self) -> list[Question]:
        """Return what is not answered yet: where an issue has gone by itself, a person has answered."""
        registry = ir.async_get(self._hass)
        return [
            question
            for question in self._home.questions
            if (issue_id := question_id(question, self._entry.entry_id))
            not in self._asked
            or registry.async_get_issue(DOMAIN, issue_id) is not None
        ]

    def _ask_only(self, questions: Iterable[Question]) -> None:
        self._home.questions = tuple(questions)
        self._home.storage.async_save_soon()
        self._asked = async_ask_only(
            self._hass, self._entry.entry_id, self._home.questions
        )

    def _ask_on(self, reading: Reading) -> set[str]:
        """Ask on what still is a question after a reading, and return the heat pumps that are waited for until then."""
        if not self._home.questions:
            return set()
        questions = []
        devices = self.identifiers.async_devices()
        for question in self._questions():
            gone = {
                device_id: name
                for device_id, name in question.gone.items()
                if device_id in devices
                and device_id not in reading.heat_pumps
                and device_id not in self._home.listed
            }
            if gone and question.there.keys() <= self.heat_pumps.keys():
                questions.append(replace(question, gone=gone))
        self._ask_only(questions)
        return {device_id for question in questions for device_id in question.gone}

    async def _async_list_when_due(self, reading: Reading) -> None:
        now = monotonic()
        at_setup = self._listed_at is None
        gone = self._gone(reading)
        if not self._absences[None]:
            self.nothing_left = None
        # What is listed all the same was asked about when it went.
        self._gone_when_listed &= gone
        if (
            self._listed_at is not None
            and now - self._listed_at < LIST_INTERVAL.total_seconds()
            and reading.heat_pumps.keys() <= self.heat_pumps.keys() | self.others
            and gone == self._gone_when_listed
        ):
            return
        listed = Listing()
        try:
            listed = await self._client.get_heat_pumps(self._user_id)
        except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
            LOGGER.debug("Brand and model stay unknown: %s", error)
        except SteeringError as error:
            if at_setup:
                raise
            LOGGER.debug("The list of heat pumps is left for the next poll: %s", error)
            return
        found = {
            device_id: self.heat_pumps.get(device_id, HeatPump(device_id=device_id))
            for device_id in (*self.heat_pumps, *reading.heat_pumps)
            if device_id not in gone
        }
        found.update({it.device_id: it for it in listed.heat_pumps})
        heat_pumps = {
            device_id: heat_pump
            for device_id, heat_pump in found.items()
            if self._home.is_addressed(device_id) and device_id not in listed.others
        }
        self.identifiers.settle(heat_pumps)
        moved = self._moved(heat_pumps, listed, reading)
        if moved is not None and not await self._async_replace_id(*moved):
            return
        self.identifiers.settle(heat_pumps)
        self._listed_at = now
        if self._home.device_id is None or self._home.device_id in listed.ids:
            self._home.listed = listed.ids
        self.others = listed.others
        self._have(heat_pumps)
        self._home.have(heat_pumps)
        for device_id in gone & heat_pumps.keys():
            # What they were does not count any more.
            self._home.forget(device_id)
        self._gone_when_listed = gone & {None, *heat_pumps}
        for target in self._absences.keys() - self._gone_when_listed - {None}:
            del self._absences[target]
        self.nothing_left = None
        if (None in gone or at_setup) and heat_pumps.keys().isdisjoint(
            listed.ids | reading.heat_pumps.keys()
        ):
            self.nothing_left = reading.passed_over + listed.passed_over

    def _moved(
        self, heat_pumps: Mapping[str, HeatPump], listed: Listing, reading: Reading
    ) -> tuple[Target, str] | None:
        """Return a target that has become a heat pump, and that one; ask a person where it may have."""
        devices = self.identifiers.async_devices()
        if len(heat_pumps) == 1 and devices.keys() == {None}:
            # As the home it was known while it could not be read.
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
            reported = reading.heat_pumps.get(it.device_id)
            self._home.lend(
                names,
                it.device_id,
                Settings() if reported is None else reported.settings,
            )
        self._ask_only(
            [
                *questions,
                *(Question(names, {it.device_id: it.full_name}) for it in new),
            ]
        )
        return None

    async def _async_replace_id(self, before: Target, after: Target) -> bool:
        """Let a target have all that another one had; returns whether that is done.

        Where entities are alive the entry is set up anew instead, and it is done on the way. Raises UpdateFailed where
        the file cannot be written.
        """
        entry = self._entry
        if entry.state is not ConfigEntryState.SETUP_IN_PROGRESS:
            if not self._home.is_closed:
                self._hass.config_entries.async_schedule_reload(entry.entry_id)
            return False
        try:
            await async_replace_id(self._hass, entry, before, after, self._home)
        except StorageError as error:
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key="storage"
            ) from error
        self.identifiers = Identifiers(self._hass, entry)
        self._home.device_id = entry.data.get(CONF_DEVICE_ID)
        return True

    def _gone(self, reading: Reading) -> set[Target]:
        """Return the heat pumps that were missing in so many reads in a row; None is among them where all were.

        A read without any heat pump is a failure, and not the truth about each of them.
        """
        there: set[Target] = {*(reading.heat_pumps.keys() - self.others)}
        if there:
            there.add(None)
        for target in {None, *(self.heat_pumps if reading.heat_pumps else ())}:
            missed = 0 if target in there else self._absences[target] + 1
            self._absences[target] = missed
        return {it for it, times in self._absences.items() if times >= READS_UNTIL_GONE}
