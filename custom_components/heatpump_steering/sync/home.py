"""All heat pumps of a config entry: what is known of them, and the way to the cloud."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..api import (
    BadKeyError,
    ControlMode,
    Reading,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
)
from ..const import Target
from ..model.errors import LimitError, StoppedError, StorageError
from ..model.identity import Question
from ..model.lending import lent
from ..model.limits import check_values
from ..model.override import VACATION
from ..model.overrides import Overrides
from ..model.schedule import Plan, is_away
from ..model.shadow import DeviceShadow, Outcome
from .home_storage import HomeStorage
from .last_known import LastKnown
from .read_back import ReadBack
from .record import HomeRecord, TargetRecord
from .sender import Sender
from .shadows import Shadows
from .write_queue import WriteQueue


class Home:
    """The state of a home over time; every change of a setting goes through it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        client: SettingsClient,
        user_id: str,
        device_id: str | None,
        *,
        readable: bool,
        create_task: Callable[[Coroutine[Any, Any, None]], Any],
        on_change: Callable[[Mapping[Target, Outcome]], None],
    ) -> None:
        """Take the way to the cloud; `device_id` is the only heat pump that it is about, or None for all.

        `on_change` is the one call upward: something that is shown may have changed, and what has come to light.
        """
        self._hass = hass
        self._client = client
        self._user_id = user_id
        self.device_id = device_id
        self._create_task = create_task
        self.on_change = on_change
        self.shadows = Shadows(readable=readable)
        self.plans: tuple[Plan, ...] = ()
        self.listed: frozenset[str] = frozenset()
        """The ids of all heat pumps of the user, those of other entries included, when those of this one were last listed."""
        self.questions: tuple[Question, ...] = ()
        """What a person has been asked about heat pumps, and has not answered yet."""
        self._away: dict[Target, DeviceShadow] = {}
        """What is known of targets that are not there right now."""
        self._last_known = LastKnown()
        self._sender = Sender(
            client,
            user_id,
            self.shadows,
            allows_cold=self.allows_cold,
            look=self.look,
            on_failed=self._failed,
            on_accepted=self._accepted,
        )
        self._queue = WriteQueue(self._sender.send, create_task)
        self.storage = HomeStorage(hass, entry_id, self._record)
        self.read_back = ReadBack(hass, self.look, lambda: self.silence)
        self._silent_until = 0.0
        self._change: asyncio.Handle | None = None
        self.is_closed = False
        self.is_write_refused = False
        """The cloud has refused the key with the last change, but for one that was accepted since."""

    # On disk

    async def async_load(self) -> None:
        """Read what is kept, also in files of version 1."""
        self._take(await self.storage.async_load())

    def _take(self, record: HomeRecord) -> None:
        self.plans = record.plans
        self.listed = record.listed
        self.questions = record.questions
        self._last_known.take(record.targets)
        self._away = {
            target: DeviceShadow(overrides=it.overrides, updated_at=it.updated_at)
            for target, it in record.targets.items()
            if it.overrides != Overrides()
        }

    def _record(self) -> HomeRecord:
        going = self.shadows.given_up.items()
        shadows = {
            **self._away,
            **{target: it for target, it in going if not it.overrides.is_idle},
            **dict(self.shadows.items()),
        }
        unknown = DeviceShadow()
        return HomeRecord(
            plans=self.plans,
            targets={
                target: TargetRecord(
                    overrides=(shadow := shadows.get(target, unknown)).overrides,
                    updated_at=shadow.updated_at,
                    last_mode=self._last_known.mode(target),
                    outside=self._last_known.outside(target),
                )
                for target in dict.fromkeys((*shadows, *self._last_known.targets))
            },
            listed=self.listed,
            questions=self.questions,
        )

    # What there is

    @property
    def targets(self) -> list[Target]:
        """Return the heat pumps; the home itself where they are not known."""
        return self.shadows.targets

    @property
    def known(self) -> list[str]:
        """Return the heat pumps of which anything is kept, whether they are there or not."""
        return [it for it in (*self.targets, *self._away) if it is not None]

    @property
    def main_target(self) -> Target:
        """Return the target that has what there is once in a house: the home, or the only heat pump."""
        return self.targets[0] if len(self.targets) == 1 else self.device_id

    @property
    def missing(self) -> Mapping[Target, DeviceShadow]:
        """Return what is kept of targets that are not there right now."""
        return self._away

    def have(self, targets: Iterable[Target]) -> None:
        """Have exactly these targets; what was kept of them is known again, and what goes is kept."""
        wanted, there = list(targets), dict(self.shadows.items())
        for target, shadow in there.items():
            if target not in wanted and shadow.overrides != Overrides():
                self._away[target] = shadow
        if None in self._away and wanted and None not in wanted:
            # A home that could not be read was each of its heat pumps.
            home = self._away.pop(None)
            for target in wanted:
                self._away.setdefault(target, DeviceShadow(overrides=home.overrides))
        self.shadows.have(
            {it: there.get(it) or self._away.pop(it, DeviceShadow()) for it in wanted}
        )
        if self.device_id is not None:
            # The entry was about all heat pumps before: nobody else ends what it has set at the others.
            for target, it in list(self._away.items()):
                if target is not None and not it.overrides.is_idle:
                    self.shadows.given_up[target] = self._away.pop(target)
        if not self.shadows.readable:
            for target in wanted:
                shadow = self.shadow(target)
                shadow.restore(shadow.overrides.last_known())

    def forget(self, target: Target) -> None:
        """Show nothing of a target any more, which is there, but cannot be read; what is desired of it stays."""
        shadow = self.shadow(target)
        self.shadows.replace(
            target,
            DeviceShadow(overrides=shadow.overrides, updated_at=shadow.updated_at),
        )

    def lend(self, gone: Iterable[str], device_id: str, shown: Settings) -> None:
        """Let a heat pump that may be one of those that have gone begin with what is known of them."""
        known = {**self._away, **dict(self.shadows.items())}
        lenders = [
            known[each].overrides
            for each in gone
            if each in known and not known[each].overrides.is_idle
        ]
        if lenders and device_id not in known:
            self._away[device_id] = DeviceShadow(overrides=lent(lenders, shown))

    async def async_replace_id(self, before: Target, after: Target) -> None:
        """Let a target have what is kept of another one, which is not there any more; before there are any targets.

        Raises StorageError, and nothing has changed.
        """
        record = self._record()
        self._take(record.with_new_id(before, after))
        try:
            await self.storage.async_save()
        except StorageError:
            self._take(record)
            raise

    def shadow(self, target: Target) -> DeviceShadow:
        """Return the shadow of one heat pump, or of a home whose heat pumps are not known; also of one that has gone."""
        return self.shadows.get(target) or self._away.get(target) or DeviceShadow()

    def is_addressed(self, target: Target) -> bool:
        """Return whether a target belongs to what the config entry is about."""
        return self.device_id in (None, target)

    def can_read(self, target: Target) -> bool:
        """Return whether the settings of a target can be read, if it is there."""
        return self.shadows.readable and self.shadows.has(target)

    def shown(self, target: Target) -> Settings:
        """Return what is shown for a target; for a home of one heat pump, that one's settings."""
        return self.shadows.shown(target)

    def last_mode(self, target: Target) -> ControlMode | None:
        """Return the last control mode of a target that was not off."""
        return self._last_known.mode(target)

    def last_outside(self, target: Target) -> Settings:
        """Return the last band and preferred temperature outside our ranges that the cloud itself had set."""
        return self._last_known.outside(target)

    # Reading

    @property
    def silence(self) -> float:
        """Return for how many seconds the cloud wants to be left alone."""
        return max(0.0, self._silent_until - monotonic())

    def be_silent(self, error: TooManyRequestsError) -> None:
        """Read nothing back for as long as the cloud asks."""
        self._silent_until = max(
            self._silent_until, monotonic() + (error.retry_after or 0)
        )

    async def look(self) -> Reading:
        """Read the settings between the polls; raises SteeringError."""
        number = self.shadows.next_number()
        try:
            reading = await self._client.get_settings(self._user_id, self.device_id)
        except TooManyRequestsError as error:
            self.be_silent(error)
            raise
        self.enter(reading, number=number)
        return reading

    def enter(self, reading: Reading, *, number: int) -> None:
        """Take over what was read by a read that began at `number`, and do what it asks for."""
        self._follow_up(self.shadows.read(reading, number=number))

    async def async_enter_first(self, reading: Reading, *, number: int) -> None:
        """Take over the first reading, before anything can change anything: others get a turn meanwhile."""
        found = await self.shadows.async_read_in_portions(reading, number=number)
        self._follow_up(found)

    def _follow_up(self, outcomes: Mapping[Target, Outcome]) -> None:
        for target, outcome in outcomes.items():
            if outcome.to_resend:
                self._create_task(self._send_again(target, outcome.to_resend))
        if self.shadows.waiting or any(it.look_again for it in outcomes.values()):
            self.read_back.plan()
        else:
            self.read_back.settle()
        self.changed(outcomes)

    # Changing

    @property
    def waiting_changes(self) -> int:
        """Return how many changes are on their way."""
        return self._queue.waiting

    def pending(self, target: Target) -> Settings:
        """Return what is on its way for a target, as one change."""
        return self._queue.pending(target)

    def expected(self, target: Target) -> Settings:
        """Return what will be shown when all that is on its way has arrived."""
        return self.shown(target).with_change(self.pending(target))

    async def change(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud; returns when the cloud has accepted it.

        Raises LimitError or ContradictoryChangeError for a change that cannot be, SteeringError if the cloud could not
        be told, StoppedError at an end.
        """
        change = change.checked()
        check_values(
            change,
            self.shown(target),
            earlier=self.last_outside(target),
            on_vacation=self.allows_cold(target),
        )
        was_idle = self._is_idle(target)
        await self._queue.put(target, change)
        if not (was_idle and self._is_idle(target)):
            # Read after a power cut, it would pass for what the cloud has made of an override's value.
            with suppress(StorageError):
                await self.storage.async_save()

    def _is_idle(self, target: Target) -> bool:
        """Return whether no override is in force, or on its way back, at any heat pump that a change would concern."""
        return all(it.overrides.is_idle for it in self.shadows.of(target))

    async def prove_key(self) -> None:
        """Send a change that changes nothing: a key that is refused there, too, is bad. Raises as `change`."""
        await self._queue.put(self.device_id, Settings())

    async def put_computed(
        self, target: Target, compute: Callable[[], Awaitable[Settings]]
    ) -> None:
        """Send what is computed when everything that is ahead has been sent; raises as `change`, and as `compute`."""
        await self._queue.put_computed(target, compute)

    def _failed(self, error: SteeringError) -> None:
        """Note what a failed attempt says beyond the change that it was about."""
        if isinstance(error, TooManyRequestsError):
            self.be_silent(error)
        elif isinstance(error, BadKeyError):
            self.is_write_refused = True
            self.changed()

    def allows_cold(self, target: Target) -> bool:
        """Return whether the hot water may be below 40 °C now: on vacation at every heat pump concerned, which lasts."""
        shadows = self.shadows.of(target)
        found = (shadow.overrides.get(VACATION) for shadow in shadows)
        vacations = [it for it in found if it is not None]
        if not vacations or len(vacations) < len(shadows):
            return False
        now = dt_util.utcnow()
        # By a clock that is behind what is on disk nothing ends.
        return all(self.is_away(max(now, it.began)) for it in vacations)

    def is_away(self, now: datetime) -> bool:
        """Return whether a vacation is planned for a time."""
        return is_away(self.plans, now, dt_util.get_default_time_zone())

    async def _accepted(self, change: Settings) -> None:
        """Follow up a change that the cloud has just taken."""
        self.is_write_refused = False
        if not self.shadows.readable:
            # What cannot be read back is on the disk before success is reported; it is made, whether it can be or not.
            with suppress(StorageError):
                await self.storage.async_save()
        elif change:
            self.read_back.plan_anew()
        self.changed_soon()

    async def _send_again(self, target: Target, change: Settings) -> None:
        """Send what was not kept once more, but for what somebody has changed in the meantime."""
        change = change.without(self.pending(target).keys())
        # Whoever closes the connection does not ask what was not kept.
        with suppress(StoppedError):
            try:
                if change:
                    await self._queue.put(target, change, resent=True)
            except SteeringError, LimitError:
                for shadow in self.shadows.of(target):
                    shadow.give_up(change)
                self.changed()

    @callback
    def changed(self, outcomes: Mapping[Target, Outcome] = {}) -> None:
        """Note what is kept of what is shown, write it down soon, and call upward."""
        if self._change is not None:
            self._change.cancel()
            self._change = None
        self._last_known.look(self.shadows)
        self.storage.async_save_soon()
        self.on_change(outcomes)

    @callback
    def changed_soon(self) -> None:
        """Do so at the end of this turn of the event loop: what happens at many heat pumps at once is one change."""
        if self._change is None:
            self._change = asyncio.get_running_loop().call_soon(self.changed)

    @callback
    def stop(self) -> None:
        """Do nothing by itself any more."""
        self.read_back.stop()
        self.storage.stop()

    async def async_close(self) -> None:
        """Finish what is on its way, as far as there is time, and write down what has to survive."""
        self.is_closed = True
        self.read_back.stop()
        await self._queue.drain()
        await self.storage.async_close()
