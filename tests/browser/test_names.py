"""What entities are called on the page of their device: no letter that is cut off is needed to tell them apart."""

from typing import Final

from playwright.async_api import expect
import pytest

from .home import Home
from .scenes import Scene
from .visitor import Visitor

LANGUAGES: Final = (
    *("cs", "da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv"),
)
WIDTHS: Final = (1280, 390)
"""Of a laptop, where the page has three columns, and of a phone, in pixels."""


@pytest.mark.parametrize(
    "scene", [Scene(it, "light", "desktop") for it in LANGUAGES], ids=str
)
async def test_names(home: Home, visitor: Visitor, scene: Scene) -> None:
    """In every language, what is seen of any two names differs."""
    await visitor.go(f"/config/devices/device/{await home.device_id()}")
    for width in WIDTHS:
        await visitor.page.set_viewport_size({"width": width, "height": 1400})
        await expect(visitor.card("number.heat_pump_hot_water_min")).to_be_visible()
        names = await visitor.names_of_rows()
        # All but selects, which have their names in them.
        assert len(names) > 15
        seen = sorted(seen for _, seen in names)
        assert seen == sorted(set(seen)), f"at {width} pixels, in {scene.language}"
