"""A server that answers with whatever bytes a test gives it, where the simulator is too well-behaved."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class RawServer:
    """Answers every request with the same head and body. An async context manager."""

    def __init__(
        self, head: bytes = b"HTTP/1.1 200 OK\r\n", body: Iterable[bytes] = ()
    ) -> None:
        """Take head (without the empty line) and body, which may go on for ever."""
        self.head = head
        self.body = body
        self.sent = 0
        """Bytes of bodies that the clients were there for."""
        self.requests: list[bytes] = []
        """The heads of the requests."""

    @property
    def url(self) -> str:
        """Return the address."""
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.head + b"Connection: close\r\n\r\n")
            for some in self.body:
                writer.write(some)
                await writer.drain()
                self.sent += len(some)
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def __aenter__(self) -> Self:
        """Listen on any free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()
