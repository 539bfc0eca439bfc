"""What the logbook names as the cause of a change that follows from another one: the entity that shows why."""

from collections.abc import Iterator, Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter

from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..api import NOT_WITH_FLEX_TRADING, Setting
from ..const import Target
from ..sync.home import Home
from .ids import FOR_A_WHILE_SENSOR, VACATION_SENSOR, Identifiers


@dataclass(eq=False, slots=True)
class Hands:
    """Who is changing settings at this moment: what is shown otherwise at any entity meanwhile is their doing."""

    _at_work: list[tuple[Target, AbstractSet[Setting] | None, Context]] = field(
        default_factory=list
    )

    @contextmanager
    def at_work(
        self,
        target: Target,
        settings: AbstractSet[Setting] | None,
        context: Context | None,
    ) -> Iterator[None]:
        """Note who changes settings of a target, or with None what is in force for a while, for as long as that takes."""
        if context is None:
            yield
            return
        work = (target, settings, context)
        self._at_work.append(work)
        try:
            yield
        finally:
            self._at_work.remove(work)

    def context(self, target: Target, changed: AbstractSet[Setting]) -> Context | None:
        """Return the context of whoever changes all of these settings, if somebody does: the last one to begin."""
        for settings, context in self._last_first(target):
            if settings is not None and changed <= settings:
                return context
        return None

    def context_for_a_while(self, target: Target) -> Context | None:
        """Return a context for what is in force, with whoever begins or ends something as its parent.

        One of its own: what follows from it in the settings is to name the state that is written in it.
        """
        for settings, context in self._last_first(target):
            if settings is None:
                return Context(user_id=context.user_id, parent_id=context.id)
        return None

    def _last_first(
        self, target: Target
    ) -> Iterator[tuple[AbstractSet[Setting] | None, Context]]:
        """Yield what is being done at a target; what is done at the home is done at all of them."""
        for whose, settings, context in reversed(self._at_work):
            if whose == target or None in (whose, target):
                yield settings, context


@callback
def async_cause(
    hass: HomeAssistant,
    ids: Identifiers,
    home: Home,
    target: Target,
    changed: AbstractSet[Setting],
) -> Context | None:
    """Return the context of the state that explains why settings are shown otherwise now, if one explains all of them.

    The logbook takes the first state that was written in a context for the cause of the others, and names its entity in
    the language of who looks.
    """
    entities = _entities(ids, home, target, changed)
    states = [hass.states.get(it.entity_id) for it in entities if it is not None]
    explaining = [it for it in states if it is not None]
    if not explaining:
        return None
    return max(explaining, key=attrgetter("last_changed_timestamp")).context


def _entities(
    ids: Identifiers, home: Home, target: Target, changed: AbstractSet[Setting]
) -> list[er.RegistryEntry | None]:
    """Return the entities that may explain it: the one that has changed last does."""
    # The switches are written in this order, so that its state is that of now.
    if home.shown(target).flex_trading and changed <= {*NOT_WITH_FLEX_TRADING}:
        return [ids.async_entity(target, Setting.FLEX_TRADING)]
    shadows = home.shadows.of(target)
    if all(it.overrides.has_brought(changed, it.shown) for it in shadows):
        is_vacation = all(it.overrides.are_vacations(changed) for it in shadows)
        keys = [VACATION_SENSOR if is_vacation else FOR_A_WHILE_SENSOR]
    elif home.shadows.readable:
        keys = []
    else:
        # What is over is forgotten as soon as the cloud has taken what was before, and nothing else comes to light there.
        keys = [VACATION_SENSOR, FOR_A_WHILE_SENSOR]
    return [ids.async_entity_of(target, Platform.SENSOR, key) for key in keys]
