"""scripts/develop at a terminal."""

from pathlib import Path
import re
import subprocess

import pytest

from scripts.demo import __main__ as program
from scripts.demo.errors import DemoError
from scripts.demo.paths import ROOT


def test_help_names_every_option() -> None:
    """The help, which needs nothing installed, and the options do not drift apart."""
    told = subprocess.run(
        [ROOT / "scripts" / "develop", "--help"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    source = Path(program.__file__).read_text(encoding="utf-8")
    options = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source))
    assert set(re.findall(r"^  (--[a-z-]+)", told, re.MULTILINE)) == {
        *options,
        "--help",
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--prot", "1"], "--prot"),
        (["--fre"], "--fre"),
        (["--port", "0"], "“0” is not a port"),
        (["--port", "65536"], "“65536” is not a port"),
        (["--simulator-port", "x"], "“x” is not a port"),
        (["--port", "8124"], "cannot both have port 8124"),
        (["--cloud", "--two"], "--two"),
        (["--units", "kelvin"], "kelvin"),
        (["--language", "dutch"], "“dutch”"),
    ],
)
async def test_wrong_options(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong is told, with where to read more."""
    assert await program._main(arguments) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "scripts/develop --help" in said


def test_cloud_needs_no_simulator_port() -> None:
    """With --cloud there is one port only."""
    assert program._options(["--cloud", "--port", "8124"]).port == 8124


def test_only_one(tmp_path: Path) -> None:
    """A second demo says where the first one is; after the first has ended it may start."""
    file = tmp_path / "demo.lock"
    with (
        program._only_one(file, "http://127.0.0.1:1"),
        pytest.raises(DemoError, match=r"running already: http://127.0.0.1:1"),
        program._only_one(file, "http://127.0.0.1:2"),
    ):
        pass
    with program._only_one(file, "http://127.0.0.1:3"):
        pass


def test_notes(tmp_path: Path) -> None:
    """Notes are there at the next start."""
    notes = program._Notes(tmp_path / "notes.json")
    assert notes["language"] is None
    notes.keep(language="nl", units="us")
    notes.keep(language="en")
    again = program._Notes(tmp_path / "notes.json")
    assert (again["language"], again["units"]) == ("en", "us")
    (tmp_path / "notes.json").write_text("{", encoding="utf-8")
    assert program._Notes(tmp_path / "notes.json")["language"] is None
