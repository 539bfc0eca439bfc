"""The page about vacations: the example that begins one is run."""

from pathlib import Path
import re
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml

from ..house import House

PAGE = (Path(__file__).parents[2] / "docs" / "vacations.md").read_text(encoding="utf-8")
BACK_ON_SUNDAY: Any = parse_yaml(
    re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]
)
HOUR = 3600


@pytest.mark.parametrize(
    ("pressed", "hours"),
    [
        ("2026-11-27T18:00:00+01:00", 46),
        ("2026-11-29T18:00:00+01:00", 7 * 24 - 2),
        # The clocks are put forward in between.
        ("2026-03-27T18:00:00+01:00", 45),
    ],
)
async def test_back_on_sunday(
    house: House, freezer: TickingDateTimeFactory, pressed: str, hours: int
) -> None:
    """It begins when the button is pressed, and ends on Sunday at 16:00, unless it is ended before."""
    freezer.move_to(pressed)
    hass = house.hass
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    await house.connected()

    def preferred() -> object:
        return house.cloud.cloud.heat_pump("hp-1").held["room.preferred_temperature"]

    example = {"automation": BACK_ON_SUNDAY}
    assert await async_setup_component(hass, "automation", example)
    await hass.async_block_till_done()

    async def press() -> None:
        hass.states.async_set("input_button.back_on_sunday", str(hass.loop.time()))
        await hass.async_block_till_done(wait_background_tasks=True)

    await press()
    assert preferred() == 16
    await house.pass_time(freezer, hours * HOUR - 60)
    assert preferred() == 16
    await house.pass_time(freezer, 120)
    assert preferred() == 21
    await press()
    assert preferred() == 16
    for _ in range(2):
        await hass.services.async_call(DOMAIN, "end_vacation", {}, blocking=True)
        assert preferred() == 21
