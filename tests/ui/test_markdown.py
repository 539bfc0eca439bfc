"""Texts from outside are text: nothing in them is a link, an image or HTML where Home Assistant renders Markdown."""

import json
from pathlib import Path
import re

from freezegun.api import TickingDateTimeFactory
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt
import pytest

from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.ui.markdown import escaped
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from ..house import House, refuse_changes

FOLDER = Path(__file__).parents[2] / "custom_components" / DOMAIN / "translations"
LANGUAGES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
}

HOSTILE = (
    "[Click](https://evil.example) ![x](http://evil.example/x.png) <b>bold</b> "
    "*a* _b_ `c` ~~d~~ <https://evil.example> www.evil.example a@evil.example &lt; \\ | #"
)

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(markdown: str) -> str:
    """Return what somebody reads; raises AssertionError for anything but paragraphs of text."""
    paragraphs = []
    for token in MARKDOWN.parse(markdown):
        assert token.type in ("paragraph_open", "paragraph_close", "inline"), token
        if token.type == "inline":
            pieces = token.children or []
            for piece in pieces:
                assert piece.type in ("text", "text_special"), piece
            text = "".join(piece.content for piece in pieces)
            # What makes a link of an address as it is looks at the source.
            assert not re.search(r"\bwww\.|\w://|\w@\w", token.content), token.content
            paragraphs.append(text)
    return "\n\n".join(paragraphs)


ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from("[]()!<>&;*_`~\\#-+=.:/@|1 aw\n\t\"'{}$^"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=40,
)


@given(ANY_TEXT, st.sampled_from(["", "“", "Heat pump ", "1", "\\"]))
def test_any_text_is_shown_as_it_is(text: str, before: str) -> None:
    """Wherever it stands in a paragraph, and whatever it holds."""
    words = " ".join(text.split())
    before = before.replace("\\", "“")
    assert shown(before + escaped(text) + "” and more") == (
        f"{before}{words}” and more".strip()
    )
    assert shown(escaped(text)) == words


@pytest.mark.parametrize("words", ["20.5 °C", "Nibe S735", "45 %", "user-1", "Küche"])
def test_ordinary_texts(words: str) -> None:
    """What is no markup is not touched."""
    assert escaped(words) == words


def issues(house: House) -> list[ir.IssueEntry]:
    """Return the issues of ours."""
    return [
        issue
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN
    ]


def described(issue: ir.IssueEntry, language: str) -> tuple[str, str]:
    """Return title and description of an issue as a person reads them."""
    texts = LANGUAGES[language]["issues"][issue.translation_key]
    placeholders = issue.translation_placeholders or {}
    title: str = texts["title"].format(**placeholders)
    description = (
        texts.get("description")
        # The link at its end is one on purpose.
        or texts["fix_flow"]["step"]["init"]["description"].removesuffix("({page})")
    )
    return title, shown(description.format(**placeholders))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_issues(
    house: House, freezer: TickingDateTimeFactory, language: str
) -> None:
    """Names that the cloud or somebody has given are in descriptions as they are; in titles, without backslashes."""
    house.cloud.behaviour.keeps_changes = False
    house.add_heat_pump("hp-1", brand=HOSTILE, needs_reauthentication=True)
    house.add_heat_pump("hp-2", model=HOSTILE)
    await house.connect()
    er.async_get(house.hass).async_update_entity(
        house.entity_id("schedule"), name=HOSTILE
    )
    await house.act("switch.turn_on", "schedule")
    for _ in range(12):
        await house.pass_time(freezer, 45)
    found = {issue.translation_key: issue for issue in issues(house)}
    assert found.keys() == {"account_link", "not_kept"}
    for issue in found.values():
        title, description = described(issue, language)
        assert HOSTILE in description
        assert "\\\\" not in title
        assert HOSTILE in title


async def test_reason_in_an_issue(
    house: House, freezer: TickingDateTimeFactory
) -> None:
    """What the cloud says of a vacation that it does not take is quoted as it is."""
    await house.connected()
    device = house.device()
    dr.async_get(house.hass).async_update_device(device.id, name_by_user=HOSTILE)
    refuse_changes(house, HOSTILE)
    with pytest.raises(Exception, match="does not have the vacation yet"):
        await house.act("climate.set_preset_mode", "climate", preset_mode="away")
    for _ in range(14):
        await house.pass_time(freezer, 300)
    (issue,) = issues(house)
    assert issue.translation_key == "vacation_start"
    _, description = described(issue, "en")
    assert description.count(HOSTILE.rstrip(".")) == 2


async def test_user_in_a_form(house: House) -> None:
    """What somebody typed as the user is in the description of a form as it is."""
    house.add_heat_pump(user_id=HOSTILE)
    await house.connect(user_id=HOSTILE)
    form = await house.open_form(SOURCE_RECONFIGURE)
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    text = LANGUAGES["en"]["config"]["step"]["reconfigure"]["description"]
    assert HOSTILE in shown(text.format(**placeholders))


async def test_reason_in_a_form(house: House) -> None:
    """An error of a form is no Markdown: nothing is escaped in it."""
    house.add_heat_pump()
    house.cloud.weather.add(status=422, body={"detail": HOSTILE})
    form = await house.submit(await house.open_form(), **house.typed())
    assert form["type"] is FlowResultType.FORM
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert placeholders["reason"] == HOSTILE


async def test_reason_in_a_toast(house: House) -> None:
    """Neither is what an action says."""
    await house.connected()
    refuse_changes(house, HOSTILE)
    with pytest.raises(ServiceValidationError) as error:
        await house.act("switch.turn_on", "schedule")
    assert HOSTILE in str(error.value)
