"""A house and its cloud in one event loop, with a time that only moves when it is told to."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from copy import deepcopy
from datetime import timedelta
import logging
from typing import Any, override
from unittest.mock import Mock

from freezegun import freeze_time
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
    mock_storage,
)

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant import loader
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame, translation
from homeassistant.setup import async_setup_component
from homeassistant.util.file import WriteError
from simulator import Simulator
from simulator.weather import Rule

from ..house import KEY, USER, House

START = "2026-11-23 06:00:00+00:00"
# How long to wait for what needs no time: the loop's turns until a request over loopback has come and gone.
TURNS = 25
MOST_TURNS = 5000


class AtOnce(ThreadPoolExecutor):
    """An executor that does its work on the spot: a thread would take time that the clock does not show."""

    @override
    def submit[**P, T](
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Do it."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
            future.set_exception(error)
        return future


class Disk(dict[str, Any]):
    """What is in the files; while it is full, nothing more gets there."""

    is_full = False

    @override
    def __setitem__(self, key: str, value: Any) -> None:
        """Write a file."""
        if self.is_full:
            raise WriteError("No space left on device")
        super().__setitem__(key, value)


class Records(logging.Handler):
    """Every log line, to look through."""

    def __init__(self) -> None:
        """Start without any."""
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.records: list[logging.LogRecord] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep the whole text, tracebacks and all."""
        self.lines.append(logging.Formatter().format(record))
        self.records.append(record)


class World:
    """Runs Home Assistant and the simulator, step by step."""

    def __init__(self, *device_ids: str) -> None:
        """Start a cloud with these heat pumps, and a house that is connected to it."""
        self._stack = ExitStack()
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(AtOnce())
        asyncio.set_event_loop(self.loop)
        self.records = Records()
        logging.getLogger().addHandler(self.records)
        self.clock = self._stack.enter_context(freeze_time(START))
        self.storage = Disk()
        self._stack.enter_context(mock_storage(self.storage))
        self.cloud = Simulator()
        for device_id in device_ids:
            self.cloud.cloud.add_heat_pump(
                device_id, USER, key=KEY, brand="nibe", model="S735"
            )
        self.hass: HomeAssistant
        self.house: House
        self.run(self.cloud.start())
        self.run(self._start_home_assistant(None))

    def run[T](self, work: Awaitable[T]) -> T:
        """Run something that needs no time to pass."""

        async def wrapped() -> T:
            return await work

        return self.loop.run_until_complete(wrapped())

    async def _start_home_assistant(self, before: ConfigEntry | None) -> None:
        self._home_assistant = async_test_home_assistant()
        self.hass = await self._home_assistant.__aenter__()
        self.hass.import_executor.shutdown(wait=False)
        self.hass.import_executor = AtOnce()  # type: ignore[assignment]
        self.hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        frame.async_setup(self.hass)
        await async_setup_component(self.hass, "homeassistant", {})
        await self._furnish()
        self.house = House(self.hass, self.cloud)
        if before is None:
            await self.house.connect()
            return
        entry = MockConfigEntry(
            domain=DOMAIN,
            data=dict(before.data),
            options=dict(before.options),
            entry_id="home",
            title=USER,
        )
        entry.add_to_hass(self.hass)
        self.house.entry = entry
        # The files are not all there is of a house: it starts without what was registered.
        self.house.remember_home(before.data["user_id"])
        setup = self.loop.create_task(
            self.hass.config_entries.async_setup(entry.entry_id)
        )
        await self.pass_until(setup.done)
        await self.settle()

    async def _furnish(self) -> None:
        """Do what has to be done in the house before it is connected; here nothing."""

    async def _stop_home_assistant(self) -> None:
        stopping = self.loop.create_task(self.hass.async_stop(force=True))
        await self.pass_until(stopping.done)
        await stopping
        await self._home_assistant.__aexit__(None, None, None)

    async def restart(self, *, power_cut: bool = False, off: float = 0) -> None:
        """Stop Home Assistant and start it so many seconds later, with the same files.

        After a power cut, with the files from before it.
        """
        entry = self.house.entry
        files, rules = deepcopy(dict(self.storage)), self.cloud.weather.rules
        if power_cut:
            # What is torn down here would have been gone at once: nothing of it gets out any more.
            self.cloud.weather.replace([Rule(drop="before")])
        await self._stop_home_assistant()
        if power_cut:
            self.cloud.weather.replace(rules)
            self.storage.clear()
            self.storage.update(files)
        self.clock.tick(timedelta(seconds=off))
        # The cloud's clock is not put back with the house's.
        self.cloud.behaviour.clock_offset += max(0.0, -off)
        for file in ("", ".vacation"):
            stored = self.storage.pop(f"{DOMAIN}.{entry.entry_id}{file}", None)
            if stored is not None:
                stored["key"] = f"{DOMAIN}.home{file}"
                self.storage.update({stored["key"]: stored})
        await self._start_home_assistant(entry)

    async def reload(self) -> None:
        """Reload the entry; a failed setup is tried again by Home Assistant itself."""
        if self.house.entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            return
        work = self.loop.create_task(
            self.hass.config_entries.async_reload(self.house.entry.entry_id)
        )
        await self.pass_until(work.done)
        await work

    def close(self) -> None:
        """End it all."""
        self.cloud.reset()
        self.run(self._stop_home_assistant())
        self.run(self.cloud.stop())
        logging.getLogger().removeHandler(self.records)
        self._stack.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        asyncio.set_event_loop(None)
        # The test framework's mock of this remembers every Home Assistant that ever loaded a text.
        if isinstance(load := vars(translation)["_async_get_component_strings"], Mock):
            load.reset_mock()

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        quiet = 0
        seen = -1
        for _ in range(MOST_TURNS):
            await asyncio.sleep(0)
            now = len(self.cloud.journal) + len(self.cloud.journal.in_flight())
            quiet = quiet + 1 if now == seen else 0
            seen = now
            if quiet >= TURNS:
                return

    async def _pass_step(self, seconds: float) -> None:
        """Put the clock forward, and let happen what is due then; most of the time that is nothing."""
        self.clock.tick(timedelta(seconds=seconds))
        await asyncio.sleep(0)
        # This task is the first in a turn of the loop: what comes after it is what is due, or has been received.
        if vars(self.loop)["_ready"]:
            await self.settle()

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass, in steps."""
        left = seconds
        await self.settle()
        while left > 0:
            await self._pass_step(min(step, left))
            left -= step

    async def pass_until(
        self, reached: Callable[[], bool], limit: float = 200, step: float = 0.05
    ) -> None:
        """Let time pass until something is so; raises TimeoutError after `limit` seconds."""
        passed = 0.0
        await self.settle()
        while not reached():
            if passed > limit:
                raise TimeoutError(f"not so after {limit} s")
            await self._pass_step(step)
            passed += step
            # What has not happened soon will take a while: a pause, or a time limit.
            step = min(step * 1.05, 1.0)
