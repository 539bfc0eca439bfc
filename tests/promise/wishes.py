"""What people do in a house: calls of actions, and what each of them asks of the cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from simulator import HeatPump

HEAT_PUMPS = ("hp-1", "hp-2")
TARGETS = (*HEAT_PUMPS, "home")

# The leaves by the names of the cloud, with the entity that shows them.
NUMBERS = {
    "preferred_temperature": "room.preferred_temperature",
    "allowed_below": "room.temperature_lower_bound",
    "allowed_above": "room.temperature_upper_bound",
    "hot_water_min": "dhw.temperature_lower_bound",
    "hot_water_max": "dhw.temperature_upper_bound",
}
SWITCHES = {
    "flex_trading": "optimization_settings.flex_trading",
    "dynamic_tariff": "optimization_settings.dynamic_tariff",
    "pv_self_consumption": "optimization_settings.pv_self_consumption",
    "schedule": "room.schedule_enabled",
}
MODE = "room.temperature_control_mode"
SHOWN_BY = {**NUMBERS, **SWITCHES, "control_mode": MODE}
HVAC_MODES = {"off": "off", "heat": "heating", "cool": "cooling", "heat_cool": "auto"}
OPTIMIZATIONS = {
    "none": (False, False, False),
    "flex_trading": (True, False, False),
    "dynamic_tariff": (False, True, False),
    "pv_self_consumption": (False, False, True),
    "tariff_and_pv": (False, True, True),
}
FLEX, TARIFF, PV = (
    SWITCHES[key] for key in ("flex_trading", "dynamic_tariff", "pv_self_consumption")
)


@dataclass(frozen=True)
class Wish:
    """One call of an action."""

    action: str
    key: str
    target: str
    data: tuple[tuple[str, Any], ...]
    asked: tuple[tuple[str, Any], ...]
    """The leaves it asks for, and their values."""

    @property
    def devices(self) -> tuple[str, ...]:
        """Return the heat pumps that it is about."""
        return HEAT_PUMPS if self.target == "home" else (self.target,)

    @property
    def implied(self) -> Mapping[str, Any]:
        """Return the leaves that will have a certain value after it, asked for or not."""
        leaves = dict(self.asked)
        if leaves.get(FLEX):
            leaves |= {TARIFF: False, PV: False}
        elif leaves.get(TARIFF) or leaves.get(PV):
            leaves |= {FLEX: False}
        return leaves


def implied(leaves: Mapping[str, Any]) -> dict[str, Any]:
    """Return the leaves with those that the cloud sets along with them."""
    return dict(Wish("", "", "home", (), tuple(leaves.items())).implied)


def set_number(key: str, target: str, value: float) -> Wish:
    """Wish for a number."""
    return Wish(
        "number.set_value", key, target, (("value", value),), ((NUMBERS[key], value),)
    )


def turn(key: str, target: str, on: bool) -> Wish:
    """Wish for a switch to be on or off."""
    action = "switch.turn_on" if on else "switch.turn_off"
    return Wish(action, key, target, (), ((SWITCHES[key], on),))


def choose_mode(target: str, option: str) -> Wish:
    """Wish for a control mode by the select."""
    return Wish(
        "select.select_option",
        "control_mode",
        target,
        (("option", option),),
        ((MODE, option),),
    )


def choose_optimization(target: str, option: str) -> Wish:
    """Wish for one of the five optimisations."""
    return Wish(
        "select.select_option",
        "optimization",
        target,
        (("option", option),),
        tuple(zip((FLEX, TARIFF, PV), OPTIMIZATIONS[option], strict=True)),
    )


def set_hvac_mode(target: str, mode: str) -> Wish:
    """Wish for a control mode by the thermostat."""
    return Wish(
        "climate.set_hvac_mode",
        "climate",
        target,
        (("hvac_mode", mode),),
        ((MODE, HVAC_MODES[mode]),),
    )


def _numbers(key: str, values: st.SearchStrategy[float]) -> st.SearchStrategy[Wish]:
    return st.builds(set_number, st.just(key), st.sampled_from(TARGETS), values)


def _range(low: float, high: float, step: float) -> st.SearchStrategy[float]:
    steps = round((high - low) / step)
    return st.sampled_from([low + step * number for number in range(steps + 1)])


WISHES = st.one_of(
    _numbers("preferred_temperature", _range(10.0, 30.0, 0.5)),
    _numbers("preferred_temperature", _range(20.0, 22.0, 1.0)),
    _numbers("allowed_below", _range(0.0, 5.0, 0.5)),
    _numbers("allowed_above", _range(0.0, 5.0, 0.5)),
    _numbers("hot_water_min", _range(40.0, 65.0, 1.0)),
    _numbers("hot_water_max", _range(40.0, 75.0, 1.0)),
    st.builds(
        turn,
        st.sampled_from(list(SWITCHES)),
        st.sampled_from(TARGETS),
        st.booleans(),
    ),
    st.builds(
        choose_mode,
        st.sampled_from(TARGETS),
        st.sampled_from(list(HVAC_MODES.values())),
    ),
    st.builds(
        choose_optimization,
        st.sampled_from(TARGETS),
        st.sampled_from(list(OPTIMIZATIONS)),
    ),
    st.builds(
        set_hvac_mode, st.sampled_from(TARGETS), st.sampled_from(list(HVAC_MODES))
    ),
)

ELSEWHERE = st.tuples(
    st.sampled_from(HEAT_PUMPS),
    st.one_of(
        st.tuples(st.just(NUMBERS["preferred_temperature"]), _range(10.0, 30.0, 0.5)),
        st.tuples(
            st.just(NUMBERS["preferred_temperature"]),
            st.sampled_from([20.0, 21.0, 22.0]),
        ),
        st.tuples(st.just(NUMBERS["allowed_below"]), _range(0.0, 5.0, 0.5)),
        st.tuples(st.just(NUMBERS["hot_water_min"]), st.sampled_from([45.0, 48.0])),
        st.tuples(st.just(MODE), st.sampled_from(list(HVAC_MODES.values()))),
        st.tuples(st.just(FLEX), st.booleans()),
        st.tuples(st.just(SWITCHES["schedule"]), st.booleans()),
    ),
)

_METHODS = st.sampled_from([None, "PATCH", "GET"])
_TIMES = st.integers(1, 3)
BAD_WEATHER = st.one_of(
    st.fixed_dictionaries(
        {"method": _METHODS, "times": _TIMES, "status": st.just(503)}
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": _TIMES,
            "status": st.just(429),
            "retry_after": st.sampled_from([1.0, 5.0, 60.0]),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": _TIMES,
            "status": st.just(503),
            "retry_after_date": st.sampled_from([2.0, 45.0]),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": st.just("PATCH"),
            "times": _TIMES,
            "status": st.just(504),
            "apply": st.just(True),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": _TIMES,
            "drop": st.sampled_from(["before", "during", "after"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": _TIMES,
            "hang": st.sampled_from(["before", "after"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": st.integers(1, 6),
            "latency": st.sampled_from([(0.0, 0.3), (0.5, 2.0), (3.0, 6.0)]),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": _METHODS,
            "times": _TIMES,
            "garbage": st.sampled_from(["html", "truncated", "null", "wrong_types"]),
        }
    ),
)

BEHAVIOURS = st.one_of(
    st.tuples(st.just("read_lag_reads"), st.integers(0, 3)),
    st.tuples(st.just("read_lag_seconds"), st.sampled_from([0.0, 2.0, 20.0, 60.0])),
    st.tuples(
        st.just("updated_at"),
        st.sampled_from(["normal", "late", "frozen", "missing", "garbage"]),
    ),
    st.tuples(st.just("date_header"), st.booleans()),
    st.tuples(st.just("keeps_changes"), st.sampled_from([True, 1, 2])),
    st.tuples(
        st.just("validation_limits"),
        st.sampled_from([{}, {"room.preferred_temperature": (15.0, 25.0)}]),
    ),
    st.tuples(st.just("vague_errors"), st.booleans()),
    st.tuples(st.just("numbers_as_strings"), st.booleans()),
    st.tuples(st.just("extra_fields"), st.booleans()),
)


def shown_of(pump: HeatPump) -> dict[str, str]:
    """Return what the entities of a heat pump show when they tell the truth."""
    held: Mapping[str, Any] = pump.held
    shown = {key: str(float(held[setting])) for key, setting in NUMBERS.items()}
    shown |= {
        key: "on" if held[setting] else "off" for key, setting in SWITCHES.items()
    }
    shown["control_mode"] = str(held[MODE])
    shown["climate"] = next(
        hvac for hvac, mode in HVAC_MODES.items() if mode == held[MODE]
    )
    now = (held[FLEX], held[TARIFF], held[PV])
    shown["optimization"] = next(
        (option for option, leaves in OPTIMIZATIONS.items() if leaves == now), "unknown"
    )
    return shown
