"""A TCP load balancer in small: one address, several replicas, new connections in turn; dead ones are passed over."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, Self, cast


class Backend(Protocol):
    """Somebody who listens on an address of this machine, perhaps."""

    host: str
    port: int


class Gate:
    """Forwards connections. A half-close goes through as one, so that what is still on its way arrives."""

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._backends = list(backends)
        self._turn = itertools.count()
        self._clients: set[_Side] = set()
        self._servers: set[_Side] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._clients)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Serve inside the ``async with``."""
        server = await asyncio.get_running_loop().create_server(self._accept, "127.0.0.1", 0, backlog=1_000)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            while sides := self._clients | self._servers:
                for side in sides:
                    side.abort()
                await asyncio.sleep(0)

    def choose(self, *backends: Backend) -> None:
        """Send new connections to these alone."""
        self._backends = list(backends)

    def cut(self) -> None:
        """Break every connection, both ways."""
        for side in self._clients | self._servers:
            side.abort()

    def strand(self) -> None:
        """Break every client's connection, and let its replica believe that it is still there."""
        for client in list(self._clients):
            client.part()
            client.abort()

    def _accept(self) -> "_Side":
        client = _Side(self._clients)
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return client

    async def _connect(self, client: "_Side") -> None:
        first = next(self._turn)
        for backend in [self._backends[(first + i) % len(self._backends)] for i in range(len(self._backends))]:
            with contextlib.suppress(OSError):
                _, server = await asyncio.get_running_loop().create_connection(
                    lambda: _Side(self._servers), backend.host, backend.port
                )
                server.meet(client)
                return
        client.abort()


class _Side(asyncio.Protocol):
    """One of a connection's two sockets. What it reads, its peer writes."""

    transport: asyncio.Transport

    def __init__(self, register: "set[_Side]") -> None:
        self.peer: _Side | None = None
        self._register = register
        self._early: list[bytes] = []
        self._has_ended = False

    def meet(self, peer: "_Side") -> None:
        """Become the peer of a side that may have read already, or gone."""
        self.peer, peer.peer = peer, self
        for piece in peer._early:
            self.transport.write(piece)
        if peer.transport.is_closing():
            self.transport.close()
        elif self.transport.is_closing():  # a replica that was about to end: its connection broke at once
            peer.abort()

    def part(self) -> None:
        """Have no peer any more: what it does is not passed on."""
        if self.peer is not None:
            self.peer.peer = None
            self.peer = None

    def abort(self) -> None:
        """Break the socket."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._register.add(self)

    def data_received(self, data: bytes) -> None:
        if self.peer is not None:
            self.peer.transport.write(data)
        else:
            self._early.append(data)

    def eof_received(self) -> bool:
        self._has_ended = True
        if self.peer is None:
            return False
        if self.peer._has_ended:
            self.peer.transport.close()
            return False
        self.peer.transport.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._register.discard(self)
        if self.peer is None:
            return
        if exc is not None:
            self.peer.abort()
        else:
            self.peer.transport.close()

    def pause_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.transport.resume_reading()
