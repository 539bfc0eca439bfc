"""A homeowner's evening: automations made from the blueprints, and time that passes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import json
import logging
from pathlib import Path
from typing import Any, override

import attr

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import METRIC_SYSTEM, UnitSystem
from homeassistant.util.yaml import load_yaml_dict

from ..house import Json
from ..promise.day import Day

ROOT = Path(__file__).parent.parent.parent
BLUEPRINTS = ROOT / "blueprints" / "automation" / "heatpump_steering"
PLACE = "Europe/Amsterdam"
# How long it takes until an automation has looked again by itself, in seconds.
LATEST = 310

BELOW = "room.temperature_lower_bound"
ABOVE = "room.temperature_upper_bound"
MODE = "room.temperature_control_mode"
HOT_WATER_MIN = "dhw.temperature_lower_bound"
HOT_WATER_MAX = "dhw.temperature_upper_bound"


def blueprint(name: str) -> Blueprint:
    """Return a blueprint as Home Assistant takes it when it is imported."""
    return Blueprint(
        load_yaml_dict(str(BLUEPRINTS / f"{name}.yaml")),
        expected_domain=AUTOMATION,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


class Evening(Day):
    """A day with automations in it."""

    def __init__(
        self,
        config: Path,
        *,
        units: UnitSystem = METRIC_SYSTEM,
        settings: Json | None = None,
        heat_pumps: Sequence[str] = ("hp-1",),
    ) -> None:
        """Start a house with these heat pumps, whose Home Assistant keeps its configuration in this folder."""
        self._config = config
        self._units = units
        self._around: dict[str, tuple[str, Json]] = {}
        self._automations: list[Json] = []
        self._away = timedelta()
        self._devices: dict[str, dr.DeviceEntry] = {}
        self.may_complain = False
        super().__init__(*heat_pumps)
        if settings is not None:
            self.in_the_app(settings)

    # Home Assistant

    @override
    async def _furnish(self) -> None:
        self.hass.config.config_dir = str(self._config)
        self.hass.config.units = self._units
        await self.hass.config.async_set_time_zone(PLACE)
        # The test framework keeps registries from being saved.
        vars(dr.async_get(self.hass))["_devices"].update(self._devices)

    @override
    async def _start_home_assistant(self, before: ConfigEntry | None) -> None:
        self.clock.tick(self._away)
        await super()._start_home_assistant(before)
        self.hass.set_state(CoreState.starting)
        for entity_id, (state, attributes) in self._around.items():
            self.hass.states.async_set(entity_id, state, attributes)
        config: dict[str, Any] = {
            "persistent_notification": {},
            AUTOMATION: self._automations,
        }
        for domain in config:
            assert await async_setup_component(self.hass, domain, config)
        self.hass.set_state(CoreState.running)
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await self.settle()

    @override
    async def _stop_home_assistant(self) -> None:
        self._devices = {
            device.id: attr.evolve(device, config_entry_id="home")
            for device in self.house.devices().values()
        }
        await super()._stop_home_assistant()
        # The process does not end here, so what automations wait for would go on.
        for automation in list(self.hass.data[DATA_INSTANCES][AUTOMATION].entities):
            await automation.async_remove()
        # The test framework keeps registries from being saved, so an entity gets another registry id at every start,
        # by which 2026.11 finds its state again. Without one it looks for the entity id, as 2026.10 does.
        for each in self.storage.get("core.restore_state", {"data": []})["data"]:
            each.pop("entity_registry_id", None)

    def automate(self, name: str, target: str | None = "hp-1", **inputs: Any) -> None:
        """Import a blueprint and save an automation made from it for a heat pump, as a person does."""
        pick = {}
        if target is not None and "heat_pump" in blueprint(name).inputs:
            pick["heat_pump"] = [self.house.device(target).id]
        number = len(self._automations) + 1
        self._automations.append(
            {
                "id": f"170000000000{number}",
                "alias": f"{name} {number}",
                "use_blueprint": {
                    "path": f"heatpump_steering/{name}.yaml",
                    "input": {**pick, **inputs},
                },
            }
        )
        self.run(self._save(name))
        self.wait(5)

    def edit(self, index: int, **inputs: Any) -> None:
        """Change something in the form of an automation, and save."""
        before = self._automations[index]
        use = before["use_blueprint"]
        use = {**use, "input": {**use["input"], **inputs}}
        self._automations[index] = {**before, "use_blueprint": use}
        self.run(self._save(use["path"].split("/")[1][:-5]))
        self.wait(5)

    def delete(self, index: int) -> None:
        """Delete an automation."""
        use = self._automations.pop(index)["use_blueprint"]
        self.run(self._save(use["path"].split("/")[1][:-5]))
        self.wait(5)

    def rename(self, index: int, alias: str) -> None:
        """Give an automation another name, and its entity the id that goes with it."""
        before = self._automations[index]
        entity_id = er.async_get(self.hass).async_get_entity_id(
            AUTOMATION, AUTOMATION, before["id"]
        )
        assert entity_id is not None
        er.async_get(self.hass).async_update_entity(
            entity_id, new_entity_id=f"automation.another_{index}"
        )
        self._automations[index] = {**before, "alias": alias}
        self.run(self._save(before["use_blueprint"]["path"].split("/")[1][:-5]))
        self.wait(5)

    def alias(self, index: int) -> str:
        """Return what an automation is called."""
        alias: str = self._automations[index]["alias"]
        return alias

    async def _save(self, name: str) -> None:
        """Write the automations and let Home Assistant read them, as its editor does; import the blueprint first."""
        # JSON is YAML.
        (self._config / "configuration.yaml").write_text(
            json.dumps({AUTOMATION: self._automations}), encoding="utf-8"
        )
        await async_get_blueprints(self.hass).async_add_blueprint(
            blueprint(name), f"heatpump_steering/{name}.yaml", allow_override=True
        )
        await self.hass.services.async_call(AUTOMATION, "reload", blocking=True)

    def restart_after(
        self, away: timedelta = timedelta(), *, power_cut: bool = False
    ) -> None:
        """Restart Home Assistant; it can be away for a while."""
        self._away = away
        self.run(self.restart(power_cut=power_cut))
        self._away = timedelta()
        self.wait(5)

    # The house

    def there_is(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Let an entity of another integration have a state; also after a restart."""
        self._around[entity_id] = (state, attributes)

        async def write() -> None:
            self.hass.states.async_set(entity_id, state, attributes)

        self.run(write())
        self.wait(5)

    def there_will_be(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Let an entity have another state after the next restart."""
        self._around[entity_id] = (state, attributes)

    def at(self, time: str, days: int = 0) -> None:
        """Let it become that time of the clock on the wall, some days later if need be; a little later in truth."""
        hour, minute = map(int, time.split(":"))
        wanted = dt_util.now().replace(hour=hour, minute=minute, second=0) + timedelta(
            days=days
        )
        assert wanted > dt_util.now()
        # In one go to shortly before it; what was due on the way is done then.
        self.clock.move_to(wanted - timedelta(seconds=30))
        self.wait(40, step=5)

    def in_the_app(self, settings: Json) -> None:
        """Change settings in the supplier's app, and let Home Assistant read them."""
        self.cloud.cloud.change_settings("hp-1", settings)
        self.run(self.house.poll())

    def cloud_refuses(self, *, but_applies: bool = False) -> None:
        """Let the cloud refuse every change; or say so, and make it nevertheless."""
        self.may_complain = True
        self.cloud.weather.add(method="PATCH", status=422, body={}, apply=but_applies)

    def cloud_is_well(self) -> None:
        """Let the cloud do what it is asked for."""
        self.cloud.weather.replace([])

    def entity(self, key: str) -> str:
        """Return an entity of the heat pump, as a person picks it in the form."""
        return self.house.entity_id(key)

    def choose(self, **profile: Any) -> None:
        """Choose what vacations set; the preferred temperature is 16 °C."""
        profile = {"preferred_temperature": 16.0, **profile}
        self.hass.config_entries.async_update_entry(
            self.entry, options={"vacation": profile}
        )
        self.run(self.reload())
        self.wait(5)
        self.cloud.journal.clear()

    def leave(self) -> None:
        """Go on a vacation now."""
        self._preset("away")

    def come_home(self) -> None:
        """Be back from a vacation."""
        self._preset("none")

    def _preset(self, preset: str) -> None:
        call = self.act("climate.set_preset_mode", "climate", preset_mode=preset)
        assert self.done(call).error is None
        self.wait(5)

    def plan(self, begins: datetime, ends: datetime) -> None:
        """Plan a vacation in the calendar."""
        call = self.act(
            "calendar.create_event",
            "vacation",
            "home",
            summary="Away",
            start_date_time=begins.isoformat(),
            end_date_time=ends.isoformat(),
        )
        assert self.done(call).error is None

    def by_hand(self, settings: Json) -> None:
        """Set numbers, or the thermostat's mode, by hand; the way home is theirs."""
        for key, value in settings.items():
            if key == "climate":
                call = self.act("climate.set_hvac_mode", key, hvac_mode=value)
            else:
                call = self.set(value, key)
            self.wait(1, step=0.05)
            assert call.done and call.error is None
        self.cloud.journal.clear()

    # Looking

    def begun(self, target: str = "hp-1") -> Any:
        """Return what automations have begun and not ended."""
        return self.house.state("for_a_while", target).attributes["begun"]

    def complaints(self) -> list[str]:
        """Return what Home Assistant has logged about automations as a warning or worse."""
        return [
            record.getMessage()
            for record in self.records.records
            if record.levelno >= logging.WARNING
            and record.name.startswith(
                (
                    "homeassistant.components.automation",
                    "homeassistant.components.blueprint",
                    "homeassistant.helpers.template",
                    "homeassistant.helpers.script",
                    "homeassistant.helpers.condition",
                    "homeassistant.helpers.event",
                )
            )
        ]
