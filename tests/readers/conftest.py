"""Houses that all see, and an eye on what core's readers write into the log when they give up."""

from collections.abc import Iterator
import logging

import pytest

from ..house import House


@pytest.fixture(params=["°C", "°F"])
def any_unit_house(house: House, request: pytest.FixtureRequest) -> House:
    """Return a house that is not connected yet, of either unit."""
    if request.param == "°F":
        house.use_fahrenheit()
    return house


@pytest.fixture(autouse=True)
def _nothing_goes_wrong_in_silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which an error was logged: readers go on without an entity that they cannot read."""
    yield
    errors = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR
    ]
    assert errors == []
