"""Home Assistant as the program that people run, but for what keeps it on this machine.

`python -m benchmarks.program_child FOLDER CLOUD`: the configuration folder, and the address that all requests go to. A line
on its standard input, such as `0.002 5`, lets our integration collect with another window.
"""

from importlib import import_module
from pathlib import Path
import sys
from threading import Thread
from types import ModuleType
from unittest.mock import patch

from homeassistant.helpers import aiohttp_client
from homeassistant.runner import RuntimeConfig, run

from .home import NoWayOut, redirected


def _follow_windows() -> None:
    """Collect as each line says: for how many seconds, and then for how many turns, nothing new may come."""
    for line in sys.stdin:
        quiet, turns = line.split()
        queue = import_module("custom_components.heatpump_steering.sync.write_queue")
        vars(queue).update(QUIET=float(quiet), QUIET_TURNS=int(turns))


def main() -> int:
    """Run it until it is told to end; returns its exit status."""
    folder, cloud = sys.argv[1:]
    # Without it Home Assistant starts for recovery only; nobody looks at its pages here.
    pages = ModuleType("hass_frontend")
    vars(pages)["where"] = lambda: Path(folder)
    sys.modules["hass_frontend"] = pages
    Thread(target=_follow_windows, daemon=True).start()
    with (
        redirected(cloud),
        patch.object(aiohttp_client, "_async_make_resolver", lambda hass: NoWayOut()),
    ):
        return run(RuntimeConfig(config_dir=folder, skip_pip=True, log_no_color=True))


if __name__ == "__main__":
    sys.exit(main())
