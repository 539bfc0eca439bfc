"""What a read means for a setting that an override has, or had until now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api import (
    OPTIMIZATIONS,
    ControlMode,
    Setting,
    Settings,
)
from custom_components.heatpump_steering.model.difference import to_send
from custom_components.heatpump_steering.model.override import (
    VACATION,
    WELCOME_HOME,
    Override,
)
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.tracked import Tracked, Verdict

from .cloud import AT_HOME, START, Controller, HeatPump

AWAY = Settings(preferred_temperature=16.0, hot_water_min=10.0)
BOOST = Settings(hot_water_min=60.0)


@pytest.fixture
def cloud() -> HeatPump:
    """Return a heat pump at home."""
    return HeatPump()


@pytest.fixture
def house(cloud: HeatPump) -> Controller:
    """Return a controller that has read the heat pump."""
    house = Controller(cloud)
    house.read()
    return house


@pytest.fixture
def away(house: Controller) -> Controller:
    """Return a controller of a heat pump that has been on vacation for a day."""
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    house.wait(86_400)
    return house


def test_vacation_and_back(away: Controller, cloud: HeatPump) -> None:
    """What was set before comes back, and nothing is kept of the vacation."""
    assert cloud.held == AT_HOME.overlaid_with(AWAY)
    away.end(VACATION)
    away.come_to_rest()
    assert cloud.held == AT_HOME
    assert away.shadow.overrides.base == AT_HOME
    assert away.shadow.overrides.is_idle
    assert not away.by_hand


def test_old_copy_at_the_end(away: Controller, cloud: HeatPump) -> None:
    """A copy from before the vacation does not make it look as if all were back."""
    away.end(VACATION)
    away.read(copy=len(cloud.history) - 1)
    assert away.send() == AT_HOME.only(AWAY.keys())
    away.come_to_rest()
    assert cloud.held == AT_HOME


def test_nonsense_at_the_end(away: Controller, cloud: HeatPump) -> None:
    """Zeroes are nobody's hand, and no limit."""
    away.end(VACATION)
    away.read(
        but_for=Settings(
            preferred_temperature=0.0, hot_water_min=0.0, hot_water_max=0.0
        )
    )
    away.come_to_rest()
    assert cloud.held == AT_HOME
    assert not away.by_hand


def test_nonsense_at_the_beginning(house: Controller, cloud: HeatPump) -> None:
    """Zeroes are not what to return to."""
    house.read(
        but_for=Settings(
            preferred_temperature=0.0, hot_water_min=0.0, hot_water_max=0.0
        )
    )
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held == AT_HOME


def test_what_the_cloud_makes_of_ours(house: Controller, cloud: HeatPump) -> None:
    """A limit of the cloud's, shown some seconds after the 204, is nobody's hand."""
    house.begin(VACATION, AWAY)
    house.send()
    house.wait(5)
    cloud.set(Settings(preferred_temperature=18.0))
    house.come_to_rest()
    assert not house.by_hand
    assert cloud.held.preferred_temperature == 18
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held == AT_HOME


def test_what_the_cloud_has_not_made_of_ours(
    house: Controller, cloud: HeatPump
) -> None:
    """A value that passed for the cloud's own and was not is somebody's, when it comes again."""
    house.begin(VACATION, AWAY)
    house.send()
    house.wait(5)
    cloud.set(Settings(preferred_temperature=18.0))
    house.read()
    cloud.set(Settings(preferred_temperature=16.0))
    house.come_to_rest()
    house.wait(1000)
    cloud.set(Settings(preferred_temperature=18.0))
    house.read()
    assert house.by_hand == {Setting.PREFERRED_TEMPERATURE: 18}


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        (-2, Verdict.NOT_THERE),
        # The time of the acceptance is in whole seconds.
        (-0.5, Verdict.MADE_OF_OURS),
        (60, Verdict.MADE_OF_OURS),
        (61, Verdict.NOT_THERE),
    ],
)
def test_base_after_our_write(seconds: float, verdict: Verdict) -> None:
    """Base is what the cloud has made of ours if it was set right after that, and from before it otherwise."""
    tracked = Tracked(ours=(16.0,), sent=16.0, accepted=True, accepted_at=START)
    changed_at = START + timedelta(seconds=seconds)
    assert (
        tracked.verdict(
            21.0,
            16.0,
            21.0,
            since_ours=tracked.since_ours(changed_at, START),
            is_suspected=False,
            is_sent_by_hand=False,
        )
        is verdict
    )


@pytest.mark.parametrize(
    ("changed", "written", "since"),
    [
        (30, 10, 30),
        # The last change is our other one.
        (600, 590, None),
        # It came long after our other one.
        (600, 300, 600),
        (600, 0, 600),
    ],
)
def test_last_change_is_of_another_setting(
    changed: float, written: float, since: float | None
) -> None:
    """The time of the last change says nothing of a setting where it is that of a later write of ours, of others."""
    tracked = Tracked(ours=(16.0,), sent=16.0, accepted=True, accepted_at=START)
    since_ours = tracked.since_ours(
        START + timedelta(seconds=changed), START + timedelta(seconds=written)
    )
    assert since_ours == (None if since is None else timedelta(seconds=since))


@pytest.mark.parametrize("has_clock", [True, False])
def test_hand_elsewhere(house: Controller, cloud: HeatPump, has_clock: bool) -> None:
    """A value that is none of ours is somebody's: it stays. Without a clock a second read has to agree."""
    cloud.has_clock = has_clock
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    house.wait(1000)
    cloud.set(Settings(preferred_temperature=19.0))
    assert house.read() is not has_clock
    house.read()
    assert house.by_hand == {Setting.PREFERRED_TEMPERATURE: 19}
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held == replace(AT_HOME, preferred_temperature=19.0)


def test_set_back_by_hand(away: Controller, cloud: HeatPump) -> None:
    """Whoever sets back elsewhere what was there before has come home early."""
    cloud.set(Settings(preferred_temperature=21.0))
    away.read()
    assert away.by_hand == {Setting.PREFERRED_TEMPERATURE: 21}
    away.come_to_rest()
    assert cloud.held.preferred_temperature == 21


def test_lost_again_within_the_minute(house: Controller, cloud: HeatPump) -> None:
    """What the cloud shows and then loses is sent again."""
    house.begin("boost", BOOST)
    house.send()
    house.read()
    cloud.history[-1] = cloud.history[0]
    cloud.held = AT_HOME
    house.shadow.updated_at = START
    house.come_to_rest()
    assert cloud.held.hot_water_min == 60


@pytest.mark.parametrize("here", [True, False])
def test_cold_in_a_vacation_is_the_vacation_s(
    house: Controller, cloud: HeatPump, here: bool
) -> None:
    """Whoever lets the hot water get cold during a vacation: it gets warm at its end."""
    house.begin(VACATION, Settings(preferred_temperature=16.0))
    house.come_to_rest()
    if here:
        house.set(Settings(hot_water_min=12.0))
    else:
        house.wait(1000)
        cloud.set(Settings(hot_water_min=12.0))
    house.come_to_rest()
    assert cloud.held.hot_water_min == 12
    assert house.shadow.overrides.was_cold
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held == AT_HOME
    assert not house.by_hand


def test_cold_at_home_is_not_what_to_return_to(
    house: Controller, cloud: HeatPump
) -> None:
    """Hot water that somebody has set cold at home stays so, and comes back warm after a boost."""
    house.wait(1000)
    cloud.set(Settings(hot_water_min=12.0))
    house.come_to_rest()
    assert cloud.held.hot_water_min == 12
    house.begin("boost", BOOST)
    house.come_to_rest()
    house.end("boost")
    house.come_to_rest()
    assert cloud.held.hot_water_min == 45


def test_cold_beside_an_override_is_not_what_to_return_to(
    house: Controller, cloud: HeatPump
) -> None:
    """Nor is it while something else is set for a while."""
    house.begin("guests", Settings(preferred_temperature=23.0))
    house.come_to_rest()
    house.wait(1000)
    cloud.set(Settings(hot_water_min=12.0))
    house.come_to_rest()
    assert cloud.held.hot_water_min == 12
    assert house.shadow.overrides.base == AT_HOME
    house.begin("boost", BOOST)
    house.come_to_rest()
    for name in ("guests", "boost"):
        house.end(name)
    house.come_to_rest()
    assert cloud.held == AT_HOME


def test_minimum_with_its_maximum(house: Controller, cloud: HeatPump) -> None:
    """A maximum that somebody has lowered in the meantime limits what comes back; one below 40 °C is raised."""
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    house.set(Settings(hot_water_max=42.0))
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held.hot_water_min == 42
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    house.set(Settings(hot_water_max=30.0))
    house.end(VACATION)
    house.come_to_rest()
    assert (cloud.held.hot_water_min, cloud.held.hot_water_max) == (40, 40)


def test_order(house: Controller, cloud: HeatPump) -> None:
    """A vacation is on top, of the others the one begun last; when one ends, what is beneath shows again."""
    house.begin("night", Settings(preferred_temperature=18.0))
    house.begin(VACATION, AWAY)
    house.begin("boost", Settings(preferred_temperature=23.0))
    house.come_to_rest()
    assert cloud.held.preferred_temperature == 16
    house.end(VACATION)
    house.come_to_rest()
    assert cloud.held.preferred_temperature == 23
    house.end("boost")
    house.come_to_rest()
    assert cloud.held.preferred_temperature == 18
    house.end("night")
    house.come_to_rest()
    assert cloud.held == AT_HOME


def test_same_name_replaces(house: Controller, cloud: HeatPump) -> None:
    """An override that begins again is the new one alone."""
    house.begin("boost", Settings(preferred_temperature=23.0))
    house.come_to_rest()
    house.begin("boost", BOOST)
    house.come_to_rest()
    assert cloud.held == AT_HOME.overlaid_with(BOOST)


def test_an_override_that_lost_everything(house: Controller, cloud: HeatPump) -> None:
    """When all its settings have been set by hand, it is remembered, and has nothing in hand; Welcome home is over."""
    for name in ("boost", WELCOME_HOME):
        house.begin(name, BOOST)
    house.come_to_rest()
    house.set(Settings(hot_water_min=50.0))
    (boost,) = house.shadow.overrides.in_force
    assert (boost.name, boost.settings) == ("boost", set())
    assert not house.shadow.overrides.tracked
    house.come_to_rest()
    assert cloud.held.hot_water_min == 50


def test_optimizations_go_together(house: Controller, cloud: HeatPump) -> None:
    """Whoever sets one of the three that exclude each other sets all of them."""
    cloud.set(
        Settings(flex_trading=True, dynamic_tariff=False, pv_self_consumption=False)
    )
    house.come_to_rest()
    house.begin("tariff", Settings(dynamic_tariff=True))
    house.come_to_rest()
    assert (cloud.held.flex_trading, cloud.held.dynamic_tariff) == (False, True)
    house.end("tariff")
    house.come_to_rest()
    assert (cloud.held.flex_trading, cloud.held.dynamic_tariff) == (True, False)
    house.begin("tariff", Settings(dynamic_tariff=True))
    house.come_to_rest()
    house.wait(1000)
    cloud.set(Settings(flex_trading=True))
    house.come_to_rest()
    assert cloud.held.flex_trading
    assert not house.shadow.overrides.tracked


def optimizing(flex: bool, tariff: bool, pv: bool) -> Settings:
    """Return a state of the three optimizations."""
    return Settings(flex_trading=flex, dynamic_tariff=tariff, pv_self_consumption=pv)


@pytest.mark.parametrize(
    ("before", "during", "by_hand", "after"),
    [
        # It stays as the hand has left it, although flex trading alone was set by us.
        (
            optimizing(False, True, False),
            Settings(flex_trading=True),
            Settings(pv_self_consumption=True),
            optimizing(False, False, True),
        ),
        # What the hand has set excludes what was set before.
        (
            optimizing(True, False, False),
            Settings(dynamic_tariff=True),
            Settings(pv_self_consumption=True),
            optimizing(False, False, True),
        ),
        (
            optimizing(False, True, True),
            Settings(dynamic_tariff=False),
            Settings(flex_trading=True),
            optimizing(True, False, False),
        ),
    ],
)
def test_one_optimization_by_hand(
    house: Controller,
    cloud: HeatPump,
    *,
    before: Settings,
    during: Settings,
    by_hand: Settings,
    after: Settings,
) -> None:
    """One of the three that somebody sets elsewhere stays, with all that it excludes, after the override, too."""
    cloud.set(before)
    house.come_to_rest()
    house.begin("tariff", during)
    house.come_to_rest()
    house.wait(1000)
    cloud.set(by_hand)
    house.come_to_rest()
    house.end("tariff")
    house.come_to_rest()
    assert cloud.held.only({*OPTIMIZATIONS}) == after


def test_unknown_settings_are_left_alone() -> None:
    """What cannot be put back is not set."""
    cloud = HeatPump(held=AT_HOME.without({Setting.PREFERRED_TEMPERATURE}))
    house = Controller(cloud)
    house.read()
    house.begin(VACATION, AWAY)
    house.come_to_rest()
    assert cloud.held.preferred_temperature is None
    assert cloud.held.hot_water_min == 10


def test_unknown_where_nothing_can_be_read() -> None:
    """A setting of which nobody knows what it was is not sent to a heat pump that cannot be read, either."""
    state = Overrides(base=Settings(hot_water_min=45.0)).begin(
        Override(name=VACATION, values=AWAY, began=START), shown=Settings()
    )
    change = to_send(state, Settings(), readable=False)
    assert change == Settings(hot_water_min=10.0)


def test_cold_of_the_vacation_before(away: Controller) -> None:
    """A vacation that leaves the hot water warm was not cold because the one before it was."""
    assert away.shadow.overrides.was_cold
    away.end(VACATION)
    away.come_to_rest()
    away.begin(VACATION, Settings(preferred_temperature=16.0))
    away.come_to_rest()
    assert not away.shadow.overrides.was_cold


def test_refused_and_forgotten(house: Controller, cloud: HeatPump) -> None:
    """What has certainly not been applied need not be taken back."""
    house.begin("boost", BOOST)
    house.send(applied=False)
    house.end("boost")
    assert not house.send()
    house.come_to_rest()
    assert len(cloud.history) == 1


def test_lost_answer(house: Controller, cloud: HeatPump) -> None:
    """What may have been applied is taken back, although a read shows it as before."""
    house.begin("boost", BOOST)
    house.send(applied=False, answered=False)
    house.end("boost")
    house.read()
    assert house.send() == Settings(hot_water_min=45.0)


@pytest.mark.parametrize("is_cold_at_home", [False, True])
def test_lost_answer_and_an_old_copy(
    house: Controller, cloud: HeatPump, is_cold_at_home: bool
) -> None:
    """Without a clock, an old copy that shows what may have been applied does not prove that it was."""
    cloud.has_clock = False
    if is_cold_at_home:
        cloud.set(Settings(hot_water_min=12.0))
        house.come_to_rest()
        house.begin("boost", Settings(hot_water_min=45.0))
    else:
        house.begin(VACATION, AWAY)
        house.come_to_rest()
        house.end(VACATION)
    house.send(applied=False, answered=False)
    house.read(copy=1)
    assert house.send().hot_water_min == 45


def test_accepted_is_what_was_sent() -> None:
    """What a person sends while a change is on its way is not accepted with that change."""
    state = Overrides(base=AT_HOME)
    for name, values in (
        (VACATION, Settings(preferred_temperature=16.0)),
        ("boost", BOOST),
    ):
        state = state.begin(
            Override(name=name, values=values, began=START), shown=AT_HOME
        )
    state = state.sending(BOOST).accepted(BOOST, START, readable=False)
    back = Settings(hot_water_min=45.0)
    state = state.end("boost").sending(back)
    state = state.sending_by_hand(Settings(hot_water_min=10.0))
    state = state.accepted(back, START, readable=False)
    assert state.last_known().hot_water_min == 45


def test_person_whose_answer_was_lost(house: Controller, cloud: HeatPump) -> None:
    """A value that a person has sent with an unknown outcome is the person's, if it turns up."""
    house.begin(VACATION, AWAY)
    house.send()
    house.read()
    change = Settings(preferred_temperature=23.0)
    house.shadow.send(change, now=cloud.now, by_hand=True)
    cloud.set(change)
    house.read()
    assert house.by_hand == {Setting.PREFERRED_TEMPERATURE: 23}


@pytest.mark.parametrize("applied", [True, False])
def test_cold_by_hand_whose_answer_was_lost(
    house: Controller, cloud: HeatPump, applied: bool
) -> None:
    """Cold hot water ends with the vacation, also where it turns up only after that; until then it is left alone."""
    house.begin(VACATION, Settings(preferred_temperature=16.0))
    house.come_to_rest()
    cold = Settings(hot_water_min=10.0)
    house.shadow.send(cold, now=cloud.now, by_hand=True)
    if applied:
        cloud.set(cold)
    assert not house.send()
    house.end(VACATION)
    house.read(copy=1 if applied else 0)
    assert house.send().hot_water_min == 45
    house.come_to_rest()
    assert cloud.held == AT_HOME
    assert house.shadow.overrides.is_idle


def test_cold_by_hand_that_turns_up(house: Controller, cloud: HeatPump) -> None:
    """Where a read shows that the hot water may get cold, it was cold, whatever became of the answer."""
    house.begin(VACATION, Settings(preferred_temperature=16.0))
    house.come_to_rest()
    cold = Settings(hot_water_min=10.0)
    house.shadow.send(cold, now=cloud.now, by_hand=True)
    cloud.set(cold)
    house.read()
    assert house.shadow.overrides.was_cold


def test_cold_of_our_own_is_nobody_s_hand(house: Controller, cloud: HeatPump) -> None:
    """A copy with the cold hot water of the vacation before takes nothing out of the one in force."""
    house.begin(VACATION, Settings(hot_water_min=12.0))
    house.send()
    house.read()
    house.end(VACATION)
    house.begin(VACATION, AWAY)
    house.send()
    house.restart()
    house.read(copy=1)
    vacation = house.shadow.overrides.get(VACATION)
    assert vacation is not None
    assert vacation.values == AWAY
    house.come_to_rest()
    assert cloud.held == AT_HOME.overlaid_with(AWAY)


@pytest.mark.parametrize("before", [None, 12.0])
def test_cold_by_hand_that_was_refused(
    house: Controller, cloud: HeatPump, before: float | None
) -> None:
    """What has certainly not been applied leaves nothing to take back, but what was cold before."""
    house.begin(VACATION, Settings(preferred_temperature=16.0))
    house.come_to_rest()
    if before is not None:
        house.set(Settings(hot_water_min=before))
        house.come_to_rest()
    cold = Settings(preferred_temperature=17.0, hot_water_min=10.0)
    house.shadow.send(cold, now=cloud.now, by_hand=True)
    house.shadow.not_sent(cold)
    house.end(VACATION)
    assert house.send() == Settings(
        preferred_temperature=21.0, hot_water_min=None if before is None else 45.0
    )


def test_cold_by_hand_beside_the_vacation_of_its_own(away: Controller) -> None:
    """Where the vacation itself sets the hot water, a refused change leaves that as it is."""
    before = away.shadow.overrides
    cold = Settings(hot_water_min=12.0)
    away.shadow.send(cold, now=away.cloud.now, by_hand=True)
    away.shadow.not_sent(cold)
    assert away.shadow.overrides == before


def test_boost_that_ends_in_a_vacation(house: Controller, cloud: HeatPump) -> None:
    """What another override has made hotter comes back, although the vacation leaves the hot water alone."""
    house.begin(VACATION, Settings(preferred_temperature=16.0))
    house.begin("boost", BOOST)
    house.come_to_rest()
    assert cloud.held.hot_water_min == 60
    house.end("boost")
    house.come_to_rest()
    assert cloud.held.hot_water_min == 45


def test_ending_is_idempotent(away: Controller) -> None:
    """To end what is not in force changes nothing."""
    away.end(VACATION)
    ended = away.shadow.overrides
    away.end(VACATION)
    away.end("never begun")
    assert away.shadow.overrides == ended


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "preferred_temperature": st.floats(10, 30),
        "hot_water_min": st.floats(40, 65),
        "control_mode": st.sampled_from(ControlMode),
        "schedule": st.booleans(),
    },
).map(lambda values: Settings(**values))


@given(
    base=VALUES,
    overrides=st.lists(st.tuples(st.sampled_from("abc"), VALUES), max_size=5),
    order=st.permutations("abc"),
)
def test_any_order_ends_at_base(
    base: Settings, overrides: list[tuple[str, Settings]], order: list[str]
) -> None:
    """Overrides begun and ended in any order leave base as it was."""
    state = Overrides(base=base)
    for name, values in overrides:
        state = state.begin(Override(name=name, values=values, began=START), shown=base)
    for name in order:
        state = state.end(name)
    assert state.base == base
    assert not state.in_force
    assert not to_send(state, base, readable=True)
    assert not state.settled(base, set()).tracked


def test_on_disk(away: Controller) -> None:
    """What is read from the disk is what was written."""
    away.set(Settings(preferred_temperature=19.0))
    away.begin("warmer", Settings(), by={Setting.HOT_WATER_MAX: 5.0})
    state = replace(
        away.shadow.overrides,
        tracked={
            **away.shadow.overrides.tracked,
            Setting.HOT_WATER_MIN: Tracked(
                ours=(10.0, 12.0),
                sent=10.0,
                accepted=True,
                accepted_at=START,
                made=((10.0, 12.0),),
                confirmed=True,
            ),
        },
    )
    assert Overrides.from_json(state.to_json()) == state


@pytest.mark.parametrize(
    "damage",
    [
        {"in_force": "nonsense"},
        {"in_force": [{"name": 3}, 7]},
        {"in_force": [{"name": "boost", "began": "yesterday"}]},
        {"tracked": ["nonsense"]},
        {"tracked": {"unknown": {}, "hot_water_min": "nonsense"}},
        {"tracked": {"hot_water_min": {"ours": 3, "made": [[1], "x"], "sent": "x"}}},
        {"was_cold": "maybe"},
    ],
)
def test_damage_takes_nothing_along(away: Controller, damage: dict[str, Any]) -> None:
    """What cannot be read on disk is left out, and the rest is known."""
    read = Overrides.from_json({**away.shadow.overrides.to_json(), **damage})
    assert read.base == AT_HOME
    if "in_force" not in damage:
        assert read.in_force == away.shadow.overrides.in_force
        assert read.tracked.keys() == away.shadow.overrides.tracked.keys()


def test_cold_without_a_base(house: Controller, cloud: HeatPump) -> None:
    """Hot water that a vacation has set cold, and of which nobody knows what it was, is as warm as it has to be."""
    house.read()
    overrides = house.shadow.overrides
    house.shadow.overrides = replace(
        overrides,
        base=overrides.base.without({Setting.HOT_WATER_MIN}),
        tracked={Setting.HOT_WATER_MIN: Tracked(ours=(10.0,), sent=10.0)},
    )
    assert house.shadow.overrides.desired().hot_water_min == 40


def test_another_mode_without_a_clock() -> None:
    """Values that are no numbers are all equally far from each other: the cloud has made it of the one that was sent."""
    tracked = Tracked(ours=(ControlMode.OFF,), sent=ControlMode.OFF)
    assert (
        tracked.verdict(
            ControlMode.AUTO,
            ControlMode.OFF,
            ControlMode.HEATING,
            since_ours=None,
            is_suspected=False,
            is_sent_by_hand=False,
        )
        is Verdict.MADE_OF_OURS
    )


def test_differences_add_up() -> None:
    """What counts from what is beneath adds up in any order, as far as our ranges go; what is absolute is on top of it."""
    base = AT_HOME.overlaid_with(Settings(preferred_temperature=28.0))
    warmer, colder = (
        Override(name=name, by={Setting.PREFERRED_TEMPERATURE: by}, began=START)
        for name, by in (("warmer", 1.5), ("colder", -3.0))
    )
    fixed = Override(
        name="fixed", values=Settings(preferred_temperature=22.0), began=START
    )

    def preferred(*overrides: Override) -> float | None:
        state = Overrides(base=base)
        for each in overrides:
            state = state.begin(each, shown=base)
        return state.desired().preferred_temperature

    assert preferred(warmer) == 29.5
    assert preferred(warmer, colder) == preferred(colder, warmer) == 26.5
    assert preferred(warmer, replace(warmer, name="as well")) == 30
    assert preferred(warmer, fixed) == 22
    assert preferred(fixed, warmer) == 23.5


def test_difference_of_what_is_outside() -> None:
    """What the cloud itself has set outside our ranges is moved no further out; of what is unknown nothing is made."""
    warmer = Override(
        name="warmer",
        by={Setting.PREFERRED_TEMPERATURE: 2.0, Setting.HOT_WATER_MIN: 5.0},
        began=START,
    )
    shown = Settings(preferred_temperature=33.0)
    assert warmer.on_top_of(shown) == shown
    assert Overrides(base=shown).begin(warmer, shown=shown).in_force == (
        warmer.only({Setting.PREFERRED_TEMPERATURE}),
    )


def test_difference_and_a_hand(house: Controller, cloud: HeatPump) -> None:
    """A change by hand takes a difference out of its override; what counts on from base goes along with it."""
    warmer = {Setting.PREFERRED_TEMPERATURE: 1.0, Setting.HOT_WATER_MIN: 3.0}
    house.begin("warmer", Settings(), by=warmer)
    house.come_to_rest()
    assert (cloud.held.preferred_temperature, cloud.held.hot_water_min) == (22, 48)
    house.set(Settings(preferred_temperature=19.0))
    house.come_to_rest()
    (override,) = house.shadow.overrides.in_force
    assert (dict(override.by), set(override.left)) == (
        {Setting.HOT_WATER_MIN: 3.0},
        {Setting.PREFERRED_TEMPERATURE},
    )
    house.end("warmer")
    house.come_to_rest()
    assert (cloud.held.preferred_temperature, cloud.held.hot_water_min) == (19, 45)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_minimum_by_hand_above_the_maximum_beneath(
    cloud: HeatPump, house: Controller, elsewhere: bool
) -> None:
    """A minimum that fits the maximum of an override stays after it; the maximum comes back no lower."""
    house.begin("hot", Settings(hot_water_min=65.0, hot_water_max=65.0))
    house.come_to_rest()
    house.wait(1000)
    change = Settings(hot_water_min=62.0)
    if elsewhere:
        cloud.set(change)
    else:
        house.set(change)
    house.come_to_rest()
    assert cloud.held.hot_water_max == 65
    house.end("hot")
    house.come_to_rest()
    assert cloud.held == replace(AT_HOME, hot_water_min=62.0, hot_water_max=62.0)


def test_only_raise() -> None:
    """What is higher already stays; what is unknown, and what has no height, is set."""
    override = Override(
        name="hot",
        values=Settings(hot_water_min=60.0, hot_water_max=60.0, schedule=True),
        only_raise=True,
        began=START,
    )
    assert override.on_top_of(
        Settings(hot_water_max=70.0, preferred_temperature=21.0)
    ) == Settings(
        hot_water_min=60.0,
        hot_water_max=70.0,
        preferred_temperature=21.0,
        schedule=True,
    )
    assert Override.from_json(override.to_json()) == override


def test_limited_without_a_clock(house: Controller, cloud: HeatPump) -> None:
    """A limit of the cloud's is what it has made of ours, also where that is nearer to what was there before."""
    cloud.has_clock = False
    cloud.rounded = lambda setting, value: (
        min(value, 47.0)
        if setting is Setting.HOT_WATER_MIN and isinstance(value, float)
        else value
    )
    house.begin("bath", Settings(hot_water_min=55.0))
    house.come_to_rest()
    assert cloud.held.hot_water_min == 47
    house.end("bath")
    house.come_to_rest()
    assert cloud.held == AT_HOME
