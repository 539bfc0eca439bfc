"""What a config entry is about: server, user and perhaps one heat pump; and what it is called."""

from collections.abc import Mapping
from typing import Any

from yarl import URL

from homeassistant.const import CONF_DEVICE_ID

from ..api import id_key
from ..const import CONF_BASE_URL, CONF_USER_ID


def server(data: Mapping[str, Any]) -> str:
    """Return host and port."""
    return URL(data[CONF_BASE_URL]).authority


def home_of(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the home: the server, and the user there."""
    return server(data), data[CONF_USER_ID]


def entry_unique_id(data: Mapping[str, Any]) -> str:
    """Return what no two entries may share: server, user, and heat pump."""
    parts = [*home_of(data)]
    if CONF_DEVICE_ID in data:
        parts.append(data[CONF_DEVICE_ID])
    # The user “a/b” is not the heat pump “b” of the user “a”.
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def entry_title(data: Mapping[str, Any]) -> str:
    """Return what an entry is called until somebody gives it a name."""
    return " · ".join(filter(None, (data[CONF_USER_ID], data.get(CONF_DEVICE_ID))))


def connects(data: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Return what an entry connects, however the ids are spelled: server, user, and one heat pump or all."""
    device_id = data.get(CONF_DEVICE_ID)
    return (
        server(data),
        id_key(data[CONF_USER_ID]),
        None if device_id is None else id_key(device_id),
    )


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two entries are about the same heat pump: one of all of them is about each."""
    (*home, device_id), (*other_home, other_device_id) = connects(one), connects(other)
    return home == other_home and (
        None in (device_id, other_device_id) or device_id == other_device_id
    )
