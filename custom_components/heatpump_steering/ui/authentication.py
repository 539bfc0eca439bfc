"""What somebody types to connect a home: cleaned, checked, and tried at the cloud."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
import re
from socket import inet_aton
from typing import Final

from yarl import URL

from homeassistant.const import CONF_API_KEY, CONF_DEVICE_ID
from homeassistant.util.network import is_local

from ..api import (
    BadKeyError,
    Failure,
    Listing,
    NotFoundError,
    NotUnderstandableError,
    ReadingNotOfferedError,
    RefusedError,
    Settings,
    SettingsClient,
    SteeringError,
    TooManyRequestsError,
    UnavailableError,
)
from ..api.client import DEVICES_PATH, SETTINGS_PATH
from ..const import CONF_BASE_URL, CONF_USER_ID

_UNAVAILABLE: Final = {
    Failure.NOT_REACHED: "cannot_connect",
    Failure.NO_ANSWER: "no_answer",
    Failure.BROKEN_OFF: "no_answer",
    Failure.STATUS: "server_error",
}

# What comes along when text is copied from a mail or a page, beside the ordinary blanks.
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff"
# Pasted along with the server, from the API's documentation.
_API_PATHS: Final = (SETTINGS_PATH, DEVICES_PATH, "/v1")
_HOST: Final = re.compile(
    r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE | re.ASCII
)
_LONGEST_HOST: Final = 253
_NUMBER_AT_THE_END: Final = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
# Home Assistant 2026.10 takes only the upper half of these for local.
_UNIQUE_LOCAL: Final = ip_network("fc00::/7")
_LOCAL_SUFFIXES: Final = (".local", ".lan", ".home.arpa", ".internal", ".localhost")


@dataclass(eq=False)
class InputError(Exception):
    """Something typed that cannot be right."""

    field: str
    """Of the form."""
    key: str
    """Of the text."""
    reason: str = ""
    """What the text quotes: the cloud's own words, or its status."""


def cleaned(text: str) -> str:
    """Return pasted text without the blanks around it, visible or not."""
    return text.strip().strip(_INVISIBLE).strip()


def checked_key(text: str) -> str:
    """Return the API key; raises InputError if it cannot be sent in a header."""
    key = cleaned(text)
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise InputError(CONF_API_KEY, "malformed_key")
    return key


def checked_id(field: str, text: str) -> str:
    """Return an id; raises InputError for characters that no id has."""
    found = cleaned(text)
    if not found or not found.isprintable():
        raise InputError(field, "malformed_id")
    return found


def checked_server(text: str) -> str:
    """Return the server's address; raises InputError for what is no address, or would send the key openly."""
    typed = cleaned(text)
    try:
        url = URL(typed if "://" in typed else f"https://{typed}")
        # Read here as the client reads it: not every name that can be written can also be looked up.
        host = url.raw_host if url.host and url.port else None
    except ValueError:
        host = None
    if (
        host is None
        or url.scheme not in ("http", "https")
        or not _is_host(host)
        or url.user is not None
        or url.password is not None
        or url.query_string
        or url.fragment
    ):
        raise InputError(CONF_BASE_URL, "invalid_url")
    if url.scheme == "http" and not _is_local(host):
        raise InputError(CONF_BASE_URL, "insecure_url")
    return without_api_path(str(url))


def without_api_path(address: str) -> str:
    """Return the address of a server alone, where that of one of its requests was pasted."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    # As it is compared with that of other entries; of an odd name, yarl leaves a part as it was typed.
    host = host.lower()
    path = (slash + path).rstrip("/")
    while found := next(filter(path.lower().endswith, _API_PATHS), None):
        path = path[: -len(found)].rstrip("/")
    return scheme + mark + host + path


def _is_host(host: str) -> bool:
    return _address(host) is not None or (
        len(host) <= _LONGEST_HOST and bool(_HOST.fullmatch(host))
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is, in any spelling that would reach it; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        # 134744072, 0x08080808 and 010.8.2056 are 8.8.8.8 for whoever looks it up.
        return IPv4Address(inet_aton(host))
    except OSError, ValueError:
        return None


def _is_local(host: str) -> bool:
    """Return whether a host is in the house, so that nobody outside can listen."""
    if (address := _address(host)) is not None:
        return is_local(address) or address in _UNIQUE_LOCAL
    # What ends in a number is a mistaken address, whatever a server of names makes of it.
    return not _NUMBER_AT_THE_END.search(host) and (
        "." not in host or host.endswith(_LOCAL_SUFFIXES)
    )


@dataclass(frozen=True, slots=True)
class Access:
    """What a key may do for a user: write only, or read as well; and which heat pumps it sees."""

    write_only: bool
    device_ids: frozenset[str] = frozenset()
    device_id: str | None = None
    """The one that was asked for, as the cloud spells it."""


async def async_try_out(
    client: SettingsClient,
    user_id: str,
    device_id: str | None,
    *,
    must_write: bool = False,
) -> Access:
    """Find out whether key, user and heat pump are right, without changing anything; raises InputError.

    A change with no settings in it tells a key that may only write from a bad one, and shows whether one that can read
    can write, where it `must_write`.
    """
    try:
        try:
            reading = await client.get_settings(user_id, device_id)
        except BadKeyError, NotFoundError, ReadingNotOfferedError:
            await _try_to_write(client, user_id, device_id)
            return Access(write_only=True)
        if must_write:
            try:
                await client.patch_settings(user_id, device_id, Settings())
            except BadKeyError:
                raise InputError(CONF_API_KEY, "key_may_only_read") from None
            except NotFoundError, RefusedError:
                # Whether user and heat pump are right, the reading tells.
                pass
        try:
            listed = await client.get_heat_pumps(user_id)
        except BadKeyError, NotFoundError, ReadingNotOfferedError:
            listed = Listing()
    except TooManyRequestsError:
        raise InputError("base", "too_many_requests") from None
    except UnavailableError as error:
        raise InputError(
            CONF_BASE_URL, _UNAVAILABLE[error.failure], str(error.status)
        ) from None
    except NotUnderstandableError:
        raise InputError(CONF_BASE_URL, "not_understandable") from None
    except SteeringError as error:
        raise InputError("base", "refused", str(error)) from None
    found = reading.heat_pumps.keys() - listed.others
    found |= {heat_pump.device_id for heat_pump in listed.heat_pumps}
    if not found:
        # What there is instead helps to find out why.
        passed_over = reading.passed_over + listed.passed_over
        if passed_over.other_kinds:
            raise InputError(CONF_USER_ID, "only_other_kinds", passed_over.kinds)
        if passed_over.other_users:
            raise InputError(CONF_USER_ID, "only_other_users")
        raise InputError(CONF_USER_ID, "no_heat_pumps")
    if device_id is None:
        return Access(write_only=False, device_ids=frozenset(found))
    name = client.device_ids.name(device_id)
    if name not in found:
        raise InputError(CONF_DEVICE_ID, "unknown_device")
    return Access(
        write_only=False,
        device_ids=frozenset(found),
        device_id=client.device_ids.spelling(name),
    )


async def _try_to_write(
    client: SettingsClient, user_id: str, device_id: str | None
) -> None:
    """Send a change with only the ids; raises InputError for a bad key, user or heat pump, and SteeringError."""
    try:
        await client.patch_settings(user_id, device_id, Settings())
    except BadKeyError:
        raise InputError(CONF_API_KEY, "invalid_auth") from None
    except NotFoundError:
        if device_id is None:
            raise InputError(CONF_USER_ID, "unknown_user") from None
    else:
        return
    # Which of the two is it that the cloud does not know?
    await _try_to_write(client, user_id, None)
    raise InputError(CONF_DEVICE_ID, "unknown_device")
