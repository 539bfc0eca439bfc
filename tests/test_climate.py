"""The thermostat: control mode, preferred temperature and comfort band in one."""

import asyncio
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest

from custom_components.heatpump_steering import climate
from custom_components.heatpump_steering.ui.texts import temperature_text
from homeassistant.components.climate.const import (
    ATTR_HVAC_MODES,
    DATA_COMPONENT,
    ClimateEntityFeature,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.state import async_reproduce_state
from homeassistant.setup import async_setup_component

from .house import (
    TARGETS,
    House,
    Json,
    Wish,
    check_change,
    check_change_elsewhere,
    ids,
    refuse_changes,
)

MODES = {"off": "off", "heat": "heating", "cool": "cooling", "heat_cool": "auto"}


def room(**leaves: Any) -> dict[str, Json]:
    """Return settings of the room, as the cloud writes them."""
    return {"room": leaves}


def in_mode(mode: str, **leaves: Any) -> dict[str, Json]:
    """Return a room at 21 °C that may be 1.5 K colder and 2 K warmer, in a mode."""
    return room(
        **{
            "preferred_temperature": 21,
            "temperature_lower_bound": 1.5,
            "temperature_upper_bound": 2,
            "temperature_control_mode": mode,
            **leaves,
        }
    )


def handles(house: House, target: str = "hp-1") -> tuple[Any, Any, Any]:
    """Return the target and the two edges of the band, as the control shows them."""
    attributes = house.state("climate", target).attributes
    return (
        attributes.get("temperature"),
        attributes.get("target_temp_low"),
        attributes.get("target_temp_high"),
    )


def limits(house: House) -> tuple[Any, Any, Any]:
    """Return lowest, highest, and step of the control."""
    attributes = house.state("climate").attributes
    return (
        attributes["min_temp"],
        attributes["max_temp"],
        attributes["target_temp_step"],
    )


WISHES = [
    Wish(
        "climate",
        "climate.set_hvac_mode",
        {"hvac_mode": hvac_mode},
        room(temperature_control_mode=mode),
        hvac_mode,
        start=in_mode("heating" if hvac_mode == "off" else "off"),
    )
    for hvac_mode, mode in MODES.items()
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_mode(house: House, wish: Wish, target: str) -> None:
    """Each mode is one of the cloud's."""
    await check_change(house, wish, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_mode_set_elsewhere(house: House, wish: Wish, target: str) -> None:
    """A mode set with the supplier's app is shown."""
    await check_change_elsewhere(house, wish, target)


async def connect(house: House, settings: Json, *, fahrenheit: bool = False) -> None:
    """Connect a house with one heat pump that has these settings."""
    if fahrenheit:
        house.use_fahrenheit()
    house.add_heat_pump(settings=settings)
    await house.connect()


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize("hvac_mode", MODES)
async def test_handles(house: House, hvac_mode: str, fahrenheit: bool) -> None:
    """In heat_cool there are two handles and no target, in every other mode a target and no handles."""
    await connect(house, in_mode(MODES[hvac_mode]), fahrenheit=fahrenheit)
    state = house.state("climate")
    assert state.state == hvac_mode
    assert set(state.attributes[ATTR_HVAC_MODES]) == MODES.keys()
    assert state.attributes.get("current_temperature") is None
    if hvac_mode == "heat_cool":
        shown: tuple[Any, ...] = (None, 67, 73) if fahrenheit else (None, 19.5, 23)
    else:
        shown = (70 if fahrenheit else 21, None, None)
    assert handles(house) == shown
    assert limits(house) == ((41, 95, 1) if fahrenheit else (5, 35, 0.5))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("fahrenheit", "temperature", "celsius"),
    [
        (False, 22.5, 22.5),
        (False, 10, 10),
        (False, 30, 30),
        (True, 69.8, 21),
        (True, 50, 10),
        (True, 86, 30),
        (True, 73, 22.77777777777778),
    ],
)
@pytest.mark.parametrize("mode", ["off", "heating", "cooling"])
async def test_target(
    house: House,
    *,
    target: str,
    mode: str,
    fahrenheit: bool,
    temperature: float,
    celsius: float,
) -> None:
    """Outside heat_cool the target is the preferred temperature, sent without the dust of conversion."""
    if fahrenheit:
        house.use_fahrenheit()
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(
            device_id, settings=in_mode(mode, preferred_temperature=18.5)
        )
    await house.connect()
    await house.act(
        "climate.set_temperature", "climate", target, temperature=temperature
    )
    assert house.received() == [{**ids(target), **room(preferred_temperature=celsius)}]
    assert handles(house, target) == (
        round(temperature) if fahrenheit else temperature,
        None,
        None,
    )


async def test_temperature_set_elsewhere(house: House) -> None:
    """What is set with the supplier's app is shown, where it is known of all heat pumps in the home too."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode("heating"))
    await house.connect()
    await house.change_elsewhere(room(preferred_temperature=19.5), "hp-1")
    assert handles(house) == (19.5, None, None)
    assert handles(house, "home") == (None, None, None)
    await house.change_elsewhere(room(preferred_temperature=19.5), "hp-2")
    assert handles(house, "home") == (19.5, None, None)
    await house.change_elsewhere(room(temperature_control_mode="auto"))
    assert handles(house, "home") == (None, 18, 21.5)
    await house.change_elsewhere(room(temperature_upper_bound=1), "hp-2")
    assert handles(house, "hp-2") == (None, 18, 20.5)
    assert handles(house, "home") == (19.5, None, None)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("low", "high", "preferred", "below", "above"),
    [
        (19, 23, 21, 2, 2),
        (19.5, 24, 21, 1.5, 3),
        (21, 21, 21, 0, 0),
        (16, 26, 21, 5, 5),
        pytest.param(22, 25, 22, 0, 3, id="moved up past the preferred temperature"),
        pytest.param(16, 19, 19, 3, 0, id="moved down past it"),
        pytest.param(5, 10, 10, 5, 0, id="coldest"),
        pytest.param(30, 35, 30, 0, 5, id="warmest"),
    ],
)
async def test_band(
    house: House,
    *,
    target: str,
    low: float,
    high: float,
    preferred: float,
    below: float,
    above: float,
) -> None:
    """The handles are the comfort band; the preferred temperature stays inside it."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode("auto"))
    await house.connect()
    await house.act(
        "climate.set_temperature",
        "climate",
        target,
        target_temp_low=low,
        target_temp_high=high,
    )
    assert house.received() == [
        {
            **ids(target),
            **room(
                preferred_temperature=preferred,
                temperature_lower_bound=below,
                temperature_upper_bound=above,
            ),
        }
    ]
    assert handles(house, target) == (None, low, high)


async def test_other_handle_does_not_drift(house: House) -> None:
    """In °F both edges come rounded to whole degrees; the one that was not moved stays exactly where it is."""
    await connect(house, in_mode("auto"), fahrenheit=True)
    _, low, _ = handles(house)
    for new_low, new_high in ((low, 75), (66, 75), (66, 76)):
        await house.act(
            "climate.set_temperature",
            "climate",
            target_temp_low=new_low,
            target_temp_high=new_high,
        )
    warmer, colder, warmer_again = (body["room"] for body in house.received())
    assert {
        body["preferred_temperature"] for body in (warmer, colder, warmer_again)
    } == {21}
    below, above = "temperature_lower_bound", "temperature_upper_bound"
    assert warmer[below] == 1.5
    assert warmer[above] == pytest.approx((75 - 32) / 1.8 - 21)
    assert colder[below] == pytest.approx(21 - (66 - 32) / 1.8)
    assert colder[above] == warmer[above]
    assert warmer_again[below] == colder[below]
    assert warmer_again[above] == pytest.approx((76 - 32) / 1.8 - 21)


async def drag(house: House, *bands: tuple[float, float], target: str = "hp-1") -> Any:
    """Move the handles of the band, one step after the other; return the preferred temperature that follows."""
    for low, high in bands:
        await house.act(
            "climate.set_temperature",
            "climate",
            target,
            target_temp_low=low,
            target_temp_high=high,
        )
        shown = handles(house, target)
        assert shown == (None, pytest.approx(low), pytest.approx(high))
    return house.received()[-1]["room"]["preferred_temperature"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("bands", "preferred"),
    [
        ([(22, 23), (19.5, 23)], 21),
        ([(21.5, 23), (22, 23), (22.5, 23), (21.5, 23), (20.5, 23)], 21),
        ([(22, 23), (21.5, 23)], 21.5),
        ([(19.5, 20), (19.5, 22)], 21),
        # 5 °C are the most from either edge.
        ([(19.5, 28)], 23),
        ([(19.5, 29.5)], 24.5),
        ([(19.5, 28), (19.5, 26.5)], 21.5),
        ([(19.5, 28), (19.5, 24)], 21),
        ([(15, 23), (19.5, 23)], 21),
        ([(14, 23)], 19),
        ([(5, 11)], 10),
        ([(29, 35)], 30),
    ],
)
async def test_handles_give_the_preferred_temperature_back(
    house: House, bands: list[tuple[float, float]], preferred: float, target: str
) -> None:
    """Handles take the preferred temperature along only as far as they must, and only for as long."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode("auto"))
    await house.connect()
    assert await drag(house, *bands, target=target) == preferred
    # Also where reads have shown it in between.
    await house.poll()
    assert await drag(house, (19.5, 23), target=target) == 21


async def test_handles_leave_what_somebody_has_set_meanwhile(house: House) -> None:
    """Who has set another preferred temperature in between keeps that one."""
    await connect(house, in_mode("auto"))
    assert await drag(house, (22, 23)) == 22
    await house.act("number.set_value", "preferred_temperature", value=22.5)
    # It takes the band along, from 22.5 to 23.5.
    assert await drag(house, (19.5, 23.5)) == 22.5


async def test_handles_that_were_refused_on_the_way(house: House) -> None:
    """A step that the cloud has refused takes nothing along, and forgets nothing."""
    await connect(house, in_mode("auto"))
    await drag(house, (22, 23))
    refuse_changes(house, "No.")
    with pytest.raises(ServiceValidationError):
        await drag(house, (22.5, 23))
    house.cloud.weather.clear()
    assert await drag(house, (20, 23)) == 21


@pytest.mark.parametrize(
    ("fahrenheit", "low", "high", "says"),
    [
        (False, 12.5, 23, ("10 °C", "12.5 °C", "22.5 °C")),
        (False, 19.5, 30, ("10 °C", "19.5 °C", "29.5 °C")),
        (True, 54, 73, ("18 °F", "54 °F", "72 °F")),
        (True, 67, 86, ("18 °F", "67.1 °F", "85.1 °F")),
        (False, 6, 9, ("10 °C", "30 °C")),
        (False, 30.5, 32, ("10 °C", "30 °C")),
        (True, 87, 88, ("50 °F", "86 °F")),
    ],
)
async def test_handles_too_far(
    house: House, fahrenheit: bool, low: float, high: float, says: tuple[str, ...]
) -> None:
    """What cannot be is refused in terms of the handles: the preferred temperature is not to be seen beside them."""
    await connect(house, in_mode("auto"), fahrenheit=fahrenheit)
    words = await house.refused(
        "climate.set_temperature", "climate", target_temp_low=low, target_temp_high=high
    )
    assert [part for part in says if part not in words] == []
    assert "referred" not in words
    assert house.received() == []


@pytest.mark.parametrize(
    ("fahrenheit", "low", "high", "preferred", "says"),
    [
        (False, 15.5, 22, 21, ("5 °C", "21 °C", "16 °C")),
        (False, 20, 26.5, 21, ("5 °C", "21 °C", "26 °C")),
        (True, 60, 72, 70, ("9 °F", "70 °F", "61 °F")),
        (True, 68, 80, 70, ("9 °F", "70 °F", "79 °F")),
    ],
)
async def test_band_too_wide(
    house: House,
    *,
    fahrenheit: bool,
    low: float,
    high: float,
    preferred: float,
    says: tuple[str, ...],
) -> None:
    """An edge further from the temperature that comes with it than it may be is refused, saying where it may be."""
    await connect(house, in_mode("auto"), fahrenheit=fahrenheit)
    words = await house.refused(
        "climate.set_temperature",
        "climate",
        temperature=preferred,
        target_temp_low=low,
        target_temp_high=high,
    )
    assert [part for part in says if part not in words] == []
    assert house.received() == []


async def test_band_of_the_cloud_is_shown_and_locks_nothing(house: House) -> None:
    """The range includes what somebody set outside it; its far edge does not keep the near one from moving."""
    await connect(house, in_mode("auto", preferred_temperature=8))
    assert handles(house) == (None, 6.5, 10)
    assert limits(house)[:2] == (5, 35)
    await house.change_elsewhere(room(temperature_lower_bound=7.5))
    assert handles(house) == (None, 0.5, 10)
    assert limits(house)[:2] == (0.5, 35)
    await house.act(
        "climate.set_temperature", "climate", target_temp_low=0.5, target_temp_high=11
    )
    assert house.received()[0]["room"] == {
        "preferred_temperature": 8,
        "temperature_lower_bound": 7.5,
        "temperature_upper_bound": 3,
    }
    await house.change_elsewhere(
        room(preferred_temperature=33, temperature_upper_bound=4)
    )
    assert limits(house)[:2] == (5, 37)


@pytest.mark.parametrize(
    ("fahrenheit", "leaves", "lowest", "highest"),
    [
        (False, {}, 5, 35),
        (True, {}, 41, 95),
        (False, {"preferred_temperature": 6, "temperature_lower_bound": 2}, 4, 35),
        (False, {"preferred_temperature": 3, "temperature_lower_bound": 1}, 2, 35),
        (False, {"preferred_temperature": 34, "temperature_upper_bound": 5}, 5, 39),
        # What is displayed is rounded, and sent back like that: 40.46 °F, 95.54 °F, 4.74 °C.
        (True, {"preferred_temperature": 6.2, "temperature_lower_bound": 1.5}, 40, 95),
        (True, {"preferred_temperature": 33.3, "temperature_upper_bound": 2}, 41, 96),
        (False, {"preferred_temperature": 6.24}, 4.7, 35),
    ],
)
async def test_one_range(
    house: House,
    *,
    fahrenheit: bool,
    leaves: dict[str, Json],
    lowest: float,
    highest: float,
) -> None:
    """In every mode the range is the same; both edges that are displayed are inside, and can be sent back."""
    await connect(house, in_mode("off", **leaves), fahrenheit=fahrenheit)
    for mode in ("off", "heating", "cooling", "auto"):
        await house.change_elsewhere(room(temperature_control_mode=mode))
        assert limits(house)[:2] == (lowest, highest)
    _, low, high = handles(house)
    for new_low, new_high in ((low, high - 1), (low + 1, high - 1)):
        await house.act(
            "climate.set_temperature",
            "climate",
            target_temp_low=new_low,
            target_temp_high=new_high,
        )
        assert handles(house) == (None, new_low, pytest.approx(new_high))


async def test_range_follows_an_edge_that_is_not_shown(house: House) -> None:
    """In heat a difference alone may move an edge out of the range: the range is that of every mode at once."""
    await connect(house, in_mode("heating"))
    await house.change_elsewhere(room(temperature_lower_bound=17))
    assert limits(house)[:2] == (4, 35)
    await house.change_elsewhere(room(temperature_upper_bound=15))
    assert limits(house)[:2] == (4, 36)


@pytest.mark.parametrize("mode", ["off", "heating", "cooling"])
@pytest.mark.parametrize(
    ("fahrenheit", "temperature", "says"),
    [
        (False, 9.5, ("9.5 °C", "10 °C", "30 °C")),
        (False, 31, ("31 °C", "10 °C", "30 °C")),
        (True, 49, ("49 °F", "50 °F", "86 °F")),
        (True, 95, ("95 °F", "50 °F", "86 °F")),
    ],
)
async def test_target_out_of_range(
    house: House, mode: str, fahrenheit: bool, temperature: float, says: tuple[str, ...]
) -> None:
    """What the control lets through and a preferred temperature may not be is refused in words."""
    await connect(house, in_mode(mode), fahrenheit=fahrenheit)
    words = await house.refused(
        "climate.set_temperature", "climate", temperature=temperature
    )
    assert [part for part in says if part not in words] == []
    assert house.received() == []


@pytest.mark.parametrize("target", TARGETS)
async def test_target_alone_inside_the_band(house: House, target: str) -> None:
    """In heat_cool a target on its own is the preferred temperature."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode("auto"))
    await house.connect()
    await house.act("climate.set_temperature", "climate", target, temperature=22)
    assert house.received() == [{**ids(target), **room(preferred_temperature=22)}]
    assert handles(house, target) == (None, 20.5, 24)


@pytest.mark.parametrize(
    ("fahrenheit", "target", "says"),
    [
        (False, 5.5, ("19.5 °C", "23 °C")),
        (False, 23.5, ("19.5 °C", "23 °C")),
        (True, 42, ("67.1 °F", "73.4 °F")),
    ],
)
async def test_target_alone_outside_the_band(
    house: House, fahrenheit: bool, target: float, says: tuple[str, ...]
) -> None:
    """A target outside the band is a slip of the frontend's, and is refused with both edges."""
    await connect(house, in_mode("auto"), fahrenheit=fahrenheit)
    words = await house.refused(
        "climate.set_temperature", "climate", temperature=target
    )
    assert [part for part in says if part not in words] == []
    assert house.received() == []


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("start", "data", "body", "shown"),
    [
        (
            "off",
            {"hvac_mode": "heat", "temperature": 19},
            {"temperature_control_mode": "heating", "preferred_temperature": 19},
            (19, None, None),
        ),
        (
            "heating",
            {"hvac_mode": "heat_cool", "target_temp_low": 20, "target_temp_high": 24},
            {
                "temperature_control_mode": "auto",
                "preferred_temperature": 21,
                "temperature_lower_bound": 1,
                "temperature_upper_bound": 3,
            },
            (None, 20, 24),
        ),
        pytest.param(
            "heating",
            {"hvac_mode": "heat_cool", "target_temp_low": 29, "target_temp_high": 34},
            {
                "temperature_control_mode": "auto",
                "preferred_temperature": 29,
                "temperature_lower_bound": 0,
                "temperature_upper_bound": 5,
            },
            (None, 29, 34),
            id="edge that no preferred temperature may be",
        ),
        (
            "auto",
            {"hvac_mode": "cool", "temperature": 26},
            {"temperature_control_mode": "cooling", "preferred_temperature": 26},
            (26, None, None),
        ),
        (
            "heating",
            {"hvac_mode": "heat_cool", "temperature": 22},
            {"temperature_control_mode": "auto", "preferred_temperature": 22},
            (None, 20.5, 24),
        ),
        (
            "auto",
            {"temperature": 20, "target_temp_low": 18, "target_temp_high": 24},
            {
                "preferred_temperature": 20,
                "temperature_lower_bound": 2,
                "temperature_upper_bound": 4,
            },
            (None, 18, 24),
        ),
    ],
)
async def test_everything_in_one_change(
    house: House,
    *,
    target: str,
    start: str,
    data: dict[str, Any],
    body: dict[str, Any],
    shown: tuple[Any, Any, Any],
) -> None:
    """Target, band and mode that come together go together."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode(start))
    await house.connect()
    await house.act("climate.set_temperature", "climate", target, **data)
    assert house.received() == [{**ids(target), **room(**body)}]
    assert handles(house, target) == shown


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("start", "hvac_mode", "low", "high"),
    [
        pytest.param("heating", None, 20, 24, id="from HomeKit"),
        pytest.param("heating", None, 18, 23, id="from HomeKit, around the target"),
        pytest.param("off", None, 19.5, 23, id="the band itself"),
        pytest.param("cooling", "heat", 15, 17, id="with another mode"),
        pytest.param("auto", "heat", 25, 30, id="with a mode that has a target"),
        pytest.param("heating", None, 19, 19, id="from a wrapper"),
        pytest.param("turbo", None, 20, 24, id="mode unknown"),
    ],
)
async def test_target_counts_alone(
    house: House,
    *,
    target: str,
    start: str,
    hvac_mode: str | None,
    low: float,
    high: float,
) -> None:
    """Where the mode has one target it is what counts, whatever band comes along."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode(start))
    await house.connect()
    mode = {"hvac_mode": hvac_mode} if hvac_mode else {}
    await house.act(
        "climate.set_temperature",
        "climate",
        target,
        temperature=19,
        target_temp_low=low,
        target_temp_high=high,
        **mode,
    )
    body: dict[str, Any] = {"preferred_temperature": 19}
    if hvac_mode:
        body["temperature_control_mode"] = MODES[hvac_mode]
    assert house.received() == [{**ids(target), **room(**body)}]
    assert handles(house, target) == (19, None, None)


@pytest.mark.parametrize("start", ["auto", "heating"])
async def test_three_equal_values_are_a_target(house: House, start: str) -> None:
    """A wrapper fills in every field with the same temperature: no band of no width is meant."""
    await connect(house, in_mode(start))
    mode: dict[str, str]
    for mode in ({}, {"hvac_mode": "heat_cool"}):
        await house.act(
            "climate.set_temperature",
            "climate",
            temperature=20.5,
            target_temp_low=20.5,
            target_temp_high=20.5,
            **mode,
        )
        assert house.received()[-1]["room"]["preferred_temperature"] == 20.5
    assert handles(house) == (None, 19, 22.5)
    words = await house.refused(
        "climate.set_temperature",
        "climate",
        temperature=25,
        target_temp_low=25,
        target_temp_high=25,
    )
    assert "from 19 °C to 22.5 °C" in words


async def test_two_equal_edges(house: House) -> None:
    """Two edges that are the same are a band of no width, and a target outside that is none."""
    await connect(house, in_mode("auto"))
    words = await house.refused(
        "climate.set_temperature",
        "climate",
        temperature=22,
        target_temp_low=20.5,
        target_temp_high=20.5,
    )
    assert "20.5 °C" in words


async def test_band_beside_a_preferred_temperature(house: House) -> None:
    """A band is measured from the preferred temperature that is on its way, as when a scene sets both."""
    await connect(house, in_mode("auto"))
    await asyncio.gather(
        house.act("number.set_value", "preferred_temperature", value=21.5),
        house.act(
            "climate.set_temperature",
            "climate",
            target_temp_low=20,
            target_temp_high=24,
        ),
    )
    assert house.shows("preferred_temperature") == "21.5"
    assert handles(house) == (None, 20, 24)


@pytest.mark.parametrize("mode", ["off", "heating", "cooling"])
async def test_band_alone_in_other_modes(house: House, mode: str) -> None:
    """A band without a target is asked for: it is set in every mode, though only heat_cool shows it."""
    await connect(house, in_mode(mode))
    await house.act(
        "climate.set_temperature", "climate", target_temp_low=20, target_temp_high=22
    )
    assert house.received()[0]["room"] == {
        "preferred_temperature": 21,
        "temperature_lower_bound": 1,
        "temperature_upper_bound": 1,
    }
    assert handles(house) == (21, None, None)
    assert (house.shows("room_may_fall_to"), house.shows("room_may_rise_to")) == (
        "20.0",
        "22.0",
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("start", ["auto", "heating"])
@pytest.mark.parametrize(
    ("fahrenheit", "by", "warmer", "back"),
    [
        (False, 1, 22, 21),
        (False, -2.5, 18.5, 21),
        (True, 1, pytest.approx(21 + 5 / 9), 21),
        # One °C, which nobody rounds to whole °F; but what is shown then is rounded.
        (True, 1.8, 22, pytest.approx(21, abs=0.3)),
    ],
)
async def test_one_degree_warmer(
    house: House,
    *,
    target: str,
    start: str,
    fahrenheit: bool,
    by: float,
    warmer: Any,
    back: Any,
) -> None:
    """Both edges moved by the same, as Alexa and Siri do it, shift the preferred temperature; the differences stay.

    There and back again everything is as it was.
    """
    if fahrenheit:
        house.use_fahrenheit()
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode(start))
    await house.connect()
    low, high = (67, 73) if fahrenheit else (19.5, 23)
    await house.act(
        "climate.set_temperature",
        "climate",
        target,
        hvac_mode="heat_cool",
        target_temp_low=low + by,
        target_temp_high=high + by,
    )
    _, shown_low, shown_high = handles(house, target)
    await house.act(
        "climate.set_temperature",
        "climate",
        target,
        target_temp_low=shown_low - by,
        target_temp_high=shown_high - by,
    )
    assert house.received() == [
        {
            **ids(target),
            **room(temperature_control_mode="auto", preferred_temperature=warmer),
        },
        {**ids(target), **room(preferred_temperature=back)},
    ]
    assert handles(house, target) == (None, low, high)


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize("elsewhere", [18, 18.3, 24.7])
async def test_band_that_a_scene_brings_back(
    house: House, fahrenheit: bool, elsewhere: float
) -> None:
    """The band of a snapshot, taken while the thermostat stood elsewhere: the same differences, at the same place."""
    start = in_mode(
        "auto",
        preferred_temperature=21 if not fahrenheit else (70 - 32) / 1.8,
        temperature_upper_bound=1,
    )
    await connect(house, start, fahrenheit=fahrenheit)
    snapshot = house.state("climate")
    await house.change_elsewhere(
        room(preferred_temperature=elsewhere, temperature_control_mode="heating")
    )
    await async_reproduce_state(house.hass, [snapshot])
    assert house.received()[-2:] == [
        {**ids("hp-1"), **room(temperature_control_mode="auto")},
        {
            **ids("hp-1"),
            **room(
                # Between two whole °F nobody knows where it was.
                preferred_temperature=pytest.approx(
                    start["room"]["preferred_temperature"], abs=0.05
                )
            ),
        },
    ]
    restored = house.state("climate")
    assert (restored.state, restored.attributes) == (
        snapshot.state,
        snapshot.attributes,
    )


@pytest.mark.parametrize(
    ("mode", "low", "high", "says"),
    [
        ("auto", 28.6, 32.1, ("30.1 °C", "10 °C", "30 °C")),
        ("auto", 8, 11.5, ("9.5 °C", "10 °C", "30 °C")),
        ("heating", 8, 11.5, ("9.5 °C", "10 °C", "30 °C")),
    ],
)
async def test_shift_too_far(
    house: House, mode: str, low: float, high: float, says: tuple[str, ...]
) -> None:
    """A shift that takes the preferred temperature where it may not be is refused with its limits."""
    await connect(house, in_mode(mode))
    words = await house.refused(
        "climate.set_temperature", "climate", target_temp_low=low, target_temp_high=high
    )
    assert [part for part in says if part not in words] == []
    assert house.received() == []


def followed(house: House) -> list[str]:
    """Return whether each heat pump follows its schedule."""
    return [house.shows("schedule", target) for target in ("hp-1", "hp-2")]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("mode", "data"),
    [
        ("heating", {"temperature": 22}),
        ("heating", {"temperature": 22, "hvac_mode": "cool"}),
        ("auto", {"temperature": 22}),
        # One degree warmer.
        ("auto", {"target_temp_low": 20.5, "target_temp_high": 24}),
        # It takes the preferred temperature along.
        ("auto", {"target_temp_low": 22, "target_temp_high": 23}),
    ],
)
async def test_temperature_counts(
    house: House, target: str, mode: str, data: Json
) -> None:
    """Another temperature at the thermostat counts: a schedule is not followed any more, in the same change."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode(mode, schedule_enabled=True))
    await house.connect()
    await house.act("climate.set_temperature", "climate", target, **data)
    (body,) = house.received()
    assert body["room"]["preferred_temperature"] == 22
    assert body["room"]["schedule_enabled"] is False
    assert followed(house) == ["off", "off" if target == "home" else "on"]


@pytest.mark.parametrize(
    ("mode", "data"),
    [
        ("heating", {"temperature": 21}),
        ("heating", {"temperature": 21, "hvac_mode": "cool"}),
        ("auto", {"target_temp_low": 20, "target_temp_high": 23}),
    ],
)
async def test_what_is_there_leaves_the_schedule(
    house: House, mode: str, data: Json
) -> None:
    """The temperature that is shown anyway, as from a scene, and how far the room may drift leave a schedule alone."""
    await connect(house, in_mode(mode, schedule_enabled=True))
    await house.act("climate.set_temperature", "climate", **data)
    assert house.shows("schedule") == "on"


async def test_schedule_of_one_of_them(house: House) -> None:
    """Where only one heat pump follows a schedule, a temperature for all counts there, too."""
    for device_id, is_on in (("hp-1", False), ("hp-2", True)):
        house.add_heat_pump(
            device_id, settings=in_mode("heating", schedule_enabled=is_on)
        )
    await house.connect()
    await house.act("climate.set_temperature", "climate", temperature=22)
    assert house.received()[-1]["room"] == {"preferred_temperature": 22}
    await house.act("climate.set_temperature", "climate", "home", temperature=22.5)
    assert len(house.received()) == 2
    assert followed(house) == ["off", "off"]


@pytest.mark.parametrize("switched_on_at", TARGETS)
async def test_schedule_in_a_scene(house: House, switched_on_at: str) -> None:
    """Who switches the schedule on along with another temperature has both, in whatever order."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode("heating"))
    await house.connect()
    scene: dict[str, Any] = {
        house.entity_id("schedule", switched_on_at): "on",
        house.entity_id("climate"): {"state": "heat", "temperature": 22},
    }
    assert await async_setup_component(house.hass, "scene", {})
    await house.hass.async_block_till_done()
    await house.hass.services.async_call(
        "scene", "apply", {"entities": scene}, blocking=True
    )
    assert house.shows("schedule") == "on"
    assert house.state("climate").attributes["temperature"] == 22
    await house.act("number.set_value", "preferred_temperature", value=20)
    assert house.shows("schedule") == "on"
    await house.act("climate.set_temperature", "climate", temperature=20.5)
    assert house.shows("schedule") == "off"


async def test_unknown_mode(house: House) -> None:
    """A mode that heat pumps do not have is refused, also along with a temperature."""
    await house.connected()
    with pytest.raises(ServiceValidationError):
        await house.act(
            "climate.set_temperature", "climate", temperature=20, hvac_mode="dry"
        )
    assert house.received() == []
    assert house.shows("climate") == "heat"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["heating", "cooling", "auto"])
@pytest.mark.parametrize("restart", [False, True])
async def test_turn_on(house: House, target: str, mode: str, restart: bool) -> None:
    """Switching on goes back to the last mode that was not off, also after a restart."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=in_mode(mode))
    await house.connect()
    shown = house.shows("climate", target)
    await house.act("climate.turn_off", "climate", target)
    assert house.shows("climate", target) == "off"
    if restart:
        await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.act("climate.turn_on", "climate", target)
    assert house.shows("climate", target) == shown
    assert [body["room"] for body in house.received()] == [
        {"temperature_control_mode": "off"},
        {"temperature_control_mode": mode},
    ]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("one_is_on", [False, True])
async def test_turn_on_each_in_its_own_mode(
    house: House, restart: bool, one_is_on: bool
) -> None:
    """All heat pumps switched on go back to the mode that each of them had."""
    for device_id in ("hp-1", "hp-2", "hp-3"):
        house.add_heat_pump(device_id, settings=in_mode("heating"))
    await house.connect()
    # All have agreed once, which is no reason to agree again.
    await house.act("climate.set_hvac_mode", "climate", "hp-2", hvac_mode="cool")
    await house.act("climate.set_hvac_mode", "climate", "hp-3", hvac_mode="heat_cool")
    await house.act("climate.turn_off", "climate", "home")
    if one_is_on:
        await house.act("climate.turn_on", "climate", "hp-2")
    if restart:
        await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.act("climate.turn_on", "climate", "home")
    modes = ["heat", "cool", "heat_cool"]
    assert [house.shows("climate", f"hp-{it}") for it in (1, 2, 3)] == modes
    assert house.shows("climate", "home") == "unknown"


async def test_turn_on_after_it_was_switched_off_elsewhere(house: House) -> None:
    """The mode is remembered, whoever switched it off."""
    await connect(house, in_mode("cooling"))
    await house.change_elsewhere(room(temperature_control_mode="off"))
    await house.act("climate.toggle", "climate")
    assert house.shows("climate") == "cool"


async def test_turn_on_from_an_unknown_past(house: House) -> None:
    """Where no other mode was ever seen, switching on means heating."""
    await connect(house, in_mode("off"))
    await house.act("climate.turn_on", "climate")
    assert house.received()[0]["room"] == {"temperature_control_mode": "heating"}


@pytest.mark.parametrize(
    ("settings", "state", "shown"),
    [
        ({}, "unknown", (None, None, None)),
        (room(preferred_temperature=20), "unknown", (20, None, None)),
        (room(temperature_control_mode="heating"), "heat", (None, None, None)),
        (room(temperature_control_mode="auto"), "heat_cool", (None, None, None)),
        (in_mode("auto", temperature_lower_bound=None), "heat_cool", (21, None, None)),
        (in_mode("auto", temperature_upper_bound=None), "heat_cool", (21, None, None)),
        (
            in_mode("auto", preferred_temperature=None),
            "heat_cool",
            (None, None, None),
        ),
        (in_mode("turbo"), "unknown", (21, None, None)),
    ],
)
async def test_unknown_leaves(
    house: House, settings: Json, state: str, shown: tuple[Any, Any, Any]
) -> None:
    """What is not known is not shown, and hides nothing else."""
    await connect(house, settings)
    assert house.shows("climate") == state
    assert handles(house) == shown
    attributes = house.state("climate").attributes
    # Core's code for Google rounds both edges of whoever is in heat_cool and has a range.
    features = ClimateEntityFeature(attributes["supported_features"])
    has_range = ClimateEntityFeature.TARGET_TEMPERATURE_RANGE in features
    has_target = ClimateEntityFeature.TARGET_TEMPERATURE in features
    assert has_range == (state != "heat_cool" and shown != (None, None, None))
    assert has_range == ("target_temp_low" in attributes)
    # The frontend makes one up where there is a handle without a value.
    assert has_target == (shown != (None, None, None))


@pytest.mark.parametrize("mode", ["heating", "auto"])
async def test_no_handle_for_what_differs(house: House, mode: str) -> None:
    """Where heat pumps differ there is no value to move; whoever names one sets it everywhere."""
    for device_id, preferred in (("hp-1", 20), ("hp-2", 21)):
        house.add_heat_pump(
            device_id, settings=in_mode(mode, preferred_temperature=preferred)
        )
    await house.connect()
    both = (
        ClimateEntityFeature.TARGET_TEMPERATURE
        | ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
    )
    state = house.state("climate", "home")
    assert not ClimateEntityFeature(state.attributes["supported_features"]) & both
    assert handles(house, "home") == (None, None, None)
    for device_id in ("hp-1", "hp-2"):
        state = house.state("climate", device_id)
        assert ClimateEntityFeature(state.attributes["supported_features"]) & both

    await house.act("climate.set_temperature", "climate", "home", temperature=21)
    assert house.received() == [{**ids("home"), "room": {"preferred_temperature": 21}}]
    state = house.state("climate", "home")
    assert both in ClimateEntityFeature(state.attributes["supported_features"])


async def test_band_around_an_unknown_preferred_temperature(house: House) -> None:
    """Without a preferred temperature there is no band, so it becomes the middle."""
    await connect(house, room(temperature_control_mode="heating"))
    await house.act(
        "climate.set_temperature",
        "climate",
        hvac_mode="heat_cool",
        target_temp_low=19,
        target_temp_high=22,
    )
    assert handles(house) == (None, 19, 22)
    assert house.received()[0]["room"] == {
        "temperature_control_mode": "auto",
        "preferred_temperature": 20.5,
        "temperature_lower_bound": 1.5,
        "temperature_upper_bound": 1.5,
    }


async def test_target_alone_in_an_unknown_band(house: House) -> None:
    """Where no band is shown, a target is taken as it is."""
    await connect(house, room(temperature_control_mode="auto"))
    await house.act("climate.set_temperature", "climate", temperature=19)
    assert house.received()[0]["room"] == {"preferred_temperature": 19}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["heating", "auto"])
@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize(
    ("preferred", "since"),
    [
        (8, {}),
        (8, {"preferred_temperature": 21}),
        (8, {"preferred_temperature": 21, "temperature_lower_bound": 1}),
        (31.04, {"preferred_temperature": 19}),
    ],
)
async def test_what_was_shown_may_be_set_again(
    house: House,
    *,
    target: str,
    mode: str,
    fahrenheit: bool,
    preferred: float,
    since: dict[str, Json],
) -> None:
    """A scene brings back what somebody had set outside our ranges, whatever was set since; also after a restart."""
    if fahrenheit:
        house.use_fahrenheit()
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(
            device_id, settings=in_mode(mode, preferred_temperature=preferred)
        )
    await house.connect()
    snapshot = house.state("climate", target)
    for _ in range(2):
        if since:
            await house.change_elsewhere(room(**since))
        await house.hass.config_entries.async_reload(house.entry.entry_id)
        await house.hass.async_block_till_done()
        await async_reproduce_state(house.hass, [snapshot])
        restored = house.state("climate", target)
        assert (restored.state, restored.attributes) == (
            snapshot.state,
            snapshot.attributes,
        )
        assert float(house.shows("preferred_temperature", target)) == pytest.approx(
            float(temperature_text(house.hass, preferred).split()[0]), abs=0.1
        )


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_what_was_never_shown(house: House, fahrenheit: bool) -> None:
    """The range reaches as far as what the cloud had set, and no further."""
    await connect(
        house, in_mode("heating", preferred_temperature=8), fahrenheit=fahrenheit
    )
    for value in (45, 41) if fahrenheit else (7.9, 7):
        await house.refused("climate.set_temperature", "climate", temperature=value)
    await house.change_elsewhere(room(temperature_control_mode="auto"))
    for low, high in ((42, 48), (43, 49)) if fahrenheit else ((5, 8.5), (6, 9.5)):
        await house.refused(
            "climate.set_temperature",
            "climate",
            target_temp_low=low,
            target_temp_high=high,
        )
    assert house.received() == []
    await house.change_elsewhere(room(preferred_temperature=21))
    warmer = (45.5, 51.8) if fahrenheit else (7.5, 11)
    await house.act(
        "climate.set_temperature",
        "climate",
        target_temp_low=warmer[0],
        target_temp_high=warmer[1],
    )
    assert house.received()[0]["room"] == {"preferred_temperature": pytest.approx(9)}


async def test_as_wide_as_it_was(house: House) -> None:
    """A handle goes as far as somebody had set it elsewhere."""
    await connect(house, in_mode("auto", temperature_lower_bound=6))
    await house.change_elsewhere(room(temperature_lower_bound=1))
    assert await drag(house, (15.5, 23)) == 21
    assert house.received()[0]["room"]["temperature_lower_bound"] == 5.5
    words = await house.refused(
        "climate.set_temperature", "climate", target_temp_low=11.5, target_temp_high=23
    )
    assert "10.5 °C apart" in words
    assert await drag(house, (14.5, 23)) == 20


@pytest.mark.parametrize(
    "nonsense",
    [
        {"preferred_temperature": 0},
        {"preferred_temperature": 60},
        {"preferred_temperature": 20, "temperature_lower_bound": 16},
    ],
)
async def test_nonsense_is_not_brought_back(
    house: House, nonsense: dict[str, Json]
) -> None:
    """What no house can mean may be sent only while the cloud holds it anyway, not when it has been put right."""
    await connect(house, in_mode("auto", **nonsense))
    snapshot = house.state("climate")
    await async_reproduce_state(house.hass, [snapshot])
    good = {"preferred_temperature": 21, "temperature_lower_bound": 1.5}
    await house.change_elsewhere(room(**good))
    with pytest.raises(ServiceValidationError):
        await async_reproduce_state(house.hass, [snapshot])
    held = house.cloud.cloud.heat_pump("hp-1").held
    assert held["room.preferred_temperature"] == 21
    assert held["room.temperature_lower_bound"] == 1.5
    for key, lowest, highest in (
        ("preferred_temperature", 10, 30),
        ("allowed_below", 0, 5),
    ):
        attributes = house.state(key).attributes
        assert (attributes["min"], attributes["max"]) == (lowest, highest)


@pytest.mark.parametrize("target", TARGETS)
async def test_refused_by_the_cloud(house: House, target: str) -> None:
    """The cloud's words reach the person, nothing changes, and the control lets go of the value."""
    await house.connected("hp-1", "hp-2")
    house.cloud.behaviour.validation_limits = {"room.preferred_temperature": (15, 25)}
    words = await house.refused(
        "climate.set_temperature", "climate", target, temperature=28
    )
    assert "Input should be less than or equal to 25" in words
    assert handles(house, target) == (21, None, None)


async def test_target_outside_the_band_that_comes_with_it(house: House) -> None:
    """A target and a band in one action have to fit together; the refusal names both edges."""
    await connect(house, in_mode("auto"))
    words = await house.refused(
        "climate.set_temperature",
        "climate",
        temperature=25,
        target_temp_low=19,
        target_temp_high=22,
    )
    assert "from 19 °C to 22 °C" in words


async def test_names_of_both_versions(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """An integration that reads the entity finds what it shows, in °C, under the names of 2026.10 and of 2026.11.

    Neither version warns of a name that it does not want.
    """
    spec = find_spec(climate.__name__)
    assert spec is not None
    assert spec.loader is not None
    caplog.clear()
    spec.loader.exec_module(module_from_spec(spec))
    await connect(house, in_mode("auto"))
    house.hass.states.async_set("sensor.room", "20.5", {"unit_of_measurement": "°C"})
    house.hass.config_entries.async_update_entry(
        house.entry, options={"room_sensors": {"hp-1": "sensor.room"}}
    )
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    entity: Any = house.hass.data[DATA_COMPONENT].get_entity(house.entity_id("climate"))
    for mode, temperature, low, high in (
        ("auto", None, 19.5, 23),
        ("heating", 21, None, None),
    ):
        await house.change_elsewhere(room(temperature_control_mode=mode))
        for prefix in ("", "native_"):
            for name, value in {
                "temperature_unit": "°C",
                "current_temperature": 20.5,
                "target_temperature": temperature,
                "target_temperature_low": low,
                "target_temperature_high": high,
            }.items():
                assert getattr(entity, f"{prefix}{name}") == value
    assert [
        record.getMessage()
        for record in caplog.records
        if "deprecated" in record.getMessage()
    ] == []
