"""How changes come to the cloud: collected, in order, each caller told of its own."""

from collections.abc import Callable
from itertools import pairwise, permutations
import random
from typing import Any

import pytest

from custom_components.heatpump_steering.api import Settings
from custom_components.heatpump_steering.const import LIST_INTERVAL
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component

from ..house import KEY
from .day import NEW, OLD, POLL, PREFERRED_SETTING, Call, Day
from .wishes import FLEX, MODE, NUMBERS, PV, SWITCHES, TARIFF

type BeginDay = Callable[..., Day]

# A scene that sets every setting, each to another value than the simulator starts with.
SCENE = {
    "preferred_temperature": "22.5",
    "allowed_below": "1.0",
    "allowed_above": "2.0",
    "hot_water_min": "50.0",
    "hot_water_max": "60.0",
    "control_mode": "cooling",
    "optimization": "flex_trading",
    "flex_trading": "on",
    "dynamic_tariff": "off",
    "pv_self_consumption": "off",
    "schedule": "on",
}
SCENE_SETTINGS = {
    **{setting: float(SCENE[key]) for key, setting in NUMBERS.items()},
    **{setting: SCENE[key] == "on" for key, setting in SWITCHES.items()},
    MODE: "cooling",
}
MAX = NUMBERS["hot_water_max"]
MIN = NUMBERS["hot_water_min"]
SCHEDULE = SWITCHES["schedule"]

WARM_LIMIT = {PREFERRED_SETTING: (15.0, 25.0)}
TOO_WARM = 28.0


def apply_scene(day: Day, *targets: str, **more: Any) -> Call:
    """Apply a scene to heat pumps, by Home Assistant's own action; `more` are further entities of each."""
    day.wait_for(async_setup_component(day.hass, "scene", {}))
    entities = {
        day.house.entity_id(key, target): state
        for target in targets
        for key, state in (SCENE | more).items()
    }
    return day.begin("scene.apply", {"entities": entities})


# Collecting


def test_scene_is_one_request(day: Day) -> None:
    """A scene that sets every setting of a heat pump is one request, with all of them."""
    scene = day.done(apply_scene(day, "hp-1"))

    assert scene.key is None
    assert day.sent() == [SCENE_SETTINGS]
    assert {key: day.shows(key) for key in SCENE} == SCENE


def test_scene_with_a_thermostat_is_two_requests(day: Day) -> None:
    """Home Assistant sets a thermostat's mode, waits for that, and sets its temperature."""
    thermostat = {"state": "cool", "temperature": 22.5}
    scene = day.done(apply_scene(day, "hp-1", climate=thermostat))

    assert scene.key is None
    assert day.sent() == [SCENE_SETTINGS, {PREFERRED_SETTING: 22.5}]


def test_scene_for_five_heat_pumps_goes_side_by_side(begin_day: BeginDay) -> None:
    """Five heat pumps are five requests, all on their way at the same time."""
    targets = [f"hp-{number}" for number in range(5)]
    day = begin_day(*targets)
    day.cloud.weather.add(method="PATCH", hold="before")
    scene = apply_scene(day, *targets)
    day.until(lambda: day.cloud.weather.held == 5)
    assert len(day.cloud.journal.in_flight()) == 5
    day.release()

    assert day.done(scene).key is None
    assert sorted(day.targets_sent()) == targets
    assert day.sent() == [SCENE_SETTINGS] * 5


def test_one_action_with_many_entities_is_one_request(day: Day) -> None:
    """Entities of one action go together."""
    switches = [(key, "hp-1") for key in SWITCHES if key != "flex_trading"]

    assert day.done(day.call("switch.turn_off", switches)).key is None

    assert day.sent() == [{TARIFF: False, PV: False, SCHEDULE: False}]


@pytest.mark.parametrize(
    ("gaps", "requests"),
    [
        pytest.param([0.001] * 5, 1, id="in-the-same-turns"),
        pytest.param([0.05] * 5, 6, id="one-at-a-time"),
    ],
)
def test_collecting(day: Day, gaps: list[float], requests: int) -> None:
    """Changes of different settings go together that come in the same turns of the event loop; no other one waits."""
    keys = [*NUMBERS, *SWITCHES]
    for index, gap in enumerate([0.0, *gaps]):
        day.wait(gap, step=0.01)
        if (key := keys[index % len(keys)]) in NUMBERS:
            day.set(45 if "water" in key else 5 if "allowed" in key else 22, key)
        else:
            day.act("switch.turn_off", key)
    day.finish()

    assert [call.key for call in day.calls] == [None] * len(day.calls)
    assert len(day.sent()) == requests
    assert max(entry.in_flight for entry in day.requests()) == 0


def test_steps_of_a_script(day: Day) -> None:
    """Five steps, each of which waits for the one before, take five round trips and no half second more."""
    round_trip, values = 0.05, (22.0, 1.0, 2.0, 50.0, 60.0)
    steps = [
        {
            "action": "number.set_value",
            "target": {"entity_id": day.house.entity_id(key)},
            "data": {"value": value},
        }
        for key, value in zip(NUMBERS, values, strict=True)
    ]
    script = {"script": {"evening": {"sequence": steps}}}
    day.wait_for(async_setup_component(day.hass, "script", script))
    day.cloud.weather.add(method="PATCH", latency=round_trip)
    call = day.begin("script.evening", {})

    def run() -> None:
        while not call.done:
            day.wait(0.005, step=0.005)

    assert day.took(run) < 5 * round_trip + 0.25
    assert call.key is None
    assert day.sent() == [
        {setting: value}
        for setting, value in zip(NUMBERS.values(), values, strict=True)
    ]
    assert {entry.in_flight for entry in day.requests()} == {0}


# The slider


@pytest.mark.parametrize("latency", [(0.0, 0.0), (0.05, 0.4), (0.5, 2.0)])
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_slider(day: Day, latency: tuple[float, float], seed: int | None) -> None:
    """Thirty values in three seconds are at most eight requests, and no older value wins or is shown again."""
    dice = random.Random(seed)  # noqa: S311 - dice that fall the same way each time
    gaps = [dice.uniform(0.07, 0.15) if seed else 0.1 for _ in range(30)]
    gaps = [gap * 3.0 / sum(gaps) for gap in gaps]
    day.cloud.weather.seed(seed or 0)
    day.cloud.weather.add(method="PATCH", latency=latency)
    day.cloud.behaviour.read_lag_reads = 1
    seen = day.look_at()
    values = [15.0 + index / 2 for index in range(30)]

    for value, gap in zip(values, gaps, strict=True):
        day.set(value)
        day.wait(gap, step=0.01)
    day.finish()
    day.wait(30)

    assert {call.key for call in day.calls} == {None}
    assert day.held() == values[-1]
    assert day.shows() == str(values[-1])
    assert len(day.sent()) <= 8
    assert day.values_sent() == sorted(set(day.values_sent()))
    assert {entry.in_flight for entry in day.requests()} == {0}
    assert [float(state) for state in seen.changes] == day.values_sent()


def test_slider_shows_what_is_accepted(day: Day) -> None:
    """During a drag the entity follows what the cloud has accepted, never what was only wished for."""
    day.cloud.weather.add(method="PATCH", latency=(0.05, 0.9))
    for index in range(60):
        if index % 2 == 0:
            day.set(15.0 + index / 4)
        day.wait(0.05, step=0.05)
        accepted = [
            leaves
            for entry, leaves in zip(day.requests(), day.sent(), strict=True)
            if entry.status == 204
        ]
        assert day.shows() == (
            str(accepted[-1][PREFERRED_SETTING]) if accepted else OLD
        )
    day.finish()


# Order


@pytest.mark.parametrize("order", permutations(["hp-1", "home", "hp-2"]))
def test_order_of_home_and_heat_pumps(day_of_two: Day, order: tuple[str, ...]) -> None:
    """Changes to the home and to heat pumps arrive in the order in which they were made, one after the other."""
    day = day_of_two
    day.cloud.weather.add(method="PATCH", latency=1.0)
    for index, target in enumerate(order):
        day.set(22.0 + index, target=target)
        day.wait(0.01, step=0.01)
    day.finish()

    assert {call.key for call in day.calls} == {None}
    if order[1] == "home":
        assert day.targets_sent() == list(order)
    else:
        # Heat pumps among themselves go side by side.
        assert day.targets_sent().index("home") == order.index("home")
    home = day.targets_sent().index("home")
    requests = day.requests()
    for one, other in [(0, 1), (1, 2)]:
        if home in (one, other):
            answered = requests[one].answered_monotonic
            assert answered is not None
            assert answered <= requests[other].received_monotonic
    last = {
        target: 22.0 + max(order.index(target), order.index("home"))
        for target in ("hp-1", "hp-2")
    }
    assert {target: day.held(target=target) for target in last} == last
    assert {target: float(day.shows(target=target)) for target in last} == last


def test_company_does_not_overtake(day_of_two: Day) -> None:
    """A change does not join an earlier one if something came in between that has to stay in between."""
    day = day_of_two
    day.set(22.0)
    day.set(23.0, target="home")
    day.set(24.0)
    day.finish()

    assert day.targets_sent() == ["hp-1", "home", "hp-1"]
    assert day.values_sent() == [22.0, 23.0, 24.0]
    assert day.shows() == "24.0"
    assert day.shows(target="hp-2") == "23.0"


def test_one_in_flight(day_of_two: Day) -> None:
    """What arrives while a request is in flight goes in the next one, merged; other heat pumps do not wait."""
    day = day_of_two
    day.cloud.weather.add(method="PATCH", device_id="hp-1", hold="before", times=1)
    first = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    later = [day.set(23.0), day.set(60, "hot_water_max")]
    day.wait(2.0)
    later.append(day.set(24.0))
    other = day.done(day.set(25.0, target="hp-2"))
    day.wait(5.0)

    assert other.key is None
    assert day.targets_sent() == ["hp-1", "hp-2"]
    assert not any(call.done for call in [first, *later])
    day.release()
    day.finish()

    assert {call.key for call in day.calls} == {None}
    assert day.sent()[2:] == [{PREFERRED_SETTING: 24.0, MAX: 60.0}]
    assert {entry.in_flight for entry in day.requests()} == {0}


# How values stand to each other


@pytest.mark.parametrize("first", ["hot_water_min", "hot_water_max"])
@pytest.mark.parametrize("pair", [(60.0, 65.0), (40.0, 42.0)])
@pytest.mark.parametrize("target", ["hp-1", "home"])
def test_hot_water_pair(
    day_of_two: Day, first: str, pair: tuple[float, float], target: str
) -> None:
    """Both limits may be moved past each other's old value, in either order."""
    day = day_of_two
    wishes = dict(zip(("hot_water_min", "hot_water_max"), pair, strict=True))
    second = next(key for key in wishes if key != first)
    day.set(wishes[first], first, target)
    day.wait(0.001, step=0.001)
    day.set(wishes[second], second, target)
    day.finish()

    assert {call.key for call in day.calls} == {None}
    assert day.sent() == [{MIN: pair[0], MAX: pair[1]}]


@pytest.mark.parametrize(
    ("wishes", "guilty", "text"),
    [
        pytest.param(
            [("hot_water_min", 60.0), ("preferred_temperature", 22.0)],
            0,
            "at least 60 °C and at most 55 °C",
            id="beside-another-setting",
        ),
        pytest.param(
            [("hot_water_max", 60.0), ("hot_water_min", 62.0)],
            1,
            "at least 62 °C and at most 60 °C",
            id="the-later-one",
        ),
        pytest.param(
            [("hot_water_min", 60.0), ("hot_water_max", 50.0)],
            0,
            "at least 60 °C and at most 50 °C",
            id="the-one-that-is-wrong-on-its-own",
        ),
        pytest.param(
            [("hot_water_min", 50.0), ("hot_water_min", 60.0)],
            1,
            "at least 60 °C and at most 55 °C",
            id="the-earlier-wish-survives",
        ),
    ],
)
def test_hot_water_limits_the_wrong_way_round(
    day: Day, wishes: list[tuple[str, float]], guilty: int, text: str
) -> None:
    """Only the caller at fault is told, with the value in the way; the rest goes, as one request."""
    calls = [day.set(value, key) for key, value in wishes]
    day.finish()

    for index, (call, (key, value)) in enumerate(zip(calls, wishes, strict=True)):
        if index == guilty:
            assert call.key == "hot_water_order"
            assert text in call.text
            assert isinstance(call.error, ServiceValidationError)
        else:
            assert call.key is None
            assert day.shows(key) == str(value)
    assert len(day.sent()) == 1


# Refusals


def refuse(day: Day, loc: list[str], times: int = 1) -> None:
    """Let the cloud refuse the next change, in these words."""
    day.cloud.weather.add(
        method="PATCH",
        status=422,
        times=times,
        body={"detail": [{"loc": loc, "msg": "not with this pump", "type": "x"}]},
    )


def test_refused_by_its_place(day: Day) -> None:
    """The cloud names the setting: its caller gets the cloud's words, the others go together again."""
    day.cloud.behaviour.validation_limits = WARM_LIMIT
    guilty = day.set(TOO_WARM)
    others = [day.set(60, "hot_water_max"), day.act("switch.turn_on", "schedule")]
    seen = day.look_at()
    day.finish()

    assert guilty.key == "refused"
    assert "less than or equal to 25" in guilty.text
    assert isinstance(guilty.error, ServiceValidationError)
    assert [call.key for call in others] == [None, None]
    assert day.sent() == [
        {PREFERRED_SETTING: TOO_WARM, MAX: 60.0, SCHEDULE: True},
        {MAX: 60.0, SCHEDULE: True},
    ]
    assert set(seen.states) == {OLD}
    assert day.shows("hot_water_max") == "60.0"


def test_each_guilty_caller_gets_its_own_words(day: Day) -> None:
    """Of several refusals every caller reads the one about its own setting."""
    day.cloud.behaviour.validation_limits = {**WARM_LIMIT, MAX: (None, 58.0)}
    warm, water, fine = (
        day.set(TOO_WARM),
        day.set(70, "hot_water_max"),
        day.act("switch.turn_on", "schedule"),
    )
    day.finish()

    assert (warm.key, water.key, fine.key) == ("refused", "refused", None)
    assert "equal to 25" in warm.text
    assert "equal to 58" not in warm.text
    assert "equal to 58" in water.text
    assert "equal to 25" not in water.text
    assert day.sent()[1:] == [{SCHEDULE: True}]


@pytest.mark.parametrize("loc", [["body", "dhw"], ["dhw"], ["body", "dhw", "?"]])
def test_refused_by_its_group(day: Day, loc: list[str]) -> None:
    """Where only one wish belongs to the group that the cloud names, it is that one, however vague the rest."""
    refuse(day, loc)
    guilty, fine = day.set(60, "hot_water_max"), day.set(22.0)
    day.finish()

    assert fine.key is None
    if loc[-1] == "?":
        # No setting is called so: each goes alone, and the cloud takes them.
        assert guilty.key is None
        return
    assert guilty.key == "refused"
    assert "not with this pump" in guilty.text
    assert day.sent()[1:] == [{PREFERRED_SETTING: 22.0}]


@pytest.mark.parametrize(
    "vague", ["everywhere", "a-group-of-two", "no-json", "no-words"]
)
def test_refused_without_telling_which(day: Day, vague: str) -> None:
    """Where the cloud does not tell which of several it means, they go one by one, in order."""
    day.cloud.behaviour.validation_limits = WARM_LIMIT
    day.cloud.behaviour.vague_errors = True
    match vague:
        case "a-group-of-two":
            refuse(day, ["body", "room"])
        case "no-json":
            day.cloud.weather.add(status=400, body="<h1>Bad Request</h1>", times=1)
        case "no-words":
            day.cloud.weather.add(status=409, body={"detail": [{}]}, times=1)
    first, guilty, last = (
        day.act("switch.turn_on", "schedule"),
        day.set(TOO_WARM),
        day.set(2.5, "allowed_above"),
    )
    day.finish()

    assert (first.key, guilty.key, last.key) == (None, "refused", None)
    assert "equal to 25" in guilty.text
    above = {NUMBERS["allowed_above"]: 2.5}
    assert day.sent() == [
        {SCHEDULE: True, PREFERRED_SETTING: TOO_WARM, **above},
        {SCHEDULE: True},
        {PREFERRED_SETTING: TOO_WARM},
        above,
    ]


@pytest.mark.parametrize("vague", [False, True])
def test_earlier_wish_survives_a_refused_later_one(day: Day, vague: bool) -> None:
    """Of two wishes for one setting the later wins; if it is refused, the earlier one holds."""
    day.cloud.behaviour.validation_limits = WARM_LIMIT
    day.cloud.behaviour.vague_errors = vague
    earlier, later = day.set(22.0), day.set(TOO_WARM)
    day.finish()

    assert (earlier.key, later.key) == (None, "refused")
    assert day.held() == 22.0
    assert day.shows() == NEW


@pytest.mark.parametrize("vague", [False, True])
def test_wish_is_atomic(day: Day, vague: bool) -> None:
    """Of a wish for several settings either all are on the cloud, or none."""
    day.cloud.behaviour.validation_limits = WARM_LIMIT
    day.cloud.behaviour.vague_errors = vague
    whole = day.update(preferred_temperature=TOO_WARM, schedule=True)
    other = day.set(60, "hot_water_max")
    day.finish()

    assert (whole.key, other.key) == ("refused", None)
    assert day.held(SCHEDULE) is False
    assert day.shows("schedule") == "off"
    assert day.held(MAX) == 60


@pytest.mark.parametrize("part", ["user_id", "device_id"])
def test_refusal_of_an_id_is_everybodys(day: Day, part: str) -> None:
    """Where the cloud does not like whom a change is for, there is nothing to take apart."""
    refuse(day, ["body", part])
    calls = [day.set(22.0), day.set(60, "hot_water_max")]
    day.finish()

    assert [call.key for call in calls] == ["refused", "refused"]
    assert len(day.sent()) == 1


@pytest.mark.parametrize(
    ("action", "key", "data", "truth"),
    [
        ("number.set_value", "preferred_temperature", {"value": 28}, OLD),
        ("climate.set_temperature", "climate", {"temperature": 28}, "heat"),
        ("climate.set_hvac_mode", "climate", {"hvac_mode": "off"}, "heat"),
        ("select.select_option", "control_mode", {"option": "auto"}, "heating"),
        ("switch.turn_on", "flex_trading", {}, "off"),
    ],
)
def test_refused_control_shows_the_truth_at_once(
    day: Day, action: str, key: str, data: dict[str, Any], truth: str
) -> None:
    """The frontend keeps a refused value until a state is written: so it is, the same one anew."""
    refuse(day, ["body"])
    seen = day.look_at(key)
    call = day.act(action, key, **data)

    assert day.done(call).key == "refused"
    assert seen.states == [truth]


def test_control_that_is_refused_twice(day: Day) -> None:
    """A control looks otherwise for long enough after the last refusal, however many there were before."""
    refuse(day, ["body"])
    day.cloud.weather.add(method="PATCH", status=422, latency=0.2)
    day.set(27.0)
    day.set(28.0)
    day.finish()

    def mode() -> str:
        found: str = day.house.state("preferred_temperature").attributes["mode"]
        return found

    assert [call.key for call in day.calls] == ["refused", "refused"]
    day.wait(0.2, step=0.05)
    assert mode() == "slider"
    day.wait(0.2, step=0.05)
    assert mode() == "box"


# Callers who leave


@pytest.mark.parametrize("moment", ["collecting", "in flight", "waiting"])
def test_cancelled_caller(day: Day, moment: str) -> None:
    """A caller that leaves takes nothing back: the change is sent once, and the others get their outcome."""
    if moment != "collecting":
        day.cloud.weather.add(method="PATCH", hold="before", times=1)
    if moment == "waiting":
        day.act("switch.turn_on", "schedule")
        day.until(lambda: day.cloud.weather.held == 1)
    leaver, stayer = day.set(22.0), day.set(60, "hot_water_max")
    if moment == "in flight":
        day.until(lambda: day.cloud.weather.held == 1)
    day.run(day.settle())
    leaver.task.cancel()
    day.wait(1.0)
    day.release()
    day.finish()

    assert leaver.task.cancelled()
    assert stayer.key is None
    assert day.values_sent() == [22.0]
    assert day.values_sent(MAX) == [60.0]
    assert day.shows() == NEW


# Never before the answer, never twice


@pytest.mark.parametrize("hold", ["before", "after"])
def test_never_shown_before_the_answer(day: Day, hold: str) -> None:
    """What is shown is what the cloud has said yes to, even if it did so a while ago."""
    day.cloud.weather.add(method="PATCH", hold=hold)
    seen = day.look_at()
    call = day.set(22.0)
    day.wait(5.0)

    assert day.held() == (22 if hold == "after" else 21)
    assert (day.shows(), day.status()) == (OLD, "confirmed")
    assert not call.done
    day.release()
    assert call.done
    assert day.shows() == NEW
    assert seen.states == [NEW]


def test_nothing_is_sent_twice(day_of_two: Day) -> None:
    """In fair weather every change is one request, and hours later it is still one."""
    day = day_of_two
    day.set(22.0)
    day.finish()
    day.set(22.0)
    day.finish()
    day.set(23.0, target="home")
    day.finish()
    day.wait(2 * 3600, step=20)

    # The second 22 is sent though 22 is shown: what is shown may be stale.
    assert day.targets_sent() == ["hp-1", "hp-1", "home"]


# Failure that passes


def gaps(day: Day) -> list[float]:
    """Return the seconds between the answer to a request and the next one."""
    return [
        after.received_monotonic - (before.answered_monotonic or 0)
        for before, after in pairwise(day.requests())
    ]


def test_backoff(day: Day) -> None:
    """Pauses grow, with a random part, and end with the deadline; then there is a translated error."""
    day.cloud.weather.add(method="PATCH", status=503)
    call = day.set(22.0)

    assert day.took(lambda: day.finish(call)) <= 30.2
    assert call.key == "unavailable"
    assert "503" in call.text
    pauses = gaps(day)
    assert len(pauses) >= 5
    for pause, least in zip(pauses, [0.5, 1, 2, 4, 8, 8, 8], strict=False):
        # The clock of these tests moves on in steps of up to a second.
        assert least - 0.01 <= pause <= least * 1.5 + 1.0


def test_backoff_is_not_in_step(day: Day) -> None:
    """Houses that meet the same trouble at the same time do not come back at the same time."""
    pauses = set()
    for seed in range(4):
        random.seed(seed)
        day.cloud.journal.clear()
        day.cloud.weather.add(method="PATCH", status=503, times=1)
        day.finish(day.set(22.0))
        pauses.add(round(gaps(day)[0], 2))
    assert len(pauses) > 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("date", [False, True])
@pytest.mark.parametrize("offset", [0.0, -7200.0])
def test_retry_after(day: Day, status: int, date: bool, offset: float) -> None:
    """A wait that the cloud asks for is kept, in seconds or as a date by its own clock."""
    day.cloud.behaviour.clock_offset = offset
    wanted = {"retry_after_date" if date else "retry_after": 7.0}
    day.cloud.weather.add(method="PATCH", status=status, times=1, **wanted)

    assert day.done(day.set(22.0)).key is None
    # A date has whole seconds, and the clock of these tests moves on in steps.
    assert 6.0 <= gaps(day)[0] <= 8.5


@pytest.mark.parametrize(
    ("status", "key"), [(429, "too_many_requests"), (503, "unavailable")]
)
def test_retry_after_beyond_the_deadline(day: Day, status: int, key: str) -> None:
    """To wait longer than the deadline is no use: the person is told at once."""
    day.cloud.weather.add(method="PATCH", status=status, retry_after=31)
    call = day.set(22.0)

    assert day.took(lambda: day.finish(call)) < 1
    assert call.key == key
    assert len(day.requests()) == 1


@pytest.mark.parametrize("at_the_end", ["reads", "no reads"])
@pytest.mark.parametrize(
    "effect", [{"status": 504, "apply": True}, {"hang": "after"}, {"drop": "after"}]
)
def test_unknown_outcome(day: Day, effect: dict[str, Any], at_the_end: str) -> None:
    """Whether a change of unknown outcome is there is found out by a read; if nobody can tell, it is not."""
    lines = day.read_logbook()
    day.cloud.weather.add(method="PATCH", **effect)
    if at_the_end == "no reads":
        day.cloud.weather.add(method="GET", status=503)
    call = day.set(22.0)

    assert day.took(lambda: day.finish(call)) <= 42
    assert len(day.reads()) == 1
    if at_the_end == "reads":
        assert call.key is None
        assert (day.shows(), day.status()) == (NEW, "confirmed")
    else:
        assert call.key == "unavailable"
        assert day.shows() == OLD
        day.cloud.weather.clear()
        day.poll()
        day.wait(1)
    assert day.shows() == NEW
    assert lines == []


@pytest.mark.parametrize(
    "effect", [{"status": 504}, {"hang": "before"}, {"garbage": "html"}]
)
def test_unknown_outcome_that_is_not_there(day: Day, effect: dict[str, Any]) -> None:
    """What a read does not show was not made."""
    day.cloud.weather.add(method="PATCH", **effect)
    call = day.done(day.set(22.0))

    assert call.key == ("not_understandable" if "garbage" in effect else "unavailable")
    assert "may not have been made" in call.text
    assert day.shows() == OLD
    assert len(day.reads()) == 1


def test_unknown_outcome_at_a_heat_pump_that_goes_away(day_of_two: Day) -> None:
    """A heat pump that turns out to be gone, while nobody knows what became of its change, does not confirm it."""
    day = day_of_two
    day.poll()
    day.cloud.cloud.hide("hp-2")
    day.poll()
    day.poll()
    day.wait(POLL - 15)
    assert day.shows(target="hp-2") == OLD
    day.cloud.weather.add(method="PATCH", status=503)
    call = day.done(day.set(22.0, target="hp-2"))

    assert day.shows(target="hp-2") == STATE_UNAVAILABLE
    assert call.key == "unavailable"


def test_unknown_outcome_at_a_heat_pump_that_is_not_read(day_of_two: Day) -> None:
    """What was shown of a heat pump before it went out of sight does not confirm a change to that very value."""
    day = day_of_two
    day.change_elsewhere(19, "hp-2")
    day.cloud.cloud.hide("hp-2")
    day.cloud.weather.add(method="PATCH", status=503)

    assert day.shows(target="hp-2") == OLD
    assert day.done(day.set(21.0, target="hp-2")).key == "unavailable"
    assert day.held(target="hp-2") == 19


def test_unknown_outcome_at_a_home_of_which_nothing_is_read(day: Day) -> None:
    """Where the list calls nothing a heat pump any more, there is none that could confirm a change."""
    day.cloud.cloud.update_heat_pump("hp-1", {"device_type": "battery"})
    day.wait(LIST_INTERVAL.total_seconds() + POLL, step=60.0)
    assert day.shows() == STATE_UNAVAILABLE
    day.cloud.weather.add(method="PATCH", status=503)

    assert day.done(day.update("home", preferred_temperature=22.0)).key == "unavailable"
    assert day.held() == 21


def test_certain_failure_needs_no_read(day: Day) -> None:
    """Where the change has certainly not arrived, nothing is read."""
    day.cloud.weather.add(method="PATCH", status=429, retry_after=60)

    assert day.done(day.set(22.0)).key == "too_many_requests"
    assert day.reads() == []


def test_ambiguous_and_then_certain(day: Day) -> None:
    """A repeat that certainly failed does not make the first try forgotten: it was us, and it was made."""
    lines = day.read_logbook()
    day.cloud.weather.add(method="PATCH", status=504, apply=True, times=1)
    day.cloud.weather.add(method="PATCH", status=429, retry_after=60)

    assert day.done(day.set(22.0)).key is None
    assert day.shows() == NEW
    assert lines == []


AGAINST_A_REPEAT = {
    403: "the API key was not accepted",
    404: "this home or heat pump was not known",
    409: "a change is under way",
    429: "too many requests right now. Try again in a few minutes",
}


@pytest.mark.parametrize("status", AGAINST_A_REPEAT)
@pytest.mark.parametrize("applied", [True, False])
def test_repeat_of_unknown_outcome_that_fails(
    day: Day, status: int, applied: bool
) -> None:
    """After a lost answer nobody is told that nothing was changed: a read knows, or it may not have been made."""
    day.cloud.weather.add(method="PATCH", status=502, apply=applied, times=1)
    day.cloud.weather.add(
        method="PATCH",
        status=status,
        retry_after=60,
        body={"detail": "a change is under way."},
    )
    call = day.done(day.set(22.0))

    if applied:
        assert call.key is None
        assert day.shows() == NEW
    else:
        assert call.key == "uncertain"
        assert "may not have been made" in call.text
        assert call.text.endswith(AGAINST_A_REPEAT[status])
        assert not isinstance(call.error, ServiceValidationError)
        assert day.shows() == OLD
    assert day.asks_for_key() == (1 if status == 403 else 0)
    assert len(day.reads()) == 1


def test_refused_repeat_takes_no_neighbours_down(day: Day) -> None:
    """Also after a lost answer only the caller at fault is told, in the cloud's words; the others go again."""
    day.cloud.behaviour.validation_limits = WARM_LIMIT
    day.cloud.weather.add(method="PATCH", status=502, times=1)
    wrong, fine = day.set(TOO_WARM), day.set(60, "hot_water_max")
    day.finish()

    assert (wrong.key, fine.key) == ("uncertain", None)
    assert "less than or equal to 25" in wrong.text
    assert (day.shows(), day.shows("hot_water_max")) == (OLD, "60.0")


@pytest.mark.parametrize("applied", [True, False])
def test_vacation_that_ends_between_two_attempts(day: Day, applied: bool) -> None:
    """Cold hot water whose answer was lost is not sent again after the vacation; and whatever became of it ends."""
    day.done(day.act("climate.set_preset_mode", "climate", preset_mode="away"))
    day.cloud.weather.add(
        method="PATCH", status=502, apply=applied, retry_after=20, times=1
    )
    cold = day.set(10.0, "hot_water_min")
    day.until(lambda: 10.0 in day.values_sent(MIN))
    home = day.act("climate.set_preset_mode", "climate", preset_mode="none")
    day.finish()

    assert day.values_sent(MIN).count(10.0) == 1
    assert home.key is None
    if applied:
        assert cold.key is None
    else:
        assert cold.key == "uncertain"
        assert "may not have been made" in cold.text
        assert "can only be below 40 °C during a vacation" in cold.text
    assert (day.held(MIN), day.shows("hot_water_min")) == (45.0, "45.0")


def test_unexpected_error(day: Day) -> None:
    """What nobody has thought of is told as what it is: unknown; and the log says where it was."""
    day.entry.runtime_data.home._client._session.detach()
    calls = [day.set(22.0), day.set(60, "hot_water_max")]
    day.finish()

    assert [call.key for call in calls] == ["uncertain", "uncertain"]
    assert "may not have been made" in calls[0].text
    assert "see the log" in calls[0].text
    (line,) = day.log_lines("ERROR")
    assert line.startswith("Unexpected RuntimeError while a change was sent")
    assert "patch_settings" in line
    assert day.shows() == OLD


def test_odd_answers(day: Day) -> None:
    """A wait until the end of all time, and an encoding that is none, are answers all the same."""
    day.cloud.weather.add(
        method="PATCH",
        status=503,
        headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 -1200"},
        times=1,
    )
    day.cloud.weather.add(
        method="PATCH",
        status=503,
        body="{}",
        content_type="application/json; charset=hex",
        times=1,
    )
    day.cloud.weather.add(
        headers={"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}, method="PATCH"
    )

    assert day.done(day.set(22.0)).key is None
    assert len(day.sent()) == 3
    day.wait(5)
    assert (day.shows(), day.status()) == (NEW, "confirmed")


@pytest.mark.parametrize("status", [401, 403])
def test_bad_key(day: Day, status: int) -> None:
    """A key that is refused on a write starts one request for a new one, however many callers there are."""
    day.cloud.behaviour.bad_key_status = status
    day.cloud.cloud.revoke_key(KEY)
    calls = [day.set(22.0), day.set(60, "hot_water_max")]
    day.finish()

    assert [call.key for call in calls] == ["bad_key", "bad_key"]
    assert day.asks_for_key() == 1
    assert len(day.requests()) == 1
    assert day.shows() == OLD


# Ends


def end(day: Day, how: str) -> None:
    """Unload, reload, or stop Home Assistant and start it anew."""
    match how:
        case "unload":
            entries = day.hass.config_entries
            day.wait_for(entries.async_unload(day.entry.entry_id))
        case "reload":
            day.run(day.reload())
        case "reauth":
            form = day.wait_for(day.house.open_form(SOURCE_REAUTH))
            day.wait_for(day.house.submit(form, api_key=KEY))
        case "restart":
            day.run(day.restart())


ENDS = pytest.mark.parametrize("how", ["unload", "reload", "reauth", "restart"])


@ENDS
def test_end_sends_what_is_waiting(day_of_two: Day, how: str) -> None:
    """What is still being collected goes out at once, in order, and its callers are told."""
    day = day_of_two
    day.cloud.weather.add(method="PATCH", latency=1.0)
    calls = [day.set(22.0), day.set(23.0, target="home"), day.set(24.0)]
    day.run(day.settle())
    assert 24.0 not in day.values_sent()

    assert day.took(lambda: end(day, how)) < 5
    assert [call.key for call in calls] == [None, None, None]
    assert day.values_sent() == [22.0, 23.0, 24.0]


@ENDS
@pytest.mark.parametrize("applied", [False, True])
def test_end_takes_a_bounded_time(day: Day, how: str, applied: bool) -> None:
    """What cannot be brought to an end in time is given up, and its callers are told that."""
    day.cloud.weather.add(
        method="PATCH", hold="after" if applied else "before", times=1
    )
    on_its_way = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    behind = day.set(60, "hot_water_max")
    day.run(day.settle())

    assert 9 < day.took(lambda: end(day, how)) < 15
    assert [call.key for call in (on_its_way, behind)] == ["stopped", "stopped"]
    assert "may not have been made" in on_its_way.text
    day.cloud.weather.clear()
    if applied:
        day.release()
    day.wait(60)
    assert day.values_sent() == [22.0]
    assert day.values_sent(MAX) == []
    if how == "unload":
        assert day.shows() == STATE_UNAVAILABLE
    else:
        # Whatever became of it: after the start the entity shows it.
        assert day.entry.state is ConfigEntryState.LOADED
        assert day.shows() == str(float(day.held())) == (NEW if applied else OLD)


@ENDS
def test_end_waits_for_what_is_in_flight(day: Day, how: str) -> None:
    """An answer that comes soon enough counts."""
    day.cloud.weather.add(method="PATCH", latency=4.0, times=1)
    call = day.set(22.0)
    day.until(lambda: len(day.requests()) == 1)

    assert day.took(lambda: end(day, how)) < 8
    assert call.key is None
    assert day.held() == 22


def test_end_during_a_repeat(day: Day) -> None:
    """A pause between two tries does not hold an end up for longer than it may take."""
    day.cloud.weather.add(method="PATCH", status=503)
    call = day.set(22.0)
    day.wait(8)

    assert day.took(lambda: end(day, "unload")) < 12
    assert call.key == "stopped"
    sent = len(day.requests())
    day.wait(60)
    assert len(day.requests()) == sent


def test_contradiction_is_refused_before_it_is_sent(day: Day) -> None:
    """One wish for flex trading and for what it excludes is nobody's but its caller's fault."""
    wrong = day.update(flex_trading=True, dynamic_tariff=True)
    fine = day.set(22.0)
    day.finish()

    assert (wrong.key, fine.key) == ("flex_trading_excludes", None)
    assert day.sent() == [{PREFERRED_SETTING: 22.0}]
    assert FLEX not in day.sent()[0]


def test_two_limits_that_are_both_wrong(day: Day) -> None:
    """Where each of two wishes breaks the rule on its own, both callers are told."""
    day.set(60.0, "hot_water_min")
    day.set(62.0, "hot_water_min")
    day.finish()

    assert [call.key for call in day.calls] == ["hot_water_order"] * 2
    assert day.sent() == []


def test_unknown_outcome_that_nobody_can_settle(begin_day: Callable[..., Day]) -> None:
    """Where nothing can be read, a change whose answer was lost ends with an error."""
    day = begin_day("hp-1", write_only=True)
    day.cloud.weather.add(method="PATCH", status=504, apply=True)
    call = day.done(day.set(22.0, target="home"))

    assert call.key == "unavailable"
    assert day.shows(target="home") == "unknown"


def test_deadline_that_passes_while_nothing_runs(day: Day) -> None:
    """A machine that slept through the deadline does not try once more."""
    day.cloud.weather.add(method="PATCH", status=503)
    call = day.set(22.0)
    day.until(lambda: len(day.requests()) == 1)
    day.wait(60.0, step=60.0)
    day.finish()

    assert call.key == "unavailable"
    assert len(day.requests()) == 1


def test_change_while_the_house_is_closed(day: Day) -> None:
    """What comes while the last changes are being sent is told so, or finds nothing that it could change any more."""
    day.cloud.weather.add(method="PATCH", hold="before", times=1)
    first = day.set(22.0)
    day.until(lambda: day.cloud.weather.held == 1)
    change = day.entry.runtime_data.async_change
    reloading = day.loop.create_task(day.reload())
    day.wait(1.0)
    assert day.shows() == STATE_UNAVAILABLE
    assert day.done(day.update(preferred_temperature=23.0)).key == "entry_not_loaded"
    # An action of an entity that had begun before it was taken away.
    late = Call(day.loop.create_task(change("hp-1", Settings(hot_water_max=60.0))))
    assert day.done(late).key == "stopped"

    day.release()
    day.until(reloading.done)
    day.finish()
    assert first.key is None
    assert day.sent() == [{PREFERRED_SETTING: 22.0}]
    assert day.shows() == NEW
