"""The simulator as a whole: the cloud on a port of this machine."""

from collections.abc import Callable
import logging
from types import TracebackType
from typing import Final, Self, override

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from .clock import Clock, SystemClock
from .cloud import Cloud
from .control import PREFIX, Control
from .public import PublicApi
from .state import SimulatedCloud

_LOGGER = logging.getLogger(__name__)


class _WithoutQuotes(logging.Filter):
    """aiohttp quotes a malformed header, which may be the one with the key: say that it was malformed, no more."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            record.exc_info = None
            record.exc_text = None
        return True


_LOGGER.addFilter(_WithoutQuotes())

_PATIENCE: Final = 1.0
"""Seconds that connections get to end by themselves when the server stops. Nothing is being answered by then."""


class Simulator(SimulatedCloud):
    """A stand-in for the cloud. An async context manager; can be stopped and started again."""

    def __init__(
        self, *, fill: Callable[[Cloud], None] | None = None, clock: Clock | None = None
    ) -> None:
        """Make a cloud, empty or as `fill` makes it; that is also what `reset` goes back to."""
        super().__init__(fill=fill, clock=clock or SystemClock())
        self._public = PublicApi(self.cloud, self.behaviour, self.weather, self.journal)
        self._runner: web.AppRunner | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Return the address, without a slash at its end. Raises RuntimeError before the first start."""
        if self._url is None:
            raise RuntimeError("the simulator has not been started")
        return self._url

    @property
    def port(self) -> int:
        """Return the port of the last start, to start on again. Raises RuntimeError before the first start."""
        return int(self.url.rpartition(":")[2])

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 = any free one. Raises OSError where the port is taken, RuntimeError when it is running."""
        if self._runner is not None:
            raise RuntimeError("the simulator is running")
        app = web.Application()
        Control(self).add_to(app.router)
        app.router.add_route("*", "/{path:.*}", self._public.handle)

        async def prepare(request: web.Request, response: web.StreamResponse) -> None:
            if not request.path.startswith(PREFIX):
                await self._public.prepare(request, response)

        app.on_response_prepare.append(prepare)
        # Handlers learn that a client has left; no access log, for it would be the only place with a foreign URL in it.
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=_LOGGER,
            handler_cancellation=True,
            shutdown_timeout=_PATIENCE,
        )
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and close every connection; requests on their way get no answer. What is held stays known."""
        if (runner := self._runner) is None:
            return
        self._runner = None
        for site in list(runner.sites):
            await site.stop()
        await self._public.close()
        await runner.cleanup()

    @override
    def reset(self) -> None:
        """Go back to the starting state. RequestLog on their way get no answer."""
        self._public.abandon()
        super().reset()

    async def __aenter__(self) -> Self:
        """Start on any free port."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()
