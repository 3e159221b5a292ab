"""
A connection to Redis whose replies are told as they arrive: no task, timer or queue a reply.

Every op goes twice through Redis: into the log, and back off the bus. On these two ways redis-py's own reading costs a
replica more than all else that it does for the op (docs/decisions/0010). So redis-py connects (TLS, unix socket,
password, database), and from then on the socket is read here. All other requests are made through redis-py.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import hiredis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from whiteboard.store.connection import Redis

Command = tuple[str | bytes | int, ...]

_KINDS: Final[Mapping[str, type[ResponseError]]] = {"NOSCRIPT": NoScriptError, "READONLY": ReadOnlyError}
_pack: Callable[[Command], bytes] = hiredis.pack_command  # type: ignore[assignment]  # its stub is too narrow


class Wire(asyncio.Protocol):
    """One connection; whoever opened it is told each reply, in order, an error as an exception object."""

    def __init__(self, told: Callable[[Any], None]) -> None:
        self._told = told
        self._reader = hiredis.Reader(protocolError=RedisConnectionError, replyError=_error)
        self._transport: asyncio.Transport | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._fault: Exception | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the connection is over; its exception says why."""
        self.ended.add_done_callback(lambda ended: ended.exception())  # nobody need ask

    @classmethod
    async def open(cls, redis: Redis, told: Callable[[Any], None]) -> "Wire":
        """
        Connect as ``redis`` does.

        Raises:
            OUTAGE, RedisError: Redis cannot be reached, or refuses.
        """
        wire = cls(told)
        connection = redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        await connection.connect()
        # Held here, for it closes its socket when it is forgotten; taken from the connection, which does the same.
        wire._writer, connection._writer, connection._reader = connection._writer, None, None
        transport: Any = wire._writer.transport
        transport.set_protocol(wire)
        if transport.is_closing():
            raise RedisConnectionError("closed at once")
        wire.connection_made(transport)
        return wire

    def send(self, commands: Iterable[Command]) -> None:
        """Send commands, in one write. On a connection that is over: nothing happens."""
        if self._transport is not None:
            self._transport.write(b"".join(map(_pack, commands)))

    def abort(self, reason: Exception | None = None) -> None:
        """End the connection: replies that are on their way are not told. May be called twice."""
        if self._transport is not None:
            self._fault = reason
            self._transport.abort()
            self._transport = None

    async def aclose(self) -> None:
        """End the connection and wait until it is over."""
        self.abort()
        await asyncio.wait({self.ended})

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while self._transport is not None and (reply := self._reader.gets()) is not False:
                self._told(reply)
        except Exception as error:
            self.abort(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.ended.set_exception(self._fault or exc or RedisConnectionError("the connection is closed"))


class Pipe:
    """Batches of commands over one wire, which is opened anew after it has failed."""

    def __init__(self, redis: Redis) -> None:
        """
        Args:
            redis: its time-out holds for a whole batch; the connection ends with it.
        """
        self._redis = redis
        self._timeout_seconds: float = redis.connection_pool.connection_kwargs["socket_timeout"]
        self._wire: Wire | None = None
        self._opening = asyncio.Lock()
        self._batches: deque[tuple[int, list[Any], asyncio.Future[list[Any]]]] = deque()
        self._loop = asyncio.get_running_loop()
        redis.on_close.append(self.aclose)

    async def execute(self, commands: Sequence[Command]) -> list[Any]:
        """
        Carry out commands, at least one, and return the replies, in order; where Redis refused a command, the reply
        is a ``ResponseError``.

        Raises:
            OUTAGE, RedisError: no answer in time; the commands may or may not have been carried out.
        """
        assert commands
        async with self._opening:
            wire = self._wire or await self._open()
        replies: asyncio.Future[list[Any]] = self._loop.create_future()
        self._batches.append((len(commands), [], replies))
        wire.send(commands)
        timer = self._loop.call_later(self._timeout_seconds, self._drop, wire, RedisTimeoutError("no answer in time"))
        try:
            return await replies
        except asyncio.CancelledError:
            # The replies that still come would be taken for those of the next batch.
            self._drop(wire, RedisConnectionError("given up"))
            raise
        finally:
            timer.cancel()

    async def aclose(self) -> None:
        """End the connection."""
        if self._wire is not None:
            await self._wire.aclose()

    async def _open(self) -> Wire:
        wire = self._wire = await Wire.open(self._redis, self._told)
        wire.ended.add_done_callback(lambda ended: self._drop(wire, ended.exception()))
        return wire

    def _told(self, reply: Any) -> None:
        expected, replies, future = self._batches[0]
        replies.append(reply)
        if len(replies) == expected:
            self._batches.popleft()
            future.set_result(replies)
            if self._wire is not None and any(isinstance(reply, ReadOnlyError) for reply in replies):
                # It was demoted: by its name another one may be reached now.
                self._drop(self._wire, RedisConnectionError("the server takes no writes any more"))

    def _drop(self, wire: Wire, error: BaseException | None) -> None:
        """Give up a connection and what waits for its replies; the next batch opens another."""
        if self._wire is wire:
            self._wire = None
            wire.abort()
            batches, self._batches = self._batches, deque()
            for _, _, replies in batches:
                if not replies.done():
                    replies.set_exception(error or RedisConnectionError("closed"))


def _error(text: str) -> ResponseError:
    return next((kind(text) for code, kind in _KINDS.items() if text.startswith(code)), None) or ResponseError(text)
