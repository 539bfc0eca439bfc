"""Home Assistant as a program that can lose its power at any moment, with a home of two heat pumps."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
import sys
from time import monotonic
from typing import Any, Final

import aiohttp

from scripts.demo import Child, DemoError
from scripts.demo.api import Api, ApiError
from scripts.demo.configuration import store
from scripts.demo.paths import CUSTOM_COMPONENTS
from scripts.demo.ports import HOST

DOMAIN: Final = "heatpump_steering"
KEY: Final = "power-cut-key"
USER: Final = "power-cut-home"
HEAT_PUMPS: Final = ("hp-1", "hp-2")

_STAND_INS: Final = Path(__file__).parent / "stand_ins"
_STARTS_WITHIN: Final = 60.0
_CONFIGURATION: Final = """\
logger:
  default: error
  logs:
    custom_components.heatpump_steering: warning
"""


class House:
    """A Home Assistant on 127.0.0.1 in a folder of its own, which outlives it."""

    def __init__(self, folder: Path, port: int) -> None:
        """Describe it; nothing is written or started yet."""
        self._folder = folder
        self._port = port
        self._api = Api(f"http://{HOST}:{port}")
        self._child: Child | None = None
        self._starts = 0
        self._entity_ids: dict[str, str] = {}
        self._entry_id = ""

    # Moving in

    async def move_in(self, cloud: str, vacation: Mapping[str, Any]) -> None:
        """Connect it to a cloud, choose what a vacation sets, and stop, so that all of it is on disk."""
        self._write_configuration()
        await self._api.__aenter__()
        await self.start()
        await self._api.create_owner("Owner", "owner", "owner", "en")
        await self._connect(cloud)
        await self._wait_until_loaded()
        await self._choose(vacation)
        await self._wait_until_loaded()
        registry = await self._api.command("config/entity_registry/list")
        self._entity_ids = {
            entity["unique_id"].removeprefix(f"{USER}/"): entity["entity_id"]
            for entity in registry
            if entity["platform"] == DOMAIN
        }
        await self._running.stop()

    def _write_configuration(self) -> None:
        (self._folder / ".storage").mkdir(parents=True)
        (self._folder / "configuration.yaml").write_text(
            _CONFIGURATION, encoding="utf-8"
        )
        (self._folder / "custom_components").symlink_to(CUSTOM_COMPONENTS)
        store(self._folder, "http", {"server_host": [HOST], "server_port": self._port})
        # Home Assistant's own look-out for other devices stays on this machine.
        store(self._folder, "core.network", {"configured_adapters": ["lo", "lo0"]})
        # This step is what adds a weather service, radio stations and a voice, all from the internet.
        store(self._folder, "onboarding", {"done": ["core_config"]}, version=4)

    async def _connect(self, cloud: str) -> None:
        result = await self._flow(
            "flow",
            {"handler": DOMAIN},
            {"api_key": KEY, "user_id": USER, "base_url": cloud},
        )
        self._entry_id = result["result"]["entry_id"]

    async def _choose(self, vacation: Mapping[str, Any]) -> None:
        await self._flow(
            "options/flow",
            {"handler": self._entry_id},
            {"next_step_id": "vacation"},
            {"welcome_home": {}, **vacation},
        )

    async def _flow(self, kind: str, *answers: Mapping[str, Any]) -> dict[str, Any]:
        path = f"/api/config/config_entries/{kind}"
        about, *rest = answers
        result: dict[str, Any] = await self._api.post(path, about)
        for answer in rest:
            result = await self._api.post(f"{path}/{result['flow_id']}", answer)
        if result["type"] != "create_entry":
            raise DemoError(f"A flow ended as {result}")
        return result

    async def _wait_until_loaded(self) -> None:
        path = f"/api/config/config_entries/entry?domain={DOMAIN}"
        deadline = monotonic() + _STARTS_WITHIN
        while [it["state"] for it in await self._api.get(path)] != ["loaded"]:
            if monotonic() > deadline:
                raise self._failure("The home does not load.")
            await asyncio.sleep(0.1)

    # Power

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError("not started")
        return self._child

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        await self.switch_on()
        deadline = monotonic() + _STARTS_WITHIN
        while not await self._answers():
            if not self._running.running or monotonic() > deadline:
                raise self._failure("Home Assistant does not start.")
            await asyncio.sleep(0.05)

    async def switch_on(self) -> None:
        """Start it, and wait for nothing."""
        if self._child is not None:
            # A program that is gone already; its guard goes too.
            await self._child.stop()
        self._starts += 1
        self._child = Child(
            sys.executable,
            "-m",
            "homeassistant",
            "--config",
            self._folder,
            "--skip-pip",
            "--log-no-color",
            directory=self._folder,
            # Of the last starts, for whoever looks into a bad outcome.
            output=self._folder / f"output-{self._starts % 8}.log",
            environment={"PYTHONPATH": str(_STAND_INS)},
        )
        await self._child.start()

    async def _answers(self) -> bool:
        try:
            async with self._api.session.get(
                "/manifest.json", timeout=aiohttp.ClientTimeout(total=5)
            ) as answer:
                return answer.ok
        except aiohttp.ClientError, TimeoutError:
            return False

    async def kill(self) -> None:
        """Take its power away, in the middle of whatever it does."""
        self._running.kill()
        await self._running.wait()

    async def leave(self) -> None:
        """End all that was started here."""
        await self._api.__aexit__()
        if self._child is not None:
            self._child.kill()
            await self._child.stop()

    def _failure(self, what: str) -> DemoError:
        return DemoError(f"{what} It said last:\n{self._running.last_words(40)}")

    # Living in it

    async def call(self, action: str, key: str | None, **data: Any) -> str:
        """Call an action, at an entity by its key ("hp-1/schedule", of the home "/vacation"); returns "" or what Home Assistant objects to.

        Raises ConnectionError where the power goes before an answer comes.
        """
        if key is not None:
            data["entity_id"] = self._entity_ids[key]
        try:
            await self._api.post(f"/api/services/{action.replace('.', '/')}", data)
        except ApiError as error:
            return error.what
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError from error
        return ""

    async def states(self) -> dict[str, str]:
        """Return the states of the home's entities by their keys, as far as they are there already."""
        try:
            found = await self._api.get("/api/states")
        except aiohttp.ClientError, TimeoutError, DemoError:
            # While it is starting, it does not know anybody yet.
            return {}
        by_id = {state["entity_id"]: state["state"] for state in found}
        return {
            key: by_id[entity_id]
            for key, entity_id in self._entity_ids.items()
            if entity_id in by_id
        }

    def on_disk(self) -> str:
        """Return what is on disk of the home; the key is elsewhere."""
        path = self._folder / ".storage" / f"{DOMAIN}.{self._entry_id}"
        if not path.exists():
            return "nothing"
        return json.dumps(json.loads(path.read_text(encoding="utf-8"))["data"])
