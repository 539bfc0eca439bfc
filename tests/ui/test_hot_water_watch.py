"""The hot water stays safe: no way in lets it get cold outside a vacation, and where it is cold, somebody is told."""

from contextlib import suppress
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.state import async_reproduce_state
from homeassistant.setup import async_setup_component
from simulator import DEFAULT_SETTINGS

from ..house import TARGETS, House, Json

KEY = "hot_water_min"
SETTING = "dhw.temperature_lower_bound"
MAX_SETTING = "dhw.temperature_upper_bound"
GRACE = 600


def held(house: House, setting: str = SETTING, device_id: str = "hp-1") -> Any:
    """Return what the cloud holds."""
    return house.cloud.cloud.heat_pump(device_id).held[setting]


async def update(house: House, target: str, **settings: Any) -> None:
    """Change settings by the action."""
    data = {"config_entry_id": house.entry.entry_id, **settings}
    if target != "home":
        data["device_id"] = [house.device(target).id]
    await house.hass.services.async_call(DOMAIN, "update_settings", data, blocking=True)


async def go_away(house: House) -> None:
    """Begin a vacation."""
    target = "home" if len(house.cloud.cloud.heat_pumps()) > 1 else "hp-1"
    await house.act("climate.set_preset_mode", "climate", target, preset_mode="away")


# The rule


@pytest.mark.parametrize("fahrenheit", [False, True])
@pytest.mark.parametrize("target", TARGETS)
async def test_refused_at_home(house: House, target: str, fahrenheit: bool) -> None:
    """Neither the number nor the action, for a heat pump or the home, in °C or °F, sends less than 40 °C."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected("hp-1", "hp-2")
    value = 103 if fahrenheit else 39
    with pytest.raises(ServiceValidationError):
        await house.act("number.set_value", KEY, target, value=value)
    with pytest.raises(ServiceValidationError) as error:
        await update(
            house, target, hot_water_min=value, preferred_temperature=value / 2
        )
    assert error.value.translation_key == "hot_water_too_cold"
    assert "legionella" in str(error.value)
    assert "start a vacation" in str(error.value)
    assert ("103 °F" if fahrenheit else "39 °C") in str(error.value)
    number = house.state(KEY, target)
    assert number.attributes["min"] == (104 if fahrenheit else 40)
    assert not house.cloud.journal.entries(method="PATCH")


async def test_scene(house: House) -> None:
    """A scene that was made during a vacation does not bring the cold back."""
    await house.connected()
    with pytest.raises(HomeAssistantError):
        await async_reproduce_state(
            house.hass, [State(house.entity_id(KEY), "10")], reproduce_options={}
        )
    assert not house.cloud.journal.entries(method="PATCH")


async def test_cold_that_is_shown_is_not_sent_again(house: House) -> None:
    """What somebody has set elsewhere is shown as it is; sending it is refused all the same."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 35}})
    assert house.shows(KEY) == "35.0"
    with pytest.raises(ServiceValidationError) as error:
        await update(house, "hp-1", hot_water_min=35)
    assert error.value.translation_key == "hot_water_too_cold"


@pytest.mark.parametrize("fahrenheit", [False, True])
async def test_open_during_a_vacation(house: House, fahrenheit: bool) -> None:
    """The range opens with the vacation, and closes with it."""
    if fahrenheit:
        house.use_fahrenheit()
    await house.connected()
    await go_away(house)
    number = house.state(KEY)
    assert (number.attributes["min"], number.attributes["max"]) == (
        (41, 149) if fahrenheit else (5, 65)
    )
    await house.act("number.set_value", KEY, value=50 if fahrenheit else 10)
    assert held(house) == 10
    with pytest.raises(ServiceValidationError) as error:
        await update(house, "hp-1", hot_water_min=39 if fahrenheit else 4)
    assert error.value.translation_key == "out_of_range_hot_water_min"
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert held(house) == 45
    assert house.state(KEY).attributes["min"] == (104 if fahrenheit else 40)


async def test_home_and_heat_pump(house: House) -> None:
    """A vacation is of all heat pumps, so all may be cold."""
    await house.connected("hp-1", "hp-2")
    await go_away(house)
    for target in TARGETS:
        await house.act("number.set_value", KEY, target, value=10)
    assert held(house, device_id="hp-2") == 10


async def test_order(house: House) -> None:
    """A maximum below the minimum is refused with the other value named, also during a vacation."""
    await house.connected()
    await go_away(house)
    with pytest.raises(ServiceValidationError) as error:
        await update(house, "hp-1", hot_water_max=44)
    assert "45 °C" in str(error.value)
    assert "44 °C" in str(error.value)


@pytest.mark.parametrize(
    ("status", "text"), [(429, "hot_water_too_cold"), (503, "uncertain")]
)
async def test_vacation_ends_on_the_way(house: House, status: int, text: str) -> None:
    """A cold wish that is still on its way when the vacation ends is not sent any more, whatever became of it."""
    await house.connected()
    await go_away(house)
    house.cloud.weather.add(method="PATCH", status=status, retry_after=1, times=1)
    wish = house.hass.async_create_task(
        house.act("number.set_value", KEY, value=10), eager_start=True
    )
    await house.cloud.journal.wait_for(2, method="PATCH")
    # Where the cloud has already asked to be left alone, the end is said to come later.
    with suppress(HomeAssistantError):
        await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    with pytest.raises(HomeAssistantError) as error:
        await wish
    assert error.value.translation_key == text
    assert held(house) == 45
    await house.hass.async_block_till_done(wait_background_tasks=True)


# The watch


def issue(house: House) -> ir.IssueEntry | None:
    """Return the issue of hot water that is too cold."""
    issues = [
        it
        for it in ir.async_get(house.hass).issues.values()
        if it.domain == DOMAIN and it.translation_key == "hot_water" and it.active
    ]
    assert len(issues) < 2
    return issues[0] if issues else None


async def cold_for_long(
    house: House, freezer: TickingDateTimeFactory, settings: Json | None = None
) -> ir.IssueEntry:
    """Set the minimum too low elsewhere, and wait until somebody is told."""
    await house.change_elsewhere(settings or {"dhw": {"temperature_lower_bound": 35}})
    await house.pass_time(freezer, GRACE - 5)
    assert issue(house) is None
    await house.pass_time(freezer, 10)
    found = issue(house)
    assert found
    return found


async def fix(
    house: House, hass_client: ClientSessionGenerator, choice: str | None = None
) -> Json:
    """Open the issue under Repairs, and make a choice."""
    assert await async_setup_component(house.hass, "repairs", {})
    it = issue(house)
    assert it
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": it.issue_id}
    )
    step: Json = await answer.json()
    if choice is not None:
        answer = await client.post(
            f"/api/repairs/issues/fix/{step['flow_id']}",
            json={"next_step_id": choice},
        )
        step = await answer.json()
    await house.hass.async_block_till_done()
    return step


async def test_told_with_the_facts(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """After a grace time somebody is told which heat pump, how cold, and what it was before."""
    await house.connected()
    it = await cold_for_long(house, freezer)
    assert it.is_fixable
    assert it.severity is ir.IssueSeverity.WARNING
    step = await fix(house, hass_client)
    assert step["type"] == "menu"
    assert step["menu_options"] == ["put_back", "leave"]
    page = step["description_placeholders"].pop("page")
    assert page.endswith("/docs/hot-water.md")
    assert step["description_placeholders"] == {
        "heat_pump": "Heat pump",
        "heat_pump_in_title": "Heat pump",
        "minimum": "35 °C",
        "before": "45 °C",
        "coldest": "40 °C",
    }


async def test_goes_when_the_value_does(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """The issue goes by itself, and the grace time begins anew."""
    await house.connected()
    await cold_for_long(house, freezer)
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 42}})
    assert issue(house) is None
    await cold_for_long(house, freezer)


async def test_put_back(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """One click sets the value from before."""
    await house.connected()
    await cold_for_long(house, freezer)
    step = await fix(house, hass_client, "put_back")
    assert step["type"] == "create_entry"
    assert held(house) == 45
    assert issue(house) is None


@pytest.mark.parametrize(
    ("dhw", "becomes"),
    [
        ({"temperature_lower_bound": 35, "temperature_upper_bound": 42}, (42, 42)),
        ({"temperature_lower_bound": 35, "temperature_upper_bound": 38}, (40, 40)),
    ],
)
async def test_put_back_as_far_as_it_can_be(
    house: House,
    freezer: TickingDateTimeFactory,
    hass_client: ClientSessionGenerator,
    dhw: Json,
    becomes: tuple[float, float],
) -> None:
    """The maximum limits it, but not below 40 °C."""
    await house.connected()
    await cold_for_long(house, freezer, {"dhw": dhw})
    await fix(house, hass_client, "put_back")
    assert (held(house), held(house, MAX_SETTING)) == becomes


@pytest.mark.parametrize("maximum", [{"temperature_upper_bound": 55}, {}])
async def test_value_from_before_is_not_known(
    house: House,
    freezer: TickingDateTimeFactory,
    hass_client: ClientSessionGenerator,
    maximum: Json,
) -> None:
    """What was cold from the beginning is set to 40 °C."""
    house.add_heat_pump(
        settings={
            **DEFAULT_SETTINGS,
            "dhw": {"temperature_lower_bound": 30, **maximum},
        }
    )
    await house.connect()
    await house.pass_time(freezer, GRACE + 5)
    await fix(house, hass_client, "put_back")
    assert held(house) == 40


async def test_value_from_before_survives_a_restart(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """What it was before is on disk."""
    await house.connected()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 35}})
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.pass_time(freezer, GRACE + 5)
    await fix(house, hass_client, "put_back")
    assert held(house) == 45


async def test_left_as_it_is(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """Who leaves it is not asked again for this value, also not after a reload; for another one they are."""
    await house.connected()
    it = await cold_for_long(house, freezer)
    step = await fix(house, hass_client, "leave")
    assert (step["type"], step["reason"]) == ("abort", "left")
    assert held(house) == 35

    def is_ignored() -> bool:
        found = ir.async_get(house.hass).async_get_issue(DOMAIN, it.issue_id)
        return found is not None and found.dismissed_version is not None

    assert is_ignored()
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert is_ignored()
    await house.pass_time(freezer, 2 * GRACE)
    assert is_ignored()
    await house.change_elsewhere({"dhw": {"temperature_lower_bound": 30}})
    await house.pass_time(freezer, GRACE + 5)
    assert not is_ignored()
    found = issue(house)
    assert found
    assert found.dismissed_version is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The cloud refused this change: no"),
        ("nl", "De cloud weigerde deze wijziging: no"),
    ],
)
async def test_fix_fails(
    house: House,
    freezer: TickingDateTimeFactory,
    hass_client: ClientSessionGenerator,
    language: str,
    words: str,
) -> None:
    """If it cannot be set, the person is told why in the language of the house, and the issue stays."""
    house.hass.config.language = language
    await house.connected()
    await cold_for_long(house, freezer)
    house.cloud.weather.add(method="PATCH", status=422, body={"detail": "no"})
    step = await fix(house, hass_client, "put_back")
    assert (step["type"], step["reason"]) == ("abort", "failed")
    assert step["description_placeholders"]["reason"] == words
    assert issue(house)


async def test_fix_without_a_connection(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """A form that was opened before the home was unloaded says so."""
    await house.connected()
    it = await cold_for_long(house, freezer)
    assert await async_setup_component(house.hass, "repairs", {})
    client = await hass_client()
    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": it.issue_id}
    )
    flow_id = (await answer.json())["flow_id"]
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert issue(house) is None
    answer = await client.post(
        f"/api/repairs/issues/fix/{flow_id}", json={"next_step_id": "put_back"}
    )
    assert (await answer.json())["reason"] == "not_connected"


async def test_vacation_is_no_reason(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """During a vacation nobody is told; a minimum that was left cold before is not told again either."""
    await house.connected()
    await go_away(house)
    await house.act("number.set_value", KEY, value=10)
    await house.pass_time(freezer, 2 * GRACE)
    assert issue(house) is None


async def test_restore_that_fails(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """If the hot water stays cold because it cannot be put back, somebody is told."""
    await house.connected()
    await go_away(house)
    await house.act("number.set_value", KEY, value=10)
    house.cloud.weather.add(method="PATCH", status=422, body={"detail": "not now"})
    with pytest.raises(HomeAssistantError):
        await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    await house.pass_time(freezer, GRACE + 5)
    it = issue(house)
    assert it
    assert it.translation_placeholders is not None
    assert it.translation_placeholders["minimum"] == "10 °C"


async def test_removed(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> None:
    """Whoever removes the home forgets what was ignored there, too."""
    await house.connected()
    it = await cold_for_long(house, freezer)
    await fix(house, hass_client, "leave")
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, it.issue_id) is None
