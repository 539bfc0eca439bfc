"""No Home Assistant inside the tests: the one whose power is cut runs as a program beside them."""

import pytest


@pytest.fixture(autouse=True)
def _our_integration(socket_enabled: None) -> None:
    """Let everything talk over 127.0.0.1."""
