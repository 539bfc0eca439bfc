"""What the logbook is told of what is set for a while: when something begins, and when it is over and back."""

from datetime import datetime
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_NAME, Platform
from homeassistant.core import HomeAssistant, callback

from ..const import (
    EVENT_BACK_TO_NORMAL,
    EVENT_OVERRIDE_BEGAN,
    EVENT_OVERRIDE_OVER,
    Target,
)
from ..model.override import OURS
from .ids import FOR_A_WHILE_SENSOR, Identifiers
from .presets import Presets
from .snapshot import SteeringData, TargetData
from .texts import async_moment_text, async_state_text

ATTR_UNTIL: Final = "until"


class Activity:
    """Compares what is shown with what was shown before. Vacations have a sensor of their own, whose states tell it."""

    def __init__(
        self, hass: HomeAssistant, identifiers: Identifiers, presets: Presets
    ) -> None:
        """Have seen nothing yet."""
        self._hass = hass
        self._presets = presets
        self._identifiers = identifiers
        self._seen: SteeringData | None = None
        self._over: dict[Target, list[str]] = {}
        """What is over, while not all of it is back."""

    @callback
    def look(self, data: SteeringData) -> None:
        """Tell what has begun and what is over since the last time; each heat pump for itself."""
        seen, self._seen = self._seen, data
        for target, now in data.targets.items():
            before = None if seen is None else seen.targets.get(target)
            # The home has what its heat pumps have.
            if (
                before is not None
                and before is not now
                and (target is not None or len(data.targets) == 1)
            ):
                self._compare(target, before, now)

    def _compare(self, target: Target, before: TargetData, now: TargetData) -> None:
        had = {it.identity: it for it in before.in_force if not it.is_vacation}
        has = {it.identity for it in now.in_force if not it.is_vacation}
        over = self._over.setdefault(target, [])
        over += [it.name for identity, it in had.items() if identity not in has]
        for it in reversed(now.in_force):
            earlier = had.get(it.identity)
            if it.identity in has and (earlier is None or it.began != earlier.began):
                self._fire(EVENT_OVERRIDE_BEGAN, target, it.name, it.until)
        if over and not now.is_returning:
            if now.in_force:
                for name in over:
                    self._fire(EVENT_OVERRIDE_OVER, target, name)
            else:
                self._fire(EVENT_BACK_TO_NORMAL, target, over[-1])
            over.clear()

    def _fire(
        self, event_type: str, target: Target, name: str, until: datetime | None = None
    ) -> None:
        entity = self._identifiers.async_entity_of(
            target, Platform.SENSOR, FOR_A_WHILE_SENSOR
        )
        if entity is None:
            return
        self._hass.bus.async_fire(
            event_type,
            {
                ATTR_ENTITY_ID: entity.entity_id,
                ATTR_DEVICE_ID: entity.device_id,
                ATTR_NAME: self._name(name),
                ATTR_UNTIL: until and async_moment_text(self._hass, until),
            },
        )

    def _name(self, name: str) -> str:
        """Return what the house calls an override: ours in its language."""
        if name in OURS:
            return async_state_text(self._hass, f"sensor.{FOR_A_WHILE_SENSOR}", name)
        return self._presets.label(name)
