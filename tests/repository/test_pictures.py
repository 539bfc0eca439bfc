"""The pictures of the docs: each is shown somewhere, and none is missing."""

from pathlib import Path
import re

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def test_pictures() -> None:
    """What the pages show is there, and nothing else."""
    shown = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(
            r"[\"(]((?:docs/)?pictures/[^\")]+)", page.read_text(encoding="utf-8")
        )
    }
    there = set((ROOT / "docs" / "pictures").iterdir())
    assert len(there) > 5
    assert shown == there
