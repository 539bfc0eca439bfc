"""A child ends when it is told to, and never outlives its parent."""

import asyncio
from collections.abc import Callable
import os
from pathlib import Path
import signal
import sys
import time

import pytest

from scripts.demo.child import Child
from scripts.demo.paths import ROOT

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
COUNTS = """
import signal, time
told = []
signal.signal(signal.SIGINT, lambda *_: told.append(1))
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
print("up", flush=True)
while not told:
    time.sleep(0.02)
time.sleep(0.3)
print("told", len(told), flush=True)
"""
STUBBORN = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEPS}"


def child(code: str, folder: Path) -> Child:
    """Return a child that runs a line of Python."""
    return Child(
        sys.executable, "-c", code, directory=folder, output=folder / "output.log"
    )


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something."""

    def wait() -> None:
        deadline = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    await asyncio.to_thread(wait)


def said(file: Path) -> str:
    """Return what a program has printed so far."""
    return file.read_text(encoding="utf-8") if file.exists() else ""


async def test_ends_by_itself(tmp_path: Path) -> None:
    """Its exit status and its last lines are known."""
    program = child("print(*range(99), sep='\\n'); raise SystemExit(7)", tmp_path)
    assert not program.running
    await program.start()
    assert await program.wait() == 7
    assert not program.running
    assert program.last_words(2) == "    97\n    98"
    await program.stop()


async def test_never_started(tmp_path: Path) -> None:
    """What has not been started can be stopped, and has said nothing."""
    program = child(SLEEPS, tmp_path)
    await program.stop()
    program.kill()
    assert program.last_words() == ""
    with pytest.raises(RuntimeError):
        await program.wait()


@pytest.mark.parametrize(
    ("code", "status"), [(SLEEPS, -signal.SIGINT), (STUBBORN, -signal.SIGKILL)]
)
async def test_stop(tmp_path: Path, code: str, status: int) -> None:
    """It is asked to end, and made to when it does not."""
    program = child(code, tmp_path)
    await program.start()
    await until(lambda: "up" in said(program.output))
    await program.stop(patience=10 if code is SLEEPS else 0.1)
    assert not program.running
    assert await program.wait() == status


async def test_parent_killed(tmp_path: Path) -> None:
    """A child is told to end, once, when its parent had no time to tell it."""
    output = tmp_path / "child.log"
    parent = f"""
import asyncio, pathlib
from scripts.demo.child import Child
async def main():
    output = pathlib.Path({str(output)!r})
    child = Child({sys.executable!r}, "-c", {COUNTS!r}, directory=output.parent, output=output)
    await child.start()
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}
    )
    await until(lambda: "up" in said(output))
    process.kill()
    await process.wait()
    await until(lambda: "told" in said(output))
    assert said(output).split() == ["up", "told", "1"]
