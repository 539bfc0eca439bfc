"""These tests make their own event loops and their own Home Assistants."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
import random
from typing import Any

import pytest

from .day import Day
from .holidays import Begin, Holidays


@pytest.fixture(autouse=True)
def _our_integration(socket_enabled: None) -> None:
    """Let the two talk over 127.0.0.1, and start no Home Assistant beside the world's."""


@pytest.fixture
def begin_day() -> Iterator[Callable[..., Day]]:
    """Return a way to begin a day with certain heat pumps."""
    with ExitStack() as stack:

        def begin(*device_ids: str, **options: Any) -> Day:
            # The pauses between tries are the same in every run.
            random.seed(0)
            day = stack.enter_context(closing(Day(*device_ids, **options)))
            assert not day.requests()
            return day

        yield begin


@pytest.fixture
def day(begin_day: Callable[..., Day]) -> Day:
    """Begin a day in a house with one heat pump."""
    return begin_day("hp-1")


@pytest.fixture
def day_of_two(begin_day: Callable[..., Day]) -> Day:
    """Begin a day in a house with two heat pumps."""
    return begin_day("hp-1", "hp-2")


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Return a way to begin holidays with certain heat pumps."""
    with ExitStack() as stack:
        yield lambda *ids, **options: stack.enter_context(
            closing(Holidays(*ids, **options))
        )
