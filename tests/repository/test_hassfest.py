"""Our files by hassfest's rules; and each rule finds what it is there for."""

from collections.abc import Callable
import copy
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant import components
from homeassistant.util.yaml import load_yaml_dict

from .hassfest import (
    Problems,
    icon_problems,
    image_problems,
    import_problems,
    json_problems,
    manifest_problems,
    service_problems,
    setup_problems,
    translation_problems,
)

ROOT = Path(__file__).parent.parent.parent
INTEGRATION = ROOT / "custom_components" / DOMAIN
CORE = Path(components.__path__[0])


def read(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration."""
    found = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


MANIFEST = read("manifest.json")
ENGLISH = read("translations/en.json")
ICONS = read("icons.json")
SERVICES = load_yaml_dict(str(INTEGRATION / "services.yaml"))
LANGUAGES = sorted(path.stem for path in (INTEGRATION / "translations").iterdir())


def of_manifest(manifest: dict[str, Any]) -> Problems:
    """Yield what is wrong with a manifest in our folder."""
    return manifest_problems(manifest, INTEGRATION, CORE)


def of_services(services: dict[str, Any]) -> Problems:
    """Yield what is wrong with actions that have our texts and icons."""
    return service_problems(services, ENGLISH, ICONS)


# --- ours -------------------------------------------------------------------------------------------------------------


def test_manifest() -> None:
    """The manifest is as hassfest wants it, and needs no package: what there is comes with Home Assistant."""
    assert [*of_manifest(MANIFEST)] == []
    assert MANIFEST["domain"] == DOMAIN
    assert "requirements" not in MANIFEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations(language: str) -> None:
    """The texts are as hassfest wants the English ones, in every language."""
    assert [*translation_problems(read(f"translations/{language}.json"))] == []


def test_icons() -> None:
    """The icons are as hassfest wants them."""
    assert [*icon_problems(ICONS)] == []


def test_services() -> None:
    """The actions are as hassfest wants them."""
    assert [*of_services(SERVICES)] == []


def test_code() -> None:
    """What is imported of core is there when we are loaded, and YAML may say what we say that it may."""
    assert [*import_problems(INTEGRATION, MANIFEST)] == []
    setup = (INTEGRATION / "__init__.py").read_text(encoding="utf-8")
    assert [*setup_problems(setup)] == []
    flow = (INTEGRATION / "config_flow.py").read_text(encoding="utf-8")
    assert "self.async_set_unique_id(" in flow


def test_json_files() -> None:
    """Every JSON file is one, and says nothing twice."""
    paths = sorted(INTEGRATION.rglob("*.json"))
    assert len(paths) > 10
    problems = {
        path.name: [*json_problems(path.read_text(encoding="utf-8"))] for path in paths
    }
    assert not any(problems.values()), problems


def test_brand() -> None:
    """All images are there, light and dark, and each is of its size."""
    images = sorted((INTEGRATION / "brand").iterdir())
    assert {image.name for image in images} == {
        f"{theme}{kind}{size}.png"
        for theme in ("", "dark_")
        for kind in ("icon", "logo")
        for size in ("", "@2x")
    }
    for image in images:
        assert [*image_problems(image.name, image.read_bytes())] == []


def test_no_files_of_the_past() -> None:
    """What hassfest knows under another name by now is not there, nor what only core has."""
    for name in ("strings.json", ".translations", "iqs.json", "conditions.yaml"):
        assert not (INTEGRATION / name).exists()
    assert not [*(INTEGRATION / "translations").glob("*.en.json")]


# --- faults -----------------------------------------------------------------------------------------------------------


def put(branch: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy with a value put at a path; None takes it away."""
    changed: dict[str, Any] = copy.deepcopy(branch)
    *above, last = path.split("/")
    at = changed
    for key in above:
        at = at.setdefault(key, {})
    if value is None:
        del at[last]
    else:
        at[last] = value
    return changed


FAULTS: list[tuple[Callable[[dict[str, Any]], Problems], dict[str, Any], str, Any, str]]
FAULTS = [
    *(
        (of_manifest, MANIFEST, path, value, says)
        for path, value, says in (
            ("quality", "gold", "quality is not known"),
            ("quality_scale", "gold", "not sorted"),
            ("version", None, "version is missing"),
            ("version", "newest", "version is none"),
            ("iot_class", None, "iot_class is missing"),
            ("iot_class", "cloud", "iot_class is not one"),
            ("integration_type", None, "integration_type is missing"),
            ("integration_type", "thing", "integration_type is not one"),
            ("codeowners", None, "codeowners is missing"),
            ("codeowners", [], "codeowners are no names"),
            ("codeowners", ["somebody"], "codeowners are no names"),
            ("codeowners", "@somebody", "codeowners is not a list"),
            ("documentation", "http://example.com", "no https address"),
            ("documentation", "https://www.home-assistant.io/x", "that of core"),
            ("issue_tracker", "example", "issue_tracker is no address"),
            ("domain", "climate", "domain and folder differ"),
            ("config_flow", False, "do not go together"),
            ("config_flow", None, "do not go together"),
            ("dependencies", ["no_such_thing"], "no_such_thing is not in core"),
            ("requirements", ["one == 1"], "has a blank"),
        )
    ),
    *(
        (translation_problems, ENGLISH, path, value, says)
        for path, value, says in (
            ("titel", "Heat pump", "/titel is not known"),
            ("title", "", "no text"),
            ("title", 7, "no text"),
            ("title", " Heat pump", "blanks"),
            ("title", "<b>Heat pump</b>", "HTML"),
            ("title", "Heat &amp; pump", "HTML"),
            ("title", "As on https://example.com", "address"),
            ("title", "As on www.example.com", "address"),
            ("title", "[%key:common::title%]", "refers to another"),
            ("title", "Heat pump '{name}'", "single quotes"),
            ("title", "Heat pump {1}", "is no name"),
            ("title", "Heat pump {a b}", "is no name"),
            ("title", "Heat pump {", "does not close"),
            ("common", "text", "/common is no branch"),
            ("common/two words", "text", "is no slug"),
            ("config/title", "Heat pump", "/config/title is not known"),
            ("config/step", None, "/config/step is missing"),
            ("config/step/user/datum/x", "X", "datum is not known"),
            ("config/step/user/data_description/x", "X", "does not ask for"),
            (
                "options/step/vacation/sections/x/data_description/y",
                "Y",
                "does not ask",
            ),
            ("config_subentries/x/step/user/title", "X", "entry_type is missing"),
            ("config_subentries/x/initiate_flow/y", "X", "how to add one"),
            ("device/Home/name", "Home", "is no key"),
            ("entity/select/control_mode/state/_off", "Off", "is no key"),
            ("entity/select/control_mode/state/off", "Off {x}", "never filled in"),
            ("entity/sensor/x/unit_of_measurement", "{x}", "never filled in"),
            ("entity/sensor/x/state_attributes/y/state/z", "{x}", "never filled in"),
            ("entity/sensor/x/colour", "red", "/colour is not known"),
            ("exceptions/x", {}, "message is missing"),
            ("exceptions/a-b/message", "X", "is no slug"),
            ("issues/x/description", "X", "title is missing"),
            ("issues/x/title", "X", "either described, or mended"),
            ("issues/hot_water/description", "X", "either described, or mended"),
            ("selector/control_mode/options/Off", "Off", "is no key"),
            ("services/x/name", "X", "description is missing"),
            ("services/update_settings/fields/x/name", "X", "description is missing"),
            ("services/update_settings/sections/x/description", "X", "name is missing"),
            ("system_health/info/a b", "X", "is no key"),
        )
    ),
    *(
        (icon_problems, ICONS, path, value, says)
        for path, value, says in (
            ("triggers/x", "mdi:fire", "/triggers is not known"),
            ("entity/number/x/default", "fire", "no Material Design icon"),
            ("entity/number/x/default", "hass:fire", "no Material Design icon"),
            ("entity/number/X/default", "mdi:fire", "is no key"),
            ("entity/number/x/standard", "mdi:fire", "is not known"),
            ("entity/number/x/range", {"10": "mdi:a", "9": "mdi:b"}, "not sorted"),
            (
                "entity/select/x",
                {"default": "mdi:a", "state": {"on": "mdi:a"}},
                "has the default icon",
            ),
            (
                "entity/select/x/state_attributes/y",
                {"default": "mdi:a", "state": {"on": "mdi:a"}},
                "has the default icon",
            ),
            ("services/update_settings", "mdi:fire", "is no branch"),
            ("services/update_settings/service", None, "service is missing"),
            ("options/step/x/sections/y", "fire", "no Material Design icon"),
        )
    ),
    *(
        (of_services, SERVICES, f"update_settings/{path}", value, says)
        for path, value, says in (
            ("colour", "red", "colour is not known"),
            ("target", {"device": 7}, "update_settings: "),
            ("fields/x/selector/text", {}, "x has no name"),
            ("fields/x/selector/text", {}, "x has no description"),
            ("fields/config_entry_id/selektor", {}, "selektor is not known"),
            ("fields/config_entry_id/selector", {"thing": {}}, "config_entry_id: "),
            (
                "fields/config_entry_id/selector",
                {"number": {"min": "x"}},
                "config_entry_id: ",
            ),
            ("fields/config_entry_id/required", "yes", "required is yes or no"),
            ("fields/postal_code/selector/text", {}, "postal_code is there twice"),
            ("fields/country", {"example": None}, "example is empty"),
            ("fields/x/fields/country/selector/country", {}, "x has no name"),
            ("fields/room/collapsed", "yes", "collapsed is yes or no"),
            ("fields/room/open", True, "room/open is not known"),
            ("fields/room/fields/schedule", None, "schedule has texts"),
            (
                "fields/room/fields/control_mode/selector/select/translation_key",
                "x",
                "no texts",
            ),
        )
    ),
    (of_services, SERVICES, "other", {}, "other has no name"),
    (of_services, SERVICES, "other", {}, "other has no description"),
    (of_services, SERVICES, "other", {}, "other has no icon"),
    (of_services, SERVICES, "Other", {}, "Other is no slug"),
    (
        of_services,
        SERVICES,
        "other",
        {"fields": {"x": {"filter": {}}}},
        "a target that there is not",
    ),
]


@pytest.mark.parametrize(
    ("rule", "good", "path", "bad", "says"),
    FAULTS,
    ids=[f"{path}: {says}" for *_, path, _, says in FAULTS],
)
def test_each_rule_finds_its_fault(
    rule: Callable[[dict[str, Any]], Problems],
    good: dict[str, Any],
    path: str,
    bad: Any,
    says: str,
) -> None:
    """A fault that is put into one of our files is found, and named."""
    found = [it for it in rule(put(good, path, bad)) if says in it]
    assert found
    assert not [it for it in rule(good) if says in it]


def test_manifest_that_collides_with_core() -> None:
    """A name that core has already is found."""
    folder = CORE / "climate"
    manifest = MANIFEST | {"domain": "climate"}
    assert "core has an integration of this name" in [
        *manifest_problems(manifest, folder, CORE)
    ]


def test_dependency_needed_twice() -> None:
    """What has to be there before us is not to come later, too."""
    manifest = MANIFEST | {"dependencies": ["http"], "after_dependencies": ["http"]}
    assert "http is needed twice" in [*of_manifest(manifest)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from homeassistant.components.recorder import x", {"recorder"}),
        ("from homeassistant.components import mqtt, climate", {"mqtt"}),
        ("import homeassistant.components.recorder.const", {"recorder"}),
        ("def late():\n    from homeassistant.components import mqtt", {"mqtt"}),
        ("if TYPE_CHECKING:\n    from homeassistant.components import mqtt", set()),
        ("from homeassistant.components.climate import ClimateEntity", set()),
        ("from homeassistant.components.diagnostics import REDACTED", set()),
        ("from homeassistant.helpers import entity", set()),
        ("from .components.recorder import x", set()),
    ],
)
def test_import_without_a_dependency(
    tmp_path: Path, code: str, found: set[str]
) -> None:
    """What is imported without being named in the manifest is found, in whichever way; a platform's own is fine."""
    (tmp_path / "diagnostics.py").touch()
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "texts.py").write_text(code, encoding="utf-8")
    problems = [*import_problems(tmp_path, {})]
    assert {re.findall(r"imports (\w+)", it)[0] for it in problems} == found
    named = {"dependencies": ["recorder"], "after_dependencies": ["mqtt"]}
    assert [*import_problems(tmp_path, named)] == []


@pytest.mark.parametrize(
    ("code", "fine"),
    [
        ("async def async_setup(hass, config): ...", False),
        ("def setup(hass, config): ...\nOTHER_SCHEMA = 1", False),
        ("CONFIG_SCHEMA = 1\nasync def async_setup(hass, config): ...", True),
        ("CONFIG_SCHEMA: int = 1\nasync def async_setup(hass, config): ...", True),
        ("async def async_setup_entry(hass, entry): ...", True),
    ],
)
def test_setup_without_a_schema(code: str, fine: bool) -> None:
    """An integration that sets something up without saying what YAML may say is found."""
    assert ([*setup_problems(code)] == []) is fine


@pytest.mark.parametrize("text", ["", "{", '{"a": 1,}', '{"a": 1, "a": 2}'])
def test_json_that_is_none(text: str) -> None:
    """Text that is no JSON is found, and a key that is there twice."""
    assert [*json_problems(text)]


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("icon.png", 512, 512),
        ("icon@2x.png", 256, 256),
        ("dark_icon.png", 256, 255),
        ("logo.png", 300, 100),
        ("logo.png", 600, 300),
        ("dark_logo@2x.png", 256, 512),
        ("picture.png", 256, 256),
        ("icon.jpg", 256, 256),
    ],
)
def test_image_of_another_size(name: str, width: int, height: int) -> None:
    """An image of another size or name is found, and one that is none."""
    head = b"\x89PNG\r\n\x1a\n" + bytes(8)
    image = head + width.to_bytes(4) + height.to_bytes(4)
    assert [*image_problems(name, image)]
    assert [*image_problems("icon.png", b"GIF89a")]
