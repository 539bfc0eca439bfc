"""What the cloud accepts as a change, and how it says no: FastAPI's 422."""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass
import json
import math
import re
from typing import Final

from .fields import (
    FLEX_TRADING,
    HOT_WATER_MAX,
    HOT_WATER_MIN,
    MODES,
    OTHER_OPTIMIZATIONS,
    SECTIONS,
    FlatSettings,
    Kind,
)
from .reading import Json

# The same pattern stands in openapi.json. Numbers as strings are pydantic's lax mode.
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,17})?")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")

LIMIT_MIN: Final = 1
LIMIT_MAX: Final = 4000
LIMIT_DEFAULT: Final = 1000

type Limits = Mapping[str, tuple[float | None, float | None]]
"""Lowest and highest value by setting ("room.preferred_temperature"); None = no limit on that side."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for a refusal."""

    loc: tuple[str | int, ...]
    message: str
    kind: str

    def to_json(self) -> dict[str, Json]:
        """Return the problem as FastAPI writes it."""
        return {"loc": list(self.loc), "msg": self.message, "type": self.kind}


class RefusedError(Exception):
    """The request is understood and not accepted (422)."""

    def __init__(self, *problems: Problem) -> None:
        """Refuse for at least one problem."""
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Change:
    """An accepted PATCH body: for whom, and the settings to be changed.

    At least one of the two ids is given. Without `device_id` the change is for all heat pumps of the user.
    """

    user_id: str | None
    device_id: str | None
    settings: FlatSettings


_MISSING: Final = ("Field required", "missing")
_NOT_AN_OBJECT: Final = (
    "Input should be a valid dictionary or object to extract fields from",
    "model_attributes_type",
)


def read_change(
    raw: bytes,
    content_type: str | None,
    limits: Limits,
    refused: AbstractSet[str] = frozenset(),
) -> Change:
    """Read the body of a PATCH. Raises RefusedError naming everything that is wrong with it, and the `refused` settings."""
    body = _read_json(raw, content_type)
    if not isinstance(body, Mapping):
        raise RefusedError(Problem(("body",), *_NOT_AN_OBJECT))
    problems: list[Problem] = []
    user_id = _read_id(body, "user_id", problems)
    device_id = _read_id(body, "device_id", problems)
    if body.get("user_id") is None and body.get("device_id") is None:
        problems.append(Problem(("body", "user_id"), *_MISSING))
    settings: FlatSettings = {}
    for section in SECTIONS:
        settings |= _read_section(body, section, limits, problems)
    problems.extend(
        Problem(
            ("body", *setting.split(".")),
            "Value error, cannot be set now",
            "value_error",
        )
        for setting in settings
        if setting in refused
    )
    if problems:
        raise RefusedError(*problems)
    return Change(user_id=user_id, device_id=device_id, settings=settings)


def check_hot_water(held: Mapping[str, Json], change: Mapping[str, Json]) -> None:
    """Check the hot-water limits of a change on top of what a heat pump holds.

    Raises RefusedError naming the setting that was sent. A pair that is wrong already and not touched is let be.
    """
    sent = [setting for setting in (HOT_WATER_MIN, HOT_WATER_MAX) if setting in change]
    low, high = (
        change.get(setting, held.get(setting))
        for setting in (HOT_WATER_MIN, HOT_WATER_MAX)
    )
    if (
        sent
        and isinstance(low, int | float)
        and isinstance(high, int | float)
        and low > high
    ):
        raise RefusedError(_hot_water_problem(sent[0]))


def read_limit(text: str | None) -> int:
    """Read the page size of a list, 1 to 4000. Raises RefusedError."""
    if text is None:
        return LIMIT_DEFAULT
    loc = ("query", "limit")
    if _INTEGER.fullmatch(text) is None:
        message = (
            "Input should be a valid integer, unable to parse string as an integer"
        )
        raise RefusedError(Problem(loc, message, "int_parsing"))
    limit = int(text)
    if problem := _range_problem(loc, limit, LIMIT_MIN, LIMIT_MAX):
        raise RefusedError(problem)
    return limit


def _read_json(raw: bytes, content_type: str | None) -> Json:
    """Parse a body as FastAPI does: only what is called JSON, or not called anything, is parsed."""
    if not raw:
        raise RefusedError(Problem(("body",), *_MISSING))
    if content_type is not None:
        main, _, sub = content_type.partition(";")[0].strip().lower().partition("/")
        if main != "application" or not (sub == "json" or sub.endswith("+json")):
            raise RefusedError(Problem(("body",), *_NOT_AN_OBJECT))
    try:
        body: Json = json.loads(raw)
    except json.JSONDecodeError as error:
        raise RefusedError(
            Problem(("body", error.pos), "JSON decode error", "json_invalid")
        ) from None
    except (
        ValueError,
        RecursionError,
    ):  # not UTF-8, an integer of thousands of digits, a thousand brackets
        raise RefusedError(
            Problem(("body", 0), "JSON decode error", "json_invalid")
        ) from None
    return body


def _read_id(
    body: Mapping[str, Json], name: str, problems: list[Problem]
) -> str | None:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    problems.append(
        Problem(("body", name), "Input should be a valid string", "string_type")
    )
    return None


def _read_section(
    body: Mapping[str, Json], section: str, limits: Limits, problems: list[Problem]
) -> FlatSettings:
    values = body.get(section)
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        problems.append(Problem(("body", section), *_NOT_AN_OBJECT))
        return {}
    settings: FlatSettings = {}
    found: list[Problem] = []
    for name, kind in SECTIONS[section].items():
        value = values.get(name)
        if value is None:
            continue
        read = _read_setting(
            ("body", section, name),
            kind,
            value,
            limits.get(f"{section}.{name}", (None, None)),
        )
        if isinstance(read, Problem):
            found.append(read)
        else:
            settings[f"{section}.{name}"] = read
    # As with pydantic's validators of a whole model: only looked at when each of its fields is right.
    if not found:
        found.extend(_section_problems(settings))
    problems.extend(found)
    return settings


def _section_problems(settings: FlatSettings) -> list[Problem]:
    problems: list[Problem] = []
    if settings.get(FLEX_TRADING) is True and any(
        settings.get(setting) is True for setting in OTHER_OPTIMIZATIONS
    ):
        message = "Value error, flex_trading cannot be combined with dynamic_tariff or pv_self_consumption"
        problems.append(
            Problem(("body", "optimization_settings"), message, "value_error")
        )
    try:
        check_hot_water({}, settings)
    except RefusedError as error:
        problems.extend(error.problems)
    return problems


def _hot_water_problem(setting: str) -> Problem:
    message = (
        "Value error, temperature_lower_bound must not be above temperature_upper_bound"
    )
    return Problem(("body", *setting.split(".")), message, "value_error")


def _read_setting(
    loc: tuple[str, ...],
    kind: Kind,
    value: Json,
    limits: tuple[float | None, float | None],
) -> Json | Problem:
    if kind in (Kind.DIFFERENCE, Kind.TEMPERATURE):
        number = _read_number(loc, value)
        if isinstance(number, Problem):
            return number
        low, high = limits
        if kind is Kind.DIFFERENCE:
            low = 0 if low is None else max(low, 0)
        return _range_problem(loc, number, low, high) or number
    if kind is Kind.SWITCH:
        if isinstance(value, bool):
            return value
        # pydantic also takes "yes" and 1. A client that sends those is wrong all the same, and should hear it here.
        return Problem(loc, "Input should be a valid boolean", "bool_type")
    if kind is Kind.MODE:
        if isinstance(value, str) and value in MODES:
            return value
        return Problem(
            loc,
            "Input should be 'heating', 'cooling', 'auto' or 'off'",
            "literal_error",
        )
    if isinstance(value, str):
        return value
    return Problem(loc, "Input should be a valid string", "string_type")


def _read_number(loc: tuple[str, ...], value: Json) -> float | Problem:
    # bool is an int to Python and would pass as 1.0 in pydantic: a client's mistake that should be seen.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return Problem(loc, "Input should be a valid number", "float_type")
    if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
        message = "Input should be a valid number, unable to parse string as a number"
        return Problem(loc, message, "float_parsing")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return Problem(loc, "Input should be a finite number", "finite_number")
    return number


def _range_problem(
    loc: tuple[str, ...], value: float, low: float | None, high: float | None
) -> Problem | None:
    if low is not None and value < low:
        return Problem(
            loc,
            f"Input should be greater than or equal to {low:g}",
            "greater_than_equal",
        )
    if high is not None and value > high:
        return Problem(
            loc, f"Input should be less than or equal to {high:g}", "less_than_equal"
        )
    return None
