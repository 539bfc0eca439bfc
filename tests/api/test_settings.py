"""The settings model: one type for what is and for what is to be changed."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.heatpump_steering.api import (
    ContradictoryChangeError,
    ControlMode,
    Setting,
    Settings,
    same_value,
    without_dust,
)

# Far enough apart that no two of them are the same but for rounding.
TEMPERATURES = st.integers(-50, 200).map(lambda tenths: tenths / 2)
SWITCHES = st.booleans()
OPTIMIZATIONS = (
    Setting.FLEX_TRADING,
    Setting.DYNAMIC_TARIFF,
    Setting.PV_SELF_CONSUMPTION,
)
VALUES: dict[Setting, st.SearchStrategy[Any]] = {
    Setting.PREFERRED_TEMPERATURE: TEMPERATURES,
    Setting.ALLOWED_BELOW: TEMPERATURES,
    Setting.ALLOWED_ABOVE: TEMPERATURES,
    Setting.SCHEDULE: SWITCHES,
    Setting.CONTROL_MODE: st.sampled_from(ControlMode),
    Setting.HOT_WATER_MIN: TEMPERATURES,
    Setting.HOT_WATER_MAX: TEMPERATURES,
    Setting.FLEX_TRADING: SWITCHES,
    Setting.DYNAMIC_TARIFF: SWITCHES,
    Setting.PV_SELF_CONSUMPTION: SWITCHES,
    Setting.COUNTRY: st.sampled_from(["NL", "BE"]),
    Setting.POSTAL_CODE: st.text(min_size=1, max_size=8),
}
ANY_SETTINGS = st.fixed_dictionaries(
    {}, optional={setting: VALUES[setting] for setting in Setting}
).map(Settings.of)


def is_contradictory(change: Settings) -> bool:
    """Return whether a change asks for flex trading and another optimisation at once."""
    return bool(
        change.flex_trading and (change.dynamic_tariff or change.pv_self_consumption)
    )


CHANGES = ANY_SETTINGS.filter(lambda change: not is_contradictory(change))
STATES = CHANGES


def test_leaves() -> None:
    """There is a setting for each field, and nothing else."""
    assert set(Settings.__dataclass_fields__) == set(Setting)
    assert VALUES.keys() == set(Setting)


@given(STATES, CHANGES, CHANGES)
def test_merging_is_one_change_after_the_other(
    state: Settings, earlier: Settings, later: Settings
) -> None:
    """One merged change does what the two did, wherever it starts."""
    assert state.with_change(earlier).with_change(later) == state.with_change(
        earlier.merged_with(later)
    )


@given(CHANGES, CHANGES, CHANGES)
def test_merging_in_any_grouping(
    first: Settings, second: Settings, third: Settings
) -> None:
    """It makes no difference in which groups changes are merged."""
    left = first.merged_with(second).merged_with(third)
    right = first.merged_with(second.merged_with(third))
    assert left.with_implied() == right.with_implied()


@given(CHANGES, CHANGES)
def test_merging_is_legal_and_modest(earlier: Settings, later: Settings) -> None:
    """Of two legal changes one legal change comes, in which the later wishes stand and little else."""
    merged = earlier.merged_with(later)
    assert not is_contradictory(merged)
    for setting, value in later.items():
        assert merged.get(setting) == value
    asked = {setting for setting, _ in (*earlier.items(), *later.items())}
    assert {setting for setting, _ in merged.items()} - asked <= set(OPTIMIZATIONS)
    assert merged.merged_with(later).with_implied() == merged.with_implied()


@given(CHANGES)
def test_nothing_to_merge(change: Settings) -> None:
    """A change merged with none is itself."""
    assert Settings().merged_with(change) == change
    assert change.merged_with(Settings()) == change


@pytest.mark.parametrize(
    ("earlier", "later", "merged"),
    [
        (
            Settings(flex_trading=True),
            Settings(dynamic_tariff=True),
            Settings(
                flex_trading=False, dynamic_tariff=True, pv_self_consumption=False
            ),
        ),
        (
            Settings(dynamic_tariff=True, pv_self_consumption=True),
            Settings(flex_trading=True),
            Settings(
                flex_trading=True, dynamic_tariff=False, pv_self_consumption=False
            ),
        ),
        (
            Settings(dynamic_tariff=True),
            Settings(pv_self_consumption=True),
            Settings(dynamic_tariff=True, pv_self_consumption=True),
        ),
        (
            Settings(flex_trading=True),
            Settings(flex_trading=False),
            Settings(
                flex_trading=False, dynamic_tariff=False, pv_self_consumption=False
            ),
        ),
        (
            Settings(preferred_temperature=20.0, schedule=True),
            Settings(preferred_temperature=21.0),
            Settings(preferred_temperature=21.0, schedule=True),
        ),
    ],
)
def test_merged(earlier: Settings, later: Settings, merged: Settings) -> None:
    """The later wish wins, and what the cloud would have done in between is said."""
    assert earlier.merged_with(later).with_implied() == merged.with_implied()


@pytest.mark.parametrize(
    ("change", "implied"),
    [
        (
            Settings(flex_trading=True),
            {Setting.DYNAMIC_TARIFF: False, Setting.PV_SELF_CONSUMPTION: False},
        ),
        (Settings(dynamic_tariff=True), {Setting.FLEX_TRADING: False}),
        (Settings(pv_self_consumption=True), {Setting.FLEX_TRADING: False}),
        (Settings(flex_trading=False), {}),
        (Settings(dynamic_tariff=False), {}),
        (Settings(schedule=True), {}),
    ],
)
def test_exclusivity(change: Settings, implied: dict[Setting, bool]) -> None:
    """What the cloud does along with a change, and no more."""
    assert dict(change.with_implied().items()) == dict(change.items()) | implied


@given(ANY_SETTINGS)
def test_contradictions_are_refused(change: Settings) -> None:
    """A single change that asks for both is refused; every other one passes as it is."""
    if is_contradictory(change):
        with pytest.raises(ContradictoryChangeError):
            change.checked()
    else:
        assert change.checked() == change


@given(ANY_SETTINGS)
def test_json_and_back(settings: Settings) -> None:
    """What is written is read as the same, and nothing unknown is written."""
    written = settings.to_json()
    assert Settings.from_json(written) == settings
    assert sum(len(group) for group in written.values()) == len(list(settings.items()))
    assert None not in [value for group in written.values() for value in group.values()]
    assert bool(settings) is bool(written)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["21", "1e999", "nan", "true", "heating", "NL"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = {
    "room": (
        "preferred_temperature",
        "temperature_lower_bound",
        "temperature_upper_bound",
        "schedule_enabled",
        "temperature_control_mode",
    ),
    "dhw": ("temperature_lower_bound", "temperature_upper_bound"),
    "optimization_settings": ("flex_trading", "dynamic_tariff", "pv_self_consumption"),
    "location": ("country", "postal_code"),
}
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        group: st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON)) | JSON
        for group, names in NAMES.items()
    },
)


@given(NEARLY | JSON)
def test_reading_never_raises(raw: Any) -> None:
    """Whatever the cloud writes, what is understood of it is of the right kind, and can be written again."""
    settings = Settings.from_json(raw)
    assert Settings.from_json(settings.to_json()) == settings
    for setting, value in settings.items():
        if setting in (Setting.COUNTRY, Setting.POSTAL_CODE):
            assert isinstance(value, str)
        elif setting is Setting.CONTROL_MODE:
            assert isinstance(value, ControlMode)
        elif VALUES[setting] is SWITCHES:
            assert isinstance(value, bool)
        else:
            assert isinstance(value, float)
            assert abs(value) < float("inf")


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (21, 21.0),
        (21.5, 21.5),
        ("21.5", 21.5),
        (" 21 ", 21.0),
        ("warm", None),
        (True, None),
        ("nan", None),
        (10**400, None),
        ([21], None),
        (None, None),
    ],
)
def test_numbers(raw: Any, read: float | None) -> None:
    """Integers and strings are numbers; what is none is unknown, and hides nothing else."""
    settings = Settings.from_json(
        {"room": {"preferred_temperature": raw, "schedule_enabled": True}, "dhw": 7}
    )
    assert settings == Settings(preferred_temperature=read, schedule=True)
    assert read is None or isinstance(settings.preferred_temperature, float)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (True, True),
        (0, False),
        (1.0, True),
        ("True", True),
        ("0", False),
        ("yes", None),
        (2, None),
        ([], None),
    ],
)
def test_switches(raw: Any, read: bool | None) -> None:
    """Words and digits for yes and no are understood."""
    settings = Settings.from_json({"optimization_settings": {"flex_trading": raw}})
    assert settings.flex_trading is read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("auto", ControlMode.AUTO),
        ("HEATING", ControlMode.HEATING),
        ("turbo", None),
        (False, None),
        (None, None),
    ],
)
def test_modes(raw: Any, read: ControlMode | None) -> None:
    """A mode that nobody has heard of is unknown."""
    settings = Settings.from_json({"room": {"temperature_control_mode": raw}})
    assert settings.control_mode is read


@given(CHANGES, st.sets(st.sampled_from(Setting)))
def test_parts(change: Settings, leaves: set[Setting]) -> None:
    """A change is its parts."""
    part, rest = change.only(leaves), change.without(leaves)
    assert {setting for setting, _ in part.items()} <= leaves
    assert not {setting for setting, _ in rest.items()} & leaves
    assert part.overlaid_with(rest) == change


@given(STATES, STATES)
def test_agreement(one: Settings, other: Settings) -> None:
    """What both say, whoever is asked first; what one does not know is not agreed on."""
    agreed = one.agreed_with(other)
    assert agreed == other.agreed_with(one)
    for setting in Setting:
        same = one.get(setting) == other.get(setting)
        assert agreed.get(setting) == (one.get(setting) if same else None)
    assert one.agreed_with(one) == one


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (21.0, 21.04, True),
        (21.0, 20.96, True),
        (21.0, 21.06, False),
        (None, None, True),
        (None, 0.0, False),
        (ControlMode.OFF, ControlMode.OFF, True),
        ("NL", "BE", False),
    ],
)
def test_same_value(one: Any, other: Any, same: bool) -> None:
    """Numbers may differ by the cloud's rounding."""
    assert same_value(one, other) is same
    assert same_value(other, one) is same


@given(st.integers(-400, 2120))
def test_dust(tenths: int) -> None:
    """A temperature in °F with a decimal comes through conversion as a short number, where it is one in °C."""
    fahrenheit = tenths / 10
    celsius = (fahrenheit - 32) / 1.8
    clean = without_dust(celsius)
    assert clean == pytest.approx(celsius, abs=1e-9)
    if (tenths - 320) % 9 == 0:
        assert clean == round(celsius, 1)


def test_checked_takes_dust_away() -> None:
    """What a °F house means is what is sent; a third of a degree is no dust."""
    assert Settings(preferred_temperature=20.999999999999996).checked() == Settings(
        preferred_temperature=21
    )
    third = Settings(allowed_below=5 / 3)
    assert third.checked() == third
