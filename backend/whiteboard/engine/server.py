"""
The Engine.IO server on aiohttp: one route, the table of connections, and the application's handlers.

It can be used alone (docs/engine.md); under python-socketio it is dressed by ``drop_in``.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from whiteboard.engine import handshake, origins, rfc6455
from whiteboard.engine.connection import Connection
from whiteboard.engine.environ import REQUEST, environ_of
from whiteboard.engine.errors import (
    EngineError,
    Forbidden,
    OriginRefused,
    Refused,
    UnknownSession,
)
from whiteboard.engine.forward import FORWARDED, RELEASE, Forwarder
from whiteboard.engine.handlers import Handler, Handlers
from whiteboard.engine.inlet import Inlet
from whiteboard.engine.options import REPLICA_NAME, Options
from whiteboard.engine.session import Reason, Session, State, label_of
from whiteboard.engine.takeover import take_over, turn_away
from whiteboard.engine.timers import Ticker
from whiteboard.engine.websocket import REFUSED, WebSocket

logger = logging.getLogger(__name__)

FAREWELL_SECONDS: Final = 1.0
"""For the last ``disconnect`` handlers, when a server shuts down and its connections have been cut."""


class Server:
    """
    Sessions of one process.

    Handlers, by ``on``; each may be a plain function or a coroutine function:

    - ``connect(sid, environ)`` before the session is open. It refuses by returning anything but None or True (sent to
      the client as the message of a 403), or by raising ``Refused``.
    - ``message(sid, data)``, str or bytes. Those of one client one after the other, in the order they were sent.
      ``InvalidPacket`` raised by it ends the session; any other error is logged, and the session goes on.
    - ``disconnect(sid, reason)`` once for each session that was open, after its last message.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.connections: dict[str, Connection] = {}
        self.ticker = Ticker(self.options.tick)
        self.handlers = Handlers()
        self.inlet = Inlet()
        self._clock: Callable[[], float] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._gone = asyncio.Event()  # a session has ended
        self._is_shut = False
        self.forwarder: Forwarder | None = None
        """Passes requests for sessions of other replicas on; without one they are unknown sessions."""
        self.gate: Callable[[], None] | None = None
        """Asked before a new session is opened; raises ``Refused`` to turn it away. Upgrades are not asked about."""

        self.note_refusal: Callable[[str, int, str], None] | None = None
        """Is told of each request that is refused, and of each WebSocket closed for its frames: the kind of the error,
        the status or close code, why."""

    def on(self, event: str, handler: Handler | None = None) -> Handler:
        """
        Set the handler of an event; without ``handler``, a decorator.

        Raises:
            ValueError: there is no such event.
        """
        return self.handlers.on(event, handler)

    def attach(self, app: web.Application, path: str = "engine.io") -> None:
        """Serve on ``/<path>/`` of an application, and end all sessions when it shuts down."""
        app.router.add_route("*", f"/{path.strip('/')}/", self.handle_request)
        app.on_shutdown.append(self._on_shutdown)

    async def shutdown(self, close_wait: float | None = None) -> int:
        """
        Take no more sessions, close those there are, and return when all have ended: within ``close_wait`` and
        ``FAREWELL_SECONDS``.

        Args:
            close_wait: that of the options if None.

        Returns:
            How many clients did not notice in time, and were cut off.
        """
        close_wait = self.options.close_wait if close_wait is None else close_wait
        self._is_shut = True
        left: list[Connection] = []
        for connection in list(self.connections.values()):
            connection.part()
        if not await self._all_gone(close_wait):
            left = [connection for connection in self.connections.values() if not connection.has_parted]
            for connection in list(self.connections.values()):
                connection.finish(Reason.SERVER_DISCONNECT)
            if not await self._all_gone(FAREWELL_SECONDS):
                logger.error("%d sessions have a handler that does not end", len(self.connections))
        self.ticker.stop()
        return len(left)

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Answer any request to the route. Never raises for what a client sends."""
        origin = request.headers.get("Origin")
        headers: dict[str, str] = {}
        try:
            if not origins.is_allowed(origin, request.headers, self.options.allowed_origins):
                raise OriginRefused(f"origin {str(origin)[:100]!r} not allowed")
            headers = origins.cors_headers(origin, self.options.allowed_origins)
            if request.method == "OPTIONS":
                headers |= origins.preflight_headers(request.headers.get("Access-Control-Request-Headers"))
                return web.Response(status=204, headers=headers)
            upgrade = request.headers.get("Upgrade")
            transport, sid = handshake.read_query(request.method, request.query, upgrade)
            if self.forwarder is not None and sid is not None and (elsewhere := self._elsewhere(sid)) is not None:
                return await self.forwarder.forward(request, elsewhere)
            if transport == handshake.WEBSOCKET:
                if sid is None:
                    await self._open_websocket(request)
                else:
                    self._upgrade(request, self._find(sid))
                return web.Response(status=101)  # which nobody gets: the socket is not aiohttp's any more
            if sid is None:
                return _text(await self._open_polling(request), headers)
            connection = self._find(sid)
            polling = connection.polling
            if request.headers.get(FORWARDED) == RELEASE:
                connection.end_poll()
                return _text(b"ok", headers)
            if request.method == "POST":
                await polling.post(request)
                return _text(b"ok", headers)
            response = _text(await polling.poll(request), headers)
            if connection.is_over:
                response.force_close()  # so that the client's next session is not bound to this process
            await polling.answer(request, response)
            return response
        except EngineError as error:
            self.refused(error, error.status)
            return _error(error, headers)

    # -- opening and upgrading -----------------------------------------------------------------------------------

    async def _open(self, request: web.Request) -> Connection:
        """
        A new connection that the application has accepted.

        Raises:
            Forbidden, Refused: it has not.
        """
        if self.gate is not None:
            self.gate()  # first: it knows why nobody is taken any more
        if self._is_shut:
            raise Refused
        connection = Connection(f"{self.options.replica}.{self.generate_id()}", self)
        sid = connection.sid
        self.connections[sid] = connection
        environ = environ_of(request)
        try:
            verdict = await self.handlers.connect(sid, environ)
            if connection.is_over or verdict not in (None, True):
                raise Forbidden(verdict)
        except BaseException as error:
            self.connections.pop(sid, None)
            self._gone.set()
            if isinstance(error, Exception) and not isinstance(error, EngineError):
                logger.exception("%s: the connect handler failed", label_of(sid))
                raise Forbidden from None
            raise
        finally:
            del environ[REQUEST]
        return connection

    async def _open_polling(self, request: web.Request) -> bytes:
        connection = await self._open(request)
        connection.open_polling()
        return handshake.open_packet(connection.sid, handshake.POLLING, self.options)

    async def _open_websocket(self, request: web.Request) -> None:
        answer = handshake.switch_protocols(request.headers)
        connection = await self._open(request)
        socket = WebSocket(connection)
        try:
            tail = take_over(request, answer, socket)
        except ConnectionResetError:
            connection.finish(Reason.TRANSPORT_CLOSE)
            return
        connection.open_websocket(socket, handshake.open_packet(connection.sid, handshake.WEBSOCKET, self.options))
        socket.data_received(tail)

    def _upgrade(self, request: web.Request, connection: Connection) -> None:
        answer = handshake.switch_protocols(request.headers)
        socket = connection.probe()
        if socket is None:
            # As the reference server does: the handshake succeeds, then the socket is closed.
            turn_away(request, answer + rfc6455.encode_close(REFUSED, "no upgrade possible"))
            return
        try:
            socket.data_received(take_over(request, answer, socket))
        except ConnectionResetError:
            connection.lost(socket, Reason.TRANSPORT_CLOSE)

    def _elsewhere(self, sid: str) -> str | None:
        """The other replica that a sid names, None if it names this one, or none."""
        replica, dot, _ = sid.partition(".")
        return replica if dot and replica != self.options.replica and REPLICA_NAME.fullmatch(replica) else None

    def _find(self, sid: str) -> Connection:
        connection = self.connections.get(sid)
        if connection is not None:
            connection.check_time()
        if connection is None or connection.state in (State.OPENING, State.CLOSED):
            raise UnknownSession
        return connection

    # -- for the connections -------------------------------------------------------------------------------------

    def generate_id(self) -> str:
        """An id nobody can guess: 128 bits."""
        return secrets.token_urlsafe(16)

    def now(self) -> float:
        if self._clock is None:
            self._clock = asyncio.get_running_loop().time  # asking for the loop costs a system call in Python 3.11
        return self._clock()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` in a task that is not forgotten before it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def refused(self, error: EngineError, status: int) -> None:
        """Tell whoever keeps count of a request or a WebSocket that is not gone on with."""
        if self.note_refusal is not None:
            self.note_refusal(error.kind, status, str(error) or error.message)

    async def farewell(self, session: Session) -> None:
        """The session has ended, and its last message was delivered."""
        try:
            await self.handlers.disconnect(session.sid, session.reason)
        finally:
            self.connections.pop(session.sid, None)
            self._gone.set()

    async def _all_gone(self, close_wait: float) -> bool:
        """Wait until no session is left, at most ``close_wait`` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(close_wait):
                while self.connections:
                    self._gone.clear()
                    await self._gone.wait()
        return not self.connections

    async def _on_shutdown(self, app: web.Application) -> None:
        if not self._is_shut:
            await self.shutdown()


def _text(body: bytes, headers: Mapping[str, str]) -> web.Response:
    return web.Response(body=body, content_type="text/plain", charset="utf-8", headers=headers)


def _error(error: EngineError, headers: Mapping[str, str]) -> web.Response:
    if isinstance(error, Refused) and error.retry_after is not None:
        headers = {**headers, "Retry-After": str(error.retry_after)}
    response = web.json_response({"code": error.code, "message": error.message}, status=error.status, headers=headers)
    if isinstance(error, Refused):
        response.force_close()  # so that the next attempt may reach another process
    return response
