"""How the demo speaks at a terminal: like the shell scripts that start it (scripts/lib/common.sh)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import sys
from time import monotonic
from typing import Final

from .errors import DemoError

_STYLES: Final = {"bold": "\033[1m", "dim": "\033[2m", "red": "\033[31m"}
_PLAIN: Final = "\033[0m"


def styled(text: str, *styles: str) -> str:
    """Return a text as it looks on a terminal; in a file or pipe it stays plain."""
    if not sys.stdout.isatty():
        return text
    return "".join(_STYLES[style] for style in styles) + text + _PLAIN


def say(text: str = "") -> None:
    """Print now, also into a pipe."""
    print(text, flush=True)


def complain(error: DemoError) -> None:
    """Print what went wrong, and what to do about it."""
    sys.stdout.flush()
    what = styled(error.what, "red", "bold") if sys.stderr.isatty() else error.what
    print(what, file=sys.stderr)
    if error.advice:
        print(error.advice, file=sys.stderr)


@asynccontextmanager
async def step(what: str) -> AsyncIterator[None]:
    """Print what is being done, and how long it took. On a terminal the seconds run along."""
    began = monotonic()
    print(f"{what}… ", end="", flush=True)
    clock = asyncio.create_task(_run_clock(what, began))
    outcome = "no"
    try:
        yield
        outcome = f"done, {monotonic() - began:.0f} s"
    except asyncio.CancelledError:
        outcome = "interrupted"
        raise
    finally:
        clock.cancel()
        with suppress(asyncio.CancelledError):
            await clock
        again = f"\r{what}… " if sys.stdout.isatty() else ""
        say(f"{again}{styled(outcome, 'dim')}")


async def _run_clock(what: str, began: float) -> None:
    while sys.stdout.isatty():
        await asyncio.sleep(1)
        passed = styled(f"{monotonic() - began:.0f} s ", "dim")
        print(f"\r{what}… {passed}", end="", flush=True)
