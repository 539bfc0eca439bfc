"""What hassfest wants of a custom integration's files in November 2026, in our own words.

Each rule returns what is wrong, in words; nothing where all is well. hassfest itself runs on the web only.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any, Final
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import voluptuous as vol

from homeassistant.const import Platform
from homeassistant.core import valid_entity_id
from homeassistant.helpers import selector
from homeassistant.util import slugify

type Json = Mapping[str, Any]
type Problems = Iterator[str]
type Rule = Callable[[str, str], Problems]

# --- manifest.json ----------------------------------------------------------------------------------------------------

KINDS: Final = {
    "after_dependencies": list,
    "bluetooth": list,
    "codeowners": list,
    "config_flow": bool,
    "dependencies": list,
    "dhcp": list,
    "disabled": str,
    "documentation": str,
    "domain": str,
    "homekit": dict,
    "import_executor": bool,
    "integration_type": str,
    "iot_class": str,
    "issue_tracker": str,
    "loggers": list,
    "mqtt": list,
    "name": str,
    "preview_features": dict,
    "quality_scale": str,
    "requirements": list,
    "single_config_entry": bool,
    "ssdp": list,
    "usb": list,
    "version": str,
    "zeroconf": list,
}
NEEDED: Final = {
    "codeowners",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "name",
    "version",
}
TYPES: Final = {
    *("device", "entity", "hardware", "helper", "hub", "service", "system"),
}
IOT_CLASSES: Final = {
    *("assumed_state", "calculated", "cloud_polling", "cloud_push"),
    *("local_polling", "local_push"),
}
VERSIONS: Final = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]


def manifest_problems(manifest: Json, folder: Path, core: Path) -> Problems:
    """Yield what is wrong with a manifest; `core` is the folder of core's own integrations."""
    first = ("domain", "name")
    if list(manifest) != sorted(manifest, key=lambda key: (key not in first, key)):
        yield "keys are not sorted: domain, name, then by the alphabet"
    yield from (f"{key} is not known" for key in manifest.keys() - KINDS.keys())
    yield from (f"{key} is missing" for key in NEEDED - manifest.keys())
    for key, kind in KINDS.items():
        if key in manifest and not isinstance(manifest[key], kind):
            yield f"{key} is not a {kind.__name__}"
    if manifest.get("domain") != folder.name:
        yield "domain and folder differ"
    if (core / folder.name).exists():
        yield "core has an integration of this name"
    if manifest.get("integration_type") not in TYPES:
        yield "integration_type is not one of Home Assistant's"
    if manifest.get("iot_class") not in IOT_CLASSES:
        yield "iot_class is not one of Home Assistant's"
    documentation = urlsplit(str(manifest.get("documentation")))
    if documentation.scheme != "https" or not documentation.netloc:
        yield "documentation is no https address"
    if documentation.netloc == "www.home-assistant.io":
        yield "documentation is that of core"
    if "issue_tracker" in manifest and not urlsplit(manifest["issue_tracker"]).netloc:
        yield "issue_tracker is no address"
    if AwesomeVersion(manifest.get("version")).strategy not in VERSIONS:
        yield "version is none"
    owners = manifest.get("codeowners", [])
    if not owners or not all(owner.startswith("@") for owner in owners):
        yield "codeowners are no names on GitHub"
    if manifest.get("config_flow", False) != (folder / "config_flow.py").exists():
        yield "config_flow.py and config_flow do not go together"
    needed = manifest.get("dependencies", [])
    later = manifest.get("after_dependencies", [])
    yield from (f"{it} is needed twice" for it in {*needed} & {*later})
    yield from (f"{it} is not in core" for it in needed if not (core / it).exists())
    for requirement in manifest.get("requirements", []):
        if " " in requirement:
            yield f"{requirement} has a blank in it"


# --- translations -----------------------------------------------------------------------------------------------------

KEY: Final = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
ADDRESS: Final = re.compile(
    r"(?:(?:ftps?|scp|https?|mqtts?|socket|socks5)://|www\.)[a-z0-9]", re.IGNORECASE
)


def any_text(path: str, text: Any) -> Problems:
    """Yield what is wrong with a text that may have placeholders."""
    if not isinstance(text, str) or not text:
        yield f"{path} is no text"
        return
    if text != text.strip():
        yield f"{path} has blanks around it"
    if re.search(r"<[a-z/!]", text, re.IGNORECASE) or re.search(r"&#?\w+;", text):
        yield f"{path} has HTML in it"
    if ADDRESS.search(text):
        yield f"{path} has an address in it; use a placeholder"
    if "[%key:" in text:
        yield f"{path} refers to another text"
    if re.search(r"'\{\w+\}'", text):
        yield f"{path} has a placeholder between single quotes, which would not be filled in"
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        yield f"{path} has a brace that does not close"
        return
    yield from (f"{path}: {{{it}}} is no name" for it in names if not it.isidentifier())


def plain_text(path: str, text: Any) -> Problems:
    """Yield what is wrong with a text that is shown as it is."""
    yield from any_text(path, text)
    if "{" in str(text):
        yield f"{path} is never filled in, and has a placeholder"


def any_key(path: str, key: str) -> Problems:
    """Take any key that is one."""
    if not key:
        yield f"{path} has an empty key"


def translation_key(path: str, key: str) -> Problems:
    """Yield what is wrong with the key of something that Home Assistant looks up."""
    if not KEY.fullmatch(key):
        yield f"{path}: {key!r} is no key"


def slug(path: str, key: str) -> Problems:
    """Yield what is wrong with a key that is a slug."""
    if key != slugify(key):
        yield f"{path}: {key!r} is no slug"


class Each:
    """A branch with keys that we choose ourselves."""

    def __init__(self, rule: Rule, below: Any) -> None:
        """Keep what a key has to be, and what is below each."""
        self.rule = rule
        self.below = below


class Needs:
    """A branch with keys that have a meaning, some of which have to be there."""

    def __init__(self, *needed: str, **known: Any) -> None:
        """Keep what is needed of what is known."""
        self.needed = needed
        self.known = known


TEXT: Final = any_text
TEXTS: Final = Each(any_key, TEXT)
STEP: Final = Needs(
    title=TEXT,
    description=TEXT,
    data=TEXTS,
    data_description=TEXTS,
    menu_options=TEXTS,
    menu_option_descriptions=TEXTS,
    submit=TEXT,
    sections=Each(
        any_key,
        Needs(name=TEXT, description=TEXT, data=TEXTS, data_description=TEXTS),
    ),
)
FLOW: Final[dict[str, Any]] = {
    "flow_title": TEXT,
    "step": Each(any_key, STEP),
    "error": TEXTS,
    "abort": TEXTS,
    "progress": TEXTS,
    "create_entry": TEXTS,
}
STATES: Final = Each(translation_key, plain_text)
FIELDS: Final = Each(
    translation_key,
    Needs("name", "description", name=TEXT, description=TEXT, example=TEXT),
)
TRANSLATIONS: Final = Needs(
    title=TEXT,
    common=Each(slug, TEXT),
    config=Needs("step", initiate_flow=Needs("user", user=TEXT), **FLOW),
    options=Needs("step", **FLOW),
    config_subentries=Each(
        slug,
        Needs(
            "step",
            "entry_type",
            "initiate_flow",
            entry_type=TEXT,
            initiate_flow=Each(any_key, TEXT),
            **FLOW,
        ),
    ),
    device=Each(translation_key, Needs(name=TEXT)),
    entity=Each(
        slug,
        Each(
            translation_key,
            Needs(
                name=TEXT,
                state=STATES,
                state_attributes=Each(
                    translation_key, Needs(name=plain_text, state=STATES)
                ),
                unit_of_measurement=plain_text,
            ),
        ),
    ),
    exceptions=Each(slug, Needs("message", message=TEXT)),
    issues=Each(
        any_key,
        Needs(
            "title",
            title=TEXT,
            short_title=TEXT,
            description=TEXT,
            fix_flow=Needs("step", **FLOW),
        ),
    ),
    selector=Each(
        slug,
        Needs(
            options=Each(translation_key, TEXT),
            choices=Each(translation_key, TEXT),
            fields=Each(translation_key, Needs(name=TEXT, description=TEXT)),
            unit_of_measurement=Each(translation_key, TEXT),
        ),
    ),
    services=Each(
        translation_key,
        Needs(
            "name",
            "description",
            name=TEXT,
            description=TEXT,
            fields=FIELDS,
            sections=Each(translation_key, Needs("name", name=TEXT, description=TEXT)),
        ),
    ),
    system_health=Needs(info=Each(translation_key, TEXT)),
)


def branch_problems(shape: Any, found: Any, path: str = "") -> Problems:
    """Yield where a file has another shape than it should."""
    if callable(shape):
        yield from shape(path, found)
    elif not isinstance(found, dict):
        yield f"{path} is no branch"
    elif isinstance(shape, Each):
        for key, below in found.items():
            yield from shape.rule(path, key)
            yield from branch_problems(shape.below, below, f"{path}/{key}")
    else:
        yield from (f"{path}/{it} is missing" for it in shape.needed if it not in found)
        for key, below in found.items():
            if key in shape.known:
                yield from branch_problems(shape.known[key], below, f"{path}/{key}")
            else:
                yield f"{path}/{key} is not known"


def translation_problems(texts: Json) -> Problems:
    """Yield what is wrong with the texts of a language."""
    yield from branch_problems(TRANSLATIONS, texts)
    for path, step in _steps(texts):
        for described in (step, *step.get("sections", {}).values()):
            extra = (
                described.get("data_description", {}).keys()
                - described.get("data", {}).keys()
            )
            yield from (
                f"{path} explains {it}, which it does not ask for" for it in extra
            )
    for name, issue in texts.get("issues", {}).items():
        if ("description" in issue) == ("fix_flow" in issue):
            yield f"issues/{name} is either described, or mended in a flow"
    for name, entry in texts.get("config_subentries", {}).items():
        if "user" not in entry.get("initiate_flow", {}):
            yield f"config_subentries/{name} does not say how to add one"


def _steps(texts: Json) -> Iterator[tuple[str, Json]]:
    flows = {name: texts.get(name, {}) for name in ("config", "options")}
    flows |= texts.get("config_subentries", {})
    flows |= {
        name: issue.get("fix_flow", {})
        for name, issue in texts.get("issues", {}).items()
    }
    for name, flow in flows.items():
        for step, about in flow.get("step", {}).items():
            yield f"{name}/{step}", about


# --- icons.json -------------------------------------------------------------------------------------------------------


def icon(path: str, name: Any) -> Problems:
    """Yield what is wrong with the name of an icon."""
    if not isinstance(name, str) or not re.fullmatch(
        r"mdi:[a-z0-9]+(-[a-z0-9]+)*", name
    ):
        yield f"{path}: {name} is no Material Design icon"


ICONS_OF_STATES: Final = Each(translation_key, icon)
# Numbers, from which on an icon is shown.
ICONS_OF_RANGES: Final = Each(any_key, icon)
ICONS_OF_ENTITY: Final[dict[str, Any]] = {
    "default": icon,
    "state": ICONS_OF_STATES,
    "range": ICONS_OF_RANGES,
}
ICONS_OF_FLOW: Final = Needs(step=Each(any_key, Needs(sections=Each(any_key, icon))))
ICONS: Final = Needs(
    config=ICONS_OF_FLOW,
    options=ICONS_OF_FLOW,
    issues=Each(any_key, Needs(fix_flow=ICONS_OF_FLOW)),
    entity=Each(
        slug,
        Each(
            translation_key,
            Needs(
                state_attributes=Each(translation_key, Needs(**ICONS_OF_ENTITY)),
                **ICONS_OF_ENTITY,
            ),
        ),
    ),
    services=Each(
        translation_key,
        Needs("service", service=icon, sections=Each(translation_key, icon)),
    ),
)


def icon_problems(icons: Json) -> Problems:
    """Yield what is wrong with the icons."""
    yield from branch_problems(ICONS, icons)
    for platform, entities in icons.get("entity", {}).items():
        for key, entity in entities.items():
            attributes = entity.get("state_attributes", {})
            for path, about in ((key, entity), *attributes.items()):
                for kind in ("state", "range"):
                    same = [
                        it
                        for it, name in about.get(kind, {}).items()
                        if name == about.get("default")
                    ]
                    yield from (
                        f"{platform}/{path}: {it} has the default icon" for it in same
                    )
                limits = [*about.get("range", {})]
                if limits != sorted(limits, key=float):
                    yield f"{platform}/{path}: the range is not sorted"


# --- services.yaml ----------------------------------------------------------------------------------------------------

OF_FIELD: Final = {
    "advanced",
    "default",
    "description",
    "example",
    "filter",
    "name",
    "required",
    "selector",
}


def service_problems(services: Json, texts: Json, icons: Json) -> Problems:
    """Yield what is wrong with the descriptions of actions."""
    for name, described in services.items():
        if not valid_entity_id(f"x.{name}"):
            yield f"{name} is no slug"
        described = described or {}
        unknown = described.keys() - {"description", "fields", "name", "target"}
        yield from (f"{name}/{it} is not known" for it in unknown)
        if described.get("target") is not None:
            yield from _selector_problems(name, {"target": described["target"]})
        words = texts.get("services", {}).get(name, {})
        yield from (
            f"{name} has no {it}"
            for it in ("name", "description")
            if it not in words and it not in described
        )
        if name not in icons.get("services", {}):
            yield f"{name} has no icon"
        seen: set[str] = set()
        for section, fields in _sections(described.get("fields", {})):
            if section is not None:
                about = described["fields"][section]
                unknown = about.keys() - {"collapsed", "description", "fields", "name"}
                yield from (f"{name}/{section}/{it} is not known" for it in unknown)
                if not isinstance(about.get("collapsed", True), bool):
                    yield f"{name}/{section}: collapsed is yes or no"
                if "name" not in words.get("sections", {}).get(section, about):
                    yield f"{name}/{section} has no name"
            for field, about in fields.items():
                path = f"{name}/{field}"
                if field in seen:
                    yield f"{path} is there twice"
                seen.add(field)
                yield from _field_problems(path, about, targeted="target" in described)
                told = words.get("fields", {}).get(field, about)
                yield from (
                    f"{path} has no {it}"
                    for it in ("name", "description")
                    if it not in told
                )
                key = (about.get("selector", {}).get("select") or {}).get(
                    "translation_key"
                )
                if key is not None and key not in texts.get("selector", {}):
                    yield f"{path}: the options have no texts"
        yield from (
            f"{name}/{it} has texts, and does not exist"
            for it in words.get("fields", {}).keys() - seen
        )


def _sections(fields: Json) -> Iterator[tuple[str | None, Json]]:
    yield None, {name: it for name, it in fields.items() if "fields" not in (it or {})}
    for name, it in fields.items():
        if "fields" in (it or {}):
            yield name, it["fields"]


def _field_problems(path: str, field: Json, *, targeted: bool) -> Problems:
    yield from (f"{path}/{it} is not known" for it in field.keys() - OF_FIELD)
    if "filter" in field and not targeted:
        yield f"{path} filters a target that there is not"
    for key in ("required", "advanced"):
        if not isinstance(field.get(key, True), bool):
            yield f"{path}: {key} is yes or no"
    for key in ("default", "example"):
        if key in field and field[key] is None:
            yield f"{path}: {key} is empty"
    if "selector" in field:
        yield from _selector_problems(path, field["selector"])


def _selector_problems(path: str, described: Any) -> Problems:
    try:
        selector.validate_selector(described)
    except vol.Invalid as error:
        yield f"{path}: {error}"


# --- code -------------------------------------------------------------------------------------------------------------

# What core lets every integration import without naming it in the manifest.
FREE: Final = {
    *Platform,
    *("alert", "automation", "conversation", "default_config", "device_automation"),
    *("frontend", "group", "homeassistant", "input_boolean", "input_button"),
    *("input_datetime", "input_number", "input_select", "input_text", "media_source"),
    *("onboarding", "panel_custom", "persistent_notification", "person", "script"),
    *("shopping_list", "sun", "system_health", "system_log", "timer", "webhook"),
    *("websocket_api", "zone"),
}


def import_problems(folder: Path, manifest: Json) -> Problems:
    """Yield which of core's integrations are imported and are not named in the manifest."""
    allowed = {
        *FREE,
        *manifest.get("dependencies", []),
        *manifest.get("after_dependencies", []),
        # A platform of theirs in this folder: they are there when it is loaded.
        *(path.stem for path in folder.iterdir()),
    }
    for path in sorted(folder.rglob("*.py")):
        for name in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            first, _, rest = name.partition("homeassistant.components.")
            component = rest.split(".")[0]
            if not first and component and component not in allowed:
                yield f"{path.name} imports {component}, which is not in the manifest"


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imported(child)


def setup_problems(module: str) -> Problems:
    """Yield what is wrong with `__init__.py`: who sets something up has to say what YAML may say."""
    body = ast.parse(module).body
    sets_up = any(
        isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
        and it.name in ("setup", "async_setup")
        for it in body
    )
    names = {
        target.id
        for it in body
        if isinstance(it, ast.Assign | ast.AnnAssign)
        for target in (it.targets if isinstance(it, ast.Assign) else [it.target])
        if isinstance(target, ast.Name)
    }
    if sets_up and "CONFIG_SCHEMA" not in names:
        yield "async_setup without CONFIG_SCHEMA"


# --- files ------------------------------------------------------------------------------------------------------------


def json_problems(text: str) -> Problems:
    """Yield what is wrong with a JSON file as such; a key that is there twice counts once only, and silently."""

    def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ValueError(f"{key} is there twice")
            found[key] = value
        return found

    try:
        json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        yield str(error)


def image_problems(name: str, image: bytes) -> Problems:
    """Yield what is wrong with an image of the brand: PNG, square icons, logos that lie."""
    kind = re.fullmatch(r"(?:dark_)?(icon|logo)(@2x)?\.png", name)
    if kind is None:
        yield f"{name} is none of the images that Home Assistant looks for"
        return
    if not image.startswith(b"\x89PNG\r\n\x1a\n"):
        yield f"{name} is no PNG"
        return
    width, height = int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
    tall = 512 if kind[2] else 256
    if kind[1] == "icon" and (width, height) != (tall, tall):
        yield f"{name} is {width} × {height}, not {tall} × {tall}"
    if kind[1] == "logo" and not (tall // 2 <= height <= tall and width >= height):
        yield f"{name} is {width} × {height}, not {tall // 2} to {tall} high, and wider"
