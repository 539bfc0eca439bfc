"""Presets: what a person has put together to be chosen at a thermostat for a while; kept as subentries."""

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Self

from homeassistant.components.climate.const import (
    PRESET_ACTIVITY,
    PRESET_AWAY,
    PRESET_BOOST,
    PRESET_COMFORT,
    PRESET_ECO,
    PRESET_HOME,
    PRESET_NONE,
    PRESET_SLEEP,
)
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigSubentry,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..api import Setting, Settings, read_value
from ..const import LOGGER, Target
from ..model.errors import PendingError, StoppedError, StorageError
from ..model.override import FOR_A_WHILE, PRESET, VACATION, WELCOME_HOME, Override
from ..sync.for_a_while import ForAWhile
from ..sync.home import Home
from ..sync.vacations import Vacations
from .texts import async_common_text, async_preset_name

SUBENTRY_PRESET: Final = "preset"

CONF_DURATION: Final = "duration"
CONF_SETTINGS: Final = "settings"
CONF_STANDARD: Final = "standard"
CONF_WORD: Final = "word"

# Those that Home Assistant translates and draws by itself.
STANDARD: Final = (
    PRESET_BOOST,
    PRESET_COMFORT,
    PRESET_ECO,
    PRESET_HOME,
    PRESET_SLEEP,
    PRESET_ACTIVITY,
)
_ALWAYS_THERE: Final = (PRESET_NONE, PRESET_AWAY)
# °C, and as far as the maximum allows: hot enough for everybody to bathe one after another.
_BOOST: Final = Settings(hot_water_min=60.0)
_BOOST_LASTS: Final = timedelta(hours=2)
# How long after a disk that could not be written to, in seconds.
_TRY_AGAIN: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What can be chosen at a thermostat."""

    mode: str
    """What the thermostat calls it: a standard name as Home Assistant does, which says it in the language of who looks."""
    label: str
    """What the house calls it."""
    override_name: str
    values: Settings
    """In °C and kelvin."""
    duration: timedelta | None
    """None: until it is ended."""

    @classmethod
    def from_subentry(cls, hass: HomeAssistant, subentry: ConfigSubentry) -> Self:
        """Read a subentry. Its title counts: who renames it in the list has seen no form."""
        data, mode, label = subentry.data, subentry.title, subentry.title
        if CONF_STANDARD in data and data[CONF_WORD] == subentry.title:
            mode = data[CONF_STANDARD]
            label = async_preset_name(hass, mode)
        duration = data.get(CONF_DURATION)
        return cls(
            mode=mode,
            label=label,
            override_name=f"{PRESET}{subentry.subentry_id}",
            values=Settings.of(
                {
                    setting: value
                    for setting in Setting
                    if (value := read_value(setting, data[CONF_SETTINGS].get(setting)))
                    is not None
                }
            ),
            duration=None if duration is None else timedelta(seconds=duration),
        )

    @property
    def names(self) -> set[str]:
        """Return what people call it, in lower case."""
        return {self.mode.casefold(), self.label.casefold()}


def presets_of(hass: HomeAssistant, entry: ConfigEntry) -> tuple[Preset, ...]:
    """Return the presets of a home that can be chosen; of two with the same name, the first."""
    found: dict[str, Preset] = {}
    for subentry in entry.get_subentries_of_type(SUBENTRY_PRESET):
        preset = Preset.from_subentry(hass, subentry)
        if preset.mode not in _ALWAYS_THERE:
            found.setdefault(preset.mode, preset)
    return tuple(found.values())


def reserved_names(hass: HomeAssistant) -> set[str]:
    """Return what no preset may be called, in lower case: what is something else at a thermostat, or for an action."""
    words = (
        *_ALWAYS_THERE,
        *(async_preset_name(hass, mode) for mode in _ALWAYS_THERE),
        VACATION,
        async_common_text(hass, "vacation"),
        WELCOME_HOME,
        FOR_A_WHILE,
    )
    return {word.casefold() for word in words}


def preset_data(
    values: Settings, duration: timedelta | None, standard: str | None, title: str
) -> dict[str, Any]:
    """Return the data of a subentry."""
    data: dict[str, Any] = {
        CONF_SETTINGS: {str(setting): value for setting, value in values.items()}
    }
    if duration is not None:
        data[CONF_DURATION] = duration.total_seconds()
    if standard is not None:
        data |= {CONF_STANDARD: standard, CONF_WORD: title}
    return data


def boost(hass: HomeAssistant) -> ConfigSubentry:
    """Return the preset that every home has from the start."""
    title = async_preset_name(hass, PRESET_BOOST)
    return ConfigSubentry(
        data=MappingProxyType(preset_data(_BOOST, _BOOST_LASTS, PRESET_BOOST, title)),
        subentry_type=SUBENTRY_PRESET,
        title=title,
        unique_id=None,
    )


class Presets:
    """The presets of one config entry, and what is in force of them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        home: Home,
        vacations: Vacations,
        for_a_while: ForAWhile,
    ) -> None:
        """Take the entry that has them, and what begins and ends them."""
        self._hass = hass
        self._entry = entry
        self._home = home
        self._vacations = vacations
        self.for_a_while = for_a_while
        self._is_ending = False

    # What there is

    def all(self) -> tuple[Preset, ...]:
        """Return what can be chosen."""
        return presets_of(self._hass, self._entry)

    def active(self, target: Target) -> str | None:
        """Return the override of the preset that is in force at a heat pump, or at all of the home."""
        presets = [it.overrides.preset for it in self._home.shadows.of(target)]
        names = {None if it is None else it.name for it in presets}
        return names.pop() if len(names) == 1 else None

    def override_name(self, name: str) -> str:
        """Return under which name that is in force what a person calls so: a preset, or what has just this name."""
        called = name.casefold()
        return next((it.override_name for it in self.all() if called in it.names), name)

    def label(self, name: str) -> str:
        """Return what the house calls an override."""
        if not name.startswith(PRESET):
            return name
        subentry = self._entry.subentries.get(name.removeprefix(PRESET))
        if subentry is None:
            # Removed, and about to end.
            return async_common_text(self._hass, "preset")
        return Preset.from_subentry(self._hass, subentry).label

    # Choosing

    async def async_choose(self, target: Target, mode: str) -> None:
        """Choose a preset at a heat pump, or at all of the home: it takes the place of the one before, or of a vacation.

        Away is the home's, and ends all other ones. Raises what beginning and ending raise.
        """
        presets = {preset.mode: preset for preset in self.all()}
        if mode in presets:
            await self._async_begin(target, presets[mode])
        elif mode == PRESET_AWAY:
            await self._vacations.async_leave(
                async_common_text(self._hass, "vacation"),
                changes=self.for_a_while.ending_preset(None)
                if self._is_any(None)
                else None,
            )
        elif not self._is_any(target):
            await self._vacations.async_come_home()
        elif self._vacations.is_away:
            await self._vacations.async_come_home(
                self.for_a_while.ending_preset(target)
            )
        else:
            await self.for_a_while.async_end_preset(target)

    async def _async_begin(self, target: Target, preset: Preset) -> None:
        now = dt_util.utcnow()
        override = Override(
            name=preset.override_name,
            values=preset.values,
            began=now,
            until=None if preset.duration is None else now + preset.duration,
        )
        if self._vacations.is_away:
            await self._vacations.async_come_home(
                self.for_a_while.beginning(target, override)
            )
        else:
            await self.for_a_while.async_begin(target, override)

    def _is_any(self, target: Target) -> bool:
        """Return whether a preset is in force at a heat pump, or at any of the home."""
        return any(override.is_preset for override in self.for_a_while.in_force(target))

    # Following the subentries

    @callback
    def start(self) -> None:
        """Begin to follow what becomes of the presets; what was removed meanwhile ends."""
        self._entry.async_on_unload(
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
            )
        )
        self.look()

    @callback
    def _entry_changed(self, _: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry is self._entry:
            self._home.changed()

    @callback
    def look(self, _: object = None) -> None:
        """End what is in force of presets that were removed; a listener of what is known."""
        removed = {
            override.name
            for override in self.for_a_while.in_force(None)
            if override.is_preset
            and override.name.removeprefix(PRESET) not in self._entry.subentries
        }
        if removed and not (self._is_ending or self._home.is_closed):
            self._is_ending = True
            self._entry.async_create_task(
                self._hass, self._async_end(removed), "end what was removed"
            )

    async def _async_end(self, names: set[str]) -> None:
        try:
            await self.for_a_while.async_end(None, names)
        except PendingError, StoppedError:
            # It is over, and the reconciler goes on until all is back; or it is ended at the next start.
            pass
        except StorageError as error:
            LOGGER.debug("A preset that was removed is still in force: %s", error)
            self._entry.async_on_unload(
                async_call_later(self._hass, _TRY_AGAIN, self.look)
            )
            return
        finally:
            self._is_ending = False
        self.look()
