"""One heat pump as the cloud knows it: what it holds, and what reads show of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .fields import FlatSettings, nest, with_change
from .reading import Json


@dataclass(slots=True, kw_only=True)
class _Write:
    """A write that reads may not show yet."""

    settings: FlatSettings
    updated_at: datetime
    due: float
    """Monotonic seconds from which reads show it."""
    reads: int
    """Reads that still have to pass before reads show it."""

    def is_shown(self, now: float) -> bool:
        return now >= self.due and self.reads <= 0


@dataclass(frozen=True, slots=True)
class View:
    """What a read shows of a heat pump."""

    settings: FlatSettings
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class HeatPump:
    """One device_id. Settings are flat settings; one that is not there is missing in the answers."""

    device_id: str
    user_id: str
    supplier: str
    serial: int
    """Order in which it was added: lists are in this order."""
    held: FlatSettings
    """What the cloud holds, shown or not."""
    updated_at: datetime
    brand: str = "nibe"
    model: str | None = "S1256"
    model_type: str | None = "ground-source"
    country: str | None = "NL"
    device_type: str | None = "heat_pump"
    needs_reauthentication: bool = False
    has_delayed_power_data_1d: bool = False
    hidden: bool = False
    """Gone from every list and out of reach, until it is shown again."""
    missing_settings: frozenset[str] = frozenset()
    """FlatSettings that it keeps and never shows."""
    details: dict[str, Json] = field(default_factory=dict[str, Json])
    """More fields of its item in the list of heat pumps (`steerable_status`, `legionella_config`, …)."""
    location: dict[str, Json] = field(default_factory=dict[str, Json])
    """What was last written as its location. Never in an answer."""
    _shown: FlatSettings = field(init=False, repr=False)
    _shown_at: datetime = field(init=False, repr=False)
    _writes: list[_Write] = field(init=False, repr=False, default_factory=list[_Write])
    _before: View | None = field(init=False, repr=False, default=None)
    """What was held before the last write."""

    def __post_init__(self) -> None:
        """Show what is held."""
        self._shown = dict(self.held)
        self._shown_at = self.updated_at

    def write(
        self,
        settings: Mapping[str, Json],
        *,
        updated_at: datetime,
        due: float,
        reads: int,
    ) -> None:
        """Hold a change from now on. Reads show it from monotonic time `due` and after so many `reads`."""
        self._before = View(self.held, self.updated_at)
        self.held = with_change(self.held, settings)
        self.updated_at = updated_at
        self._writes.append(
            _Write(settings=dict(settings), updated_at=updated_at, due=due, reads=reads)
        )

    def look(self, now: float, *, counts: bool = True) -> View:
        """Return what a read at monotonic time `now` shows.

        `counts`: it is a read as clients do it, which the writes that wait for reads count.
        """
        self._settle(now)
        settings, updated_at = self._shown, self._shown_at
        for write in self._writes:
            if write.is_shown(now):
                settings = with_change(settings, write.settings)
                updated_at = max(updated_at, write.updated_at)
            elif counts:
                write.reads -= 1
        return View(dict(settings), updated_at)

    def old_copy(self) -> View:
        """Return what a read of a copy from before the last write shows."""
        return self._before or View(self.held, self.updated_at)

    def _settle(self, now: float) -> None:
        """Take the oldest writes that are shown for good into what is shown, so that they do not pile up."""
        while self._writes and self._writes[0].is_shown(now):
            write = self._writes.pop(0)
            self._shown = with_change(self._shown, write.settings)
            self._shown_at = max(self._shown_at, write.updated_at)

    def to_json(self) -> dict[str, Json]:
        """Return everything that makes it up, as `Cloud.restore` takes it back (without what is on its way to reads)."""
        return {
            "device_id": self.device_id,
            "user_id": self.user_id,
            "supplier": self.supplier,
            "brand": self.brand,
            "model": self.model,
            "model_type": self.model_type,
            "country": self.country,
            "device_type": self.device_type,
            "needs_reauthentication": self.needs_reauthentication,
            "has_delayed_power_data_1d": self.has_delayed_power_data_1d,
            "hidden": self.hidden,
            "missing_settings": sorted(self.missing_settings),
            "details": dict(self.details),
            "location": dict(self.location),
            "settings": dict(nest(self.held)),
            "updated_at": self.updated_at.isoformat(),
        }
