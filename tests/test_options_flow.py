"""What can be chosen for a home that is connected, and what the cloud says to it."""

from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
import voluptuous as vol

from custom_components.heatpump_steering.api import ControlMode, Settings
from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.model.profile import Profile
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import NumberSelector
from homeassistant.helpers.translation import async_get_translations

from .house import USER, House, refuse_changes

SENSOR = "sensor.living_room"


@pytest.fixture(autouse=True)
def _house_with_a_sensor(house: House, freezer: TickingDateTimeFactory) -> None:
    """Have a sensor that says how warm it is in the room."""
    for entity_id, celsius in ((SENSOR, "19.5"), ("sensor.attic", "12")):
        house.hass.states.async_set(
            entity_id,
            celsius,
            {"unit_of_measurement": "°C", "device_class": "temperature"},
        )


async def choose(house: House, step: str) -> ConfigFlowResult:
    """Open the options, and one of what they offer."""
    menu = await house.hass.config_entries.options.async_init(house.entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "init"
    assert menu["menu_options"] == ["thermostat", "vacation", "location"]
    return await submit(house, menu, next_step_id=step)


async def submit(
    house: House, form: ConfigFlowResult, **typed: Any
) -> ConfigFlowResult:
    """Send a form, and wait for what follows."""
    result = await house.hass.config_entries.options.async_configure(
        form["flow_id"], typed
    )
    await house.hass.async_block_till_done()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(field): field.description["suggested_value"]
        for field in fields_of(schema.schema)
        if field.description and field.description["suggested_value"] is not None
    }


def fields_of(schema: dict[Any, Any]) -> dict[Any, Any]:
    """Return the fields of a form with what they take, those in its sections too."""
    fields: dict[Any, Any] = {}
    for field, takes in schema.items():
        if isinstance(takes, section):
            fields |= fields_of(takes.schema.schema)
        else:
            fields[field] = takes
    return fields


def numbers(form: ConfigFlowResult) -> dict[str, tuple[Any, ...]]:
    """Return step and unit of each number in the form, and what stands there at first.

    None has a range: what is outside, Home Assistant would refuse in English and in words for programmers.
    """
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(field): (
            takes.config["step"],
            takes.config["unit_of_measurement"],
            None if isinstance(field.default, vol.Undefined) else field.default(),
        )
        for field, takes in fields_of(schema.schema).items()
        if isinstance(takes, NumberSelector)
        and not takes.config.keys() & {"min", "max"}
    }


async def error_text(house: House, form: ConfigFlowResult, field: str) -> str:
    """Return what the form says is wrong with a field, and nothing else."""
    errors, placeholders = form["errors"], form["description_placeholders"]
    assert errors is not None
    assert placeholders is not None
    assert errors.keys() == {field}
    words = await async_get_translations(house.hass, "en", "options", {DOMAIN})
    text = words[f"component.{DOMAIN}.options.error.{errors[field]}"]
    return text.format(**placeholders)


def is_open(form: ConfigFlowResult) -> bool:
    """Return whether the form's section is open."""
    schema = form["data_schema"]
    assert schema is not None
    (found,) = (it for it in schema.schema.values() if isinstance(it, section))
    return not found.options["collapsed"]


async def choose_vacation(house: House, **typed: Any) -> dict[str, Any]:
    """Choose what a vacation does, and return what is kept of it."""
    form = await choose(house, "vacation")
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "vacation")
    result = await submit(house, form, **{"welcome_home": {}, **typed})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    kept: dict[str, Any] = house.entry.options["vacation"]
    return kept


async def pick(house: House, entity_id: str | None, thermostat: str | None) -> None:
    """Pick a sensor for a thermostat; None leaves the field empty."""
    form = await choose(house, "thermostat")
    if thermostat is not None:
        assert form["step_id"] == "thermostat"
        form = await submit(house, form, heat_pump=thermostat)
    assert form["step_id"] == "room_sensor"
    typed = {} if entity_id is None else {"entity_id": entity_id}
    result = await submit(house, form, **typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY


def warmth(house: House, target: str = "hp-1") -> float | None:
    """Return how warm the thermostat says it is."""
    found: float | None = house.state("climate", target).attributes[
        "current_temperature"
    ]
    return found


async def test_only_thermostat(house: House) -> None:
    """The only thermostat need not be chosen; it shows the sensor as soon as that is picked, and no more without."""
    await house.connected()
    assert warmth(house) is None
    await pick(house, SENSOR, None)
    assert house.entry.options == {"room_sensors": {"hp-1": SENSOR}}
    assert warmth(house) == 19.5

    form = await choose(house, "thermostat")
    assert suggested(form) == {"entity_id": SENSOR}
    await pick(house, None, None)
    assert house.entry.options == {"room_sensors": {}}
    assert warmth(house) is None
    assert house.received() == []


async def test_several_thermostats(house: House) -> None:
    """Each has its own sensor, the home as well; they are offered by the names that the house gave them."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("hp-2", model="F1255")
    await house.connect()
    dr.async_get(house.hass).async_update_device(
        house.device("hp-2").id, name_by_user="Annex"
    )
    form = await choose(house, "thermostat")
    schema = form["data_schema"]
    assert schema is not None
    assert schema.schema["heat_pump"].config["options"] == [
        {"value": "hp-1", "label": "Nibe S735"},
        {"value": "hp-2", "label": "Annex"},
        {"value": "home", "label": "All heat pumps"},
    ]

    await pick(house, SENSOR, "hp-2")
    await pick(house, "sensor.attic", "home")
    assert [warmth(house, target) for target in ("hp-1", "hp-2", "home")] == [
        None,
        19.5,
        12,
    ]
    await pick(house, None, "hp-2")
    assert [warmth(house, target) for target in ("hp-1", "hp-2", "home")] == [
        None,
        None,
        12,
    ]


async def test_thermostat_of_a_home_that_cannot_be_read(house: House) -> None:
    """Where nothing can be read, the home is the thermostat."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    await pick(house, SENSOR, None)
    assert warmth(house, "home") == 19.5


@pytest.mark.parametrize("device_id", [None, "hp-2"])
async def test_location(house: House, device_id: str | None) -> None:
    """Country and postal code go to the cloud as one change to all that is connected, and are kept once it took them."""
    await house.connected("hp-1", "hp-2", device_id=device_id)
    form = await choose(house, "location")
    assert (form["step_id"], suggested(form)) == ("location", {})
    result = await submit(house, form, country="NL", postal_code=" 9411 KX\u200b")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}
    ids = {"user_id": USER} | ({"device_id": device_id} if device_id else {})
    assert house.received() == [
        {**ids, "location": {"country": "NL", "postal_code": "9411 KX"}}
    ]
    form = await choose(house, "location")
    assert suggested(form) == house.entry.options


async def test_country_of_the_house(house: House) -> None:
    """Home Assistant knows the country mostly: it need not be chosen; what was chosen before stays."""
    house.hass.config.country = "SE"
    await house.connected()
    assert suggested(await choose(house, "location")) == {"country": "SE"}
    await submit(house, await choose(house, "location"), country="NL")
    form = await choose(house, "location")
    assert suggested(form) == {"country": "NL"}


async def test_part_of_the_location(house: House) -> None:
    """What is left empty is not sent, and stays as it was."""
    await house.connected()
    await submit(house, await choose(house, "location"), country="NL")
    await submit(house, await choose(house, "location"), postal_code="9411 KX")
    await submit(house, await choose(house, "location"), postal_code=" ")
    assert [body["location"] for body in house.received()] == [
        {"country": "NL"},
        {"postal_code": "9411 KX"},
    ]
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}


async def test_refused_location(house: House) -> None:
    """The cloud's refusal stands in the form with what was typed; nothing is kept until the cloud takes it."""
    await house.connected()
    refuse_changes(house, "Unknown postal code")
    form = await submit(
        house, await choose(house, "location"), country="NL", postal_code="x"
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "location")
    assert form["errors"] == {"base": "refused"}
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert "Unknown postal code" in placeholders["reason"]
    assert suggested(form) == {"country": "NL", "postal_code": "x"}
    assert house.entry.options == {}

    house.cloud.weather.clear()
    result = await submit(house, form, country="NL", postal_code="9411 KX")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options == {"country": "NL", "postal_code": "9411 KX"}


async def test_vacation_at_first(house: House) -> None:
    """Whoever only looks and saves gets 16 °C and nothing else, and that is so without looking, too."""
    await house.connected()
    assert numbers(await choose(house, "vacation")) == {
        "preferred_temperature": (0.5, "°C", 16),
        "hot_water_min": (1, "°C", None),
        "welcome_hours": (1, "h", 0),
        "welcome_temperature": (1, "°C", 60),
    }
    assert await choose_vacation(house) == {
        "preferred_temperature": 16,
        "welcome_hours": 0,
        "welcome_temperature": 60,
    }
    assert Profile.from_options(house.entry.options) == Profile.from_options({})
    assert Profile().change == Settings(preferred_temperature=16)
    assert house.received() == []


async def test_vacation(house: House) -> None:
    """What is chosen is kept and shown again; what is emptied is left alone by a vacation."""
    await house.connected()
    chosen = {
        "preferred_temperature": 14.5,
        "hot_water_min": 12,
        "control_mode": "auto",
    }
    welcome = {"welcome_hours": 3, "welcome_temperature": 62}
    kept = await choose_vacation(house, **chosen, welcome_home=welcome)
    assert kept == chosen | welcome
    assert suggested(await choose(house, "vacation")) == kept
    assert Profile.from_options(house.entry.options) == Profile(
        change=Settings(
            preferred_temperature=14.5,
            hot_water_min=12,
            control_mode=ControlMode.AUTO,
        ),
        welcome_hours=3,
        welcome_temperature=62,
    )

    # The frontend sends nothing for a field that is empty.
    kept = await choose_vacation(
        house, preferred_temperature=14.5, welcome_home=welcome
    )
    assert kept == {"preferred_temperature": 14.5, **welcome}
    assert suggested(await choose(house, "vacation")) == kept
    assert Profile.from_options(house.entry.options).change == Settings(
        preferred_temperature=14.5
    )


async def test_vacation_in_fahrenheit(house: House) -> None:
    """The form speaks the unit of the house, and means the same after a house has changed its unit."""
    units = house.hass.config.units
    house.use_fahrenheit()
    await house.connected()
    form = await choose(house, "vacation")
    assert numbers(form) == {
        "preferred_temperature": (1, "°F", 61),
        "hot_water_min": (1, "°F", None),
        "welcome_hours": (1, "h", 0),
        "welcome_temperature": (1, "°F", 140),
    }
    chosen = (await choose_vacation(house))["preferred_temperature"]
    assert chosen == pytest.approx((61 - 32) / 1.8)

    typed = {"preferred_temperature": 59, "hot_water_min": 51}
    welcome = {"welcome_hours": 5, "welcome_temperature": 143}
    kept = await choose_vacation(house, **typed, welcome_home=welcome)
    assert kept == {
        "preferred_temperature": 15,
        "hot_water_min": pytest.approx(10.5556, abs=1e-4),
        "welcome_hours": 5,
        "welcome_temperature": pytest.approx(61.6667, abs=1e-4),
    }
    # Exactly what was typed, and so no matter how often it is looked at and saved.
    for _ in range(3):
        assert suggested(await choose(house, "vacation")) == typed | welcome
        assert kept == await choose_vacation(house, **typed, welcome_home=welcome)

    house.hass.config.units = units
    assert suggested(await choose(house, "vacation")) == kept


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize(
    ("field", "celsius", "says"),
    [
        ("preferred_temperature", 9.5, ("10 °C", "30 °C")),
        ("preferred_temperature", 30.5, ("10 °C", "30 °C")),
        ("hot_water_min", 4, ("5 °C", "65 °C")),
        ("hot_water_min", 66, ("5 °C", "65 °C")),
        # It is there against legionella.
        ("welcome_temperature", 39, ("Welcome home", "40 °C", "65 °C")),
        ("welcome_temperature", 66, ("Welcome home", "40 °C", "65 °C")),
    ],
)
async def test_vacation_out_of_range(
    house: House,
    fahrenheit: bool,
    field: str,
    celsius: float,
    says: tuple[str, ...],
) -> None:
    """What no heat pump can be told is not kept; the form says what can be, in the house's words, and keeps what was typed."""
    if fahrenheit:
        house.use_fahrenheit()
        says = tuple(
            f"{int(text.removesuffix(' °C')) * 1.8 + 32:g} °F" if "°C" in text else text
            for text in says
        )
    await house.connected()
    value = celsius * 1.8 + 32 if fahrenheit else celsius
    typed: dict[str, Any] = {field: value}
    shown_at = field
    if field.startswith("welcome_"):
        # The frontend shows no error at a field of a section.
        typed, shown_at = {"welcome_home": typed}, "base"
    form = await submit(
        house, await choose(house, "vacation"), **{"welcome_home": {}, **typed}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "vacation")
    text = await error_text(house, form, shown_at)
    assert [part for part in says if part not in text] == []
    assert suggested(form)[field] == value
    assert house.entry.options == {}


@pytest.mark.parametrize("hours", [-1, 49, 60])
async def test_welcome_of_days(house: House, hours: float) -> None:
    """So does a welcome that is too long; the section it is in is open then."""
    await house.connected()
    form = await choose(house, "vacation")
    assert is_open(form) is False
    form = await submit(house, form, welcome_home={"welcome_hours": hours})
    assert await error_text(house, form, "base") == (
        "“Welcome home” can last from 0 to 48 hours."
    )
    assert is_open(form) is True
    result = await submit(house, form, welcome_home={"welcome_hours": 48})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options["vacation"]["welcome_hours"] == 48


async def test_vacation_with_an_unknown_mode(house: House) -> None:
    """A mode that there is not cannot be chosen in the form, and is not kept either."""
    await house.connected()
    form = await choose(house, "vacation")
    with pytest.raises(InvalidData):
        await submit(house, form, control_mode="warm", welcome_home={})
    assert house.entry.options == {}


async def test_vacation_has_cautions(house: House) -> None:
    """Whoever lets the hot water cool reads what that means, and what welcome home cannot do, in both units."""
    await house.connected()
    words = await async_get_translations(
        house.hass, "en", "options", {"heatpump_steering"}
    )
    step = "component.heatpump_steering.options.step.vacation"
    cold = words[f"{step}.data_description.hot_water_min"]
    assert "Below 40 °C (104 °F), legionella" in cold
    welcome = words[f"{step}.sections.welcome_home.description"]
    assert "40 °C (104 °F)" in welcome
    assert "does not replace the heat pump's own disinfection" in welcome


async def test_nothing_is_reloaded(house: House) -> None:
    """What is chosen counts at once, and nothing is unavailable meanwhile; also where a vacation has been before."""
    await house.connected()
    coordinator = house.entry.runtime_data
    events = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    await pick(house, SENSOR, None)
    assert warmth(house) == 19.5
    house.hass.states.async_set(
        SENSOR, "20", {"unit_of_measurement": "°C", "device_class": "temperature"}
    )
    await house.hass.async_block_till_done()
    assert warmth(house) == 20
    await pick(house, "sensor.attic", None)
    assert warmth(house) == 12
    await submit(house, await choose(house, "location"), country="NL")
    for preferred in (14.5, 15.5):
        await choose_vacation(house, preferred_temperature=preferred, hot_water_min=12)
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert house.shows("preferred_temperature") == str(preferred)
        assert house.shows("hot_water_min") == "12.0"
        await house.act("climate.set_preset_mode", "climate", preset_mode="none")
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert house.shows("preferred_temperature") == "21.0"
    assert house.entry.runtime_data is coordinator
    assert [
        event.data["entity_id"]
        for event in events
        if (state := event.data["new_state"]) is None or state.state == "unavailable"
    ] == []


async def test_vacation_keeps_what_it_began_with(house: House) -> None:
    """What is chosen in the middle of a vacation is for the next one."""
    await house.connected()
    await choose_vacation(house, preferred_temperature=14.5)
    await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    await choose_vacation(house, preferred_temperature=16, hot_water_min=12)
    await house.poll()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.shows("preferred_temperature") == "14.5"
    assert house.shows("hot_water_min") == "45.0"


async def test_options_do_not_displace_each_other(house: House) -> None:
    """The location leaves the sensors and the vacation alone, and the reverse."""
    await house.connected()
    await pick(house, SENSOR, None)
    await submit(house, await choose(house, "location"), country="NL")
    vacation = await choose_vacation(house, preferred_temperature=15)
    await pick(house, "sensor.attic", None)
    assert house.entry.options == {
        "country": "NL",
        "room_sensors": {"hp-1": "sensor.attic"},
        "vacation": vacation,
    }
    assert house.received() == [{"user_id": USER, "location": {"country": "NL"}}]


async def test_not_connected(house: House) -> None:
    """Without a connection there is nothing to choose, and the dialog says so."""
    await house.connected()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await house.hass.config_entries.options.async_init(house.entry.entry_id)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_connected"


@pytest.mark.parametrize("step", ["thermostat", "vacation", "location"])
async def test_connection_lost_on_the_way(house: House, step: str) -> None:
    """A home that was unloaded while its options were open says so as well."""
    await house.connected()
    options = house.hass.config_entries.options
    menu = await options.async_init(house.entry.entry_id)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await submit(house, menu, next_step_id=step)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_connected"


async def test_heat_pumps_gone_on_the_way(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A home without any thermostat has none to choose."""
    await house.connected()
    house.cloud.cloud.update_heat_pump("hp-1", {"device_type": "battery"})
    await house.pass_time(freezer, 6 * 3600)
    result = await choose(house, "thermostat")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_thermostat"
