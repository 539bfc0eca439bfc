"""The temperatures and differences, in °C and °F houses."""

from typing import Any

import pytest

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.state import async_reproduce_state

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


def wishes() -> list[Wish]:
    """Return a change to each number, with the same temperature in both units."""
    return [
        Wish(
            key,
            "number.set_value",
            {"value": value},
            {group: {name: celsius}},
            str(float(value)),
            fahrenheit=unit == "°F",
        )
        for key, group, name, celsius, in_fahrenheit in (
            ("preferred_temperature", "room", "preferred_temperature", 22, 71.6),
            ("allowed_below", "room", "temperature_lower_bound", 2.5, 4.5),
            ("allowed_above", "room", "temperature_upper_bound", 0, 0),
            ("hot_water_min", "dhw", "temperature_lower_bound", 48, 118.4),
            ("hot_water_max", "dhw", "temperature_upper_bound", 60, 140),
        )
        for unit, value in (("°C", celsius), ("°F", in_fahrenheit))
    ]


WISHES = wishes()
KEYS = list(dict.fromkeys(wish.key for wish in WISHES))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_change(house: House, wish: Wish, target: str) -> None:
    """A number is sent in °C or kelvin, without the dust of conversion."""
    await check_change(house, wish, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_change_elsewhere(house: House, wish: Wish, target: str) -> None:
    """A number set with the supplier's app is shown in the house's unit."""
    await check_change_elsewhere(house, wish, target)


@pytest.mark.parametrize(
    ("key", "celsius", "fahrenheit"),
    [
        ("preferred_temperature", (10, 30, 0.5), (50, 86, 1)),
        ("allowed_below", (0, 5, 0.1), (0, 9, 0.1)),
        ("allowed_above", (0, 5, 0.1), (0, 9, 0.1)),
        ("hot_water_min", (40, 65, 1), (104, 149, 1)),
        ("hot_water_max", (40, 75, 1), (104, 167, 1)),
    ],
)
@pytest.mark.parametrize("unit", ["°C", "°F"])
async def test_control(
    house: House,
    *,
    key: str,
    unit: str,
    celsius: tuple[float, ...],
    fahrenheit: tuple[float, ...],
) -> None:
    """The control speaks the house's unit; a difference has no 32 added to it."""
    if unit == "°F":
        house.use_fahrenheit()
    await house.connected()
    attributes = house.state(key).attributes
    assert attributes["unit_of_measurement"] == unit
    assert (attributes["min"], attributes["max"], attributes["step"]) == (
        fahrenheit if unit == "°F" else celsius
    )
    assert attributes["device_class"] == (
        "temperature_delta" if key.startswith("allowed") else "temperature"
    )
    assert attributes["mode"] == "box"


@pytest.mark.parametrize("key", ["preferred_temperature", "hot_water_max"])
async def test_whole_degrees_fahrenheit(house: House, key: str) -> None:
    """What was set in whole °F is shown as that again, now and after a read."""
    house.use_fahrenheit()
    await house.connected()
    room = key == "preferred_temperature"
    for value in (61, 67, 69, 70, 74) if room else (140, 141, 149, 151, 154):
        await house.act("number.set_value", key, value=value)
        assert float(house.shows(key)) == value
    await house.poll()
    assert float(house.shows(key)) == value


async def test_difference_of_one_degree_fahrenheit(house: House) -> None:
    """A difference of 1 °F is 5/9 K, and 1 °F again."""
    house.use_fahrenheit()
    await house.connected()
    await house.act("number.set_value", "allowed_above", value=1)
    (body,) = house.received()
    assert body["room"]["temperature_upper_bound"] == pytest.approx(5 / 9)
    await house.poll()
    assert float(house.shows("allowed_above")) == 1


async def test_always_floats(house: House) -> None:
    """Whole numbers, and numbers in quotes, are shown as any other number."""
    await house.connected()
    assert house.shows("preferred_temperature") == "21.0"
    house.cloud.behaviour.numbers_as_strings = True
    await house.change_elsewhere({"dhw": {"temperature_upper_bound": 52}})
    assert house.shows("preferred_temperature") == "21.0"
    assert house.shows("hot_water_max") == "52.0"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_unknown(house: House, wish: Wish, target: str) -> None:
    """A number that the cloud does not tell is unknown, typed into a box, and can be set."""
    unknown = Wish(
        wish.key, wish.action, wish.data, wish.body, wish.state, {}, wish.fahrenheit
    )
    await house.prepared_for(unknown)
    assert house.shows(wish.key, target) == "unknown"
    assert house.state(wish.key, target).attributes["mode"] == "box"
    await house.act(wish.action, wish.key, target, **wish.data)
    assert house.received() == [{**ids(target), **wish.body}]
    assert house.shows(wish.key, target) == wish.state


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize(
    ("key", "setting", "outside", "inside"),
    [
        ("preferred_temperature", "preferred_temperature", 8.5, 21),
        ("preferred_temperature", "preferred_temperature", 31, 21),
        ("allowed_below", "temperature_lower_bound", 6, 1),
        ("allowed_above", "temperature_upper_bound", 6.3, 1),
    ],
)
async def test_outside_the_range_again(
    house: House,
    *,
    key: str,
    setting: str,
    outside: float,
    inside: float,
    fahrenheit: bool,
) -> None:
    """A scene brings back what somebody had set outside our ranges; they reach as far as that, and no further."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    await house.change_elsewhere({"room": {setting: outside}})
    snapshot = house.state(key)
    await house.change_elsewhere({"room": {setting: inside}})
    await async_reproduce_state(house.hass, [snapshot])
    assert house.state(key).state == snapshot.state
    assert house.received() == [
        {**ids("hp-1"), "room": {setting: pytest.approx(outside, abs=0.05)}}
    ]
    beyond = outside + (0.6 if outside != 8.5 else -0.6)
    if fahrenheit:
        beyond = beyond * 1.8 + (32 if key == "preferred_temperature" else 0)
    with pytest.raises(ServiceValidationError):
        await house.act("number.set_value", key, value=beyond)
    nearer = {8.5: 9, 31: 30.5, 6: 5.5, 6.3: 5.9}[outside]
    if fahrenheit:
        nearer = nearer * 1.8 + (32 if key == "preferred_temperature" else 0)
    await house.act("number.set_value", key, value=nearer)


async def test_outside_the_range_until_something_else_is(house: House) -> None:
    """What may be brought back is the last of it, and the control says so at once."""
    await house.connected()
    await house.change_elsewhere({"room": {"temperature_lower_bound": 6}})
    await house.change_elsewhere({"room": {"temperature_lower_bound": 1}})
    assert house.state("allowed_below").attributes["max"] == 6
    await house.change_elsewhere({"room": {"preferred_temperature": 8.5}})
    assert house.state("allowed_below").attributes["max"] == 5
    assert house.state("preferred_temperature").attributes["min"] == 8.5


@pytest.mark.parametrize(
    ("key", "settings", "state"),
    [
        ("preferred_temperature", {"room": {"preferred_temperature": 8.5}}, "8.5"),
        ("allowed_above", {"room": {"temperature_upper_bound": 6}}, "6.0"),
        ("hot_water_min", {"dhw": {"temperature_lower_bound": 35}}, "35.0"),
        ("hot_water_max", {"dhw": {"temperature_upper_bound": 80}}, "80.0"),
    ],
)
async def test_outside_the_range(
    house: House, key: str, settings: Json, state: str
) -> None:
    """A value of the cloud's outside our ranges is shown as it is."""
    await house.connected()
    await house.change_elsewhere(settings)
    assert house.shows(key) == state


async def test_hot_water_maximum_beside_a_low_minimum(house: House) -> None:
    """A minimum below 40 °C that somebody else has set is not sent along."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 20}})
    await house.act("number.set_value", "hot_water_max", value=50)
    assert house.received() == [{**ids("hp-1"), "dhw": {"temperature_upper_bound": 50}}]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("hot_water_min", 56, ("at least 56 °C", "at most 55 °C")),
        ("hot_water_max", 44, ("at least 45 °C", "at most 44 °C")),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
async def test_hot_water_order(
    house: House, *, key: str, value: float, says: tuple[str, ...], target: str
) -> None:
    """A minimum above the maximum is refused, naming the other value; nothing is sent."""
    await house.connected("hp-1", "hp-2")
    words = await house.refused("number.set_value", key, target, value=value)
    assert [part for part in says if part not in words] == []
    assert house.received() == []


async def test_hot_water_order_in_fahrenheit(house: House) -> None:
    """The texts speak the house's unit."""
    house.use_fahrenheit()
    await house.connected()
    words = await house.refused("number.set_value", "hot_water_min", value=140)
    assert "at least 140 °F and at most 131 °F" in words


async def test_hot_water_order_of_one_heat_pump_of_the_home(house: House) -> None:
    """Where the home's values differ, each heat pump counts."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", settings={"dhw": {"temperature_upper_bound": 50}})
    await house.connect()
    assert house.shows("hot_water_max", "home") == "unknown"
    words = await house.refused("number.set_value", "hot_water_min", "home", value=52)
    assert "at least 52 °C and at most 50 °C" in words
    assert house.received() == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hot_water_min", 39),
        ("hot_water_min", 66),
        ("hot_water_max", 76),
        ("preferred_temperature", 9.5),
        ("preferred_temperature", 30.5),
        ("allowed_below", -0.5),
        ("allowed_above", 5.5),
    ],
)
async def test_out_of_range(house: House, key: str, value: float) -> None:
    """A value outside the control's range never reaches the cloud."""
    await house.connected()
    before = house.shows(key)
    with pytest.raises(ServiceValidationError):
        await house.act("number.set_value", key, value=value)
    assert house.received() == []
    assert house.shows(key) == before


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_refused_by_the_cloud(house: House, wish: Wish, target: str) -> None:
    """The cloud's words reach the person, nothing changes, and the control lets go of the value."""
    await house.prepared_for(wish)
    refuse_changes(house, "Ask your installer {first}")
    words = await house.refused(wish.action, wish.key, target, **wish.data)
    assert "Ask your installer {first}" in words


async def test_home_agrees_but_for_rounding(house: House) -> None:
    """Heat pumps that differ by less than the cloud's rounding agree."""
    await house.connected("hp-1", "hp-2")
    changes: dict[str, Any] = {"hp-1": 21.04, "hp-2": 21.1}
    for device_id, value in changes.items():
        await house.change_elsewhere(
            {"room": {"preferred_temperature": value}}, device_id
        )
        expected = "21.04" if device_id == "hp-1" else "unknown"
        assert house.shows("preferred_temperature", "home") == expected
