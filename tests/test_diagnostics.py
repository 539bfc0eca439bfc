"""What is handed to somebody who helps: everything that is needed for it, and nothing that tells who it is about."""

import json
import re
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.setup import async_setup_component

from .house import House

KEY = "sesame-4711"
USER = "jane.doe@example.com"
DEVICES = ("PUMP-ALPHA-77", "PUMP-BETA-88")
POSTAL_CODE = "9411 KX"
COUNTRY = "ZW"
SECRETS = (KEY, USER, *DEVICES, POSTAL_CODE)


@pytest.fixture
async def home(
    house: House, freezer: TickingDateTimeFactory, hass_client: ClientSessionGenerator
) -> House:
    """Connect two heat pumps of somebody who has told the cloud where the home is."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    for device_id in DEVICES:
        house.add_heat_pump(device_id, user_id=USER, key=KEY)
    await house.connect(user_id=USER, api_key=KEY)
    options = house.hass.config_entries.options
    form = await options.async_init(house.entry.entry_id)
    form = await options.async_configure(form["flow_id"], {"next_step_id": "location"})
    await options.async_configure(
        form["flow_id"], {"country": COUNTRY, "postal_code": POSTAL_CODE}
    )
    await house.hass.async_block_till_done()
    return house


async def download(
    house: House, hass_client: ClientSessionGenerator, device: DeviceEntry | None = None
) -> dict[str, Any]:
    """Download diagnostics as a person does; nothing in the file, wherever it comes from, may tell who it is."""
    client = await hass_client()
    path = f"/api/diagnostics/config_entry/{house.entry.entry_id}"
    if device is not None:
        path = f"{path}/device/{device.id}"
    response = await client.get(path)
    assert response.status == 200
    text = await response.text()
    for secret in SECRETS:
        assert secret not in text
    assert not re.search(rf"\b{COUNTRY}\b", text)
    data: dict[str, Any] = json.loads(text)["data"]
    return data


async def test_entry(home: House, hass_client: ClientSessionGenerator) -> None:
    """Configuration, how reading goes, every target, and the last requests."""
    told = await download(home, hass_client)
    assert told["entry"] == {
        "version": 1,
        "state": "loaded",
        "data": {
            "api_key": "**REDACTED**",
            "user_id": "**REDACTED**",
            "base_url": home.cloud.url,
            "write_only": False,
        },
        "options": {"country": "**REDACTED**", "postal_code": "**REDACTED**"},
    }
    assert told["write_only"] is False
    polling = told["polling"]
    assert polling["interval_seconds"] == 300
    assert polling["last_update_success"] is True
    assert (polling["last_exception"], polling["last_failure"]) == ("", "")
    assert polling["passed_over_in_list"] == 0
    assert polling["last_read"] is not None
    assert told["targets"].keys() == {"home", "heat pump 1", "heat pump 2"}
    assert [(it["method"], it["path"], it["outcome"]) for it in told["requests"]] == [
        ("GET", "/v1/devices/settings", "200"),
        ("GET", "/v1/devices", "200"),
        # The home's place.
        ("PATCH", "/v1/devices/settings", "204"),
    ]
    assert all(it["milliseconds"] >= 0 and it["at"] for it in told["requests"])


async def test_device(home: House, hass_client: ClientSessionGenerator) -> None:
    """A device's diagnostics tell of that heat pump alone, and the home's of all of them."""
    told = await download(home, hass_client, home.device(DEVICES[1], USER))
    ((name, target),) = told["targets"].items()
    assert name == "heat pump 2"
    assert target["heat_pump"]["brand"] == "nibe"
    assert target["heat_pump"]["device_id"] == "**REDACTED**"
    assert target["status"] == "confirmed"
    (shadows,) = target["shadows"]
    assert shadows["reported"] == shadows["shown"]
    assert shadows["reported"]["room"]["preferred_temperature"] == 21
    assert (shadows["accepted"], shadows["not_kept"], target["pending"]) == ({}, {}, {})
    assert shadows["updated_at"] is not None

    told = await download(home, hass_client, home.device("home", USER))
    ((name, target),) = told["targets"].items()
    assert (name, target["heat_pump"], len(target["shadows"])) == ("home", None, 2)


async def test_accepted_and_pending(
    home: House, hass_client: ClientSessionGenerator
) -> None:
    """What the cloud has accepted and what is still on its way stand apart from what it reports."""
    home.cloud.behaviour.read_lag_reads = 10
    home.cloud.behaviour.updated_at = "missing"
    await home.poll()
    number = home.entity_id("preferred_temperature", DEVICES[0], USER)
    set_value = ("number", "set_value")
    await home.hass.services.async_call(
        *set_value, {"entity_id": number, "value": 19}, blocking=True
    )
    rule = home.cloud.weather.add(method="PATCH", hold="before")
    await home.hass.services.async_call(
        *set_value, {"entity_id": number, "value": 18}, blocking=False
    )
    await home.cloud.weather.wait_for_held()
    told = await download(home, hass_client, home.device(DEVICES[0], USER))
    assert told["polling"]["last_write"] is not None
    (target,) = told["targets"].values()
    # It is nothing to tell of yet.
    assert target["status"] == "confirmed"
    assert target["pending"] == {"room": {"preferred_temperature": 18}}
    (shadows,) = target["shadows"]
    assert shadows["accepted"] == {"room": {"preferred_temperature": 19}}
    assert shadows["shown"]["room"]["preferred_temperature"] == 19
    assert shadows["reported"]["room"]["preferred_temperature"] == 21
    # As the cloud has told last.
    assert shadows["updated_at"] is not None
    assert shadows["overrides"]["base"]["room"]["preferred_temperature"] == 19
    assert rule is not None
    home.cloud.weather.clear()
    home.cloud.weather.release()
    await home.hass.async_block_till_done(wait_background_tasks=True)


async def test_secrets_inside_texts(
    home: House, hass_client: ClientSessionGenerator, freezer: TickingDateTimeFactory
) -> None:
    """The cloud's own words, which may name everything, are told without it."""
    words = (
        f"{USER} ({KEY}) in {COUNTRY} {POSTAL_CODE} has no {DEVICES[0]}, {DEVICES[1]}."
    )
    home.cloud.weather.add(method="GET", status=422, body={"detail": words})
    without_secrets = (
        "[home] ([key]) in [country] [postal code] has no [heat pump 1], [heat pump 2]."
    )
    await home.poll()
    told = await download(home, hass_client)
    assert told["polling"]["last_update_success"] is True
    assert without_secrets in told["polling"]["last_failure"]
    for _ in range(4):
        await home.pass_time(freezer, 300)
    told = await download(home, hass_client)
    assert told["polling"]["last_update_success"] is False
    assert without_secrets in told["polling"]["last_exception"]


async def test_heat_pump_that_is_gone(
    home: House, hass_client: ClientSessionGenerator, freezer: TickingDateTimeFactory
) -> None:
    """The id of a heat pump that the cloud no longer names is nobody's business either."""
    home.hass.config_entries.async_update_entry(
        home.entry,
        options={**home.entry.options, "room_sensors": {DEVICES[1]: "sensor.room"}},
    )
    home.cloud.cloud.remove_heat_pump(DEVICES[1])
    for _ in range(4):
        await home.poll()
    told = await download(home, hass_client)
    assert told["targets"].keys() == {"heat pump 1"}
    assert told["entry"]["options"]["room_sensors"] == {"[heat pump 2]": "sensor.room"}


async def test_heat_pump_that_is_gone_during_a_vacation(
    home: House, hass_client: ClientSessionGenerator
) -> None:
    """Nor that of one that has something to be put back, should it return."""
    await home.hass.services.async_call(
        "climate",
        "set_preset_mode",
        {
            "entity_id": home.entity_id("climate", "home", USER),
            "preset_mode": "away",
        },
        blocking=True,
    )
    home.cloud.cloud.remove_heat_pump(DEVICES[1])
    for _ in range(4):
        await home.poll()
    told = await download(home, hass_client)
    assert told["targets"].keys() == {"heat pump 1"}
    ((name, overrides),) = told["missing"].items()
    assert name == "heat pump 2"
    assert [it["name"] for it in overrides["in_force"]] == ["vacation"]
    (plan,) = told["vacations"]
    assert plan.keys() == {"start", "end"}
    target = told["targets"]["heat pump 1"]
    (shadows,) = target["shadows"]
    assert [it["name"] for it in shadows["overrides"]["in_force"]] == ["vacation"]
    (in_force,) = target["in_force"]
    assert (in_force["name"], in_force["until"]) == ("vacation", None)


async def test_heat_pump_that_is_gone_after_a_vacation(
    home: House, hass_client: ClientSessionGenerator, freezer: TickingDateTimeFactory
) -> None:
    """Nor that of one at which no read has shown yet that it was put back."""

    async def choose(preset: str) -> None:
        thermostat = home.entity_id("climate", "home", USER)
        await home.hass.services.async_call(
            "climate",
            "set_preset_mode",
            {"entity_id": thermostat, "preset_mode": preset},
            blocking=True,
        )

    await choose("away")
    await home.poll()
    home.cloud.behaviour.read_lag_reads = 100
    await choose("none")
    home.cloud.cloud.remove_heat_pump(DEVICES[1])
    for _ in range(5):
        await home.pass_time(freezer, 300)
    told = await download(home, hass_client)
    ((name, overrides),) = told["missing"].items()
    assert name == "heat pump 2"
    assert overrides["in_force"] == []
    assert "preferred_temperature" in overrides["tracked"]


async def test_words_about_a_heat_pump_that_is_gone(
    home: House, hass_client: ClientSessionGenerator
) -> None:
    """Nor that of one of which nothing remains but its device's place in the registry, and the cloud's words."""
    home.cloud.cloud.remove_heat_pump(DEVICES[1])
    for _ in range(8):
        await home.poll()
    words = f"Where is {DEVICES[1]}?"
    home.cloud.weather.add(method="GET", status=422, body={"detail": words})
    await home.poll()
    told = await download(home, hass_client)
    assert "Where is [heat pump 2]?" in told["polling"]["last_failure"]


async def test_not_connected(home: House, hass_client: ClientSessionGenerator) -> None:
    """While the home cannot be connected there is what is known without the cloud."""
    device = home.device(DEVICES[0], USER)
    home.cloud.weather.add(status=503)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    for told in (
        await download(home, hass_client),
        await download(home, hass_client, device),
    ):
        assert told["entry"]["state"] == "setup_retry"
        assert told.keys() == {"entry"}


async def test_issues(home: House, hass_client: ClientSessionGenerator) -> None:
    """Home Assistant adds the issues to the file; their ids name no heat pump."""
    for device_id in DEVICES:
        home.cloud.cloud.update_heat_pump(device_id, {"needs_reauthentication": True})
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.hass.async_block_till_done()
    assert len(ir.async_get(home.hass).issues) == 2
    await download(home, hass_client)


async def test_question(home: House, hass_client: ClientSessionGenerator) -> None:
    """Nor does a question name any, which knows what it is about also after a restart."""
    home.cloud.cloud.relink(DEVICES[0], "PUMP-GAMMA-99")
    home.cloud.cloud.update_heat_pump("PUMP-GAMMA-99", {"model": "F1255"})
    await home.poll()
    for _ in range(2):
        (issue,) = ir.async_get(home.hass).issues.values()
        assert issue.translation_key == "same_heat_pump"
        await download(home, hass_client)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()


async def test_refused_change_is_among_the_requests(
    home: House, hass_client: ClientSessionGenerator
) -> None:
    """A request tells how it ended, and nothing of what was in it."""
    home.cloud.behaviour.validation_limits = {"room.preferred_temperature": (20, 22)}
    with pytest.raises(ServiceValidationError):
        await home.hass.services.async_call(
            "number",
            "set_value",
            {
                "entity_id": home.entity_id("preferred_temperature", DEVICES[0], USER),
                "value": 19,
            },
            blocking=True,
        )
    told = await download(home, hass_client)
    last = told["requests"][-1]
    assert (last["method"], last["outcome"]) == ("PATCH", "422")
    assert last.keys() == {"at", "method", "path", "outcome", "milliseconds"}
