"""Keeps a secret out of what a server says, in whatever spelling it quotes it back."""

import base64
from binascii import a2b_base64
from collections.abc import Iterator
from html import unescape
import json
import re
import sys
from typing import Any, Final
from urllib.parse import unquote

HIDDEN: Final = "[key]"

# A spelling of a spelling of a spelling; and how many ways there are to read a text. Beyond, it is kept back.
_DEEPEST: Final = 5
_MOST_READINGS: Final = 200

# Characters. Nobody reads a longer text, and to look through it takes time.
LONGEST_TEXT: Final = 8 * 2**10

_ESCAPE: Final = re.compile(r"\\|%(?:u|[0-9a-f]{2})|&[#a-z]", re.IGNORECASE)
_READS_OTHERWISE: Final = re.compile(r"[\\%&\s\x00]")
_BACKSLASHED: Final = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([bfnrt])|(.))",
    re.DOTALL,
)
_UNICODE_IN_PERCENT: Final = re.compile(r"%u([0-9a-f]{4})", re.IGNORECASE)
# In the place of what was found already.
_NOTHING: Final = "\N{REPLACEMENT CHARACTER}"
_URL_SAFE: Final = str.maketrans("-_", "+/")
_TO_URL_SAFE: Final = str.maketrans("+/", "-_")
_BLANKS: Final = re.compile(r"[\s\x00]+")


class Redaction:
    """Finds one secret in texts."""

    def __init__(self, secret: str) -> None:
        """Prepare to look for a secret, which is in ASCII."""
        self._secret = secret.lower()
        self._plain = re.compile(re.escape(secret), re.IGNORECASE)
        self._hex = (secret.encode().hex(), secret.encode().hex(":"))
        self._base64 = frozenset(_cores(secret))
        length = len(secret)
        self._base64_words = re.compile(rf"[A-Za-z0-9+/_-]{{{length * 4 // 3},}}")
        self._hex_words = re.compile(
            rf"[0-9a-fA-F](?:[:.-]?[0-9a-fA-F]){{{2 * length - 1},}}"
        )

    def hide(self, text: str) -> str:
        """Return a text without the secret; nothing of it is left where the secret is in it in a spelling of its own."""
        if len(text) < len(self._secret):
            # No spelling is shorter than the secret.
            return text
        if len(text) > LONGEST_TEXT:
            return HIDDEN
        patterns = (_READS_OTHERWISE, self._base64_words, self._hex_words)
        if any(pattern.search(text) for pattern in patterns) and self._is_spelled_in(
            self._plain.sub(_NOTHING, text)
        ):
            return HIDDEN
        return self._plain.sub(HIDDEN, text)

    def hide_in_json(self, text: str, *, thoroughly: bool) -> str:
        """Return JSON without the secret in any of its texts; empty if that is not possible.

        Unless it is to be done thoroughly, a spelling of a spelling that needs no escape, such as base64 of base64, is
        not seen, which takes less than a tenth of the time.
        """
        if not thoroughly and not self._shows_in(text):
            return text
        try:
            return json.dumps(self._hidden_within(json.loads(text)))
        except ValueError, RecursionError:
            return ""

    def _shows_in(self, text: str) -> bool:
        if any(sign in text for sign in "\\%&") and _ESCAPE.search(text):
            return True
        in_lower_case = text.lower()
        return (
            self._secret in in_lower_case
            or any(digits in in_lower_case for digits in self._hex)
            or any(core in text for core in self._base64)
        )

    def _hidden_within(self, value: Any) -> Any:
        match value:
            case str():
                return self.hide(value)
            case list():
                return [self._hidden_within(each) for each in value]
            case dict():
                # The names are the API's: nobody is told what else there is.
                return {name: self._hidden_within(it) for name, it in value.items()}
            case _:
                return value

    def _is_spelled_in(self, text: str) -> bool:
        """Return whether one of the ways to read a text has the secret in it."""
        known = {text}
        latest = [text]
        for _ in range(_DEEPEST):
            new = dict.fromkeys(
                reading for each in latest for reading in self._readings(each)
            )
            latest = [reading for reading in new if reading not in known]
            known.update(latest)
            if len(known) > _MOST_READINGS or any(
                self._secret in reading.lower() for reading in latest
            ):
                return True
        return False

    def _readings(self, text: str) -> Iterator[str]:
        """Yield what a text may stand for."""
        yield _BLANKS.sub("", text)
        yield unescape(text)
        yield unquote(text, encoding="latin-1")
        yield _UNICODE_IN_PERCENT.sub(lambda found: chr(int(found[1], 16)), text)
        yield _BACKSLASHED.sub(_escaped, text)
        for word in self._hex_words.findall(text):
            yield from _from_hex(word)
        for word in self._base64_words.findall(text):
            yield from _from_base64(word)


def _escaped(found: re.Match[str]) -> str:
    *codes, control, character = found.groups()
    if code := next(filter(None, codes), None):
        return chr(min(int(code, 16), sys.maxunicode))
    return " " if control else character


def _from_hex(word: str) -> Iterator[str]:
    """Yield what digits stand for, whichever is the first of a pair."""
    digits = re.sub("[:.-]", "", word)
    for start in (0, 1):
        end = len(digits) - (len(digits) - start) % 2
        yield bytes.fromhex(digits[start:end]).decode("latin-1")


def _from_base64(word: str) -> Iterator[str]:
    """Yield what a word stands for, wherever in it the encoded text begins."""
    for start in range(4):
        piece = word[start:].translate(_URL_SAFE)
        # One character alone is less than a byte.
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        yield a2b_base64(piece + "=" * (-len(piece) % 4)).decode("latin-1")


def _cores(secret: str) -> Iterator[str]:
    """Yield what base64 makes of a secret inside of a longer text: three ways, by where it begins."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        # The first and the last character depend on the neighbours, too.
        core = encoded.rstrip("=")[before + bool(before) :][:-1]
        yield core
        yield core.translate(_TO_URL_SAFE)
