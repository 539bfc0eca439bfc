"""The three requests of the API."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPMethod, HTTPStatus
from itertools import batched
from time import monotonic
from typing import Any, Final, override

import aiohttp

from .answer import clean_json, read_body
from .errors import (
    AnswerTooLongError,
    Failure,
    NotFoundError,
    NotUnderstandableError,
    UnavailableError,
)
from .identification import DeviceIds, id_of, is_of_user, other_kind
from .models import HeatPump, Listing, PassedOver
from .redaction import Redaction
from .settings import Reading, ReportedSettings, Settings
from .status import http_date, parsed, raise_for_status

DEVICES_PATH: Final = "/v1/devices"
SETTINGS_PATH: Final = "/v1/devices/settings"

# How long a request may take, in seconds. A cloud that takes its time is read all the same; a change is to be sent again,
# if need be, before its caller's patience ends (see DEADLINE). Whether anybody is there shows sooner.
READ_LIMIT: Final = 30.0
WRITE_LIMIT: Final = 20.0
CONNECT_LIMIT: Final = 10.0
PAGE_LIMIT: Final = 1000
# A server that never ends its list must not keep us for ever.
MAX_PAGES: Final = 10
# Heat pumps whose settings are read, or entered, in one go, which takes a few milliseconds.
READ_AT_ONCE: Final = 250
# Characters of an answer that is looked through for the key at once, which takes up to a few milliseconds; a longer one
# is given to a thread.
SEARCHED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that has ended: how, as a status or in a few words, and after how many seconds."""

    method: str
    path: str
    outcome: str
    seconds: float


class SettingsClient:
    """Talks to one server with one key."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        api_key: str,
        *,
        device_ids: DeviceIds | None = None,
        read_limit: float = READ_LIMIT,
        write_limit: float = WRITE_LIMIT,
        connect_limit: float = CONNECT_LIMIT,
        on_request: Callable[[Sent], None] | None = None,
    ) -> None:
        """Take the server as https://host, the ids by which heat pumps go here, limits in seconds, and a listener.

        A read takes at most `read_limit` for each of its pages, a change `write_limit`, a connection `connect_limit`.
        """
        self._session = session
        self.device_ids = device_ids or DeviceIds()
        self._not_found: set[str] = set()
        """Heat pumps that the server did not find by the spelling that was known."""
        self._timeouts = {
            method: aiohttp.ClientTimeout(total=limit, connect=connect_limit)
            for method, limit in (
                (HTTPMethod.GET, read_limit),
                (HTTPMethod.PATCH, write_limit),
            )
        }
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._redaction = Redaction(api_key)
        self._on_request = on_request

    @override
    def __repr__(self) -> str:
        return f"<SettingsClient of {self._base_url}>"

    async def patch_settings(
        self, user_id: str, device_id: str | None, change: Settings
    ) -> datetime | None:
        """Change settings of one heat pump, or of all of the user's where `device_id` is None.

        Returns the server's own time of the acceptance, or None if it told none. An empty change changes nothing. Raises
        RefusedError, BadKeyError, NotFoundError, TooManyRequestsError, UnavailableError or NotUnderstandableError.
        """
        body: dict[str, Any] = {"user_id": user_id}
        if device_id is not None:
            body["device_id"] = self.device_ids.spelling(device_id)
        body.update(change.to_json())
        status, headers, _ = await self._request(
            HTTPMethod.PATCH, SETTINGS_PATH, body=body
        )
        # A portal or proxy on the way says 200 to everything: only the documented answer counts.
        if status != HTTPStatus.NO_CONTENT:
            raise NotUnderstandableError("an answer to a change", status=status)
        return http_date(headers.get("Date"))

    async def get_settings(self, user_id: str, device_id: str | None = None) -> Reading:
        """Read the settings of the user's heat pumps, or of one of them.

        Items without an id are passed over, and what is another user's or another kind of device; unreadable settings are
        None. Raises BadKeyError also for a key that may only write, ReadingNotOfferedError or NotFoundError where there
        is nothing to read, and the others as `patch_settings`.
        """
        query = {"user_id": user_id}
        if device_id is None:
            return await self._read_settings(query)
        name = self.device_ids.name(device_id)
        spelling = self.device_ids.spelling(name)
        if name not in self._not_found:
            with suppress(NotFoundError):
                reading = await self._read_settings({**query, "device_id": spelling})
                if name in reading.heat_pumps:
                    return reading.only(name)
            # By another spelling it may be among all of the user's.
            self._not_found.add(name)
        reading = (await self._read_settings(query)).only(name)
        if reading.heat_pumps and self.device_ids.spelling(name) != spelling:
            self._not_found.remove(name)
        return reading

    async def _read_settings(self, query: Mapping[str, str]) -> Reading:
        items: dict[str, list[ReportedSettings]] = {}
        passed_over = PassedOver()
        async for page in self._get_pages(SETTINGS_PATH, query):
            for some in batched(page, READ_AT_ONCE, strict=False):
                for item in some:
                    spelling = id_of(item.get("device_id"))
                    if (beside := _beside(item, query["user_id"])) is not None:
                        passed_over += beside
                    elif spelling is not None:
                        self.device_ids.note_spelling(spelling)
                        items.setdefault(self.device_ids.name(spelling), []).append(
                            ReportedSettings(
                                Settings.from_json(item),
                                _iso_time(item.get("updated_at")),
                            )
                        )
                # Whoever else is on the event loop gets a turn.
                await asyncio.sleep(0)
        return Reading(
            {name: ReportedSettings.merged(its) for name, its in items.items()},
            passed_over,
        )

    async def get_heat_pumps(self, user_id: str) -> Listing:
        """List the user's heat pumps, and apart from them what else is listed. Raises as `get_settings`."""
        query = {"user_id": user_id, "limit": str(PAGE_LIMIT)}
        found: dict[str, HeatPump] = {}
        others: set[str] = set()
        passed_over = PassedOver()
        async for page in self._get_pages(DEVICES_PATH, query):
            for item in page:
                if (beside := _beside(item, user_id)) is not None:
                    passed_over += beside
                if (spelling := id_of(item.get("device_id"))) is None:
                    continue
                name = self.device_ids.name(spelling)
                if beside is not None:
                    others.add(name)
                    continue
                # The settings are what is changed, so how they spell it goes before how the list does.
                self.device_ids.note_spelling(spelling, for_certain=False)
                heat_pump = _heat_pump(name, item)
                before = found.get(name)
                found[name] = before.merged_with(heat_pump) if before else heat_pump
            # Whoever else is on the event loop gets a turn.
            await asyncio.sleep(0)
        return Listing(
            tuple(found.values()), frozenset(others - found.keys()), passed_over
        )

    async def _get_pages(
        self, path: str, query: Mapping[str, str]
    ) -> AsyncIterator[list[Mapping[str, Any]]]:
        """Yield a list page by page, each asked for with the token of the one before."""
        tokens: set[str] = set()
        for _ in range(MAX_PAGES):
            items, next_token = await self._get_list(path, query)
            yield items
            if next_token is None or next_token in tokens:
                break
            tokens.add(next_token)
            query = {**query, "next_token": next_token}

    async def _get_list(
        self, path: str, query: Mapping[str, str]
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Return the items of a list, and the token of the page after it."""
        status, _, text = await self._request(HTTPMethod.GET, path, query=query)
        answer = parsed(text) if status == HTTPStatus.OK else None
        if not isinstance(answer, Mapping) or not isinstance(answer.get("data"), list):
            raise NotUnderstandableError("no list in an answer", status=status)
        meta = answer.get("meta")
        next_token = meta.get("next_token") if isinstance(meta, Mapping) else None
        return [item for item in answer["data"] if isinstance(item, Mapping)], id_of(
            next_token
        )

    async def _request(
        self,
        method: HTTPMethod,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, Mapping[str, str], str]:
        """Send one request; return status, headers and text. Raises what the status means."""
        began = monotonic()
        outcome = "broken off"
        try:
            async with self._session.request(
                method,
                self._base_url + path,
                params=query,
                json=body,
                headers={"x-api-key": self._api_key, "Accept": "application/json"},
                timeout=self._timeouts[method],
                # A redirect would carry the key to whatever host it names.
                allow_redirects=False,
            ) as response:
                found = await read_body(response)
                outcome = str(response.status)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            outcome = "not reached"
            raise UnavailableError(Failure.NOT_REACHED, maybe_applied=False) from error
        except TimeoutError as error:
            outcome = "no answer"
            raise UnavailableError(Failure.NO_ANSWER, maybe_applied=True) from error
        except aiohttp.ClientError:
            # Not from that: it may quote what the server said, and that may quote the key.
            raise UnavailableError(Failure.BROKEN_OFF, maybe_applied=True) from None
        finally:
            if self._on_request is not None:
                self._on_request(Sent(method, path, outcome, monotonic() - began))
        status = response.status
        if found is None and status < HTTPStatus.BAD_REQUEST:
            raise AnswerTooLongError("too long an answer", status=status)
        text = clean_json(found or b"")
        if status < HTTPStatus.BAD_REQUEST:
            # A server that quotes the key back must not get it into our texts and logs.
            # All that is quoted of the other answers is ids, and there may be thousands of them every few minutes.
            thoroughly = path == DEVICES_PATH
            if thoroughly and len(text) > SEARCHED_AT_ONCE:
                text = await asyncio.to_thread(
                    self._redaction.hide_in_json, text, thoroughly=True
                )
            else:
                text = self._redaction.hide_in_json(text, thoroughly=thoroughly)
        raise_for_status(method, status, response.headers, text, self._redaction)
        return status, response.headers, text


def _iso_time(value: object) -> datetime | None:
    """Read a time of the cloud's; one without a zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError, ValueError:
        return None


def _beside(item: Mapping[str, Any], user_id: str) -> PassedOver | None:
    """Return what an item is passed over as; None where it may be a heat pump of this user."""
    if not is_of_user(item, user_id):
        return PassedOver(other_users=1)
    kind = other_kind(item)
    return None if kind is None else PassedOver(other_kinds=(kind,))


def _heat_pump(name: str, item: Mapping[str, Any]) -> HeatPump:
    """Read an item of the list; a text may be written as a number, and an empty one tells nothing."""
    brand, model, model_type = (
        (id_of(item.get(field)) or "").strip() or None
        for field in ("brand", "model", "model_type")
    )
    is_link_broken = item.get("needs_reauthentication")
    return HeatPump(
        device_id=name,
        brand=brand,
        model=model,
        model_type=model_type,
        needs_reauthentication=(
            is_link_broken if isinstance(is_link_broken, bool) else None
        ),
    )
