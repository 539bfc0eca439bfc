"""The demo at a terminal: what scripts/develop starts once everything is installed."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
import fcntl
import json
import os
from pathlib import Path
import shutil
import signal
import sys
from typing import Final, NoReturn, override
import webbrowser

import aiohttp

from homeassistant.generated.languages import LANGUAGES

from .configuration import Units
from .errors import DemoError
from .house import DASHBOARD, DOMAIN, House
from .paths import DEV
from .ports import HOST, check_port
from .simulated import HEAT_PUMP, HOME, KEY, NEIGHBOUR, SimulatedCloud
from .terminal import complain, say, step, styled

_UNITS: Final[dict[str, Units]] = {"metric": "metric", "us": "us_customary"}


class _Parser(argparse.ArgumentParser):
    """Leaves the help to scripts/develop, where the options are described."""

    @override
    def error(self, message: str) -> NoReturn:
        raise DemoError(
            f"scripts/develop: {message}.", "scripts/develop --help tells the options."
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="scripts/develop", add_help=False, allow_abbrev=False)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--cloud", action="store_true")
    parser.add_argument("--two", action="store_true")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--port", type=_port, default=8123)
    parser.add_argument("--simulator-port", type=_port, default=8124)
    parser.add_argument("--language", type=_language)
    parser.add_argument("--units", choices=list(_UNITS))
    options = parser.parse_args(arguments)
    if options.cloud and options.two:
        parser.error(
            "--two is for simulated heat pumps, and with --cloud there are none"
        )
    if not options.cloud and options.port == options.simulator_port:
        parser.error(
            f"Home Assistant and the simulator cannot both have port {options.port}"
        )
    return options


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is not a port (1 to 65535)")
    return port


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a language of Home Assistant's, as en, nl or pt-BR are"
        )
    return text


class _Notes:
    """What is to be known at the next start, in a file."""

    def __init__(self, file: Path) -> None:
        """Read what is there."""
        self._file = file
        self._values: dict[str, str] = {}
        # Without it the demo finds out again what it can.
        with suppress(FileNotFoundError, ValueError):
            self._values = json.loads(file.read_text(encoding="utf-8"))

    def __getitem__(self, name: str) -> str | None:
        """Return a note; None = there is none."""
        return self._values.get(name)

    def keep(self, **values: str) -> None:
        """Add notes, or replace them."""
        self._values |= values
        self._file.write_text(json.dumps(self._values, indent=2), encoding="utf-8")


class _Demo:
    """One run: children are started in it, and ended with it."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Say where it lives; nothing is written or started yet."""
        self._options = options
        # A house each, so that nothing has to be taken out of one.
        self._name = (
            "demo-cloud" if options.cloud else "demo-two" if options.two else "demo"
        )
        self._folder = DEV / self._name
        self._house: House | None = None
        self._cloud: SimulatedCloud | None = None

    async def run(self) -> None:
        """Run until Home Assistant ends, or the task is cancelled. Raises DemoError."""
        options = self._options
        with _only_one(DEV / f"{self._name}.lock", f"http://{HOST}:{options.port}"):
            check_port(options.port, "--port", "Home Assistant")
            if not options.cloud:
                check_port(options.simulator_port, "--simulator-port", "the simulator")
            if options.fresh:
                shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            notes = _Notes(self._folder / "notes.json")
            async with AsyncExitStack() as stack:
                stack.push_async_callback(self._stop)
                if not options.cloud:
                    cloud = SimulatedCloud(
                        self._folder,
                        options.simulator_port,
                        heat_pumps=2 if options.two else 1,
                    )
                    self._cloud = cloud
                    async with step("Starting the simulated cloud"):
                        await cloud.start()
                house = await self._make_ready(notes)
                say(self._welcome(house))
                if options.open:
                    webbrowser.open(self._first_page(house))
                await self._watch(house)

    async def _make_ready(self, notes: _Notes) -> House:
        """Return a house that somebody can walk into. What was chosen at an earlier start stays."""
        language = self._options.language or notes["language"] or "en"
        units = self._options.units or notes["units"] or "metric"
        house = House(
            self._folder / "config",
            port=self._options.port,
            language=language,
            units=_UNITS[units],
        )
        self._house = house
        try:
            await self._open(house, notes, language, units)
            if self._cloud is not None and house.api.logged_in:
                await _connect(
                    house, self._cloud, notes, HEAT_PUMP if self._options.two else None
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise house.failure("Home Assistant does not answer any more.") from error
        return house

    async def _open(
        self, house: House, notes: _Notes, language: str, units: str
    ) -> None:
        """Start Home Assistant, and move in where nobody has."""
        async with step("Starting Home Assistant"):
            await house.start()
            new = await house.is_new()
            # After a failed login Home Assistant warns its user of an intruder: once is enough.
            if not new and notes["password"] != "changed":
                await house.move_in()
                notes.keep(password="known" if house.api.logged_in else "changed")
        if new:
            async with step("Moving in"):
                await house.move_in()
        elif house.api.logged_in and (notes["language"], notes["units"]) != (
            language,
            units,
        ):
            async with step("Changing language and units"):
                await house.furnish()
                for entry in await house.entries():
                    await house.reload(entry["entry_id"])
        notes.keep(language=language, units=units)

    async def _watch(self, house: House) -> None:
        """Wait until one of the children ends. Raises DemoError where that was not meant."""
        watched = [asyncio.ensure_future(house.wait())]
        if self._cloud is not None:
            watched.append(asyncio.ensure_future(self._cloud.child.wait()))
        try:
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in watched:
                each.cancel()
        if self._cloud is not None and not self._cloud.child.running:
            raise self._cloud.failure("The simulator has ended by itself.")
        if watched[0].result() != 0:
            raise house.failure("Home Assistant has ended by itself.")
        say("Home Assistant was stopped from its own pages.")

    async def _stop(self) -> None:
        """End what runs: first the house, which may have something to send to the cloud."""
        started = [each for each in (self._house, self._cloud) if each is not None]
        async with AsyncExitStack() as stack:
            if any(each.child.running for each in started):
                await stack.enter_async_context(step("Stopping"))
            for each in started:
                await each.stop()

    def kill(self) -> None:
        """End every child at once: somebody is in a hurry."""
        for each in (self._house, self._cloud):
            if each is not None:
                each.child.kill()

    def _first_page(self, house: House) -> str:
        """Return what is looked at first: the dashboard, where there is one."""
        return house.url if self._cloud is None else f"{house.url}/{DASHBOARD}"

    def _welcome(self, house: House) -> str:
        """Return what somebody needs to know now."""
        page = f"{house.url}/config/integrations/integration/{DOMAIN}"
        ready = styled("Home Assistant is ready:", "bold")
        lines = ["", f"{ready} {self._first_page(house)}"]
        if house.api.logged_in:
            lines.append(f"Login: {house.username}, password: {house.password}")
        else:
            lines.append("Login: as you have set it.")
        lines.append("")
        if self._cloud is None:
            lines += [
                "There is no simulator: connect your own heat pump with the key from your energy supplier, in",
                f"  {house.url}/config/integrations/dashboard/add?domain={DOMAIN}",
                f"Home and key stay in {self._folder}, which only --fresh empties.",
            ]
        else:
            control = f"{self._cloud.url}/_simulator"
            count = "two heat pumps" if self._options.two else "one heat pump"
            lines += [
                f"The simulated cloud with {count}: {self._cloud.url}, user ID {HOME}, API key {KEY}",
                f"To connect another home yourself: Add integration, Heat Pump Steering, API key {KEY},",
                f"user ID {NEIGHBOUR}, and for the server type {self._cloud.url} and choose “Add custom item”:",
                "the one that is filled in is the real cloud.",
                "",
                "To try:",
                "  The room's temperature, a price of electricity, solar power and a window to move by hand: the overview",
                f"    {house.url}/home",
                "  The blueprints, which are imported",
                f"    {house.url}/config/blueprint/dashboard",
                "  The heat pump and everything that can be set",
                f"    {page}",
                "  What has arrived at the cloud, after you set something",
                f"    curl -s {control}/heat-pumps",
                "  Somebody sets 19 °C with the supplier's app: seen at the next poll, within five minutes",
                f"    curl -X POST {control}/heat-pumps/{HEAT_PUMP}/settings \\",
                '      -d \'{"settings": {"room": {"preferred_temperature": 19}}}\'',
                "  A bad day: the cloud answers 503 until the weather is cleared",
                f"    curl -X POST {control}/weather -d '{{\"status\": 503}}'",
                f"    curl -X DELETE {control}/weather",
                "  The key is withdrawn, and good again",
                f"    curl -X PUT '{control}/suppliers/Demo%20Energy' -d '{{\"keys\": [\"another-key\"]}}'",
                f"    curl -X PUT '{control}/suppliers/Demo%20Energy' -d '{{\"keys\": [\"{KEY}\"]}}'",
            ]
        lines += ["", f"Log: {house.child.output}", "Ctrl+C ends it."]
        return "\n".join(lines)


async def _connect(
    house: House, cloud: SimulatedCloud, notes: _Notes, heat_pump: str | None
) -> None:
    """Connect what there is, or see to it that it finds the cloud; `heat_pump` is the first one where there are several."""
    entry_id = notes["entry_id"]
    if entry_id is None:
        async with step("Adding heat pump, dashboard and blueprints"):
            entries = await house.entries()
            entry_id = (
                entries[0]["entry_id"] if entries else await house.connect(cloud.url)
            )
            await house.pick_room_sensor(entry_id, heat_pump, await house.thermometer())
            await house.feature()
            await house.add_own_dashboard()
            await house.import_blueprints()
            notes.keep(entry_id=entry_id, cloud=cloud.url)
    elif entry_id not in {entry["entry_id"] for entry in await house.entries()}:
        say(
            "The home was removed earlier: add it again by hand, or start over with --fresh."
        )
    elif notes["cloud"] != cloud.url:
        async with step("Telling the house the simulator's new address"):
            await house.move_cloud(entry_id, cloud.url)
            notes.keep(cloud=cloud.url)


@contextmanager
def _only_one(file: Path, url: str) -> Iterator[None]:
    """Hold a lock, which ends with this program however that ends. Raises DemoError where another one holds it."""
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DemoError(
                f"The demo is running already: {lock.read().strip()}.",
                "End it first with Ctrl+C at its terminal.",
            ) from None
        lock.truncate(0)
        lock.write(f"{url} (process {os.getpid()})\n")
        lock.flush()
        yield


async def _main(arguments: Sequence[str] | None) -> int:
    try:
        demo = _Demo(_options(arguments))
    except DemoError as error:
        complain(error)
        return 2
    task = asyncio.current_task()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if interrupted:
            demo.kill()
        elif task is not None:
            interrupted = True
            say()
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupt)
    try:
        await demo.run()
    except asyncio.CancelledError:
        if not interrupted:
            raise
    except DemoError as error:
        complain(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(None)))
