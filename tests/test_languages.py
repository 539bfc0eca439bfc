"""The texts in other languages than English."""

from collections.abc import Iterator
import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN

FOLDER = Path(__file__).parent.parent / "custom_components" / DOMAIN / "translations"
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "en")


def texts(branch: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield where each text stands, and the text."""
    if isinstance(branch, dict):
        for key, each in branch.items():
            yield from texts(each, f"{path}/{key}")
    else:
        yield path, branch


def read(language: str) -> dict[str, str]:
    """Return the texts of a language by where they stand."""
    return dict(
        texts(json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")))
    )


def placeholders(text: str) -> set[str]:
    """Return what is filled into a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_places_and_placeholders(language: str) -> None:
    """Each text stands where an English one does, says something, and is filled in with the same."""
    english, other = read("en"), read(language)
    assert "nl" in LANGUAGES
    assert other.keys() <= english.keys()
    assert len(other) > 100
    for path, text in other.items():
        assert text.strip()
        assert placeholders(text) == placeholders(english[path]), path
