"""The packages that the tests need beside Home Assistant: of the versions that core itself asks for."""

from importlib.metadata import version
import json
from pathlib import Path

import pytest

from homeassistant import components

# Core's integrations that read our entities, and what these are built on.
READERS = ("backup", "camera", "conversation", "ffmpeg", "homekit", "prometheus")


@pytest.mark.parametrize("component", READERS)
def test_versions(component: str) -> None:
    """What is installed is what the manifest of this Home Assistant pins."""
    manifest = Path(components.__path__[0]) / component / "manifest.json"
    requirements = json.loads(manifest.read_text(encoding="utf-8"))["requirements"]
    assert requirements
    pinned = dict(requirement.split("==") for requirement in requirements)
    assert {name: version(name) for name in pinned} == pinned
