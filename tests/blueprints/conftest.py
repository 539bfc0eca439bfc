"""These tests make their own event loops and their own Home Assistants."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
import random
from typing import Any

import pytest

from .evening import Evening


@pytest.fixture(autouse=True)
def _our_integration(socket_enabled: None) -> None:
    """Let the two talk over 127.0.0.1, and start no Home Assistant beside the evening's."""


@pytest.fixture
def begin_evening(tmp_path: Path) -> Iterator[Callable[..., Evening]]:
    """Return a way to begin an evening in a house with automations; nothing may be logged that nobody expects."""
    with ExitStack() as stack:

        def begin(**options: Any) -> Evening:
            random.seed(0)
            evening = stack.enter_context(closing(Evening(tmp_path, **options)))
            evenings.append(evening)
            return evening

        evenings: list[Evening] = []
        yield begin
        for evening in evenings:
            assert evening.may_complain or evening.complaints() == []


@pytest.fixture
def evening(begin_evening: Callable[..., Evening]) -> Evening:
    """Begin an evening in a house with °C."""
    return begin_evening()
