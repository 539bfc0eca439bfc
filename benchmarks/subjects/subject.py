"""What the harness wants to know of an integration."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..home import Home


class Accounts(Protocol):
    """Where accounts are added: to Home Assistant in this process, or to the disk of another one."""

    async def add(
        self, domain: str, data: Mapping[str, Any], *, unique_id: str, version: int
    ) -> None:
        """Add a config entry."""


class Entities(Protocol):
    """Where entities are found: in Home Assistant in this process, or in another one."""

    def find(self, platform: str, domain: str, unique_id: str) -> str | None:
        """Return the entity with a unique id."""


@dataclass(frozen=True, slots=True)
class Call:
    """An action of Home Assistant's."""

    action: str
    """Such as number.set_value."""
    entity_id: str
    data: Mapping[str, Any]

    @property
    def in_yaml(self) -> dict[str, Any]:
        """Return it as a step of a script."""
        return {
            "action": self.action,
            "target": {"entity_id": self.entity_id},
            "data": dict(self.data),
        }

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
    async def connect(self, accounts: Accounts, url: str, devices: int) -> None:
        """Add the account."""

    @abstractmethod
    def scene(
        self, entities: Entities, device: int
    ) -> tuple[Mapping[str, Mapping[str, Any]], list[Call]]:
        """Return a scene that sets every setting, and calls for what a scene cannot set."""

    @abstractmethod
    def slide(self, entities: Entities, device: int, step: int) -> Call:
        """Return the call for one of thirty places of a dragged slider."""

    @abstractmethod
    def held_at(self, step: int) -> float:
        """Return what the cloud holds when the slider is at this place."""

    @abstractmethod
    def shows(self, home: Home, device: int, step: int) -> bool:
        """Return whether Home Assistant shows the slider there."""

    def coordinators(self, home: Home) -> list[DataUpdateCoordinator[Any]]:
        """Return what polls."""
        return [
            entry.runtime_data
            for entry in home.hass.config_entries.async_entries(self.domain)
        ]

    def entity_id(self, entities: Entities, platform: str, unique_id: str) -> str:
        """Return an entity."""
        found = entities.find(platform, self.domain, unique_id)
        if found is None:
            raise LookupError(f"no {platform} {unique_id} of {self.domain}")
        return found
