"""Where things are, seen from this file."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DEV: Final = ROOT / ".dev"
"""What scripts/setup and the demo make; git ignores it."""
PYTHON: Final = DEV / "develop" / "bin" / "python"
"""The interpreter of the environment with Home Assistant and its frontend."""
CUSTOM_COMPONENTS: Final = ROOT / "custom_components"
