"""How a home is connected: every way in, every bad input with its own text, and how to recover from it."""

from dataclasses import dataclass, field
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectSelector
from simulator import Simulator

from .house import KEY, USER, House

TEXTS = json.loads(
    Path(__file__, "../../custom_components", DOMAIN, "translations/en.json")
    .resolve()
    .read_text(encoding="utf-8")
)["config"]


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that goes wrong: what is typed, how the cloud is, and which field is told what."""

    where: str
    error: str
    typed: dict[str, Any] = field(default_factory=dict)
    behaviour: dict[str, Any] = field(default_factory=dict)
    weather: dict[str, Any] | None = None
    says: str = ""


BAD = {
    "wrong key": Bad("api_key", "invalid_auth", {"api_key": "wrong"}),
    "wrong key, 401": Bad(
        "api_key", "invalid_auth", {"api_key": "wrong"}, {"bad_key_status": 401}
    ),
    "wrong key where reading is not offered": Bad(
        "api_key", "invalid_auth", {"api_key": "wrong"}, {"write_only": 405}
    ),
    "unknown user": Bad("user_id", "no_heat_pumps", {"user_id": "nobody"}),
    "unknown user, 404": Bad(
        "user_id", "unknown_user", {"user_id": "nobody"}, {"unknown_read_status": 404}
    ),
    "unknown user, key may only write": Bad(
        "user_id", "unknown_user", {"user_id": "nobody"}, {"write_only": True}
    ),
    "unknown user and heat pump": Bad(
        "user_id",
        "unknown_user",
        {"user_id": "nobody", "device_id": "hp-1"},
        {"write_only": True},
    ),
    "unknown heat pump": Bad("device_id", "unknown_device", {"device_id": "hp-0"}),
    "unknown heat pump, 404": Bad(
        "device_id",
        "unknown_device",
        {"device_id": "hp-0"},
        {"unknown_read_status": 404},
    ),
    "unknown heat pump, key may only write": Bad(
        "device_id", "unknown_device", {"device_id": "hp-0"}, {"write_only": True}
    ),
    "somebody else's heat pump": Bad(
        "device_id", "unknown_device", {"device_id": "theirs"}
    ),
    "nothing at the address": Bad(
        "base_url", "cannot_connect", {"base_url": "http://127.0.0.1:1"}
    ),
    "server down": Bad("base_url", "server_error", weather={"status": 503}, says="503"),
    "connection drops": Bad("base_url", "no_answer", weather={"drop": "before"}),
    **{
        f"answers {garbage}": Bad(
            "base_url", "not_understandable", weather={"garbage": garbage}
        )
        for garbage in ("html", "empty", "truncated", "null", "list", "wrong_types")
    },
    "a website that knows no such page": Bad(
        "base_url",
        "not_understandable",
        weather={"status": 404, "body": "<!doctype html><h1>Not Found</h1>"},
    ),
    "answers at endless length": Bad(
        "base_url", "not_understandable", weather={"body": " " * 9 * 2**20}
    ),
    "redirects": Bad(
        "base_url",
        "not_understandable",
        weather={"status": 302, "headers": {"Location": "https://example.com/"}},
    ),
    "too many requests": Bad("base", "too_many_requests", weather={"status": 429}),
    "refuses to read": Bad(
        "base",
        "refused",
        weather={"status": 422, "body": {"detail": "user_id is too long"}},
        says="user_id is too long",
    ),
    "refuses the test": Bad(
        "base",
        "refused",
        behaviour={"write_only": True},
        weather={
            "method": "PATCH",
            "status": 422,
            "body": {
                "detail": [{"loc": ["body"], "msg": "No settings", "type": "empty"}]
            },
        },
        says="No settings",
    ),
    "no heat pump, and no list": Bad(
        "user_id",
        "no_heat_pumps",
        {"user_id": "empty"},
        weather={"path": "/v1/devices", "status": 403},
    ),
    "other kinds of device alone": Bad(
        "user_id",
        "only_other_kinds",
        {"user_id": "gadgets"},
        says="(battery, ev charger, smart meter)",
    ),
    "other kinds of device alone, and an empty list": Bad(
        "user_id",
        "only_other_kinds",
        {"user_id": "empty"},
        weather={
            "path": "/v1/devices/settings",
            "body": {"data": [{"device_id": "hp-1", "device_type": "Battery"}]},
        },
        says="(battery)",
    ),
    "another user's heat pumps alone": Bad(
        "user_id",
        "only_other_users",
        {"user_id": "empty"},
        {"filters_users": False},
    ),
    "another kind of device, by its id": Bad(
        "user_id",
        "only_other_kinds",
        {"user_id": "gadgets", "device_id": "meter"},
        says="smart meter",
    ),
    **{
        f"key {key!r}": Bad("api_key", "malformed_key", {"api_key": key})
        for key in ("", " \u200b", "two words", "ключ", "line\nbreak", "x-api-key:\t1")
    },
    **{
        f"user {user!r}": Bad("user_id", "malformed_id", {"user_id": user})
        for user in ("", "  ", "tab\tin it", "two\nlines", "zero\u200bwidth")
    },
    "heat pump in two lines": Bad(
        "device_id", "malformed_id", {"device_id": "hp-1\nhp-2"}
    ),
    **{
        f"server {address!r}": Bad("base_url", error, {"base_url": address})
        for address, error in (
            ("", "invalid_url"),
            ("https://", "invalid_url"),
            ("ftp://127.0.0.1", "invalid_url"),
            ("not an address", "invalid_url"),
            ("https://xn--.com", "invalid_url"),
            ("https://[::1", "invalid_url"),
            ("https://127.0.0.1:99999", "invalid_url"),
            ("https://me:secret@127.0.0.1", "invalid_url"),
            ("https://:secret@127.0.0.1", "invalid_url"),
            ("https://127.0.0.1/?user_id=1", "invalid_url"),
            ("https://127.0.0.1/#settings", "invalid_url"),
            ("http://api.nox.energy", "insecure_url"),
            ("http://8.8.8.8", "insecure_url"),
        )
    },
}


def text(result: ConfigFlowResult) -> str:
    """Return the one error that a form shows, as a person reads it."""
    errors = result["errors"]
    assert errors is not None
    (error,) = errors.values()
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    words: str = TEXTS["error"][error].format(**placeholders)
    return words


def filled_in(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the fields of a form hold when it opens."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(marker): marker.description["suggested_value"]
        for marker in schema.schema
        if marker.description
    }


@pytest.fixture
def two_homes(house: House) -> House:
    """Return a house with one heat pump and somebody else's in the cloud, not connected."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("theirs", user_id="user-2")
    house.cloud.cloud.add_user("empty", key=KEY)
    for device_id, device_type in (
        ("battery", "BATTERY"),
        ("charger", "EVCharger"),
        ("battery-2", "battery"),
        ("meter", "smart_meter"),
        ("panels", "pv"),
    ):
        house.add_heat_pump(device_id, user_id="gadgets", device_type=device_type)
    return house


async def test_connect(house: House) -> None:
    """A key and a user are enough; production is preset, and nothing is written."""
    house.add_heat_pump()
    form = await house.open_form()
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    schema = form["data_schema"]
    assert schema is not None
    typed = {"api_key": KEY, "user_id": USER}
    assert schema(typed) == {**typed, "base_url": "https://api.nox.energy"}

    result = await house.submit(form, **house.typed())
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == USER
    assert result["data"] == {
        "api_key": KEY,
        "user_id": USER,
        "base_url": house.cloud.url,
        "write_only": False,
    }
    assert result["result"].state is ConfigEntryState.LOADED
    assert house.received() == []


async def test_connect_one_heat_pump(house: House) -> None:
    """With a heat pump's id, that one alone is connected."""
    await house.connected("hp-1", "hp-2", device_id="hp-2")
    assert house.entry.title == "user-1 · hp-2"
    assert house.entry.data["device_id"] == "hp-2"
    assert house.shows("control_mode", "hp-2") == "heating"
    with pytest.raises(AssertionError):
        house.entity_id("control_mode", "hp-1")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_bad_input(two_homes: House, bad: Bad) -> None:
    """Each trouble has its text at its field; the form keeps what was typed, and the next try works."""
    house = two_homes
    for name, value in bad.behaviour.items():
        setattr(house.cloud.behaviour, name, value)
    if bad.weather is not None:
        house.cloud.weather.add(**bad.weather)
    typed = house.typed(**bad.typed)

    result = await house.submit(await house.open_form(), **typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {bad.where: bad.error}
    assert bad.says in text(result)
    assert filled_in(result) == typed
    assert typed["api_key"] == "" or typed["api_key"] not in text(result)

    house.cloud.behaviour.reset()
    house.cloud.weather.clear()
    result = await house.submit(result, **house.typed())
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


def test_own_texts() -> None:
    """No two kinds of trouble share a text, and there is no text that nothing shows."""
    shown = {bad.error for bad in BAD.values()}
    # Only asking anew for the key of a home can find it to be another's, or one that may not change anything.
    shown |= {"wrong_account", "key_may_only_read"}
    assert shown == TEXTS["error"].keys()
    assert len(set(TEXTS["error"].values())) == len(TEXTS["error"])


@pytest.mark.parametrize("status", [True, 404, 405])
@pytest.mark.parametrize("device_id", [None, "hp-1"])
async def test_write_only(two_homes: House, status: int, device_id: str | None) -> None:
    """A key, a server or a version without the read is served too; the test changes nothing."""
    house = two_homes
    house.cloud.behaviour.write_only = status
    before = house.cloud.cloud.to_json()
    result = await house.submit(
        await house.open_form(), **house.typed(device_id=device_id)
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["write_only"] is True
    ids = {"user_id": USER} | ({"device_id": device_id} if device_id else {})
    assert house.received() == [ids]
    assert house.cloud.cloud.to_json() == before


async def test_blanks(house: House) -> None:
    """What is copied with blanks around it, visible or not, is cleaned."""
    house.add_heat_pump()
    await house.connect(
        api_key=f" {KEY}\n",
        user_id=f"\u200b{USER} ",
        device_id="\u00a0hp-1\ufeff",
        base_url=f"\t{house.cloud.url}/ ",
    )
    assert house.entry.data == {
        "api_key": KEY,
        "user_id": USER,
        "device_id": "hp-1",
        "base_url": house.cloud.url,
        "write_only": False,
    }


async def test_blank_heat_pump(house: House) -> None:
    """A field with nothing but blanks in it is empty."""
    await house.connected("hp-1", device_id="  ")
    assert "device_id" not in house.entry.data


@pytest.mark.parametrize("user_id", ["häuser/1 & 2?#%", "user+1@example.com", "0"])
async def test_strange_ids(house: House, user_id: str) -> None:
    """Ids with characters that mean something in an address reach the cloud as they are."""
    device_id = f"{user_id}=hp"
    house.add_heat_pump(device_id, user_id=user_id)
    await house.connect(user_id=user_id)
    await house.hass.services.async_call(
        "select",
        "select_option",
        {
            "entity_id": house.entity_id("control_mode", device_id, user_id),
            "option": "off",
        },
        blocking=True,
    )
    assert house.received() == [
        {
            "user_id": user_id,
            "device_id": device_id,
            "room": {"temperature_control_mode": "off"},
        }
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({}, {"user_id": " user-1 "}),
        ({}, {"api_key": "second-key"}),
        ({}, {"device_id": "hp-1"}),
        ({"device_id": "hp-1"}, {}),
        ({"device_id": "hp-1"}, {"device_id": "hp-1"}),
    ],
)
async def test_same_home_twice(
    house: House, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """A heat pump is connected once, also where it is one of all of them."""
    await house.connected("hp-1", "hp-2", **first)
    house.cloud.cloud.add_supplier("second-key", "Energy Supplier A")
    result = await house.submit(await house.open_form(), **house.typed(**second))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert result["reason"] in TEXTS["abort"]
    assert len(house.hass.config_entries.async_entries(DOMAIN)) == 1


async def test_same_server_written_differently(house: House) -> None:
    """The same home is the same, however its server's address is written."""
    await house.connected()
    for address in (f"{house.cloud.url}/", house.cloud.url.upper()):
        result = await house.submit(
            await house.open_form(), **house.typed(base_url=address)
        )
        assert result["type"] is FlowResultType.ABORT


async def test_two_homes(house: House) -> None:
    """Another user, and another heat pump of one's own, are connected beside the first."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    house.add_heat_pump("hp-3", user_id="user-2")
    await house.connect(device_id="hp-2")
    await house.connect(user_id="user-2")
    assert {
        entry.state for entry in house.hass.config_entries.async_entries(DOMAIN)
    } == {ConfigEntryState.LOADED}
    assert house.shows("control_mode", "hp-1") == "heating"
    assert house.shows("control_mode", "hp-2") == "heating"
    assert house.state("control_mode", "hp-3", "user-2").state == "heating"


async def test_same_user_at_two_servers(house: House) -> None:
    """The same id at two servers is two homes, whose entities are not taken for each other's."""
    await house.connected()
    first = house.entry.entry_id
    async with Simulator() as elsewhere:
        elsewhere.cloud.add_heat_pump("hp-1", USER, key=KEY)
        await house.connect(base_url=elsewhere.url)
        second = house.entry.entry_id
        registry = er.async_get(house.hass)
        counts = [
            len(er.async_entries_for_config_entry(registry, entry_id))
            for entry_id in (first, second)
        ]
        assert counts[0] == counts[1] > 10
        ids = {entry.unique_id for entry in registry.entities.values()}

        form = await house.open_form(SOURCE_RECONFIGURE)
        await house.submit(form, base_url=elsewhere.url, api_key=KEY)
        assert {entry.unique_id for entry in registry.entities.values()} == ids
        await house.hass.config_entries.async_unload(second)


async def test_key_stays_secret(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The key is in no title, no placeholder and no log, whether it works or not."""
    caplog.set_level(logging.DEBUG)
    house.add_heat_pump()
    house.cloud.weather.add(times=1, status=503)
    form = await house.open_form()
    for _ in range(2):
        form = await house.submit(form, **house.typed())
        told = {
            name: part
            for name, part in form.items()
            if name not in ("data", "data_schema", "result")
        }
        assert KEY not in repr(told)
    assert form["type"] is FlowResultType.CREATE_ENTRY
    entry = form["result"]
    assert KEY not in f"{entry.title} {entry.unique_id} {entry.entry_id}"
    assert KEY not in caplog.text


async def reauth_form(house: House) -> ConfigFlowResult:
    """Let the cloud refuse the key, and return the form that asks for a new one."""
    house.cloud.cloud.set_keys("Energy Supplier A", ["new-key"])
    await house.poll()
    (flow,) = house.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    return await house.hass.config_entries.flow.async_configure(flow["flow_id"])


async def test_reauth(house: House) -> None:
    """A new key is asked for by name of the home, tried, and in use at once."""
    await house.connected()
    form = await reauth_form(house)
    assert form["step_id"] == "reauth_confirm"
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert placeholders["user_id"] == USER
    assert filled_in(form) == {}

    form = await house.submit(form, api_key="another wrong one")
    assert form["errors"] == {"api_key": "malformed_key"}
    form = await house.submit(form, api_key="another-wrong-one")
    assert form["errors"] == {"api_key": "invalid_auth"}
    result = await house.submit(form, api_key=" new-key ")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert "translation_domain" not in result, "told in our words"
    assert house.entry.data["api_key"] == "new-key"
    assert house.shows("control_mode") == "heating"


async def test_reauth_trouble_of_the_server(house: House) -> None:
    """What is about a field that this form does not have is told above it."""
    await house.connected()
    form = await reauth_form(house)
    house.cloud.weather.add(times=1, status=500)
    form = await house.submit(form, api_key="new-key")
    assert form["errors"] == {"base": "server_error"}
    assert "500" in text(form)


@pytest.mark.parametrize("user_id", ["user-9", USER])
async def test_reauth_with_the_key_of_another_account(
    house: House, user_id: str
) -> None:
    """A key that works, but not for this home, is refused, also where another supplier has a user of that id."""
    await house.connected()
    house.add_heat_pump("hp-9", user_id=user_id, key="key-of-others")
    form = await house.submit(await reauth_form(house), api_key="key-of-others")
    assert form["errors"] == {"api_key": "wrong_account"}
    assert house.entry.data["api_key"] == KEY


async def test_reauth_keeps_what_was_chosen(house: House) -> None:
    """The heat pump and the name that somebody gave the home stay."""
    await house.connected("hp-1", "hp-2", device_id="hp-2")
    house.hass.config_entries.async_update_entry(house.entry, title="Grandma")
    await house.submit(await reauth_form(house), api_key="new-key")
    assert house.entry.title == "Grandma"
    assert house.entry.data["device_id"] == "hp-2"


async def test_reauth_with_a_key_that_may_only_write(house: House) -> None:
    """Such a key is taken; what was known is shown on."""
    await house.connected("hp-1", device_id="hp-1")
    form = await reauth_form(house)
    house.cloud.behaviour.write_only = True
    await house.submit(form, api_key="new-key")
    assert house.entry.data["write_only"] is True
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.shows("control_mode") == "heating"
    assert house.state("control_mode").attributes["assumed_state"] is True


async def test_reauth_with_a_key_that_may_only_read(house: House) -> None:
    """Such a key would be refused with the first change, so the form says so."""
    await house.connected()
    form = await reauth_form(house)
    house.cloud.weather.add(method="PATCH", status=403)
    form = await house.submit(form, api_key="new-key")
    assert form["errors"] == {"api_key": "key_may_only_read"}
    house.cloud.weather.clear()
    await house.submit(form, api_key="new-key")
    assert house.entry.data["api_key"] == "new-key"


@pytest.mark.parametrize("status", [404, 422])
async def test_reauth_where_a_change_of_nothing_is_none(
    house: House, status: int
) -> None:
    """A cloud that does not take a change with nothing in it says nothing of the key, which can read."""
    await house.connected()
    form = await reauth_form(house)
    house.cloud.weather.add(method="PATCH", status=status)
    await house.submit(form, api_key="new-key")
    assert house.entry.data["api_key"] == "new-key"


async def test_reconfigure(house: House) -> None:
    """Server, heat pump and key can be changed; the key in use is not shown, and stays if none is typed."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    form = await house.open_form(SOURCE_RECONFIGURE)
    assert form["step_id"] == "reconfigure"
    assert filled_in(form) == {"base_url": house.cloud.url, "device_id": "hp-1"}

    typed = {"base_url": house.cloud.url, "device_id": "hp-0"}
    form = await house.submit(form, **typed, api_key="")
    assert form["errors"] == {"device_id": "unknown_device"}
    assert filled_in(form) == {**typed, "api_key": ""}

    result = await house.submit(form, base_url=house.cloud.url, device_id="hp-2")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert "translation_domain" not in result, "told in our words"
    assert house.entry.title == "user-1 · hp-2"
    assert house.entry.data["api_key"] == KEY
    assert house.shows("control_mode", "hp-2") == "heating"


async def test_reconfigure_key(house: House) -> None:
    """A new key takes the place of the old one."""
    await house.connected()
    house.cloud.cloud.set_keys("Energy Supplier A", ["new-key"])
    form = await house.open_form(SOURCE_RECONFIGURE)
    await house.submit(form, base_url=house.cloud.url, api_key="new-key")
    assert house.entry.data["api_key"] == "new-key"
    assert house.entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Grandma", "Grandma"),
        (" The cabin\u200b ", "The cabin"),
        (" ", USER),
        (None, USER),
    ],
)
async def test_name(house: House, typed: str | None, title: str) -> None:
    """The home can be called what somebody likes, from the start and for as long as nobody changes it."""
    await house.connected(name=typed)
    assert house.entry.title == title
    assert "name" not in house.entry.data
    form = await house.open_form(SOURCE_RECONFIGURE)
    await house.submit(form, base_url=house.cloud.url, device_id="hp-1")
    assert house.entry.title == ("user-1 · hp-1" if title == USER else title)


async def test_name_survives_a_mistake(house: House) -> None:
    """What was typed as a name is still there after an error, and counts as it is then."""
    house.add_heat_pump()
    form = await house.submit(
        await house.open_form(), **house.typed(api_key="wrong", name="Grandma")
    )
    assert form["type"] is FlowResultType.FORM
    result = await house.submit(form, **house.typed(name="Grandpa"))
    assert result["title"] == "Grandpa"


async def test_reconfigure_to_all_heat_pumps(house: House) -> None:
    """An emptied field means all of them; a name that somebody chose stays."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    house.hass.config_entries.async_update_entry(house.entry, title="Grandma")
    form = await house.open_form(SOURCE_RECONFIGURE)
    await house.submit(form, base_url=house.cloud.url)
    assert "device_id" not in house.entry.data
    assert house.entry.title == "Grandma"
    assert house.shows("climate", "home") == "heat"


async def test_servers_in_the_language_of_the_house(house: House) -> None:
    """Both servers have a name that a person understands, also before any home is connected."""
    house.hass.config.language = "it"
    form = await house.open_form()
    assert form["data_schema"] is not None
    server: SelectSelector = form["data_schema"].schema["base_url"]
    assert server.config["options"] == [
        {"value": "https://api.nox.energy", "label": "Produzione (api.nox.energy)"},
        {
            "value": "https://api.sandbox.nox.energy",
            "label": "Prova (api.sandbox.nox.energy)",
        },
    ]


async def test_reconfigure_server(house: House) -> None:
    """The home can move to another server."""
    await house.connected()
    async with Simulator() as elsewhere:
        elsewhere.cloud.add_heat_pump(
            "hp-1", USER, key=KEY, settings={"room": {"preferred_temperature": 18}}
        )
        form = await house.open_form(SOURCE_RECONFIGURE)
        await house.submit(form, base_url=elsewhere.url)
        assert house.entry.data["base_url"] == elsewhere.url
        assert house.shows("preferred_temperature") == "18.0"
        await house.hass.config_entries.async_unload(house.entry.entry_id)


@pytest.mark.parametrize("device_id", [None, "hp-1"])
async def test_reconfigure_into_another_entry(
    house: House, device_id: str | None
) -> None:
    """No heat pump gets into two entries by this way either."""
    await house.connected("hp-1", "hp-2", device_id="hp-1")
    await house.connect(device_id="hp-2")
    form = await house.open_form(SOURCE_RECONFIGURE)
    typed = {} if device_id is None else {"device_id": device_id}
    result = await house.submit(form, base_url=house.cloud.url, **typed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert house.entry.data["device_id"] == "hp-2"


def test_reauth_says_why_it_asks() -> None:
    """The form says what has happened, to which home, what it means, and where a new key comes from."""
    words = TEXTS["step"]["reauth_confirm"]["description"]
    for part in ("no longer accepts", "{user_id}", "Until", "energy supplier"):
        assert part in words


async def test_reauth_of_a_home_that_could_not_be_read(house: House) -> None:
    """A new key that may also read is no other account's for that."""
    house.cloud.behaviour.write_only = True
    await house.connected()
    house.cloud.cloud.set_keys("Energy Supplier A", ["new-key"])
    with pytest.raises(HomeAssistantError):
        await house.act("switch.turn_on", "schedule", "home")
    (flow,) = house.hass.config_entries.flow.async_progress()
    house.cloud.behaviour.write_only = False
    form = await house.hass.config_entries.flow.async_configure(flow["flow_id"])
    result = await house.submit(form, api_key="new-key")
    assert result["reason"] == "reauth_successful"
    assert house.entry.data["write_only"] is False
    assert house.shows("control_mode", "hp-1") == "heating"


async def test_reauth_of_one_heat_pump_with_the_key_of_another_account(
    house: House,
) -> None:
    """Nor where the entry is for one heat pump, which the other account does not have."""
    await house.connected("hp-1", "hp-2", device_id="hp-2")
    house.add_heat_pump("hp-9", key="key-of-others")
    form = await house.submit(await reauth_form(house), api_key="key-of-others")
    assert form["errors"] == {"api_key": "wrong_account"}
    assert house.entry.data["api_key"] == KEY


async def test_reconfigure_with_the_key_of_another_account(house: House) -> None:
    """A key of a supplier that has a user of the same id, but other heat pumps, does not take the home over."""
    await house.connected()
    house.add_heat_pump("hp-9", key="key-of-others")
    form = await house.open_form(SOURCE_RECONFIGURE)
    form = await house.submit(form, base_url=house.cloud.url, api_key="key-of-others")
    assert form["errors"] == {"api_key": "wrong_account"}
    assert house.entry.data["api_key"] == KEY
    assert house.shows("control_mode") == "heating"


async def test_reconfigure_without_a_change(house: House) -> None:
    """With the key in use nothing is compared: heat pumps may all have been replaced."""
    await house.connected()
    house.cloud.cloud.remove_heat_pump("hp-1")
    house.add_heat_pump("hp-2")
    form = await house.open_form(SOURCE_RECONFIGURE)
    result = await house.submit(form, base_url=house.cloud.url)
    assert result["reason"] == "reconfigure_successful"
    assert house.shows("control_mode", "hp-2") == "heating"


async def test_options_are_offered(house: House) -> None:
    """A home that is connected has options."""
    await house.connected()
    assert house.entry.supports_options
    assert house.entry.supports_reconfigure
