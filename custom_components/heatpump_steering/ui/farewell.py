"""Puts back what is in force at a home that a person removes or disables, from what is on disk; nobody does it later."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, override

from homeassistant.components import persistent_notification
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..api import (
    BadKeyError,
    NotFoundError,
    ReadingNotOfferedError,
    Settings,
    SettingsClient,
    SteeringError,
)
from ..const import CONF_USER_ID, DOMAIN, LOGGER, Target
from ..model.difference import to_send
from ..model.profile import Profile
from ..sync.actuator import Actuator
from ..sync.home import Home
from ..sync.request_log import RequestLog
from ..sync.sessions import session_for_a_moment
from .connection import connected
from .ids import Identifiers
from .markdown import escaped
from .texts import async_common_text, async_load_texts, async_name_of, async_value_text

# For how long it is tried, in seconds. What is on its way then has ten more.
PATIENCE: Final = 10.0
# Between the attempts to read, in seconds.
PAUSES: Final = (0.5, 2.0)


class _Ending(Actuator):
    """Brings heat pumps back: no vacation counts any more, though those that are planned stay planned."""

    @override
    def is_away(self, target: Target, now: datetime) -> bool:
        return False


@callback
def async_follow_disabling(hass: HomeAssistant) -> None:
    """Put back what is in force at every home that is disabled from now on, also at one that was not connected."""

    async def put_back(entry: ConfigEntry) -> None:
        # Somebody may have enabled it again, or be about to.
        async with entry.setup_lock:
            if (
                hass.config_entries.async_get_entry(entry.entry_id) is entry
                and entry.disabled_by is not None
            ):
                await async_put_back(hass, entry)

    @callback
    def look(_: ConfigEntryChange, entry: ConfigEntry) -> None:
        if (
            entry.domain == DOMAIN
            and entry.disabled_by is not None
            and entry.state is ConfigEntryState.NOT_LOADED
        ):
            hass.async_create_task(put_back(entry), f"{DOMAIN} put back")

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, look)


async def async_put_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Put back all that is in force at a home that is not connected any more, and say what could not be."""
    identifiers = Identifiers(hass, entry)
    with session_for_a_moment(hass) as session:
        client, home = connected(
            hass,
            entry,
            identifiers,
            RequestLog(),
            session,
            create_task=lambda work: hass.async_create_task(
                work, f"{DOMAIN} farewell", eager_start=False
            ),
            on_change=lambda _: None,
        )
        await home.async_load()
        if list(_unfinished(home)):
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        await _async_bring_back(home, client, entry.data[CONF_USER_ID])
            finally:
                home.stop()
                await home.async_close()
    await _async_say(hass, entry, identifiers, dict(_left(home)))


async def _async_say(
    hass: HomeAssistant,
    entry: ConfigEntry,
    identifiers: Identifiers,
    left: Mapping[Target, Settings],
) -> None:
    """Show a notification of what is not as it was before; or take it away."""
    notification_id = f"{DOMAIN}_{entry.entry_id}_not_put_back"
    if not left:
        persistent_notification.async_dismiss(hass, notification_id)
        return
    await async_load_texts(hass)
    what = "removed" if entry.disabled_by is None else "disabled"
    lines = [
        async_common_text(hass, f"not_put_back_{what}", home=escaped(entry.title)),
        "",
    ]
    for target, settings in left.items():
        name = identifiers.async_device_name(target, target or entry.title)
        values = [
            f"{async_name_of(hass, identifiers, target, setting)} "
            f"{async_value_text(hass, setting, value)}"
            for setting, value in settings.items()
        ]
        lines.append("- " + escaped(f"{name}: {', '.join(values)}"))
    persistent_notification.async_create(
        hass,
        "\n".join(lines),
        async_common_text(hass, "not_put_back"),
        notification_id,
    )


def _unfinished(home: Home) -> Iterator[Target]:
    """Yield where something is in force, or on its way back."""
    for target in (*home.targets, *home.shadows.given_up, *home.missing):
        if not home.shadow(target).overrides.is_idle:
            yield target


async def _async_bring_back(home: Home, client: SettingsClient, user_id: str) -> None:
    """End everything, and bring every heat pump that is there back to what was set before."""
    for target in home.missing:
        # Nothing is there yet, but for what is on disk; a home that is enabled again has this to bring back, and no more.
        shadow = home.shadow(target)
        for override_ in shadow.overrides.in_force:
            shadow.overrides = shadow.overrides.end(override_.identity)
    await _async_find(home, client, user_id)
    actuator = _Ending(home, Profile)
    problems = await asyncio.gather(
        *(
            actuator.async_bring(target, None)
            for target in (*home.targets, *home.shadows.given_up)
        ),
        return_exceptions=True,
    )
    in_the_way = [type(it).__name__ for it in problems if it is not None]
    LOGGER.debug("Put back what was in force; in the way: %s", in_the_way)


async def _async_find(home: Home, client: SettingsClient, user_id: str) -> None:
    """Find out which heat pumps are there, and how they are set; where that may not be read, take what is known."""
    wanted = list(_unfinished(home))
    for pause in (*PAUSES, 0.0) if home.shadows.readable else ():
        number = home.shadows.next_number()
        try:
            reading = await client.get_settings(user_id, home.device_id)
        except BadKeyError, NotFoundError, ReadingNotOfferedError:
            home.shadows.readable = False
            break
        except SteeringError:
            await asyncio.sleep(pause)
        else:
            home.have(it for it in reading.heat_pumps if {it, None} & set(wanted))
            home.enter(reading, number=number)
            return
    if not home.shadows.readable:
        home.have(wanted)


def _left(home: Home) -> Iterator[tuple[Target, Settings]]:
    """Yield what is not as it was before, as far as is known, and how it was."""
    for target in _unfinished(home):
        shadow, can_read = home.shadow(target), home.can_read(target)
        shown = shadow.shown or shadow.overrides.last_known()
        if settings := to_send(shadow.overrides, shown, readable=can_read):
            yield target, settings
