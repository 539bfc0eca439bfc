"""More hot water: from surplus solar power, and against legionella."""

from collections.abc import Callable
from typing import Any

import pytest

from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .evening import HOT_WATER_MAX, HOT_WATER_MIN, LATEST, Evening
from .stories import METER


def tank(evening: Evening, least: float, most: float) -> None:
    """Have a tank between two temperatures."""
    evening.in_the_app(
        {"dhw": {"temperature_lower_bound": least, "temperature_upper_bound": most}}
    )


def hot_water(evening: Evening) -> tuple[Any, Any]:
    """Return what the cloud holds."""
    return evening.held(HOT_WATER_MIN), evening.held(HOT_WATER_MAX)


def legionella(evening: Evening, **inputs: Any) -> None:
    """Make an automation for a Monday, which is today."""
    evening.automate("legionella_day", **{"day": "mon", **inputs})


def surplus(evening: Evening, watts: float, minutes: float = 0) -> None:
    """Have a surplus, for a while."""
    evening.there_is(METER, str(watts), unit_of_measurement="W")
    evening.wait(60 * minutes, step=20)


def test_legionella_only_on_its_day(evening: Evening) -> None:
    """On other days nothing happens."""
    tank(evening, 45, 55)
    legionella(evening, day="wed")
    for days in (0, 1):
        evening.at("12:00", days=days)
        assert evening.sent() == []
    evening.at("12:00", days=1)
    assert evening.sent() == [{HOT_WATER_MIN: 60, HOT_WATER_MAX: 60}]


def test_legionella_over_midnight(evening: Evening) -> None:
    """It lasts its hours, also into the next day."""
    tank(evening, 45, 55)
    legionella(evening, begins="23:00:00", hours=3)
    evening.at("23:00")
    assert hot_water(evening) == (60, 60)
    evening.at("00:30", days=1)
    evening.restart_after()
    evening.wait(LATEST, step=10)
    assert hot_water(evening) == (60, 60)
    evening.at("02:00")
    evening.wait(LATEST, step=10)
    assert hot_water(evening) == (45, 55)
    assert len(evening.sent()) == 2


@pytest.mark.parametrize(
    ("least", "most", "during"),
    [(45, 70, (60, 70)), (62, 70, (62, 70)), (60, 60, (60, 60))],
)
def test_legionella_where_it_is_hot(
    evening: Evening, least: float, most: float, during: tuple[float, float]
) -> None:
    """Nothing is lowered, and what is hot enough is not touched."""
    tank(evening, least, most)
    legionella(evening)
    evening.at("12:00")
    assert hot_water(evening) == during
    evening.at("16:00")
    assert hot_water(evening) == (least, most)


def test_legionella_after_a_low_minimum(evening: Evening) -> None:
    """A minimum below 40 °C, which the cloud had from elsewhere, is not what it returns to."""
    tank(evening, 20, 50)
    legionella(evening)
    evening.at("12:00")
    assert hot_water(evening) == (60, 60)
    evening.at("16:00")
    assert hot_water(evening) == (45, 50)
    assert evening.begun() == []


def test_maximum_beside_a_minimum_set_by_hand(evening: Evening) -> None:
    """A maximum comes back no lower than the minimum that a person has set."""
    tank(evening, 45, 50)
    legionella(evening)
    evening.at("12:00")
    evening.by_hand({"hot_water_min": 55})
    evening.at("16:00")
    assert hot_water(evening) == (55, 55)
    assert evening.begun() == []


@pytest.mark.parametrize("temperature", [60, 140])
@pytest.mark.parametrize("fahrenheit", [False, True])
def test_temperature_in_either_unit(
    begin_evening: Callable[..., Evening], *, temperature: float, fahrenheit: bool
) -> None:
    """60 °C and 140 °F are the same, in any house."""
    evening = (
        begin_evening(units=US_CUSTOMARY_SYSTEM) if fahrenheit else begin_evening()
    )
    tank(evening, 45, 55)
    legionella(evening, temperature=temperature)
    evening.at("12:00")
    assert hot_water(evening) == pytest.approx((60, 60))
    evening.at("16:00")
    assert hot_water(evening) == pytest.approx((45, 55))


def test_surplus_has_to_last(evening: Evening) -> None:
    """A gap between clouds is no surplus, and a cloud is no end of it."""
    tank(evening, 45, 55)
    surplus(evening, 0)
    evening.automate("solar_surplus", meter=METER)
    surplus(evening, 2500, minutes=8)
    surplus(evening, 1500, minutes=8)
    surplus(evening, 2500, minutes=8)
    assert evening.sent() == []
    surplus(evening, 2000, minutes=4)
    assert hot_water(evening) == (55, 55)
    surplus(evening, -100, minutes=20)
    surplus(evening, 300, minutes=20)
    surplus(evening, 0, minutes=28)
    assert len(evening.sent()) == 1
    surplus(evening, -50, minutes=4)
    assert hot_water(evening) == (45, 55)


def test_surplus_during_a_restart(evening: Evening) -> None:
    """How long it has lasted is counted anew after a restart: late, but not never."""
    tank(evening, 45, 55)
    surplus(evening, 0)
    evening.automate("solar_surplus", meter=METER)
    surplus(evening, 2500, minutes=8)
    evening.restart_after()
    evening.wait(300, step=10)
    assert evening.sent() == []
    evening.wait(400, step=10)
    assert hot_water(evening) == (55, 55)


@pytest.mark.parametrize(
    ("state", "unit", "sold"),
    [("2.5", "kW", "positive"), ("-2.5", "kW", "negative"), ("-2500", "W", "negative")],
)
def test_kinds_of_meters(evening: Evening, state: str, unit: str, sold: str) -> None:
    """A meter may count in kW, and what is sold as negative."""
    tank(evening, 45, 55)
    evening.there_is(METER, state, unit_of_measurement=unit)
    evening.automate("solar_surplus", meter=METER, sold=sold)
    evening.wait(700, step=20)
    assert hot_water(evening) == (55, 55)
    evening.there_is(
        METER, "100" if sold == "negative" else "-100", unit_of_measurement=unit
    )
    evening.wait(1900, step=20)
    assert hot_water(evening) == (45, 55)


def test_meter_falls_silent(evening: Evening) -> None:
    """An inverter that is switched off at night measures no surplus, whatever the threshold is."""
    tank(evening, 45, 55)
    surplus(evening, 2500)
    evening.automate("solar_surplus", meter=METER, too_little=-500)
    evening.wait(700, step=20)
    surplus(evening, -400, minutes=40)
    assert hot_water(evening) == (55, 55)
    evening.there_is(METER, "unavailable")
    evening.wait(1900, step=20)
    assert hot_water(evening) == (45, 55)


def test_sun_on_the_legionella_day(evening: Evening) -> None:
    """Where both want the water hot, the hotter one counts; each ends by itself."""
    tank(evening, 45, 50)
    surplus(evening, 0)
    evening.automate("solar_surplus", meter=METER)
    legionella(evening)
    evening.at("12:00")
    surplus(evening, 2500, minutes=12)
    assert hot_water(evening) == (60, 60)
    evening.at("16:00")
    evening.wait(LATEST, step=10)
    assert hot_water(evening) == (55, 55)
    surplus(evening, -300, minutes=32)
    assert hot_water(evening) == (45, 50)
    assert evening.begun() == []
