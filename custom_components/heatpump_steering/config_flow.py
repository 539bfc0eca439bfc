"""How a home is connected, and what can be changed about it later."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, override

import voluptuous as vol
from yarl import URL

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_API_KEY, CONF_DEVICE_ID, CONF_ENTITY_ID, CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .api import SettingsClient, SteeringError, id_key
from .const import (
    CONF_BASE_URL,
    CONF_NAMESPACE,
    CONF_USER_ID,
    CONF_WRITE_ONLY,
    DOMAIN,
    HOME_KEY,
    PRODUCTION_URL,
    SANDBOX_URL,
)
from .options_flow import SteeringOptionsFlow
from .sync.sessions import session_for_a_moment
from .ui.authentication import (
    InputError,
    async_try_out,
    checked_id,
    checked_key,
    checked_server,
    cleaned,
)
from .ui.entries import connects, entry_title, entry_unique_id, home_of, overlap, server
from .ui.ids import Identifiers, namespace
from .ui.markdown import escaped
from .ui.new_id import async_replace_id_unconnected
from .ui.preset_flow import PresetFlow
from .ui.presets import SUBENTRY_PRESET, boost
from .ui.room_sensors import CONF_ROOM_SENSORS, has_sensor, sensor_schema
from .ui.texts import async_common_text, async_load_texts

_KEY: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_TEXT: Final = TextSelector()


class SteeringConfigFlow(ConfigFlow, domain=DOMAIN):
    """Connects a home."""

    VERSION = 1
    MINOR_VERSION = 2

    _name = ""
    """What the home is to be called; empty: by its ids."""
    _data: dict[str, Any]
    """Of the entry that is about to be created."""
    _heat_pumps: frozenset[str] = frozenset()
    """The ids of all heat pumps that the key sees."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SteeringOptionsFlow:
        """Return what can be chosen later."""
        return SteeringOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to a home."""
        return {SUBENTRY_PRESET: PresetFlow}

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for key, ids, server, and what the home is to be called."""
        schema = vol.Schema(
            {
                vol.Required(CONF_API_KEY): _KEY,
                vol.Required(CONF_USER_ID): _TEXT,
                vol.Optional(CONF_DEVICE_ID): _TEXT,
                vol.Required(
                    CONF_BASE_URL, default=PRODUCTION_URL
                ): await self._async_server(),
                vol.Optional(CONF_NAME): _TEXT,
            }
        )
        if user_input is not None:
            self._name = cleaned(user_input.get(CONF_NAME, ""))
        return await self._async_step_account("user", schema, {}, user_input)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Say that the cloud no longer accepts the key."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new key."""
        schema = vol.Schema({vol.Required(CONF_API_KEY): _KEY})
        present = self._get_reauth_entry().data
        return await self._async_step_account(
            "reauth_confirm", schema, present, user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key, server, or heat pump."""
        schema = vol.Schema(
            {
                vol.Optional(CONF_API_KEY): _KEY,
                vol.Optional(CONF_DEVICE_ID): _TEXT,
                vol.Required(CONF_BASE_URL): await self._async_server(),
            }
        )
        present = self._get_reconfigure_entry().data
        return await self._async_step_account(
            "reconfigure", schema, present, user_input
        )

    async def _async_server(self) -> SelectSelector:
        """Offer both servers of the cloud by name, and to type another one."""
        # Nothing of ours is loaded before the first home is connected.
        await async_load_texts(self.hass)
        return SelectSelector(
            SelectSelectorConfig(
                # Addresses and not words for them: where a value can be typed, the frontend shows it as it is.
                options=[
                    SelectOptionDict(
                        value=url,
                        label=f"{async_common_text(self.hass, name)} ({URL(url).host})",
                    )
                    for name, url in (
                        ("server_production", PRODUCTION_URL),
                        ("server_sandbox", SANDBOX_URL),
                    )
                ],
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )

    async def _async_step_account(
        self,
        step_id: str,
        schema: vol.Schema,
        present: Mapping[str, Any],
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Show the form until what is typed works at the cloud; `present` is what an entry holds already."""
        errors: dict[str, str] = {}
        placeholders = {
            # In a description, while the others are in errors, which are no Markdown.
            "user_id": escaped(present.get(CONF_USER_ID, "")),
            "example": "https://api.example.com",
            "reason": "",
        }
        if user_input is not None:
            try:
                data = await self._async_tried_out(_checked(present, user_input))
                return await self._async_finish(data)
            except InputError as error:
                field = error.field if error.field in schema.schema else "base"
                errors[field] = error.key
                placeholders["reason"] = error.reason
        else:
            # The key that is in use is not handed out again.
            user_input = {it: present[it] for it in present if it != CONF_API_KEY}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_tried_out(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the data with what the cloud allows; raises InputError."""
        try:
            with self._client(data) as client:
                access = await async_try_out(
                    client,
                    data[CONF_USER_ID],
                    data.get(CONF_DEVICE_ID),
                    # Asked for where a key was refused, maybe for changes alone.
                    must_write=self.source == SOURCE_REAUTH,
                )
        except InputError as error:
            is_id = error.field in (CONF_USER_ID, CONF_DEVICE_ID)
            if is_id and self.source == SOURCE_REAUTH:
                # The ids were right before, so it is the key that is for somebody else.
                raise InputError(CONF_API_KEY, "wrong_account") from error
            raise
        self._heat_pumps = access.device_ids
        entry = self._entry
        tried_out = {**data, CONF_WRITE_ONLY: access.write_only}
        if access.device_id is not None:
            tried_out[CONF_DEVICE_ID] = access.device_id
        if entry is not None and connects(entry.data) == connects(data):
            if CONF_DEVICE_ID in entry.data:
                # The entry's own id and title are made of it, so its spelling stays.
                tried_out[CONF_DEVICE_ID] = entry.data[CONF_DEVICE_ID]
            if entry.data[CONF_API_KEY] != data[CONF_API_KEY]:
                devices = Identifiers(self.hass, entry).async_devices()
                known = {id_key(it) for it in devices if it is not None}
                found = set(map(id_key, access.device_ids))
                if found and known and not found & known:
                    raise InputError(CONF_API_KEY, "wrong_account")
        return tried_out

    @contextmanager
    def _client(self, data: Mapping[str, Any]) -> Iterator[SettingsClient]:
        """Yield a client for what was typed, with a session that ends with it."""
        with session_for_a_moment(self.hass) as session:
            yield SettingsClient(session, data[CONF_BASE_URL], data[CONF_API_KEY])

    @property
    def _entry(self) -> ConfigEntry | None:
        """Return the entry that this is about, if there is one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        return None

    @property
    def _others(self) -> list[ConfigEntry]:
        """Return the entries that this is not about."""
        entry = self._entry
        return [it for it in self._async_current_entries() if it is not entry]

    def _abort_if_connected(self, data: Mapping[str, Any]) -> None:
        """Raise AbortFlow where one of the others is about the same heat pumps."""
        if any(overlap(data, it.data) for it in self._others):
            raise AbortFlow("already_configured")

    async def _async_finish(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry or update the one that this is about."""
        unique_id = entry_unique_id(data)
        self._abort_if_connected(data)
        entry = self._entry
        others = self._others
        for other in others:
            if other.unique_id == unique_id:
                # Of another home, by an id from when a user “a/b” and a heat pump “b” of “a” had the same.
                self.hass.config_entries.async_update_entry(
                    other, unique_id=entry_unique_id(other.data)
                )
        await self.async_set_unique_id(unique_id)
        if entry is None:
            taken = {
                namespace(other.data)
                for other in others
                if home_of(other.data) != home_of(data)
            }
            free = data[CONF_USER_ID]
            while free in taken:
                # The same id at two servers is two homes: their entities must not be taken for each other.
                free = f"{free}@{server(data)}"
            if free != data[CONF_USER_ID]:
                data[CONF_NAMESPACE] = free
            self._data = data
            if self._only_thermostat is not None and has_sensor(self.hass):
                return await self.async_step_room_sensor()
            return await self._async_create({})
        if CONF_NAMESPACE in entry.data:
            data[CONF_NAMESPACE] = entry.data[CONF_NAMESPACE]
        # A name that somebody gave the home stays.
        title = entry.title
        if title == entry_title(entry.data):
            title = entry_title(data)
        if self.source == SOURCE_RECONFIGURE:
            await self._async_keep_what_it_had(entry, data)
        return self.async_update_reload_and_abort(
            entry,
            unique_id=unique_id,
            title=title,
            data=data,
            # Left to Home Assistant it is the same reason, but told in Home Assistant's words and not in ours.
            reason="reauth_successful"
            if self.source == SOURCE_REAUTH
            else "reconfigure_successful",
        )

    @property
    def _only_thermostat(self) -> str | None:
        """Return which thermostat the home will have, as a key of the options; None where there will be several."""
        if self._data[CONF_WRITE_ONLY] or CONF_DEVICE_ID in self._data:
            return str(self._data.get(CONF_DEVICE_ID, HOME_KEY))
        return next(iter(self._heat_pumps)) if len(self._heat_pumps) == 1 else None

    async def async_step_room_sensor(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to pick the sensor of the room, without which a thermostat shows no temperature."""
        if user_input is None:
            return self.async_show_form(
                step_id="room_sensor",
                data_schema=sensor_schema(self.hass),
                last_step=True,
            )
        # It may have been in another window meanwhile.
        self._abort_if_connected(self._data)
        picked = user_input.get(CONF_ENTITY_ID)
        return await self._async_create(
            {CONF_ROOM_SENSORS: {self._only_thermostat: picked}} if picked else {}
        )

    async def _async_create(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        await async_load_texts(self.hass)
        return self.async_create_entry(
            title=self._name or entry_title(self._data),
            description="with_room_sensor" if options else None,
            data=self._data,
            options=options,
            subentries=[boost(self.hass).as_dict()],
        )

    async def _async_keep_what_it_had(
        self, entry: ConfigEntry, data: Mapping[str, Any]
    ) -> None:
        """Let the heat pump that was typed have all that the one before had, if the cloud has that one no more."""
        before, after = entry.data.get(CONF_DEVICE_ID), data.get(CONF_DEVICE_ID)
        if (
            before == after
            or None in (before, after)
            or home_of(entry.data) != home_of(data)
        ):
            return
        try:
            with self._client(data) as client:
                listed = await client.get_heat_pumps(data[CONF_USER_ID])
        except SteeringError:
            # Nobody knows; it is taken for another heat pump.
            return
        if before not in listed.ids:
            await async_replace_id_unconnected(self.hass, entry, before, after)


def _checked(
    present: Mapping[str, Any], user_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the data of an entry from what was typed, over what is there; raises InputError."""
    typed = {**present, **{it: text for it, text in user_input.items() if text}}
    data = {
        CONF_API_KEY: checked_key(typed.get(CONF_API_KEY, "")),
        CONF_USER_ID: checked_id(CONF_USER_ID, typed.get(CONF_USER_ID, "")),
        CONF_BASE_URL: checked_server(typed.get(CONF_BASE_URL, "")),
    }
    # A form without the field leaves the heat pump as it is; an emptied field means all of them.
    asked = user_input if CONF_BASE_URL in user_input else present
    if device_id := cleaned(asked.get(CONF_DEVICE_ID, "")):
        data[CONF_DEVICE_ID] = checked_id(CONF_DEVICE_ID, device_id)
    return data
