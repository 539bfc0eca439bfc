"""The buttons of the README and the docs, from where my.home-assistant.io hands over to the house."""

from pathlib import Path
import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import expect
import pytest

from scripts.demo import House
from scripts.demo.paths import ROOT

from .visitor import Visitor

README: Final = ROOT / "README.md"
BLUEPRINTS: Final = ROOT / "docs" / "blueprints.md"


def links(page: Path, redirect: str) -> list[str]:
    """Return where in the house the buttons of a page lead, by the name of the redirect."""
    found = re.findall(
        rf"\(https://my\.home-assistant\.io/redirect/{redirect}/(\?[^)]+)\)",
        page.read_text(encoding="utf-8"),
    )
    return [f"/_my_redirect/{redirect}{query}" for query in found]


async def test_set_up(empty_house: House, visitor: Visitor) -> None:
    """The button of the README asks whether to set it up, then for the key."""
    [link] = links(README, "config_flow_start")
    await visitor.go(link)
    await expect(visitor.dialog()).to_contain_text(
        await visitor.words(
            "ui.panel.config.integrations.confirm_new",
            integration=visitor.said("title"),
        )
    )
    await visitor.press("ui.common.ok")
    await expect(
        visitor.page.locator("step-flow-form input[name=api_key]")
    ).to_be_visible()
    await expect(visitor.dialog()).to_contain_text(
        visitor.said("config.step.user.title")
    )
    assert await empty_house.entries() == []


@pytest.mark.usefixtures("empty_house")
async def test_blueprints(visitor: Visitor) -> None:
    """Each of them offers the blueprint that it stands beside, and it is in this folder."""
    found = links(BLUEPRINTS, "blueprint_import")
    assert len(found) == len(list((ROOT / "blueprints").rglob("*.yaml")))
    for link in found:
        [blueprint] = parse_qs(urlsplit(link).query)["blueprint_url"]
        assert (ROOT / blueprint.partition("/blob/main/")[2]).is_file()
        await visitor.go(link)
        await expect(
            visitor.page.locator("ha-dialog-import-blueprint input")
        ).to_have_value(blueprint)
