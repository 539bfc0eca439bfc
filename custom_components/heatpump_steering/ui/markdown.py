"""Texts from outside, where Home Assistant takes a text for Markdown.

It does so with the descriptions of issues, of the steps and menus of flows, and of how they end. Titles, labels, choices
of a menu, errors of a form and toasts are shown as they are (seen on 2026.11): there, a backslash would be seen.
"""

import re
from typing import Final

# Emphasis, code, links, images, HTML, entities, tables, and what makes a link of an address as it is.
_MARKUP: Final = re.compile(
    r"[\\`*_\[\]()<>&~|#!@]|:(?=/)|(?<!\d)\.|\.(?!\d)|^[-+=]", re.ASCII
)


def escaped(text: str) -> str:
    """Return Markdown that shows a text as it is, on one line."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
