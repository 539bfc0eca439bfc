"""These tests make their own event loops and their own Home Assistants."""

import pytest


@pytest.fixture(autouse=True)
def _our_integration(socket_enabled: None) -> None:
    """Let the two talk over 127.0.0.1, and start no Home Assistant beside the world's."""
