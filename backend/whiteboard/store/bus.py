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
from typing import Any, Final, NamedTuple, Protocol

import structlog

from whiteboard.store.connection import OUTAGE, Redis, RedisError
from whiteboard.store.log import board_of, channel

_SILENCE_SECONDS = 5.0
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)

logger = structlog.get_logger(__name__)


REPLICA_CHANNEL: Final = "wb:replica:"
"""What a replica's own channel begins with; its name follows."""


class Taken(NamedTuple):
    """The message, on a replica's own channel, that a session of its has been claimed: ``taken <board> <pid hash>
    <generation>``."""

    board: str
    pid_hash: str
    generation: int

    @staticmethod
    def encode(board: str, pid_hash: str) -> str:
        """Return the message without the generation, which the claim adds."""
        return f"taken {board} {pid_hash}"

    @classmethod
    def decode(cls, message: bytes) -> "Taken | None":
        """Read the message; None if it is of a kind unknown here."""
        kind, _, rest = message.partition(b" ")
        try:
            board, pid_hash, generation, *_ = rest.decode().split(" ")
            return cls(board, pid_hash, int(generation)) if kind == b"taken" else None
        except ValueError:
            return None


class Listener(Protocol):
    """Who is told what the bus brings."""

    def subscribed(self, board: str) -> None:
        """From now on every commit of ``board`` is brought; read from the log what came before."""

    def message(self, board: str, message: bytes) -> None:
        """Take a bus message, as ``protocol.commits.decode_message`` reads it."""

    def taken(self, taken: Taken) -> None:
        """Let a session go that another connection, perhaps on another replica, has claimed."""


class Bus:
    """One connection to Redis that is subscribed to the boards with sessions on this replica."""

    def __init__(self, redis: Redis, replica: str, listener: Listener) -> None:
        self._redis = redis
        self._listener = listener
        # A subscription of our own keeps the connection in Pub/Sub mode, and tested, when no board is open.
        self._own_channel = REPLICA_CHANNEL + replica
        self._boards: set[str] = set()
        self._pubsub: Any = None
        self._heard = False

    async def subscribe(self, board: str) -> None:
        """Ask for a board's commits; ``Listener.subscribed`` tells when they come, at once or after an outage."""
        self._boards.add(board)
        await self._tell("subscribe", board)

    async def unsubscribe(self, board: str) -> None:
        """Ask for no more commits of a board; a few may still come."""
        self._boards.discard(board)
        await self._tell("unsubscribe", board)

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
            pubsub = self._redis.pubsub()
            self._heard = False
            try:
                await self._serve(pubsub)
            except (RedisError, *OUTAGE) as error:
                if self._heard:
                    attempt = 0
                if attempt == 0:
                    logger.warning("bus lost", error=str(error))
            finally:
                self._pubsub = None
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            pause = _BACKOFF_SECONDS[min(attempt, len(_BACKOFF_SECONDS) - 1)]
            attempt += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    async def _serve(self, pubsub: Any) -> None:
        """Subscribe, then read until the connection fails or stays silent after a ping."""
        boards = set(self._boards)
        await pubsub.subscribe(self._own_channel, *map(channel, boards))
        self._pubsub = pubsub
        for board in self._boards - boards:  # asked for while the first subscription was under way
            await self._tell("subscribe", board)
        reader = asyncio.create_task(self._read(pubsub))
        pinged = False
        try:
            while not (await asyncio.wait({reader}, timeout=_SILENCE_SECONDS))[0]:
                if pinged and not self._heard:
                    raise ConnectionError("no answer to a ping")
                pinged = not self._heard
                self._heard = False
                if pinged:
                    await pubsub.ping()
            reader.result()
        finally:
            reader.cancel()

    async def _tell(self, command: str, board: str) -> None:
        if self._pubsub is not None:
            try:
                await getattr(self._pubsub, command)(channel(board))
            except (RedisError, *OUTAGE):
                # The reader meets the same fault, and subscribes to all boards anew.
                logger.debug("bus command failed", command=command, board=board)

    async def _read(self, pubsub: Any) -> None:
        while True:
            # No timeout here: it would cost a timer a message. Silence is noticed by whoever waits for this reader.
            message = await pubsub.get_message(timeout=None)
            self._heard = True
            name: bytes = message["channel"] or b""
            if name.endswith(b"}:bus"):
                if message["type"] == "message":
                    self._listener.message(board_of(name), message["data"])
                elif message["type"] == "subscribe":
                    self._listener.subscribed(board_of(name))
            elif message["type"] == "message":
                taken = Taken.decode(message["data"])
                if taken is not None:
                    self._listener.taken(taken)
