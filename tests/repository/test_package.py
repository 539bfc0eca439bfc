"""What HACS looks at, that texts, icons and code belong together, and what may import what."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest
import voluptuous as vol

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant import data_entry_flow
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigFlowResult,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util.yaml import load_yaml_dict

from ..house import House

ROOT = Path(__file__).parent.parent.parent
INTEGRATION = ROOT / "custom_components" / DOMAIN
MANIFEST = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
TEXTS = json.loads((INTEGRATION / "translations/en.json").read_text(encoding="utf-8"))
ICONS = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))
SERVICES = load_yaml_dict(str(INTEGRATION / "services.yaml"))
HACS = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))

HACS_KEYS = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
# Where the texts are of what is shown or raised with a key.
SHOWN_BY = {
    "ConfigEntryAuthFailed": "exceptions",
    "ConfigEntryError": "exceptions",
    "ConfigEntryNotReady": "exceptions",
    "DeviceInfo": "device",
    "HomeAssistantError": "exceptions",
    "ServiceValidationError": "exceptions",
    "UpdateFailed": "exceptions",
    "async_create_issue": "issues",
}
# Home Assistant's own code names these.
NAMED_BY_HOME_ASSISTANT = {"confirm"}
# What is asked and answered about a preset.
PRESET = "config_subentries.preset"
# What is asked and answered where an issue can be mended.
FIX_FLOWS = [
    f"issues.{issue}.fix_flow.{part}"
    for issue, words in TEXTS["issues"].items()
    if "fix_flow" in words
    for part in ("abort", "error", "step")
]


def modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module below a folder, parsed."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def nodes[Node: ast.AST](kind: type[Node]) -> Iterator[Node]:
    """Yield every node of a kind in the integration's code."""
    for _, module in modules(INTEGRATION):
        for node in ast.walk(module):
            if isinstance(node, kind):
                yield node


def pattern(node: ast.AST) -> str | None:
    """Return a regular expression for what a text in the code can be, or None where it is no literal text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern(part) or "[a-z_]+" for part in node.values)
    return None


def called(call: ast.Call) -> str:
    """Return the name of what is called, without what it belongs to."""
    return ast.unparse(call.func).rpartition(".")[2]


def test_hacs() -> None:
    """The repository is as HACS wants it: one integration, with its page, licence and images."""
    assert {"codeowners", "documentation", "issue_tracker", "name"} <= MANIFEST.keys()
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])
    assert MANIFEST["iot_class"] == "cloud_polling"
    assert (INTEGRATION / "brand" / "icon.png").exists()
    assert HACS["name"] == MANIFEST["name"]
    assert HACS.keys() <= HACS_KEYS
    assert HACS["homeassistant"] == "2026.10.0"
    folders = [path for path in (ROOT / "custom_components").iterdir() if path.is_dir()]
    assert [path.name for path in folders if path.name != "__pycache__"] == [DOMAIN]
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert MANIFEST["name"] in (ROOT / "README.md").read_text(encoding="utf-8")
    assert not (INTEGRATION / "strings.json").exists()


def test_every_text_is_used() -> None:
    """There is no text that the code never shows."""
    literals = {
        found
        for kind in (ast.Constant, ast.JoinedStr)
        for node in nodes(kind)
        if (found := pattern(node)) is not None
    }
    # What names everything says nothing.
    literals = {literal for literal in literals if literal != "[a-z_]+"}
    keys = {
        key
        for section in (
            "common",
            "config.abort",
            "config.error",
            "config.step",
            *(f"{PRESET}.{part}" for part in ("abort", "error", "step")),
            "device",
            "exceptions",
            "issues",
            "options.abort",
            "options.error",
            "options.step",
            *FIX_FLOWS,
            "selector",
            "system_health.info",
        )
        for key in branch(section)
    }
    unused = {
        key
        for key in keys
        if not any(re.fullmatch(literal, key) for literal in literals)
    }
    assert unused == set()


def branch(path: str) -> dict[str, Any]:
    """Return a branch of the translations; empty where there is none."""
    found = TEXTS
    for part in path.split("."):
        found = found.get(part, {})
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("callee", "argument", "sections"),
    [
        ("wrong_input", 0, ["exceptions"]),
        ("_failure", 0, ["exceptions"]),
        ("InputError", 1, ["config.error", "options.error", f"{PRESET}.error"]),
        ("async_abort", "reason", ["config.abort", "options.abort", *FIX_FLOWS]),
        (
            "async_show_form",
            "step_id",
            ["config.step", "options.step", *FIX_FLOWS],
        ),
        ("async_update_and_abort", "reason", [f"{PRESET}.abort"]),
        ("HomeAssistantError", "translation_key", ["exceptions"]),
        ("UpdateFailed", "translation_key", ["exceptions"]),
        ("DeviceInfo", "translation_key", ["device"]),
        ("_show", 0, ["issues"]),
        ("async_common_text", 1, ["common"]),
    ],
)
def test_every_key_has_a_text(
    callee: str, argument: int | str, sections: list[str]
) -> None:
    """What the code shows by its key is written down."""
    written = {key for section in sections for key in branch(section)}
    found = 0
    for call in nodes(ast.Call):
        if called(call) != callee:
            continue
        given: list[ast.expr] = (
            call.args[argument : argument + 1]
            if isinstance(argument, int)
            else [it.value for it in call.keywords if it.arg == argument]
        )
        for node in given:
            if (key := pattern(node)) is not None:
                found += 1
                assert [it for it in written if re.fullmatch(key, it)], key
    assert found or callee in ("async_show_form", "HomeAssistantError", "UpdateFailed")


def test_placeholders() -> None:
    """A text that is filled in gets exactly what it asks for."""
    checked = 0
    for call in nodes(ast.Call):
        if called(call) not in ("wrong_input", "_failure") or not call.args:
            continue
        key = pattern(call.args[0])
        given = {it.arg for it in call.keywords}
        for name, text in branch("exceptions").items():
            if key is not None and re.fullmatch(key, name):
                asked = set(re.findall(r"\{(\w+)\}", text["message"]))
                # The range is told by its ends; a text may do with fewer.
                assert asked == given, name
                checked += 1
    assert checked > 10


def test_placeholders_beside_their_keys() -> None:
    """Where the code gives a key and what is filled in, the text asks for exactly that."""
    checked = 0
    for call in nodes(ast.Call):
        given = {it.arg: it.value for it in call.keywords}
        key = pattern(given.get("translation_key", call))
        # The one function that shows an issue takes what is filled in as its third argument.
        beside = call.args[2] if len(call.args) > 2 else ast.Dict([], [])
        filled_in = given.get("translation_placeholders", beside)
        section = SHOWN_BY.get(called(call))
        if key is None or section is None or not isinstance(filled_in, ast.Dict):
            continue
        names = {pattern(name) for name in filled_in.keys if name is not None}
        for name, text in branch(section).items():
            if re.fullmatch(key, name):
                # How a flow ends is filled in by the flow.
                steps = text.get("fix_flow", {}).get("step")
                words = json.dumps({**text, "fix_flow": steps})
                # What is in the title as well is filled in there by itself.
                asked = re.findall(r"\{(\w+?)(?:_in_title)?\}", words)
                assert set(asked) == names, name
                checked += 1
    assert checked > 4


def test_issues() -> None:
    """An issue is described, or it can be mended, and then that says what it is about."""
    for name, words in TEXTS["issues"].items():
        assert ("description" in words) != ("fix_flow" in words), name
        for step in words.get("fix_flow", {"step": {}})["step"].values():
            assert step.keys() >= {"title", "description"}


async def test_forms(house: House) -> None:
    """Every field of every form has a name and an explanation, and no other has."""
    await house.connected("hp-1", "hp-2")
    forms = [
        await house.open_form(source)
        for source in (SOURCE_USER, SOURCE_RECONFIGURE, SOURCE_REAUTH)
    ]
    house.hass.states.async_set(
        "sensor.room",
        "20",
        {"device_class": "temperature", "unit_of_measurement": "°C"},
    )
    house.add_heat_pump("hp-9", user_id="user-2")
    connecting = house.typed(user_id="user-2")
    forms.append(await house.submit(await house.open_form(), **connecting))
    options = house.hass.config_entries.options
    for steps in (
        [{"next_step_id": "location"}],
        [{"next_step_id": "vacation"}],
        [{"next_step_id": "thermostat"}],
        [{"next_step_id": "thermostat"}, {"heat_pump": "hp-2"}],
    ):
        form = await options.async_init(house.entry.entry_id)
        for step in steps:
            form = await options.async_configure(form["flow_id"], step)
        forms.append(form)
    (boost,) = house.entry.subentries
    subentries = house.hass.config_entries.subentries
    of_presets = [
        await subentries.async_init((house.entry.entry_id, "preset"), context=context)
        for context in (
            SubentryFlowContext(source=SOURCE_USER),
            SubentryFlowContext(source=SOURCE_RECONFIGURE, subentry_id=boost),
        )
    ]
    seen = set()
    shown: list[ConfigFlowResult | SubentryFlowResult] = [*forms, *of_presets]
    for each in shown:
        schema = each["data_schema"]
        assert schema is not None
        section = {house.entry.entry_id: "options", DOMAIN: "config"}.get(
            str(each["handler"]), PRESET
        )
        words = branch(f"{section}.step.{each['step_id']}")
        sections = {
            str(field): value.schema.schema
            for field, value in schema.schema.items()
            if isinstance(value, data_entry_flow.section)
        }
        assert words.get("sections", {}).keys() == sections.keys()
        for described, inside in (
            (words, schema.schema),
            *((words["sections"][name], of) for name, of in sections.items()),
        ):
            fields = {str(field) for field in inside} - sections.keys()
            data, explained = described["data"], described["data_description"]
            assert data.keys() == explained.keys() == fields
        for name in sections:
            assert {"name", "description"} <= words["sections"][name].keys()
        seen.add(f"{section}.{each['step_id']}")
    assert seen == {
        f"{section}.{step}"
        for section in ("config", "options", PRESET)
        for step, words in branch(f"{section}.step").items()
        if "data" in words
    }


async def test_entities(house: House) -> None:
    """Every entity has a name and an icon of its own, and there is none for an entity that does not exist."""
    await house.connected("hp-1", "hp-2")
    entries = er.async_get(house.hass).entities.values()
    ours = {(entry.domain, entry.translation_key) for entry in entries}
    names = {(platform, key) for platform, of in TEXTS["entity"].items() for key in of}
    icons = {(platform, key) for platform, of in ICONS["entity"].items() for key in of}
    # The thermostat is called as its device, and Home Assistant draws it by its mode.
    assert ours - names == {("climate", "climate")}
    assert ours - icons == {("climate", "climate")}
    assert names <= ours
    assert icons <= ours
    shown = [TEXTS["entity"][platform][key]["name"] for platform, key in names]
    assert len(set(shown)) >= len(shown) - 2


async def test_states(house: House) -> None:
    """Every option has a text, no other has one, and icons of states differ from the default."""
    await house.connected()
    checked = 0
    for state in house.hass.states.async_all():
        entry = er.async_get(house.hass).async_get(state.entity_id)
        assert entry is not None
        key = entry.translation_key
        if (options := state.attributes.get("options")) is not None:
            assert TEXTS["entity"][state.domain][key]["state"].keys() == set(options)
            checked += 1
        icons = ICONS["entity"].get(state.domain, {}).get(key, {})
        assert icons.get("default") not in icons.get("state", {}).values()
        if options is not None:
            assert icons.get("state", {}).keys() <= set(options)
    assert checked >= 2


def fields_of(described: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the fields of an action, and the sections that they are in."""
    fields: dict[str, Any] = {}
    sections = set()
    for name, field in described["fields"].items():
        if "fields" in field:
            sections.add(name)
            fields |= field["fields"]
        else:
            fields[name] = field
    return fields, sections


async def test_actions(house: House) -> None:
    """Actions are described and named field by field, as they are checked."""
    await house.connected()
    registered = house.hass.services.async_services_for_domain(DOMAIN)
    assert registered.keys() == SERVICES.keys() == TEXTS["services"].keys()
    assert ICONS["services"].keys() == SERVICES.keys()
    for name, described in SERVICES.items():
        fields, sections = fields_of(described)
        words = TEXTS["services"][name]
        assert words["fields"].keys() == fields.keys()
        assert words.get("sections", {}).keys() == sections
        assert ICONS["services"][name].get("sections", {}).keys() == sections
        assert all(
            it.keys() == {"name", "description"} for it in words["fields"].values()
        )
        for field, about in fields.items():
            select = about["selector"].get("select")
            if select is not None:
                texts_of_it = TEXTS["selector"][select["translation_key"]]["options"]
                assert texts_of_it.keys() == set(select["options"]), field
        schema: Any = registered[name].schema
        keys = schema.schema.keys()
        chosen = {str(key) for key in cv.TARGET_SERVICE_FIELDS}
        assert "target" in described
        assert {str(key) for key in keys} == fields.keys() | chosen
        assert {str(key) for key in keys if isinstance(key, vol.Required)} == {
            field for field, about in fields.items() if about.get("required")
        }


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every module below a folder, and what it imports, relative imports in full."""
    for path, module in modules(folder):
        package = path.parent.relative_to(ROOT).parts
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                yield from ((path.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) + 1 - node.level] if node.level else ()
                yield path.name, ".".join((*base, node.module or ""))


@pytest.mark.parametrize(
    ("folder", "never"),
    [
        ("api", ("homeassistant", "simulator", "voluptuous")),
        ("", ("simulator", "tests", "scripts")),
        ("../../simulator", ("custom_components", "homeassistant", "tests")),
    ],
)
def test_layers(folder: str, never: tuple[str, ...]) -> None:
    """The cloud's client knows no Home Assistant, and it and the simulator know nothing of each other."""
    found = list(imports((INTEGRATION / folder).resolve()))
    assert len(found) > 10
    assert [
        (module, name) for module, name in found if name.split(".")[0] in never
    ] == []
    if folder == "api":
        own = f"custom_components.{DOMAIN}."
        assert all(
            name.startswith(f"{own}api.")
            for _, name in found
            if name.startswith("custom_components")
        )
