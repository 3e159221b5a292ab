"""
Requests for sessions of another replica, passed on to it: long-polling needs no sticky sessions (DESIGN D14).

A session's id begins with the name of its replica. A poll or a POST is repeated there and its answer handed back; of an
upgrade only the request is repeated, and then both sockets are joined, byte by byte.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, cast

import aiohttp
from aiohttp import web

from whiteboard.engine.errors import BadGateway, UnknownSession
from whiteboard.engine.takeover import take_over

FORWARDED: Final = "X-Whiteboard-Forwarded"
"""Marks a request that was passed on: it is not passed on again."""
_TIMEOUT_SECONDS: Final = 90.0  # a poll is answered by the next ping at the latest
_OF_ONE_CONNECTION: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
)

FindReplica = Callable[[str], Awaitable[str | None]]
"""Returns the ``host:port`` at which a replica is reached, None if it is not there."""


class Forwarder:
    """Passes requests on to the replicas that their sessions name."""

    def __init__(self, find: FindReplica) -> None:
        self._find = find
        self._http: aiohttp.ClientSession | None = None
        self.tunnels: set[Tunnel] = set()
        """The WebSockets whose sessions live on other replicas."""

    async def forward(self, request: web.Request, replica: str) -> web.StreamResponse:
        """
        Answer a request as ``replica`` answers it.

        Raises:
            UnknownSession: that replica is not there, or the request was passed on to here.
            BadGateway: it does not answer; the client may come back, the session may be there still.
        """
        address = None if FORWARDED in request.headers else await self._find(replica)
        if address is None:
            raise UnknownSession
        try:
            if request.query.get("transport") == "websocket":
                return await self._join(request, address)
            return await self._repeat(request, address)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise BadGateway(f"{replica} does not answer: {error}") from error

    async def close(self, wait_seconds: float) -> int:
        """
        End what is under way; tunnels as a session's own connection ends. May be called twice.

        Args:
            wait_seconds: for clients to notice.

        Returns:
            How many did not notice, and were cut off.
        """
        for tunnel in self.tunnels:
            tunnel.part()
        left = set[asyncio.Future[None]]()
        if self.tunnels:
            _, left = await asyncio.wait([tunnel.gone for tunnel in self.tunnels], timeout=wait_seconds)
        for tunnel in list(self.tunnels):
            tunnel.cut()
        await self._close_http()
        return len(left)

    async def _close_http(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _repeat(self, request: web.Request, address: str) -> web.Response:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
            self._http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        headers[FORWARDED] = "1"
        url = f"http://{address}{request.path_qs}"
        body = await request.read() if request.can_read_body else None
        async with self._http.request(request.method, url, headers=headers, data=body, allow_redirects=False) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _join(self, request: web.Request, address: str) -> web.Response:
        host, _, port = address.rpartition(":")
        head = "\r\n".join(_head(request)).encode("utf-8", "surrogateescape")  # as aiohttp decoded it
        there = _End()
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            await asyncio.get_running_loop().create_connection(lambda: there, host, int(port))
        here = _End()
        tunnel = Tunnel(here, there)
        there.write(head + b"\r\n\r\n")
        there.pause()
        try:
            tail = take_over(request, b"", here)
        except ConnectionResetError:
            there.close()
        else:
            self.tunnels.add(tunnel)
            tunnel.gone.add_done_callback(lambda _: self.tunnels.discard(tunnel))
            there.resume()
            if tail:
                here.data_received(tail)
        return web.Response(status=101)  # which nobody gets: the socket is not aiohttp's any more


def _head(request: web.Request) -> Iterator[str]:
    yield f"GET {request.path_qs} HTTP/1.1"
    for name, value in request.headers.items():
        yield f"{name}: {value}"
    yield f"{FORWARDED}: 1"


class Tunnel:
    """A client's socket and the one to its session's replica, joined."""

    def __init__(self, here: "_End", there: "_End") -> None:
        self._here = here
        self._there = there
        here.other, there.other = there, here
        self.is_over = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when both sockets are closed."""
        here.on_lost = there.on_lost = self._lost

    def part(self) -> None:
        """End the stream to the client; what it sends until it notices goes on to its replica. Idempotent."""
        self.is_over = True
        self._here.write_eof()

    def cut(self) -> None:
        """Drop both sockets at once."""
        self._here.close()
        self._there.close()

    def _lost(self) -> None:
        self.is_over = True
        if self._here.is_lost and self._there.is_lost and not self.gone.done():
            self.gone.set_result(None)


class _End(asyncio.Protocol):
    """One of two joined sockets: what it reads, the other writes; neither reads faster than the other writes."""

    def __init__(self) -> None:
        self.other: _End | None = None
        self.on_lost: Callable[[], None] | None = None
        self.is_lost = False
        self._transport: asyncio.Transport | None = None
        self._heard_all = False
        self._said_all = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.write(data)

    def eof_received(self) -> bool:
        self._heard_all = True
        if self.other is not None:
            self.other.write_eof()
            if self.other._heard_all:
                self.other.close()
                self.close()
        return True  # the other direction goes on

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_lost = True
        if self.other is not None:
            self.other.close()
        if self.on_lost is not None:
            self.on_lost()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.pause()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.resume()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._said_all:
            self._transport.write(data)

    def write_eof(self) -> None:
        if self._transport is not None and not self._said_all and self._transport.can_write_eof():
            self._said_all = True
            self._transport.write_eof()

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
