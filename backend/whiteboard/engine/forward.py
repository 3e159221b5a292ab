"""
Requests for sessions of another replica, passed on to it: long-polling needs no sticky sessions.

A session's id begins with the name of its replica. A poll or a POST is repeated there and its answer handed back; of an
upgrade only the request is repeated, and once it is accepted both sockets are joined.

A replica that leaves must not break off a poll that it has passed on: what is in its answer would be lost. It asks the
session's replica to answer it now, with NOOP if there is nothing, and the client polls again by another way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum, auto
from typing import Final

import aiohttp
from aiohttp import web

from whiteboard.engine.errors import BadGateway, BadRequest, IllegalTransition, Refused, UnknownSession
from whiteboard.engine.polling import read_body
from whiteboard.engine.takeover import take_over
from whiteboard.engine.tunnel import End, Tunnel

logger = logging.getLogger(__name__)

FORWARDED: Final = "X-Whiteboard-Forwarded"
"""Marks a request that was passed on: it is not passed on again."""
RELEASE: Final = "release"
"""Its value when a replica asks for the open poll of a session to be answered."""
_NOOP: Final = b"6"
_TIMEOUT_SECONDS: Final = 90.0  # a poll is answered by the next ping at the latest
_DIAL_SECONDS: Final = 10.0
_RELEASE_EVERY_SECONDS: Final = 0.5  # again, since a poll may reach its replica behind the wish to end it
_OF_ONE_CONNECTION: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
)

FindReplica = Callable[[str], Awaitable[str | None]]
"""Returns the ``host:port`` at which a replica is reached, None if it is not there."""


class State(Enum):
    """What becomes of requests for sessions of other replicas."""

    OPEN = auto()
    LEAVING = auto()  # answered as before, but for the last time on their connections
    CLOSING = auto()  # polls are answered at once, POSTs as before


LEGAL: Final = {
    State.OPEN: {State.LEAVING, State.CLOSING},
    State.LEAVING: {State.CLOSING},
    State.CLOSING: set[State](),
}


class Forwarder:
    """Passes requests on to the replicas that their sessions name."""

    def __init__(self, find: FindReplica, max_payload: int) -> None:
        """
        Args:
            max_payload: the bytes of a POST that is passed on, at most.
        """
        self._find = find
        self._max_payload = max_payload
        self._state = State.OPEN
        self._http: aiohttp.ClientSession | None = None
        self._under_way: dict[asyncio.Future[None], str | None] = {}
        """Requests passed on, by what is done when they are answered; their URL if they are polls."""
        self.tunnels: set[Tunnel] = set()
        """The WebSockets whose sessions live on other replicas."""

    @property
    def requests(self) -> int:
        """How many polls and POSTs are under way to other replicas."""
        return len(self._under_way)

    async def forward(self, request: web.Request, replica: str) -> web.StreamResponse:
        """
        Answer a request as ``replica`` answers it.

        Raises:
            UnknownSession: that replica is not there, or the request was passed on to here.
            BadRequest: it accepts no upgrade, or the request's body did not arrive whole.
            PayloadTooLarge: the request's body is.
            BadGateway: it does not answer; the client may come back, the session may be there still.
            Refused: this replica leaves; another one will do it.
        """
        is_upgrade = request.query.get("transport") == "websocket"
        if is_upgrade:
            self._check_open()
        if self._state is State.CLOSING and request.method == "GET":
            await asyncio.sleep(_RELEASE_EVERY_SECONDS)  # should it come to here again, not at once
            return self._last(web.Response(body=_NOOP, content_type="text/plain", charset="utf-8"))
        address = None if FORWARDED in request.headers else await self._find(replica)
        if address is None:
            raise UnknownSession
        try:
            return await (self._join(request, address) if is_upgrade else self._repeat(request, address))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise BadGateway(f"{replica} does not answer: {error}") from error

    def leave(self) -> None:
        """Have clients come by other ways from their next requests on. May be called again."""
        if self._state is State.OPEN:
            self._become(State.LEAVING)

    async def close(self, wait_seconds: float) -> int:
        """
        End what is under way: tunnels as a session's own connection ends, polls by asking for their answers. May be
        called twice. Whoever comes later is answered all the same, for as long as this replica listens: a client whose
        session lives elsewhere must not lose it because of us.

        Args:
            wait_seconds: for clients to notice, and for answers to come.

        Returns:
            How many did not, and were cut off.
        """
        if self._state is not State.CLOSING:
            self._become(State.CLOSING)
        for tunnel in self.tunnels:
            tunnel.part()
        left: set[asyncio.Future[None]] = {tunnel.gone for tunnel in self.tunnels} | self._under_way.keys()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        while left and (seconds := deadline - loop.time()) > 0:
            releasing = [loop.create_task(self._release(url)) for url in self._under_way.values() if url is not None]
            _, left = await asyncio.wait(left, timeout=min(seconds, _RELEASE_EVERY_SECONDS))
            left |= self._under_way.keys()
            for task in releasing:
                task.cancel()
        for tunnel in list(self.tunnels):
            tunnel.cut()
        return len(left)

    async def end(self) -> None:
        """Let go of the connections to other replicas: no request comes any more."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _repeat(self, request: web.Request, address: str) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        headers[FORWARDED] = "1"
        url = f"http://{address}{request.path_qs}"
        body = await read_body(request, self._max_payload) if request.can_read_body else None
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way[done] = url if request.method == "GET" else None
        try:
            async with self._client().request(
                request.method, url, headers=headers, data=body, allow_redirects=False
            ) as answer:
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
                return self._last(web.Response(status=answer.status, body=await answer.read(), headers=kept))
        finally:
            del self._under_way[done]
            done.set_result(None)

    async def _release(self, url: str) -> None:
        try:
            async with self._client().get(url, headers={FORWARDED: RELEASE}):
                pass
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass  # it is asked again; the poll itself meets the same fault

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS, sock_connect=_DIAL_SECONDS)
            self._http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        return self._http

    def _last(self, response: web.Response) -> web.Response:
        if self._state is not State.OPEN:
            response.force_close()
        return response

    async def _join(self, request: web.Request, address: str) -> web.Response:
        host, _, port = address.rpartition(":")
        head = "\r\n".join(_head(request)).encode("utf-8", "surrogateescape")  # as aiohttp decoded it
        there = End()
        try:
            async with asyncio.timeout(_DIAL_SECONDS):
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: there, host.strip("[]"), int(port))
                there.write(head + b"\r\n\r\n")
                answer = await there.early()
            if not answer.startswith(b"HTTP/1.1 101 "):
                raise BadRequest(f"its replica answers {answer[:40]!r}")
            self._check_open()  # nobody would wait for it, and a client that had come over would wait for us
            here = End()
            tunnel = Tunnel(here, there)
            tail = take_over(request, answer, here)
            there.pass_end()
        except BaseException:
            there.close()
            raise
        self.tunnels.add(tunnel)
        tunnel.gone.add_done_callback(lambda _: self.tunnels.discard(tunnel))
        if tail:
            here.data_received(tail)
        return web.Response(status=101)  # which nobody gets: the socket is not aiohttp's any more

    def _check_open(self) -> None:
        if self._state is State.CLOSING:
            raise Refused(message="Draining", retry_after=1, kind="draining")

    def _become(self, state: State) -> None:
        if state not in LEGAL[self._state]:
            raise IllegalTransition(f"forwarder: {self._state.name} to {state.name}")
        logger.debug("forwarder: %s to %s", self._state.name, state.name)
        self._state = state


def _head(request: web.Request) -> Iterator[str]:
    yield f"GET {request.path_qs} HTTP/1.1"
    for name, value in request.headers.items():
        yield f"{name}: {value}"
    yield f"{FORWARDED}: 1"
