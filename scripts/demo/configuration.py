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
PLAYTHINGS: Final = (
    SLIDER,
    "input_number.electricity_price",
    "input_number.solar_power",
    "input_boolean.window",
)
"""What somebody moves by hand in the demo; a sensor follows each."""
THERMOMETER: Final = "living_room_temperature"
"""The unique id of the sensor that follows the slider."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What is there to play with, and the sensors that follow."""

    room_slider: str
    room: str
    price_slider: str
    price: str
    sun_slider: str
    sun: str
    window_switch: str
    window: str


_NAMES: Final[Mapping[str, _Names]] = {
    "de": _Names(
        "Wohnzimmer ist so warm",
        "Temperatur im Wohnzimmer",
        "Strom kostet",
        "Strompreis",
        "Sonne bringt",
        "Solarleistung",
        "Fenster ist offen",
        "Fenster im Wohnzimmer",
    ),
    "en": _Names(
        "Living room is at",
        "Living room temperature",
        "Electricity costs",
        "Electricity price",
        "Sun yields",
        "Solar power",
        "Window is open",
        "Living room window",
    ),
    "nl": _Names(
        "Woonkamer is nu",
        "Temperatuur woonkamer",
        "Stroom kost",
        "Stroomprijs",
        "Zon levert",
        "Zonnestroom",
        "Raam is open",
        "Raam woonkamer",
    ),
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

# To play with: move a slider, and its sensor follows.
input_number:
  living_room:
    name: "{names.room_slider}"
    icon: mdi:thermometer-lines
    min: {low}
    max: {high}
    step: {step}
    unit_of_measurement: "{unit}"
    {first_room}
  electricity_price:
    name: "{names.price_slider}"
    icon: mdi:cash-clock
    min: 0
    max: 0.6
    step: 0.01
    unit_of_measurement: EUR/kWh
    {first_price}
  solar_power:
    name: "{names.sun_slider}"
    icon: mdi:solar-power-variant-outline
    min: 0
    max: 6000
    step: 100
    unit_of_measurement: W
    {first_sun}
input_boolean:
  window:
    name: "{names.window_switch}"
    icon: mdi:window-open-variant
template:
  - sensor:
      - name: "{names.room}"
        unique_id: {thermometer}
        device_class: temperature
        state_class: measurement
        unit_of_measurement: "{unit}"
        state: "{{{{ states('{slider}') }}}}"
      - name: "{names.price}"
        unique_id: electricity_price
        state_class: measurement
        unit_of_measurement: EUR/kWh
        state: "{{{{ states('input_number.electricity_price') }}}}"
      - name: "{names.sun}"
        unique_id: solar_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: "{{{{ states('input_number.solar_power') }}}}"
  - binary_sensor:
      - name: "{names.window}"
        unique_id: living_room_window
        device_class: window
        state: "{{{{ is_state('input_boolean.window', 'on') }}}}"
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
            names=_NAMES.get(language, _NAMES["en"]),
            unit="°C" if metric else "°F",
            low=10 if metric else 50,
            high=30 if metric else 86,
            step=0.1 if metric else 0.5,
            # Only for the first start: with `initial` a slider would jump back at every other one.
            first_room=f"initial: {20.3 if metric else 68.5}" if new else "",
            first_price="initial: 0.24" if new else "",
            first_sun="initial: 0" if new else "",
        ),
        encoding="utf-8",
    )
    _link(folder / "custom_components", CUSTOM_COMPONENTS)
    # Written at every start, since port may change. In the first format, which holds nothing but what is set; Home
    # Assistant brings it up to its own. As the stable configuration it needs no confirmation, unlike YAML.
    store(folder, "http", {"server_host": [HOST], "server_port": port})
    if not (folder / ".storage" / "onboarding").exists():
        # From the very beginning, or what is there before the language is set keeps its English names.
        store(
            folder,
            "core.config",
            {"language": language, "unit_system_v2": units, "radius": 100},
            minor_version=4,
        )
        # Home Assistant adds its Marketplace by itself, which fetches catalogues from the internet, unless it finds
        # that somebody has turned it off.
        store(folder, "core.config_entries", {"entries": [_MARKETPLACE_OFF]})
        # Only the loopback: Home Assistant's own look-out for other devices would talk to the network otherwise, and
        # fail where there is none (on a train, say), with everything that makes requests.
        store(folder, "core.network", {"configured_adapters": ["lo", "lo0"]})
        # This step of the onboarding is what adds a weather service, radio stations and a speaking voice, all from
        # the internet. What it asks for (place, units) is set otherwise.
        store(folder, "onboarding", {"done": ["core_config"]}, version=4)


_MARKETPLACE_OFF: Final = {
    "data": {},
    "disabled_by": "user",
    "domain": "marketplace",
    "entry_id": "demo_marketplace",
    "source": "system",
    "title": "",
    "version": 1,
}


def store(
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
