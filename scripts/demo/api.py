"""Home Assistant's HTTP and websocket API, as far as it takes to move into a house."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from time import monotonic
from typing import Any, Final, Self

import aiohttp

from .errors import DemoError

_TOKEN_LIFETIME: Final = 20 * 60
"""Seconds after which a token is renewed; Home Assistant's are good for half an hour."""


class ApiError(DemoError):
    """Home Assistant answered, and said no."""

    def __init__(self, request: str, status: int, text: str) -> None:
        """Keep status and words of the answer."""
        super().__init__(f"Home Assistant refused {request}: {status} {text[:500]}")
        self.status = status


class Api:
    """Speaks to one Home Assistant. An async context manager; `login` or `use_code` before what needs a user."""

    def __init__(self, url: str) -> None:
        """Speak to the Home Assistant at an address without a slash at its end."""
        self._url = url
        self._client_id = f"{url}/"
        self._session: aiohttp.ClientSession | None = None
        self._access: str | None = None
        self._refresh: str | None = None
        self._access_since = 0.0

    async def __aenter__(self) -> Self:
        """Open a session."""
        self._session = aiohttp.ClientSession(
            self._url, timeout=aiohttp.ClientTimeout(total=120)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """Return the open session."""
        if self._session is None:
            raise RuntimeError("outside of the context")
        return self._session

    @property
    def logged_in(self) -> bool:
        """Return whether there is a user."""
        return self._refresh is not None

    # --- who we are -----------------------------------------------------------------------------------------------

    async def onboarding(self) -> set[str] | None:
        """Return the steps of the onboarding that are done; None = it is over."""
        try:
            steps = await self.get("/api/onboarding")
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        done = {step["step"] for step in steps if step["done"]}
        return None if len(done) == len(steps) else done

    async def create_owner(
        self, name: str, username: str, password: str, language: str
    ) -> None:
        """Create the first user, and be it."""
        answer = await self.post(
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": name,
                "username": username,
                "password": password,
                "language": language,
            },
        )
        await self.use_code(answer["auth_code"])

    async def finish_onboarding(self, done: set[str]) -> None:
        """Do the steps that are left. None of them asks the house anything."""
        if "analytics" not in done:
            # Without preferences, which are the websocket's to set, nothing is ever sent.
            await self.post("/api/onboarding/analytics", {})
        if "core_config" not in done:
            await self.post("/api/onboarding/core_config", {})
        if "integration" not in done:
            await self.post(
                "/api/onboarding/integration",
                {"client_id": self._client_id, "redirect_uri": self._client_id},
            )

    async def login(self, username: str, password: str) -> None:
        """Log in as a person does. Raises ApiError where the password is not right."""
        flow = await self.post(
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "redirect_uri": self._client_id,
                "handler": ["homeassistant", None],
            },
        )
        result = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {
                "client_id": self._client_id,
                "username": username,
                "password": password,
            },
        )
        if result["type"] != "create_entry":
            raise ApiError("the login", HTTPStatus.UNAUTHORIZED, str(result["errors"]))
        await self.use_code(result["result"])

    async def use_code(self, code: str) -> None:
        """Exchange an authorization code for tokens."""
        await self._get_token({"grant_type": "authorization_code", "code": code})

    async def _get_token(self, grant: Mapping[str, str]) -> None:
        tokens = await self._request(
            "POST", "/auth/token", data={"client_id": self._client_id, **grant}
        )
        self._access = tokens["access_token"]
        self._access_since = monotonic()
        self._refresh = tokens.get("refresh_token", self._refresh)

    async def logout(self) -> None:
        """Give the tokens back, so that they do not pile up in the user's list of sessions."""
        if self._refresh is not None:
            await self._request("POST", "/auth/revoke", data={"token": self._refresh})
        self._access = self._refresh = None

    async def _token(self) -> str | None:
        if self._refresh and monotonic() - self._access_since > _TOKEN_LIFETIME:
            refresh = self._refresh
            await self._get_token(
                {"grant_type": "refresh_token", "refresh_token": refresh}
            )
        return self._access

    # --- asking ---------------------------------------------------------------------------------------------------

    async def get(self, path: str) -> Any:
        """Return what a GET answers. Raises ApiError."""
        return await self._request("GET", path, token=await self._token())

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return what a POST answers. Raises ApiError."""
        return await self._request("POST", path, token=await self._token(), json=body)

    async def delete(self, path: str) -> Any:
        """Return what a DELETE answers. Raises ApiError."""
        return await self._request("DELETE", path, token=await self._token())

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        """Return an open websocket that knows who is there. Raises ApiError."""
        socket = await self.session.ws_connect("/api/websocket")
        async with asyncio.timeout(60):
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": await self._token()}
            )
            answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            await socket.close()
            raise ApiError("the websocket", HTTPStatus.UNAUTHORIZED, str(answer))
        return socket

    async def command(self, kind: str, **values: Any) -> Any:
        """Return the result of a websocket command. Raises ApiError."""
        async with await self.connect() as socket, asyncio.timeout(60):
            await socket.send_json({"id": 1, "type": kind, **values})
            answer = await socket.receive_json()
        if not answer.get("success"):
            error = answer.get("error", {})
            raise ApiError(kind, HTTPStatus.BAD_REQUEST, error.get("message", ""))
        return answer["result"]

    async def _request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.session.request(
            method, path, headers=headers, json=json, data=data
        ) as answer:
            if not answer.ok:
                raise ApiError(f"{method} {path}", answer.status, await answer.text())
            if answer.content_type != "application/json":
                return await answer.text()
            return await answer.json()
