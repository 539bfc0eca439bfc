"""The settings that are one of several."""

import pytest

from homeassistant.exceptions import ServiceValidationError

from .house import (
    TARGETS,
    House,
    Json,
    Wish,
    check_change,
    check_change_elsewhere,
    refuse_changes,
)


def optimization(
    flex_trading: bool | None, dynamic_tariff: bool | None, pv: bool | None
) -> Json:
    """Return settings as the cloud writes them; None leaves one out."""
    leaves = {
        "flex_trading": flex_trading,
        "dynamic_tariff": dynamic_tariff,
        "pv_self_consumption": pv,
    }
    return {
        "optimization_settings": {
            name: value for name, value in leaves.items() if value is not None
        }
    }


OPTIMIZATIONS: dict[str, Json] = {
    "none": optimization(False, False, False),
    "flex_trading": optimization(True, False, False),
    "dynamic_tariff": optimization(False, True, False),
    "pv_self_consumption": optimization(False, False, True),
    "tariff_and_pv": optimization(False, True, True),
}
CONTROL_MODES: dict[str, Json] = {
    mode: {"room": {"temperature_control_mode": mode}}
    for mode in ("off", "heating", "cooling", "auto")
}
OPTIONS = {"optimization": OPTIMIZATIONS, "control_mode": CONTROL_MODES}

WISHES = [
    Wish(
        key,
        "select.select_option",
        {"option": option},
        bodies[option],
        option,
        start=bodies[start],
    )
    for key, bodies in OPTIONS.items()
    for start in bodies
    for option in bodies
    if option != start
]
EACH_OPTION = list({str(wish): wish for wish in WISHES}.values())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_change(house: House, wish: Wish, target: str) -> None:
    """Every option can be chosen from every other."""
    await check_change(house, wish, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", EACH_OPTION, ids=str)
async def test_change_elsewhere(house: House, wish: Wish, target: str) -> None:
    """What is chosen with the supplier's app is shown."""
    await check_change_elsewhere(house, wish, target)


@pytest.mark.parametrize("key", OPTIONS)
async def test_options(house: House, key: str) -> None:
    """There are these options and no others; any other word is refused."""
    await house.connected()
    assert set(house.state(key).attributes["options"]) == OPTIONS[key].keys()
    with pytest.raises(ServiceValidationError):
        await house.act("select.select_option", key, option="turbo")
    assert house.received() == []


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("control_mode", {}),
        ("control_mode", {"room": {"temperature_control_mode": "turbo"}}),
        ("optimization", {}),
        ("optimization", optimization(False, None, False)),
        ("optimization", optimization(None, True, False)),
        ("optimization", {"optimization_settings": {"flex_trading": "perhaps"}}),
    ],
)
async def test_unknown(house: House, key: str, settings: Json) -> None:
    """What the cloud does not tell, or tells in unknown words, is unknown, and can be chosen."""
    house.add_heat_pump(settings=settings)
    await house.connect()
    assert house.shows(key) == "unknown"
    option = next(iter(OPTIONS[key]))
    await house.act("select.select_option", key, option=option)
    assert house.shows(key) == option


async def test_what_cannot_be_together(house: House) -> None:
    """A state that is none of the five is unknown rather than wrong."""
    house.add_heat_pump(settings=optimization(True, True, False))
    await house.connect()
    assert house.shows("optimization") == "unknown"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("key", OPTIONS)
async def test_refused_by_the_cloud(house: House, key: str, target: str) -> None:
    """The cloud's words reach the person, nothing changes, and the control lets go of the value."""
    await house.connected("hp-1", "hp-2")
    refuse_changes(house, "Not in your contract")
    option = next(iter(OPTIONS[key]))
    words = await house.refused("select.select_option", key, target, option=option)
    assert "Not in your contract" in words
