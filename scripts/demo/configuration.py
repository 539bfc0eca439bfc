"""What stands in the configuration folder before Home Assistant starts."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
import os
from pathlib import Path
from typing import Any, Final, Literal

from .paths import CUSTOM_COMPONENTS
from .ports import HOST

type Units = Literal["metric", "us_customary"]

SLIDER: Final = "input_number.living_room"
THERMOMETER: Final = "living_room_temperature"
"""The unique id of the sensor that follows the slider."""


@dataclass(frozen=True, slots=True)
class _Room:
    """The room thermometer, which somebody moves by hand in the demo."""

    slider: str
    sensor: str


_ROOMS: Final[Mapping[str, _Room]] = {
    "de": _Room("Wohnzimmer ist so warm", "Temperatur im Wohnzimmer"),
    "en": _Room("Living room is at", "Living room temperature"),
    "nl": _Room("Woonkamer is nu", "Temperatuur woonkamer"),
}

# default_config would bring Bluetooth, cameras, the cloud and discovery in the network along. This is what somebody
# sees as an ordinary house. `http` is not here: in YAML it is a trial that ends after five minutes.
_CONFIGURATION: Final = """\
# Written by scripts/develop at every start. What you want to add belongs into packages/.
homeassistant:
  packages: !include_dir_named packages
frontend:
history:
logbook:
my:
sun:
automation: !include automations.yaml
scene: !include scenes.yaml
script: !include scripts.yaml
logger:
  default: warning
  logs:
    custom_components.heatpump_steering: {log_level}
    # What an ordinary computer, or this house, is missing for cameras and sound. There are none here.
    aiohttp_fast_zlib: critical
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
    homeassistant.requirements: error

# A thermometer to play with: move the slider, and the sensor follows.
input_number:
  living_room:
    name: "{room.slider}"
    icon: mdi:thermometer-lines
    min: {low}
    max: {high}
    step: {step}
    unit_of_measurement: "{unit}"
    {initial}
template:
  - sensor:
      - name: "{room.sensor}"
        unique_id: {thermometer}
        device_class: temperature
        state_class: measurement
        unit_of_measurement: "{unit}"
        state: "{{{{ states('{slider}') }}}}"
"""


def write_configuration(
    folder: Path, *, port: int, language: str, units: Units, log_level: str
) -> None:
    """Make a folder that Home Assistant can start in, or bring one up to date; what people did in it stays."""
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    (folder / "packages").mkdir(exist_ok=True)
    for name in ("automations.yaml", "scenes.yaml", "scripts.yaml"):
        (folder / name).touch()
    new = not (folder / "configuration.yaml").exists()
    metric = units == "metric"
    (folder / "configuration.yaml").write_text(
        _CONFIGURATION.format(
            log_level=log_level,
            slider=SLIDER,
            thermometer=THERMOMETER,
            room=_ROOMS.get(language, _ROOMS["en"]),
            unit="°C" if metric else "°F",
            low=10 if metric else 50,
            high=30 if metric else 86,
            step=0.1 if metric else 0.5,
            # Only for the first start: with `initial` the slider would jump back at every other one.
            initial=f"initial: {20.3 if metric else 68.5}" if new else "",
        ),
        encoding="utf-8",
    )
    _link(folder / "custom_components", CUSTOM_COMPONENTS)
    # Written at every start, since port may change. In the first format, which holds nothing but what is set; Home
    # Assistant brings it up to its own. As the stable configuration it needs no confirmation, unlike YAML.
    _store(folder, "http", {"server_host": [HOST], "server_port": port})
    if not (folder / ".storage" / "onboarding").exists():
        # From the very beginning, or what is there before the language is set keeps its English names.
        _store(
            folder,
            "core.config",
            {"language": language, "unit_system_v2": units, "radius": 100},
            minor_version=4,
        )
        # Home Assistant adds its Marketplace by itself, which fetches catalogues from the internet, unless it finds
        # that somebody has turned it off.
        _store(folder, "core.config_entries", {"entries": [_MARKETPLACE_OFF]})
        # Only the loopback: Home Assistant's own look-out for other devices would talk to the network otherwise, and
        # fail where there is none (on a train, say), with everything that makes requests.
        _store(folder, "core.network", {"configured_adapters": ["lo", "lo0"]})
        # This step of the onboarding is what adds a weather service, radio stations and a speaking voice, all from
        # the internet. What it asks for (place, units) is set otherwise.
        _store(folder, "onboarding", {"done": ["core_config"]}, version=4)


_MARKETPLACE_OFF: Final = {
    "data": {},
    "disabled_by": "user",
    "domain": "marketplace",
    "entry_id": "demo_marketplace",
    "source": "system",
    "title": "",
    "version": 1,
}


def _store(
    folder: Path,
    key: str,
    data: Mapping[str, Any],
    *,
    version: int = 1,
    minor_version: int = 1,
) -> None:
    """Write a file as Home Assistant keeps them."""
    content = {
        "version": version,
        "minor_version": minor_version,
        "key": key,
        "data": data,
    }
    (folder / ".storage" / key).write_text(
        json.dumps(content, indent=2), encoding="utf-8"
    )


def _link(link: Path, target: Path) -> None:
    """Make a link, a relative one, so that the project can be moved."""
    if link.is_symlink():
        link.unlink()
    link.symlink_to(os.path.relpath(target, link.parent.resolve()))
