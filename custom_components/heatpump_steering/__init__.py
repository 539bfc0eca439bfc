"""Heat Pump Steering: what the cloud may do with a heat pump, set from Home Assistant."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .const import CONF_BASE_URL, DOMAIN
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .dashboard import async_setup_dashboard
from .services import async_setup_services
from .sync.home_storage import HomeStorage
from .sync.record import HomeRecord
from .ui.action_forms import async_setup_action_forms
from .ui.authentication import without_api_path
from .ui.farewell import async_follow_disabling, async_put_back
from .ui.issues import async_forget_issues
from .ui.presets import boost
from .ui.texts import async_load_texts

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.CLIMATE,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions and the dashboard, and what is done when a home is disabled."""
    async_setup_services(hass)
    await async_setup_action_forms(hass)
    async_follow_disabling(hass)
    await async_setup_dashboard(hass)
    return True


async def async_setup_entry(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> bool:
    """Set up a home."""
    server = without_api_path(entry.data[CONF_BASE_URL])
    if server != entry.data[CONF_BASE_URL]:
        data = {**entry.data, CONF_BASE_URL: server}
        hass.config_entries.async_update_entry(entry, data=data)
    coordinator = SteeringCoordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.start()
    return True


async def async_migrate_entry(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> bool:
    """Give an entry of an earlier version what a new one has from the start; one of a later version stays as it is."""
    if entry.minor_version < 2:
        await async_load_texts(hass)
        hass.config_entries.async_add_subentry(entry, boost(hass))
        hass.config_entries.async_update_entry(entry, minor_version=2)
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> bool:
    """Unload a home: first its entities, so that nobody changes anything any more."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry
) -> None:
    """Put back what is in force at a home, and forget what was kept for it."""
    try:
        await async_put_back(hass, entry)
    finally:
        await HomeStorage(hass, entry.entry_id, HomeRecord).async_remove()
        async_forget_issues(hass, entry.entry_id)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: HeatPumpSteeringConfigEntry, device: DeviceEntry
) -> bool:
    """Let a person delete a device that the cloud no longer has, as far as is known: it comes back if it is there."""
    if entry.state is not ConfigEntryState.LOADED:
        return True
    coordinator = entry.runtime_data
    return not any(
        coordinator.inventory.identifiers.device(target) in device.identifiers
        for target in coordinator.data.targets
    )
