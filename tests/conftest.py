"""What every test of the integration starts from: a cloud on a port of this machine, and a house."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import os

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
from hypothesis import settings
import pytest

from homeassistant.core import HomeAssistant
from simulator import Simulator

from .house import House

# The same examples in every run, so that a change fails by what it changes; fresh ones in a soak.
settings.register_profile("ours", derandomize="SOAK" not in os.environ)
settings.load_profile("ours")


@pytest.fixture(autouse=True)
def _our_integration(request: pytest.FixtureRequest, socket_enabled: None) -> None:
    """Let Home Assistant, where there is one, load custom integrations, and let the two talk over 127.0.0.1."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Let the loop check what it checks in debug mode, but keep no traceback for each future, task and timer.

    The framework's own fixture keeps them, which took a third of the time of the tests. `-o asyncio_debug=true` does
    too, for a warning that does not say where something was made.
    """
    loop = asyncio.get_running_loop()
    if not loop.get_debug():
        loop.set_debug(True)
        # The loop's own checks do not ask it, but whoever keeps tracebacks does.
        vars(loop)["get_debug"] = lambda: False


@pytest.fixture
def freezer() -> Iterator[TickingDateTimeFactory]:
    """Hold a clock that can be put forward and else goes on: what waits for a tenth of a second does not wait for ever.

    To be asked for before the house is connected.
    """
    with freeze_time(tick=True) as clock:
        assert isinstance(clock, TickingDateTimeFactory)
        yield clock


@pytest.fixture
async def cloud(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Start an empty cloud on a free port."""
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
async def house(hass: HomeAssistant, cloud: Simulator) -> House:
    """Return a house that is not connected yet."""
    return House(hass, cloud)
