"""What has to survive a restart: what cannot be read back, and what settings were before they were not as they should be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from homeassistant.core import HomeAssistant, callback

from ..api import ControlMode, Settings
from ..const import DOMAIN, HOME_KEY, Target
from ..model.limits import NOTHING_EARLIER
from ..ui.identity import Question
from .storage import SteeringStore

STORAGE_VERSION = 1
SAVE_DELAY = 1.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept, by target."""

    accepted: Mapping[Target, Settings] = field(default_factory=dict)
    """What was last accepted and cannot be read back."""
    modes: Mapping[Target, ControlMode] = field(default_factory=dict)
    """The last control mode that was not off."""
    warm: Mapping[Target, float] = field(default_factory=dict)
    """The last hot-water minimum, in °C, that was not below 40."""
    outside: Mapping[Target, Settings] = field(default_factory=dict)
    """The last band and preferred temperature outside our ranges that the cloud itself had set."""
    listed: frozenset[str] = frozenset()
    """The ids of all heat pumps of the user, those of other entries included, when those of this entry were last listed."""
    questions: tuple[Question, ...] = ()
    """What is not answered yet."""

    def to_json(self) -> dict[str, Any]:
        """Return what is kept on disk."""
        return {
            "accepted": {
                target or HOME_KEY: settings.to_json()
                for target, settings in self.accepted.items()
            },
            "last_modes": {
                target or HOME_KEY: mode.value for target, mode in self.modes.items()
            },
            "warm": {
                target or HOME_KEY: minimum for target, minimum in self.warm.items()
            },
            "outside": {
                target or HOME_KEY: settings.to_json()
                for target, settings in self.outside.items()
            },
            "listed": sorted(self.listed),
            "questions": [question.to_json() for question in self.questions],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what was kept; raises KeyError, TypeError or ValueError for what is none."""
        return cls(
            {
                key or None: Settings.from_json(it)
                for key, it in raw["accepted"].items()
            },
            {key or None: ControlMode(it) for key, it in raw["last_modes"].items()},
            # Not in the files of the first versions.
            {key or None: float(it) for key, it in raw.get("warm", {}).items()},
            {
                key or None: Settings.from_json(it)
                for key, it in raw.get("outside", {}).items()
            },
            frozenset(raw.get("listed", ())),
            tuple(Question.from_json(it) for it in raw.get("questions", ())),
        )


class Memory:
    """The file of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Prepare the file; nothing is read yet."""
        self._store = memory_store(hass, entry_id)
        self._remembered = Remembered()

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        stored = await self._store.async_load_or_report(Remembered.from_json)
        self._remembered = stored or Remembered()

    async def async_save_now(self) -> None:
        """Write what is waiting to be written."""
        await self._store.async_save(self._as_stored())

    def accepted(self, target: Target) -> Settings:
        """Return what was last accepted and cannot be read back."""
        return self._remembered.accepted.get(target, Settings())

    @property
    def listed(self) -> frozenset[str]:
        """Return the ids of all heat pumps of the user when those of the entry were last listed; none if never."""
        return self._remembered.listed

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what is not answered yet."""
        return self._remembered.questions

    def last_mode(self, target: Target) -> ControlMode | None:
        """Return the last control mode that was not off."""
        return self._remembered.modes.get(target)

    def last_warm(self, target: Target) -> float | None:
        """Return the last hot-water minimum, in °C, that was not below 40."""
        return self._remembered.warm.get(target)

    def last_outside(self, target: Target) -> Settings:
        """Return the last band and preferred temperature outside our ranges that the cloud itself had set."""
        return self._remembered.outside.get(target, NOTHING_EARLIER)

    @callback
    def replace_id(self, before: Target, after: Target) -> None:
        """Let a target have what is remembered of another one, which there is no more."""
        remembered = self._remembered
        self._remembered = replace(
            remembered,
            accepted=with_new_id(remembered.accepted, before, after),
            modes=with_new_id(remembered.modes, before, after),
            warm=with_new_id(remembered.warm, before, after),
            outside=with_new_id(remembered.outside, before, after),
        )

    @callback
    def keep_listed(self, device_ids: frozenset[str]) -> None:
        """Keep which heat pumps were listed."""
        self._keep(replace(self._remembered, listed=device_ids))

    @callback
    def keep_questions(self, questions: Iterable[Question]) -> None:
        """Keep what is not answered yet."""
        self._keep(replace(self._remembered, questions=tuple(questions)))

    @callback
    def keep_settings(
        self,
        accepted: Mapping[Target, Settings],
        modes: Mapping[Target, ControlMode],
        warm: Mapping[Target, float],
        outside: Mapping[Target, Settings],
    ) -> None:
        """Keep these, and the last ones of targets that are away."""
        remembered = self._remembered
        self._keep(
            replace(
                remembered,
                accepted=accepted,
                modes={**remembered.modes, **modes},
                warm={**remembered.warm, **warm},
                outside={**remembered.outside, **outside},
            )
        )

    def _keep(self, remembered: Remembered) -> None:
        """Write the file a moment later, and only if anything is new."""
        if remembered != self._remembered:
            self._remembered = remembered
            self._store.async_delay_save(self._as_stored, SAVE_DELAY)

    def _as_stored(self) -> dict[str, Any]:
        return self._remembered.to_json()


def with_new_id[T](
    by_target: Mapping[Target, T], before: Target, after: Target
) -> dict[Target, T]:
    """Return what is kept by target, with that of one target as another one's."""
    kept = dict(by_target)
    if before in kept:
        kept[after] = kept.pop(before)
    return kept


def memory_store(hass: HomeAssistant, entry_id: str) -> SteeringStore[Remembered]:
    """Return the file of a config entry."""
    return SteeringStore(hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}")
