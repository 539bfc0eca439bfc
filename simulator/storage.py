"""Keeping the cloud's state in a file, so that a restart loses nothing."""

import json
import os
from pathlib import Path
import tempfile

from .cloud import Cloud


def load(cloud: Cloud, file: Path) -> bool:
    """Take the state from a file. Returns whether there was one.

    Raises ValueError where the file is not such a state, OSError where it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    cloud.restore(json.loads(text))
    return True


def save(cloud: Cloud, file: Path) -> None:
    """Write the state to a file: whole, or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(cloud.to_json(), stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def keep(cloud: Cloud, file: Path) -> None:
    """Write the state to a file now and after every change."""

    def write() -> None:
        save(cloud, file)

    write()
    cloud.on_change(write)
