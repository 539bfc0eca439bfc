"""What all blueprints promise: they put back what was there, after a restart too, and leave alone what people set."""

from collections.abc import Callable
from datetime import timedelta
import re
from urllib.parse import urlencode

import pytest

from custom_components.heatpump_steering.const import DOMAIN, PROJECT_URL
from homeassistant.util.yaml import parse_yaml

from .evening import BLUEPRINTS, LATEST, MEMORY, ROOT, Evening, blueprint
from .stories import STORIES, Story

# Longer than any of them waits, and than it takes until an automation looks again.
LONG = 2400

EACH = pytest.mark.parametrize("story", STORIES, ids=str)


def test_no_blueprint_is_left_out() -> None:
    """Every blueprint there is has its story."""
    files = {path.stem for path in BLUEPRINTS.glob("*.yaml")}
    assert files == {story.name for story in STORIES}


@EACH
def test_begin_and_end(evening: Evening, story: Story) -> None:
    """It changes its settings in one change, and puts them back in one."""
    story.told(evening)
    story.begin(evening)
    assert evening.sent() == [story.change]
    assert story.holds(evening) == story.then
    evening.wait(3600, step=60)
    story.end(evening)
    assert evening.sent() == [story.change, story.way_back]
    assert story.holds(evening) == story.was
    assert evening.memory() == ""
    evening.wait(3600, step=60)
    assert len(evening.sent()) == 2


@EACH
def test_again(evening: Evening, story: Story) -> None:
    """It remembers anew every time."""
    story.told(evening)
    story.begin(evening)
    story.end(evening)
    if story.name not in {"night", "legionella_day"}:
        evening.in_the_app({"room": {"preferred_temperature": 20}, **story.settings})
        story.begin(evening)
        assert story.holds(evening) == story.then
        story.end(evening)
    assert story.holds(evening) == story.was


@EACH
@pytest.mark.parametrize("power_cut", [False, True])
def test_restart_in_the_middle(
    evening: Evening, story: Story, *, power_cut: bool
) -> None:
    """A restart, even one by a power cut just after it began, takes nothing from its memory."""
    story.told(evening)
    story.begin(evening)
    evening.restart_after(timedelta(minutes=2), power_cut=power_cut)
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == [story.change]
    assert story.holds(evening) == story.then
    story.end(evening)
    assert evening.sent()[1:] == [story.way_back]
    assert evening.memory() == ""


@EACH
def test_end_during_a_restart(evening: Evening, story: Story) -> None:
    """What ends while Home Assistant is not running is put back when it is back."""
    story.told(evening)
    story.begin(evening)
    evening.restart_after(story.ends_unseen(evening))
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change, story.way_back]
    assert story.holds(evening) == story.was
    assert evening.memory() == ""


@EACH
def test_begin_during_a_restart(evening: Evening, story: Story) -> None:
    """What begins while Home Assistant is not running begins when it is back."""
    story.told(evening)
    evening.restart_after(story.begins_unseen(evening))
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change]
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH
@pytest.mark.parametrize("restart", [False, True])
def test_changed_by_hand_in_the_middle(
    evening: Evening, story: Story, *, restart: bool
) -> None:
    """What a person sets meanwhile stays, also after the end."""
    story.told(evening)
    story.begin(evening)
    evening.by_hand(story.by_hand)
    assert story.holds(evening) == story.hand
    if restart:
        evening.restart_after()
    evening.wait(2 * LATEST, step=10)
    story.end(evening)
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == []
    assert story.holds(evening) == story.hand
    assert evening.memory() == ""


@EACH
def test_unavailable_when_it_begins(evening: Evening, story: Story) -> None:
    """While the heat pump's settings are not known nothing is remembered, and it begins as soon as they are."""
    story.told(evening)
    evening.cloud_stops()
    evening.restart_after(story.begins_unseen(evening))
    evening.wait(LONG, step=20)
    assert evening.memory() == ""
    evening.cloud_starts()
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change]
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH
def test_unavailable_when_it_ends(evening: Evening, story: Story) -> None:
    """What cannot be put back in time is put back as soon as it can be."""
    story.told(evening)
    story.begin(evening)
    kept = evening.memory()
    evening.cloud_stops()
    evening.restart_after(story.ends_unseen(evening))
    evening.wait(LONG, step=20)
    assert evening.memory() == kept
    evening.cloud_starts()
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change, story.way_back]
    assert evening.memory() == ""


@EACH
def test_cloud_fails(evening: Evening, story: Story) -> None:
    """A change that the cloud does not take is tried again, in the beginning and in the end."""
    story.told(evening)
    evening.cloud_refuses()
    story.begin(evening)
    assert story.holds(evening) == story.was
    assert evening.memory() != ""
    evening.cloud_is_well()
    evening.wait(LATEST, step=10)
    assert story.holds(evening) == story.then
    evening.cloud_refuses()
    story.end(evening)
    assert story.holds(evening) == story.then
    evening.cloud_is_well()
    evening.wait(LONG, step=10)
    assert story.holds(evening) == story.was
    assert evening.memory() == ""


@EACH
def test_applied_but_not_answered(evening: Evening, story: Story) -> None:
    """A change that failed for Home Assistant but reached the cloud is put back too."""
    story.told(evening)
    evening.cloud_refuses(but_applies=True)
    story.begin(evening)
    evening.cloud_is_well()
    evening.wait(2 * LATEST, step=10)
    story.end(evening)
    assert story.holds(evening) == story.was
    assert evening.memory() == ""


@EACH
def test_memory_in_use(evening: Evening, story: Story) -> None:
    """While the memory holds something of another automation, nothing happens; then it begins."""
    story.told(evening)
    evening.remember("somebody else")
    story.begin(evening)
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == []
    assert evening.memory() == "somebody else"
    evening.remember("")
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change]
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH
def test_memory_too_small(begin_evening: Callable[..., Evening], story: Story) -> None:
    """What cannot be remembered is not changed, and a notification says so."""
    evening = begin_evening(helper={"min": 0, "max": 8})
    evening.may_complain = True
    story.told(evening)
    story.begin(evening)
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == []
    (message,) = evening.notifications()
    assert MEMORY in message


@EACH
def test_saved_in_the_middle(evening: Evening, story: Story) -> None:
    """An automation that is made when it is time already begins at once."""
    evening.in_the_app(story.settings)
    story.before(evening)
    story.begin(evening)
    story.automate(evening)
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change]
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH
def test_form(story: Story) -> None:
    """The form offers only what fits, explains itself, and asks for nothing that a person cannot know."""
    form = blueprint(story.name)
    assert form.validate() is None
    assert form.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    assert form.metadata["source_url"] == (
        f"{PROJECT_URL}/blob/main/{(BLUEPRINTS / story.name).relative_to(ROOT)}.yaml"
    )
    for key, field in form.inputs.items():
        assert field["name"]
        picked = field["selector"].get("entity")
        # Entities are for the person to pick; everything else has a value to begin with.
        assert ("default" in field) == (picked is None or key == "vacation")
        if picked is not None:
            assert field["description"]
        if key in story.picks:
            (filters,) = picked["filter"]
            assert filters["integration"] == DOMAIN
            domain = {"thermostat": "climate", "vacation": "sensor"}.get(key, "number")
            assert filters["domain"] == [domain]
        if key == "vacation":
            # Home Assistant's form calls it an unknown entity if nothing is picked where only one can be.
            assert (field["default"], picked["multiple"]) == ([], True)
    assert form.inputs["memory"]["selector"]["entity"]["filter"] == [
        {"domain": ["input_text"]}
    ]


@EACH
def test_survives_the_import(story: Story) -> None:
    """Home Assistant writes what it imports in its own way; nothing of the automation is lost by that."""
    imported = blueprint(story.name)
    assert parse_yaml(imported.yaml()) == imported.data


@EACH
def test_page(story: Story) -> None:
    """The page has a button that imports it from this project, and names what the form asks for."""
    form = blueprint(story.name)
    button = "https://my.home-assistant.io/redirect/blueprint_import/?" + urlencode(
        {"blueprint_url": form.metadata["source_url"]}
    )
    sections = (ROOT / "docs" / "blueprints.md").read_text("utf-8").split("\n## ")
    (section,) = [section for section in sections if f"]({button})" in section]
    table = section.partition("\n| you choose |")[2].partition("\n\n")[0].casefold()
    for key, field in form.inputs.items():
        if key not in {"cheap_levels", "dear_levels"}:
            for word in re.findall(r"[a-z]{5,}", field["name"].casefold()):
                assert word in table, field["name"]
