"""What the logbook says of what is set for a while."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.heatpump_steering.const import (
    EVENT_BACK_TO_NORMAL,
    EVENT_CHANGED_ELSEWHERE,
    EVENT_OVERRIDE_BEGAN,
    EVENT_OVERRIDE_OVER,
)
from homeassistant.components.logbook import _process_logbook_platform
from homeassistant.components.logbook.const import DOMAIN as LOGBOOK
from homeassistant.components.logbook.models import LogbookConfig, async_event_to_row
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.integration_platform import (
    async_process_integration_platforms,
)
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util

from .house import House
from .test_for_a_while import HOUR, end, go_away, in_force, override, press

EVENTS = (
    EVENT_BACK_TO_NORMAL,
    EVENT_CHANGED_ELSEWHERE,
    EVENT_OVERRIDE_BEGAN,
    EVENT_OVERRIDE_OVER,
)


class Book:
    """The logbook, as far as its lines are ours."""

    def __init__(self, house: House) -> None:
        """Note our events from now on."""
        self._house = house
        self._events = [async_capture_events(house.hass, it) for it in EVENTS]

    async def open(self) -> None:
        """Load the logbook."""
        self._house.hass.data[LOGBOOK] = LogbookConfig({})
        await async_process_integration_platforms(
            self._house.hass, LOGBOOK, _process_logbook_platform
        )
        await self._house.hass.async_block_till_done()

    def lines(self) -> list[str]:
        """Return what the lines say that have come since this was last asked, each with its name."""
        return [f"{it['name']}: {it['message']}" for it in self.rows()]

    def rows(self) -> Iterable[dict[str, Any]]:
        """Return the lines that have come since this was last asked, the oldest first."""
        events: list[Event[Any]] = sorted(
            (event for each in self._events for event in each),
            key=lambda event: event.time_fired,
        )
        for each in self._events:
            each.clear()
        processor = EventProcessor(self._house.hass, list(EVENTS))
        rows: list[Any] = [async_event_to_row(event) for event in events]
        return processor.humanify(rows)


@pytest.fixture(autouse=True)
def clock(freezer: TickingDateTimeFactory) -> TickingDateTimeFactory:
    """Begin at ten in the morning."""
    freezer.move_to("2026-11-27 10:00:00+00:00")
    return freezer


@pytest.fixture
async def book(house: House) -> Book:
    """Be in Amsterdam with the logbook loaded; two hours before noon it is eleven there."""
    await house.hass.config.async_set_time_zone("Europe/Amsterdam")
    book = Book(house)
    await book.open()
    return book


async def test_bath(house: House, book: Book, clock: TickingDateTimeFactory) -> None:
    """One line when it begins, with its end, at the sensor; one when it is back; and none for what follows from it."""
    await house.connected()
    await book.open()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 2})
    (row,) = book.rows()
    assert (row["name"], row["message"]) == ("For a while", "Bath until 13:00")
    assert row["entity_id"] == house.entity_id("for_a_while")
    await house.pass_time(clock, 2 * HOUR + 60)
    assert book.lines() == ["For a while: back to normal"]
    await house.poll()
    assert book.lines() == []


async def test_one_after_the_other(house: House, book: Book) -> None:
    """While anything else is in force, what ends is over; only the last one brings everything back."""
    await house.connected()
    await book.open()
    await override(house, name="Guests", preferred_temperature=22)
    await override(house, hot_water_min=55, duration={"hours": 24})
    assert book.lines() == [
        "For a while: Guests until somebody ends it",
        "For a while: Set for a while until 28/11 11:00",
    ]
    await override(
        house, name="Guests", preferred_temperature=23, duration={"hours": 1}
    )
    assert book.lines() == ["For a while: Guests until 12:00"]
    await end(house, name="Guests")
    assert book.lines() == ["For a while: Guests is over"]
    await press(house)
    assert book.lines() == ["For a while: back to normal"]


async def test_several_at_once(house: House, book: Book) -> None:
    """However many end at once, there is one line for each heat pump; the home has none of its own."""
    await house.connected("hp-1", "hp-2")
    await book.open()
    await override(house, name="Bath", hot_water_min=55)
    await override(house, "hp-2", preferred_temperature=22)
    assert {it["entity_id"] for it in book.rows()} == {
        house.entity_id("for_a_while", target) for target in ("hp-1", "hp-2")
    }
    await press(house, "home")
    assert book.lines() == ["For a while: back to normal"] * 2


async def test_vacation_has_its_own_lines(
    house: House, book: Book, clock: TickingDateTimeFactory
) -> None:
    """The sensor “Vacation” tells of it by its states; what ends beneath it is over."""
    await house.connected()
    await book.open()
    await override(
        house, name="Guests", preferred_temperature=22, duration={"hours": 1}
    )
    book.lines()
    await go_away(house, 0, 2 * HOUR)
    assert book.lines() == []
    await house.pass_time(clock, HOUR + 60)
    assert book.lines() == ["For a while: Guests is over"]
    await house.pass_time(clock, HOUR)
    assert house.shows("vacation_status") == "home"
    assert book.lines() == []


async def test_not_back_yet(house: House, book: Book) -> None:
    """While the cloud does not take it, it is not said to be back."""
    await house.connected()
    await book.open()
    await override(house, name="Bath", hot_water_min=55)
    book.lines()
    house.cloud.weather.add(status=400)
    with pytest.raises(HomeAssistantError):
        await press(house)
    assert in_force(house) == []
    assert book.lines() == []
    house.cloud.weather.clear()
    await press(house)
    assert book.lines() == ["For a while: back to normal"]


async def test_restart(house: House, book: Book, clock: TickingDateTimeFactory) -> None:
    """A restart says nothing anew, nor of what has ended meanwhile."""
    await house.connected()
    await book.open()
    await override(house, name="Bath", hot_water_min=55, duration={"hours": 1})
    book.lines()
    entries = house.hass.config_entries
    await entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert book.lines() == []
    await entries.async_unload(house.entry.entry_id)
    clock.move_to(dt_util.utcnow() + timedelta(hours=2))
    await entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.shows("for_a_while") == "none"
    assert book.lines() == []


@pytest.mark.parametrize(
    ("language", "fahrenheit", "lines"),
    [
        ("en", True, ["Bath until 2:30 PM", "Bath until 11/28 12:30 AM"]),
        ("de", False, ["Bath bis 14:30", "Bath bis 28.11. 00:30"]),
        ("da", False, ["Bath indtil 14.30", "Bath indtil 28/11 00.30"]),
    ],
)
async def test_time_of_the_house(
    house: House, book: Book, language: str, fahrenheit: bool, lines: list[str]
) -> None:
    """Times are said as the house says them."""
    house.hass.config.language = language
    await async_load_integrations(house.hass, {"heatpump_steering"})
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    await book.open()
    value = 120 if fahrenheit else 50
    await override(house, name="Bath", hot_water_min=value, duration={"minutes": 210})
    await override(house, name="Bath", hot_water_min=value, duration={"minutes": 810})
    assert [it["message"] for it in book.rows()] == lines


async def test_morning_in_america(house: House, book: Book) -> None:
    """In the morning it is AM."""
    house.use_fahrenheit()
    await house.hass.config.async_set_time_zone("America/New_York")
    await house.connected()
    await book.open()
    await override(house, name="Bath", hot_water_min=120, duration={"hours": 2})
    assert book.lines() == ["For a while: Bath until 7:00 AM"]


async def test_sensor_deleted(house: House, book: Book) -> None:
    """Where somebody has deleted the sensor there is nothing for a line to stand at."""
    await house.connected()
    await book.open()
    er.async_get(house.hass).async_remove(house.entity_id("for_a_while"))
    await house.hass.async_block_till_done()
    await override(house, name="Bath", hot_water_min=55)
    assert book.lines() == []


async def test_new_heat_pump(house: House, book: Book) -> None:
    """A heat pump that turns up has no past."""
    await house.connected()
    await book.open()
    await override(house, name="Bath", hot_water_min=55)
    book.lines()
    house.add_heat_pump("hp-2")
    await house.poll()
    assert house.shows("for_a_while", "hp-2") == "none"
    assert book.lines() == []
