"""Rounds of calls and power cuts: what is done is drawn, when is measured, and what comes of it is compared."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import random
from time import monotonic
from typing import Any, Final

from scripts.demo.ports import free_port
from simulator import Simulator
from simulator.fields import HOT_WATER_MAX, HOT_WATER_MIN, nest
from simulator.reading import Json

from .house import HEAT_PUMPS, House
from .household import household
from .oracle import Oracle
from .weather import Weather, drawn

PREFERRED: Final = "room.preferred_temperature"
SCHEDULE: Final = "room.schedule_enabled"
ALLOWED_BELOW: Final = "room.temperature_lower_bound"
ALLOWED_ABOVE: Final = "room.temperature_upper_bound"
# What a vacation sets in every house here. A schedule pauses then.
VACATION: Final = {PREFERRED: 16, HOT_WATER_MIN: 10, SCHEDULE: False}
OPTIONS: Final = {"preferred_temperature": 16, "hot_water_min": 10}

# What people set by hand, and which entity they do it with. All of it goes together, in any order.
_BY_HAND: Final[Mapping[str, tuple[str, Sequence[float]]]] = {
    PREFERRED: ("preferred_temperature", (18, 19, 20, 21, 22, 23)),
    HOT_WATER_MIN: ("hot_water_min", (40, 42, 44, 46, 48)),
    HOT_WATER_MAX: ("hot_water_max", (50, 52, 55, 58, 60)),
    ALLOWED_BELOW: ("allowed_below", (1, 1.5, 2, 2.5)),
}
_COLD: Final = (12, 20, 30)
_IN_APP: Final[Mapping[str, Sequence[float]]] = {
    HOT_WATER_MAX: (51, 53, 57, 59),
    ALLOWED_ABOVE: (1, 1.5, 2, 2.5, 3),
}

# In seconds. Read-backs come 3, 9 and 21 s after a write, and attempts that fail are repeated after a minute.
_RESTS_WITHIN: Final = 100.0
_QUIET: Final = 1.5
_QUIET_FOR_LONG: Final = 4.5
_AFTER_MOMENT: Final = 0.5


@dataclass(slots=True, kw_only=True)
class Call:
    """Something that somebody does in a round, and what came of it."""

    what: str
    at: float
    """Seconds after the beginning of the round."""
    action: str
    key: str | None
    data: Mapping[str, Any]
    device_ids: Sequence[str] = ()
    setting: str = ""
    value: Json = None
    """What is set by hand; the other calls are about a vacation."""
    begins: timedelta | None = None
    ends: timedelta | None = None
    """When a vacation begins and ends, after the call; without a beginning, it ends one. Without an end: open."""
    began: datetime | None = None
    ended: datetime | None = None
    objection: str | None = None
    """What Home Assistant answered: "" where it was done, None where no answer came."""

    @property
    def is_answered(self) -> bool:
        """Return whether somebody was told that it is done."""
        return self.objection == ""

    def told(self) -> str:
        """Return what was done and what came of it, in words."""
        if self.began is None:
            return f"+{self.at:.3f} s {self.what}: the power was gone by then"
        outcome = {"": "done", None: "no answer"}.get(self.objection, self.objection)
        took = ((self.ended or self.began) - self.began).total_seconds()
        return f"+{self.at:.3f} s {self.what}: {outcome} after {took:.3f} s"


@dataclass(slots=True)
class Round:
    """One round as it went."""

    number: int
    weather: Weather
    story: list[str] = field(default_factory=list[str])
    kills: int = 0
    seconds: float = 0.0
    bad: list[str] = field(default_factory=list[str])
    refused: int = 0
    """Calls that were refused although the cloud answered as it should."""
    report: str = ""


class PowerCuts:
    """A house, its cloud, and all the rounds of one seed."""

    def __init__(self, house: House, cloud: Simulator, seed: int) -> None:
        """Take a house that is off, and a cloud that holds what people have set."""
        self._house = house
        self._cloud = cloud
        self._seed = seed
        self._oracle = Oracle(self._held(), VACATION)
        self._is_away = False

    def _held(self) -> dict[str, dict[str, Json]]:
        return {it: dict(self._cloud.cloud.heat_pump(it).held) for it in HEAT_PUMPS}

    async def begin(self) -> None:
        """Switch the house on."""
        await self._house.start()
        await self._rest(_QUIET)

    async def round(self, number: int) -> Round:
        """Do something, cut the power around it, switch on again, and compare what the cloud holds at rest."""
        dice = random.Random(f"{self._seed}/{number}")  # noqa: S311 - drawn again by seed and round
        began, first = monotonic(), self._last_request()
        it = Round(number, drawn(dice))
        before = self._held()
        it.story.append(f"{'away' if self._is_away else 'at home'}, {it.weather.name}")
        it.weather.begin(self._cloud, self._seed + number)
        calls = self._drawn_calls(dice)
        kill_at = dice.uniform(0, 0.4) if dice.random() < 0.5 else dice.uniform(0, 3)
        await self._live(calls, kill_at, it)
        while dice.random() < 0.35:
            await self._cut_again(dice, it)
        if dice.random() < 0.15:
            self._change_in_app(dice, calls, it)
        Weather.clear_up(self._cloud)
        self._tell_oracle(calls)
        if it.weather.is_fair:
            it.refused = sum(bool(call.objection) for call in calls)
        at = monotonic()
        await self._house.start()
        quiet = _QUIET_FOR_LONG if dice.random() < 0.25 else _QUIET
        rests = await self._rest(quiet)
        it.story.append(f"on again, at rest after {monotonic() - at:.1f} s")
        it.bad = [] if rests else [f"not at rest after {_RESTS_WITHIN:g} s"]
        it.bad.extend(await self._compare())
        self._cloud.behaviour.read_lag_seconds = 0
        it.seconds = monotonic() - began
        if it.bad:
            it.report = self._report(it, before, first)
        return it

    # Doing

    def _drawn_calls(self, dice: random.Random) -> list[Call]:
        """Draw what people do in this round."""
        calls = self._drawn_vacation(dice)
        if not calls or dice.random() < 0.4:
            setting = dice.choice(tuple(_BY_HAND))
            entity, values = _BY_HAND[setting]
            if self._is_away and not calls and setting == HOT_WATER_MIN:
                values = (*values, *_COLD)
            # Without a name it is the home.
            device_id, value = dice.choice((*HEAT_PUMPS, "")), dice.choice(values)
            calls.append(
                Call(
                    what=f"{device_id or 'the home'}'s {setting} is set to {value}",
                    at=dice.uniform(0, 1.5),
                    action="number.set_value",
                    key=f"{device_id}/{entity}",
                    data={"value": value},
                    device_ids=[device_id] if device_id else HEAT_PUMPS,
                    setting=setting,
                    value=value,
                )
            )
        # The first call begins the round, so that the power goes around it.
        calls.sort(key=lambda call: call.at)
        first = calls[0].at
        for call in calls:
            call.at -= first
        return calls

    def _drawn_vacation(self, dice: random.Random) -> list[Call]:
        at = dice.uniform(0, 1.5)
        if self._is_away:
            return [_home(at)] if dice.random() < 0.75 else []
        match dice.choices(
            ("away", "away, and home", "now", "soon", "short", ""),
            (40, 15, 10, 10, 20, 5),
        ):
            case ["away"]:
                return [_away(at)]
            case ["away, and home"]:
                return [_away(at), _home(at + dice.uniform(0.1, 1.5))]
            case ["now"]:
                return [_planned(at, 0.0, 3600.0)]
            case ["soon"]:
                return [_planned(at, dice.uniform(0.5, 4), 3600.0)]
            case ["short"]:
                begins = dice.choice((0.0, dice.uniform(0, 2)))
                return [_planned(at, begins, begins + dice.uniform(1, 6))]
        return []

    async def _live(self, calls: Sequence[Call], kill_at: float, it: Round) -> None:
        """Do what is to be done, and cut the power in the middle of it."""
        tasks = [asyncio.create_task(self._do(call)) for call in calls]
        await asyncio.sleep(kill_at)
        await self._kill(it, f"+{kill_at:.3f} s power cut")
        for call, task in zip(calls, tasks, strict=True):
            if call.began is None:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        it.story[-1:-1] = [call.told() for call in calls]

    async def _do(self, call: Call) -> None:
        await asyncio.sleep(call.at)
        call.began = datetime.now(UTC)
        data = dict(call.data)
        if call.begins is not None and call.ends is not None:
            # The calendar counts in whole seconds.
            data["start_date_time"] = _second(call.began + call.begins).isoformat()
            data["end_date_time"] = _second(call.began + call.ends).isoformat()
        with suppress(ConnectionError):
            call.objection = await self._house.call(call.action, call.key, **data)
        call.ended = datetime.now(UTC)

    async def _kill(self, it: Round, what: str) -> None:
        await self._house.kill()
        it.kills += 1
        it.story.append(f"{what}; on disk: {self._house.on_disk()}")

    async def _cut_again(self, dice: random.Random, it: Round) -> None:
        """Switch on, and cut the power before or soon after all is loaded."""
        if dice.random() < 0.5:
            Weather.clear_up(self._cloud)
        if dice.random() < 0.3:
            await self._house.switch_on()
            after = dice.uniform(0.5, 4)
        else:
            await self._house.start()
            after = dice.uniform(0, 2)
        await asyncio.sleep(after)
        await self._kill(it, f"on again, and off again after {after:.3f} s")

    def _change_in_app(
        self, dice: random.Random, calls: Sequence[Call], told: Round
    ) -> None:
        """Change something in the supplier's app, while the power is gone."""
        device_id, setting = dice.choice(HEAT_PUMPS), dice.choice(tuple(_IN_APP))
        value = dice.choice(_IN_APP[setting])
        if any(device_id in it.device_ids and setting == it.setting for it in calls):
            return
        self._cloud.cloud.change_settings(device_id, nest({setting: value}))
        self._oracle.changed_in_app(device_id, setting, value)
        told.story.append(f"in the app {device_id}'s {setting} is set to {value}")

    # What must come of it

    def _tell_oracle(self, calls: Sequence[Call]) -> None:
        for call in calls:
            if call.began is None:
                continue
            if call.setting:
                away = {self._is_away}
                if any(_may_be_before(other, call) for other in calls):
                    away = {True, False}
                for device_id in call.device_ids:
                    self._oracle.sets(
                        device_id,
                        call.setting,
                        call.value,
                        answered=call.is_answered,
                        away=away,
                    )
            elif call.begins is None:
                self._oracle.comes_home(call.began, answered=call.is_answered)
            else:
                begins = call.began + call.begins
                self._oracle.plans_vacation(
                    begins if call.ends is None else _second(begins),
                    None if call.ends is None else _second(call.began + call.ends),
                    answered=call.is_answered,
                )

    async def _rest(self, quiet: float) -> bool:
        """Wait until nothing is pending and nothing has been asked for a while; returns False where that takes too long."""
        deadline = monotonic() + _RESTS_WITHIN
        while monotonic() < deadline:
            await asyncio.sleep(0.1)
            moments = [
                it
                for plan in self._oracle.plans
                for it in (plan.begins, plan.ends)
                if it is not None
            ]
            now = datetime.now(UTC)
            if any(
                0 <= (now - it).total_seconds() + 10 < 10 + _AFTER_MOMENT
                for it in moments
            ):
                continue
            entries = self._cloud.journal.entries()
            if self._cloud.journal.in_flight() or (
                entries
                and monotonic()
                - max(
                    entries[-1].received_monotonic, entries[-1].answered_monotonic or 0
                )
                < quiet
            ):
                continue
            if await self._is_settled():
                return True
        return False

    async def _is_settled(self) -> bool:
        states = await self._house.states()
        return all(
            states.get(f"{it}/settings_status") == "confirmed"
            and states.get(f"{it}/vacation_status") in ("home", "away")
            for it in HEAT_PUMPS
        )

    async def _compare(self) -> list[str]:
        """Return in words what is not as it must be, and take what is there for what is so from now on."""
        states = await self._house.states()
        stages = [states.get(f"{it}/vacation_status", "?") for it in HEAT_PUMPS]
        now, held = datetime.now(UTC), self._held()
        self._is_away = stages[0] in ("away", "starting")
        expected = self._oracle.is_away(now)
        bad = [] if stages in (["away"] * 2, ["home"] * 2) else [f"stages: {stages}"]
        if self._is_away not in expected:
            bad.append(f"away is {self._is_away}, and must be {expected}")
        bad.extend(self._oracle.differences(held, away=self._is_away))
        if bad and self._is_away:
            # It cannot be told any more what belongs to the vacation and what does not.
            await self._house.call(
                "climate.set_preset_mode", "hp-1/climate", preset_mode="none"
            )
            await self._rest(_QUIET)
            held, self._is_away = self._held(), False
        self._oracle.settles(held, now, away=self._is_away)
        return bad

    # Telling

    def _last_request(self) -> int:
        entries = self._cloud.journal.entries()
        return entries[-1].number if entries else 0

    def _report(
        self, it: Round, before: Mapping[str, Mapping[str, Json]], first: int
    ) -> str:
        """Return all that is known of a round, for whoever looks into it."""
        entries = self._cloud.journal.entries(since=first)
        requests = [
            f"{entry.received:%H:%M:%S.%f} {entry.method} {entry.device_id or entry.path} {entry.body or ''} "
            f"-> {entry.status}{' applied' if entry.applied else ''}{' client left' if entry.client_left else ''}"
            for entry in entries
        ]
        lines = [
            f"BAD: seed {self._seed}, round {it.number}",
            *(f"  {each}" for each in it.bad),
            *(f"  {each}" for each in it.story),
            f"  held before: {before}",
            f"  held now:    {self._held()}",
            *(f"  {each}" for each in requests),
        ]
        return "\n".join(lines)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _away(at: float) -> Call:
    return Call(
        what="away is chosen",
        at=at,
        action="climate.set_preset_mode",
        key="hp-1/climate",
        data={"preset_mode": "away"},
        begins=timedelta(),
    )


def _home(at: float) -> Call:
    return Call(
        what="home is chosen",
        at=at,
        action="climate.set_preset_mode",
        key="hp-1/climate",
        data={"preset_mode": "none"},
    )


def _planned(at: float, begins: float, ends: float) -> Call:
    return Call(
        what=f"a vacation is planned, from {begins:.1f} to {ends:.1f} s later",
        at=at,
        action="calendar.create_event",
        key="/vacation",
        data={"summary": "Vacation"},
        begins=timedelta(seconds=begins),
        ends=timedelta(seconds=ends),
    )


def _may_be_before(vacation: Call, by_hand: Call) -> bool:
    """Return whether a call about a vacation was there when something was set by hand."""
    return (
        not vacation.setting
        and vacation.began is not None
        and by_hand.ended is not None
        and vacation.began <= by_hand.ended
    )


async def run(
    folder: Path, *, seed: int, kills: int, tell: Callable[[Round], None]
) -> list[Round]:
    """Move a house into a folder, and cut its power so many times; returns the rounds, each of them told when it is over."""
    rounds: list[Round] = []
    async with Simulator(fill=household) as cloud:
        house = House(folder, free_port())
        try:
            await house.move_in(cloud.url, OPTIONS)
            cuts = PowerCuts(house, cloud, seed)
            await cuts.begin()
            while sum(it.kills for it in rounds) < kills:
                rounds.append(await cuts.round(len(rounds) + 1))
                tell(rounds[-1])
        finally:
            await house.leave()
    return rounds
