"""The configuration folder: made once, then only brought up to date."""

import json
from pathlib import Path
from typing import Any

from scripts.demo.configuration import Units, write_configuration
from scripts.demo.paths import CUSTOM_COMPONENTS


def write(
    folder: Path, port: int = 8123, language: str = "en", units: Units = "metric"
) -> None:
    """Write a configuration."""
    write_configuration(
        folder, port=port, language=language, units=units, log_level="debug"
    )


def configuration(folder: Path) -> str:
    """Read configuration.yaml."""
    return (folder / "configuration.yaml").read_text(encoding="utf-8")


def stored(folder: Path, key: str) -> Any:
    """Read a file of Home Assistant's storage."""
    return json.loads((folder / ".storage" / key).read_text(encoding="utf-8"))["data"]


def test_new(tmp_path: Path) -> None:
    """A new folder listens on this machine only, and asks nothing of the internet."""
    write(tmp_path / "config", port=8200)
    folder = tmp_path / "config"
    assert stored(folder, "http") == {
        "server_host": ["127.0.0.1"],
        "server_port": 8200,
    }
    [marketplace] = stored(folder, "core.config_entries")["entries"]
    assert (marketplace["domain"], marketplace["disabled_by"]) == (
        "marketplace",
        "user",
    )
    assert stored(folder, "onboarding") == {"done": ["core_config"]}
    assert "\nhttp:" not in configuration(folder)
    assert "initial: 20.3" in configuration(folder)
    link = folder / "custom_components"
    assert link.resolve() == CUSTOM_COMPONENTS
    assert not link.readlink().is_absolute()


def test_again(tmp_path: Path) -> None:
    """What people did in it stays; only what was chosen for this start is written."""
    write(tmp_path)
    (tmp_path / "automations.yaml").write_text("- id: mine", encoding="utf-8")
    for key in ("onboarding", "core.config_entries", "core.config", "core.network"):
        (tmp_path / ".storage" / key).write_text('{"data": "mine"}', encoding="utf-8")
    write(tmp_path, port=8300, language="nl", units="us_customary")
    assert stored(tmp_path, "http")["server_port"] == 8300
    assert (tmp_path / "automations.yaml").read_text(encoding="utf-8") == "- id: mine"
    for key in ("onboarding", "core.config_entries", "core.config", "core.network"):
        assert stored(tmp_path, key) == "mine"
    assert 'name: "Woonkamer is nu"' in configuration(tmp_path)
    assert 'unit_of_measurement: "°F"' in configuration(tmp_path)
    assert "initial" not in configuration(tmp_path)
    assert 'name: "Stroomprijs"' in configuration(tmp_path)
