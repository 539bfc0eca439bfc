"""The texts in other languages than English."""

from collections.abc import Iterator
import json
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN

FOLDER = (
    Path(__file__).parent.parent.parent / "custom_components" / DOMAIN / "translations"
)
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


def test_languages() -> None:
    """These are the languages beside English."""
    assert LANGUAGES == [
        "cs",
        "da",
        "de",
        "es",
        "fi",
        "fr",
        "it",
        "nb",
        "nl",
        "pl",
        "pt",
        "sv",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_places_and_placeholders(language: str) -> None:
    """Each text stands where an English one does, says something, and is filled in with the same."""
    english, other = read("en"), read(language)
    assert other.keys() == english.keys()
    for path, text in other.items():
        assert text.strip()
        assert placeholders(text) == placeholders(english[path]), path
