"""Brings every heat pump to what is desired of it, again and again, until a read shows it.

A controller in the usual sense: it compares what is desired with what is there and sends the difference. Nothing that it
does depends on which event woke it. Callers ask for an override to begin or to end, and wait; they never do the work.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from traceback import format_tb
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..api import (
    BadKeyError,
    NotFoundError,
    ReadingNotOfferedError,
    Setting,
    Settings,
    SteeringError,
    TooManyRequestsError,
    same_value,
)
from ..const import LOGGER, Target
from ..model.errors import (
    LimitError,
    NotKeptError,
    Problem,
    SettingsUnknownError,
    StoppedError,
    StorageError,
    UncertainError,
)
from ..model.overrides import Overrides
from ..model.schedule import next_moment
from .actuator import Actuator
from .home import Home
from .waiting import result_of

# Pauses between attempts at one heat pump, in seconds: patient, but the end of a vacation should not be late by much.
FIRST_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 300.0
# While anything is planned or in force: a clock that jumps is noticed within this time, in seconds.
TICK: Final = 60.0
# How long it is tried before a person is told.
OVERDUE: Final = timedelta(hours=1)


type _State = tuple[Overrides, Settings, bool]
"""What is in force at a target, what is shown of it, and whether it can be read."""


@dataclass(slots=True)
class Backlog:
    """What a heat pump is behind with, since when, and when the next attempt is."""

    since: datetime
    problem: Problem | None = None
    """None where all was accepted, and a read has yet to show it."""
    pause: float = FIRST_PAUSE
    """In seconds, after the next attempt."""
    next_attempt: float = 0.0
    """Not before, by the monotonic clock."""


class Reconciler:
    """The one task that brings overrides into force and out of it, for one config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        home: Home,
        actuator: Actuator,
        create_task: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """Take the home, and what brings its heat pumps along; `create_task` starts work that goes on when its caller is cancelled."""
        self._hass = hass
        self._home = home
        self._actuator = actuator
        self._create_task = create_task
        self._backlogs: dict[Target, Backlog] = {}
        self._at_ease: dict[Target, _State] = {}
        """At which state of a target nothing was due."""
        self._waiters: list[asyncio.Future[Mapping[Target, Problem]]] = []
        self._is_running = False
        self._is_awake = False
        self._is_stopped = False
        self._run_again = False
        self._unsub_timer: CALLBACK_TYPE | None = None

    async def async_carried_out(self) -> Mapping[Target, Problem]:
        """Wait until what is due now has been tried; returns where something could not be done, and why.

        To cancel the caller changes nothing: the work goes on.
        """
        if self._is_stopped:
            return dict.fromkeys(self.targets, StoppedError())
        waiter: asyncio.Future[Mapping[Target, Problem]] = (
            asyncio.get_running_loop().create_future()
        )
        self._waiters.append(waiter)
        for backlog in self._backlogs.values():
            # Whoever asks wants it now.
            backlog.next_attempt, backlog.pause = 0.0, FIRST_PAUSE
        self.wake()
        return await result_of(waiter)

    # How it stands

    @property
    def targets(self) -> list[Target]:
        """Return the targets that there are, and those that were given up before their overrides were over."""
        return [*self._home.targets, *self._home.shadows.given_up]

    def is_behind(self, target: Target, settings: AbstractSet[Setting]) -> bool:
        """Return whether settings of a target are not as desired, as far as that can be brought about."""
        backlog = self._backlogs.get(target)
        return bool(self._actuator.to_send(target).keys() & settings) or (
            backlog is not None
            and backlog.problem is not None
            and not self._actuator.is_partly_there(target, backlog.problem)
        )

    def overdue(self) -> dict[Target, Problem]:
        """Return where something has been tried for an hour, and why it could not be done."""
        now = dt_util.utcnow()
        return {
            target: backlog.problem
            for target, backlog in self._backlogs.items()
            if backlog.problem is not None and now - backlog.since >= OVERDUE
        }

    # Following what happens

    @callback
    def start(self) -> None:
        """Begin to work; what was missed is made up for."""
        self._is_awake = True
        self.wake()

    @callback
    def stop(self) -> None:
        """Begin nothing any more; who waits is told that it was stopped."""
        self._is_awake = False
        self._is_stopped = True
        self._stop_timer()
        stopped = dict.fromkeys(self.targets, StoppedError())
        for waiter in self._waiters:
            waiter.set_result(stopped)
        self._waiters.clear()

    @callback
    def look(self, _: object = None) -> None:
        """Look whether something is due, and see to it; a listener of what is known."""
        if not self._is_awake or self._is_running:
            # Who is at work looks again at the end.
            return
        for known in (self._backlogs, self._at_ease):
            for gone in known.keys() - set(self.targets):
                del known[gone]
        now = dt_util.utcnow()
        if self._due(now):
            self.wake()
        else:
            self._sleep(now)

    @callback
    def wake(self) -> None:
        """Do what is due; where that is being done already, look again at its end."""
        self._stop_timer()
        self._run_again = True
        if self._is_awake and not self._is_running:
            self._is_running = True
            self._create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._run_again and self._is_awake:
                self._run_again = False
                await self._pass()
        finally:
            self._is_running = False
            self.look()

    def _stop_timer(self) -> None:
        if self._unsub_timer is not None:
            self._unsub_timer()
            self._unsub_timer = None

    def _sleep(self, now: datetime) -> None:
        """Sleep until something may be due."""
        self._stop_timer()
        waits = [
            max(backlog.next_attempt - monotonic(), self._home.silence)
            for backlog in self._backlogs.values()
        ]
        moments = [
            override.until
            for target in self.targets
            for override in self._home.shadow(target).overrides.in_force
            # One that is over already waits for the end of a silence, or for the next attempt.
            if override.until is not None and override.until > now
        ]
        zone = dt_util.get_default_time_zone()
        if (moment := next_moment(self._home.plans, now, zone)) is not None:
            moments.append(moment)
        waits.extend((moment - now).total_seconds() for moment in moments)
        if self._home.silence:
            waits.append(self._home.silence)
        if moments:
            # A clock that is put forward, or a machine that has slept, is noticed by then.
            waits.append(TICK)
        if waits:
            self._unsub_timer = async_call_later(
                self._hass, max(0.0, min(waits)), self.look
            )

    # Doing

    async def _pass(self) -> None:
        """Do once what is due, and tell those who wait for that."""
        waiters, self._waiters = self._waiters, []
        now = dt_util.utcnow()
        due = self._due(now)
        problems: dict[Target, Problem] = {}
        if due:
            # Before anything is read: what sets something at the same time can see that it is too late for that.
            self._home.changed()
        try:
            problems = await self._bring_all(due)
        finally:
            for target in due:
                self._review(target, problems.get(target))
            for waiter in waiters:
                waiter.set_result(self._standing_problems())
            self._home.changed()

    def _standing_problems(self) -> dict[Target, Problem]:
        """Return where not all is as it is desired to be, and why; also if nothing could be tried just now."""
        now = dt_util.utcnow()
        problems: dict[Target, Problem] = {}
        for target in self.targets:
            backlog = self._backlogs.get(target)
            overrides = self._home.shadow(target).overrides
            problem = None if backlog is None else backlog.problem
            if isinstance(problem, NotKeptError) and not self._actuator.to_send(target):
                # Accepted once more.
                continue
            if problem is not None:
                problems[target] = problem
            elif self._actuator.as_planned(target, overrides, now) != overrides:
                problems[target] = TooManyRequestsError(self._home.silence)
        return problems

    def _due(self, now: datetime) -> list[Target]:
        """Return the targets at which there is something to do by now."""
        is_away = self._home.is_away(now)
        due: list[Target] = []
        for target in self.targets:
            if (
                not is_away
                and self._home.shadow(target).overrides.is_idle
                and not self.has_trouble(target)
            ):
                continue
            state = None if is_away else self._lasting_state(target, now)
            if state is not None and self._at_ease.get(target) == state:
                continue
            if self._is_due(target, now):
                due.append(target)
            elif state is not None:
                self._at_ease[target] = state
        return due

    def _lasting_state(self, target: Target, now: datetime) -> _State | None:
        """Return on what it depends whether something is due at a target that is not away; None where on the time, too."""
        shadow = self._home.shadow(target)
        if self.has_trouble(target) or any(
            it.is_vacation or (it.until is not None and it.until <= now)
            for it in shadow.overrides.in_force
        ):
            return None
        return shadow.overrides, shadow.shown, self._home.can_read(target)

    def has_trouble(self, target: Target) -> bool:
        """Return whether a target is behind with something, or has had something refused."""
        return target in self._backlogs or self._actuator.has_refused(target)

    def _is_due(self, target: Target, now: datetime) -> bool:
        """Return whether there is something to do at a target by now."""
        backlog = self._backlogs.get(target)
        has_to_wait = backlog is not None and monotonic() < backlog.next_attempt
        overrides = self._home.shadow(target).overrides
        if self._actuator.as_planned(target, overrides, now) != overrides:
            # What begins or ends does not wait for what was tried before.
            return not self._home.silence and not (
                has_to_wait and isinstance(backlog and backlog.problem, StorageError)
            )
        if backlog is not None or self._actuator.lacks_settings(target):
            return not has_to_wait
        if not self._actuator.to_send(target):
            return False
        if self._was_there(target):
            # Accepted, and lost again: it is sent again after a pause.
            self._note_problem(target, NotKeptError(), now)
            return False
        return True

    def _was_there(self, target: Target) -> bool:
        """Return whether all that is to be sent to a target has been accepted before."""
        overrides = self._home.shadow(target).overrides
        return all(
            (it := overrides.tracked.get(setting)) is not None
            and it.accepted
            and it.sent is not None
            and same_value(it.sent, value)
            for setting, value in self._actuator.to_send(target).items()
        )

    def _review(self, target: Target, problem: Problem | None) -> None:
        """Note what a target is behind with after an attempt, if it is."""
        if problem is not None or self._actuator.to_send(target):
            self._note_problem(target, problem or NotKeptError(), dt_util.utcnow())
        elif (backlog := self._backlogs.get(target)) is not None:
            shadow = self._home.shadow(target)
            if shadow.overrides.tracked.keys() & shadow.unsettled:
                # Accepted; whether it stays there, a read has to show.
                backlog.next_attempt = monotonic() + backlog.pause
                if isinstance(backlog.problem, NotKeptError):
                    backlog.pause = min(backlog.pause * 2, LONGEST_PAUSE)
                else:
                    backlog.problem = None
            else:
                del self._backlogs[target]

    def _note_problem(self, target: Target, problem: Problem, now: datetime) -> None:
        backlog = self._backlogs.setdefault(target, Backlog(now, problem))
        backlog.problem = problem
        backlog.next_attempt = monotonic() + max(backlog.pause, self._home.silence)
        backlog.pause = min(backlog.pause * 2, LONGEST_PAUSE)

    async def _bring_all(self, due: Iterable[Target]) -> dict[Target, Problem]:
        """Bring every target at which something is due to what is desired; returns where that failed, and why."""
        due = list(due)
        unread: SteeringError | None = None
        if any(map(self._home.can_read, due)):
            try:
                # What was changed by hand is known by the cloud of this moment.
                await self._home.look()
            except (BadKeyError, NotFoundError, ReadingNotOfferedError) as error:
                LOGGER.debug("Overrides go on with what is known: %s", error)
            except SteeringError as error:
                unread = error
        outcomes = await asyncio.gather(
            *(self._actuator.async_bring(it, unread) for it in due),
            return_exceptions=True,
        )
        problems = map(_as_problem, outcomes)
        return {
            target: problem
            for target, problem in zip(due, problems, strict=True)
            if problem is not None
        }


def _as_problem(outcome: Problem | BaseException | None) -> Problem | None:
    """Return what is in the way; something unexpected at one heat pump is tried on as well, and stops no other."""
    match outcome:
        case (
            None
            | SteeringError()
            | LimitError()
            | StorageError()
            | StoppedError()
            | SettingsUnknownError()
            | NotKeptError()
        ):
            return outcome
        case Exception():
            # Without its words: whoever raised it had the key in its hands.
            LOGGER.error(
                "Unexpected %s while an override was brought about:\n%s",
                type(outcome).__name__,
                "".join(format_tb(outcome.__traceback__)),
            )
            return UncertainError(outcome)
        case _:
            raise outcome
