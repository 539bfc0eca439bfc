"""How the cloud is read: seldom, tolerantly, and without a state that lies."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from freezegun.api import TickingDateTimeFactory
import pytest

from custom_components.heatpump_steering.const import HOME_KEY
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import callback

from .house import KEY, USER, House

SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"
POLL = 301
"""A poll is due every 300 seconds, on a second's fraction of its own."""
HOURS = 3600


def lists(house: House) -> int:
    """Return how often the list of heat pumps was read."""
    return len(house.cloud.journal.entries(path=DEVICES))


@pytest.mark.parametrize("device_id", [None, "hp-2"])
async def test_poll(
    house: House, freezer: TickingDateTimeFactory, device_id: str | None
) -> None:
    """Every five minutes one read, for any number of heat pumps, with the user's id in it."""
    await house.connected("hp-1", "hp-2", "hp-3", device_id=device_id)
    for polls in range(1, 4):
        await house.pass_time(freezer, POLL - 10)
        assert house.reads() == polls - 1
        await house.pass_time(freezer, 10)
        assert house.reads() == polls
    query = {"user_id": USER} | ({"device_id": device_id} if device_id else {})
    assert {
        (entry.path, *entry.query.items()) for entry in house.cloud.journal.entries()
    } == {(SETTINGS, *query.items())}


@pytest.mark.parametrize(
    "weather",
    [
        {"status": 500},
        {"status": 504, "retry_after": 5},
        {"status": 408},
        {"drop": "before"},
        {"drop": "during"},
        {"garbage": "html"},
        {"garbage": "truncated"},
        {"status": 302, "headers": {"Location": "https://example.com"}},
        {"status": 404},
        {"status": 422},
    ],
    ids=str,
)
async def test_three_misses(
    house: House,
    freezer: TickingDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    weather: dict[str, Any],
) -> None:
    """Three polls without an answer pass before anything is unavailable; one line says so, one that it is over."""
    await house.connected()
    caplog.clear()
    house.cloud.weather.add(**weather)
    for _ in range(2):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate") == "heat"
    assert ours(caplog) == []
    for _ in range(3):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate") == STATE_UNAVAILABLE
    assert ours(caplog) == ["ERROR"]

    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert house.shows("climate") == "heat"
    assert ours(caplog) == ["ERROR", "INFO"]
    assert KEY not in caplog.text
    assert house.hass.config_entries.flow.async_progress() == []


def ours(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the levels of the lines that somebody finds in the log of this integration."""
    return [
        record.levelname
        for record in caplog.records
        if record.name.startswith("custom_components.heatpump_steering")
        and record.levelname != "DEBUG"
    ]


async def test_misses_in_between(house: House, freezer: TickingDateTimeFactory) -> None:
    """Misses count in a row only."""
    await house.connected()
    for _ in range(3):
        house.cloud.weather.add(status=503)
        for _ in range(2):
            await house.pass_time(freezer, POLL)
        assert house.shows("climate") == "heat"
        house.cloud.weather.clear()
        await house.pass_time(freezer, POLL)


async def test_misses_are_time(house: House) -> None:
    """Somebody who asks for an update again and again while the cloud is away makes nothing unavailable."""
    await house.connected()
    house.cloud.weather.add(status=503)
    for _ in range(5):
        await house.poll()
    assert house.shows("climate") == "heat"


async def test_last_poll_is_a_moment_early(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """The third poll without an answer is the last that is waited for, also if it comes before 15 minutes are over."""
    await house.connected()
    house.cloud.weather.add(status=503)
    for _ in range(2):
        await house.pass_time(freezer, POLL)
    await house.pass_time(freezer, 290)
    assert house.shows("climate") == "heat"
    await house.poll()
    assert house.shows("climate") == STATE_UNAVAILABLE


async def test_miss_after_too_many_requests(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A cloud that wants to be left alone has answered, so that one miss after that is the first."""
    await house.connected()
    house.cloud.weather.add(status=429)
    for _ in range(4):
        await house.pass_time(freezer, POLL)
    house.cloud.weather.clear()
    house.cloud.weather.add(status=503)
    await house.pass_time(freezer, POLL)
    assert house.shows("climate") == "heat"


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ({}, 300),
        ({"retry_after": 10}, 300),
        ({"retry_after": 800}, 800),
        ({"retry_after_date": 800}, 800),
        # A day without the end of a vacation would be too long.
        ({"retry_after": 86400}, 900),
        ({"headers": {"Retry-After": "soon"}}, 300),
    ],
    ids=str,
)
async def test_too_many_requests(
    house: House,
    freezer: TickingDateTimeFactory,
    asked: dict[str, Any],
    wait: int,
) -> None:
    """A cloud that wants to be left alone is left alone as long as it says, and nothing is unavailable."""
    await house.connected()
    house.cloud.weather.add(status=429, **asked)
    await house.pass_time(freezer, POLL)
    for polls in range(1, 5):
        assert house.reads() == polls
        await house.pass_time(freezer, wait - 10)
        assert house.reads() == polls
        assert house.shows("climate") == "heat"
        await house.pass_time(freezer, 11)
    house.cloud.weather.clear()
    await house.pass_time(freezer, wait + 1)
    reads = house.reads()
    await house.pass_time(freezer, POLL)
    assert house.reads() == reads + 1


async def test_new_heat_pump(house: House) -> None:
    """A heat pump that turns up has its entities after the next poll, and the home gets its own."""
    await house.connected()
    house.add_heat_pump("hp-2", model="F1255")
    await house.poll()
    assert house.shows("climate", "hp-2") == "heat"
    assert house.shows("climate", "home") == "heat"
    assert house.device("hp-2").model == "F1255"
    assert (house.reads(), lists(house)) == (2, 1)
    await house.poll()
    assert (house.reads(), lists(house)) == (3, 1)
    await house.act("switch.turn_on", "schedule", "hp-2")
    assert house.received() == [
        {"user_id": USER, "device_id": "hp-2", "room": {"schedule_enabled": True}}
    ]


async def test_new_heat_pump_without_the_list(house: House) -> None:
    """A list that cannot be had hides nothing of the others, and is tried again at the next poll."""
    await house.connected()
    house.add_heat_pump("hp-2", settings={"room": {"preferred_temperature": 19}})
    house.cloud.weather.add(path=DEVICES, status=503, times=1)
    await house.change_elsewhere({"room": {"schedule_enabled": True}}, "hp-1")
    assert house.shows("schedule", "hp-1") == "on"
    await house.poll()
    assert house.shows("preferred_temperature", "hp-2") == "19.0"
    assert lists(house) == 2


async def test_list_is_read_seldom(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """The list of heat pumps is read every few hours."""
    await house.connected()
    await house.pass_time(freezer, 6 * HOURS - 60)
    assert lists(house) == 0
    await house.pass_time(freezer, POLL)
    assert lists(house) == 1
    await house.pass_time(freezer, POLL)
    assert lists(house) == 1


async def test_listed_without_settings(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A heat pump that is listed, but has no settings, is asked about once; and again when it had some in between."""
    await house.connected("hp-1", "hp-2")
    only_first = {"data": [{"device_id": "hp-1", "room": {"schedule_enabled": True}}]}
    for times in (1, 2):
        house.cloud.weather.add(path=SETTINGS, body=only_first)
        for _ in range(20):
            await house.pass_time(freezer, POLL)
        assert lists(house) == times
        assert house.shows("schedule", "hp-2") == "unknown"
        house.cloud.weather.clear()
        await house.poll()
        assert house.shows("schedule", "hp-2") == "off"

    # In the end it is gone from the list as well, which is read every six hours.
    house.cloud.weather.add(path=SETTINGS, body=only_first)
    for _ in range(3):
        await house.poll()
    house.cloud.cloud.hide("hp-2")
    await house.pass_time(freezer, 6 * HOURS)
    assert lists(house) == 4
    assert house.shows("climate", "hp-2") == STATE_UNAVAILABLE


async def test_list_fails_when_one_is_missing(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Whether a missing heat pump is listed is asked with every poll until there is an answer."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.hide("hp-2")
    house.cloud.weather.add(path=DEVICES, status=503)
    for _ in range(5):
        await house.pass_time(freezer, POLL)
    assert lists(house) == 3
    assert house.shows("climate", "hp-2") == "heat"
    house.cloud.weather.clear()
    await house.pass_time(freezer, POLL)
    assert house.shows("climate", "hp-2") == STATE_UNAVAILABLE


async def test_list_fails_later(house: House, freezer: TickingDateTimeFactory) -> None:
    """A list that fails hides no settings, and is tried at the next poll."""
    await house.connected()
    house.cloud.weather.add(path=DEVICES, status=503)
    await house.change_elsewhere({"room": {"schedule_enabled": True}})
    await house.pass_time(freezer, 6 * HOURS)
    assert house.shows("schedule") == "on"
    await house.pass_time(freezer, POLL)
    assert lists(house) == 2


async def test_heat_pump_goes_and_comes_back(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A heat pump that is gone from the list is unavailable, and is itself again when it comes back."""
    await house.connected("hp-1", "hp-2")
    house.cloud.cloud.hide("hp-2")
    for _ in range(2):
        await house.pass_time(freezer, POLL)
        assert house.shows("climate", "hp-2") == "heat"
    await house.pass_time(freezer, POLL)
    assert house.shows("climate", "hp-2") == STATE_UNAVAILABLE
    assert house.shows("climate", "home") == STATE_UNAVAILABLE
    assert house.shows("climate", "hp-1") == "heat"

    house.cloud.cloud.hide("hp-2", hidden=False)
    await house.change_elsewhere({"room": {"temperature_control_mode": "auto"}}, "hp-2")
    assert house.shows("climate", "hp-2") == "heat_cool"
    assert house.shows("climate", "home") == "unknown"
    await house.act("climate.set_hvac_mode", "climate", "hp-2", hvac_mode="off")
    assert house.shows("climate", "hp-2") == "off"


async def test_items_that_are_not_ours(house: House) -> None:
    """Another user's devices, devices of another kind and items without an id get no entities."""
    house.cloud.behaviour.extra_fields = True
    house.add_heat_pump("hp-1")
    listed = [
        {"device_id": "hp-1", "user_id": USER, "brand": "nibe", "model": "S735"},
        {"device_id": "theirs", "user_id": "user-2", "device_type": "heat_pump"},
        {"device_id": "car", "user_id": USER, "device_type": "ev"},
        {"user_id": USER},
        "hp-7",
    ]
    house.cloud.weather.add(
        path=DEVICES, body={"data": listed, "meta": {"next_token": None}}
    )
    await house.connect()
    assert house.entry.runtime_data.data.heat_pumps.keys() == {"hp-1"}
    assert {
        state.attributes["friendly_name"]
        for state in house.hass.states.async_all("climate")
    } == {"Heat pump"}


async def test_read_back(house: House, freezer: TickingDateTimeFactory) -> None:
    """A few seconds after a change the cloud is read back, once where it shows the change."""
    await house.connected()
    await house.act("switch.turn_on", "schedule")
    assert house.reads() == 0
    await house.pass_time(freezer, 5)
    assert house.reads() == 1
    await house.pass_time(freezer, 60)
    assert house.reads() == 1
    assert house.shows("schedule") == "on"


async def test_read_back_of_a_slow_cloud(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """While the cloud shows the old value, it is read at growing intervals and not believed."""
    await house.connected()
    house.cloud.behaviour.read_lag_reads = 3
    await house.act("number.set_value", "preferred_temperature", value=18)
    reads_after = []
    for second in range(1, 60):
        before = house.reads()
        await house.pass_time(freezer, 1)
        reads_after += [second] * (house.reads() - before)
        assert house.shows("preferred_temperature") == "18.0"
    assert len(reads_after) == 4
    waits = [later - earlier for earlier, later in pairwise(reads_after)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


async def test_changed_elsewhere_after_a_change(house: House) -> None:
    """A third value is somebody else's, and believed at once."""
    await house.connected()
    await house.act("number.set_value", "preferred_temperature", value=18)
    await house.change_elsewhere({"room": {"preferred_temperature": 23.5}})
    assert house.shows("preferred_temperature") == "23.5"


async def test_rounded_by_the_cloud(house: House) -> None:
    """What the cloud makes of a value is shown, not what was wished for."""
    await house.connected()
    house.cloud.behaviour.rounding = 1
    await house.act("number.set_value", "preferred_temperature", value=18.5)
    assert house.shows("preferred_temperature") == "18.5"
    await house.poll()
    assert house.shows("preferred_temperature") == "19.0"


async def test_read_that_began_before_a_change(house: House) -> None:
    """A read says nothing about what was changed while it was under way."""
    await house.connected()
    house.cloud.weather.add(method="GET", hold="after", times=1)
    poll = asyncio.create_task(house.poll())
    await house.cloud.weather.wait_for_held()
    await house.act("switch.turn_on", "schedule")
    house.cloud.weather.release()
    await poll
    assert house.shows("schedule") == "on"


async def test_listeners(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Who listens hears of every change and of nothing else, and one that fails keeps it from nobody else."""
    await house.connected("hp-1", "hp-2")
    coordinator = house.entry.runtime_data
    heard: list[str] = []

    @callback
    def hear() -> None:
        heard.append(house.shows("preferred_temperature", "hp-2"))

    @callback
    def fail() -> None:
        raise RuntimeError("not ours")

    stop = [coordinator.async_add_listener(it) for it in (fail, hear)]
    await house.poll()
    assert heard == []
    await house.change_elsewhere({"room": {"preferred_temperature": 18}}, "hp-2")
    assert heard == ["18.0"]
    await house.change_elsewhere({"room": {"preferred_temperature": 19}}, "hp-1")
    assert heard == ["18.0", "18.0"]
    assert house.shows("preferred_temperature", "hp-1") == "19.0"
    assert "not ours" in caplog.text
    for it in stop:
        it()
    await house.change_elsewhere({"room": {"preferred_temperature": 18}}, "hp-1")
    assert heard == ["18.0", "18.0"]


async def test_listeners_of_a_heat_pump(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """Who listens for one heat pump is not called for another one; of what concerns all of them everybody hears."""
    await house.connected("hp-1", "hp-2")
    everybody = {"hp-1", "hp-2", HOME_KEY, None}
    heard: set[str | None] = set()
    for context in everybody:
        house.entry.runtime_data.async_add_listener(
            callback(partial(heard.add, context)), context
        )

    def heard_now() -> set[str | None]:
        now = set(heard)
        heard.clear()
        return now

    await house.change_elsewhere({"room": {"preferred_temperature": 18}}, "hp-2")
    assert heard_now() == {"hp-2", HOME_KEY, None}
    await house.act("switch.turn_on", "flex_trading")
    assert heard_now() == {"hp-1", HOME_KEY, None}
    # Until it is confirmed.
    await house.poll()
    heard_now()
    await house.hass.config.async_update(unit_system="us_customary")
    assert heard_now() == everybody
    (preset,) = house.entry.subentries
    house.hass.config_entries.async_remove_subentry(house.entry, preset)
    assert heard_now() == everybody
    house.cloud.weather.add(status=500)
    for _ in range(3):
        assert heard_now() == set()
        await house.pass_time(freezer, POLL)
    assert heard_now() == everybody
    house.cloud.weather.clear()
    await house.poll()
    assert heard_now() == everybody
    house.add_heat_pump("hp-3")
    await house.poll()
    assert heard_now() == everybody


async def test_listener_that_fails(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """It keeps nothing from the others of its heat pump; who listens no more is called no more."""
    await house.connected()
    heard: list[str] = []
    coordinator = house.entry.runtime_data

    @callback
    def fail() -> None:
        heard.append("failed")
        raise RuntimeError("A listener that fails")

    stop_failing = coordinator.async_add_listener(fail, "hp-1")
    stop = coordinator.async_add_listener(partial(heard.append, "heard"), "hp-1")
    await house.change_elsewhere({"room": {"preferred_temperature": 18}})
    assert heard == ["failed", "heard"]
    assert caplog.text.count("RuntimeError: A listener that fails") == 1
    caplog.clear()
    stop_failing()
    await house.change_elsewhere({"room": {"preferred_temperature": 19}})
    assert heard == ["failed", "heard", "heard"]
    stop()
    await house.change_elsewhere({"room": {"preferred_temperature": 18}})
    assert len(heard) == 3


async def test_listener_that_stops_another_one(house: House) -> None:
    """Who is stopped while all are being called is not called any more."""
    await house.connected()
    heard: list[str] = []
    stops: list[Callable[[], None]] = []

    @callback
    def stop_it() -> None:
        while stops:
            stops.pop()()

    coordinator = house.entry.runtime_data
    coordinator.async_add_listener(stop_it)
    # The only one in this context.
    stops.append(coordinator.async_add_listener(partial(heard.append, "heard"), "hp-9"))
    await house.hass.config.async_update(unit_system="us_customary")
    assert (stops, heard) == ([], [])


async def test_home_and_heat_pump(house: House) -> None:
    """A change to the home reaches the shadow of each heat pump, and a later one to one of them wins there."""
    await house.connected("hp-1", "hp-2")
    await house.act("select.select_option", "control_mode", "home", option="off")
    await house.act("select.select_option", "control_mode", "hp-2", option="auto")
    assert house.shows("control_mode", "hp-1") == "off"
    assert house.shows("control_mode", "hp-2") == "auto"
    assert house.shows("control_mode", "home") == "unknown"
    await house.poll()
    assert house.shows("control_mode", "hp-1") == "off"
    assert house.shows("control_mode", "hp-2") == "auto"


async def test_accepted_survives_a_miss(house: House) -> None:
    """What the cloud has accepted is shown, though it cannot be read back."""
    await house.connected()
    house.cloud.weather.add(method="GET", status=503)
    await house.act("switch.turn_on", "schedule")
    await house.poll()
    assert house.shows("schedule") == "on"


async def test_429_does_not_make_available(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A 429 after three misses brings nothing new, so what was unavailable stays so."""
    await house.connected()
    house.cloud.weather.add(status=503, times=3)
    house.cloud.weather.add(status=429)
    for _ in range(4):
        await house.pass_time(freezer, POLL)
    assert house.shows("climate") == STATE_UNAVAILABLE


async def test_device_of_another_kind(house: House) -> None:
    """What the list says is no heat pump gets no entities, though the settings name it."""
    house.add_heat_pump("hp-1")
    house.add_heat_pump("car", device_type="ev")
    await house.connect()
    assert house.entry.runtime_data.data.heat_pumps.keys() == {"hp-1"}


async def test_429_holds_back_the_read_back(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """A read-back that was planned waits as told, too."""
    await house.connected()
    await house.act("switch.turn_on", "schedule")
    house.cloud.weather.add(status=429, retry_after=600)
    await house.poll()
    await house.pass_time(freezer, 60)
    assert house.reads() == 1


async def test_429_without_a_time_ends_no_silence(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """The cloud has said how long, and takes nothing back with a later answer that says nothing of that."""
    await house.connected()
    house.cloud.weather.add(method="GET", status=429, retry_after=250)
    await house.poll()
    house.cloud.weather.clear()
    house.cloud.weather.add(method="PATCH", status=429, times=1)
    await house.act("switch.turn_on", "schedule")
    await house.pass_time(freezer, 60)
    assert house.reads() == 1
    await house.pass_time(freezer, 200)
    assert house.reads() == 2
