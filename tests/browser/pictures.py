"""Pictures for the README and the docs, small enough to be loaded by somebody on the road."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

LARGEST: Final = 200_000
"""Bytes."""
_COLOURS: Final = 256


class Pictures:
    """Keeps pictures in a folder; without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        """Keep them here."""
        self.folder = folder

    def keep(self, name: str, screenshot: bytes) -> None:
        """Keep a picture under a name, in as few bytes as it takes."""
        if self.folder is None:
            return
        image = Image.open(io.BytesIO(screenshot)).convert("RGB")
        small = image.quantize(_COLOURS, dither=Image.Dither.NONE)
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{name}.png"
        small.save(file, optimize=True)
        size = file.stat().st_size
        assert size < LARGEST, f"{file} has {size} bytes"
