"""What every test of the integration starts from: a cloud on a port of this machine, and a house."""

from collections.abc import AsyncIterator, Iterator

from freezegun import freeze_time
from freezegun.api import TickingDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant
from simulator import Simulator

from .house import House


@pytest.fixture(autouse=True)
def _our_integration(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Let Home Assistant load custom integrations, and let the two talk over 127.0.0.1."""


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
