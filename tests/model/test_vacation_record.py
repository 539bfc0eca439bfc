"""What a vacation does at a heat pump, and what it puts back: rules alone, without a cloud."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api import ControlMode, Setting, Settings
from custom_components.heatpump_steering.model.limits import is_cold
from custom_components.heatpump_steering.model.profile import Profile
from custom_components.heatpump_steering.model.vacation_record import (
    Record,
    Stage,
    Step,
    begin,
    end,
    end_welcome,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT_HOME = Settings(
    preferred_temperature=21.0,
    allowed_below=1.5,
    allowed_above=1.5,
    schedule=False,
    control_mode=ControlMode.HEATING,
    hot_water_min=45.0,
    hot_water_max=55.0,
)
COLD = Profile(change=Settings(preferred_temperature=16.0, hot_water_min=10.0))
WELCOME = replace(COLD, welcome_hours=3)


def left(
    profile: Profile, at_home: Settings = AT_HOME, before: Record | None = None
) -> tuple[Record, Settings]:
    """Return the record of a vacation that has begun, and what is shown then."""
    record, change = begin(before, at_home, profile)
    assert record.stage is Stage.STARTING
    shown = at_home.overlaid_with(change)
    return replace(record, stage=Stage.AWAY).seen(shown, frozenset()), shown


def test_there_and_back() -> None:
    """Exactly what was changed is put back, as one change."""
    record, shown = left(COLD)
    assert shown == AT_HOME.overlaid_with(COLD.change)
    assert end(record, shown, COLD, NOW) == Step(
        Settings(preferred_temperature=21.0, hot_water_min=45.0), None, {}
    )


def test_profile_of_the_options() -> None:
    """Without a choice it is 16 °C, with the hot water as it is; else what was chosen."""
    assert Profile.from_options({}) == Profile(
        change=Settings(preferred_temperature=16.0)
    )
    chosen = {
        "preferred_temperature": 14.0,
        "hot_water_min": 5.0,
        "control_mode": "off",
        "welcome_hours": 2,
        "welcome_temperature": 58.0,
    }
    assert Profile.from_options({"vacation": chosen}) == Profile(
        change=Settings(
            preferred_temperature=14.0,
            hot_water_min=5.0,
            control_mode=ControlMode.OFF,
        ),
        welcome_hours=2,
        welcome_temperature=58.0,
    )


def test_schedule_pauses() -> None:
    """Where a schedule runs, the preferred temperature would not count."""
    record, shown = left(COLD, replace(AT_HOME, schedule=True))
    assert shown.schedule is False
    assert end(record, shown, COLD, NOW).change.schedule is True


def test_changed_by_hand_stays() -> None:
    """What somebody has changed meanwhile is theirs, and told; the rest goes back."""
    record, shown = left(
        Profile(
            change=Settings(preferred_temperature=16.0, control_mode=ControlMode.OFF)
        )
    )
    step = end(record, replace(shown, preferred_temperature=19.0), COLD, NOW)
    assert step == Step(
        Settings(control_mode=ControlMode.HEATING),
        None,
        {Setting.PREFERRED_TEMPERATURE: 19.0},
    )


def test_set_back_by_hand_is_nothing_to_tell() -> None:
    """What is as it was before needs nothing."""
    record, _ = left(COLD)
    assert end(record, AT_HOME, COLD, NOW) == Step(Settings(), None, {})


def test_hot_water_does_not_stay_cold_by_hand() -> None:
    """A minimum below 40 °C ends with the vacation, whoever has set it."""
    record, shown = left(Profile())
    step = end(record, replace(shown, hot_water_min=8.0), Profile(), NOW)
    assert step.change == Settings(preferred_temperature=21.0, hot_water_min=45.0)
    record, shown = left(Profile(), replace(AT_HOME, hot_water_min=None))
    step = end(record, replace(shown, hot_water_min=8.0), Profile(), NOW)
    assert step.change.hot_water_min == 40.0


def test_cold_from_before_is_not_ours() -> None:
    """A minimum that was cold before the vacation, and that it did not touch, is left to the watch."""
    record, shown = left(Profile(), replace(AT_HOME, hot_water_min=35.0))
    assert end(record, shown, Profile(), NOW).change == Settings(
        preferred_temperature=21.0
    )
    record, shown = left(COLD, replace(AT_HOME, hot_water_min=35.0))
    assert end(record, shown, COLD, NOW).change.hot_water_min == 40.0


def test_maximum_in_the_way() -> None:
    """A minimum goes back as far as the maximum of that moment allows; one below 40 °C is raised with it."""
    record, shown = left(COLD)
    step = end(record, replace(shown, hot_water_max=42.0), COLD, NOW)
    assert step.change == Settings(preferred_temperature=21.0, hot_water_min=42.0)
    step = end(record, replace(shown, hot_water_max=38.0), COLD, NOW)
    assert step.change == Settings(
        preferred_temperature=21.0, hot_water_min=40.0, hot_water_max=40.0
    )
    step = end(record, replace(shown, hot_water_max=None), COLD, NOW)
    assert step.change.hot_water_min == 45.0
    hot = Profile(change=Settings(hot_water_min=60.0))
    _, shown = left(hot)
    assert shown.hot_water_min == 55.0


def test_unknown_is_left_alone() -> None:
    """What is not known cannot be put back, so it is not touched."""
    record, change = begin(None, Settings(allowed_below=1.0), COLD)
    assert change == Settings()
    assert not record.held


def test_unknown_at_the_end_is_kept() -> None:
    """What is unknown when the vacation ends is put back when it is known again."""
    record, shown = left(COLD)
    step = end(record, replace(shown, preferred_temperature=None), COLD, NOW)
    assert step.change == Settings(hot_water_min=45.0)
    assert step.then is not None
    assert step.then.stage is Stage.ENDING
    at_home = shown.overlaid_with(step.change)
    assert end(step.then, at_home, COLD, NOW) == Step(
        Settings(preferred_temperature=21.0), None, {}
    )


def test_second_attempt() -> None:
    """What a first attempt may have set is not taken for what was there before; what a person has set since is."""
    first, change = begin(None, AT_HOME, COLD)
    for applied in (Settings(), change, change.only({Setting.HOT_WATER_MIN})):
        second, _ = begin(first, AT_HOME.overlaid_with(applied), COLD)
        assert second.kept == first.kept
    second, _ = begin(first, replace(AT_HOME, preferred_temperature=18.0), COLD)
    assert second.kept.preferred_temperature == 18.0
    second, _ = begin(first, replace(AT_HOME, hot_water_min=12.0), COLD)
    assert second.kept.hot_water_min == 45.0


def test_next_vacation_before_the_last_was_over() -> None:
    """What was not put back yet is kept for the next end, though the next vacation does not touch it."""
    first, shown = left(
        Profile(
            change=Settings(preferred_temperature=16.0, control_mode=ControlMode.OFF)
        )
    )
    ending = replace(first, stage=Stage.ENDING)
    second, shown = left(Profile(), shown, ending)
    assert end(second, shown, Profile(), NOW).change == Settings(
        preferred_temperature=21.0, control_mode=ControlMode.HEATING
    )


def test_cloud_makes_something_else_of_it() -> None:
    """What the cloud has made of a value is the vacation's, not somebody's hand."""
    record, shown = left(Profile())
    assert record.taken_as(Setting.PREFERRED_TEMPERATURE, 20.0, 18.0) is record
    record = record.taken_as(Setting.PREFERRED_TEMPERATURE, 16.0, 18.0)
    step = end(record, replace(shown, preferred_temperature=18.0), Profile(), NOW)
    assert step.change == Settings(preferred_temperature=21.0)


def test_welcome_home() -> None:
    """After a cold vacation the hot water is hotter for some hours, then as it was."""
    record, shown = left(WELCOME)
    step = end(record, shown, WELCOME, NOW)
    assert step.change == Settings(preferred_temperature=21.0, hot_water_min=55.0)
    assert step.then == Record(
        stage=Stage.WELCOME_HOME,
        kept=Settings(hot_water_min=45.0),
        held=Settings(hot_water_min=55.0),
        cold=False,
        until=NOW + timedelta(hours=3),
    )
    at_home = shown.overlaid_with(step.change)
    assert end_welcome(step.then, at_home) == Step(
        Settings(hot_water_min=45.0), None, {}
    )
    by_hand = replace(at_home, hot_water_min=50.0)
    assert end_welcome(step.then, by_hand) == Step(Settings(), None, {})


@pytest.mark.parametrize(
    ("profile", "at_home", "welcomed"),
    [
        (WELCOME, AT_HOME, 55.0),
        (WELCOME, replace(AT_HOME, hot_water_max=70.0), 60.0),
        (replace(WELCOME, welcome_temperature=52.0), AT_HOME, 52.0),
        (WELCOME, replace(AT_HOME, hot_water_max=None), 60.0),
        # Off; the water did not get cold; it is as hot already; nothing hotter is possible.
        (COLD, AT_HOME, None),
        (replace(Profile(), welcome_hours=3), AT_HOME, None),
        (replace(WELCOME, welcome_temperature=44.0), AT_HOME, None),
        (WELCOME, replace(AT_HOME, hot_water_max=45.0), None),
    ],
)
def test_when_hot_water_is_welcomed(
    profile: Profile, at_home: Settings, welcomed: float | None
) -> None:
    """It has to have been cold, to be worth it, and to be possible."""
    record, shown = left(profile, at_home)
    step = end(record, shown, profile, NOW)
    assert (step.then is not None) == (welcomed is not None)
    if welcomed is not None:
        assert step.change.hot_water_min == welcomed


def test_cold_by_hand_is_welcomed_too() -> None:
    """It does not matter who let the water get cold, or whether it is warm again."""
    profile = replace(Profile(), welcome_hours=3)
    record, shown = left(profile)
    record = record.seen(replace(shown, hot_water_min=9.0), frozenset())
    assert record.seen(shown, frozenset()) is record
    assert end(record, shown, profile, NOW).change.hot_water_min == 55.0


def test_leaving_again_during_the_welcome() -> None:
    """Nobody is welcome yet: the minimum from before is set, or the cold one, and welcomed at the next end."""
    record, shown = left(WELCOME)
    step = end(record, shown, WELCOME, NOW)
    assert step.then is not None
    shown = shown.overlaid_with(step.change)

    _, change = begin(step.then, shown, WELCOME)
    assert change.hot_water_min == 10.0
    again, shown_again = left(replace(Profile(), welcome_hours=3), shown, step.then)
    assert shown_again.hot_water_min == 45.0
    assert again.kept.hot_water_min == 45.0


SETTINGS = st.builds(
    Settings,
    preferred_temperature=st.none() | st.sampled_from([16.0, 20.0]),
    schedule=st.none() | st.booleans(),
    control_mode=st.none() | st.sampled_from(ControlMode),
    hot_water_min=st.none() | st.sampled_from([5.0, 39.0, 40.0, 45.0, 65.0]),
    hot_water_max=st.none() | st.sampled_from([35.0, 40.0, 45.0, 60.0]),
)
PROFILES = st.builds(
    Profile,
    change=SETTINGS.map(
        lambda it: it.without({Setting.SCHEDULE, Setting.HOT_WATER_MAX})
    ),
    welcome_hours=st.sampled_from([0, 2]),
    welcome_temperature=st.sampled_from([40.0, 60.0]),
)


@given(at_home=SETTINGS, meanwhile=SETTINGS, profile=PROFILES)
def test_never_cold_at_home(
    at_home: Settings, meanwhile: Settings, profile: Profile
) -> None:
    """Whatever was set, and by whom: no end lets the hot water get cold, nor puts minimum and maximum in each other's way."""
    record, shown = left(profile, at_home)
    step = end(record, shown.overlaid_with(meanwhile), profile, NOW)
    assert not is_cold(step.change)
    after = shown.overlaid_with(meanwhile).overlaid_with(step.change)
    if step.change.hot_water_min is not None and after.hot_water_max is not None:
        assert step.change.hot_water_min <= after.hot_water_max
    if step.then is not None and step.then.stage is Stage.WELCOME_HOME:
        after_it = end_welcome(step.then, after).change
        assert not is_cold(after_it)
        assert after_it.hot_water_min is not None


@given(at_home=SETTINGS, profile=PROFILES, now=st.none() | st.just(NOW))
def test_on_disk(at_home: Settings, profile: Profile, now: datetime | None) -> None:
    """A record comes back from the file as it was."""
    record = replace(left(profile, at_home)[0], until=now)
    assert Record.from_json(record.to_json()) == record


@pytest.mark.parametrize(
    "damage", [{"kept": 5}, {"held": "warm"}, {"until": "2026-11-23T12:00:00"}]
)
def test_damaged(damage: dict[str, object]) -> None:
    """What was to be put back must not get lost in silence."""
    raw = left(COLD)[0].to_json() | damage
    with pytest.raises((TypeError, ValueError)):
        Record.from_json(raw)


def test_second_attempt_during_the_welcome() -> None:
    """What the last vacation still had to put back is kept, however often the next one has to be begun."""
    record, shown = left(WELCOME)
    step = end(record, shown, WELCOME, NOW)
    assert step.then is not None
    shown = shown.overlaid_with(step.change)
    first, _ = begin(step.then, shown, WELCOME)
    second, _ = begin(first, shown, WELCOME)
    assert first.kept.hot_water_min == second.kept.hot_water_min == 45.0
    first, change = begin(step.then, shown, Profile())
    second, again = begin(first, shown, Profile())
    assert change == again == Settings(preferred_temperature=16.0, hot_water_min=45.0)
    assert second.kept.hot_water_min == 45.0


@pytest.mark.parametrize("profile", [WELCOME, Profile()])
def test_over_before_it_could_begin_during_the_welcome(profile: Profile) -> None:
    """A vacation that never reached the cloud still puts back what the one before it had to."""
    record, shown = left(WELCOME)
    step = end(record, shown, WELCOME, NOW)
    assert step.then is not None
    shown = shown.overlaid_with(step.change)
    record, _ = begin(step.then, shown, profile)
    record, _ = begin(record, shown, profile)
    record = replace(record, unseen=frozenset())
    assert end(record, shown, profile, NOW) == Step(
        Settings(hot_water_min=45.0), None, {}
    )


def test_over_while_nobody_knows_whether_it_has_begun() -> None:
    """What may have been set is set back, though a read shows it as it was: it may be an old one."""
    record, _ = begin(None, AT_HOME, COLD)
    back = Settings(preferred_temperature=21.0, hot_water_min=45.0)
    assert end(record, AT_HOME, COLD, NOW) == Step(back, None, {})
    never_sent = replace(record, unseen=frozenset())
    assert end(never_sent, AT_HOME, COLD, NOW) == Step(Settings(), None, {})


def test_seen() -> None:
    """A value that a read has shown needs no saying again; one that it shows as before may be yet to come."""
    record, change = begin(None, AT_HOME, COLD)
    away = replace(record, stage=Stage.AWAY)
    assert away.seen(AT_HOME, frozenset()).unseen == {
        Setting.PREFERRED_TEMPERATURE,
        Setting.HOT_WATER_MIN,
    }
    shown = AT_HOME.overlaid_with(change)
    assert away.seen(shown, {Setting.HOT_WATER_MIN}).unseen == {Setting.HOT_WATER_MIN}
    assert away.seen(shown, frozenset()).unseen == frozenset()


def test_nothing_can_be_read_any_more() -> None:
    """Where nothing is known, everything is put back as it was kept."""
    record, _ = left(WELCOME)
    step = end(record, Settings(), WELCOME, NOW, readable=False)
    assert step.change == Settings(preferred_temperature=21.0, hot_water_min=60.0)
    assert step.then is not None
    step = end_welcome(step.then, Settings(), readable=False)
    assert step == Step(Settings(hot_water_min=45.0), None, {})
