"""The action that changes any of the settings in one request for each target."""

import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    label_registry as lr,
)

from .house import TARGETS, USER, House, ids, refuse_changes

ALL_FIELDS = {
    "preferred_temperature": 20.5,
    "allowed_below": 1,
    "allowed_above": 2.5,
    "schedule": True,
    "control_mode": "auto",
    "hot_water_min": 50,
    "hot_water_max": 60,
    "flex_trading": False,
    "dynamic_tariff": True,
    "pv_self_consumption": False,
    "country": "nl",
    "postal_code": " 1234AB ",
}
IN_FAHRENHEIT = {
    "preferred_temperature": 68.9,
    "allowed_below": 1.8,
    "allowed_above": 4.5,
    "hot_water_min": 122,
    "hot_water_max": 140,
}
ALL_IN_THE_CLOUD = {
    "room": {
        "preferred_temperature": 20.5,
        "temperature_lower_bound": 1,
        "temperature_upper_bound": 2.5,
        "schedule_enabled": True,
        "temperature_control_mode": "auto",
    },
    "dhw": {"temperature_lower_bound": 50, "temperature_upper_bound": 60},
    "optimization_settings": {
        "flex_trading": False,
        "dynamic_tariff": True,
        "pv_self_consumption": False,
    },
    "location": {"country": "NL", "postal_code": "1234AB"},
}


async def update(house: House, *targets: str, **fields: Any) -> Any:
    """Call the action for targets (the home where there is none) and return its response."""
    if targets:
        fields["device_id"] = [house.device(target).id for target in targets]
    return await house.hass.services.async_call(
        DOMAIN,
        "update_settings",
        {"config_entry_id": house.entry.entry_id, **fields},
        blocking=True,
        return_response=True,
    )


async def refused(house: House, *targets: str, **fields: Any) -> str:
    """Call the action with what it must refuse before it sends anything; return its words."""
    with pytest.raises(ServiceValidationError) as refusal:
        await update(house, *targets, **fields)
    assert house.received() == []
    return str(refusal.value)


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize("target", TARGETS)
async def test_all_fields(house: House, target: str, fahrenheit: bool) -> None:
    """Everything goes out in one request, in °C and kelvin; the answer is in the house's unit."""
    fields = dict(ALL_FIELDS)
    if fahrenheit:
        house.use_fahrenheit()
        fields |= IN_FAHRENHEIT
    await house.connected("hp-1", "hp-2")
    response = await update(house, target, **fields)
    assert house.received() == [{**ids(target), **ALL_IN_THE_CLOUD}]
    fields |= {"country": "NL", "postal_code": "1234AB"}
    ((device_id, told),) = response.items()
    assert device_id == house.device(target).id
    assert told["sent"] == fields
    assert (
        told["shown"].items()
        >= {
            name: value
            for name, value in fields.items()
            if name not in ("country", "postal_code")
        }.items()
    )
    assert json.loads(json.dumps(response)) == response


@pytest.mark.parametrize("field", ALL_FIELDS)
async def test_one_field(house: House, field: str) -> None:
    """What is left out is left alone."""
    await house.connected()
    response = await update(house, "hp-1", **{field: ALL_FIELDS[field]})
    (body,) = house.received()
    assert body.keys() - {"user_id", "device_id"} <= ALL_IN_THE_CLOUD.keys()
    (group,) = (each for each in body.values() if isinstance(each, dict))
    assert len(group) == 1
    (told,) = response.values()
    assert told["sent"].keys() == {field}
    if field == "preferred_temperature":
        assert told["shown"]["hot_water_min"] == 45


async def test_home_without_a_device(house: House) -> None:
    """Without a device it is the home, at user level, also where that is one heat pump."""
    await house.connected()
    response = await update(house, preferred_temperature=20)
    assert house.received() == [
        {"user_id": USER, "room": {"preferred_temperature": 20}}
    ]
    assert response["home"]["sent"] == {"preferred_temperature": 20}
    assert response["home"]["shown"]["preferred_temperature"] == 20
    assert house.shows("preferred_temperature") == "20.0"


async def test_entry_of_one_heat_pump(house: House) -> None:
    """An entry that was made for one heat pump never changes another."""
    await house.connected("hp-1", "hp-2", device_id="hp-2")
    await update(house, preferred_temperature=20)
    assert house.received() == [{**ids("hp-2"), "room": {"preferred_temperature": 20}}]


async def test_several_heat_pumps(house: House) -> None:
    """Each gets one request, however often it is named."""
    await house.connected("hp-1", "hp-2", "hp-3")
    response = await update(house, "hp-1", "hp-3", "hp-1", schedule=True)
    assert sorted(body["device_id"] for body in house.received()) == ["hp-1", "hp-3"]
    assert response.keys() == {house.device("hp-1").id, house.device("hp-3").id}
    assert house.shows("schedule", "hp-2") == "off"


async def test_one_heat_pump_without_a_list(house: House) -> None:
    """A single device need not be a list, and nobody has to want a response."""
    await house.connected("hp-1", "hp-2")
    await house.hass.services.async_call(
        DOMAIN,
        "update_settings",
        {
            "config_entry_id": house.entry.entry_id,
            "device_id": house.device("hp-2").id,
            "schedule": True,
        },
        blocking=True,
    )
    assert house.received() == [{**ids("hp-2"), "room": {"schedule_enabled": True}}]


async def test_one_failure_does_not_stop_the_others(house: House) -> None:
    """The cloud's refusal of one heat pump is told, and the other one has its change."""
    await house.connected("hp-1", "hp-2")
    refuse_changes(house, "Not this one", device_id="hp-1")
    with pytest.raises(ServiceValidationError, match="Not this one"):
        await update(house, "hp-1", "hp-2", schedule=True)
    assert house.shows("schedule", "hp-1") == "off"
    assert house.shows("schedule", "hp-2") == "on"


async def test_unknown_home(house: House) -> None:
    """An entry that there is not, or that is another integration's, is named as such."""
    await house.connected()
    other = MockConfigEntry(domain="other")
    other.add_to_hass(house.hass)
    for entry_id in ("nothing", other.entry_id):
        words = await refused(house, schedule=True, config_entry_id=entry_id)
        assert "no such home" in words


async def test_home_not_connected(house: House) -> None:
    """An entry that is not loaded is called by its name."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert USER in await refused(house, schedule=True)


async def test_devices_of_others(house: House) -> None:
    """A device that is not there, or another home's, or another integration's, is refused; the others wait."""
    await house.connected("hp-1")
    ours = house.device().id
    house.add_heat_pump("hp-9", user_id="user-9")
    await house.connect(user_id="user-9")
    theirs = house.device("hp-9", "user-9").id
    other = MockConfigEntry(domain="other")
    other.add_to_hass(house.hass)
    foreign = dr.async_get(house.hass).async_get_or_create(
        config_entry_id=other.entry_id,
        identifiers={("other", "user-9_hp-9")},
        name="Other one",
    )
    dr.async_get(house.hass).async_update_device(ours, name_by_user="Upstairs")
    for device_id, called in (
        ("nothing", "nothing"),
        (ours, "Upstairs"),
        (foreign.id, "Other one"),
    ):
        words = await refused(house, schedule=True, device_id=[theirs, device_id])
        assert f"“{called}”" in words


@pytest.mark.parametrize(
    ("language", "says"), [("en", "not 30.5 °C"), ("nl", "not 30,5 °C")]
)
async def test_numbers_as_the_house_writes_them(
    house: House, language: str, says: str
) -> None:
    """A value in a text has the decimal mark of the house's language; the text itself is in that of who reads it."""
    house.hass.config.language = language
    await house.connected()
    assert says in await refused(house, preferred_temperature=30.5)


@pytest.mark.parametrize("other", ["dynamic_tariff", "pv_self_consumption"])
async def test_contradiction(house: House, other: str) -> None:
    """Flex trading and another optimisation at once are refused; off is no contradiction."""
    await house.connected()
    words = await refused(house, flex_trading=True, **{other: True})
    assert "Flex trading cannot be combined" in words
    await update(house, flex_trading=True, **{other: False})
    assert house.shows("optimization") == "flex_trading"


@pytest.mark.parametrize(
    ("field", "celsius", "fahrenheit", "says_celsius", "says_fahrenheit"),
    [
        (
            "preferred_temperature",
            30.5,
            87,
            "10 °C to 30 °C, not 30.5 °C",
            "50 °F to 86 °F, not 87 °F",
        ),
        ("preferred_temperature", "nan", "nan", "not nan", "not nan"),
        ("allowed_below", 5.5, 10, "0 °C to 5 °C colder", "0 °F to 9 °F colder"),
        ("allowed_above", -1, -1, "0 °C to 5 °C warmer", "0 °F to 9 °F warmer"),
        (
            "hot_water_min",
            39,
            103,
            "only be below 40 °C during a vacation, because legionella can grow in the tank. To set 39 °C",
            "only be below 104 °F during a vacation, because legionella can grow in the tank. To set 103 °F",
        ),
        ("hot_water_min", 66, 150, "40 °C to 65 °C", "104 °F to 149 °F"),
        ("hot_water_max", 76, 168, "40 °C to 75 °C", "104 °F to 167 °F"),
    ],
)
@pytest.mark.parametrize("in_fahrenheit", [False, True])
async def test_out_of_range(
    house: House,
    *,
    field: str,
    celsius: float,
    fahrenheit: float,
    says_celsius: str,
    says_fahrenheit: str,
    in_fahrenheit: bool,
) -> None:
    """The refusal names the range in the house's unit; differences are differences."""
    if in_fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    words = await refused(house, **{field: fahrenheit if in_fahrenheit else celsius})
    assert (says_fahrenheit if in_fahrenheit else says_celsius) in words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preferred_temperature", (50, 86)),
        ("allowed_below", (0, 9)),
        ("hot_water_min", (104, 131)),
        ("hot_water_max", (113, 167)),
    ],
)
async def test_ends_of_the_range_in_fahrenheit(
    house: House, field: str, value: tuple[float, float]
) -> None:
    """Conversion does not push the ends of a range out of it."""
    house.use_fahrenheit()
    await house.connected()
    for end in value:
        await update(house, **{field: end})
        assert float(house.shows(field)) == end


async def test_hot_water_pair(house: House) -> None:
    """A pair that crosses what is there is fine together, and refused one by one or in the wrong order."""
    await house.connected()
    assert "at least 60 °C and at most 55 °C" in await refused(house, hot_water_min=60)
    assert "at least 62 °C and at most 61 °C" in await refused(
        house, hot_water_min=62, hot_water_max=61
    )
    await update(house, hot_water_min=60, hot_water_max=65)
    assert house.received() == [
        {
            "user_id": USER,
            "dhw": {"temperature_lower_bound": 60, "temperature_upper_bound": 65},
        }
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 20},
        {"preferred_temperature": "warm"},
        {"schedule": "perhaps"},
        {"control_mode": "turbo"},
        {"country": "Netherlands"},
        {"postal_code": "   "},
    ],
)
async def test_malformed(house: House, fields: dict[str, Any]) -> None:
    """What is no setting, or no value of it, is refused as Home Assistant does it."""
    await house.connected()
    with pytest.raises(vol.Invalid):
        await update(house, **fields)
    assert house.received() == []


async def test_nothing_to_set(house: House) -> None:
    """An action without any setting says so in words, and where there is nothing else wrong."""
    await house.connected()
    assert "No setting was chosen" in await refused(house)


async def test_target_by_area_and_label(house: House) -> None:
    """An area or a label stands for the heat pumps in it, whatever else is there."""
    await house.connected("hp-1", "hp-2", "hp-3")
    devices = dr.async_get(house.hass)
    area = ar.async_get(house.hass).async_create("Cellar")
    label = lr.async_get(house.hass).async_create("Warm")
    devices.async_update_device(house.device("hp-1").id, area_id=area.id)
    devices.async_update_device(house.device("hp-3").id, labels={label.label_id})
    other = MockConfigEntry(domain="other")
    other.add_to_hass(house.hass)
    foreign = devices.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "lamp")}, name="Lamp"
    )
    devices.async_update_device(foreign.id, area_id=area.id)
    response = await update(
        house, area_id=area.id, label_id=label.label_id, schedule=True
    )
    assert response.keys() == {house.device("hp-1").id, house.device("hp-3").id}
    assert sorted(body["device_id"] for body in house.received()) == ["hp-1", "hp-3"]
    devices.async_update_device(house.device("hp-1").id, area_id=None)
    house.cloud.journal.clear()
    words = await refused(house, area_id=area.id, schedule=True)
    assert "Nothing that was chosen belongs to" in words


async def test_target_by_entity(house: House) -> None:
    """An entity stands for its heat pump; others are passed over, but where there is none of ours."""
    await house.connected("hp-1", "hp-2")
    house.hass.states.async_set("light.lamp", "on")
    entities = [house.entity_id("schedule", "hp-2"), "light.lamp"]
    await update(house, entity_id=entities, schedule=True)
    assert house.received() == [{**ids("hp-2"), "room": {"schedule_enabled": True}}]
    house.cloud.journal.clear()
    words = await refused(house, entity_id="light.lamp", schedule=False)
    assert "Nothing that was chosen belongs to" in words


async def test_home_and_its_heat_pumps(house: House) -> None:
    """Whoever chooses all heat pumps, and one of them as well, changes all with one request."""
    await house.connected("hp-1", "hp-2")
    response = await update(house, "home", "hp-1", schedule=True)
    assert response.keys() == {house.device("home").id}
    assert house.received() == [{**ids("home"), "room": {"schedule_enabled": True}}]


async def test_home_is_named_only_where_there_are_several(house: House) -> None:
    """The only home is the one that is meant; of several, one has to be chosen, or a heat pump of it."""
    await house.connected("hp-1")
    entry_id = house.entry.entry_id

    async def schedule(**data: Any) -> None:
        await house.hass.services.async_call(
            DOMAIN, "update_settings", {"schedule": True, **data}, blocking=True
        )

    await schedule()
    assert [body["user_id"] for body in house.received()] == [USER]
    house.add_heat_pump("hp-9", user_id="user-9")
    await house.connect(user_id="user-9")
    with pytest.raises(ServiceValidationError, match="There are several homes"):
        await schedule()
    await schedule(device_id=house.device("hp-9", "user-9").id)
    await schedule(config_entry_id=entry_id)
    assert [body["user_id"] for body in house.received()] == ["user-9", USER]
    for entry in house.hass.config_entries.async_entries(DOMAIN):
        await house.hass.config_entries.async_remove(entry.entry_id)
    with pytest.raises(ServiceValidationError, match="no such home"):
        await schedule()


@pytest.mark.parametrize(
    ("status", "says"), [(401, "API key"), (403, "API key"), (404, "does not know")]
)
async def test_failures(house: House, status: int, says: str) -> None:
    """What is nobody's fault here is an error of its own kind, and a refused key is asked for anew."""
    await house.connected()
    house.cloud.weather.add(method="PATCH", status=status)
    with pytest.raises(HomeAssistantError, match=says) as failure:
        await update(house, schedule=True)
    assert not isinstance(failure.value, ServiceValidationError)
    assert house.shows("schedule") == "off"
    sources = [
        flow["context"]["source"]
        for flow in house.hass.config_entries.flow.async_progress()
    ]
    assert sources == ([] if status == 404 else ["reauth"])
