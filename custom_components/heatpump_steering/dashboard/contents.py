"""What there is to be shown: each heat pump of each connected home, and all of a home, with their entities.

Registries and entries tell all of it, so that it is known also while a home waits to be set up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_RESTORED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_WRITE_ONLY, DOMAIN, HOME_KEY, Target
from ..coordinator import HeatPumpSteeringConfigEntry
from ..ui.ids import ACCOUNT_LINK, CALENDAR, Identifiers
from ..ui.presets import STANDARD, presets_of
from ..ui.room_sensors import CONF_ROOM_SENSORS

# So many of a person's fit side by side below a thermostat, with the two that are always there.
_MOST_ICONS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown of a heat pump, or of all of a home."""

    title: str
    entities: Mapping[str, str]
    """The entity ids, by the keys that are in the unique ids. What is disabled or hidden is not there."""
    names: Mapping[str, str]
    """What a person calls those of them that they have given a name."""
    account_links: tuple[str, ...]
    """The entities that tell whether the link to a manufacturer's account is broken; for the home those of each heat pump."""
    room_sensor: str | None
    """The sensor that was picked for the room's temperature."""
    is_of_several: bool
    """It stands for several heat pumps."""
    may_be_unknown: bool
    """A number may have no value, as where heat pumps differ: the frontend's − and + begin at the minimum then."""
    presets_as_icons: bool
    """The presets can be told apart by their icons alone."""


@callback
def async_contents(hass: HomeAssistant) -> list[Shown]:
    """Return what there is to be shown, home by home; all of a home comes after its heat pumps."""
    homes = [
        (entry.title, _of_home(hass, entry))
        for entry in hass.config_entries.async_entries(DOMAIN)
    ]
    titles = [it.title for _, home in homes for it in home]
    return [
        it if titles.count(it.title) == 1 else replace(it, title=f"{name} · {it.title}")
        for name, home in homes
        for it in home
    ]


def _of_home(hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry) -> list[Shown]:
    is_loaded = entry.state is ConfigEntryState.LOADED
    identifiers = (
        entry.runtime_data.inventory.identifiers
        if is_loaded
        else Identifiers(hass, entry)
    )
    by_device: dict[str | None, dict[str, er.RegistryEntry]] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if not (
            entity.disabled or entity.hidden or (is_loaded and _is_left(hass, entity))
        ):
            of_device = by_device.setdefault(entity.device_id, {})
            of_device[entity.translation_key or ""] = entity
    devices = {
        target: device
        for target, device in identifiers.async_devices().items()
        if device.id in by_device
    }
    targets: list[Target] = [target for target in devices if target is not None]
    # The only heat pump is all of the home; where none is known, the home stands for what there is.
    if None in devices and len(targets) != 1:
        targets.append(None)
    # One for the home, at whichever of its devices.
    calendars = {
        key: it[key] for it in by_device.values() for key in it.keys() & {CALENDAR}
    }
    account_links = {
        target: of[ACCOUNT_LINK].entity_id
        for target, device in devices.items()
        if ACCOUNT_LINK in (of := by_device[device.id])
    }
    presets = presets_of(hass, entry)
    room_sensors = entry.options.get(CONF_ROOM_SENSORS, {})
    shown = []
    for target in targets:
        entities = {**calendars, **by_device[devices[target].id]}
        room_sensor = room_sensors.get(target or HOME_KEY)
        shown.append(
            Shown(
                title=identifiers.async_device_name(target),
                entities={key: it.entity_id for key, it in entities.items()},
                names={key: it.name for key, it in entities.items() if it.name},
                account_links=tuple(
                    link for of, link in account_links.items() if target in (of, None)
                ),
                room_sensor=room_sensor
                if room_sensor and hass.states.get(room_sensor)
                else None,
                is_of_several=target is None and len(targets) > 1,
                may_be_unknown=target is None or entry.data[CONF_WRITE_ONLY],
                presets_as_icons=len(presets) <= _MOST_ICONS
                and all(preset.mode in STANDARD for preset in presets),
            )
        )
    return shown


def _is_left(hass: HomeAssistant, entity: er.RegistryEntry) -> bool:
    """Return whether an entity is only left of an earlier time, such as that before the key could only write."""
    state = hass.states.get(entity.entity_id)
    return state is None or state.attributes.get(ATTR_RESTORED, False)
