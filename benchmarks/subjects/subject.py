"""What the harness wants to know of an integration."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..home import Home


@dataclass(frozen=True, slots=True)
class Call:
    """An action of Home Assistant's."""

    action: str
    """Such as number.set_value."""
    entity_id: str
    data: Mapping[str, Any]

    async def run(self, hass: HomeAssistant) -> None:
        """Run it; returns when it has ended."""
        domain, _, name = self.action.partition(".")
        await hass.services.async_call(
            domain, name, {"entity_id": self.entity_id, **self.data}, blocking=True
        )


class Subject(ABC):
    """An integration, with an account that has so many devices. Devices are counted from 0."""

    domain: ClassVar[str]
    module: ClassVar[str]
    """The package that is imported."""
    platforms: ClassVar[tuple[str, ...]]

    @abstractmethod
    async def connect(self, home: Home, url: str, devices: int) -> None:
        """Add the account."""

    @abstractmethod
    def scene(
        self, home: Home, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return a scene that sets every setting, and calls for what a scene cannot set."""

    @abstractmethod
    def slide(self, home: Home, device: int, step: int) -> Call:
        """Return the call for one of thirty places of a dragged slider."""

    @abstractmethod
    def held_at(self, step: int) -> float:
        """Return what the cloud holds when the slider is at this place."""

    @abstractmethod
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Return whether Home Assistant shows the slider there."""

    def arrivals(self) -> AbstractContextManager[list[float]] | None:
        """Note when calls arrive at what collects them; None where nothing does."""
        return None

    def coordinators(self, home: Home) -> list[DataUpdateCoordinator[Any]]:
        """Return what polls."""
        return [
            entry.runtime_data
            for entry in home.hass.config_entries.async_entries(self.domain)
        ]

    def entity_id(self, home: Home, platform: str, unique_id: str) -> str:
        """Return an entity."""
        found = er.async_get(home.hass).async_get_entity_id(
            platform, self.domain, unique_id
        )
        if found is None:
            raise LookupError(f"no {platform} {unique_id} of {self.domain}")
        return found
