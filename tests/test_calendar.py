"""The calendar at the ends of time, where there are no time zones."""

from http import HTTPStatus
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import ServiceValidationError

from .house import House, Json

ZONES = ["Europe/Amsterdam", "Pacific/Kiritimati", "America/Los_Angeles", "UTC"]
SAYS = "planned for the years 2000 to 2199"

DAYS = [
    ("0001-01-01", "0001-01-02"),
    ("0001-01-01", "9999-12-31"),
    ("2026-12-24", "9999-12-31"),
    ("9999-12-30", "9999-12-31"),
    ("1999-12-31", "2030-01-01"),
    ("2199-12-31", "2200-01-01"),
]
MOMENTS = [
    ("0001-01-01T00:00:00", "0001-01-01T02:00:00"),
    ("0001-01-01T00:00:00", "9999-12-31T23:59:59"),
    ("2026-12-24T12:00:00", "9999-12-31T23:59:59"),
    ("9999-12-31T00:00:00", "9999-12-31T23:59:59"),
]


@pytest.fixture(params=ZONES)
async def somewhere(house: House, request: pytest.FixtureRequest) -> House:
    """Return a connected house in one of the time zones."""
    await house.hass.config.async_set_time_zone(request.param)
    return await house.connected()


async def test_plan(somewhere: House) -> None:
    """What lies where nobody can reckon is refused, with the years in which it can be planned."""
    house = somewhere
    for start, end in (*DAYS, *MOMENTS):
        kind = "date_time" if "T" in start else "date"
        data = {f"start_{kind}": start, f"end_{kind}": end, "summary": "Away"}
        with pytest.raises(ServiceValidationError, match=SAYS) as error:
            await house.act("calendar.create_event", "vacation", "home", **data)
        assert error.value.translation_key == "vacation_out_of_reach"
    assert house.state("vacation", "home").attributes.get("start_time") is None


async def test_plan_on_the_page(
    somewhere: House, hass_ws_client: WebSocketGenerator
) -> None:
    """So it is on the page of the calendar, when it is planned and when it is planned differently."""
    house = somewhere
    page = await hass_ws_client(house.hass)
    entity_id = house.entity_id("vacation", "home")

    async def ask(what: str, start: str, end: str, **more: str) -> str | None:
        """Return what the page is told is wrong."""
        event = {"summary": "Away", "dtstart": start, "dtend": end}
        await page.send_json_auto_id(
            {
                "type": f"calendar/event/{what}",
                "entity_id": entity_id,
                "event": event,
                **more,
            }
        )
        answer = await page.receive_json()
        return None if answer["success"] else answer["error"]["message"]

    assert await ask("create", "2198-12-24", "2198-12-26") is None
    (plan,) = house.entry.runtime_data.vacations.plans
    for start, end in (*DAYS, *MOMENTS):
        assert SAYS in (await ask("create", start, end) or "")
        assert SAYS in (await ask("update", start, end, uid=plan.uid) or "")
    assert house.entry.runtime_data.vacations.plans == (plan,)


def stored(start: str, end: str | None, uid: str) -> Json:
    """Return a plan as it is on disk."""
    return {
        "uid": uid,
        "summary": uid,
        "start": start,
        "end": end,
        "description": None,
        "location": None,
    }


async def start_with(
    house: House, hass_storage: dict[str, Any], plans: list[Json]
) -> None:
    """Start a house that is connected with these plans on disk."""
    entry_id = house.entry.entry_id
    await house.hass.config_entries.async_unload(entry_id)
    hass_storage[f"{DOMAIN}.{entry_id}"]["data"]["plans"] = plans
    assert await house.hass.config_entries.async_setup(entry_id)
    assert house.entry.state is ConfigEntryState.LOADED
    assert len(house.entry.runtime_data.vacations.plans) == len(plans)


ON_DISK = [
    *(stored(start, end, start + end) for start, end in DAYS),
    *(stored(f"{start}+00:00", f"{end}+00:00", start + end) for start, end in MOMENTS),
    stored("9999-12-31T22:00:00-12:00", None, "open"),
    stored("0001-01-01T01:00:00+14:00", "9999-12-31T23:00:00-12:00", "all"),
    stored("0001-01-01", "0001-01-03", "long ago"),
]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
async def test_each_plan_on_disk(
    freezer: TickingDateTimeFactory,
    house: House,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    zone: str,
) -> None:
    """A plan of an earlier version for such days, alone, is carried out if it covers today; nothing goes wrong."""
    await house.hass.config.async_set_time_zone(zone)
    await house.connected()
    for plan in ON_DISK:
        await start_with(house, hass_storage, [plan])
        await house.pass_time(freezer, 1)
        covers_today = plan["start"] < "2026" and (plan["end"] or "") > "2028"
        assert house.shows("vacation", "home") == ("on" if covers_today else "off")
        expected = "16.0" if covers_today else "21.0"
        assert house.shows("preferred_temperature") == expected
        await house.act("climate.set_preset_mode", "climate", preset_mode="none")
        await house.pass_time(freezer, 1)
        assert house.shows("preferred_temperature") == "21.0"
    assert "Error" not in caplog.text


@pytest.mark.parametrize("zone", ZONES)
async def test_plans_on_disk(
    freezer: TickingDateTimeFactory,
    house: House,
    hass_storage: dict[str, Any],
    hass_client: ClientSessionGenerator,
    zone: str,
) -> None:
    """All of them together are listed, and end when somebody comes home."""
    await house.hass.config.async_set_time_zone(zone)
    await house.connected()
    await start_with(house, hass_storage, ON_DISK)
    await house.pass_time(freezer, 1)
    assert house.shows("vacation", "home") == "on"
    assert house.shows("preferred_temperature") == "16.0"

    calendar = house.entity_id("vacation", "home")
    client = await hass_client()
    answer = await client.get(
        f"/api/calendars/{calendar}?start=0001-01-02T00:00:00&end=9999-12-30T00:00:00"
    )
    assert answer.status == HTTPStatus.OK
    listed = await answer.json()
    assert {event["summary"] for event in listed} >= {
        plan["summary"]
        for plan in ON_DISK
        if plan["end"] is None or "9999" in plan["end"]
    }

    # Coming home cuts short what runs, and leaves what is on disk readable.
    await house.act("climate.set_preset_mode", "climate", preset_mode="none")
    assert house.shows("preferred_temperature") == "21.0"
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.shows("vacation", "home") == "off"


async def test_list(somewhere: House, hass_client: ClientSessionGenerator) -> None:
    """The vacations of all time can be asked for."""
    house = somewhere
    await house.act(
        "calendar.create_event",
        "vacation",
        "home",
        summary="Away",
        start_date="2198-12-24",
        end_date="2198-12-26",
    )
    calendar = house.entity_id("vacation", "home")
    client = await hass_client()
    for start, end, there in (
        ("0001-01-01T00:00:00", "9999-12-31T23:59:59", 1),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:01", 0),
        ("9999-12-31T23:00:00", "9999-12-31T23:59:59", 0),
    ):
        answer = await client.get(f"/api/calendars/{calendar}?start={start}&end={end}")
        assert answer.status == HTTPStatus.OK
        assert len(await answer.json()) == there
        response = await house.hass.services.async_call(
            "calendar",
            "get_events",
            {"entity_id": calendar, "start_date_time": start, "end_date_time": end},
            blocking=True,
            return_response=True,
        )
        assert str(response).count("Away") == there


async def test_over_today(freezer: TickingDateTimeFactory, house: House) -> None:
    """A vacation that ended today is still there for who looks back, and not for who looks ahead from today on."""
    await house.hass.config.async_set_time_zone("Europe/Amsterdam")
    freezer.move_to("2026-07-01T20:00:00+02:00")
    await house.connected("hp-1", "hp-2")
    for preset in ("away", "none", "away"):
        await house.act("climate.set_preset_mode", "climate", preset_mode=preset)
        await house.pass_time(freezer, 60)
    calendar = house.entity_id("vacation", "home")
    for start, there in (
        ("2026-06-29T00:00:00+02:00", 2),
        ("2026-07-01T00:00:00+02:00", 1),
        # By the clock of somebody in Tokyo, and in New York.
        ("2026-07-02T00:00:00+09:00", 1),
        ("2026-07-01T00:00:00-04:00", 1),
    ):
        listed = await house.hass.services.async_call(
            "calendar",
            "get_events",
            {
                "entity_id": calendar,
                "start_date_time": start,
                "end_date_time": "2026-07-08T00:00:00+02:00",
            },
            blocking=True,
            return_response=True,
        )
        assert str(listed).count("summary") == there, start
