"""`python -m simulator` starts, answers, keeps its state, and stops cleanly."""

import json
from pathlib import Path
import signal
import subprocess
from typing import Any
import urllib.error

import pytest

from simulator.__main__ import main

from .program import PATIENCE, ROOT, Program, command, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


def preferred(program: Program, device_id: str, **options: Any) -> Any:
    """Read the preferred temperature."""
    [item] = program.request(
        "GET", f"/v1/devices/settings?device_id={device_id}", **options
    )["data"]
    return item["room"]["preferred_temperature"]


def test_demo_home() -> None:
    """It says what is there, answers with it, and ends at Ctrl+C with nothing but a word."""
    with running() as program:
        told = [program.output.readline().strip() for _ in range(6)]
        assert told == [
            "API key: demo-key",
            "User ID: demo-home (Demo Energy)",
            "heat pump demo-s735: nibe S735",
            "heat pump demo-s1256: nibe S1256",
            "User ID: neighbour-home (Demo Energy)",
            "heat pump neighbour-s2125: nibe S2125",
        ]
        items = program.request("GET", "/v1/devices/settings?user_id=demo-home")["data"]
        assert [item["device_id"] for item in items] == ["demo-s735", "demo-s1256"]
        assert program.stop() == (0, "Stopped.\n")


def test_one_heat_pump() -> None:
    """The home has as many heat pumps as the command line says."""
    with running("--heat-pumps", "1") as program:
        items = program.request("GET", "/v1/devices/settings?user_id=demo-home")["data"]
        assert [item["device_id"] for item in items] == ["demo-s735"]


def test_another_key_and_home() -> None:
    """As told on the command line; that key is not printed."""
    with running("--key", "my-own-key", "--demo-home", "my-home") as program:
        assert preferred(program, "demo-s735", key="my-own-key") == 20.5
        with pytest.raises(urllib.error.HTTPError, match="403") as caught:
            program.request("GET", "/v1/devices/settings")
        caught.value.close()
        status, printed = program.stop(signal.SIGTERM)
        assert status == 0
        assert "my-home" in printed
        assert "my-own-key" not in printed


def test_state_outlives_it(tmp_path: Path) -> None:
    """Even where it is killed; the key is the command line's, and not in the file."""
    file = tmp_path / "state.json"
    with running("--state", str(file)) as program:
        body = {
            "user_id": "demo-home",
            "device_id": "demo-s735",
            "room": {"preferred_temperature": 18.5},
        }
        assert program.request("PATCH", "/v1/devices/settings", body) is None
        program.request(
            "PUT",
            "/_simulator/heat-pumps/added",
            {"user_id": "demo-home", "model": "F1155"},
        )
        program.process.kill()
    assert "demo-key" not in file.read_text(encoding="utf-8")
    with running("--state", str(file), "--key", "new-key") as program:
        assert preferred(program, "demo-s735", key="new-key") == 18.5
        assert preferred(program, "added", key="new-key") == 21
        with pytest.raises(urllib.error.HTTPError, match="403") as caught:
            program.request("GET", "/v1/devices/settings")
        caught.value.close()
        program.request("POST", "/_simulator/reset")
        assert program.stop()[0] == 0
    held = {
        pump["device_id"]: pump["settings"]
        for pump in json.loads(file.read_text(encoding="utf-8"))["heat_pumps"]
    }
    assert held.keys() == {"demo-s735", "demo-s1256", "neighbour-s2125"}
    assert held["demo-s735"]["room"]["preferred_temperature"] == 20.5
    assert list(tmp_path.iterdir()) == [file]


def test_a_taken_port() -> None:
    """Is told in a sentence, without a traceback."""
    with running() as program:
        port = program.url.rpartition(":")[2]
        other = subprocess.run(
            command("--port", port),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert (other.returncode, other.stdout) == (1, "")
    assert (
        other.stderr
        == f"Port {port} is taken: choose another with --port, or 0 for any.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"suppliers": [{}], "heat_pumps": []}',
        '{"suppliers": 1, "heat_pumps": []}',
    ],
)
def test_a_file_that_is_no_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Is left alone."""
    file = tmp_path / "state.json"
    file.write_text(text, encoding="utf-8")
    assert main(["--state", str(file)]) == 1
    assert "cannot be used as the state file" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "arguments",
    [["--port", "65536"], ["--port", "x"], ["--key", ""], ["--demo-home", ""]],
)
def test_wrong_arguments(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Are told as argparse tells them."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "error:" in capsys.readouterr().err
