"""Stands in for home-assistant-frontend."""

from pathlib import Path


def where() -> Path:
    """Return the folder of the pages, of which there are none."""
    return Path(__file__).parent
