"""Whether a port can be had."""

import errno
import socket
from typing import Final

from .errors import DemoError

HOST: Final = "127.0.0.1"
"""Everything here listens on this address only: nobody else in the network gets in."""


def check_port(port: int, option: str, what: str) -> None:
    """Raise DemoError where `what` could not listen on the port, naming the option that chooses another."""
    with socket.socket() as probe:
        # As servers do, or a port would count as taken for a minute after its last connection.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            advice = f"Choose another one for {what}, for example: scripts/develop {option} {_another(port)}"
            if error.errno == errno.EADDRINUSE:
                raise DemoError(
                    f"Port {port} is taken: another program listens there already.",
                    advice,
                ) from None
            raise DemoError(
                f"Port {port} cannot be used: {error.strerror}.", advice
            ) from None


def free_port() -> int:
    """Return a port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _another(port: int) -> int:
    """Return a free port to suggest: the next one that is free, where there is one nearby."""
    for candidate in range(max(port, 1024) + 10, min(port + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return candidate
    return free_port()
