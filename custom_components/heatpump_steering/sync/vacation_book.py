"""What is known of the vacations of a config entry, and stays known whatever happens: it is on disk."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..api import Settings
from ..const import DOMAIN, HOME_KEY, Target
from ..model.schedule import Plan
from ..model.vacation_record import Record, Stage
from ..model.vacation_return import Return
from .memory import with_new_id
from .storage import SteeringStore

STORAGE_VERSION: Final = 1
SAVE_DELAY: Final = 1.0

type _Stored = tuple[tuple[Plan, ...], dict[Target, Record], dict[Target, Return]]


class VacationBook:
    """Plans, and for each target what its vacation has done and has put back."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the file; nothing is read yet."""
        self.plans: tuple[Plan, ...] = ()
        self.records: dict[Target, Record] = {}
        self.returns: dict[Target, Return] = {}
        self._store = vacation_store(hass, entry_id)

    @property
    def empty(self) -> bool:
        """Return whether there is nothing in it."""
        return not (self.plans or self.records or self.returns)

    def concerned_among(self, targets: Iterable[Target]) -> list[Target]:
        """Return those of the targets of which there is something in it: mostly none, of however many."""
        if not (self.records or self.returns):
            return []
        return [it for it in targets if it in self.records or it in self.returns]

    def lost(self, target: Target) -> Settings:
        """Return what was put back at a target, and is to be once more."""
        back = self.returns.get(target)
        return Settings() if back is None else back.lost

    def note(self, target: Target, record: Record) -> None:
        """Keep a record; writes the file a moment later, and only if anything is new."""
        if record != self.records.get(target):
            self.records[target] = record
            self.save_soon()

    def replace_id(self, before: Target, after: Target) -> None:
        """Let a heat pump have the vacation of another one, which there is no more.

        What it has done on a vacation of its own meanwhile, not knowing what was set before, is that vacation's doing.
        """
        record = self.records.get(before)
        if record is not None and record.lent_to == after:
            # It has gone on with the vacation already.
            del self.records[before]
            self.returns.pop(before, None)
        elif record is not None:
            done = record.back
            if (own := self.records.get(after)) is not None:
                done = done.overlaid_with(own.held).overlaid_with(own.back)
            if (back := self.returns.pop(after, None)) is not None:
                done = done.overlaid_with(back.back)
            self.records[before] = replace(record, back=done)
        self.records = with_new_id(self.records, before, after)
        self.returns = with_new_id(self.returns, before, after)

    def lend(self, gone: Iterable[str], device_id: str) -> None:
        """Let a heat pump that may be one of those that have gone begin with its vacation.

        What it shows of what that vacation has set is not what was set before it, and everything else is its own. Where
        it may be one of several, it begins with what was set before at all of them, and with the hottest water.
        """
        records = {it: self.records[it] for it in gone if it in self.records}
        if not records or device_id in self.records:
            return
        (lender, record), *others = records.items()
        if others:
            every = [it.kept for it in records.values()]
            agreed = reduce(Settings.agreed_with, every)
            hottest = max(it.hot_water_min or 0 for it in every) or None
            record = replace(record, kept=replace(agreed, hot_water_min=hottest))
        else:
            self.records[lender] = replace(record, lent_to=device_id)
        if record.stage is Stage.AWAY:
            record = replace(record, stage=Stage.STARTING)
        self.records[device_id] = record
        self.save_soon()

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        if (stored := await self._store.async_load_or_report(_read)) is not None:
            self.plans, self.records, self.returns = stored

    async def async_save(self) -> None:
        """Write the file; returns when it is on the disk."""
        await self._store.async_save(self._as_stored())

    def save_soon(self) -> None:
        """Write the file a moment later."""
        self._store.async_delay_save(self._as_stored, SAVE_DELAY)

    def as_diagnostics(self) -> dict[str, Any]:
        """Return plans without their titles, and all else by target."""
        stored = self._as_stored()
        stored["plans"] = [
            {"start": plan["start"], "end": plan["end"]} for plan in stored["plans"]
        ]
        return stored

    def _as_stored(self) -> dict[str, Any]:
        return {
            "plans": [plan.to_json() for plan in self.plans],
            "records": {
                target or HOME_KEY: record.to_json()
                for target, record in self.records.items()
            },
            "returns": {
                target or HOME_KEY: back.to_json()
                for target, back in self.returns.items()
            },
        }


def vacation_store(hass: HomeAssistant, entry_id: str) -> SteeringStore[_Stored]:
    """Return the file of the vacations of a config entry."""
    return SteeringStore(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}.vacation")


def _read(stored: Mapping[str, Any]) -> _Stored:
    """Read the file; raises KeyError, TypeError or ValueError for what is none."""
    return (
        tuple(Plan.from_json(raw) for raw in stored["plans"]),
        {key or None: Record.from_json(raw) for key, raw in stored["records"].items()},
        {
            key or None: Return.from_json(raw)
            # Not in the files of the first version.
            for key, raw in stored.get("returns", {}).items()
        },
    )
