"""The tiles of the dashboard: numbers that are moved, and switches that exclude each other."""

from .home import Home
from .visitor import Visitor

FLEX_TRADING = "switch.heat_pump_flex_trading"
DYNAMIC_TARIFF = "switch.heat_pump_dynamic_tariff"
OWN_SOLAR_POWER = "switch.heat_pump_own_solar_power"


async def test_number(home: Home, visitor: Visitor) -> None:
    """A number goes up by its step, and the edge of the band with it."""
    await visitor.go("/heat-pump")
    number = "number.heat_pump_warmer_by_up_to"
    await visitor.expect_number(number, 1.5)
    await visitor.increase(number)
    assert await home.changes(1) == [{"room": {"temperature_upper_bound": 1.6}}]
    await visitor.expect_number(number, 1.6)
    await visitor.reads("sensor.heat_pump_room_max", "22.1")


async def test_quick_presses(home: Home, visitor: Visitor) -> None:
    """Somebody in a hurry presses five times: the cloud ends on the last value, however many requests it takes."""
    await visitor.go("/heat-pump")
    number = "number.heat_pump_hot_water_max"
    await visitor.expect_number(number, 55)
    for _ in range(5):
        await visitor.increase(number)
    await visitor.reads(number, "60.0")
    changes = await home.changes(1)
    assert changes[-1] == {"dhw": {"temperature_upper_bound": 60}}
    assert home.heat_pump.held["dhw.temperature_upper_bound"] == 60


async def test_optimization(home: Home, visitor: Visitor) -> None:
    """Flex trading switches the other two off; either of them switches flex trading off."""
    await visitor.go("/heat-pump")
    await visitor.expect_switch(DYNAMIC_TARIFF, on=True)
    await visitor.expect_switch(OWN_SOLAR_POWER, on=True)

    await visitor.card(FLEX_TRADING).get_by_role("switch").click()
    await home.changes(1)
    await visitor.expect_switch(FLEX_TRADING, on=True)
    await visitor.expect_switch(DYNAMIC_TARIFF, on=False)
    await visitor.expect_switch(OWN_SOLAR_POWER, on=False)
    await visitor.reads("select.heat_pump_optimization", "flex_trading")
    held = home.heat_pump.held
    assert held["optimization_settings.flex_trading"] is True
    assert held["optimization_settings.dynamic_tariff"] is False
    assert held["optimization_settings.pv_self_consumption"] is False

    await visitor.card(OWN_SOLAR_POWER).get_by_role("switch").click()
    await home.changes(2)
    await visitor.expect_switch(OWN_SOLAR_POWER, on=True)
    await visitor.expect_switch(FLEX_TRADING, on=False)
    await visitor.expect_switch(DYNAMIC_TARIFF, on=False)
    await visitor.reads("select.heat_pump_optimization", "pv_self_consumption")
    assert home.heat_pump.held["optimization_settings.flex_trading"] is False
