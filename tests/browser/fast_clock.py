"""Home Assistant with a clock that can be put forward: started in the place of `python -m homeassistant`.

What takes the integration minutes to be sure of, or is over after hours, can then be seen in a walk. There are two of
them: the clock that only counts seconds, by which the event loop knows when something is due, and the time of day, as
Home Assistant's `dt_util` tells it to integrations and templates. What the operating system says stays as it is.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
import json
from pathlib import Path
import runpy
import signal
import sys
import time
from types import FrameType
from typing import Final


class _Clock:
    """The clocks of the operating system, and how far they are behind ours."""

    def __init__(self, ahead: Path) -> None:
        """Be as late as everybody, until somebody writes into the file by how many seconds to be ahead."""
        self._file = ahead
        self._ahead = 0.0
        self._day_ahead = timedelta()
        self._real = time.monotonic

    def monotonic(self) -> float:
        """Return the seconds that only grow."""
        return self._real() + self._ahead

    def now(self, time_zone: tzinfo | None = None) -> datetime:
        """Return date and time, without a zone those of the house."""
        zone = time_zone or dt_util.get_default_time_zone()
        return datetime.now(zone) + self._day_ahead

    def put_forward(self, _number: int, _frame: FrameType | None) -> None:
        """Do as the file says. A signal also wakes the event loop up, which then looks what is due."""
        ahead, day_ahead = json.loads(self._file.read_text(encoding="utf-8"))
        self._ahead = ahead
        self._day_ahead = timedelta(seconds=day_ahead)


_clock: Final = _Clock(Path(sys.argv[sys.argv.index("--config") + 1], "clock_ahead"))
time.monotonic = _clock.monotonic

# Only now, so that nobody has got hold of the other clock.
from homeassistant.util import dt as dt_util  # noqa: E402

dt_util.utcnow = partial(_clock.now, UTC)
dt_util.now = _clock.now
signal.signal(signal.SIGUSR1, _clock.put_forward)
runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
