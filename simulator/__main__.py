"""`python -m simulator`: the cloud on this machine, until Ctrl+C."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
import errno
from pathlib import Path
import signal
import sys
from typing import Final

from .demo import DEMO_HOME, DEMO_KEY, MOST_HEAT_PUMPS, SUPPLIER, demo_household
from .server import Simulator
from .storage import keep, load

_PORT: Final = 8124
_HIGHEST_PORT: Final = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted. Returns the exit status: 0, or 1 where it could not start."""
    options = _options(arguments)
    simulator = Simulator(
        fill=demo_household(options.key, options.demo_home, options.heat_pumps)
    )
    if options.state is not None:
        try:
            if load(simulator.cloud, options.state):
                # The key of the command line is the right one, whichever it was when the file was written.
                simulator.cloud.add_supplier(options.key, SUPPLIER)
                simulator.cloud.set_keys(SUPPLIER, [options.key])
            keep(simulator.cloud, options.state)
        except (ValueError, OSError) as error:
            print(
                f"{options.state} cannot be used as the state file: {error}",
                file=sys.stderr,
            )
            return 1
    with suppress(KeyboardInterrupt):
        return asyncio.run(_run(simulator, options))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        help="port on 127.0.0.1; 0 = any free one (%(default)s)",
    )
    parser.add_argument(
        "--key", default=DEMO_KEY, help="the API key that is right (%(default)s)"
    )
    parser.add_argument(
        "--demo-home",
        default=DEMO_HOME,
        metavar="USER_ID",
        help="user ID of the home (%(default)s)",
    )
    parser.add_argument(
        "--heat-pumps",
        type=int,
        choices=range(1, MOST_HEAT_PUMPS + 1),
        default=MOST_HEAT_PUMPS,
        help="how many the home has (%(default)s)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep all that is set in this file, over restarts; what it holds goes before the demo home",
    )
    options = parser.parse_args(arguments)
    if not options.key or not options.demo_home:
        parser.error("the key and the user ID must not be empty")
    return options


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port: 0 to {_HIGHEST_PORT}")
    return port


async def _run(simulator: Simulator, options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(
            NotImplementedError
        ):  # Windows: there Ctrl+C ends it as KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    try:
        await simulator.start(port=options.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            print(
                f"Port {options.port} is taken: choose another with --port, or 0 for any.",
                file=sys.stderr,
            )
        else:
            print(
                f"Cannot listen on port {options.port}: {error.strerror}",
                file=sys.stderr,
            )
        return 1
    try:
        print(_greeting(simulator, options), flush=True)
        await stop.wait()
    finally:
        await simulator.stop()
    print("Stopped.", flush=True)
    return 0


def _greeting(simulator: Simulator, options: argparse.Namespace) -> str:
    # Only the key that everyone knows is ever printed.
    key = DEMO_KEY if options.key == DEMO_KEY else "the one given with --key"
    lines = [f"Simulated cloud on {simulator.url} (Ctrl+C ends it)", f"API key: {key}"]
    for supplier in simulator.cloud.suppliers():
        for user_id in supplier.users:
            lines.append(f"User ID: {user_id} ({supplier.name})")
            lines.extend(
                f"  heat pump {pump.device_id}: {pump.brand} {pump.model or 'of an unknown model'}"
                for pump in simulator.cloud.listed(supplier, user_id)
            )
    if options.state is not None:
        lines.append(f"State kept in {options.state}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
