"""Reads single values of what is kept on disk; what is none of them takes nothing else along."""

from datetime import datetime

from ..api import ControlMode, Setting


def read_time(raw: object) -> datetime | None:
    """Read a time with a zone; None for anything else."""
    if not isinstance(raw, str):
        return None
    try:
        time = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return time if time.tzinfo else None


def read_settings(raw: object) -> set[Setting]:
    """Read a list of settings; what is none is left out."""
    return {it for it in Setting if isinstance(raw, list) and it in raw}


def read_mode(raw: object) -> ControlMode | None:
    """Read a control mode; None for what is none."""
    return next((mode for mode in ControlMode if mode == raw), None)
