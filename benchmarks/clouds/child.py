"""A cloud in a process of its own, so that what it costs is not counted."""

import asyncio
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

from .cloud import Cloud, Request
from .fumis import FumisCloud
from .heat_pumps import HeatPumpCloud
from .sensibo import SensiboCloud
from .trmnl import TrmnlCloud

CLOUDS: Final[dict[str, Callable[[int], Cloud]]] = {
    "heatpump_steering": HeatPumpCloud,
    "sensibo": SensiboCloud,
    "fumis": FumisCloud,
    "trmnl": TrmnlCloud,
}
"""By the domain of the integration that talks to it."""


def serve(domain: str, devices: int, pipe: Connection) -> None:
    """Run a cloud until the other end of the pipe is closed; send its address first, then what is asked."""
    asyncio.run(_serve(CLOUDS[domain](devices), pipe))


async def _serve(cloud: Cloud, pipe: Connection) -> None:
    over = asyncio.Event()

    def answer() -> None:
        try:
            name, arguments = pipe.recv()
        except EOFError:
            over.set()
            return
        pipe.send(getattr(cloud, name)(*arguments))

    pipe.send(await cloud.start())
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), answer)
    await over.wait()
    loop.remove_reader(pipe.fileno())
    await cloud.stop()


class DistantCloud:
    """The other end of the pipe. Asking blocks for the moment it takes: ask between measurements only."""

    def __init__(self, pipe: Connection) -> None:
        """Wait for the cloud to be there."""
        self._pipe = pipe
        self.url: str = pipe.recv()

    def _ask(self, name: str, *arguments: Any) -> Any:
        self._pipe.send((name, arguments))
        return self._pipe.recv()

    def requests(self) -> list[Request]:
        """Return what has come in since the last `forget`, in that order."""
        found: list[Request] = self._ask("requests")
        return found

    def forget(self) -> None:
        """Forget what has come in."""
        self._ask("forget")

    def delay(self, low: float, high: float) -> None:
        """Let every request take so many seconds longer before it takes effect, by the dice between two numbers."""
        self._ask("delay", low, high)

    def change(self, device: int) -> None:
        """Change one setting of a device, as somebody does with the manufacturer's app."""
        self._ask("change", device)

    def held(self, device: int) -> float:
        """Return the setting that the harness drags a slider of."""
        found: float = self._ask("held", device)
        return found
