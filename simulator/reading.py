"""Reading what the control part and the state file are given: each reader names the field that is wrong."""

from collections.abc import Mapping, Sequence

type Json = Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None
"""A JSON value."""


class InputError(ValueError):
    """What was given is not what is meant. The text says why."""


def text(name: str, value: Json) -> str:
    """Read a text. Raises InputError."""
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text")
    return value


def optional_text(name: str, value: Json) -> str | None:
    """Read a text or null. Raises InputError."""
    return None if value is None else text(name, value)


def choice(name: str, value: Json, choices: tuple[str, ...]) -> str:
    """Read one of several words. Raises InputError."""
    if not isinstance(value, str) or value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}")
    return value


def flag(name: str, value: Json) -> bool:
    """Read true or false. Raises InputError."""
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false")
    return value


def number(name: str, value: Json, *, low: float | None = None) -> float:
    """Read a number, not below `low`. Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number")
    if low is not None and value < low:
        raise InputError(f"{name} must not be below {low:g}")
    return value


def whole(name: str, value: Json, *, low: int = 0) -> int:
    """Read a whole number, not below `low`. Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise InputError(f"{name} must be a whole number from {low}")
    return value


def mapping(name: str, value: Json) -> Mapping[str, Json]:
    """Read an object. Raises InputError."""
    if not isinstance(value, Mapping):
        raise InputError(f"{name} must be an object")
    return value


def items(name: str, value: Json) -> list[Json]:
    """Read a list. Raises InputError."""
    if not isinstance(value, list):
        raise InputError(f"{name} must be a list")
    return list(value)
