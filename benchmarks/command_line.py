"""Measures what the integration costs, prints tables, and keeps the figures."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from io import BytesIO
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
import tarfile
from tempfile import TemporaryDirectory
from typing import Any, Final

from homeassistant.const import __version__

from . import goals, profiling
from .effort import FULL, QUICK, Effort
from .plot import draw
from .report import before_and_now, tables
from .run import MeasurementError, Results, measure, measure_beside, profile
from .tables import Table, filled_in
from .worker import Task

DEV: Final = Path(__file__).parents[1] / ".dev"


def main() -> int:
    """Measure as the command line says. Returns the exit status: 0, or 1 where a measurement has failed."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a minute or two, to see whether it works"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        type=Task,
        choices=[*Task],
        default=[*Task],
        metavar="WHAT",
        help=f"only these of {', '.join(Task)}",
    )
    parser.add_argument(
        "--repeats",
        type=int,
        metavar="N",
        help="how often Home Assistant is started anew for each number of devices",
    )
    parser.add_argument(
        "--scenes",
        type=int,
        metavar="N",
        help="how often a scene is set, on an idle machine and on a busy one",
    )
    parser.add_argument(
        "--sweep",
        type=int,
        metavar="N",
        help="how often a scene is set with each collecting window",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=DEV / "bench.json",
        metavar="FILE",
        help="where the figures go (%(default)s)",
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="put the tables into a file that has such ones, under the same headings",
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw scaling and latency as a PNG"
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help=f"only what our longest callbacks are made of, at {profiling.DEVICES} heat pumps",
    )
    parser.add_argument(
        "--before",
        metavar="COMMIT",
        help="only what the integration cost at a commit, and what it costs now, taking turns",
    )
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    wished = {
        name: value
        for name in ("repeats", "scenes", "sweep")
        if (value := getattr(options, name)) is not None
    }
    effort = replace(effort, **wished)
    try:
        if options.profile:
            _print(found := profile())
            _fill_in(options.into, found)
            return 0
        if options.before is not None:
            with _of_commit(options.before) as root:
                table = before_and_now(measure_beside(effort, root))
            _print([table])
            _fill_in(options.into, [table])
            return 0
        results = measure(effort, options.only)
    except MeasurementError as error:
        print(error, file=sys.stderr)
        return 1
    for warning in sorted(results.warnings):
        print(f"Home Assistant warned: {warning}", file=sys.stderr)
    found = [*tables(results), goals.table(results)]
    _print(found)
    # The goals of a part would be those of a part only.
    _fill_in(options.into, found if options.only == [*Task] else found[:-1])
    options.json.write_text(
        json.dumps(_as_json(results, effort), indent=1), encoding="utf-8"
    )
    print(f"\nFigures: {options.json}")
    if options.plot is not None:
        draw(results, options.plot)
        print(f"Plot: {options.plot}")
    return 0


@contextmanager
def _of_commit(commit: str) -> Iterator[Path]:
    """Put the integration of a commit into a folder of its own, for a while. Raises CalledProcessError."""
    with TemporaryDirectory() as folder:
        archive = subprocess.run(
            ("git", "archive", commit, "custom_components"),
            cwd=DEV.parent,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


def _print(them: Iterable[Table]) -> None:
    for table in them:
        print(f"\n{table.text()}")


def _fill_in(file: Path | None, them: Iterable[Table]) -> None:
    if file is not None:
        text = file.read_text(encoding="utf-8")
        file.write_text(filled_in(text, them), encoding="utf-8")


def _as_json(results: Results, effort: Effort) -> dict[str, Any]:
    return {
        "home_assistant": __version__,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "effort": asdict(effort),
        "use": results.use,
        "program": results.program,
        "ours": results.ours,
        "cost": results.cost,
        "goals": [
            {**asdict(goal), "reached": goal.reached} for goal in goals.goals(results)
        ],
    }
