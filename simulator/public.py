"""The public part over HTTP: the routes of the API document, behind whatever weather there is."""

import asyncio
import base64
import binascii
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
import json
from typing import Final

from aiohttp import hdrs, web

from .answers import (
    JSON_TYPE,
    Answer,
    device_list,
    refusal,
    refused_read,
    settings_list,
    settings_parts,
)
from .behaviour import Behaviour
from .cloud import Cloud, NotFoundError, Supplier
from .journal import Entry, Journal
from .reading import Json
from .validation import Problem, RefusedError, read_change, read_limit
from .weather import Rule, Shows, Weather

SETTINGS_PATH: Final = "/v1/devices/settings"
DEVICES_PATH: Final = "/v1/devices"
KEY_HEADER: Final = "x-api-key"


@dataclass(frozen=True, slots=True)
class _Request:
    """A request, read to its end: what happens to it does not depend on whether the client still waits."""

    method: str
    path: str
    query: Mapping[str, str]
    raw: bytes
    content_type: str | None
    body: Json
    user_id: str | None
    device_id: str | None
    key: str | None
    supplier: Supplier | None
    shows: Shows | None = None


class PublicApi:
    """Answers every request that is not the control part's."""

    def __init__(
        self, cloud: Cloud, behaviour: Behaviour, weather: Weather, journal: Journal
    ) -> None:
        """Answer for a cloud."""
        self._cloud = cloud
        self._behaviour = behaviour
        self._weather = weather
        self._journal = journal
        self._tasks: set[asyncio.Task[Answer | None]] = set()
        self._hanging: set[int] = set()
        self._routes: dict[str, dict[str, Callable[[_Request, Supplier], Answer]]] = {
            SETTINGS_PATH: {"GET": self._get_settings, "PATCH": self._patch_settings},
            DEVICES_PATH: {"GET": self._get_devices},
        }

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Answer a request, or close its connection.

        The request is dealt with in a task of its own: like the real cloud, this one goes on with a change
        when the client has given up on it.
        """
        request = await self._read(http)
        entry = self._journal.open(
            method=request.method,
            path=request.path,
            query=request.query,
            body=request.body,
            user_id=request.user_id,
            device_id=request.device_id,
            key=request.key,
            key_right=request.supplier is not None,
            cookies=http.headers.get(hdrs.COOKIE, ""),
        )
        task = asyncio.create_task(self._process(request, entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            answer = await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                self._journal.leave(entry)
                if entry.number in self._hanging:
                    task.cancel()
                raise
            answer = None  # abandoned: the server stops or starts anew
        except BaseException:
            self._journal.finish(entry, 500)
            raise
        if answer is None:
            self._journal.finish(entry, None)
            return _closed(http)
        if self._behaviour.byte_order_mark and answer.content_type == JSON_TYPE:
            answer = replace(answer, body=BOM_UTF8 + answer.body)
        if answer.cut:
            self._journal.finish(entry, None)
            return await _cut(http, answer)
        self._journal.finish(entry, answer.status)
        response = web.Response(
            status=answer.status, body=answer.body or None, headers=answer.headers
        )
        if answer.content_type is not None:
            response.headers[hdrs.CONTENT_TYPE] = answer.content_type
        return response

    def abandon(self) -> list[asyncio.Task[Answer | None]]:
        """Give up what is being dealt with; the clients that wait get no answer. Returns what is to end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def close(self) -> None:
        """Give up what is being dealt with, and wait until it has ended."""
        await asyncio.gather(*self.abandon(), return_exceptions=True)

    async def prepare(
        self, http: web.BaseRequest, response: web.StreamResponse
    ) -> None:
        """Put the server's own time into the headers of an answer, or none."""
        response.headers.pop(hdrs.DATE, None)
        if self._behaviour.date_header:
            response.headers[hdrs.DATE] = format_datetime(
                self._cloud.now(), usegmt=True
            )

    # --- what happens to a request --------------------------------------------------------------------------------

    async def _read(self, http: web.Request) -> _Request:
        raw = await http.read()
        query = {name: http.query.getall(name)[-1] for name in http.query}
        body = _parsed(raw)
        key = http.headers.get(KEY_HEADER)
        supplier = self._cloud.supplier_of(key)
        ids: Mapping[str, Json] = query
        if http.method == "PATCH":
            ids = body if isinstance(body, Mapping) else {}
        user_id, device_id = (
            each if isinstance(each := ids.get(name), str) else None
            for name in ("user_id", "device_id")
        )
        return _Request(
            method=http.method,
            path=http.path,
            query=query,
            raw=raw,
            content_type=http.headers.get(hdrs.CONTENT_TYPE),
            body=body,
            user_id=user_id,
            device_id=device_id,
            key=key,
            supplier=supplier,
        )

    async def _process(self, request: _Request, entry: Entry) -> Answer | None:
        """Return the answer, or None where there is none and the connection is to be closed."""
        rule = self._weather.take(
            method=request.method,
            path=request.path,
            user_id=self._user_of(request),
            device_id=request.device_id,
        )
        if rule is None:
            return self._handled(request, entry)
        if latency := self._weather.latency(rule):
            await asyncio.sleep(latency)
        if rule.hold == "before":
            await self._weather.wait()
        if rule.drop == "before":
            return None
        if rule.hang == "before":
            await self._hang(entry)
            return None
        answer: Answer | None
        if rule.answers:
            if rule.apply:
                self._handled(request, entry)
            answer = self._own_answer(rule)
        else:
            answer = self._handled(replace(request, shows=rule.shows), entry)
            answer = replace(
                answer,
                headers={**answer.headers, **self._own_headers(rule)},
                cut=rule.drop == "during",
            )
        if rule.hold == "after":
            await self._weather.wait()
        if rule.hang == "after":
            await self._hang(entry)
            return None
        return None if rule.drop == "after" else answer

    async def _hang(self, entry: Entry) -> None:
        """Keep a request waiting until its client has had enough, or it is released."""
        self._hanging.add(entry.number)
        try:
            if not entry.client_left:
                await self._weather.wait()
        finally:
            self._hanging.discard(entry.number)

    def _user_of(self, request: _Request) -> str | None:
        if request.user_id is not None or request.device_id is None:
            return request.user_id
        try:
            return self._cloud.heat_pump(request.device_id).user_id
        except NotFoundError:
            return None

    def _own_headers(self, rule: Rule) -> dict[str, str]:
        headers = dict(rule.headers)
        if rule.retry_after is not None:
            headers[hdrs.RETRY_AFTER] = f"{rule.retry_after:g}"
        if rule.retry_after_date is not None:
            moment = self._cloud.now() + timedelta(seconds=rule.retry_after_date)
            headers[hdrs.RETRY_AFTER] = format_datetime(moment, usegmt=True)
        return headers

    def _own_answer(self, rule: Rule) -> Answer:
        status = 200 if rule.status is None else rule.status
        headers = self._own_headers(rule)
        if rule.garbage is not None:
            content_type, body = rule.garbage_body()
            return Answer(status, body, rule.content_type or content_type, headers)
        if rule.body is None:
            return Answer(status, b"", rule.content_type, headers)
        if isinstance(rule.body, str):
            return Answer(
                status,
                rule.body.encode(),
                rule.content_type or "text/html; charset=utf-8",
                headers,
            )
        return Answer(
            status,
            json.dumps(rule.body).encode(),
            rule.content_type or JSON_TYPE,
            headers,
        )

    def _handled(self, request: _Request, entry: Entry) -> Answer:
        """Return what the cloud itself answers."""
        if request.supplier is None:
            if self._behaviour.bad_key_status == 401:
                return Answer.of(
                    401, {"detail": "Invalid API key"}, {"WWW-Authenticate": "APIKey"}
                )
            return Answer.of(403, {"message": "Forbidden"})
        if (methods := self._routes.get(request.path)) is None:
            return Answer.of(404, {"detail": "Not Found"})
        if (handler := methods.get(request.method)) is None:
            return Answer.of(
                405, {"detail": "Method Not Allowed"}, {"Allow": ", ".join(methods)}
            )
        if (
            request.method == "GET"
            and (status := self._behaviour.write_only_status) is not None
        ):
            return refused_read(status)
        try:
            answer = handler(request, request.supplier)
        except RefusedError as error:
            return refusal(error, vague=self._behaviour.vague_errors)
        except NotFoundError as error:
            return Answer.of(404, {"detail": str(error)})
        entry.applied = answer.applied
        return answer

    # --- the routes -----------------------------------------------------------------------------------------------

    def _patch_settings(self, request: _Request, supplier: Supplier) -> Answer:
        change = read_change(
            request.raw,
            request.content_type,
            self._behaviour.validation_limits,
            self._behaviour.refused_settings,
        )
        return Answer(204, applied=self._cloud.apply(supplier, change))

    def _get_settings(self, request: _Request, supplier: Supplier) -> Answer:
        user_id, device_id = request.user_id, request.device_id
        if self._behaviour.unknown_read_status == 404:
            self._cloud.targets(supplier, user_id, device_id)
        # The cloud as it is documented has no pages here, and takes no notice of what asks for one.
        size = self._behaviour.settings_page_size
        after = _read_token(request.query.get("next_token")) if size else 0
        pumps = self._cloud.listed(supplier, self._filter(user_id), device_id)
        parts = settings_parts(self._behaviour, pumps)[after:]
        page = parts[:size] if size else parts
        return settings_list(
            self._cloud,
            self._behaviour,
            supplier.name,
            page,
            self._next_token(after + len(page), more=len(parts) > len(page))
            if size
            else None,
            shows=request.shows,
        )

    def _filter(self, user_id: str | None) -> str | None:
        """Return the user whose heat pumps an answer shows; None for those of all."""
        return user_id if self._behaviour.filters_users else None

    def _next_token(self, last: int, *, more: bool) -> str | None:
        """Return the token after a page that ended with `last`."""
        match self._behaviour.last_page:
            case "goes_on" if not more:
                return _token(last + 1)
            case "ends" if not more:
                return None
            case _:
                return _token(last)

    def _get_devices(self, request: _Request, supplier: Supplier) -> Answer:
        limit = read_limit(request.query.get("limit"))
        after = _read_token(request.query.get("next_token"))
        user_id = request.user_id
        if self._behaviour.unknown_read_status == 404:
            self._cloud.targets(supplier, user_id, None)
        pumps = [
            pump
            for pump in self._cloud.listed(supplier, self._filter(user_id))
            if pump.serial > after
        ]
        page = pumps[:limit]
        next_token = self._next_token(
            page[-1].serial if page else after, more=len(pumps) > limit
        )
        return device_list(self._cloud, self._behaviour, page, next_token)


def _parsed(raw: bytes) -> Json:
    """Return a body for the journal: parsed, or its text, or None."""
    if not raw:
        return None
    text = raw.decode(errors="replace")
    try:
        body: Json = json.loads(text, parse_constant=str)
    except ValueError, RecursionError:
        return text
    return body


def _closed(http: web.Request) -> web.StreamResponse:
    """Close the connection. What is returned does not get out any more."""
    if http.transport is not None:
        http.transport.close()
    response = web.Response(status=500)
    response.force_close()
    return response


async def _cut(http: web.Request, answer: Answer) -> web.StreamResponse:
    """Send the head of an answer and half of its body, and close the connection."""
    response = web.StreamResponse(
        status=answer.status if answer.body else 200, headers=answer.headers
    )
    response.headers[hdrs.CONTENT_TYPE] = answer.content_type or JSON_TYPE
    response.content_length = max(len(answer.body), 2)
    await response.prepare(http)
    await response.write((answer.body or b"{}")[: response.content_length // 2])
    if http.transport is not None:
        http.transport.close()
    return response


def _token(serial: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": serial}).encode()).decode()


def _read_token(token: str | None) -> int:
    """Return the serial number after which a page begins. Raises RefusedError for what was never a token."""
    if token is None:
        return 0
    try:
        after = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))[
            "after"
        ]
    except binascii.Error, ValueError, TypeError, KeyError:
        after = None
    if isinstance(after, bool) or not isinstance(after, int) or after < 0:
        raise RefusedError(
            Problem(
                ("query", "next_token"), "Value error, invalid token", "value_error"
            )
        )
    return after
