"""The body of an answer as text: only so much of it, and without characters that no text of ours may hold."""

import re
from typing import Final
from unicodedata import category

import aiohttp

# Bytes of an answer, unpacked. The settings of 4,000 heat pumps are 2 MB.
LARGEST_ANSWER: Final = 8 * 2**20

_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPED: Final = re.compile(rf"{_PAIR}|\\u([0-9a-fA-F]{{4}})|\\([bfnrt])|\\.")

# Halves of surrogate pairs, control characters, and what lets a text be read in another order than it is written.
_UNCLEAN: Final = re.compile(
    "[\ud800-\udfff"
    "\x00-\x1f\x7f-\x9f\u2028\u2029"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


async def read_body(response: aiohttp.ClientResponse) -> bytes | None:
    """Return the body, unpacked, or None above `LARGEST_ANSWER`; raises aiohttp.ClientError or TimeoutError."""
    body = bytearray()
    # Chunk by chunk: to read all of it at once would unpack all of it at once, however much that is.
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            response.close()
            return None
    return bytes(body)


def clean_json(body: bytes) -> str:
    """Return JSON without half surrogate pairs, which no registry of Home Assistant can hold, escaped or not.

    Control characters become blanks, and what changes the direction of text goes.
    """
    # JSON is UTF-8, whatever encoding the answer claims to be in; some servers put a byte order mark before it.
    text = body.decode("utf-8", errors="replace")
    if not text.isascii() or "\x7f" in text:
        text = _UNCLEAN.sub(_clean_character, text)
    # Outside of escapes there is nothing unclean in ASCII but blanks between the words.
    if "\\" in text:
        text = _ESCAPED.sub(_clean_escape, text)
    return text


def _clean_character(found: re.Match[str]) -> str:
    match category(found[0]):
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case "Cf":
            return ""
        case _:
            return " "


def _clean_escape(found: re.Match[str]) -> str:
    code, control = found.groups()
    if control is not None:
        return " "
    if code is not None and (unclean := _UNCLEAN.match(chr(int(code, 16)))):
        return _clean_character(unclean)
    return found[0]
