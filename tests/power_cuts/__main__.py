"""`python -m tests.power_cuts --kills 200 --seed 1`: cuts the power that often, and tells every bad outcome."""

import argparse
import asyncio
from pathlib import Path
import shutil
import sys
import tempfile

from .rounds import Round, run


def main() -> int:
    """Run; returns the exit status: 0, or 1 after a bad outcome."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.power_cuts", description=__doc__
    )
    parser.add_argument("--kills", type=int, default=200, help="how many (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=1, help="what is done (%(default)s)"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="power-cuts-"))
    rounds = asyncio.run(
        run(folder / "config", seed=options.seed, kills=options.kills, tell=_tell)
    )
    bad = [it for it in rounds if it.bad]
    kills = sum(it.kills for it in rounds)
    print(
        f"seed {options.seed}: {kills} power cuts in {len(rounds)} rounds, {len(bad)} bad, "
        f"{sum(it.seconds for it in rounds) / len(rounds):.1f} s a round, "
        f"{sum(it.refused for it in rounds)} calls refused in fair weather"
    )
    if bad:
        print(f"What Home Assistant said in the last starts: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def _tell(it: Round) -> None:
    story = "; ".join(line.partition("; on disk")[0] for line in it.story)
    print(
        f"{it.number} {'BAD' if it.bad else 'ok'} {it.seconds:.1f} s: {story}",
        flush=True,
    )
    if it.bad:
        print(it.report, flush=True)


if __name__ == "__main__":
    sys.exit(main())
