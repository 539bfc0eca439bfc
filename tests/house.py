"""A house with Home Assistant, and the cloud that its heat pumps are steered by."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.heatpump_steering.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from simulator import Simulator

KEY = "test-key"
USER = "user-1"

type Json = Mapping[str, Any]


class House:
    """What tests do in a house, in few words."""

    def __init__(self, hass: HomeAssistant, cloud: Simulator) -> None:
        """Know Home Assistant and the cloud."""
        self.hass = hass
        self.cloud = cloud
        self.entry: ConfigEntry

    def add_heat_pump(
        self,
        device_id: str = "hp-1",
        *,
        settings: Json | None = None,
        user_id: str = USER,
        key: str = KEY,
        **attributes: Any,
    ) -> None:
        """Put a heat pump into the cloud."""
        attributes = {"brand": "nibe", "model": "S735", **attributes}
        self.cloud.cloud.add_heat_pump(
            device_id, user_id, key=key, settings=settings, **attributes
        )

    def typed(self, **typed: Any) -> dict[str, Any]:
        """Return what a person types into the form of the config flow; None takes a field away."""
        form = {
            "api_key": KEY,
            "user_id": USER,
            "base_url": self.cloud.url,
            **typed,
        }
        return {field: text for field, text in form.items() if text is not None}

    async def open_form(self, source: str = SOURCE_USER) -> ConfigFlowResult:
        """Open a form of the config flow; any but the user's is about the entry."""
        context: ConfigFlowContext = {"source": source}
        if source != SOURCE_USER:
            context["entry_id"] = self.entry.entry_id
        return await self.hass.config_entries.flow.async_init(
            DOMAIN, context=context, data=None
        )

    async def submit(self, form: ConfigFlowResult, **typed: Any) -> ConfigFlowResult:
        """Send a form, and wait until everything that follows from it has happened."""
        result = await self.hass.config_entries.flow.async_configure(
            form["flow_id"], typed
        )
        await self.hass.async_block_till_done()
        return result

    async def connect(self, **typed: Any) -> ConfigEntry:
        """Connect the house by the config flow, as a person does, and forget the requests of that."""
        result = await self.submit(await self.open_form(), **self.typed(**typed))
        assert result["type"] is FlowResultType.CREATE_ENTRY, result
        self.entry = result["result"]
        self.cloud.journal.clear()
        return self.entry

    async def connected(self, *device_ids: str, **typed: Any) -> House:
        """Connect with these heat pumps in the cloud (one, if none is named) and their default settings."""
        for device_id in device_ids or ("hp-1",):
            self.add_heat_pump(device_id)
        await self.connect(**typed)
        return self

    def entity_id(self, key: str, target: str = "hp-1", user_id: str = USER) -> str:
        """Return the entity of a setting."""
        registry = er.async_get(self.hass)
        for platform in ("climate", "number", "select", "switch", "sensor"):
            if entity_id := registry.async_get_entity_id(
                platform, DOMAIN, f"{user_id}_{target}_{key}"
            ):
                return entity_id
        raise AssertionError(f"no entity for {key} of {target}")

    def state(self, key: str, target: str = "hp-1", user_id: str = USER) -> State:
        """Return what an entity shows."""
        state = self.hass.states.get(self.entity_id(key, target, user_id))
        assert state is not None
        return state

    def shows(self, key: str, target: str = "hp-1") -> str:
        """Return the state of an entity as text."""
        return self.state(key, target).state

    def device(self, target: str = "hp-1", user_id: str = USER) -> dr.DeviceEntry:
        """Return the device of a target."""
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, f"{user_id}_{target}"), self.entry.entry_id
        )
        assert device is not None
        return device

    async def act(
        self, action: str, key: str, target: str = "hp-1", **data: Any
    ) -> None:
        """Call an action on an entity and wait for its outcome."""
        domain, _, service = action.partition(".")
        await self.hass.services.async_call(
            domain,
            service,
            {"entity_id": self.entity_id(key, target), **data},
            blocking=True,
        )

    def received(self) -> list[dict[str, Any]]:
        """Return the bodies of the changes that the cloud received, oldest first."""
        return self.cloud.journal.patches()

    def reads(self) -> int:
        """Return how many times the cloud was read."""
        return len(self.cloud.journal.entries(method="GET"))

    async def pass_time(self, clock: FrozenDateTimeFactory, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        clock.tick(timedelta(seconds=seconds))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def poll(self) -> None:
        """Read the cloud now."""
        await self.entry.runtime_data.async_refresh()
        await self.hass.async_block_till_done()
