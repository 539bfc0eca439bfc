"""A small cloud: devices as JSON, answered over HTTP."""

from abc import abstractmethod
import asyncio
import random
from time import monotonic
from typing import Any, override

from aiohttp import web

from .cloud import Cloud, Request

type Device = dict[str, Any]


class StubCloud(Cloud):
    """Knows of each device what the integration's client library reads, and no more."""

    def __init__(self, devices: int) -> None:
        """Make the devices."""
        self._devices = [self._device(number) for number in range(devices)]
        self._requests: list[Request] = []
        self._delay = (0.0, 0.0)
        self._dice = random.Random(0)  # noqa: S311 - the same jitter in each run is the point
        self._runner: web.AppRunner | None = None

    @abstractmethod
    def _device(self, number: int) -> Device:
        """Return a device as it is at first."""

    @abstractmethod
    def _add_routes(self, router: web.UrlDispatcher) -> None:
        """Say what is answered."""

    @override
    async def start(self) -> str:
        """Listen."""
        app = web.Application(middlewares=[self._note_and_delay])
        self._add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @web.middleware
    async def _note_and_delay(
        self, request: web.Request, handler: Any
    ) -> web.StreamResponse:
        self._requests.append(Request(monotonic(), request.method, request.path))
        await request.read()
        await asyncio.sleep(self._dice.uniform(*self._delay))
        response: web.StreamResponse = await handler(request)
        return response

    @override
    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    @override
    def requests(self) -> list[Request]:
        """Return what has come in."""
        return list(self._requests)

    @override
    def forget(self) -> None:
        """Forget what has come in."""
        self._requests.clear()

    @override
    def delay(self, low: float, high: float) -> None:
        """Slow down."""
        self._delay = (low, high)
