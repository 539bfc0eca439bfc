"""What is known of each target from before: its last mode that was not off, and values outside our ranges."""

from collections.abc import Iterable, Mapping

from ..api import ControlMode, Settings
from ..const import Target
from ..model.band import worth_keeping
from ..model.limits import NOTHING_EARLIER
from .record import TargetRecord
from .shadows import Shadows


class LastKnown:
    """Notes it of what is shown."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._modes: dict[Target, ControlMode] = {}
        self._outside: dict[Target, Settings] = {}
        self._noted: dict[Target, Settings] = {}

    def take(self, records: Mapping[Target, TargetRecord]) -> None:
        """Know what was kept on disk, and nothing else."""
        self._modes = {
            target: it.last_mode
            for target, it in records.items()
            if it.last_mode is not None
        }
        self._outside = {
            target: it.outside for target, it in records.items() if it.outside
        }
        self._noted.clear()

    @property
    def targets(self) -> Iterable[Target]:
        """Return of which targets anything is known."""
        return (*self._modes, *self._outside)

    def look(self, shadows: Shadows) -> None:
        """Note what is shown of each target, also of the home where it is shown."""
        for target, shadow in shadows.items():
            self._note(target, shadow.shown)
        if None in shadows.shown_targets:
            self._note(None, shadows.shown(None))

    def _note(self, target: Target, shown: Settings) -> None:
        """Note what is shown of a target; the same object once."""
        if shown is self._noted.get(target):
            return
        self._noted[target] = shown
        if shown.control_mode not in (None, ControlMode.OFF):
            self._modes[target] = shown.control_mode
        if outside := worth_keeping(shown):
            self._outside[target] = outside

    def mode(self, target: Target) -> ControlMode | None:
        """Return the last control mode of a target that was not off."""
        return self._modes.get(target)

    def outside(self, target: Target) -> Settings:
        """Return the last band and preferred temperature outside our ranges that the cloud itself had set."""
        return self._outside.get(target, NOTHING_EARLIER)
