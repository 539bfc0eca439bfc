"""The scenes in which walks are played: who speaks which language, by day or by night, at a desk or on a phone."""

from dataclasses import dataclass
from typing import Final, Literal, override

from playwright.async_api import ViewportSize

type Size = Literal["desktop", "laptop", "phone"]
type Theme = Literal["light", "dark"]

VIEWPORTS: Final[dict[Size, ViewportSize]] = {
    "desktop": {"width": 1440, "height": 900},
    "laptop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a walk does not have to know: it is the same in every scene."""

    language: str
    theme: Theme
    size: Size

    @override
    def __str__(self) -> str:
        """Return what tests are called by."""
        return f"{self.language}-{self.theme}-{self.size}"


DESK: Final = Scene("en", "light", "desktop")
PHONE: Final = Scene("nl", "dark", "phone")
"""As unlike the other one as can be, and what most people have in their hands."""
LAPTOP: Final = Scene("de", "dark", "laptop")
"""Where two of a dashboard's columns have room, and names are long."""
_THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
_SIZES: Final[tuple[Size, ...]] = ("desktop", "phone")
ALL: Final = tuple(
    Scene(language, theme, size)
    for language in ("en", "nl")
    for theme in _THEMES
    for size in _SIZES
)
