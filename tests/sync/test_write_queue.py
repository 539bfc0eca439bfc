"""The write queue by itself: what goes together, in which order, and what every caller is told."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
import gc
from itertools import pairwise
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.heatpump_steering.api import Settings
from custom_components.heatpump_steering.const import Target
from custom_components.heatpump_steering.model.errors import (
    StoppedError,
    UncertainError,
)
from custom_components.heatpump_steering.sync.write_queue import (
    DRAIN,
    LONGEST_WAIT,
    QUIET,
    QUIET_TURNS,
    Batch,
    WriteQueue,
)

COLD, MILD, WARM = (Settings(preferred_temperature=it) for it in (18.0, 20.0, 22.0))
WATER = Settings(hot_water_max=60.0)
FLEX = Settings(flex_trading=True)

# In seconds, a bit longer than a batch waits for company.
TICK = QUIET + 0.001


@dataclass
class Cloud:
    """A handler that notes what it is given, and holds it for as long as the test wants."""

    clock: FrozenDateTimeFactory
    sent: list[tuple[Target, Settings]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    by_hand: list[bool] = field(default_factory=list)
    in_flight: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    queue: WriteQueue = field(init=False)

    def __post_init__(self) -> None:
        """Take everything at once, until told otherwise."""
        self.open.set()
        self.queue = WriteQueue(self.handle, asyncio.ensure_future)

    async def handle(self, batch: Batch) -> None:
        """Send one batch."""
        change = await batch.compute() if batch.compute else batch.change
        self.sent.append((batch.target, change))
        self.at.append(asyncio.get_running_loop().time())
        self.by_hand.append(batch.is_by_hand)
        self.in_flight += 1
        try:
            await self.open.wait()
        finally:
            self.in_flight -= 1
        if self.error is not None:
            raise self.error
        for queued in batch.changes:
            queued.succeed()

    def put(
        self, target: Target, change: Settings, **options: bool
    ) -> asyncio.Task[None]:
        """Be a caller."""
        return asyncio.create_task(self.queue.put(target, change, **options))

    async def turns(self, number: int = 3) -> None:
        """Let the event loop turn, without any time passing."""
        for _ in range(number):
            await asyncio.sleep(0)

    async def passes(self, seconds: float = QUIET, step: float = TICK) -> None:
        """Let time pass, a bit more than that in all, and everything happen that is due."""
        while seconds > 0:
            await self.turns(QUIET_TURNS + 5)
            self.clock.tick(step)
            seconds -= step
        await self.turns(QUIET_TURNS + 5)


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """Hold the time, that of the event loop too."""
    with freeze_time() as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        yield clock


@pytest.fixture
async def cloud(clock: FrozenDateTimeFactory) -> Cloud:
    """Return an empty queue, and what it sends to."""
    return Cloud(clock)


# Together


async def test_same_turn(cloud: Cloud) -> None:
    """What is set in one turn of the loop is one request."""
    calls = [cloud.put("hp-1", it) for it in (COLD, WATER, FLEX)]
    await cloud.passes()
    assert cloud.sent == [("hp-1", COLD.merged_with(WATER).merged_with(FLEX))]
    await asyncio.gather(*calls)


async def test_turns_count_and_not_only_time(cloud: Cloud) -> None:
    """A busy loop, whose turns take long, tears nothing apart that follows within five of them."""
    calls = []
    for change in (COLD, WATER, FLEX):
        calls.append(cloud.put("hp-1", change))
        await cloud.turns(QUIET_TURNS - 1)
        cloud.clock.tick(0.1)
    await cloud.passes()
    assert len(cloud.sent) == 1
    await asyncio.gather(*calls)


async def test_lone_change_does_not_wait(cloud: Cloud) -> None:
    """A change by itself goes after 2 ms and five turns, and not before."""
    call = cloud.put("hp-1", COLD)
    await cloud.turns(20)
    assert cloud.sent == []
    cloud.clock.tick(TICK)
    await cloud.turns(QUIET_TURNS - 1)
    assert cloud.sent == []
    await cloud.turns(5)
    assert cloud.sent == [("hp-1", COLD)]
    await call


async def test_longest_wait(cloud: Cloud) -> None:
    """Company without end is waited for no longer than half a second."""
    calls = []
    for index in range(int(2 * LONGEST_WAIT / 0.001)):
        calls.append(cloud.put("hp-1", (COLD, WATER)[index % 2]))
        await cloud.turns(2)
        cloud.clock.tick(0.001)
        if cloud.sent:
            break
    assert 0.45 < index * 0.001 < LONGEST_WAIT + 0.005
    await cloud.passes(1)
    await asyncio.gather(*calls)


async def test_turns_are_limited_too(cloud: Cloud) -> None:
    """So it is where every turn of the loop takes long."""
    call = cloud.put("hp-1", COLD)
    await cloud.turns(1)
    cloud.clock.tick(TICK)
    await cloud.turns(2)
    cloud.clock.tick(LONGEST_WAIT)
    await cloud.turns(3)
    assert cloud.sent == [("hp-1", COLD)]
    await call


async def test_same_setting(cloud: Cloud) -> None:
    """The same setting goes at most every half second, with the last of its values."""
    calls = []
    for index in range(30):
        calls.append(
            cloud.put("hp-1", Settings(preferred_temperature=15.0 + index / 2))
        )
        await cloud.passes(0.1, step=0.01)
    await cloud.passes(1, step=0.01)
    await asyncio.gather(*calls)
    assert cloud.sent[-1] == ("hp-1", Settings(preferred_temperature=29.5))
    assert len(cloud.sent) <= 8
    pauses = [later - earlier for earlier, later in pairwise(cloud.at)]
    assert min(pauses) > LONGEST_WAIT - 0.001


async def test_another_setting_does_not_wait_for_that(cloud: Cloud) -> None:
    """What was not sent a moment ago goes at once."""
    for change in (COLD, WATER):
        call = cloud.put("hp-1", change)
        await cloud.passes()
        await call
    assert len(cloud.sent) == 2


async def test_what_is_sent_again_goes_by_itself(cloud: Cloud) -> None:
    """What the cloud has not kept does not mix with what somebody sets now."""
    calls = [cloud.put("hp-1", COLD, resent=True), cloud.put("hp-1", WATER)]
    await cloud.passes()
    assert cloud.sent == [("hp-1", COLD), ("hp-1", WATER)]
    assert cloud.by_hand == [False, True]
    await asyncio.gather(*calls)


# Order


async def test_one_in_flight(cloud: Cloud) -> None:
    """While one is in flight, the next ones collect; another heat pump does not wait."""
    cloud.open.clear()
    calls = [cloud.put("hp-1", COLD)]
    await cloud.passes()
    calls += [
        cloud.put("hp-1", MILD),
        cloud.put("hp-2", WARM),
        cloud.put("hp-1", WATER),
    ]
    await cloud.passes(1)
    # Also one that comes when the others have waited long enough.
    calls.append(cloud.put("hp-1", FLEX))
    await cloud.turns()
    change = MILD.merged_with(WATER).merged_with(FLEX)
    assert cloud.sent == [("hp-1", COLD), ("hp-2", WARM)]
    assert (cloud.in_flight, cloud.queue.waiting) == (2, 5)
    assert cloud.queue.pending("hp-1") == COLD.merged_with(change)
    cloud.open.set()
    await cloud.passes()
    assert cloud.sent[2:] == [("hp-1", change)]
    await asyncio.gather(*calls)
    assert cloud.queue.waiting == 0


async def test_home_and_heat_pumps(cloud: Cloud) -> None:
    """The home comes after what was set at a heat pump before, and before what was set after."""
    cloud.open.clear()
    calls = [
        cloud.put("hp-1", COLD),
        cloud.put("hp-2", COLD),
        cloud.put(None, MILD),
        cloud.put("hp-1", WARM),
        cloud.put("hp-2", WARM),
    ]
    await cloud.turns()
    assert cloud.queue.pending("hp-1") == WARM
    assert cloud.queue.pending(None) == MILD
    seen = []
    for _ in range(3):
        await cloud.passes(1)
        seen.append([target for target, _ in cloud.sent])
        # Only what is in flight now is answered.
        cloud.open.set()
        cloud.open.clear()
    await cloud.passes()
    assert seen == [
        ["hp-1", "hp-2"],
        ["hp-1", "hp-2", None],
        ["hp-1", "hp-2", None, "hp-1", "hp-2"],
    ]
    await asyncio.gather(*calls)


async def test_what_is_ahead_waits_for_nothing_more(cloud: Cloud) -> None:
    """A change that others have to wait for goes at once: it can take no more company."""
    calls = [cloud.put("hp-1", COLD), cloud.put(None, WATER)]
    await cloud.turns(5)
    assert cloud.sent == [("hp-1", COLD)]
    calls.append(cloud.put("hp-1", FLEX))
    await cloud.passes()
    assert cloud.sent == [("hp-1", COLD), (None, WATER), ("hp-1", FLEX)]
    await asyncio.gather(*calls)


# Late binding


async def test_computed_when_it_is_sent(cloud: Cloud) -> None:
    """What is computed is computed after all that is ahead, and takes no company."""
    state = {"value": COLD}

    async def compute() -> Settings:
        await cloud.turns(1)
        return state["value"]

    cloud.open.clear()
    calls = [cloud.put("hp-1", WATER)]
    await cloud.passes()
    calls.append(asyncio.create_task(cloud.queue.put_computed("hp-1", compute)))
    await cloud.passes()
    calls.append(cloud.put("hp-1", FLEX))
    await cloud.passes(1)
    assert cloud.sent == [("hp-1", WATER)]
    assert cloud.queue.pending("hp-1") == WATER.merged_with(FLEX)
    state["value"] = WARM
    cloud.open.set()
    await cloud.passes()
    assert cloud.sent == [("hp-1", WATER), ("hp-1", WARM), ("hp-1", FLEX)]
    await asyncio.gather(*calls)


async def test_computed_waits_for_no_company(cloud: Cloud) -> None:
    """With nothing ahead it goes at once."""

    async def compute() -> Settings:
        return COLD

    call = asyncio.create_task(cloud.queue.put_computed("hp-1", compute))
    await cloud.turns(5)
    assert cloud.sent == [("hp-1", COLD)]
    assert cloud.by_hand == [False]
    await call


# Callers


@pytest.mark.parametrize("moment", ["collecting", "in flight", "behind another"])
async def test_cancelled_caller(cloud: Cloud, moment: str) -> None:
    """Who leaves takes nothing back."""
    cloud.open.clear()
    first = cloud.put("hp-1", WATER) if moment == "behind another" else None
    await cloud.passes()
    call = cloud.put("hp-1", COLD)
    await cloud.turns()
    if moment == "in flight":
        await cloud.passes()
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call
    cloud.open.set()
    await cloud.passes()
    assert ("hp-1", COLD) in cloud.sent
    if first is not None:
        await first
    assert cloud.queue.waiting == 0


async def test_cancelled_caller_and_an_error(cloud: Cloud) -> None:
    """An error that nobody waits for is not reported as one that was forgotten."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, it: heard.append(it))
    cloud.error = UncertainError(RuntimeError())
    call = cloud.put("hp-1", COLD)
    await cloud.turns()
    call.cancel()
    await cloud.passes()
    assert len(cloud.sent) == 1
    # Nothing else keeps it.
    cloud.error = None
    del call
    gc.collect()
    assert heard == []


async def test_handler_that_raises(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody has thought of is an unknown outcome for every caller, and stops nothing that comes after."""
    cloud.error = RuntimeError("key 1234 is not 1234")
    calls = [cloud.put("hp-1", COLD), cloud.put("hp-1", WATER)]
    await cloud.passes()
    for call in calls:
        with pytest.raises(UncertainError) as raised:
            await call
        assert raised.value.last is cloud.error
    assert "Unexpected RuntimeError" in caplog.text
    assert "1234" not in caplog.text
    cloud.error = None
    call = cloud.put("hp-1", FLEX)
    await cloud.passes()
    await call


async def test_handler_that_forgets_somebody(clock: FrozenDateTimeFactory) -> None:
    """No caller waits for ever, whatever the handler does."""

    async def forget(batch: Batch) -> None:
        batch.changes[0].succeed()
        # The first outcome counts.
        batch.changes[0].fail(UncertainError(RuntimeError()))
        batch.changes[0].succeed()

    cloud = Cloud(clock)
    cloud.queue = WriteQueue(forget, asyncio.ensure_future)
    calls = [cloud.put("hp-1", COLD), cloud.put("hp-1", WATER)]
    await cloud.passes()
    await calls[0]
    with pytest.raises(StoppedError):
        await calls[1]


# Ending


async def test_drain(cloud: Cloud) -> None:
    """At an end everything goes at once that is waiting, in order; nothing is taken any more."""
    cloud.open.clear()
    calls = [cloud.put("hp-1", COLD)]
    await cloud.passes()
    calls += [cloud.put("hp-1", WATER), cloud.put(None, FLEX)]
    await cloud.turns()
    draining = asyncio.create_task(cloud.queue.drain())
    await cloud.turns()
    with pytest.raises(StoppedError):
        await cloud.queue.put("hp-1", WARM)
    with pytest.raises(StoppedError):
        await cloud.queue.put_computed("hp-1", asyncio.Future)
    for number in (1, 2, 3):
        await cloud.turns(30)
        assert not draining.done()
        assert [target for target, _ in cloud.sent] == ["hp-1", "hp-1", None][:number]
        # Only what is in flight now is answered.
        cloud.open.set()
        cloud.open.clear()
    await draining
    await asyncio.gather(*calls)


async def test_drain_of_nothing(cloud: Cloud) -> None:
    """An empty queue is at its end at once, also for the second time."""
    await cloud.queue.drain()
    await cloud.queue.drain()


async def test_drain_takes_a_limited_time(cloud: Cloud) -> None:
    """What is not there after ten seconds is given up, and its callers are told, those behind it too."""
    cloud.open.clear()
    calls = [cloud.put("hp-1", COLD)]
    await cloud.passes()
    calls.append(cloud.put("hp-1", WATER))
    draining = asyncio.create_task(cloud.queue.drain())
    await cloud.passes(DRAIN - 1, step=0.5)
    assert not draining.done()
    await cloud.passes(2, step=0.5)
    await draining
    for call in calls:
        with pytest.raises(StoppedError):
            await call
    await cloud.turns()
    assert cloud.in_flight == 0
    assert [change for _, change in cloud.sent] == [COLD]
