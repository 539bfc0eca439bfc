"""A running simulator, and a client that speaks to it as any other would: over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
from typing import Any

import aiohttp
import pytest

from simulator import ManualClock, Simulator

KEY = "test-key"
SETTINGS = "/v1/devices/settings"
DEVICES = "/v1/devices"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    @property
    def locs(self) -> list[list[str]]:
        """Where a 422 says the problems are."""
        return [problem["loc"] for problem in self.json["detail"]]


class Client:
    """Speaks to the simulator. `key` is what it sends; None = no header."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        simulator: Simulator,
        key: str | None = KEY,
    ) -> None:
        """Speak over a session."""
        self._session = session
        self._simulator = simulator
        self._key = key

    def with_key(self, key: str | None) -> Client:
        """Return a client with another key."""
        return Client(self._session, self._simulator, key)

    async def request(self, method: str, path: str, **options: Any) -> Reply:
        """Send a request and read the answer."""
        headers = dict(options.pop("headers", {}))
        if self._key is not None:
            headers["x-api-key"] = self._key
        async with self._session.request(
            method, self._simulator.url + path, headers=headers, **options
        ) as answer:
            text = await answer.text(errors="replace")
            return Reply(
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                text,
            )

    async def patch(self, **body: Any) -> Reply:
        """Send a change."""
        return await self.request("PATCH", SETTINGS, json=body)

    async def get(self, path: str = SETTINGS, **query: str) -> Reply:
        """Read the settings, or another path."""
        return await self.request("GET", path, params=query)

    async def item(self, device_id: str = "hp-1") -> dict[str, Any]:
        """Read the settings of one heat pump."""
        reply = await self.get(device_id=device_id)
        assert reply.status == 200, reply.text
        [item] = reply.json["data"]
        assert isinstance(item, dict)
        return item

    async def control(
        self, method: str, path: str = "", body: Any = None, expect: int = 200
    ) -> Any:
        """Ask the control part, and return what it says (None where that is nothing)."""
        options: dict[str, Any] = {} if body is None else {"json": body}
        reply = await self.with_key(None).request(
            method, f"/_simulator{path}", **options
        )
        assert reply.status == expect, reply.text
        return reply.json if reply.text else None


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that only moves when a test moves it."""
    return ManualClock()


@pytest.fixture
async def simulator(
    socket_enabled: None, clock: ManualClock
) -> AsyncIterator[Simulator]:
    """Return a running simulator: user-1 with hp-1 and hp-2, user-2 with hp-3, and another supplier's hp-9."""
    simulator = Simulator(clock=clock)
    simulator.cloud.add_heat_pump(key=KEY, user_id="user-1", device_id="hp-1")
    simulator.cloud.add_heat_pump(
        key=KEY, user_id="user-1", device_id="hp-2", model="S735"
    )
    simulator.cloud.add_heat_pump(key=KEY, user_id="user-2", device_id="hp-3")
    simulator.cloud.add_heat_pump(key="other-key", user_id="user-1", device_id="hp-9")
    async with simulator:
        yield simulator


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    """Return a client with the right key."""
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=10)
    ) as session:
        yield Client(session, simulator)
