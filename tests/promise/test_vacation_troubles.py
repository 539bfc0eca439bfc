"""Vacations that nothing is to spoil: answers that are lost, hands in the last second, a cloud that forgets, other targets."""

from datetime import datetime

import pytest

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util

from ..house import KEY, USER
from .day import POLL, PREFERRED_SETTING, settings_of
from .holidays import HOT_WATER_MAX, HOT_WATER_MIN, HOUR, Begin, Holidays

WELCOME = {"hot_water_min": 10.0, "welcome_hours": 3, "welcome_temperature": 60.0}


@pytest.fixture
def house(begin: Begin) -> Holidays:
    """Begin in a house with one heat pump."""
    return begin("hp-1")


def room_and_water(
    house: Holidays, target: str = "hp-1"
) -> tuple[float | None, float | None]:
    """Return preferred temperature and hot-water minimum that the cloud holds."""
    return house.held(target=target), house.held(HOT_WATER_MIN, target)


def left_until_the_end(house: Holidays) -> float:
    """Return for how many seconds the one vacation goes on."""
    (event,) = house.events()
    assert isinstance(event.end, datetime)
    return (event.end - dt_util.now()).total_seconds()


def reconfigure(house: Holidays, **typed: str) -> None:
    """Go through the form as a person does."""

    async def submit() -> None:
        form = await house.house.open_form("reconfigure")
        result = await house.hass.config_entries.flow.async_configure(
            form["flow_id"], {"base_url": house.cloud.url, **typed}
        )
        assert result["reason"] == "reconfigure_successful"

    house.wait_for(submit())
    house.wait(30)


def lose_answers(house: Holidays, seconds: float) -> None:
    """Let the cloud make every change and answer none, while reads tell of yesterday."""
    house.cloud.behaviour.read_lag_seconds = 45
    house.cloud.weather.add(method="PATCH", hang="after")
    house.wait(seconds)
    house.cloud.weather.clear()
    house.cloud.weather.release()
    house.cloud.behaviour.read_lag_seconds = 0


# The welcome


def test_stopped_while_the_end_is_on_its_way(house: Holidays) -> None:
    """The welcome that was on its way is known again, and ends."""
    house.choose(**WELCOME)
    before = room_and_water(house)
    lines = house.read_logbook()
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.weather.add(method="PATCH", hold="after", times=1)
    house.until(lambda: house.cloud.weather.held > 0)
    restart = house.loop.create_task(house.restart())
    house.wait(2)
    house.cloud.weather.release()
    house.until(restart.done)
    house.wait(10)
    assert house.stage() == "welcome_home"
    house.wait(4 * HOUR, step=60)
    assert room_and_water(house) == before
    assert lines == []


def test_asked_again(house: Holidays) -> None:
    """Whoever asks again does not wait for the next attempt, which would come by itself."""
    house.cloud.weather.add(method="PATCH", status=503)
    assert house.preset("away").error is not None
    house.cloud.weather.clear()
    assert house.preset("away").error is None
    assert house.held() == 16


def test_vacation_during_the_welcome(house: Holidays) -> None:
    """Nobody heats the water for people who are away again."""
    house.choose(welcome_hours=3, welcome_temperature=60.0)
    house.plan(0, HOUR)
    house.wait(5)
    house.in_the_app({"dhw": {"temperature_lower_bound": 10.0}})
    house.wait(HOUR, step=10)
    assert room_and_water(house) == (21, 55)
    assert house.preset("away").error is None
    assert room_and_water(house) == (16, 45)


def test_power_cut_while_the_end_is_on_its_way(house: Holidays) -> None:
    """Also where nobody could note anything any more."""
    house.choose(**WELCOME)
    before = room_and_water(house)
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.weather.add(method="PATCH", hold="after", times=1)
    house.until(lambda: house.cloud.weather.held > 0)
    restart = house.loop.create_task(house.restart(power_cut=True))
    house.wait(5)
    house.cloud.weather.clear()
    house.cloud.weather.release()
    house.until(restart.done)
    house.wait(6 * HOUR, step=60)
    assert room_and_water(house) == before


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "read"])
@pytest.mark.parametrize("is_over", [True, False], ids=["at the end", "meanwhile"])
def test_power_cut_after_a_change_by_hand(
    house: Holidays, is_over: bool, is_answered: bool
) -> None:
    """What somebody has set stays after the vacation, and is not taken for what the cloud made of the vacation's value.

    The cloud has answered, or a read has shown that it has the change; then the power goes at once. Also where the
    vacation has just ended, and nobody knows yet whether all is back.
    """
    house.plan(0, HOUR)
    house.wait(5)
    assert house.held() == 16
    if is_over:
        house.wait(HOUR - 10, step=10)
        house.until(lambda: house.held() == 21)
    if not is_answered:
        house.cloud.weather.add(method="PATCH", drop="after")
    assert house.done(house.set(18)).error is None
    house.cloud.weather.clear()
    house.run(house.restart(power_cut=True))
    house.wait(2 * HOUR, step=60)
    assert house.held() == 18


def test_answers_to_the_end_are_lost(house: Holidays) -> None:
    """The answers are lost, and the read that is to find out tells of yesterday."""
    house.choose(**WELCOME)
    before = room_and_water(house)
    lines = house.read_logbook()
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    lose_answers(house, 65)
    house.wait(6 * HOUR, step=60)
    assert room_and_water(house) == before
    assert lines == []


def test_welcome_ends_while_the_minimum_is_not_told(house: Holidays) -> None:
    """What is unknown when the welcome ends is put back when it is known again."""
    house.choose(**WELCOME)
    before = room_and_water(house)
    house.plan(0, HOUR)
    house.wait(1.5 * HOUR, step=60)
    assert house.stage() == "welcome_home"
    house.cloud.behaviour.missing_settings = frozenset({HOT_WATER_MIN})
    house.wait(3 * HOUR, step=60)
    assert house.held(HOT_WATER_MIN) == 55
    house.cloud.behaviour.missing_settings = frozenset()
    house.wait(HOUR, step=60)
    assert room_and_water(house) == before
    assert house.stage() == "home"


def test_maximum_in_the_way_and_answers_lost(house: Holidays) -> None:
    """The minimum goes back as far as the maximum allows; that is nobody's hand, whatever became of the answer."""
    house.choose(hot_water_min=10.0)
    lines = house.read_logbook()
    house.plan(0, HOUR)
    house.wait(60)
    house.done_or_raise(house.set(42.0, "hot_water_max"))
    house.wait(HOUR - 120, step=10)
    lose_answers(house, 95)
    house.wait(HOUR, step=60)
    assert house.held(HOT_WATER_MIN) == 42
    assert house.held(HOT_WATER_MAX) == 42
    assert lines == []


# Hands in the last second


def test_set_cold_while_the_vacation_ends(house: Holidays) -> None:
    """A change that is still on its way when the vacation ends does not outlive it."""
    house.plan(0, HOUR)
    house.wait(30)
    house.wait(left_until_the_end(house) - 2)
    assert house.stage() == "away"
    house.cloud.weather.add(method="PATCH", latency=4, times=1)
    house.done_or_raise(house.set(10.0, "hot_water_min"))
    house.wait(30)
    assert room_and_water(house) == (21, 45)


def test_set_cold_while_the_vacation_ends_and_the_answer_is_lost(
    house: Holidays,
) -> None:
    """Nor does one of which nobody knows what has become, while reads tell of yesterday."""
    house.plan(0, HOUR)
    house.wait(30)
    house.wait(left_until_the_end(house) - 2)
    house.cloud.behaviour.read_lag_seconds = 30
    house.cloud.weather.add(method="PATCH", hang="after", times=1)
    house.finish(house.set(10.0, "hot_water_min"))
    house.cloud.weather.release()
    house.wait(5 * 60)
    assert room_and_water(house) == (21, 45)


def test_set_warmer_while_the_vacation_ends(house: Holidays) -> None:
    """Who is home already, and sets 23 °C in that second, gets 23 °C."""
    house.plan(0, HOUR)
    house.wait(30)
    house.wait(left_until_the_end(house) - 1)
    house.cloud.weather.add(method="PATCH", latency=3, times=1)
    house.done_or_raise(house.set(23.0))
    house.wait(60)
    assert house.held() == 23


@pytest.mark.parametrize(
    "untold",
    [{HOT_WATER_MIN}, {HOT_WATER_MIN, PREFERRED_SETTING}],
    ids=["the minimum", "both"],
)
def test_set_cold_and_not_told_at_the_end(house: Holidays, untold: set[str]) -> None:
    """A minimum that somebody let get cold is put back as soon as it is known, to what it was before."""
    house.plan(0, HOUR)
    house.wait(60)
    house.done_or_raise(house.set(10.0, "hot_water_min"))
    house.wait(60)
    house.cloud.behaviour.missing_settings = frozenset(untold)
    house.wait(HOUR + 60, step=10)
    assert house.held(HOT_WATER_MIN) == 10
    house.cloud.behaviour.missing_settings = frozenset()
    house.wait(HOUR, step=60)
    assert room_and_water(house) == (21, 45)


# A cloud that lags, limits, forgets, or asks for silence


def test_none_after_the_answer_to_away_was_lost(house: Holidays) -> None:
    """Away fails, since answers are lost; None puts back what may have been set, though reads show what was before."""
    house.choose(hot_water_min=10.0)
    house.cloud.behaviour.read_lag_seconds = 60
    house.cloud.weather.add(method="PATCH", hang="after", times=1)
    house.cloud.weather.add(method="PATCH", status=503)
    assert house.preset("away").key == "vacation_start_pending"
    house.cloud.weather.clear()
    house.cloud.weather.release()
    assert room_and_water(house) == (16, 10)
    assert house.preset("none").key is None
    assert room_and_water(house) == (21, 45)


def test_none_after_away_was_refused(house: Holidays) -> None:
    """What certainly has not been set is not set back."""
    house.cloud.behaviour.validation_limits = {PREFERRED_SETTING: (18, None)}
    assert house.preset("away").key == "vacation_start_pending"
    sent = len(house.requests())
    assert house.preset("none").key is None
    assert len(house.requests()) == sent


def test_none_after_a_restart_within_the_lag(house: Holidays) -> None:
    """Home Assistant restarts just after a vacation began, and reads still tell of the time before it."""
    house.choose(hot_water_min=10.0)
    house.cloud.behaviour.read_lag_seconds = 60
    assert house.preset("away").key is None
    house.off(5)
    assert house.preset("none").key is None
    house.wait(HOUR, step=10)
    assert room_and_water(house) == (21, 45)


def test_limited_and_restarted(house: Holidays) -> None:
    """The cloud makes 18 °C of the vacation's 16, and Home Assistant restarts before it has read that."""
    house.cloud.behaviour.limits = {PREFERRED_SETTING: (18.0, 25.0)}
    assert house.preset("away").key is None
    house.off(5)
    house.wait(30)
    assert house.shows() == "18.0"
    assert house.preset("none").key is None
    assert house.held() == 21


@pytest.mark.parametrize("times", [1, 3, 7])
def test_end_that_is_not_kept(house: Holidays, times: int) -> None:
    """The cloud accepts what is put back, and forgets it: it is put back again until the cloud shows it."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = times
    house.wait(1.5 * HOUR, step=10)
    assert room_and_water(house) == (21, 45)
    assert house.stage() == "home"
    sent = len(house.requests())
    house.wait(2 * HOUR, step=60)
    assert len(house.requests()) == sent
    assert house.pending() == []


def test_end_that_is_never_kept(house: Holidays) -> None:
    """After an hour a person is told; nothing more when it is kept at last."""
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = False
    house.wait(2 * HOUR, step=10)
    assert house.held() == 16
    assert house.stage() == "ending"
    assert house.pending() == ["vacation_end"]
    # One for each attempt, and the attempts get rarer.
    assert len(house.requests()) < 50
    house.cloud.behaviour.keeps_changes = True
    house.wait(HOUR, step=10)
    assert house.held() == 21
    assert house.pending() == []


def test_end_that_is_not_kept_and_then_not_accepted(house: Holidays) -> None:
    """When it is to be put back again, the cloud is away for a while."""
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = 3
    house.until(lambda: house.stage() == "home", 60)
    house.until(lambda: house.stage() == "ending", 1000)
    house.cloud.weather.add(method="PATCH", status=503)
    house.wait(HOUR, step=10)
    assert house.stage() == "ending"
    assert house.held() == 16
    house.cloud.weather.clear()
    house.wait(HOUR, step=10)
    assert house.stage() == "home"
    assert house.held() == 21


def test_set_by_hand_after_an_end_that_is_not_kept(house: Holidays) -> None:
    """Who sets another temperature meanwhile is not set right."""
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = 3
    house.until(lambda: house.stage() == "home", 60)
    house.until(lambda: house.stage() == "ending", 1000)
    house.done_or_raise(house.set(19.0))
    house.wait(HOUR, step=10)
    assert house.held() == 19
    assert house.stage() == "home"


@pytest.mark.parametrize("times", [1, 2])
def test_end_that_is_not_kept_and_a_reload(house: Holidays, times: int) -> None:
    """What nobody has seen put back is looked for again after a restart."""
    house.choose(hot_water_min=10.0)
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = times
    house.wait(60)
    house.run(house.reload())
    house.wait(HOUR, step=10)
    assert room_and_water(house) == (21, 45)


def test_leaving_again_before_the_end_is_kept(house: Holidays) -> None:
    """What the cloud has forgotten is not taken for what was there before the next vacation."""
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.behaviour.keeps_changes = 3
    house.until(lambda: house.stage() == "home", 60)
    house.until(lambda: house.stage() == "ending", 1000)
    assert house.preset("away").key is None
    house.wait(HOUR, step=10)
    assert house.held() == 16
    assert house.preset("none").key is None
    house.wait(HOUR, step=10)
    assert house.held() == 21


def test_silence(house: Holidays) -> None:
    """A cloud that asks to be left alone is: by the end of a vacation as by everything else."""
    house.plan(0, HOUR)
    house.wait(HOUR - 30, step=10)
    house.cloud.journal.clear()
    house.cloud.weather.add(status=429, retry_after=7200)
    house.wait(1.5 * HOUR, step=10)
    # Every quarter of an hour, and at the end of the vacation.
    assert len(house.requests("GET")) + len(house.requests()) < 15
    house.cloud.weather.clear()
    house.wait(HOUR, step=10)
    assert house.held() == 21


def test_silence_after_a_change(house: Holidays) -> None:
    """Also where only changes are too many."""
    house.cloud.weather.add(method="PATCH", status=429, retry_after=7200)
    house.plan(0, 4 * HOUR)
    house.wait(1.5 * HOUR, step=10)
    # Every quarter of an hour.
    assert len(house.requests()) < 8
    house.cloud.weather.clear()
    house.wait(HOUR, step=10)
    assert house.held() == 16


# Other targets


def test_connected_just_before(begin: Begin) -> None:
    """A heat pump that Home Assistant does not know yet is not sent on vacation, since nothing of it is kept."""
    house = begin("hp-1", "hp-2")
    house.choose(hot_water_min=10.0)
    house.wait(POLL)
    house.poll()
    house.plan(120, 5 * HOUR)
    house.cloud.cloud.add_heat_pump("hp-3", USER, key=KEY)
    before = room_and_water(house, "hp-3")
    house.wait(3 * POLL, step=10)
    assert room_and_water(house, "hp-3") == (16, 10)
    assert sorted(house.targets_sent()) == ["hp-1", "hp-2", "hp-3"]
    house.wait(6 * HOUR, step=60)
    assert room_and_water(house, "hp-3") == before
    assert room_and_water(house, "hp-1") == (21, 45)


def test_key_may_read_by_now(begin: Begin) -> None:
    """The vacation of a home that could not be read is then that of its heat pump."""
    house = begin("hp-1", write_only=True)
    house.done_or_raise(house.set(20.5, target="home"))
    house.done_or_raise(house.set(48.0, "hot_water_min", target="home"))
    house.choose(hot_water_min=10.0)
    house.plan(0, 24 * HOUR)
    house.wait(60)
    assert room_and_water(house) == (16, 10)
    house.cloud.behaviour.write_only = False
    house.wait(7 * HOUR, step=60)
    assert house.entry.data["write_only"] is False
    assert house.stage() == "away"
    house.wait(24 * HOUR, step=60)
    assert room_and_water(house) == (20.5, 48)


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("device_ids", [("hp-1",), ("hp-1", "hp-2")])
def test_key_may_not_read_any_more(
    begin: Begin, device_ids: tuple[str, ...], restarts: bool
) -> None:
    """Each heat pump gets back what was set before, though it cannot be seen any more, and can be set on."""
    house = begin(*device_ids)
    if "hp-2" in device_ids:
        house.change_elsewhere(19.0, "hp-2")
        house.wait(POLL)
    house.choose(hot_water_min=10.0)
    before = [room_and_water(house, device_id) for device_id in device_ids]
    house.plan(0, 24 * HOUR)
    house.wait(60)
    house.cloud.behaviour.write_only = True
    if restarts:
        house.off(HOUR)
    else:
        house.wait(HOUR, step=60)
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.entry.data["write_only"] is True
    assert house.stage() == "away"
    assert house.shows() == "16.0"
    sent = len([it for it in house.requests() if settings_of(it)])
    house.wait(20 * HOUR, step=60)
    assert len([it for it in house.requests() if settings_of(it)]) == sent
    house.wait(6 * HOUR, step=60)
    assert [room_and_water(house, device_id) for device_id in device_ids] == before
    assert house.stage() == "home"
    assert house.pending() == []
    house.done_or_raise(house.set(20.0))
    house.cloud.behaviour.write_only = False
    house.wait(2 * POLL)
    assert house.entry.data["write_only"] is False
    assert house.shows() == "20.0"
    assert house.held() == 20


def test_reconfigured_to_one_of_two(begin: Begin) -> None:
    """The heat pump that is no longer connected is not left on vacation; the other one stays on it."""
    house = begin("hp-1", "hp-2")
    house.choose(hot_water_min=10.0)
    house.plan(0, 24 * HOUR)
    house.wait(60)
    reconfigure(house, device_id="hp-1")
    house.wait(60)
    assert room_and_water(house, "hp-1") == (16, 10)
    assert room_and_water(house, "hp-2") == (21, 45)
    assert house.stage() == "away"
    house.wait(30 * HOUR, step=60)
    assert room_and_water(house, "hp-1") == (21, 45)


def test_refused_while_it_ends(house: Holidays) -> None:
    """A change that is on its way at the end and is refused then is nobody's hand."""
    house.plan(0, HOUR)
    house.wait(30)
    house.wait(left_until_the_end(house) - 1)
    house.cloud.weather.add(
        method="PATCH", latency=3, times=1, status=422, body={"detail": "no"}
    )
    assert house.done(house.set(23.0)).key == "refused"
    house.wait(300)
    assert house.held() == 21


def test_overdue_counts_from_the_last_end(house: Holidays) -> None:
    """A vacation that ended long ago does not make the next one overdue at once."""
    house.plan(0, HOUR)
    house.wait(2 * HOUR, step=30)
    house.plan(0, 3 * HOUR)
    house.wait(10)
    house.cloud.cloud.set_keys(house.supplier, ["another-key"])
    house.off(3 * HOUR + 60)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert house.pending() == []
