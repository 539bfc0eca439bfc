"""What all entities have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from itertools import batched, repeat
from types import MappingProxyType
from typing import ClassVar, Final, override

from homeassistant.core import Context, Event, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import HeatPump, Setting, Settings, Value, same_value
from .const import HOME_KEY, Target
from .coordinator import HeatPumpSteeringConfigEntry, SteeringCoordinator
from .ui.causes import async_cause
from .ui.snapshot import TargetData

# How long a control that was refused looks otherwise, in seconds: long enough for the frontend to draw it.
REDRAW = 0.3

# At setup, so that nobody else on the event loop waits for longer than some ten milliseconds.
ADDED_AT_ONCE = 10

_UNKNOWN: Final = TargetData()


class TargetEntity(CoordinatorEntity[SteeringCoordinator]):
    """What belongs to a heat pump, or to the home."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: SteeringCoordinator, target: Target, key: str
    ) -> None:
        """Belong to a target; the key is part of the unique id and never changes."""
        super().__init__(coordinator, context=target or HOME_KEY)
        self.target = target
        self._attr_unique_id = coordinator.inventory.identifiers.unique_id(target, key)
        self._attr_translation_key = key
        self._attr_assumed_state = coordinator.write_only

    @property
    def _is_beside_heat_pumps(self) -> bool:
        """Return whether it belongs to the home, while each of its heat pumps has the same."""
        return self.target is None and bool(self.coordinator.data.heat_pumps)

    @property
    def target_data(self) -> TargetData:
        """Return how the target stands."""
        return self.coordinator.data.targets.get(self.target, _UNKNOWN)

    @property
    def shown(self) -> Settings:
        """Return the settings that are shown for the target."""
        return self.target_data.shown

    @property
    @override
    def available(self) -> bool:
        return super().available and self.target in self.coordinator.data.targets

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Describe the device of the target: the only one is simply “Heat pump”, in the house's language."""
        heat_pumps = self.coordinator.data.heat_pumps
        identifiers = {self.coordinator.inventory.identifiers.device(self.target)}
        if self._is_beside_heat_pumps:
            return DeviceInfo(
                identifiers=identifiers,
                entry_type=DeviceEntryType.SERVICE,
                translation_key="home",
            )
        heat_pump = heat_pumps.get(self.target or "", HeatPump(device_id=""))
        brand, model = heat_pump.brand, heat_pump.model
        if brand is not None and brand.islower():
            brand = brand.title()
        if len(heat_pumps) < 2:
            return DeviceInfo(
                identifiers=identifiers,
                manufacturer=brand,
                model=model,
                translation_key="heat_pump",
            )
        name = " ".join(filter(None, (brand, model)))
        if not name:
            return DeviceInfo(
                identifiers=identifiers,
                translation_key="one_of_heat_pumps",
                translation_placeholders={"device_id": heat_pump.device_id},
            )
        if self.coordinator.inventory.is_one_of_several(heat_pump):
            name = f"{name} {heat_pump.device_id}"
        return DeviceInfo(
            identifiers=identifiers, manufacturer=brand, model=model, name=name
        )


class SteeringEntity(TargetEntity):
    """One setting, or several, of a heat pump or of the home."""

    basis: ClassVar[tuple[str, ...]]
    """The properties that the state depends on: as long as they stay the same, it is not written anew."""
    settings: tuple[Setting, ...] = ()
    """The settings that it shows."""
    _redrawn_as: Mapping[str, object] = MappingProxyType({})
    """Attributes with which a refused control is drawn for a moment, where it needs that."""
    _written: object = None
    _values: tuple[Value | None, ...] = ()
    """The settings as they were last written, where they were known."""
    _shown_before: tuple[Value | None, ...] = ()
    """The settings as they were last written."""
    _redrawing: asyncio.Task[None] | None = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self._to_be_written == self._written:
            return
        if (cause := self._cause()) is None:
            super()._handle_coordinator_update()
            return
        self.async_set_context(cause)
        super()._handle_coordinator_update()
        # Home Assistant keeps one for some seconds, and what comes next has a cause of its own.
        self.async_set_context(Context())

    def _cause(self) -> Context | None:
        """Return the context of what has changed the settings: of who does it right now, or where another entity shows it."""
        now = tuple(map(self.shown.get, self.settings))
        # What is not known any more is so since heat pumps differ.
        otherwise = {
            setting
            for setting, value, before in zip(
                self.settings, now, self._shown_before, strict=False
            )
            if not same_value(value, before)
        }
        if not otherwise:
            return None
        hands = self.coordinator.hands.context(self.target, otherwise)
        changed = {
            setting
            for setting, value, before in zip(
                self.settings, now, self._values, strict=False
            )
            if not (value is None or before is None or same_value(value, before))
        }
        if hands is not None or not changed:
            return hands
        return async_cause(
            self.hass,
            self.coordinator.inventory.identifiers,
            self.coordinator.home,
            self.target,
            changed,
        )

    @property
    def _to_be_written(self) -> object:
        values = (getattr(self, name) for name in self.basis)
        return (self.available, self.hass.config.units, *values)

    @callback
    @override
    def _async_write_ha_state(self) -> None:
        """Remember what the state that is written depends on, the first one included."""
        self._written = self._to_be_written
        self._shown_before = tuple(map(self.shown.get, self.settings))
        self._values = (
            tuple(
                earlier if now is None else now
                for now, earlier in zip(
                    self._shown_before, self._values or repeat(None), strict=False
                )
            )
            if None in self._shown_before
            else self._shown_before
        )
        super()._async_write_ha_state()

    async def async_change(self, change: Settings) -> None:
        """Bring a change to the cloud; raises as `async_do`."""
        await self.async_do(
            self.coordinator.async_change(self.target, change, self._context)
        )

    async def async_do(self, work: Awaitable[None]) -> None:
        """Wait for what the coordinator does; where that fails, a control lets go of what was refused. Raises as the work."""
        try:
            await work
        except HomeAssistantError:
            self._show_the_truth()
            raise

    def _show_the_truth(self) -> None:
        """Write the state anew, so that a control in the frontend lets go of a value that was refused.

        Some do so only when they look otherwise for a moment (seen on 2026.11). That is written past the entity, since
        what it can do is kept in the registry.
        """
        state = self.hass.states.get(self.entity_id)
        if state is None or not self._redrawn_as:
            self._attr_force_update = True
            self.async_write_ha_state()
            self._attr_force_update = False
            return
        attributes = {**state.attributes, **self._redrawn_as}
        self.hass.states.async_set(self.entity_id, state.state, attributes)
        if self._redrawing is not None:
            self._redrawing.cancel()
        self._redrawing = self.coordinator.config_entry.async_create_background_task(
            self.hass, self._async_look_as_ever(), f"{self.entity_id} redrawn"
        )

    async def _async_look_as_ever(self) -> None:
        await asyncio.sleep(REDRAW)
        self.async_write_ha_state()


async def async_add_for_each_target(
    entry: HeatPumpSteeringConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[SteeringCoordinator, Target], Iterable[Entity]],
) -> None:
    """Add the entities of every target there is, and of every one that turns up later."""
    coordinator = entry.runtime_data
    known: set[Target] = set()

    def make_new() -> Iterator[Entity]:
        targets = coordinator.data.targets
        new = [target for target in targets if target not in known]
        known.update(targets)
        return (entity for target in new for entity in make(coordinator, target))

    @callback
    def add_new() -> None:
        async_add_entities(make_new())

    @callback
    def forget_removed(event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        if event.data["action"] != "remove":
            return
        # Until its device is removed, a heat pump that is away keeps its entities; after that it starts anew.
        for target in known - coordinator.data.targets.keys():
            if coordinator.inventory.identifiers.async_device(target) is None:
                known.remove(target)

    entry.async_on_unload(
        coordinator.hass.bus.async_listen(
            dr.EVENT_DEVICE_REGISTRY_UPDATED, forget_removed
        )
    )
    entry.async_on_unload(coordinator.async_add_listener(add_new))
    for some in batched(make_new(), ADDED_AT_ONCE, strict=False):
        # Home Assistant does not pause while it adds what it is given at once, nor before it begins.
        await asyncio.sleep(0)
        async_add_entities(some)
