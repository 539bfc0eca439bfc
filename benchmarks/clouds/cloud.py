"""What the harness wants of a cloud."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from http import HTTPMethod


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the cloud saw it come in."""

    at: float
    """Seconds of the clock that all processes of this machine share."""
    method: str
    path: str

    @property
    def writes(self) -> bool:
        """Return whether it asked for a change."""
        return self.method != HTTPMethod.GET


class Cloud(ABC):
    """A cloud with so many devices of one home. Devices are counted from 0."""

    @abstractmethod
    async def start(self) -> str:
        """Listen on any free port of 127.0.0.1, and return the address."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop listening."""

    @abstractmethod
    def requests(self) -> list[Request]:
        """Return what has come in since the last `forget`, in that order."""

    @abstractmethod
    def forget(self) -> None:
        """Forget what has come in."""

    @abstractmethod
    def delay(self, low: float, high: float) -> None:
        """Let every request take so many seconds longer before it takes effect, by the dice between two numbers."""

    @abstractmethod
    def change(self, device: int) -> None:
        """Change one setting of a device, as somebody does with the manufacturer's app."""

    @abstractmethod
    def held(self, device: int) -> float:
        """Return the setting that the harness drags a slider of."""
