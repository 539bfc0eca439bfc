"""What all blueprints promise: they put back what was there, after a restart too, and leave alone what people set."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import re
from urllib.parse import urlencode

import pytest

from custom_components.heatpump_steering.const import DOMAIN, PROJECT_URL
from homeassistant.components.automation import EVENT_AUTOMATION_TRIGGERED
from homeassistant.core import Event, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util.yaml import parse_yaml

from .evening import BLUEPRINTS, LATEST, ROOT, Evening, blueprint
from .stories import STORIES, Story

# Longer than any of them waits, and than it takes until an automation looks again.
LONG = 2400

# What the page says of these is that there is a section with them.
IN_A_SECTION = {"cheap_levels", "dear_levels", "title", "button", "failure"}
FILES = sorted(path.stem for path in BLUEPRINTS.glob("*.yaml"))
EACH_FILE = pytest.mark.parametrize("name", FILES)
EACH = pytest.mark.parametrize("story", STORIES, ids=str)


def test_no_blueprint_is_left_out() -> None:
    """Every blueprint there is has its story, or a file of tests of its own."""
    own = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("*")}
    assert set(FILES) - own <= {story.name for story in STORIES}
    assert {story.name for story in STORIES} <= set(FILES)


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
    assert evening.begun() == []
    evening.wait(3600, step=60)
    assert len(evening.sent()) == 2


@EACH
def test_again(evening: Evening, story: Story) -> None:
    """It remembers anew every time."""
    story.told(evening)
    story.begin(evening)
    story.end(evening)
    if not story.ends_by_itself:
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
    """A restart, even one by a power cut just after it began, changes nothing."""
    story.told(evening)
    story.begin(evening)
    evening.restart_after(timedelta(minutes=2), power_cut=power_cut)
    evening.wait(2 * LATEST, step=10)
    assert evening.sent() == [story.change]
    assert story.holds(evening) == story.then
    story.end(evening)
    assert evening.sent()[1:] == [story.way_back]
    assert evening.begun() == []


@EACH
def test_end_during_a_restart(evening: Evening, story: Story) -> None:
    """What ends while Home Assistant is not running is put back when it is back."""
    story.told(evening)
    story.begin(evening)
    evening.restart_after(story.ends_unseen(evening))
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change, story.way_back]
    assert story.holds(evening) == story.was
    assert evening.begun() == []


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
    assert evening.begun() == []


@EACH
def test_unavailable_when_it_begins(evening: Evening, story: Story) -> None:
    """While the heat pump's settings are not known it waits, and it begins as soon as they are."""
    story.told(evening)
    evening.cloud_stops()
    evening.restart_after(story.begins_unseen(evening))
    evening.wait(LONG, step=20)
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
    evening.cloud_stops()
    evening.restart_after(story.ends_unseen(evening))
    evening.wait(LONG, step=20)
    evening.cloud_starts()
    evening.wait(LONG, step=20)
    assert evening.sent() == [story.change, story.way_back]
    assert evening.begun() == []


@EACH
def test_cloud_fails(evening: Evening, story: Story) -> None:
    """A change that the cloud does not take is tried again, in the beginning and in the end."""
    story.told(evening)
    evening.cloud_refuses()
    story.begin(evening)
    assert story.holds(evening) == story.was
    evening.cloud_is_well()
    evening.wait(LATEST, step=10)
    assert story.holds(evening) == story.then
    evening.cloud_refuses()
    story.end(evening)
    assert story.holds(evening) == story.then
    evening.cloud_is_well()
    evening.wait(LONG, step=10)
    assert story.holds(evening) == story.was
    assert evening.begun() == []


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
    assert evening.begun() == []


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


def runs(evening: Evening) -> list[str]:
    """Note from now on what makes automations run, as the activity shows it."""
    found: list[str] = []

    @callback
    def note(event: Event) -> None:
        found.append(event.data["source"])

    evening.hass.bus.async_listen(EVENT_AUTOMATION_TRIGGERED, note)
    return found


@EACH
def test_nothing_to_do(evening: Evening, story: Story) -> None:
    """As long as nothing is to be begun or ended it does not run: the activity shows only what happens."""
    story.told(evening)
    seen = runs(evening)
    evening.wait(3600, step=20)
    assert seen == []
    story.begin(evening)
    evening.wait(2 * 3600, step=20)
    story.end(evening)
    evening.wait(LONG, step=20)
    # One that knows its end need not be ended.
    assert len(seen) == 2 or (story.ends_by_itself and len(seen) == 1)


@EACH
def test_back_to_normal(evening: Evening, story: Story) -> None:
    """What a person ends stays ended until it begins the next time."""
    story.told(evening)
    story.begin(evening)
    evening.finish(evening.begin(f"{DOMAIN}.end_override", {}))
    assert story.holds(evening) == story.was
    evening.wait(2 * LATEST, step=10)
    evening.restart_after()
    evening.wait(2 * LATEST, step=10)
    assert story.holds(evening) == story.was
    story.end(evening)
    evening.wait(2 * LATEST, step=10)
    assert evening.begun() == []
    evening.at("05:00", days=1)
    if not story.ends_by_itself:
        story.begin(evening)
        assert story.holds(evening) == story.then


@EACH
def test_renamed_in_the_middle(evening: Evening, story: Story) -> None:
    """An automation that gets another name still knows what it has begun, and gives it its new name."""
    story.told(evening)
    story.begin(evening)
    evening.rename(0, "Another name")
    call = evening.begin(f"{DOMAIN}.end_override", {"name": "nothing"}, answers=True)
    (told,) = evening.done(call).answer.values()
    assert [it["name"] for it in told["in_force"]] == ["Another name"]
    story.end(evening)
    assert story.holds(evening) == story.was
    assert evening.begun() == []


@EACH
def test_without_the_sensor(evening: Evening, story: Story) -> None:
    """Where somebody has disabled the sensor that tells what was begun, it begins and ends all the same."""
    story.told(evening)
    er.async_get(evening.hass).async_update_entity(
        evening.entity("for_a_while"),
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    evening.run(evening.settle())
    story.begin(evening)
    assert story.holds(evening) == story.then
    evening.wait(3600, step=20)
    assert evening.sent() == [story.change]
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH
def test_all_heat_pumps(begin_evening: Callable[..., Evening], story: Story) -> None:
    """It can be for all heat pumps: each gets back its own."""
    evening = begin_evening(heat_pumps=("hp-1", "hp-2"))
    evening.cloud.cloud.change_settings(
        "hp-2", {"room": {"preferred_temperature": 19.0}, **story.settings}
    )
    evening.in_the_app(story.settings)
    was = [dict(evening.heat_pump(target).held) for target in ("hp-1", "hp-2")]
    story.before(evening)
    story.automate(evening, target="home")
    story.begin(evening)
    assert [evening.held(key, "hp-2") for key in story.then] == [*story.then.values()]
    assert story.holds(evening) == story.then
    assert len(evening.begun("home")) == 1
    story.end(evening)
    assert [evening.heat_pump(target).held for target in ("hp-1", "hp-2")] == was


@EACH
def test_made_from_an_earlier_version(evening: Evening, story: Story) -> None:
    """After an import anew, Home Assistant says what is missing; with that, it does what it is for."""
    evening.may_complain = True
    evening.in_the_app(story.settings)
    story.before(evening)
    evening.automate(
        story.name,
        target=None,
        allowed_below="number.heat_pump_colder_by_up_to",
        memory="input_text.memory",
        vacation=["sensor.heat_pump_vacation"],
        **story.inputs,
    )
    automation = evening.hass.states.get(f"automation.{story.name}_1")
    assert automation is not None
    assert automation.state == "unavailable"
    (issue,) = (
        issue
        for issue in ir.async_get(evening.hass).issues.values()
        if issue.domain == "automation"
    )
    assert issue.translation_key == "validation_failed_blueprint"
    assert issue.translation_placeholders is not None
    assert "Missing input heat_pump" in issue.translation_placeholders["error"]
    evening.edit(0, heat_pump=[evening.house.device().id])
    story.begin(evening)
    assert story.holds(evening) == story.then
    story.end(evening)
    assert story.holds(evening) == story.was


@EACH_FILE
def test_form(name: str) -> None:
    """The form offers only what fits, explains itself, and asks for nothing that a person cannot know."""
    form = blueprint(name)
    assert form.validate() is None
    assert form.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    assert form.metadata["source_url"] == (
        f"{PROJECT_URL}/blob/main/{(BLUEPRINTS / name).relative_to(ROOT)}.yaml"
    )
    for field in form.inputs.values():
        assert field["name"]
        selector = field["selector"]
        picked = selector.get("entity", selector.get("device"))
        # Entities and devices are for the person to pick; everything else has a value to begin with.
        assert "default" in field or picked is not None
        assert field.get("default", []) == [] or picked is None
        if picked is not None:
            assert field["description"]
    if "heat_pump" in form.inputs:
        picked = form.inputs["heat_pump"]["selector"]["device"]
        assert (picked["filter"], picked["multiple"]) == (
            [{"integration": DOMAIN}],
            True,
        )


@EACH_FILE
def test_survives_the_import(name: str) -> None:
    """Home Assistant writes what it imports in its own way; nothing of the automation is lost by that."""
    imported = blueprint(name)
    assert parse_yaml(imported.yaml()) == imported.data


@EACH_FILE
def test_page(name: str) -> None:
    """The page has a button that imports it from this project, and names what the form asks for."""
    form = blueprint(name)
    button = "https://my.home-assistant.io/redirect/blueprint_import/?" + urlencode(
        {"blueprint_url": form.metadata["source_url"]}
    )
    sections = (ROOT / "docs" / "blueprints.md").read_text("utf-8").split("\n## ")
    (section,) = [section for section in sections if f"]({button})" in section]
    table = section.partition("\n| you choose |")[2].partition("\n\n")[0].casefold()
    for key, field in form.inputs.items():
        if key not in IN_A_SECTION:
            for word in re.findall(r"[a-z]{5,}", field["name"].casefold()):
                assert word in table, field["name"]
