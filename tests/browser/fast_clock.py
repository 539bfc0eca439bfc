"""Home Assistant with a clock that can be put forward: started in the place of `python -m homeassistant`.

What takes the integration minutes to be sure of can then be seen in a walk. It is the clock that only counts seconds,
by which the event loop knows when something is due; the time of day stays what it is.
"""

from pathlib import Path
import runpy
import signal
import sys
import time
from types import FrameType
from typing import Final


class _Clock:
    """The clock of the operating system, and how far it is behind ours."""

    def __init__(self, ahead: Path) -> None:
        """Be as late as everybody, until somebody writes into the file by how many seconds to be ahead."""
        self._file = ahead
        self._ahead = 0.0
        self._real = time.monotonic

    def monotonic(self) -> float:
        """Return the seconds that only grow."""
        return self._real() + self._ahead

    def put_forward(self, _number: int, _frame: FrameType | None) -> None:
        """Do as the file says. A signal also wakes the event loop up, which then looks what is due."""
        self._ahead = float(self._file.read_text(encoding="utf-8"))


_clock: Final = _Clock(Path(sys.argv[sys.argv.index("--config") + 1], "clock_ahead"))
time.monotonic = _clock.monotonic
signal.signal(signal.SIGUSR1, _clock.put_forward)
runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
