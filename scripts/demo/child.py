"""A program that runs beside this one and never outlives it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import signal
from typing import Final

# Waits for the end of its input, which comes when this program is gone, however it went. Then it ends the child.
_GUARD: Final = """
read -r _
kill -INT "$1" 2>/dev/null || exit 0
for _ in $(seq 300); do
  kill -0 "$1" 2>/dev/null || exit 0
  sleep 0.1
done
kill -KILL "$1"
"""


class Child:
    """A program as a subprocess in a session of its own, with its output in a file.

    In a session of its own, so that Ctrl+C at the terminal reaches only this program, which then ends its children
    one after the other.
    """

    def __init__(
        self,
        *command: str | Path,
        directory: Path,
        output: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the program; `start` starts it."""
        self._command = [str(part) for part in command]
        self._directory = directory
        self._environment = {**os.environ, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.subprocess.Process | None = None
        self.output = output

    @property
    def running(self) -> bool:
        """Return whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it. Its output begins with an empty file."""
        await self._dismiss_guard()
        with self.output.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._directory,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            _GUARD,
            "guard",
            str(self._process.pid),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def _dismiss_guard(self) -> None:
        if self._guard is None:
            return
        with suppress(ProcessLookupError):
            self._guard.kill()
        await self._guard.wait()
        self._guard = None

    async def wait(self) -> int:
        """Wait until it ends, and return its exit status."""
        if self._process is None:
            raise RuntimeError("not started")
        return await self._process.wait()

    async def stop(self, patience: float = 30) -> None:
        """End it as Ctrl+C would, and by force when that takes longer than `patience` seconds."""
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)
            try:
                async with asyncio.timeout(patience):
                    await self._process.wait()
            except TimeoutError:
                self.kill()
                await self._process.wait()
        await self._dismiss_guard()

    def kill(self) -> None:
        """End it at once, with everything it has started."""
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 20) -> str:
        """Return the end of its output, for a message."""
        try:
            text = self.output.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
