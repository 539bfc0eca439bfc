"""A port that is taken is told apart from one that cannot be used, with a way out."""

import socket

import pytest

from scripts.demo.errors import DemoError
from scripts.demo.ports import HOST, check_port, free_port


def test_free() -> None:
    """A free port is fine, also right after it was in use."""
    port = free_port()
    check_port(port, "--port", "Home Assistant")
    check_port(port, "--port", "Home Assistant")


@pytest.mark.parametrize("host", [HOST, "0.0.0.0"])
def test_taken(host: str) -> None:
    """The message names the port, and an option with another one that is free."""
    with socket.create_server((host, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(DemoError) as raised:
            check_port(port, "--port", "Home Assistant")
    assert f"Port {port} is taken" in raised.value.what
    assert "scripts/develop --port " in raised.value.advice
    suggested = int(raised.value.advice.rpartition(" ")[2])
    assert suggested != port
    check_port(suggested, "--port", "Home Assistant")
