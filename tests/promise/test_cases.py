"""Small inputs that went wrong once, each standing for a kind: one sample, one clock, one moment, lost work, summer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util
from simulator.fields import nest

from .day import PREFERRED_SETTING
from .holidays import HOT_WATER_MAX, HOT_WATER_MIN, HOUR, MODE, Begin, Holidays

NONSENSE = {
    "room": {"preferred_temperature": 0},
    "dhw": {"temperature_lower_bound": 0, "temperature_upper_bound": 0},
}


@pytest.fixture
def house(begin: Begin) -> Holidays:
    """Begin in a house with one heat pump."""
    return begin("hp-1")


def copy(house: Holidays, *device_ids: str) -> dict[str, Any]:
    """Return the answer to a read as it is now, to be given again later."""
    return {
        "data": [
            {
                "device_id": device_id,
                **nest(house.heat_pump(device_id).held),
                "updated_at": house.heat_pump(device_id).updated_at.isoformat(),
            }
            for device_id in device_ids or ("hp-1",)
        ]
    }


def nonsense(house: Holidays) -> dict[str, Any]:
    """Return an answer with values that no heat pump can have."""
    answer = copy(house)
    for section, values in NONSENSE.items():
        answer["data"][0][section] |= values
    return answer


def room_and_water(house: Holidays, target: str = "hp-1") -> tuple[float, float, float]:
    """Return preferred temperature, and hot water at least and at most."""
    preferred, lowest, highest = (
        house.held(setting, target)
        for setting in (PREFERRED_SETTING, HOT_WATER_MIN, HOT_WATER_MAX)
    )
    return preferred, lowest, highest


AT_HOME = (21, 45, 55)
AWAY = (16, 10, 55)


# Decisions that rest on one sample, one clock, one moment


@pytest.mark.parametrize("times", [1, 2, 5])
def test_old_copies_at_the_end(house: Holidays, times: int) -> None:
    """Reads of the end show what was there before the vacation, by the time of then: they say nothing."""
    house.choose(hot_water_min=10.0)
    before = copy(house)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    assert room_and_water(house) == AWAY
    house.cloud.weather.add(method="GET", body=before, times=times)
    house.wait(HOUR, step=10)
    assert room_and_water(house) == AT_HOME
    assert house.stage() == "home"


def test_nonsense_at_the_end(house: Holidays) -> None:
    """A read that says 0 °C decides nothing, and limits nothing from then on."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    house.cloud.weather.add(method="GET", body=nonsense(house), times=1)
    house.wait(HOUR, step=10)
    assert room_and_water(house) == AT_HOME


def test_nonsense_at_the_beginning(house: Holidays) -> None:
    """What no heat pump can have is not what to return to, and is never sent."""
    house.choose(hot_water_min=10.0)
    house.cloud.weather.add(method="GET", body=nonsense(house), times=1)
    assert house.preset("away").key is None
    assert room_and_water(house) == AWAY
    assert house.preset("none").key is None
    assert room_and_water(house) == AT_HOME
    assert 0 not in house.values_sent() + house.values_sent(HOT_WATER_MIN)


def test_old_copy_in_a_poll(house: Holidays) -> None:
    """No value jumps back and forth, and nobody is told of changes that nobody made."""
    lines = house.read_logbook()
    before = copy(house)
    house.in_the_app({"room": {"preferred_temperature": 22}})
    assert len(lines) == 1
    house.cloud.weather.add(method="GET", body=before, times=1)
    house.poll()
    assert house.shows() == "22.0"
    house.poll()
    assert house.shows() == "22.0"
    assert len(lines) == 1


def test_backup_from_before_the_vacation(house: Holidays) -> None:
    """What was set before is on disk all the time, so that the files of yesterday know it."""
    house.choose(hot_water_min=10.0)
    house.wait(60)
    house.plan(HOUR, 3 * HOUR)
    house.wait(60)
    yesterday = dict(house.storage)
    house.wait(2 * HOUR, step=10)
    assert room_and_water(house) == AWAY
    house.storage.clear()
    house.storage.update(yesterday)
    house.run(house.restart(power_cut=True))
    house.wait(60)
    assert room_and_water(house) == AWAY
    house.wait(3 * HOUR, step=10)
    assert room_and_water(house) == AT_HOME


def test_late_answer_and_a_hand(house: Holidays) -> None:
    """A change is applied at once and its answer comes late; who has set something else in between is not fought."""
    house.cloud.weather.add(method="PATCH", hold="after", times=1)
    call = house.set(23.0)
    house.wait(8)
    house.cloud.cloud.change_settings("hp-1", {"room": {"preferred_temperature": 19}})
    house.release()
    house.done_or_raise(call)
    house.wait(600, step=10)
    assert house.held() == 19
    assert house.values_sent() == [23]


def test_hand_in_the_moment_of_the_end(house: Holidays) -> None:
    """What somebody sets just after the end may seem to be made of ours; it stays, and the next vacation ends with it."""
    house.plan(0, HOUR)
    house.wait(60)
    house.until(lambda: house.held() == 21, HOUR)
    house.cloud.cloud.change_settings("hp-1", {"room": {"preferred_temperature": 19}})
    house.wait(HOUR, step=10)
    assert house.held() == 19
    house.plan(0, HOUR)
    house.wait(HOUR / 2, step=10)
    assert house.held() == 16
    house.wait(HOUR, step=10)
    assert house.held() == 19


def test_next_vacation_within_the_lag(house: Holidays) -> None:
    """Restarted within the lag of the reads after a vacation, and away again at once: nothing was anybody's hand."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.read_lag_seconds = 60
    house.until(lambda: house.held() == 21, 100)
    house.off(5)
    assert house.preset("away").key is None
    house.wait(300)
    assert room_and_water(house) == AWAY
    assert house.preset("none").key is None
    house.wait(300)
    assert room_and_water(house) == AT_HOME


def test_clock_jumps_forward(house: Holidays) -> None:
    """A machine without a clock of its own learns the time: what is over by then ends within a minute."""
    house.choose(hot_water_min=10.0)
    house.plan(0, 30 * HOUR)
    house.wait(60)
    house.clock.tick(timedelta(hours=31))
    house.wait(70)
    assert room_and_water(house) == AT_HOME


def test_clock_is_behind_at_a_start(house: Holidays) -> None:
    """By a clock that is behind what is on disk nothing ends."""
    house.choose(hot_water_min=10.0)
    house.wait(HOUR, step=60)
    house.plan(0, 5 * HOUR)
    house.wait(HOUR, step=60)
    house.off(-1.5 * HOUR)
    house.wait(600, step=10)
    assert room_and_water(house) == AWAY
    assert house.values_sent() == [16]
    house.wait(6 * HOUR, step=60)
    assert room_and_water(house) == AT_HOME


# Work that gets lost


def test_caller_is_cancelled(house: Holidays) -> None:
    """An automation that is restarted while the end is on its way takes nothing along."""
    house.choose(hot_water_min=10.0)
    house.preset("away")
    house.cloud.weather.add(method="PATCH", status=503, times=4)
    call = house.act(
        "climate.set_preset_mode", "climate", house.main, preset_mode="none"
    )
    house.wait(2)
    call.task.cancel()
    house.wait(1)
    house.cloud.weather.add(method="GET", latency=5)
    again = house.act(
        "climate.set_preset_mode", "climate", house.main, preset_mode="none"
    )
    house.wait(1)
    again.task.cancel()
    house.wait(300, step=5)
    assert room_and_water(house) == AT_HOME


def test_missing_at_the_end(begin: Begin) -> None:
    """A heat pump that cannot be seen at the end gets back what was set when it is there again, also after a restart."""
    house = begin("hp-1", "hp-2")
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR / 2, step=10)
    house.cloud.cloud.hide("hp-2")
    house.wait(HOUR, step=10)
    assert room_and_water(house, "hp-1") == AT_HOME
    assert room_and_water(house, "hp-2") == AWAY
    house.off(60)
    house.cloud.cloud.hide("hp-2", hidden=False)
    house.wait(HOUR, step=10)
    assert room_and_water(house, "hp-2") == AT_HOME


def test_missing_at_the_start(begin: Begin) -> None:
    """One that is missing at the start is not made cold without anybody knowing what to put back."""
    house = begin("hp-1", "hp-2")
    house.choose(hot_water_min=10.0)
    house.cloud.cloud.hide("hp-2")
    house.wait(20 * 60, step=10)
    house.plan(0, HOUR)
    house.wait(HOUR / 2, step=10)
    assert room_and_water(house, "hp-1") == AWAY
    assert room_and_water(house, "hp-2") == AT_HOME
    house.cloud.cloud.hide("hp-2", hidden=False)
    house.wait(HOUR / 4, step=10)
    assert room_and_water(house, "hp-2") == AWAY
    house.wait(HOUR, step=10)
    assert room_and_water(house, "hp-2") == AT_HOME


def test_one_setting_is_refused(house: Holidays) -> None:
    """What a refusal names waits; the rest comes back, hot water first of all."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    house.cloud.behaviour.validation_limits = {PREFERRED_SETTING: (None, 20)}
    house.wait(120)
    assert room_and_water(house) == (16, 45, 55)
    assert house.stage() == "ending"
    house.wait(HOUR + 300, step=10)
    assert house.pending() == ["vacation_end"]
    house.cloud.behaviour.validation_limits = {}
    house.wait(400, step=10)
    assert room_and_water(house) == AT_HOME
    assert house.pending() == []


def test_gone_while_it_is_behind(begin: Begin) -> None:
    """What a heat pump was behind with is forgotten when it is gone, and is no repair any more."""
    house = begin("hp-1", "hp-2")
    house.cloud.weather.add(method="PATCH", device_id="hp-2", status=503)
    house.plan(0, 3 * HOUR)
    house.wait(HOUR + 600, step=10)
    assert house.pending() == ["vacation_start"]
    house.cloud.cloud.hide("hp-2")
    house.wait(1200, step=10)
    assert house.pending() == []


def test_second_look(house: Holidays) -> None:
    """Where the cloud tells no times, a hand is known by a second read some seconds later, and not by the next poll."""
    house.cloud.behaviour.updated_at = "missing"
    house.plan(0, HOUR)
    house.wait(600, step=10)
    house.in_the_app({"room": {"preferred_temperature": 19.0}})
    assert "preferred_temperature" in house.in_hand()
    house.wait(10)
    assert "preferred_temperature" not in house.in_hand()


def test_clock_that_jumps(house: Holidays, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is put forward, while nothing else wakes anybody, ends a vacation within a minute."""
    house.plan(0, HOUR)
    house.poll()
    house.wait(5)
    assert house.held() == 16
    monkeypatch.setattr(
        dt_util, "utcnow", lambda: datetime.now(UTC) + timedelta(hours=31)
    )
    house.wait(65)
    assert house.held() == 21


def test_another_value_than_the_refused_one(house: Holidays) -> None:
    """What was refused a moment ago keeps no other value of the same setting back."""
    house.choose(hot_water_min=10.0)
    house.in_the_app({"dhw": {"temperature_lower_bound": 12.0}})
    house.cloud.behaviour.validation_limits = {HOT_WATER_MIN: (11, None)}
    assert house.preset("away").error is not None
    assert room_and_water(house) == (16, 12, 55)
    assert house.preset("none").error is None
    assert room_and_water(house) == AT_HOME


def test_one_setting_is_refused_without_a_name(house: Holidays) -> None:
    """Where the cloud does not say which one it means, each goes by itself."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    house.cloud.behaviour.validation_limits = {PREFERRED_SETTING: (None, 20)}
    house.cloud.behaviour.vague_errors = True
    house.wait(120)
    assert room_and_water(house) == (16, 45, 55)
    house.cloud.behaviour.validation_limits = {}
    house.wait(600, step=10)
    assert room_and_water(house) == AT_HOME


def test_refused_and_then_too_many(house: Holidays) -> None:
    """Where each setting goes by itself and the cloud has enough of that, the others go all the same."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    house.cloud.weather.add(method="PATCH", status=422, body={"detail": "no"}, times=1)
    house.cloud.weather.add(method="PATCH", status=429, retry_after=100, times=1)
    house.wait(70)
    assert room_and_water(house) == (21, 10, 55)
    assert house.stage() == "ending"
    house.wait(400, step=10)
    assert room_and_water(house) == AT_HOME


def test_deleted_while_it_is_tried(house: Holidays) -> None:
    """A cold vacation that is deleted while the cloud is away is not sent when it is back."""
    house.choose(hot_water_min=10.0)
    house.cloud.weather.add(method="PATCH", status=503)
    uid = house.plan(0, HOUR)
    house.wait(5)
    house.delete(uid)
    house.wait(2)
    house.cloud.weather.clear()
    sent = len(house.requests())
    house.wait(300, step=10)
    assert room_and_water(house) == AT_HOME
    assert 10 not in house.values_sent(HOT_WATER_MIN)[sent:]


def test_nothing_to_begin_with(house: Holidays) -> None:
    """A vacation for which the cloud tells nothing begins as soon as it does, and is told after an hour."""
    house.cloud.behaviour.missing_settings = frozenset({PREFERRED_SETTING})
    house.off(10)
    house.storage.pop("heatpump_steering.home", None)
    house.run(house.restart(power_cut=True))
    house.plan(0, 5 * HOUR)
    house.wait(1.2 * HOUR, step=10)
    assert house.stage() == "starting"
    assert house.pending() == ["vacation_start"]
    house.cloud.behaviour.missing_settings = frozenset()
    house.wait(400, step=10)
    assert house.held() == 16
    assert house.pending() == []


def test_cloud_asks_for_a_day_of_silence(house: Holidays) -> None:
    """One Retry-After of a day is no day without the end of a vacation."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 60, step=10)
    house.cloud.weather.add(status=429, retry_after=86400, times=1)
    house.wait(20 * 60, step=10)
    assert room_and_water(house) == AT_HOME
    house.cloud.weather.add(status=429, retry_after=86400, times=1)
    house.run(house.reload())
    house.wait(20 * 60, step=10)
    assert house.entry.state is ConfigEntryState.LOADED


def test_change_while_the_vacation_begins(house: Holidays) -> None:
    """What a person sets while it begins is what to return to, or is refused; it is never overwritten in silence."""
    house.choose(hot_water_min=10.0)
    start = house.act(
        "climate.set_preset_mode", "climate", house.main, preset_mode="away"
    )
    change = house.set(19.0)
    house.finish(start, change)
    assert change.key is None
    house.wait(60)
    held = house.held()
    house.preset("none")
    house.wait(60)
    assert held in (16, 19)
    assert house.held() == 19


# Summer


@pytest.mark.parametrize(
    ("mode", "home", "away", "band"),
    [
        ("heating", 21, 16, (1.5, 1.5)),
        # A cottage that is cooler than what a vacation sets is not heated up.
        ("heating", 12, 12, (1.5, 1.5)),
        ("off", 21, 16, (1.5, 1.5)),
        # An empty house is not cooled down; it gets as much warmer as it would get colder in winter.
        ("cooling", 24, 30, (1.5, 1.5)),
        ("cooling", 18, 20, (1.5, 1.5)),
        # The supplier's app goes further than we do.
        ("cooling", 32, 32, (1.5, 1.5)),
        ("auto", 21, 21, (5, 5)),
        ("auto", 18, 18, (3.5, 3.5)),
    ],
)
def test_away_asks_for_no_more_than_home(
    house: Holidays, mode: str, home: float, away: float, band: tuple[float, float]
) -> None:
    """Away never asks for more heating or cooling than home does."""
    house.in_the_app(
        {"room": {"preferred_temperature": home, "temperature_control_mode": mode}}
    )
    before = dict(house.heat_pump().held)
    house.plan(0, HOUR)
    house.wait(60)
    held = house.heat_pump().held
    assert held[PREFERRED_SETTING] == away
    assert held[MODE] == mode
    assert (
        held["room.temperature_lower_bound"],
        held["room.temperature_upper_bound"],
    ) == band
    assert house.stage() == "away"
    house.wait(HOUR, step=10)
    assert dict(house.heat_pump().held) == before


def test_mode_is_changed_meanwhile(house: Holidays) -> None:
    """A vacation that begins in heating and goes on in cooling cools down no empty house, and back again."""
    before = dict(house.heat_pump().held)
    house.choose(hot_water_min=10.0)
    house.plan(0, 3 * HOUR)
    house.wait(HOUR, step=10)
    assert room_and_water(house) == AWAY
    house.in_the_app({"room": {"temperature_control_mode": "cooling"}})
    house.wait(HOUR, step=10)
    assert room_and_water(house) == (26, 10, 55)
    house.done_or_raise(
        house.act("climate.set_hvac_mode", "climate", "hp-1", hvac_mode="heat_cool")
    )
    house.wait(60, step=10)
    held = house.heat_pump().held
    assert held[PREFERRED_SETTING] == 21
    assert (
        held["room.temperature_lower_bound"]
        == held["room.temperature_upper_bound"]
        == 5
    )
    house.wait(HOUR, step=10)
    assert house.stage() == "home"
    assert dict(house.heat_pump().held) == {**before, MODE: "auto"}


def test_mode_is_changed_after_a_hand(house: Holidays) -> None:
    """What a person has set meanwhile stays as it is, whatever the mode becomes."""
    house.plan(0, 3 * HOUR)
    house.wait(HOUR, step=10)
    assert house.done(house.set(18.0)).key is None
    house.in_the_app({"room": {"temperature_control_mode": "cooling"}})
    house.wait(HOUR, step=10)
    assert house.held() == 18
