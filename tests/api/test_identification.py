"""Whose an item is, what it is about, and how ids are spelled."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api.identification import (
    DeviceIds,
    id_key,
    id_of,
    is_of_user,
    other_kind,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"hp-1"', "hp-1"),
        # Blanks are part of how the cloud spells it.
        ('" hp-1\\t"', " hp-1\t"),
        ("12", "12"),
        ("-1", "-1"),
        ("0", "0"),
        ("12.0", "12"),
        ("1e3", "1000"),
        ("12.5", "12.5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("NaN", None),
        ("Infinity", None),
        ('""', None),
        ('" \\t"', None),
        ("true", None),
        ("false", None),
        ("null", None),
        ("[]", None),
        ('{"id": 1}', None),
    ],
)
def test_id(written: str, read: str | None) -> None:
    """A text, or a number as its text; nothing else is an id."""
    assert id_of(json.loads(written)) == read


@pytest.mark.parametrize(
    ("item", "user_id", "is_theirs"),
    [
        ({}, "user-1", True),
        ({"user_id": None}, "user-1", True),
        ({"user_id": ""}, "user-1", True),
        ({"user_id": " "}, "user-1", True),
        ({"user_id": ["user-2"]}, "user-1", True),
        ({"user_id": "user-1"}, "user-1", True),
        ({"user_id": "USER-1"}, "user-1", True),
        ({"user_id": " User-1 "}, "uSER-1", True),
        ({"user_id": "STRASSE"}, "straße", True),
        ({"user_id": 42}, "42", True),
        ({"user_id": 42.0}, "42", True),
        ({"user_id": "user-2"}, "user-1", False),
        ({"user_id": "user-11"}, "user-1", False),
        ({"user_id": "user -1"}, "user-1", False),
        ({"user_id": 43}, "42", False),
        ({"user_id": 7}, "user-7", False),
    ],
    ids=str,
)
def test_user(item: dict[str, Any], user_id: str, is_theirs: bool) -> None:
    """What does not say whose it is belongs to the user that was asked for; what names another one does not."""
    assert is_of_user(item, user_id) is is_theirs


@pytest.mark.parametrize(
    "device_type",
    [
        None,
        "",
        " ",
        7,
        True,
        ["battery"],
        "heat_pump",
        "HEAT_PUMP",
        "HeatPump",
        "heat pump",
        "hybrid_heat_pump",
        "inverter_heat_pump",
        "inverterHeatPump",
        "solar-assisted-heat-pump",
        "heat_pump_with_meter",
        "pv_heat_pump",
        "HP",
        "pv_hp",
        "air_to_water",
        "air2water_inverter",
        "ground-source",
        "inverter_air_source",
        "brine_inverter",
        "boiler",
        "hydronic",
        "thermal_unit",
        "device",
        "evaporator",
        "carrier",
        "essential",
        "Wärmepumpe",
        "温水",
    ],
)
def test_may_be_a_heat_pump(device_type: Any) -> None:
    """Whatever is not clearly another kind of device."""
    assert other_kind({"device_type": device_type}) is None
    assert other_kind({}) is None


@pytest.mark.parametrize(
    ("device_type", "words"),
    [
        ("battery", "battery"),
        ("BATTERY", "battery"),
        ("home_batteries", "home batteries"),
        ("HomeBattery", "home battery"),
        ("ev", "ev"),
        ("EV", "ev"),
        ("EVCharger", "ev charger"),
        ("evcharger", "evcharger"),
        ("charging-station", "charging station"),
        ("electric_vehicle", "electric vehicle"),
        ("car", "car"),
        ("pv", "pv"),
        ("pv_inverter", "pv inverter"),
        ("solar", "solar"),
        ("SolarInverter", "solar inverter"),
        ("photovoltaic", "photovoltaic"),
        ("smart_meter", "smart meter"),
        ("smartmeter", "smartmeter"),
        ("ess", "ess"),
        ("wallbox", "wallbox"),
        ("[battery](https://example.com)", "battery https example com"),
    ],
)
def test_other_kind(device_type: str, words: str) -> None:
    """Another kind is told in its words, without whatever stands between them."""
    assert other_kind({"device_type": device_type}) == words


def test_names_in_use_stay() -> None:
    """A heat pump that is known is called as ever, however it is spelled; a new one as it was first spelled."""
    ids = DeviceIds(["HP-1"])
    assert [ids.name(it) for it in ("hp-1", "Hp-1", " HP-1 ", "HP-1")] == ["HP-1"] * 4
    assert [ids.name(it) for it in (" New", "new", "NEW ")] == ["New"] * 3


@pytest.mark.parametrize("known", [["hp-1", "HP-1"], ["HP-1", "hp-1"]])
def test_two_names_in_use(known: list[str]) -> None:
    """Where both spellings had been taken for heat pumps of their own, the one that has worked goes on."""
    assert [DeviceIds(known).name("HP-1"), DeviceIds(known).name("hp-1")] == [
        "HP-1",
        "hp-1",
    ]
    ids = DeviceIds(known)
    assert ids.name("Hp-1") == known[0]
    assert {ids.name(it) for it in known} == {known[0]}


def test_spelling() -> None:
    """The cloud is told its own spelling, the last one that is certain; without any, the name."""
    ids = DeviceIds(["HP-1"])
    assert ids.spelling("HP-1") == "HP-1"
    ids.note_spelling("Hp-1", for_certain=False)
    assert ids.spelling("HP-1") == "Hp-1"
    ids.note_spelling("hP-1", for_certain=False)
    assert ids.spelling("HP-1") == "Hp-1"
    for spelling in (" hp-1", "hp-1"):
        ids.note_spelling(spelling)
        assert ids.spelling("HP-1") == spelling
    ids.note_spelling("HP-1", for_certain=False)
    assert ids.spelling("HP-1") == "hp-1"
    assert ids.spelling("hp-2") == "hp-2"


@given(st.lists(st.text(min_size=1)), st.data())
def test_one_name_for_each(known: list[str], data: st.DataObject) -> None:
    """Whatever is seen in whatever order: ids that are alike have one name, and it is alike."""
    ids = DeviceIds(known)
    spellings = data.draw(
        st.lists(st.sampled_from(known) if known else st.text(), max_size=5)
    )
    for spelling in spellings:
        for seen in (spelling, spelling.upper(), f" {spelling.lower()}"):
            name = ids.name(seen)
            assert id_key(name) == id_key(seen)
            assert ids.name(name) == name
