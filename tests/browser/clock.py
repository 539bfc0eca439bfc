"""The clock of a house that can be put forward."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
import json
import os
from pathlib import Path
import signal
from typing import Final

PROGRAM: Final = ("-P", Path(__file__).with_name("fast_clock.py"))
"""What a house with such a clock runs. Without this folder among those that modules come from."""


class Clock:
    """Puts the clock of a running house forward."""

    def __init__(self, config_dir: Path) -> None:
        """Leave it as it is."""
        self._config_dir = config_dir
        self._ahead = timedelta()
        self._day_ahead = timedelta()

    def forward(self, seconds: float) -> None:
        """Let so many seconds pass at once. Whatever becomes due by that happens now."""
        self._ahead += timedelta(seconds=seconds)
        self._tell()

    @contextmanager
    def later(self, time: timedelta) -> Generator[None]:
        """Let some time pass at once, by the time of day as well; afterwards it is as early in the day as everywhere."""
        self._ahead += time
        self._day_ahead = time
        self._tell()
        try:
            yield
        finally:
            self._day_ahead = timedelta()
            self._tell()

    def _tell(self) -> None:
        (self._config_dir / "clock_ahead").write_text(
            json.dumps([self._ahead.total_seconds(), self._day_ahead.total_seconds()]),
            encoding="utf-8",
        )
        lock = (self._config_dir / ".ha_run.lock").read_text(encoding="utf-8")
        os.kill(json.loads(lock)["pid"], signal.SIGUSR1)
