"""
The bus: a board's commits as they are published, for the boards that have sessions here (SPEC.md L2, L6).

Pub/Sub forgets whatever is published while nobody listens. So each confirmation of a subscription, the first one and
every one after a lost connection, is told as ``subscribed``: from then on messages come, and what came before must be
read from the log.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping
from typing import Any, Final, Protocol

import structlog

from whiteboard.protocol.claims import Taken
from whiteboard.store.backoff import Backoff
from whiteboard.store.connection import OUTAGE, Redis, RedisError
from whiteboard.store.log import board_of, channel
from whiteboard.store.wire import Wire

_SILENCE_SECONDS = 5.0
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)

logger = structlog.get_logger(__name__)


REPLICA_CHANNEL: Final = "wb:replica:"
"""What a replica's own channel begins with; its name follows."""


class Listener(Protocol):
    """Who is told what the bus brings."""

    def subscribed(self, board: str) -> None:
        """From now on every commit of ``board`` is brought; read from the log what came before."""

    def message(self, board: str, message: bytes) -> None:
        """Take a bus message, as ``protocol.messages`` reads it."""

    def taken(self, taken: Taken) -> None:
        """Let a session go that another connection, perhaps on another replica, has claimed."""


class Bus:
    """One connection to Redis that is subscribed to the boards with sessions on this replica."""

    def __init__(self, redis: Redis, replica: str, listener: Listener, lots: random.Random) -> None:
        self._redis = redis
        self._listener = listener
        self._backoff = Backoff(_BACKOFF_SECONDS, lots)
        # A subscription of our own keeps the connection in Pub/Sub mode, and tested, when no board is open.
        self._own_channel = REPLICA_CHANNEL + replica
        self._boards: set[str] = set()
        self._wire: Wire | None = None
        self._heard = False
        """Whether anything has come since somebody last looked."""
        self._worked = False
        """Whether anything has come over this connection."""

    def subscribe(self, board: str) -> None:
        """Ask for a board's commits; ``Listener.subscribed`` tells when they come, at once or after an outage."""
        self._boards.add(board)
        self._send("SUBSCRIBE", channel(board))

    def unsubscribe(self, board: str) -> None:
        """Ask for no more commits of a board; a few may still come."""
        self._boards.discard(board)
        self._send("UNSUBSCRIBE", channel(board))

    async def publish(self, messages: Mapping[str, bytes]) -> None:
        """Publish a message a board, in one round trip, for whoever listens; what cannot be published is dropped."""
        pipeline = self._redis.pipeline(transaction=False)
        for board, message in messages.items():
            pipeline.publish(channel(board), message)
        with contextlib.suppress(RedisError, *OUTAGE):
            await pipeline.execute()

    async def run(self) -> None:
        """Read until cancelled; connect again, with growing pauses, whenever the connection is lost."""
        attempt = 0
        while True:
            self._heard = self._worked = False
            try:
                await self._serve()
            except (RedisError, *OUTAGE) as error:
                if self._worked:
                    attempt = 0
                if attempt == 0:
                    logger.warning("bus lost", error=str(error))
            finally:
                if self._wire is not None:
                    await self._wire.aclose()
                    self._wire = None
            await asyncio.sleep(self._backoff.pause(attempt))
            attempt += 1

    async def _serve(self) -> None:
        """Subscribe, then listen until the connection fails or stays silent after a ping."""
        wire = self._wire = await Wire.open(self._redis, self._told)
        self._send("SUBSCRIBE", self._own_channel, *map(channel, self._boards))
        pinged = False
        while not (await asyncio.wait({wire.ended}, timeout=_SILENCE_SECONDS))[0]:
            if pinged and not self._heard:
                raise ConnectionError("no answer to a ping")
            pinged = not self._heard
            self._heard = False
            if pinged:
                self._send("PING")
        wire.ended.result()

    def _send(self, *command: str) -> None:
        if self._wire is not None:
            self._wire.send((command,))

    def _told(self, reply: Any) -> None:
        self._heard = self._worked = True
        if isinstance(reply, RedisError):
            raise reply
        if not isinstance(reply, list):
            return  # to a ping
        kind, name, body = reply[0], reply[1], reply[-1]
        if kind == b"message":
            if name.endswith(b"}:bus"):
                self._listener.message(board_of(name), body)
            elif (taken := Taken.decode(body)) is not None:
                self._listener.taken(taken)
        elif kind == b"subscribe" and name.endswith(b"}:bus"):
            self._listener.subscribed(board_of(name))
