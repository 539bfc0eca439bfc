"""The simulator as a program beside Home Assistant."""

import asyncio
from pathlib import Path
import sys
from typing import Final

import aiohttp

from .child import Child
from .errors import DemoError
from .paths import ROOT
from .ports import HOST

KEY: Final = "demo-key"
HOME: Final = "demo-home"
HEAT_PUMP: Final = "demo-s735"
"""The simulator's demo home: the key it takes, its user, and the first of its heat pumps."""
NEIGHBOUR: Final = "neighbour-home"
"""The user of its other home, which has one heat pump."""

_PATIENCE: Final = 30.0


class SimulatedCloud:
    """`python -m simulator`, which keeps what is set in a file."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        heat_pumps: int,
        python: Path = Path(sys.executable),
    ) -> None:
        """Keep state and output in a folder that exists; the demo home has one heat pump, or two."""
        self.url = f"http://{HOST}:{port}"
        self._state = folder / "simulator.json"
        self.child = Child(
            python,
            "-m",
            "simulator",
            "--port",
            str(port),
            "--key",
            KEY,
            "--demo-home",
            HOME,
            "--heat-pumps",
            str(heat_pumps),
            "--state",
            self._state,
            directory=ROOT,
            output=folder / "simulator.log",
        )

    async def start(self) -> None:
        """Start it and wait until it answers. Raises DemoError."""
        await self.child.start()
        try:
            async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession() as session:
                while not await self._answers(session):
                    if not self.child.running:
                        raise self.failure("The simulator did not start.")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self.failure("The simulator does not answer.") from None

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/_simulator") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def stop(self) -> None:
        """End it."""
        await self.child.stop(patience=5)

    def failure(self, what: str) -> DemoError:
        """Return the error that shows what it said last."""
        return DemoError(
            what,
            f"It said last ({self.child.output}):\n{self.child.last_words()}\n"
            "If this does not tell: scripts/develop --fresh starts over.",
        )
