"""Home Assistant as a program: an action goes in by its websocket, and the request comes out at the cloud."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
import json
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final, Self

import aiohttp

from homeassistant.config_entries import STORAGE_VERSION, STORAGE_VERSION_MINOR
from scripts.demo.api import Api
from scripts.demo.configuration import store
from scripts.demo.paths import ROOT
from scripts.demo.ports import HOST, free_port

from .home import entry_of

CUSTOM_COMPONENTS: Final = ROOT / "custom_components"
_STARTS_WITHIN: Final = 60.0
_PAUSE: Final = 0.1


class Entries:
    """Config entries for the disk, before the program starts."""

    def __init__(self) -> None:
        """Start without any."""
        self.entries: list[dict[str, Any]] = []

    async def add(
        self, domain: str, data: Mapping[str, Any], *, unique_id: str, version: int
    ) -> None:
        """Add one."""
        entry = entry_of(domain, data, unique_id=unique_id, version=version)
        self.entries.append(json.loads(json.dumps(entry.as_dict(), default=str)))


class Program:
    """A running one, and a person who is logged in."""

    def __init__(self, process: Popen[bytes], api: Api) -> None:
        """Know the process and its API."""
        self._process = process
        self._api = api
        self._socket: aiohttp.ClientWebSocketResponse
        self._number = 0
        self._entities: dict[tuple[str, str, str], str] = {}

    def find(self, platform: str, domain: str, unique_id: str) -> str | None:
        """Return the entity with a unique id."""
        return self._entities.get((platform, domain, unique_id))

    async def enter(self, domain: str, entries: int) -> Self:
        """Wait until all accounts are there, and look up their entities."""
        path = f"/api/config/config_entries/entry?domain={domain}"
        deadline = monotonic() + _STARTS_WITHIN
        while [it["state"] for it in await self._api.get(path)] != ["loaded"] * entries:
            if monotonic() > deadline:
                raise RuntimeError(f"{domain} does not load")
            await asyncio.sleep(_PAUSE)
        self._socket = await self._api.connect()
        for it in await self._ask("config/entity_registry/list"):
            key = (it["entity_id"].partition(".")[0], it["platform"], it["unique_id"])
            self._entities[key] = it["entity_id"]
        return self

    async def call(self, *actions: tuple[str, Mapping[str, Any]]) -> float:
        """Call actions by messages that follow each other at once; returns when the first was sent, after all have ended."""
        waiting = set()
        began = monotonic()
        for action, data in actions:
            domain, _, name = action.partition(".")
            waiting.add(
                await self._send(
                    "call_service", domain=domain, service=name, service_data=dict(data)
                )
            )
        while waiting:
            waiting.discard(await self._result())
        return began

    async def states(self) -> dict[str, str]:
        """Return the states of all entities."""
        return {
            it["entity_id"]: it["state"] for it in await self._api.get("/api/states")
        }

    def collect_with(self, quiet: float, turns: int) -> None:
        """Let our integration collect with another window."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{quiet} {turns}\n".encode())
        self._process.stdin.flush()

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()

    async def _send(self, kind: str, **values: Any) -> int:
        self._number += 1
        await self._socket.send_json({"id": self._number, "type": kind, **values})
        return self._number

    async def _ask(self, kind: str) -> Any:
        await self._send(kind)
        answer = await self._socket.receive_json()
        return answer["result"]

    async def _result(self) -> int:
        """Return which message was answered; raises RuntimeError where it failed."""
        answer = await self._socket.receive_json()
        if not answer["success"]:
            raise RuntimeError(str(answer["error"]))
        number: int = answer["id"]
        return number


@asynccontextmanager
async def running(
    domain: str, entries: list[dict[str, Any]], cloud: str
) -> AsyncIterator[Program]:
    """Start Home Assistant as a program with these config entries, and end it."""
    port = free_port()
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write_configuration(folder, port, entries)
        async with Api(f"http://{HOST}:{port}") as api:
            with _started(folder, cloud) as process:
                await _wait_until_it_answers(api, process, folder)
                await api.create_owner("Owner", "owner", "owner", "en")
                program = await Program(process, api).enter(domain, len(entries))
                yield program
                await program.close()


@contextmanager
def _started(folder: Path, cloud: str) -> Iterator[Popen[bytes]]:
    with (
        (folder / "output.log").open("wb") as output,
        Popen(
            [sys.executable, "-m", "benchmarks.program_child", folder, cloud],
            cwd=ROOT,
            stdin=PIPE,
            stdout=output,
            stderr=STDOUT,
        ) as process,
    ):
        try:
            yield process
        finally:
            # Nothing in it is wanted any more.
            process.kill()


def _write_configuration(
    folder: Path, port: int, entries: list[dict[str, Any]]
) -> None:
    (folder / ".storage").mkdir()
    (folder / "configuration.yaml").write_text(
        "logger:\n  default: error\nscene:\nscript:\n", encoding="utf-8"
    )
    (folder / "custom_components").symlink_to(CUSTOM_COMPONENTS)
    store(folder, "http", {"server_host": [HOST], "server_port": port})
    # Home Assistant's own look-out for other devices stays on this machine.
    store(folder, "core.network", {"configured_adapters": ["lo"]})
    # This step is what adds a weather service, radio stations and a voice, all from the internet.
    store(folder, "onboarding", {"done": ["core_config"]}, version=4)
    store(
        folder,
        "core.config_entries",
        {"entries": entries},
        version=STORAGE_VERSION,
        minor_version=STORAGE_VERSION_MINOR,
    )


async def _wait_until_it_answers(api: Api, process: Popen[bytes], folder: Path) -> None:
    deadline = monotonic() + _STARTS_WITHIN
    while True:
        try:
            async with api.session.get("/manifest.json") as answer:
                if answer.ok:
                    return
        except aiohttp.ClientError:
            pass
        if process.poll() is not None or monotonic() > deadline:
            said = (folder / "output.log").read_text(encoding="utf-8")
            raise RuntimeError(f"Home Assistant does not start: {said[-2000:]}")
        await asyncio.sleep(_PAUSE)
