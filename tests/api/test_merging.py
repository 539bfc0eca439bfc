"""The same heat pump several times in an answer: what all of it says together."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.heatpump_steering.api import (
    HeatPump,
    ReportedSettings,
    Setting,
    Settings,
)

from .test_settings import ANY_SETTINGS

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
TIMES = st.none() | st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours))
ITEMS = st.builds(ReportedSettings, ANY_SETTINGS, TIMES)
BARE = st.builds(ReportedSettings, st.just(Settings()), TIMES)
TEXTS = st.none() | st.sampled_from(["nibe", "S735", "air"])
HEAT_PUMPS = st.builds(
    HeatPump,
    device_id=st.just("hp-1"),
    brand=TEXTS,
    model=TEXTS,
    model_type=TEXTS,
    needs_reauthentication=st.none() | st.booleans(),
)


@given(st.lists(ITEMS, min_size=1, max_size=4))
def test_newest_that_tells(items: list[ReportedSettings]) -> None:
    """Each setting is as in the newest of the items that tell it, the first of those that are equally new."""
    merged = ReportedSettings.merged(items)
    for setting in Setting:
        telling = [item for item in items if item.settings.get(setting) is not None]
        newest = max(
            (item.updated_at for item in telling if item.updated_at), default=None
        )
        expected = next(
            (it.settings.get(setting) for it in telling if it.updated_at == newest),
            None,
        )
        assert merged.settings.get(setting) == expected


@given(st.permutations(range(4)), st.lists(ANY_SETTINGS, min_size=4, max_size=4))
def test_in_any_order(order: list[int], settings: list[Settings]) -> None:
    """Where each item has a time of its own, their order in the answer says nothing."""
    items = [
        ReportedSettings(it, NOON + timedelta(hours=hours))
        for hours, it in enumerate(settings)
    ]
    assert ReportedSettings.merged([items[index] for index in order]) == (
        ReportedSettings.merged(items)
    )


@given(ITEMS.filter(lambda it: bool(it.settings)), st.lists(BARE), st.lists(BARE))
def test_bare_ones_say_nothing(
    item: ReportedSettings,
    before: list[ReportedSettings],
    after: list[ReportedSettings],
) -> None:
    """An item without settings neither takes any away, nor makes the others look newer than they are."""
    assert ReportedSettings.merged([*before, item, *after]) == item


def test_only_bare_ones() -> None:
    """Where there are no settings at all, there is still a time."""
    bare = [ReportedSettings(Settings(), time) for time in (None, NOON, None)]
    assert ReportedSettings.merged(bare) == ReportedSettings(Settings(), NOON)
    assert ReportedSettings.merged(bare[:1]) == bare[0]


@given(HEAT_PUMPS, HEAT_PUMPS, HEAT_PUMPS)
def test_heat_pumps_in_any_grouping(
    first: HeatPump, second: HeatPump, third: HeatPump
) -> None:
    """It does not matter which items of the list come together first; the same one again says nothing new."""
    left = first.merged_with(second).merged_with(third)
    right = first.merged_with(second.merged_with(third))
    assert left == right
    assert first.merged_with(first) == first


@given(HEAT_PUMPS, HEAT_PUMPS)
def test_nothing_of_a_heat_pump_is_lost(first: HeatPump, second: HeatPump) -> None:
    """What one item tells is told by both; a link that has expired by one of them has expired."""
    merged = first.merged_with(second)
    assert merged.brand == (first.brand or second.brand)
    assert merged.model == (first.model or second.model)
    assert merged.model_type == (first.model_type or second.model_type)
    links = {first.needs_reauthentication, second.needs_reauthentication}
    assert merged.needs_reauthentication is (
        True if True in links else False if False in links else None
    )
