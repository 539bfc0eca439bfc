"""Assist, Home Assistant's voice assistant, by somebody who types what others say."""

import re
from typing import Final

from playwright.async_api import expect

from scripts.demo.paths import ROOT

from .home import Home
from .visitor import Visitor

PAGE: Final = (ROOT / "docs" / "assist.md").read_text(encoding="utf-8")
SENTENCES: Final = {
    what: {"en": english, "nl": dutch}
    for english, dutch, what in re.findall(
        r"^\| (.+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE
    )
}
"""Those of the page that work by themselves, by what they are for."""
_GERMAN: Final = re.search(r"^\| German \| (.+?) \| (.+?) \|", PAGE, re.MULTILINE)
assert _GERMAN
SENTENCES["the preferred temperature"]["de"] = _GERMAN[1]
SENTENCES["control mode off"]["de"] = _GERMAN[2]


async def test_typed(home: Home, visitor: Visitor) -> None:
    """What the page promises is understood in the dialog, done, and answered."""
    await visitor.go("/heat-pump/heat-pump?conversation=1")
    chat = visitor.page.locator("ha-assist-chat")
    answers = chat.locator(".message.hass")
    await expect(answers).to_have_text(
        [await visitor.words("ui.dialogs.voice_command.how_can_i_help")]
    )
    for number, (what, answer, change) in enumerate(
        (
            (
                "the preferred temperature",
                "20",
                {"room": {"preferred_temperature": 20}},
            ),
            (
                "control mode off",
                # A word. That it is the right one is Home Assistant's to know.
                r"\w",
                {"room": {"temperature_control_mode": "off"}},
            ),
        ),
        1,
    ):
        await chat.locator("input").fill(SENTENCES[what][home.house.language])
        await visitor.page.keyboard.press("Enter")
        await expect(answers.nth(number)).to_contain_text(re.compile(answer))
        assert (await home.changes(number))[-1] == change
    await expect(chat.locator(".message.error")).to_have_count(0)
    await visitor.reads("climate.heat_pump", "off")
    assert home.heat_pump.held["room.preferred_temperature"] == 20
    assert home.heat_pump.held["room.temperature_control_mode"] == "off"
