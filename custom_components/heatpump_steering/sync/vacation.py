"""Carries vacations out: begins them, ends them, and keeps trying until the cloud shows what was put back."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..api import Setting, Settings, same_value
from ..const import DOMAIN, Target
from ..model.profile import Profile
from ..model.schedule import (
    Plan,
    away,
    current_or_next,
    ended,
    new_uid,
    next_moment,
    remembered,
)
from ..model.shadow import ChangedElsewhere
from ..model.vacation_record import Record, Stage, Step, begin, end, end_welcome
from ..model.vacation_return import Return
from ..ui.errors import pending_reason
from ..ui.texts import async_common_text, async_follow_language
from .vacation_book import VacationBook
from .vacation_house import House

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
        self._hass = hass
        self._house = house
        self._profile = profile
        self._create_task = create_task
        self._book = VacationBook(hass, entry_id)
        self._failing_since: dict[Target, datetime] = {}
        self._lost_since: dict[Target, datetime] = {}
        """Since when something that was put back is not seen, after it turned out to be lost."""
        self._lock = asyncio.Lock()
        self._pause = FIRST_PAUSE
        self._unsub_timer: CALLBACK_TYPE | None = None
        self._awake = False
        self._closed = False

    async def async_load(self) -> None:
        """Read what is on disk."""
        await self._book.async_load()

    @property
    def book(self) -> VacationBook:
        """Return what is on disk."""
        return self._book

    # How it stands

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Return what is planned."""
        return self._book.plans

    @property
    def away(self) -> bool:
        """Return whether a vacation is planned for this moment."""
        return away(self._book.plans, dt_util.utcnow())

    def stages(self) -> dict[Target, Stage]:
        """Return how far the vacation of every heat pump is, and that of the home."""
        if self._book.empty:
            return dict.fromkeys([None, *self._house.each_target], Stage.HOME)
        is_away = self.away
        stages = {target: self._stage(target, is_away) for target in self._targets}
        of_home = min(
            set(stages.values()), key=_MOST_URGENT_FIRST.index, default=Stage.HOME
        )
        return {None: of_home, **stages}

    def _stage(self, target: Target, is_away: bool) -> Stage:
        record = self._book.records.get(target)
        if is_away and self._is_ours(target):
            under_way = record is not None and record.stage is Stage.AWAY
            return Stage.AWAY if under_way else Stage.STARTING
        if self._book.lost(target) or target in self._lost_since:
            return Stage.ENDING
        if record is None:
            return Stage.HOME
        return record.stage if record.stage is Stage.WELCOME_HOME else Stage.ENDING

    def _is_ours(self, target: Target) -> bool:
        """Return whether the plans are for a target; those that were given up are at home."""
        return self._house.home in (None, target)

    def in_hand(self, target: Target) -> set[Setting]:
        """Return the settings that a vacation has in hand, from when it should begin until they are put back.

        Whatever sets something by itself has to leave these alone: it would take what it finds for the home's.
        """
        if self._book.empty:
            return set()
        is_away = self.away
        return set().union(*(self._in_hand(it, is_away) for it in self._each(target)))

    def _in_hand(self, target: Target, is_away: bool) -> set[Setting]:
        record = self._book.records.get(target)
        shown = self._house.shown(target)
        if is_away and (record is None or record.stage is not Stage.AWAY):
            record, _ = begin(record, shown, self._profile)
        lost = self._book.lost(target).keys()
        return lost if record is None else lost | record.in_hand(shown)

    def lets_hot_water_cool(self, target: Target) -> bool:
        """Return whether the hot water may be colder than 40 °C: away, and on disk what it has to return to."""
        each = self._each(target)
        return (
            bool(each)
            and self.away
            and all(
                (record := self._book.records.get(it)) is not None
                and record.stage in (Stage.STARTING, Stage.AWAY)
                for it in each
            )
        )

    def _each(self, target: Target) -> list[Target]:
        return self._targets if target is None else [target]

    @property
    def _targets(self) -> list[Target]:
        """Return the heat pumps that there are, and those that cannot be seen any more while there is something to do.

        Where the key has lost the right to read in the middle, the vacation of the home is that of its heat pumps.
        """
        targets = self._house.each_target
        unseen = [
            target
            for target in self._book.records.keys() - set(targets)
            if not self._house.can_read(target)
        ]
        if any(map(self._is_ours, unseen)):
            targets = [target for target in targets if target in self._book.records]
        return targets + unseen

    def as_diagnostics(self) -> dict[str, Any]:
        """Return what is known, without titles."""
        return self._book.as_diagnostics()

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
            await self._keep_plans([*self._book.plans, plan])
        await self._carry_out_or_raise("vacation_start_pending")

    async def async_come_home(self) -> None:
        """End the vacation now; raises HomeAssistantError while not all is back. It is tried on."""
        if self.away:
            await self._keep_plans(ended(self._book.plans, dt_util.utcnow()))
        await self._carry_out_or_raise("vacation_end_pending")

    async def _keep_plans(self, plans: Iterable[Plan]) -> None:
        self._book.plans = tuple(remembered(plans, dt_util.utcnow()))
        await self._book.async_save()
        self._house.vacation_changed()

    async def _carry_out_or_raise(self, text: str) -> None:
        if reasons := await self._carry_out():
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=text,
                translation_placeholders={"reason": next(iter(reasons.values()))},
            )

    # Following what happens

    @callback
    def start(self) -> None:
        """Begin to follow the plans, and do what was missed."""
        self._awake = True
        for target in self._book.concerned_among(self._house.each_target):
            shown = self._house.shown(target)
            if (record := self._book.records.get(target)) is not None:
                self._book.records[target] = record.found_again(shown)
            if (back := self._book.returns.get(target)) is not None:
                self._book.returns[target] = back.found_again(shown)
        self.look()
        if self._book.plans or self._book.records:
            self._wake_up()

    @callback
    def follow_while_disconnected(
        self, entry: ConfigEntry, reason: Callable[[], str]
    ) -> None:
        """Tell of what becomes overdue while the home cannot be connected, such as for want of a new key."""

        @callback
        def look(_: datetime | None = None) -> None:
            self._stop_timer()
            now = dt_util.utcnow()
            moments = [now]
            if (due := self._due_while_disconnected(now)) is not None:
                stage, since = due
                moments.append(since + OVERDUE)
                if since + OVERDUE <= now:
                    self._house.show_overdue({self._house.home: (stage, reason())})
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
                stop_following()
                unsubscribe()

        stop_following = async_follow_language(self._hass, look)
        unsubscribe = entry.async_on_state_change(connecting)
        look()

    def _due_while_disconnected(self, now: datetime) -> tuple[Stage, datetime] | None:
        """Return what is to be done, and since when."""
        stages = [record.stage for record in self._book.records.values()]
        if (plan := current_or_next(self._book.plans, now)) and plan.covers(now):
            done = stages and all(stage is Stage.AWAY for stage in stages)
            return None if done else (Stage.STARTING, plan.begins)
        if not any(record.due(now) for record in self._book.records.values()):
            return None
        ends = [
            moment
            for moment in (
                *(plan.ends for plan in self._book.plans),
                *(record.until for record in self._book.records.values()),
            )
            if moment is not None and moment <= now
        ]
        return Stage.ENDING, max(ends, default=now)

    async def async_close(self) -> None:
        """Stop, and write down what is new; the write queue must have told its end to whatever was being sent."""
        self._closed = True
        self._stop_timer()
        async with self._lock:
            await self._book.async_save()

    @callback
    def look(self) -> None:
        """Look at what is shown: whether the hot water got cold, and whether there is something to do."""
        if not self._awake:
            # What is on disk is understood first.
            return
        self._replace_id()
        for target in self._book.concerned_among(self._house.each_target):
            unsettled = self._house.unsettled(target)
            record = self._book.records.get(target)
            if record is not None and record.stage is Stage.AWAY:
                self._book.note(
                    target, record.seen(self._house.shown(target), unsettled)
                )
            if target in self._book.returns:
                self._follow_return(target, unsettled)
        # A clock has jumped, or a heat pump has turned up.
        if not (self._failing_since or self._lost_since) and self._due(
            dt_util.utcnow()
        ):
            self._wake_up()

    def _replace_id(self) -> None:
        """Make the vacation of a home that could not be read that of its heat pumps."""
        targets = self._house.each_target
        if None in self._book.records and targets and None not in targets:
            record = self._book.records.pop(None)
            self._book.records = {
                **dict.fromkeys(targets, replace(record, unseen=frozenset())),
                **self._book.records,
            }
            self._book.save_soon()

    def _follow_return(self, target: Target, unsettled: AbstractSet[Setting]) -> None:
        """Look what has become of what was put back; what is lost is put back again, after a while."""
        before = self._book.returns[target]
        back = before.seen(
            self._house.shown(target), unsettled, self._house.not_kept(target)
        )
        if back == before:
            return
        self._book.save_soon()
        if not back.back:
            del self._book.returns[target]
            self._lost_since.pop(target, None)
            return
        self._book.returns[target] = back
        if back.lost and not before.lost:
            now = dt_util.utcnow()
            self._lost_since.setdefault(target, now)
            self._sleep(now)

    async def async_note_cold(self, target: Target) -> None:
        """Write down that the hot water may get cold, before that is sent."""
        for each in self._each(target):
            # It is allowed only where there is one.
            self._book.records[each] = self._book.records[each].sent_cold()
        await self._book.async_save()

    @callback
    def changed_elsewhere(
        self, target: Target, changes: Iterable[ChangedElsewhere]
    ) -> None:
        """Note what the cloud has made of a value that the vacation has just sent: that was nobody's hand."""
        record = self._book.records.get(target)
        for change in changes:
            if record is not None and change.unconfirmed:
                record = record.taken_as(change.setting, change.old, change.new)
        if record is not None:
            self._book.note(target, record)

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
        if self._book.empty:
            return []
        is_away = away(self._book.plans, now)

        def is_due(target: Target) -> bool:
            record = self._book.records.get(target)
            if is_away and self._is_ours(target):
                return record is None or record.stage is not Stage.AWAY
            if self._book.lost(target):
                return True
            return record is not None and record.due(now)

        return [target for target in self._targets if is_due(target)]

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
            self._show_overdue(reasons, now)
            self._house.vacation_changed()
        return reasons

    def _show_overdue(self, reasons: Mapping[Target, str], now: datetime) -> None:
        """Show what has been tried for an hour, or put back for an hour and is not seen."""
        not_kept = async_common_text(self._hass, "not_kept")
        is_away = self.away
        self._house.show_overdue(
            {
                target: (self._stage(target, is_away), reasons.get(target, not_kept))
                for target, since in {**self._lost_since, **self._failing_since}.items()
                if now - since >= OVERDUE
            }
        )

    @callback
    def say_anew(self) -> None:
        """Try soon what could not be done: the reasons are said in the language that the house speaks then."""
        if self._failing_since or self._lost_since:
            self._wake_up()

    def _stop_timer(self) -> None:
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None

    def _sleep(self, now: datetime) -> None:
        """Sleep until the next attempt, or until there is something to do by the plans."""
        self._stop_timer()
        if self._closed:
            return
        if self._failing_since or self._lost_since:
            self._unsub_timer = async_call_later(
                self._hass, max(self._pause, self._house.silence), self._work
            )
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
        moments = [record.until for record in self._book.records.values()]
        moments.append(next_moment(self._book.plans, now))
        return min((it for it in moments if it is not None and it > now), default=None)

    async def _try(self) -> dict[Target, str]:
        """Try once to do all that is to be done."""
        targets = self._due(dt_util.utcnow())
        if not targets:
            return {}
        # Before what is there is looked at: what sets something at the same time can see that it is too late for that.
        self._house.vacation_changed()
        # What somebody has set just before is not the vacation's, whatever comes of it.
        await self._house.async_settle()
        try:
            # What is kept, and what was changed by hand, is told by the cloud of this moment.
            await self._house.async_read_now()
        except HomeAssistantError as error:
            return dict.fromkeys(targets, pending_reason(self._hass, error))
        now = dt_util.utcnow()
        shown = {target: self._house.expected(target) for target in self._due(now)}
        steps = {target: self._step(target, it, now) for target, it in shown.items()}
        # On disk before anything is sent: whatever happens, it can be put back.
        await self._book.async_save()
        self._house.vacation_changed()
        reasons = await self._send(steps)
        for target, step in steps.items():
            if target in reasons:
                self._note_failure(target)
            else:
                self._note_success(target, step, shown[target])
                if _is_unfinished(step, now):
                    reasons[target] = async_common_text(self._hass, "settings_unknown")
        await self._book.async_save()
        return reasons

    def _note_failure(self, target: Target) -> None:
        """Note that what certainly did not reach the cloud need not be taken back."""
        if (record := self._book.records.get(target)) is not None:
            unseen = record.unseen & self._house.unsettled(target)
            self._book.records[target] = replace(record, unseen=unseen)

    def _note_success(self, target: Target, step: Step, shown: Settings) -> None:
        back = self._book.returns.pop(target, Return())
        if step.then is None:
            self._book.records.pop(target, None)
        else:
            self._book.records[target] = step.then
        begins = step.then is not None and step.then.stage in (
            Stage.STARTING,
            Stage.AWAY,
        )
        if begins:
            self._lost_since.pop(target, None)
        elif self._house.can_read(target):
            self._book.returns[target] = back.with_more(step.change, shown)
        if step.by_hand:
            self._house.stayed_by_hand(target, step.by_hand)
        # What the cloud made of it may have been read before this was noted.
        self.look()

    def _step(self, target: Target, shown: Settings, now: datetime) -> Step:
        """Return what is to be done at a target, and note that it is being done."""
        record = self._book.records.get(target)
        readable = self._house.can_read(target)
        lost = self._book.lost(target)
        if away(self._book.plans, now) and self._is_ours(target):
            # What was there before is not what the cloud has lost of it.
            shown = shown.overlaid_with(lost)
            again = record is not None and record.stage is Stage.STARTING
            record, change = begin(record, shown, self._profile)
            self._book.records[target] = record
            if again and all(
                same_value(value, shown.get(setting))
                for setting, value in change.items()
            ):
                # Home Assistant ended between the cloud's yes and the note of it.
                change = Settings()
            if not record.held:
                # Nothing is known yet of what is to be set.
                return Step(change, record, {})
            return Step(change, replace(record, stage=Stage.AWAY), {})
        if record is None or not record.due(now):
            return Step(lost, record, {})
        if record.stage is Stage.WELCOME_HOME:
            step = end_welcome(record, shown, readable=readable)
        else:
            record = replace(record, stage=Stage.ENDING)
            step = end(record, shown, self._profile, now, readable=readable)
        self._book.records[target] = replace(
            record, back=record.back.overlaid_with(step.change)
        )
        return replace(step, change=lost.overlaid_with(step.change))

    async def _send(self, steps: Mapping[Target, Step]) -> dict[Target, str]:
        """Send the changes, as one for the home where all are the same; returns what went wrong, by target."""
        changes = {target: step.change for target, step in steps.items() if step.change}
        targets = self._house.each_target
        if (
            len(targets) > 1
            and self._house.whole
            and set(changes) == set(targets)
            and len(set(changes.values())) == 1
        ):
            try:
                await self._house.async_send(self._house.home, changes[targets[0]])
            except ServiceValidationError:
                # Wrong for one of them is not wrong for all.
                pass
            except HomeAssistantError as error:
                return dict.fromkeys(changes, pending_reason(self._hass, error))
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
            return pending_reason(self._hass, error)
        return None


def _is_unfinished(step: Step, now: datetime) -> bool:
    """Return whether something could not be done for want of a setting that is unknown."""
    match step.then:
        case Record(stage=Stage.STARTING | Stage.ENDING):
            return True
        case Record(stage=Stage.WELCOME_HOME) as record:
            return record.due(now)
        case _:
            return False
