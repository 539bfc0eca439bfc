"""A short run of power cuts, with the same calls each time; `python -m tests.power_cuts` goes on for as long as one likes."""

from pathlib import Path

import pytest

from .rounds import run

SEED = 134


# A minute goes by where what the cloud has lost again is sent again.
@pytest.mark.timeout(300)
async def test_power_cuts(tmp_path: Path) -> None:
    """Whenever the power goes, the cloud holds at rest what people have set, or what their vacation sets."""
    rounds = await run(tmp_path / "config", seed=SEED, kills=5, tell=lambda _: None)
    assert sum(it.kills for it in rounds) >= 5
    assert not "\n".join(it.report for it in rounds if it.bad)
