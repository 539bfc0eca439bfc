"""The thermostat: control mode, preferred temperature and comfort band in one."""

from typing import Any

import pytest

from homeassistant.components.climate.const import ATTR_HVAC_MODES
from homeassistant.exceptions import ServiceValidationError

from .house import TARGETS, House, Json, Wish, check_change, check_change_elsewhere, ids

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
        attributes["temperature"],
        attributes["target_temp_low"],
        attributes["target_temp_high"],
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
        lowest_and_highest = (41, 95) if fahrenheit else (5, 35)
    else:
        shown = (70 if fahrenheit else 21, None, None)
        lowest_and_highest = (50, 86) if fahrenheit else (10, 30)
    assert handles(house) == shown
    assert limits(house) == (*lowest_and_highest, 1 if fahrenheit else 0.5)


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
    assert handles(house, "home") == (None, 18, None)


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


@pytest.mark.parametrize(
    ("fahrenheit", "low", "high", "says"),
    [
        (False, 15.5, 22, ("5 °C", "21 °C", "16 °C")),
        (False, 20, 26.5, ("5 °C", "21 °C", "26 °C")),
        (True, 60, 72, ("9 °F", "69.8 °F", "60.8 °F")),
        (True, 68, 79, ("9 °F", "69.8 °F", "78.8 °F")),
    ],
)
async def test_band_too_wide(
    house: House, fahrenheit: bool, low: float, high: float, says: tuple[str, ...]
) -> None:
    """An edge further away than it may be is refused, saying how far it may be, from what, and where that is."""
    await connect(house, in_mode("auto"), fahrenheit=fahrenheit)
    words = await house.refused(
        "climate.set_temperature", "climate", target_temp_low=low, target_temp_high=high
    )
    assert [part for part in says if part not in words] == []
    assert house.received() == []


async def test_band_of_the_cloud_is_shown_and_locks_nothing(house: House) -> None:
    """Limits follow a band that somebody set outside ours; its far edge does not keep the near one from moving."""
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
        (in_mode("auto", temperature_lower_bound=None), "heat_cool", (None, None, 23)),
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


async def test_band_around_an_unknown_preferred_temperature(house: House) -> None:
    """Without a preferred temperature there is no band, so it becomes the middle."""
    await connect(house, room(temperature_control_mode="auto"))
    await house.act(
        "climate.set_temperature", "climate", target_temp_low=19, target_temp_high=22
    )
    assert house.received()[0]["room"] == {
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
    house.add_heat_pump(settings={"room": {"temperature_control_mode": "auto"}})
    await house.connect()
    words = await house.refused(
        "climate.set_temperature",
        "climate",
        temperature=25,
        target_temp_low=19,
        target_temp_high=22,
    )
    assert "from 19 °C to 22 °C" in words
