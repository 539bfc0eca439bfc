"""Vacations from their plan to the last setting put back: each thing that can come in between, by itself."""

from datetime import date, datetime, timedelta

import pytest

from custom_components.heatpump_steering.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.components.calendar.const import CalendarEntityFeature
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .day import POLL, PREFERRED_SETTING
from .holidays import HOT_WATER_MIN, HOUR, MODE, Begin, Holidays


@pytest.fixture
def house(begin: Begin) -> Holidays:
    """Begin in a house with one heat pump."""
    return begin("hp-1")


def test_planned(house: Holidays) -> None:
    """A vacation comes and goes by itself: one change at its start, one at its end."""
    house.choose(hot_water_min=10.0, control_mode="off")
    house.plan(HOUR, 2 * HOUR)
    assert house.shows("vacation", "home") == "off"
    assert house.stage() == "home"
    house.wait(HOUR + 10, step=10)
    assert house.shows("vacation", "home") == "on"
    assert house.stage() == "away"
    assert house.sent() == [{PREFERRED_SETTING: 16, HOT_WATER_MIN: 10, MODE: "off"}]
    house.wait(2 * HOUR, step=10)
    assert house.stage() == "home"
    assert house.sent()[1:] == [
        {PREFERRED_SETTING: 21, HOT_WATER_MIN: 45, MODE: "heating"}
    ]
    house.wait(HOUR, step=10)
    assert len(house.sent()) == 2


def test_several_heat_pumps(begin: Begin) -> None:
    """Each heat pump goes on vacation and comes home by itself."""
    house = begin("hp-1", "hp-2")
    house.change_elsewhere(19.0, "hp-2")
    house.plan(0, HOUR)
    house.wait(5)
    assert house.targets_sent() == ["hp-1", "hp-2"]
    house.wait(HOUR, step=10)
    assert sorted(house.targets_sent()[2:]) == ["hp-1", "hp-2"]
    assert (house.held(), house.held(target="hp-2")) == (21, 19)
    house.plan(0, HOUR)
    house.wait(90)
    house.change_elsewhere(19.0)
    house.change_elsewhere(18.0, "hp-2")
    house.wait(HOUR, step=10)
    assert (house.held(), house.held(target="hp-2")) == (19, 18)


def test_preset(house: Holidays) -> None:
    """Away begins a vacation with an open end, none ends it; each action returns when the cloud has it."""
    assert house.preset("none").key is None
    assert not house.requests()
    assert house.preset("away").key is None
    assert house.values_sent() == [16]
    state = house.house.state("climate")
    assert state.attributes["preset_mode"] == "away"
    assert state.attributes["temperature"] == 16
    assert house.shows("vacation", "home") == "on"
    assert house.preset("away").key is None
    house.wait(50 * HOUR, step=60)
    assert house.shows("vacation", "home") == "on"
    assert house.values_sent() == [16]
    assert house.preset("none").key is None
    assert house.values_sent() == [16, 21]
    assert house.house.state("climate").attributes["preset_mode"] == "none"
    assert house.shows("vacation", "home") == "off"


def test_preset_ends_a_planned_vacation(house: Holidays) -> None:
    """None ends what is planned for now, and leaves what is planned for later."""
    house.plan(-HOUR, 10 * HOUR)
    house.plan(20 * HOUR, HOUR)
    house.wait(5)
    assert house.preset("none").key is None
    assert house.values_sent() == [16, 21]
    assert len(house.events()) == 2
    house.wait(10 * HOUR, step=60)
    assert house.values_sent() == [16, 21]


@pytest.mark.parametrize("away", ["hp-1", "hp-2", "home"])
@pytest.mark.parametrize("back", ["hp-1", "hp-2", "home"])
def test_preset_of_every_thermostat(begin: Begin, away: str, back: str) -> None:
    """Where there are several heat pumps a vacation is the home's: every thermostat shows it, begins it and ends it."""
    house = begin("hp-1", "hp-2")

    def presets() -> list[str]:
        return [
            house.house.state("climate", target).attributes["preset_mode"]
            for target in ("hp-1", "hp-2", "home")
        ]

    assert presets() == ["none"] * 3
    assert house.preset("away", away).key is None
    assert presets() == ["away"] * 3
    assert (house.held(), house.held(target="hp-2")) == (16, 16)
    assert house.preset("none", back).key is None
    assert presets() == ["none"] * 3
    assert (house.held(), house.held(target="hp-2")) == (21, 21)


def test_second_heat_pump_during_a_vacation(house: Holidays) -> None:
    """It takes the preset from nobody: an automation that ends the vacation where it began it goes on working."""
    house.preset("away")
    house.house.add_heat_pump("hp-2")
    house.wait(HOUR, step=60)
    for target in ("hp-1", "hp-2", "home"):
        state = house.house.state("climate", target)
        assert state.attributes["preset_mode"] == "away"
    assert house.preset("none", "hp-1").key is None
    assert house.house.state("climate").attributes["preset_mode"] == "none"
    assert house.held() == 21


def test_preset_that_cannot_be_sent(house: Holidays) -> None:
    """The person is told, and it is tried on; at the end, too."""
    house.cloud.weather.add(method="PATCH", status=503)
    call = house.preset("away")
    assert call.key == "vacation_start_pending"
    assert call.text.endswith("The last attempt: error 503 from the server")
    assert house.stage() == "starting"
    house.cloud.weather.clear()
    house.wait(120)
    assert house.stage() == "away"
    assert house.held() == 16

    house.cloud.weather.add(method="GET", status=503)
    call = house.preset("none")
    assert call.key == "vacation_end_pending"
    assert house.stage() == "ending"
    house.cloud.weather.clear()
    house.wait(120)
    assert house.stage() == "home"
    assert house.held() == 21


def test_open_end_in_the_calendar(house: Holidays) -> None:
    """A vacation without an end is drawn as far as one looks, with words; the page may change it, or give it an end."""
    house.preset("away")
    (event,) = house.events()
    assert event.summary == "Vacation"
    assert event.description == "It lasts until somebody ends it."
    assert event.end == dt_util.start_of_local_day() + timedelta(days=366)
    house.wait(30 * HOUR, step=60)
    (event,) = house.events()
    assert event.end == dt_util.start_of_local_day() + timedelta(days=366)

    shown = {"dtstart": event.start, "description": event.description}
    house.edit(event.uid, summary="Ski", dtend=event.end, **shown)
    house.wait(60 * HOUR, step=120)
    assert house.stage() == "away"
    (event,) = house.events()
    assert event.summary == "Ski"
    house.edit(
        event.uid,
        summary="Ski",
        dtstart=event.start,
        dtend=event.end,
        description="In the hut",
    )
    (event,) = house.events()
    assert (event.description, event.end) == (
        "In the hut",
        dt_util.start_of_local_day() + timedelta(days=366),
    )
    house.edit(event.uid, summary="Ski", dtstart=event.start, dtend=event.end)
    end = dt_util.now() + timedelta(hours=1)
    house.edit(event.uid, summary="Ski", dtend=end, **shown)
    # With an end, nothing of that is said.
    (event,) = house.events()
    assert (event.description, event.end) == (None, end)
    house.wait(HOUR + 10, step=10)
    assert house.stage() == "home"
    assert house.values_sent() == [16, 21]


def test_moved_while_it_runs(house: Holidays) -> None:
    """A later end is a longer vacation; an end in the past ends it; a start in the future ends it for now."""
    uid = house.plan(0, HOUR)
    house.wait(60)
    now = dt_util.now()
    house.edit(uid, summary="Away", dtstart=now, dtend=now + timedelta(hours=3))
    house.wait(2 * HOUR, step=10)
    assert house.values_sent() == [16]
    house.edit(
        uid,
        summary="Away",
        dtstart=now - timedelta(hours=3),
        dtend=now - timedelta(hours=2),
    )
    house.wait(5)
    assert house.values_sent() == [16, 21]

    uid = house.plan(0, HOUR)
    house.wait(5)
    now = dt_util.now()
    house.edit(
        uid,
        summary="Away",
        dtstart=now + timedelta(hours=1),
        dtend=now + timedelta(hours=2),
    )
    house.wait(5)
    assert house.values_sent() == [16, 21, 16, 21]
    house.wait(HOUR + 10, step=10)
    assert house.values_sent()[4:] == [16]
    house.delete(uid)
    house.wait(5)
    assert house.values_sent()[4:] == [16, 21]


def test_refused_by_the_calendar(house: Holidays) -> None:
    """Vacations in the past and repeating ones are refused with a reason; so is what is no longer there."""
    with pytest.raises(HomeAssistantError) as error:
        house.plan(-2 * HOUR, HOUR)
    assert error.value.translation_key == "vacation_in_the_past"
    now = dt_util.now()
    event = {"summary": "Away", "dtstart": now, "dtend": now + timedelta(hours=1)}
    with pytest.raises(HomeAssistantError) as error:
        house.wait_for(
            house.calendar().async_create_event(**event, rrule="FREQ=WEEKLY")
        )
    assert error.value.translation_key == "vacation_repeats"
    for change in (
        house.calendar().async_update_event("gone", event),
        house.calendar().async_delete_event("gone"),
    ):
        with pytest.raises(HomeAssistantError) as error:
            house.wait_for(change)
        assert error.value.translation_key == "vacation_not_found"
    assert not house.events()
    assert not house.requests()
    features = house.calendar().supported_features
    assert features == (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )


def test_whole_days(house: Holidays) -> None:
    """Days begin and end at midnight in the house."""
    today = dt_util.now().date()
    house.wait_for(
        house.calendar().async_create_event(
            summary="Weekend",
            dtstart=today + timedelta(days=1),
            dtend=today + timedelta(days=2),
        )
    )
    (event,) = house.events()
    assert event.start == today + timedelta(days=1)
    assert isinstance(event.start, date)
    assert not isinstance(event.start, datetime)
    midnight = dt_util.start_of_local_day(today + timedelta(days=1))
    house.wait((midnight - dt_util.now()).total_seconds() - 5, step=60)
    assert house.stage() == "home"
    house.wait(10)
    assert house.stage() == "away"
    house.wait(24 * HOUR, step=60)
    assert house.values_sent() == [16, 21]


def test_adjacent_vacations_are_one(house: Holidays) -> None:
    """Nothing is put back between vacations that touch."""
    house.plan(0, HOUR)
    house.plan(HOUR, HOUR)
    house.wait(1.5 * HOUR, step=10)
    assert house.values_sent() == [16]
    house.wait(HOUR, step=10)
    assert house.values_sent() == [16, 21]


def test_changed_by_hand(house: Holidays) -> None:
    """What somebody sets meanwhile stays, here or elsewhere, and the logbook says so."""
    lines = house.read_logbook()
    house.choose(control_mode="off")
    lines = house.read_logbook()
    house.plan(0, HOUR)
    house.wait(10)
    house.done_or_raise(house.set(19.0))
    house.wait(HOUR, step=10)
    assert house.held() == 19
    assert house.held(MODE) == "heating"
    assert lines == [
        "Preferred temperature stays at 19 °C after the vacation, because it was changed by hand"
    ]


def test_changed_by_hand_without_an_entity(house: Holidays) -> None:
    """What has no entity any more stays as well, though the logbook has nothing to tell of."""
    lines = house.read_logbook()
    house.preset("away")
    house.wait(90)
    er.async_get(house.hass).async_remove(
        house.house.entity_id("preferred_temperature")
    )
    house.change_elsewhere(19.0)
    house.preset("none")
    assert house.held() == 19
    assert lines == []


def test_ended_while_it_begins(house: Holidays) -> None:
    """A vacation that is deleted while its start is on the way ends as soon as the start has arrived."""
    house.cloud.weather.add(method="PATCH", hold="after", times=1)
    uid = house.plan(0, HOUR)
    house.wait(5)
    house.delete(uid)
    house.wait(5)
    assert house.values_sent() == [16]
    house.release()
    house.wait(5)
    assert house.values_sent() == [16, 21]
    assert house.stage() == "home"


def test_unloaded_while_it_begins(house: Holidays) -> None:
    """What is cut off by an unload is begun after the next load."""
    house.cloud.weather.add(method="PATCH", hold="before", times=1)
    house.plan(0, HOUR)
    house.wait(5)
    house.run(house.reload())
    house.wait(10)
    assert house.stage() == "away"
    assert house.held() == 16
    house.wait(HOUR, step=10)
    assert house.held() == 21


def test_cloud_rounds(house: Holidays) -> None:
    """What the cloud has made of the vacation's value is put back; it was nobody's hand."""
    house.cloud.behaviour.limits = {PREFERRED_SETTING: (18.0, 25.0)}
    house.preset("away")
    house.wait(30)
    assert house.shows() == "18.0"
    house.preset("none")
    assert house.held() == 21


def test_settings_in_hand(house: Holidays) -> None:
    """The sensor tells which settings are the vacation's: all that it sets, until they are back, and nothing else."""
    house.in_the_app({"room": {"schedule_enabled": True}})
    house.choose(hot_water_min=10.0, welcome_hours=3)
    assert house.in_hand() == []
    house.plan(HOUR, HOUR)
    house.wait(HOUR - 60, step=10)
    assert house.in_hand() == []
    house.wait(70)
    all_of_them = ["hot_water_min", "preferred_temperature", "schedule"]
    assert house.in_hand() == all_of_them
    house.off(60)
    assert house.in_hand() == all_of_them
    house.cloud.weather.add(method="PATCH", status=503)
    house.wait(HOUR, step=10)
    assert house.stage() == "ending"
    assert house.in_hand() == all_of_them
    house.cloud.weather.clear()
    house.wait(10 * 60, step=10)
    assert house.stage() == "welcome_home"
    assert house.in_hand() == ["hot_water_min"]
    house.wait(3 * HOUR, step=10)
    assert house.stage() == "home"
    assert house.in_hand() == []


def test_in_hand_before_it_is_looked_at(house: Holidays) -> None:
    """From the moment at which it should begin, the settings are the vacation's, however long the reading takes."""
    house.choose(control_mode="off")
    house.plan(60, HOUR)
    house.cloud.weather.add(method="GET", hold="before")
    house.wait(61)
    assert house.stage() == "starting"
    assert house.in_hand() == ["control_mode", "preferred_temperature"]
    assert not house.requests()
    house.cloud.weather.clear()
    house.release()


def test_in_hand_of_several(begin: Begin) -> None:
    """The home's sensor tells what is in hand at any of its heat pumps."""
    house = begin("hp-1", "hp-2")
    house.in_the_app({"room": {"schedule_enabled": True}}, "hp-2")
    house.plan(0, HOUR)
    house.wait(5)
    assert house.in_hand() == ["preferred_temperature"]
    assert house.in_hand("hp-2") == ["preferred_temperature", "schedule"]
    assert house.in_hand("home") == ["preferred_temperature", "schedule"]


def test_cold_hot_water_is_in_hand(house: Holidays) -> None:
    """Hot water below 40 °C is the vacation's, whoever has set it."""
    house.plan(0, HOUR)
    house.wait(5)
    assert house.in_hand() == ["preferred_temperature"]
    house.done_or_raise(house.set(12.0, "hot_water_min"))
    assert house.in_hand() == ["hot_water_min", "preferred_temperature"]
    house.done_or_raise(house.set(45.0, "hot_water_min"))
    house.wait(60)
    assert house.in_hand() == ["hot_water_min", "preferred_temperature"]


def test_off_at_the_start_and_at_the_end(house: Holidays) -> None:
    """A vacation begins late rather than never, and ends as soon as possible."""
    house.plan(HOUR, 4 * HOUR)
    house.off(2 * HOUR)
    house.wait(10)
    assert house.values_sent() == [16]
    house.off(HOUR)
    house.wait(10)
    assert house.values_sent() == [16]
    house.off(10 * HOUR)
    house.wait(10)
    assert house.values_sent() == [16, 21]
    house.off(HOUR)
    house.wait(10)
    assert house.values_sent() == [16, 21]


def test_missed_altogether(house: Holidays) -> None:
    """A vacation that came and went while Home Assistant was off changes nothing."""
    house.plan(HOUR, HOUR)
    house.off(3 * HOUR)
    house.wait(HOUR, step=10)
    assert not house.requests()


def test_power_cut_between_yes_and_note(house: Holidays) -> None:
    """If the start was on the cloud and the note of it was lost, it is not sent again."""
    house.cloud.weather.add(method="PATCH", hold="after")
    house.plan(0, HOUR)
    house.wait(5)
    assert house.stage() == "starting"
    restart = house.loop.create_task(house.restart(power_cut=True))
    house.wait(5)
    house.cloud.weather.clear()
    house.cloud.weather.release()
    house.until(restart.done)
    house.wait(10)
    assert house.held() == 16
    assert house.stage() == "away"
    assert len(house.values_sent()) == 1
    house.wait(HOUR, step=10)
    assert house.held() == 21


def test_no_network(house: Holidays) -> None:
    """What cannot be done is tried on, and told after an hour."""
    house.plan(HOUR, 4 * HOUR)
    house.cloud.weather.add(status=503)
    house.wait(HOUR + 50 * 60, step=10)
    assert house.stage() == "starting"
    assert house.pending() == []
    house.wait(20 * 60, step=10)
    assert house.pending() == ["vacation_start"]
    assert house.issues()[0]["heat_pump"] == "Heat pump"
    house.cloud.weather.clear()
    house.wait(2 * POLL, step=10)
    assert house.pending() == []
    assert house.stage() == "away"
    house.cloud.weather.add(status=503)
    house.wait(4.5 * HOUR, step=10)
    assert house.stage() == "ending"
    assert house.pending() == ["vacation_end"]
    house.cloud.weather.clear()
    house.wait(2 * POLL, step=10)
    assert house.pending() == []
    assert house.held() == 21


def test_refused(begin: Begin) -> None:
    """What the cloud refuses for one heat pump is done for the other; the person reads why."""
    house = begin("hp-1", "hp-2")
    house.cloud.weather.add(
        method="PATCH", level="home", status=422, body={"detail": "not for all"}
    )
    house.cloud.weather.add(
        method="PATCH", device_id="hp-2", status=422, body={"detail": "not this one"}
    )
    house.plan(0, 3 * HOUR)
    house.wait(10)
    assert (house.stage("hp-1"), house.stage("hp-2")) == ("away", "starting")
    assert house.stage("home") == "starting"
    house.wait(2 * HOUR, step=10)
    (issue,) = house.issues()
    assert "not this one" in issue["reason"]
    house.cloud.weather.clear()
    house.wait(POLL + 10, step=10)
    assert house.stage("home") == "away"
    assert not house.issues()


def test_heat_pump_turns_up(house: Holidays) -> None:
    """A heat pump that is added during a vacation joins it, and comes home with the others."""
    house.preset("away")
    house.cloud.cloud.add_heat_pump("hp-2", "user-1", key="test-key")
    house.wait(POLL + 10)
    assert house.held(target="hp-2") == 16
    assert house.stage("home") == "away"
    house.preset("none")
    assert house.held() == house.held(target="hp-2") == 21


def test_heat_pump_is_away_at_the_end(begin: Begin) -> None:
    """A heat pump that the cloud does not show at the end is put back when it is there again."""
    house = begin("hp-1", "hp-2")
    house.plan(0, 2 * HOUR)
    house.wait(60)
    house.cloud.cloud.hide("hp-2")
    house.wait(3 * HOUR, step=10)
    assert (house.held(), house.held(target="hp-2")) == (21, 16)
    house.off(HOUR)
    house.wait(HOUR, step=10)
    house.cloud.cloud.hide("hp-2", False)
    house.wait(7 * HOUR, step=60)
    assert house.held(target="hp-2") == 21


def test_reload_in_the_middle(house: Holidays) -> None:
    """A reload changes nothing."""
    house.preset("away")
    house.run(house.reload())
    house.wait(POLL)
    assert house.stage() == "away"
    assert house.values_sent() == [16]
    house.preset("none")
    assert house.values_sent() == [16, 21]


def test_new_key_needed_at_the_end(house: Holidays) -> None:
    """While a new key is asked for, nothing can be put back; with it, everything is."""
    house.plan(0, 3 * HOUR)
    house.wait(10)
    house.cloud.cloud.set_keys(house.supplier, ["another-key"])
    house.off(HOUR)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    house.wait(3.5 * HOUR, step=60)
    assert house.held() == 16
    house.cloud.cloud.set_keys(house.supplier, ["test-key"])
    house.run(house.reload())
    house.wait(10)
    assert house.held() == 21


def test_not_connected_at_the_start(house: Holidays) -> None:
    """A vacation that could not begin for want of a connection begins with it."""
    house.plan(HOUR, 10 * HOUR)
    house.cloud.weather.add(status=503)
    house.off(3 * HOUR)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    house.cloud.weather.clear()
    house.wait(HOUR, step=10)
    assert house.stage() == "away"
    assert house.pending() == []


def test_read_refused_at_the_end(house: Holidays) -> None:
    """A key that has lost the right to read can still end a vacation."""
    house.preset("away")
    house.cloud.behaviour.write_only = True
    assert house.preset("none").key is None
    assert house.held() == 21


def test_settings_unknown(house: Holidays) -> None:
    """What the cloud does not tell at the end is put back when it does."""
    house.preset("away")
    house.wait(30)
    house.cloud.behaviour.missing_settings = frozenset({PREFERRED_SETTING})
    call = house.preset("none")
    assert call.key == "vacation_end_pending"
    assert "does not tell" in call.text
    assert house.stage() == "ending"
    house.cloud.behaviour.missing_settings = frozenset()
    house.wait(2 * POLL)
    assert house.held() == 21
    assert house.stage() == "home"


def test_write_only(begin: Begin) -> None:
    """Without reading, only what Home Assistant knows is touched; with nothing known, there is nothing to do."""
    house = begin("hp-1", write_only=True)
    call = house.done(
        house.act("climate.set_preset_mode", "climate", "home", preset_mode="away")
    )
    assert call.key == "nothing_to_return_to"
    house.plan(0, 0.5 * HOUR)
    house.wait(20 * 60, step=10)
    assert not house.requests()
    assert house.stage("home") == "starting"
    house.wait(HOUR, step=10)
    house.done_or_raise(house.set(20.0, target="home"))
    house.plan(0, HOUR)
    house.wait(10)
    assert house.values_sent() == [20, 16]
    house.off(10)
    house.wait(2 * HOUR, step=10)
    assert house.values_sent() == [20, 16, 20]


def test_welcome_home(house: Holidays) -> None:
    """After a cold vacation, the hot water is hotter for some hours; that survives a restart, and can be seen."""
    house.choose(hot_water_min=10.0, welcome_hours=3, welcome_temperature=52.0)
    house.plan(0, HOUR)
    house.wait(HOUR + 10, step=10)
    assert house.stage() == "welcome_home"
    assert house.held(HOT_WATER_MIN) == 52
    assert house.held() == 21
    house.off(HOUR)
    house.wait(1.9 * HOUR, step=10)
    assert house.stage() == "welcome_home"
    house.wait(0.2 * HOUR, step=10)
    assert house.stage() == "home"
    assert house.values_sent(HOT_WATER_MIN) == [10, 52, 45]


def test_not_connected_during_the_welcome(house: Holidays) -> None:
    """Hot water that should have been as it was before is so as soon as there is a connection."""
    house.choose(hot_water_min=10.0, welcome_hours=3)
    house.plan(0, HOUR)
    house.wait(HOUR + 10, step=10)
    house.cloud.weather.add(status=503)
    house.off(6 * HOUR)
    house.cloud.weather.clear()
    house.wait(HOUR, step=10)
    assert house.held(HOT_WATER_MIN) == 45


def test_told_without_titles(house: Holidays) -> None:
    """Diagnostics tell when, and how far, but not where to."""
    house.plan(0, HOUR, description="Key is under the mat")
    house.wait(5)
    told = house.wait_for(async_get_config_entry_diagnostics(house.hass, house.entry))
    (plan,) = told["vacations"]
    assert set(plan) == {"start", "end"}
    (shadow,) = told["targets"]["heat pump 1"]["shadows"]
    assert [it["name"] for it in shadow["overrides"]["in_force"]] == ["vacation"]
    assert "mat" not in str(told)
