"""A child ends when it is told to, and never outlives its parent."""

import asyncio
import os
from pathlib import Path
import signal
import sys

import pytest

from scripts.demo.child import Child
from scripts.demo.paths import ROOT

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEPS}"


def child(code: str, folder: Path) -> Child:
    """Return a child that runs a line of Python."""
    return Child(
        sys.executable, "-c", code, directory=folder, output=folder / "output.log"
    )


async def until(what: str, file: Path) -> str:
    """Wait for a word in a file, and return all of it."""
    async with asyncio.timeout(30):
        while not file.exists() or what not in file.read_text(encoding="utf-8"):
            await asyncio.sleep(0.02)
    return file.read_text(encoding="utf-8")


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that has ended and nobody has asked about does not."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return False
    return "State:\tZ" not in status


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
    await until("up", program.output)
    await program.stop(patience=10 if code is SLEEPS else 0.1)
    assert not program.running
    # SIGINT ends Python with a KeyboardInterrupt, which it passes on as its exit status.
    assert await program.wait() in (status, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children")
async def test_parent_killed(tmp_path: Path) -> None:
    """A child ends with a parent that had no time to end it."""
    parent = f"""
import asyncio, pathlib
from scripts.demo.child import Child
async def main():
    folder = pathlib.Path({str(tmp_path)!r})
    child = Child({sys.executable!r}, "-c", "import os; print(os.getpid(), 'up', flush=True); import time; time.sleep(60)",
                  directory=folder, output=folder / "child.log")
    await child.start()
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}
    )
    said = await until("up", tmp_path / "child.log")
    grandchild = int(said.split()[0])
    assert is_alive(grandchild)
    process.kill()
    await process.wait()
    async with asyncio.timeout(30):
        while is_alive(grandchild):
            await asyncio.sleep(0.02)
