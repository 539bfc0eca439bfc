"""What vacations need of the house."""

from collections.abc import Mapping, Set as AbstractSet
from typing import Protocol

from ..api import Setting, Settings, Value
from ..const import Target
from ..model.shadow import NotKept
from ..model.vacation_record import Stage


class House(Protocol):
    """What vacations need of the house."""

    @property
    def home(self) -> Target:
        """Return the target that stands for all."""

    @property
    def each_target(self) -> list[Target]:
        """Return the heat pumps there are; the home itself where it cannot be read."""

    @property
    def whole(self) -> bool:
        """Return whether the last read showed no heat pump but these: a change to the home concerns all it reaches."""

    @property
    def silence(self) -> float:
        """Return for how many seconds the cloud wants to be left alone."""

    def can_read(self, target: Target) -> bool:
        """Return whether the settings of a target can be read, if it is there."""

    def shown(self, target: Target) -> Settings:
        """Return what is shown of a target."""

    def expected(self, target: Target) -> Settings:
        """Return what will be shown of a target when all that is on its way has arrived."""

    def unsettled(self, target: Target) -> AbstractSet[Setting]:
        """Return the settings of a target that were sent, and that a read has yet to show."""

    def not_kept(self, target: Target) -> Mapping[Setting, NotKept]:
        """Return the wishes that the cloud has accepted and did not keep."""

    async def async_settle(self) -> None:
        """Wait until what is on its way has arrived, or failed."""

    async def async_read_now(self) -> None:
        """Read; raises HomeAssistantError if it may go better in a while."""

    async def async_send(self, target: Target, change: Settings) -> None:
        """Bring a change to the cloud; raises HomeAssistantError."""

    def vacation_changed(self) -> None:
        """Show how the vacation stands."""

    def stayed_by_hand(self, target: Target, values: Mapping[Setting, Value]) -> None:
        """Tell of settings that the end of a vacation has left as somebody had set them."""

    def show_overdue(self, overdue: Mapping[Target, tuple[Stage, str]]) -> None:
        """Show exactly these vacations as pending, each with the reason."""
