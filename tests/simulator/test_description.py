"""The running simulator held against its own OpenAPI description."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from .program import PATIENCE, ROOT, running

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.usefixtures("socket_enabled")
def test_schemathesis(tmp_path: Path) -> None:
    """Status codes, content types, bodies, keys, methods, and that wrong data is refused: as described.

    The same cases each time, in a process of its own.
    """
    with running() as program:
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "schemathesis.cli",
                f"--config-file={CONFIG}",
                "run",
                str(ROOT / "simulator" / "openapi.json"),
                f"--url={program.url}",
                "--header=x-api-key: demo-key",
                "--phases=examples,coverage,fuzzing",
                "--max-examples=150",
                "--generation-deterministic",
                "--no-color",
            ],
            cwd=tmp_path,  # where it settings its files
            env={**os.environ, "COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            check=False,
        )
        requests = program.request("GET", "/_simulator/journal")["requests"]
    assert run.returncode == 0, run.stdout + run.stderr
    answered = {(entry["method"], entry["path"], entry["status"]) for entry in requests}
    for status in (204, 403, 404, 422):
        assert ("PATCH", "/v1/devices/settings", status) in answered
    for path in ("/v1/devices", "/v1/devices/settings"):
        assert ("GET", path, 200) in answered
    assert not [entry for entry in requests if (entry["status"] or 500) >= 500]
