"""The settings that are on or off."""

import pytest

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

OPTIMIZATIONS = ("flex_trading", "dynamic_tariff", "pv_self_consumption")


def optimization(*on: str) -> Json:
    """Return the settings in which these optimisations are on."""
    return {"optimization_settings": {name: name in on for name in OPTIMIZATIONS}}


def wishes() -> list[Wish]:
    """Return each switch, switched on and off."""
    found = []
    for on in (True, False):
        action = "switch.turn_on" if on else "switch.turn_off"
        state = "on" if on else "off"
        for key in OPTIMIZATIONS:
            body = {"optimization_settings": {key: on}}
            start = optimization(*(() if on else (key,)))
            found.append(Wish(key, action, {}, body, state, start))
        body = {"room": {"schedule_enabled": on}}
        start = {"room": {"schedule_enabled": not on}}
        found.append(Wish("schedule", action, {}, body, state, start))
    return found


WISHES = wishes()


def switched_on(house: House, target: str = "hp-1") -> set[str]:
    """Return the optimisations that are shown to be on."""
    return {key for key in OPTIMIZATIONS if house.shows(key, target) == "on"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_change(house: House, wish: Wish, target: str) -> None:
    """A switch sends itself alone."""
    await check_change(house, wish, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_change_elsewhere(house: House, wish: Wish, target: str) -> None:
    """What is switched with the supplier's app is shown."""
    await check_change_elsewhere(house, wish, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("start", "key", "after"),
    [
        ((), "flex_trading", {"flex_trading"}),
        (("dynamic_tariff",), "flex_trading", {"flex_trading"}),
        (
            ("dynamic_tariff", "pv_self_consumption"),
            "flex_trading",
            {"flex_trading"},
        ),
        (("flex_trading",), "dynamic_tariff", {"dynamic_tariff"}),
        (("flex_trading",), "pv_self_consumption", {"pv_self_consumption"}),
        (
            ("dynamic_tariff",),
            "pv_self_consumption",
            {"dynamic_tariff", "pv_self_consumption"},
        ),
    ],
)
async def test_they_flip_together(
    house: House, *, start: tuple[str, ...], key: str, after: set[str], target: str
) -> None:
    """Flex trading and the others exclude each other: shown at once, before any read, as the cloud will have it."""
    for device_id in ("hp-1", "hp-2"):
        house.add_heat_pump(device_id, settings=optimization(*start))
    await house.connect()
    await house.act("switch.turn_on", key, target)
    assert switched_on(house, target) == after
    assert house.reads() == 0
    assert house.received() == [{**ids(target), "optimization_settings": {key: True}}]
    await house.poll()
    assert switched_on(house, target) == after


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"room": {"schedule_enabled": "perhaps"}},
        {"optimization_settings": {"flex_trading": None, "dynamic_tariff": 2}},
    ],
)
@pytest.mark.parametrize("key", [*OPTIMIZATIONS, "schedule"])
async def test_unknown(house: House, settings: Json, key: str) -> None:
    """What the cloud does not tell is unknown, and can be switched."""
    house.add_heat_pump(settings=settings)
    await house.connect()
    assert house.shows(key) == "unknown"
    await house.act("switch.turn_on", key)
    assert house.shows(key) == "on"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("wish", WISHES, ids=str)
async def test_refused_by_the_cloud(house: House, wish: Wish, target: str) -> None:
    """The cloud's words reach the person, nothing flips, and the control lets go of the wish."""
    await house.prepared_for(wish)
    refuse_changes(house, "Not in your contract")
    words = await house.refused(wish.action, wish.key, target, **wish.data)
    assert "Not in your contract" in words
