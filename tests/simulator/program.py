"""`python -m simulator` as a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import re
import signal
import subprocess
import sys
from typing import IO, Any
import urllib.request

ROOT = Path(__file__).parents[2]
PATIENCE = 30
"""Seconds after which a process that does not end is a failure."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running simulator."""

    process: subprocess.Popen[str]
    output: IO[str]
    url: str

    def request(
        self, method: str, path: str, body: Any = None, key: str = "demo-key"
    ) -> Any:
        """Ask it something, and return the parsed answer, None where there is none. Raises HTTPError."""
        request = urllib.request.Request(  # noqa: S310 - the address is our own
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"x-api-key": key, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else None

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it, and return its exit status and the rest of what it printed."""
        self.process.send_signal(number)
        rest = self.output.read()
        return self.process.wait(PATIENCE), rest


def command(*arguments: str) -> list[str]:
    """Return what starts it."""
    return [sys.executable, "-m", "simulator", *arguments]


@contextmanager
def running(*arguments: str) -> Iterator[Program]:
    """Run it on a free port until the end of the block, from the line that tells its address."""
    with subprocess.Popen(
        command("--port", "0", *arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", first)
            assert address is not None, first + process.stdout.read()
            yield Program(process, process.stdout, address[0])
        finally:
            process.kill()
