"""Carries vacations out: begins them, ends them, keeps trying, and keeps on disk what has to be put back."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .api import Leaf, Settings, Value, same_value
from .const import DOMAIN, HOME_KEY, Target
from .files import SteeringStore
from .ledger import ChangedElsewhere
from .vacation_plans import (
    Plan,
    away,
    current_or_next,
    ended,
    new_uid,
    next_moment,
    remembered,
)
from .vacation_profile import Profile
from .vacation_record import Record, Stage, Step, begin, end, end_welcome
from .wording import async_common_text, async_error_text

STORAGE_VERSION: Final = 1
SAVE_DELAY: Final = 1.0

# Pauses between attempts, in seconds: patient, but the end of a vacation should not be late by much.
FIRST_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 300.0
# How long it is tried before a person is told.
OVERDUE: Final = timedelta(hours=1)

# The home is as far as the heat pump that needs most attention.
_MOST_URGENT_FIRST: Final = (
    Stage.ENDING,
    Stage.STARTING,
    Stage.AWAY,
    Stage.WELCOME_HOME,
    Stage.HOME,
)

type _Stored = tuple[tuple[Plan, ...], dict[Target, Record]]


class House(Protocol):
    """What vacations need of the house."""

    @property
    def home(self) -> Target:
        """Return the target that stands for all."""

    @property
    def each_target(self) -> list[Target]:
        """Return the heat pumps there are; the home itself where it cannot be read."""

    def shown(self, target: Target) -> Settings:
        """Return what is shown of a target."""

    async def async_read_now(self) -> None:
        """Read; raises HomeAssistantError if it may go better in a while."""

    async def async_send(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud; raises HomeAssistantError."""

    def vacation_changed(self) -> None:
        """Show how the vacation stands."""

    def stayed_by_hand(self, target: Target, values: Mapping[Leaf, Value]) -> None:
        """Tell of settings that the end of a vacation has left as somebody had set them."""

    def show_overdue(self, overdue: Mapping[Target, tuple[Stage, str]]) -> None:
        """Show exactly these vacations as pending, each with the reason."""


class VacationKeeper:
    """The vacations of one config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        house: House,
        profile: Profile,
        create_task: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        """Prepare the file; nothing is read yet. `create_task` starts a background task."""
        self.plans: tuple[Plan, ...] = ()
        self._hass = hass
        self._house = house
        self._profile = profile
        self._create_task = create_task
        self._store = vacation_store(hass, entry_id)
        self._records: dict[Target, Record] = {}
        self._failing_since: dict[Target, datetime] = {}
        self._lock = asyncio.Lock()
        self._pause = FIRST_PAUSE
        self._unsub_timer: CALLBACK_TYPE | None = None
        self._awake = False
        self._closed = False

    # How it stands

    @property
    def away(self) -> bool:
        """Tell whether a vacation is planned for this moment."""
        return away(self.plans, dt_util.utcnow())

    def stage(self, target: Target) -> Stage:
        """Return how far the vacation of a target is."""
        if not self.plans and not self._records:
            return Stage.HOME
        is_away = self.away
        stages = (self._stage(each, is_away) for each in self._each(target))
        return min(stages, key=_MOST_URGENT_FIRST.index, default=Stage.HOME)

    def _stage(self, target: Target, is_away: bool) -> Stage:
        record = self._records.get(target)
        if is_away:
            under_way = record is not None and record.stage is Stage.AWAY
            return Stage.AWAY if under_way else Stage.STARTING
        if record is None:
            return Stage.HOME
        return record.stage if record.stage is Stage.WELCOME_HOME else Stage.ENDING

    def in_hand(self, target: Target) -> set[Leaf]:
        """Return the settings that a vacation has in hand, from when it should begin until they are put back.

        Whatever sets something by itself has to leave these alone: it would take what it finds for the home's.
        """
        if not self.plans and not self._records:
            return set()
        is_away = self.away
        return set().union(*(self._in_hand(it, is_away) for it in self._each(target)))

    def _in_hand(self, target: Target, is_away: bool) -> set[Leaf]:
        record = self._records.get(target)
        shown = self._house.shown(target)
        if is_away and (record is None or record.stage is not Stage.AWAY):
            record, _ = begin(record, shown, self._profile)
        return set() if record is None else record.in_hand(shown)

    def lets_hot_water_cool(self, target: Target) -> bool:
        """Tell whether the hot water may be colder than 40 °C: away, and on disk what it has to return to."""
        each = self._each(target)
        return (
            bool(each)
            and self.away
            and all(
                (record := self._records.get(it)) is not None
                and record.stage in (Stage.STARTING, Stage.AWAY)
                for it in each
            )
        )

    def _each(self, target: Target) -> list[Target]:
        return self._house.each_target if target is None else [target]

    def as_diagnostics(self) -> dict[str, Any]:
        """Return plans without their titles, and records by target."""
        stored = self._as_stored()
        return {
            "plans": [
                {"start": plan["start"], "end": plan["end"]} for plan in stored["plans"]
            ],
            "records": stored["records"],
        }

    # Planning

    async def async_plan(self, plans: Iterable[Plan]) -> None:
        """Keep these plans and no others; what follows from them is done at once, without waiting for it."""
        await self._keep_plans(plans)
        self._wake_up()

    async def async_leave(self, summary: str) -> None:
        """Begin a vacation now, with an open end; one that runs already goes on.

        Raises HomeAssistantError while the cloud does not have all of it; it is tried on.
        """
        if not any(
            self._profile.known(self._house.shown(target))
            for target in self._house.each_target
        ):
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="vacation_nothing_known"
            )
        if not self.away:
            plan = Plan(
                uid=new_uid(), summary=summary, start=dt_util.utcnow(), end=None
            )
            await self._keep_plans([*self.plans, plan])
        await self._carry_out_or_raise("vacation_start_pending")

    async def async_come_home(self) -> None:
        """End the vacation now; raises HomeAssistantError while not all is back. It is tried on."""
        if self.away:
            await self._keep_plans(ended(self.plans, dt_util.utcnow()))
        await self._carry_out_or_raise("vacation_end_pending")

    async def _keep_plans(self, plans: Iterable[Plan]) -> None:
        self.plans = tuple(remembered(plans, dt_util.utcnow()))
        await self._save()
        self._house.vacation_changed()

    async def _carry_out_or_raise(self, text: str) -> None:
        if reasons := await self._carry_out():
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=text,
                translation_placeholders={"reason": next(iter(reasons.values()))},
            )

    # On disk

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        if (stored := await self._store.async_load_or_report(_read)) is not None:
            self.plans, self._records = stored

    async def _save(self) -> None:
        await self._store.async_save(self._as_stored())

    def _as_stored(self) -> dict[str, Any]:
        return {
            "plans": [plan.to_json() for plan in self.plans],
            "records": {
                target or HOME_KEY: record.to_json()
                for target, record in self._records.items()
            },
        }

    def _save_soon(self) -> None:
        self._store.async_delay_save(self._as_stored, SAVE_DELAY)

    # Following what happens

    @callback
    def start(self) -> None:
        """Begin to follow the plans, and do what was missed."""
        self._awake = True
        if self.plans or self._records:
            self._wake_up()

    @callback
    def follow_while_disconnected(self, entry: ConfigEntry, reason: str) -> None:
        """Tell of what becomes overdue while the home cannot be connected, such as for want of a new key."""
        self._stop_timer()

        @callback
        def look(_: datetime | None = None) -> None:
            now = dt_util.utcnow()
            moments = [now]
            if (due := self._due_while_disconnected(now)) is not None:
                stage, since = due
                moments.append(since + OVERDUE)
                if since + OVERDUE <= now:
                    self._house.show_overdue({self._house.home: (stage, reason)})
            elif moment := self._next_moment(now):
                moments.append(moment)
            if (later := max(moments)) > now:
                self._unsub_timer = async_track_point_in_utc_time(
                    self._hass, HassJob(look, cancel_on_shutdown=True), later
                )

        @callback
        def connecting() -> None:
            if entry.state not in (
                ConfigEntryState.SETUP_ERROR,
                ConfigEntryState.SETUP_RETRY,
            ):
                self._stop_timer()
                unsubscribe()

        unsubscribe = entry.async_on_state_change(connecting)
        look()

    def _due_while_disconnected(self, now: datetime) -> tuple[Stage, datetime] | None:
        """Return what is to be done, and since when."""
        stages = [record.stage for record in self._records.values()]
        if (plan := current_or_next(self.plans, now)) and plan.covers(now):
            done = stages and all(stage is Stage.AWAY for stage in stages)
            return None if done else (Stage.STARTING, plan.begins)
        if not any(record.due(now) for record in self._records.values()):
            return None
        ends = [
            moment
            for moment in (
                *(plan.ends for plan in self.plans),
                *(record.until for record in self._records.values()),
            )
            if moment is not None and moment <= now
        ]
        return Stage.ENDING, max(ends, default=now)

    async def async_close(self) -> None:
        """Stop, and write down what is new; the outbox must have told its end to whatever was being sent."""
        self._closed = True
        self._stop_timer()
        async with self._lock:
            await self._save()

    @callback
    def look(self) -> None:
        """Look at what is shown: whether the hot water got cold, and whether there is something to do."""
        for target, record in self._records.items():
            if record.stage is Stage.AWAY:
                seen = record.seen(self._house.shown(target))
                if seen is not record:
                    self._records[target] = seen
                    self._save_soon()
        # A clock has jumped, or a heat pump has turned up.
        if not self._failing_since and self._due(dt_util.utcnow()):
            self._wake_up()

    @callback
    def changed_elsewhere(
        self, target: Target, changes: Iterable[ChangedElsewhere]
    ) -> None:
        """Note what the cloud has made of a value that the vacation has just sent: that was nobody's hand."""
        before = record = self._records.get(target)
        for change in changes:
            if record is not None and change.unconfirmed:
                record = record.taken_as(change.leaf, change.old, change.new)
        if record is not None and record is not before:
            self._records[target] = record
            self._save_soon()

    # Carrying out

    @callback
    def _wake_up(self) -> None:
        """Do soon what is to be done, unless that is being done: who does it looks again at its end."""
        if self._awake and not self._closed and not self._lock.locked():
            self._stop_timer()
            self._unsub_timer = async_call_later(self._hass, 0, self._work)

    @callback
    def _work(self, _: datetime) -> None:
        self._create_task(self._carry_out())

    def _due(self, now: datetime) -> list[Target]:
        """Return the targets at which there is something to do."""
        is_away = away(self.plans, now)

        def is_due(record: Record | None) -> bool:
            if is_away:
                return record is None or record.stage is not Stage.AWAY
            return record is not None and record.due(now)

        return [
            target
            for target in self._house.each_target
            if is_due(self._records.get(target))
        ]

    async def _carry_out(self) -> dict[Target, str]:
        """Do what is to be done; returns why it could not be, for each target where it could not."""
        async with self._lock:
            self._stop_timer()
            reasons = await self._try()
            now = dt_util.utcnow()
            self._failing_since = {
                target: self._failing_since.get(target, now) for target in reasons
            }
            self._sleep(now)
        if not self._closed:
            self._house.show_overdue(
                {
                    target: (self.stage(target), reason)
                    for target, reason in reasons.items()
                    if now - self._failing_since[target] >= OVERDUE
                }
            )
            self._house.vacation_changed()
        return reasons

    def _stop_timer(self) -> None:
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None

    def _sleep(self, now: datetime) -> None:
        """Sleep until the next attempt, or until there is something to do by the plans."""
        self._stop_timer()
        if self._closed:
            return
        if self._failing_since:
            self._unsub_timer = async_call_later(self._hass, self._pause, self._work)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return
        self._pause = FIRST_PAUSE
        if self._due(now):
            # Planned while the last attempt was on its way.
            self._unsub_timer = async_call_later(self._hass, 0, self._work)
            return
        if moment := self._next_moment(now):
            self._unsub_timer = async_track_point_in_utc_time(
                self._hass, self._work, moment
            )

    def _next_moment(self, now: datetime) -> datetime | None:
        """Return when there will be something to do by the plans."""
        moments = [record.until for record in self._records.values()]
        moments.append(next_moment(self.plans, now))
        return min((it for it in moments if it is not None and it > now), default=None)

    async def _try(self) -> dict[Target, str]:
        """Try once to do all that is to be done."""
        targets = self._due(dt_util.utcnow())
        if not targets:
            return {}
        # Before what is there is looked at: what sets something at the same time can see that it is too late for that.
        self._house.vacation_changed()
        try:
            # What is kept, and what was changed by hand, is told by the cloud of this moment.
            await self._house.async_read_now()
        except HomeAssistantError as error:
            return dict.fromkeys(targets, async_error_text(self._hass, error))
        now = dt_util.utcnow()
        steps = {target: self._step(target, now) for target in self._due(now)}
        # On disk before anything is sent: whatever happens, it can be put back.
        await self._save()
        self._house.vacation_changed()
        reasons = await self._send(steps)
        for target, step in steps.items():
            if target in reasons:
                continue
            if step.then is not None and step.then.stage in (
                Stage.STARTING,
                Stage.ENDING,
            ):
                reasons[target] = async_common_text(self._hass, "settings_unknown")
            if step.then is None:
                self._records.pop(target, None)
            else:
                self._records[target] = step.then.seen(self._house.shown(target))
            if step.by_hand:
                self._house.stayed_by_hand(target, step.by_hand)
        await self._save()
        return reasons

    def _step(self, target: Target, now: datetime) -> Step:
        """Return what is to be done at a target, and note that it is being done."""
        record = self._records.get(target)
        shown = self._house.shown(target)
        if away(self.plans, now):
            again = record is not None and record.stage is Stage.STARTING
            record, change = begin(record, shown, self._profile)
            self._records[target] = record
            if again and all(
                same_value(value, shown.get(leaf)) for leaf, value in change.items()
            ):
                # Home Assistant ended between the cloud's yes and the note of it.
                change = Settings()
            if not record.held:
                # Nothing is known yet of what is to be set.
                return Step(change, record, {})
            return Step(change, replace(record, stage=Stage.AWAY), {})
        assert record is not None
        if record.stage is Stage.WELCOME_HOME:
            return end_welcome(record, shown)
        self._records[target] = replace(record, stage=Stage.ENDING)
        return end(record, shown, self._profile, now)

    async def _send(self, steps: Mapping[Target, Step]) -> dict[Target, str]:
        """Send the changes, as one for the home where all are the same; returns what went wrong, by target."""
        changes = {target: step.change for target, step in steps.items() if step.change}
        targets = self._house.each_target
        if (
            len(targets) > 1
            and set(changes) == set(targets)
            and len(set(changes.values())) == 1
        ):
            try:
                await self._house.async_send(self._house.home, changes[targets[0]])
            except ServiceValidationError:
                # Wrong for one of them is not wrong for all.
                pass
            except HomeAssistantError as error:
                return dict.fromkeys(changes, async_error_text(self._hass, error))
            else:
                return {}
        outcomes = await asyncio.gather(
            *(self._attempt(target, change) for target, change in changes.items())
        )
        return {
            target: reason
            for target, reason in zip(changes, outcomes, strict=True)
            if reason is not None
        }

    async def _attempt(self, target: Target, change: Settings) -> str | None:
        """Send one change; returns why it could not be."""
        try:
            await self._house.async_send(target, change)
        except HomeAssistantError as error:
            return async_error_text(self._hass, error)
        return None


def vacation_store(hass: HomeAssistant, entry_id: str) -> SteeringStore[_Stored]:
    """Return the file of the vacations of a config entry."""
    return SteeringStore(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}.vacation")


def _read(stored: Mapping[str, Any]) -> _Stored:
    """Read the file; raises KeyError, TypeError or ValueError for what is none."""
    return (
        tuple(Plan.from_json(raw) for raw in stored["plans"]),
        {key or None: Record.from_json(raw) for key, raw in stored["records"].items()},
    )
