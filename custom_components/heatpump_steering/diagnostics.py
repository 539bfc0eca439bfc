"""Everything that is needed to help, and nothing that tells who it is about."""

from collections.abc import Mapping
from dataclasses import asdict
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import CONF_NAMESPACE, CONF_USER_ID, Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .ui.ids import Identifiers
from .ui.room_sensors import CONF_ROOM_SENSORS

_TO_REDACT: Final = {
    CONF_API_KEY,
    CONF_USER_ID,
    CONF_DEVICE_ID,
    CONF_NAMESPACE,
    "country",
    "postal_code",
}
# A shorter one is only blotted out where it stands alone: else it would be in half of every text, and in every time.
_SHORTEST_SECRET: Final = 4
_ALONE: Final = (r"(?<![\w:.+-])", r"(?![\w:+-]|\.\d)")


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> dict[str, Any]:
    """Return diagnostics of a home."""
    return _diagnostics(hass, entry, None)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return diagnostics of a heat pump, or of all of them."""
    return _diagnostics(hass, entry, device)


def _diagnostics(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry, device: DeviceEntry | None
) -> dict[str, Any]:
    """Return diagnostics, of one device or of all; without what only a connected home can tell where it is none."""
    names = _names(hass, entry)
    raw: dict[str, Any] = {
        "entry": {
            "version": entry.version,
            "state": entry.state.value,
            "data": dict(entry.data),
            "options": dict(entry.options),
        }
    }
    if entry.state is ConfigEntryState.LOADED:
        coordinator = entry.runtime_data
        interval = coordinator.update_interval
        raw |= {
            "write_only": coordinator.write_only,
            "polling": {
                "interval_seconds": interval and interval.total_seconds(),
                "last_update_success": coordinator.last_update_success,
                "last_exception": str(coordinator.last_exception or ""),
                "last_failure": coordinator.last_failure,
                "last_read": coordinator.requests.last_read,
                "last_write": coordinator.requests.last_write,
                "passed_over_in_list": len(coordinator.inventory.others),
                "passed_over_in_settings": coordinator.inventory.passed_over,
            },
            "targets": {
                names[target]: _target(coordinator, target)
                for target in coordinator.data.targets
                if device is None
                or coordinator.inventory.identifiers.device(target)
                in device.identifiers
            },
            "missing": {
                names[target]: shadow.overrides.to_json()
                for target, shadow in coordinator.home.missing.items()
            },
            "vacations": [
                {"start": str(plan.start), "end": plan.end and str(plan.end)}
                for plan in coordinator.vacations.plans
            ],
            "requests": coordinator.requests.as_list(),
        }
    secrets = {
        names[None]: entry.data[CONF_USER_ID],
        **{name: target for target, name in names.items() if target is not None},
        REDACTED: entry.data[CONF_API_KEY],
    }
    for option in ("country", "postal_code"):
        if secret := entry.options.get(option):
            secrets[option.replace("_", " ")] = secret
    redacted: dict[str, Any] = _without(async_redact_data(raw, _TO_REDACT), secrets)
    return redacted


def _names(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> dict[Target, str]:
    """Return what the targets are called instead of their ids, those that are gone as well."""
    device_ids: list[Target] = [
        entry.data.get(CONF_DEVICE_ID),
        *entry.options.get(CONF_ROOM_SENSORS, {}),
    ]
    if entry.state is ConfigEntryState.LOADED:
        coordinator = entry.runtime_data
        device_ids = [
            *coordinator.data.targets,
            *device_ids,
            *coordinator.home.known,
            *sorted(coordinator.home.listed),
        ]
    # The cloud's words may name one that nothing else remembers.
    device_ids += Identifiers(hass, entry).async_known_heat_pumps()
    heat_pumps = dict.fromkeys(filter(None, device_ids))
    return {None: "home"} | {
        device_id: f"heat pump {number}"
        for number, device_id in enumerate(heat_pumps, 1)
    }


def _target(coordinator: SteeringCoordinator, target: Target) -> dict[str, Any]:
    heat_pump = coordinator.data.heat_pumps.get(target or "")
    return {
        "heat_pump": None if heat_pump is None else asdict(heat_pump),
        "status": coordinator.data.targets[target].status,
        "in_force": [it.to_json() for it in coordinator.data.targets[target].in_force],
        "pending": coordinator.home.pending(target).to_json(),
        "shadows": [
            {
                "reported": shadow.reported.to_json(),
                "accepted": shadow.accepted.to_json(),
                "shown": shadow.shown.to_json(),
                "not_kept": {
                    setting: asdict(not_kept)
                    for setting, not_kept in shadow.not_kept.items()
                },
                "updated_at": shadow.updated_at,
                "overrides": shadow.overrides.to_json(),
            }
            for shadow in coordinator.home.shadows.of(target)
        ],
    }


def _without(value: Any, secrets: Mapping[str, str]) -> Any:
    """Return the value with every secret replaced by its name, also inside texts and keys."""
    if isinstance(value, str):
        for name, secret in sorted(
            secrets.items(), key=lambda item: len(item[1]), reverse=True
        ):
            before, after = _ALONE if len(secret) < _SHORTEST_SECRET else ("", "")
            value = re.sub(
                f"{before}{re.escape(secret)}{after}",
                f"[{name.strip('*')}]",
                value,
                # The cloud may spell an id otherwise.
                flags=re.IGNORECASE,
            )
        return value
    if isinstance(value, Mapping):
        return {
            _without(key, secrets): _without(each, secrets)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without(each, secrets) for each in value]
    return value
