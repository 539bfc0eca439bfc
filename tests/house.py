"""A house with Home Assistant, and the cloud that its heat pumps are steered by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, override
from urllib.parse import quote, unquote

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.heatpump_steering import climate
from custom_components.heatpump_steering.api import SWITCHES
from custom_components.heatpump_steering.const import DOMAIN
from custom_components.heatpump_steering.model.limits import RANGES
from custom_components.heatpump_steering.select import OPTIONS
from homeassistant.components.number.const import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from simulator import Simulator

KEY = "test-key"
USER = "user-1"

type Json = Mapping[str, Any]

TARGETS = ("hp-1", "home")

# How a control looks for a moment after a refusal, where the frontend would keep what was refused otherwise.
DRAWN_ANEW: Mapping[str, Json] = {
    NUMBER_DOMAIN: {"mode": "slider"},
    SWITCH_DOMAIN: {"assumed_state": True},
}


# What the home has of the settings, where it has several heat pumps.
OF_HOME: Mapping[str, tuple[str, ...]] = {
    "number": (*RANGES,),
    "select": (*OPTIONS,),
    "switch": (*SWITCHES,),
}
NAMES: Json = json.loads(
    (Path(climate.__file__).parent / "translations" / "en.json").read_text("utf-8")
)["entity"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A setting as a person changes it, as the cloud knows it, and as it is shown then."""

    key: str
    action: str
    data: Json
    body: Json
    """What the cloud receives beside the ids, and shows back."""
    state: str
    start: Json | None = None
    """The settings before it; the simulator's defaults where None."""
    fahrenheit: bool = False

    @override
    def __str__(self) -> str:
        """Return what the test is called."""
        unit = " in °F" if self.fahrenheit else ""
        return f"{self.key} {self.state}{unit}"


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
        form = self.typed(**typed)
        if not form.get("device_id"):
            self.remember_home(form["user_id"])
        result = await self.submit(await self.open_form(), **form)
        if result.get("step_id") == "room_sensor":
            # Of the tests that have one, each picks it in its own way.
            result = await self.submit(result)
        assert result["type"] is FlowResultType.CREATE_ENTRY, result
        self.entry = result["result"]
        self.cloud.journal.clear()
        return self.entry

    def remember_home(self, user_id: str) -> None:
        """Have the numbers, selects and switches of the home in the registry, as a house from before has: they are enabled there.

        What a new one has is told by `test_entity`.
        """
        theirs = [it for it in self.cloud.cloud.heat_pumps() if it.user_id == user_id]
        if len(theirs) < 2:
            return
        for domain, keys in OF_HOME.items():
            for key in keys:
                er.async_get(self.hass).async_get_or_create(
                    domain,
                    DOMAIN,
                    unique_id("home", key, user_id),
                    suggested_object_id=f"all_heat_pumps_{NAMES[domain][key]['name']}",
                )

    async def connected(self, *device_ids: str, **typed: Any) -> House:
        """Connect with these heat pumps in the cloud (one, if none is named) and their default settings."""
        for device_id in device_ids or ("hp-1",):
            self.add_heat_pump(device_id)
        await self.connect(**typed)
        return self

    async def choose_vacation(self, **profile: Any) -> None:
        """Choose what a vacation does: 16 °C, and hot water of 10 °C."""
        profile = {"preferred_temperature": 16.0, "hot_water_min": 10.0, **profile}
        entries = self.hass.config_entries
        entries.async_update_entry(self.entry, options={"vacation": profile})
        await entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done()

    def use_fahrenheit(self) -> None:
        """Be a house in the United States; to be said before it is connected."""
        self.hass.config.units = US_CUSTOMARY_SYSTEM

    async def prepared_for(self, wish: Wish) -> House:
        """Connect with two heat pumps, at which the wish is still to be fulfilled."""
        if wish.fahrenheit:
            self.use_fahrenheit()
        for device_id in ("hp-1", "hp-2"):
            self.add_heat_pump(device_id, settings=wish.start)
        await self.connect()
        for target in ("hp-1", "hp-2", "home"):
            assert self.shows(wish.key, target) != wish.state
        return self

    def entity_id(self, key: str, target: str = "hp-1", user_id: str = USER) -> str:
        """Return the entity of a setting."""
        wanted = {
            unique_id(target, key, user_id),
            first_unique_id(target, key, user_id),
        }
        for entry in er.async_get(self.hass).entities.values():
            if entry.platform == DOMAIN and entry.unique_id in wanted:
                return entry.entity_id
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
        return self.devices(user_id)[target]

    def devices(self, user_id: str = USER) -> dict[str, dr.DeviceEntry]:
        """Return the devices of the house by their targets."""
        return {
            unquote(
                identifier.removeprefix(f"{user_id}_").removeprefix(
                    f"{quote(user_id, safe='')}/"
                )
            )
            or "home": device
            for device in dr.async_entries_for_config_entry(
                dr.async_get(self.hass), self.entry.entry_id
            )
            for _, identifier in device.identifiers
        }

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

    async def refused(
        self, action: str, key: str, target: str = "hp-1", **data: Any
    ) -> str:
        """Call an action that must be refused, and return the words of the refusal.

        Nothing changes, here or in the cloud; the control alone is told its true value once more. A number and a
        switch are drawn anew: as a slider, and as a box again; as two buttons, and as a toggle again.
        """
        before = self.state(key, target)
        held = self.cloud.cloud.to_json()
        events = async_capture_events(self.hass, EVENT_STATE_CHANGED)
        registered = async_capture_events(self.hass, er.EVENT_ENTITY_REGISTRY_UPDATED)
        with pytest.raises(ServiceValidationError) as refusal:
            await self.act(action, key, target, **data)
        await self.hass.async_block_till_done()
        drawn: list[Json] = [{}]
        if before.domain in DRAWN_ANEW:
            async_fire_time_changed(self.hass, dt_util.utcnow() + timedelta(seconds=1))
            await self.hass.async_block_till_done()
            drawn = [DRAWN_ANEW[before.domain], {}]
        assert [
            (state.entity_id, state.state, state.attributes)
            for event in events
            if (state := event.data["new_state"]) is not None
        ] == [
            (before.entity_id, before.state, {**before.attributes, **otherwise})
            for otherwise in drawn
        ]
        assert self.cloud.cloud.to_json() == held
        assert registered == []
        return str(refusal.value)

    async def change_elsewhere(self, settings: Json, *device_ids: str) -> None:
        """Change settings of all heat pumps, or of these, as with the supplier's app, and read them."""
        for device_id in device_ids or [
            heat_pump.device_id for heat_pump in self.cloud.cloud.heat_pumps()
        ]:
            self.cloud.cloud.change_settings(device_id, settings)
        await self.poll()

    def received(self) -> list[dict[str, Any]]:
        """Return the bodies of the changes that the cloud received, oldest first."""
        return self.cloud.journal.patches()

    def reads(self) -> int:
        """Return how many times the cloud was read."""
        return len(self.cloud.journal.entries(method="GET"))

    async def pass_time(self, clock: TickingDateTimeFactory, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        # Its own tick would take back what has really gone by since the last one.
        clock.move_to(dt_util.utcnow() + timedelta(seconds=seconds))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def poll(self) -> None:
        """Read the cloud now."""
        await self.entry.runtime_data.async_refresh()
        await self.hass.async_block_till_done()


def unique_id(target: str, key: str, user_id: str = USER) -> str:
    """Return the unique id of an entity."""
    target = "" if target == "home" else target
    return "/".join((quote(user_id, safe=""), quote(target, safe=""), key))


def first_unique_id(target: str, key: str, user_id: str = USER) -> str:
    """Return the unique id of an entity that was there before there were others."""
    return f"{user_id}_{target}_{key}"


def ids(target: str) -> dict[str, str]:
    """Return how a change is addressed to a target."""
    return {"user_id": USER} | ({} if target == "home" else {"device_id": target})


def refuse_changes(house: House, words: str, device_id: str | None = None) -> None:
    """Let the cloud refuse every change (or those to one heat pump) in these words."""
    house.cloud.weather.add(
        method="PATCH",
        device_id=device_id,
        status=422,
        body={"detail": [{"loc": ["body"], "msg": words, "type": "value_error"}]},
    )


async def check_change(house: House, wish: Wish, target: str) -> None:
    """Change a setting in Home Assistant: the cloud receives exactly that, and it is shown where it belongs."""
    await house.prepared_for(wish)
    await house.act(wish.action, wish.key, target, **wish.data)
    assert house.received() == [{**ids(target), **wish.body}]
    assert house.shows(wish.key, target) == wish.state
    # The other heat pump follows a change to the home; a change to one of them makes the home differ.
    other = "hp-2" if target == "home" else "home"
    assert house.shows(wish.key, other) == (
        wish.state if target == "home" else "unknown"
    )
    await house.poll()
    assert house.shows(wish.key, target) == wish.state


async def check_change_elsewhere(house: House, wish: Wish, target: str) -> None:
    """Change a setting in the cloud: it is shown after the next read, and nothing is sent."""
    await house.prepared_for(wish)
    await house.change_elsewhere(wish.body, "hp-1")
    assert house.shows(wish.key) == wish.state
    assert house.shows(wish.key, "home") == "unknown"
    await house.change_elsewhere(wish.body, "hp-2")
    assert house.shows(wish.key, target) == wish.state
    assert house.received() == []
