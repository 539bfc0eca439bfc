"""What is kept of a home: written and read again it is the same."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
import json
from typing import Any

from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy

from custom_components.heatpump_steering.api import ControlMode, Setting, Settings
from custom_components.heatpump_steering.model.identity import Question
from custom_components.heatpump_steering.model.override import VACATION, Override
from custom_components.heatpump_steering.model.overrides import Overrides
from custom_components.heatpump_steering.model.schedule import Plan
from custom_components.heatpump_steering.model.tracked import Tracked
from custom_components.heatpump_steering.sync.record import HomeRecord, TargetRecord

NUMBERS = st.floats(-50, 100)
VALUES: Mapping[type, SearchStrategy[Any]] = {
    float: NUMBERS,
    bool: st.booleans(),
    ControlMode: st.sampled_from(ControlMode),
    str: st.text(min_size=1),
}
KIND = {
    **dict.fromkeys(Setting, float),
    Setting.SCHEDULE: bool,
    Setting.CONTROL_MODE: ControlMode,
    Setting.FLEX_TRADING: bool,
    Setting.DYNAMIC_TARIFF: bool,
    Setting.PV_SELF_CONSUMPTION: bool,
    Setting.COUNTRY: str,
    Setting.POSTAL_CODE: str,
}
SETTINGS = st.builds(
    Settings.of,
    st.fixed_dictionaries({}, optional={it: VALUES[KIND[it]] for it in Setting}),
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-3.5))])
TIMES = st.datetimes(
    datetime.fromisoformat("2000-01-01"),
    datetime.fromisoformat("2199-01-01"),
    timezones=ZONES,
)


def tracked(setting: Setting) -> SearchStrategy[Tracked]:
    """Return what can be known of a setting."""
    value = VALUES[KIND[setting]]
    return st.builds(
        Tracked,
        ours=st.lists(value).map(tuple),
        sent=st.none() | value,
        accepted=st.booleans(),
        accepted_at=st.none() | TIMES,
        made=st.lists(st.tuples(value, value)).map(tuple),
        confirmed=st.booleans(),
    )


@st.composite
def overrides(draw: st.DrawFn) -> Overrides:
    """Return overrides as they come to be: one begun after the other."""
    state = Overrides(
        base=draw(SETTINGS),
        tracked=draw(
            st.fixed_dictionaries({}, optional={it: tracked(it) for it in Setting})
        ),
        was_cold=draw(st.booleans()),
        guessed=draw(st.frozensets(st.sampled_from(Setting))),
        written_at=draw(st.none() | TIMES),
    )
    for name in draw(st.lists(st.sampled_from([VACATION, "boost", "evening"]))):
        override = draw(
            st.builds(
                Override,
                name=st.just(name),
                values=SETTINGS,
                began=TIMES,
                until=st.none() | TIMES,
                left=st.frozensets(st.sampled_from(Setting)),
            )
        )
        state = state.begin(override, shown=Settings())
    return state


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Return a plan: whole days, or from one moment to another."""
    start = draw(TIMES | st.dates(date(2000, 1, 1), date(2199, 1, 1)))
    lasts = draw(st.none() | st.timedeltas(timedelta(days=1), timedelta(days=99)))
    texts = st.none() | st.text()
    return Plan(
        uid=draw(st.text()),
        summary=draw(st.text()),
        start=start,
        end=None if lasts is None else start + lasts,
        description=draw(texts),
        location=draw(texts),
    )


IDS = st.text(min_size=1)
NAMES = st.dictionaries(IDS, st.text())
RECORDS = st.builds(
    HomeRecord,
    plans=st.lists(plans()).map(tuple),
    targets=st.dictionaries(
        st.none() | IDS,
        st.builds(
            TargetRecord,
            overrides=overrides(),
            updated_at=st.none() | TIMES,
            last_mode=st.none() | st.sampled_from(ControlMode),
            outside=SETTINGS,
        ),
        max_size=3,
    ),
    listed=st.frozensets(IDS),
    questions=st.lists(st.builds(Question, NAMES, NAMES, st.booleans())).map(tuple),
    is_damaged=st.just(False),
)


@given(RECORDS)
def test_written_and_read(record: HomeRecord) -> None:
    """Nothing is lost on the way, and nothing looks damaged."""
    assert HomeRecord.from_json(json.loads(json.dumps(record.to_json()))) == record


@given(RECORDS, st.data())
def test_damage_is_noticed(record: HomeRecord, data: st.DataObject) -> None:
    """Whatever is not as it was written is noticed, or is understood all the same; reading never fails."""
    raw = json.loads(json.dumps(record.to_json()))
    place: Any = raw
    key: Any = None
    parent: Any = None
    while isinstance(place, dict | list) and place:
        parent = place
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        place = place[key]
    parent[key] = data.draw(st.sampled_from(["odd", -1, [], [5], {}, {"odd": 5}]))
    read = HomeRecord.from_json(raw)
    assert read.is_damaged or json.loads(json.dumps(read.to_json())) == raw
