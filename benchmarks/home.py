"""Home Assistant in this process, with a clock that can be put forward and no way out but to 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import logging
from pathlib import Path
import socket
from tempfile import TemporaryDirectory
from time import monotonic
from types import MappingProxyType
from typing import Any, Final, override
from unittest.mock import Mock, patch

from aiohttp import ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from homeassistant import block_async_io, bootstrap, loader
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntries,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import aiohttp_client, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component

HERE: Final = "127.0.0.1"

# How far the clock is put forward at a time, in seconds: polls come late by half of it on average.
STEP: Final = 1.0


# A custom integration is one, packages that only make a browser's downloads smaller are not installed, and a thousand
# devices have more entities than Home Assistant lets one account have.
_EXPECTED: Final = (
    "We found a custom integration",
    "zlib_ng and isal are not available",
    "Reached the maximum of",
)


class Clock:
    """The event loop's time, which goes on by itself and can be put forward."""

    def __init__(self) -> None:
        """Start with the machine's own."""
        self._ahead = 0.0

    def __call__(self) -> float:
        """Return seconds that never run backwards."""
        return monotonic() + self._ahead

    def put_forward(self, seconds: float) -> None:
        """Let time pass at once: what was to happen in it is due now."""
        self._ahead += seconds


class Warnings(logging.Handler):
    """What was logged as a warning or worse."""

    def __init__(self) -> None:
        """Start without any."""
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep the text, with the traceback where there is one."""
        self.lines.append(logging.Formatter().format(record))

    @property
    def blocking_calls(self) -> int:
        """Return how many calls Home Assistant has caught that block the event loop."""
        return sum("blocking call" in line for line in self.lines)

    @property
    def others(self) -> list[str]:
        """Return the lines that nobody expects in a benchmark."""
        return [
            line
            for line in self.lines
            if "blocking call" not in line and not line.startswith(_EXPECTED)
        ]


def entry_of(
    domain: str, data: Mapping[str, Any], *, unique_id: str, version: int
) -> ConfigEntry[Any]:
    """Return a config entry as the end of a config flow makes it."""
    return ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=1,
        options={},
        source=SOURCE_USER,
        subentries_data=None,
        title=domain,
        unique_id=unique_id,
        version=version,
    )


class Home:
    """A running Home Assistant."""

    def __init__(self, hass: HomeAssistant, clock: Clock, warnings: Warnings) -> None:
        """Know it and its clock."""
        self.hass = hass
        self.warnings = warnings
        self._clock = clock

    async def add(
        self, domain: str, data: Mapping[str, Any], *, unique_id: str, version: int
    ) -> None:
        """Connect an account, as the end of a config flow does."""
        entry = entry_of(domain, data, unique_id=unique_id, version=version)
        await self.hass.config_entries.async_add(entry)
        if entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(f"{domain}: {entry.state}, {self.warnings.lines}")

    def find(self, platform: str, domain: str, unique_id: str) -> str | None:
        """Return the entity with a unique id."""
        return er.async_get(self.hass).async_get_entity_id(platform, domain, unique_id)

    async def settle(self) -> None:
        """Wait until nothing is going on."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, step by step."""
        left = seconds
        while left > 0:
            self._clock.put_forward(min(STEP, left))
            left -= STEP
            # Once for the timers that are due, once for what they start.
            await asyncio.sleep(0)
            await self.settle()


def redirected(cloud: str) -> Any:
    """Let every session talk to a cloud on this machine, whatever the client library wants."""
    address = URL(cloud)

    def build_url(_: ClientSession, wanted: str | URL) -> URL:
        url = URL(wanted)
        if url.host != HERE:
            url = url.with_scheme(address.scheme).with_host(HERE)
        return url.with_port(address.port)

    return patch.object(ClientSession, "_build_url", build_url)


class NoWayOut(AbstractResolver):
    """Knows no host by name."""

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Refuse."""
        raise OSError(f"{host} is not on this machine")

    @override
    async def close(self) -> None:
        """Nothing is open."""

    async def real_close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def started(cloud: str) -> AsyncIterator[Home]:
    """Start Home Assistant, without recorder and frontend and with every entity enabled; requests go to the cloud."""
    warnings = Warnings()
    logging.getLogger().addHandler(warnings)
    logging.getLogger().setLevel(logging.WARNING)
    clock = Clock()
    asyncio.get_running_loop().time = clock  # type: ignore[method-assign]
    with (
        TemporaryDirectory() as folder,
        redirected(cloud),
        patch.object(aiohttp_client, "_async_make_resolver", lambda hass: NoWayOut()),
        patch.object(Entity, "entity_registry_enabled_default", True),
    ):
        hass = HomeAssistant(folder)
        (Path(folder) / ".storage").mkdir()
        loader.async_setup(hass)
        hass.config.skip_pip = True
        hass.config_entries = ConfigEntries(hass, {})
        await loader.async_get_custom_components(hass)
        await bootstrap.async_load_base_functionality(hass)
        # In a real home the web server has long been there when an integration is set up, so it is not measured.
        hass.http = Mock()
        hass.config.components.add("http")
        for component in ("homeassistant", "scene"):
            await async_setup_component(hass, component, {})
        block_async_io.enable()
        await hass.async_start()
        home = Home(hass, clock, warnings)
        await home.settle()
        yield home
        await hass.async_stop(force=True)
