"""The thermostat of the dashboard, moved by hand."""

from typing import Final

import pytest

from .home import Home
from .visitor import Visitor

THERMOSTAT: Final = "climate.heat_pump"


async def test_drag_the_target(home: Home, visitor: Visitor) -> None:
    """In heat there is one handle. Where it is let go is what the cloud gets, once."""
    await visitor.go("/heat-pump")
    thermostat = visitor.card(THERMOSTAT)
    await thermostat.locator("#option-heat").click()
    assert await home.changes(1) == [{"room": {"temperature_control_mode": "heating"}}]
    await visitor.reads(THERMOSTAT, "heat", temperature=20.5)

    await visitor.drag_handle(thermostat, of=20.5, to=23, least=5, most=35)
    [_, change] = await home.changes(2)
    wished = change["room"]["preferred_temperature"]
    assert wished == pytest.approx(23, abs=0.5)
    assert change == {"room": {"preferred_temperature": wished}}
    assert home.heat_pump.held["room.preferred_temperature"] == wished
    await visitor.reads(THERMOSTAT, "heat", temperature=wished)
    await visitor.expect_number("number.heat_pump_preferred_temperature", wished)


async def test_drag_the_band(home: Home, visitor: Visitor) -> None:
    """In heat/cool there are two handles: the edges of the comfort band."""
    await visitor.go("/heat-pump")
    thermostat = visitor.card(THERMOSTAT)
    await visitor.drag_handle(thermostat, of=22, to=24.5, least=5, most=35)
    [change] = await home.changes(1)
    above = change["room"]["temperature_upper_bound"]
    assert 20.5 + above == pytest.approx(24.5, abs=0.5)
    await visitor.reads(
        THERMOSTAT, "heat_cool", target_temp_low=19.5, target_temp_high=20.5 + above
    )

    await visitor.drag_handle(thermostat, of=19.5, to=17, least=5, most=35)
    [_, change] = await home.changes(2)
    below = change["room"]["temperature_lower_bound"]
    assert 20.5 - below == pytest.approx(17, abs=0.5)
    held = home.heat_pump.held
    assert held["room.preferred_temperature"] == 20.5
    assert held["room.temperature_upper_bound"] == above
    assert held["room.temperature_lower_bound"] == below
    await visitor.expect_number("number.heat_pump_colder_by_up_to", below)
    await visitor.expect_number("number.heat_pump_warmer_by_up_to", above)
