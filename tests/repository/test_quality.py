"""The quality scale, the project's pages and its workflows: what a reviewer looks at, and nobody else checks."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.util.yaml import load_yaml_dict, parse_yaml

from ..house import House

ROOT = Path(__file__).parent.parent.parent
INTEGRATION = ROOT / "custom_components" / DOMAIN
GITHUB = ROOT / ".github"
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = json.loads((INTEGRATION / "translations/en.json").read_text(encoding="utf-8"))
WORKFLOWS = {
    path.name: load_yaml_dict(str(path))
    for path in sorted((GITHUB / "workflows").iterdir())
}

# Home Assistant's quality scale in November 2026: 20 of bronze, 10 of silver, 21 of gold, 3 of platinum.
RULES = {
    *("action-setup", "appropriate-polling", "brands", "common-modules"),
    *("config-flow", "config-flow-test-coverage", "dependency-transparency"),
    *("docs-actions", "docs-conditions", "docs-high-level-description"),
    *("docs-installation-instructions", "docs-removal-instructions"),
    *("docs-triggers", "entity-event-setup", "entity-unique-id"),
    *("has-entity-name", "runtime-data", "test-before-configure"),
    *("test-before-setup", "unique-config-entry"),
    *("action-exceptions", "config-entry-unloading"),
    *("docs-configuration-parameters", "docs-installation-parameters"),
    *("entity-unavailable", "integration-owner", "log-when-unavailable"),
    *("parallel-updates", "reauthentication-flow", "test-coverage"),
    *("devices", "diagnostics", "discovery", "discovery-update-info"),
    *("docs-data-update", "docs-examples", "docs-known-limitations"),
    *("docs-supported-devices", "docs-supported-functions"),
    *("docs-troubleshooting", "docs-use-cases", "dynamic-devices"),
    *("entity-category", "entity-device-class", "entity-disabled-by-default"),
    *("entity-translations", "exception-translations", "icon-translations"),
    *("reconfiguration-flow", "repair-issues", "stale-devices"),
    *("async-dependency", "inject-websession", "strict-typing"),
}
# Cloud services are not discovered; triggers and conditions of our own there are none.
EXEMPT = {
    "discovery",
    "discovery-update-info",
    "docs-conditions",
    "docs-triggers",
}


def test_quality_scale() -> None:
    """Every rule is met, or has a reason why it cannot apply."""
    assert len(RULES) == 54
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    assert rules.keys() == RULES
    exempt = {name for name, met in rules.items() if met != "done"}
    assert exempt == EXEMPT
    for name in exempt:
        assert rules[name].keys() == {"status", "comment"}
        assert rules[name]["status"] == "exempt"
        assert len(rules[name]["comment"]) > 20


def test_parallel_updates() -> None:
    """Every platform says how many of its entities may work at a time."""
    platforms = [
        path
        for path in INTEGRATION.glob("*.py")
        if "AddConfigEntryEntitiesCallback,\n) -> None:" in path.read_text()
    ]
    assert len(platforms) == 9
    for path in platforms:
        assert "\nPARALLEL_UPDATES = 0\n" in path.read_text()


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every job of every workflow."""
    for name, workflow in WORKFLOWS.items():
        for job, what in workflow["jobs"].items():
            yield f"{name} {job}", what


def test_actions_are_pinned() -> None:
    """What others may change under its name is named by what it is; only Dependabot moves it."""
    used = [
        step["uses"] for _, job in jobs() for step in job["steps"] if "uses" in step
    ]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
    ecosystems = {
        it["package-ecosystem"]
        for it in load_yaml_dict(str(GITHUB / "dependabot.yml"))["updates"]
    }
    assert "github-actions" in ecosystems


def test_least_permissions() -> None:
    """Nothing may be written but by the job that adds a file to a release, and every job ends some time."""
    for workflow in WORKFLOWS.values():
        assert workflow["permissions"] == {}
    writing = set()
    for name, job in jobs():
        permissions = job["permissions"]
        assert permissions.keys() <= {"contents"}
        if "write" in permissions.values():
            writing.add(name)
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
            # A name or a tag that somebody chose is no part of a program.
            assert "${{" not in step.get("run", "")
    assert writing == {"release.yml release"}


def test_what_is_checked() -> None:
    """Lint, tests, hassfest and HACS run for every change, by the scripts that developers use."""
    steps = [
        step.get("uses", step.get("run", "")).split("@")[0]
        for job in WORKFLOWS["checks.yml"]["jobs"].values()
        for step in job["steps"]
    ]
    assert {
        "scripts/lint",
        "scripts/test",
        "home-assistant/actions/hassfest",
        "hacs/action",
    } <= set(steps)
    for script in ("scripts/lint", "scripts/test"):
        assert (ROOT / script).stat().st_mode & 0o111


def test_issue_forms() -> None:
    """Who reports a problem is asked for diagnostics and versions, and told not to send the key."""
    forms = GITHUB / "ISSUE_TEMPLATE"
    problem = load_yaml_dict(str(forms / "problem.yml"))
    ids = {it.get("id") for it in problem["body"]}
    assert {"versions", "diagnostics"} <= ids
    assert "never write your API key" in str(problem["body"])
    assert load_yaml_dict(str(forms / "config.yml"))["blank_issues_enabled"] is False
    assert (forms / "wish.yml").exists()


def test_contributing_fits_on_one_screen() -> None:
    """Nobody reads more before a first change."""
    text = (GITHUB / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert 10 < len(text.splitlines()) <= 50
    for script in ("scripts/test", "scripts/lint"):
        assert script in text


@pytest.mark.parametrize(
    ("rule", "heading"),
    [
        ("docs-installation-instructions", "## Install"),
        ("docs-installation-parameters", "## Set up"),
        ("docs-supported-functions", "## What you get"),
        ("docs-use-cases", "### What people use it for"),
        ("docs-actions", "### Actions"),
        ("docs-data-update", "## How data is updated"),
        ("docs-supported-devices", "## Supported devices"),
        ("docs-known-limitations", "## Known limits"),
        ("docs-troubleshooting", "## Troubleshooting"),
        ("docs-removal-instructions", "## Removal"),
    ],
)
def test_page(rule: str, heading: str) -> None:
    """The page has what the rules about documentation ask for, and something in it."""
    assert rule in RULES
    (section,) = re.findall(
        rf"^{heading}\n(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL
    )
    assert len(section) > 100


def test_page_begins_with_what_it_is() -> None:
    """Somebody who knows nothing of it learns in the first lines what it is for."""
    start = README.partition("\n## ")[0]
    for word in ("heat pump", "cloud", "Home Assistant", "hot water"):
        assert word in start


def test_page_names_everything() -> None:
    """Every entity, every field of the dialogs and every field of the actions is explained."""
    lower = README.casefold()
    names = [
        it["name"] for platform in TEXTS["entity"].values() for it in platform.values()
    ]
    names += TEXTS["config"]["step"]["user"]["data"].values()
    names += TEXTS["options"]["step"]["init"]["menu_options"].values()
    assert len(names) > 15
    assert [name for name in names if name.casefold() not in lower] == []
    for action, described in TEXTS["services"].items():
        assert f"`{DOMAIN}.{action}`" in README
        assert [it for it in described["fields"] if f"`{it}`" not in README] == []


async def test_examples_work(house: House) -> None:
    """What is given as an example is taken by Home Assistant, and arrives at the cloud."""
    await house.connected()
    examples = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        automation = parse_yaml(example)
        assert isinstance(automation, dict)
        assert automation.keys() == {"alias", "triggers", "actions"}
        assert await async_validate_trigger_config(
            house.hass, cv.TRIGGER_SCHEMA(automation["triggers"])
        )
        for action in automation["actions"]:
            domain, _, service = action["action"].partition(".")
            # There is nothing to replace in them.
            assert action.keys() == {"action", "data"}
            await house.hass.services.async_call(
                domain, service, action["data"], blocking=True
            )
    assert len(house.received()) == len(examples)


def test_links() -> None:
    """What the pages and the repair issues refer to in this project is there."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    checked = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)|srcset=\"([^\"]+)\"", text):
            (target,) = filter(None, link)
            if "://" not in target:
                assert (page.parent / target).exists(), target
                checked += 1
    for path in INTEGRATION.glob("*.py"):
        for target in re.findall(
            r"\{PROJECT_URL\}/blob/main/([\w./-]+)", path.read_text()
        ):
            assert (ROOT / target).exists(), target
            checked += 1
    assert checked > 5
