"""What the logbook names as the cause of a change, read from the database hours or days later."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from homeassistant.components.logbook.const import DOMAIN as LOGBOOK
from homeassistant.components.logbook.models import LogbookConfig
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .house import House
from .test_for_a_while import override


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: object) -> None:
    """Have the database before Home Assistant."""


@pytest.mark.usefixtures("recorder_mock")
async def test_history(house: House) -> None:
    """The cause is named where only one entity is looked at, as in its dialog."""
    house.hass.data[LOGBOOK] = LogbookConfig({})
    await house.connected()
    began = dt_util.utcnow()
    await override(house, name="Bath", hot_water_min=55)
    await async_wait_recording_done(house.hass)
    entity_ids = [house.entity_id("hot_water_min")]
    processor = EventProcessor(house.hass, [EVENT_CALL_SERVICE], entity_ids)
    rows: list[dict[str, Any]] = await get_instance(house.hass).async_add_executor_job(
        processor.get_events, began, dt_util.utcnow() + timedelta(seconds=9)
    )
    (row,) = rows
    assert (row["entity_id"], row["state"]) == (entity_ids[0], "55.0")
    assert row["context_entity_id"] == house.entity_id("for_a_while")
    assert row["context_state"] == "Bath"
