"""
Snapshots in Redis: what the older part of a board's log gives, so that this part can go (SPEC.md L9 to L11).

``wb:{B}:snapshot:<name>`` is a list that never changes once the log's meta names it; one that it does not name, yet or
any more, expires. ``wb:{B}:folding`` is the lease of whoever is making the next one, its value that one's name.
"""

import secrets
from importlib import resources
from typing import Any, Final, NamedTuple

from whiteboard.domain.board import Board
from whiteboard.domain.ops import Element
from whiteboard.domain.positions import BEGINNING, Offset
from whiteboard.errors import StoreUnavailable
from whiteboard.protocol.snapshots import decode_chunk, decode_head, encode_chunks, encode_head
from whiteboard.store.connection import Redis, answer
from whiteboard.store.log import key
from whiteboard.store.pace import Pace

FEWEST_COMMITS: Final = 5_000
MOST_COMMITS: Final = 100_000
LEASE_SECONDS: Final = 300
_READERS_SECONDS: Final = 60
_CHUNKS_A_READ: Final = 4
_TRIM_COMMITS: Final = 1_000
_LUA = resources.files("whiteboard.store").joinpath("lua")


class Snapshot(NamedTuple):
    """A board behind an op of its log, the last one of a commit."""

    offset: Offset
    board: Board


class Claim(NamedTuple):
    """The right to fold a board's log up to a commit, upon the snapshot ``former`` (empty if there is none)."""

    board: str
    name: str
    floor: int
    former: str
    upto: int


class Snapshots:
    """The snapshots of all boards."""

    def __init__(self, redis: Redis, keep_seconds: float) -> None:
        """
        Args:
            keep_seconds: commits that are younger stay in the log, for those who come back.
        """
        self._redis = redis
        self._keep_ms = int(keep_seconds * 1000)
        self._claim = redis.register_script(_LUA.joinpath("claim_fold.lua").read_text())
        self._publish = redis.register_script(_LUA.joinpath("publish_snapshot.lua").read_text())

    async def claim(self, board: str) -> tuple[int, Claim | None]:
        """
        Return the floor of a board's log, and the right to fold it; None when there is too little to fold or somebody
        else is at it.

        The right ends by itself. So whoever fails leaves a pause before the next attempt.

        Raises:
            StoreUnavailable: no answer in time.
        """
        name = secrets.token_hex(8)
        args: list[str | int] = [name, LEASE_SECONDS * 1000, self._keep_ms, FEWEST_COMMITS, MOST_COMMITS]
        reply: Any = await answer(self._claim(keys=[key(board, "log"), key(board, "meta"), _lease(board)], args=args))
        if len(reply) == 1:
            return reply[0], None
        floor, former, upto = reply
        return floor, Claim(board, name, floor, former.decode(), upto)

    async def latest(self, board: str) -> Snapshot:
        """
        Return a board's snapshot; the empty board if it has none.

        Raises:
            StoreUnavailable: no answer in time, or another one has taken its place meanwhile (retry).
        """
        name: bytes | None = await answer(self._redis.hget(key(board, "meta"), "snapshot"))
        return await self.read(board, (name or b"").decode())

    async def read(self, board: str, name: str) -> Snapshot:
        """
        Return the snapshot of that name, the empty board if it is empty. Others run in between.

        Raises:
            StoreUnavailable: no answer in time, or another one has taken its place.
        """
        if not name:
            return Snapshot(BEGINNING, Board())
        snapshot = key(board, f"snapshot:{name}")
        pace = Pace()
        elements: list[Element] = []
        head: list[bytes] = await answer(self._redis.lrange(snapshot, 0, 0))
        if not head:
            raise StoreUnavailable("the snapshot has been replaced")
        offset, count = decode_head(head[0])
        first = 1
        while len(elements) < count:
            chunks: list[bytes] = await answer(self._redis.lrange(snapshot, first, first + _CHUNKS_A_READ - 1))
            if not chunks:
                raise StoreUnavailable("the snapshot has been replaced")
            first += len(chunks)
            for chunk in chunks:
                elements += decode_chunk(chunk)
                await pace.step()
        return Snapshot(offset, Board(elements))

    async def write(self, claim: Claim, snapshot: Snapshot) -> int | None:
        """
        Let a board's log begin at a snapshot, which must not change meanwhile; others run in between.

        Returns: how many commits were trimmed; None if the claim holds no more, or Redis has lost what was folded.

        Raises:
            StoreUnavailable: no answer in time: the snapshot stands, its log perhaps not yet trimmed, or it does not.
        """
        written = key(claim.board, f"snapshot:{claim.name}")
        elements = snapshot.board.elements
        await self._push(written, encode_head(snapshot.offset, len(elements)))
        items = 1
        for chunk in encode_chunks(elements.values()):
            await self._push(written, chunk)
            items += 1
        former = key(claim.board, f"snapshot:{claim.former}") if claim.former else written
        keys = [key(claim.board, "log"), key(claim.board, "meta"), _lease(claim.board), written, former]
        args: list[str | int] = [claim.name, claim.former, *snapshot.offset.position, items, _READERS_SECONDS]
        if not await answer(self._publish(keys=keys, args=args)):
            return None
        return await self._trim(claim, snapshot.offset.n)

    async def _trim(self, claim: Claim, floor: int) -> int:
        # Step by step: a hundred thousand at once would keep Redis from all others for a fifth of a second. Whatever a
        # replica that dies here leaves behind, nobody asks for, and the next one takes away.
        log, trimmed = key(claim.board, "log"), 0
        entries: Any = await answer(self._redis.xrange(log, count=1))
        first = int(entries[0][0].rpartition(b"-")[2]) if entries else floor
        for below in (*range(first + _TRIM_COMMITS, floor, _TRIM_COMMITS), floor):
            # The floor's own commit stays: whoever has heard a part of it goes on from there.
            trimmed += await answer(self._redis.xtrim(log, minid=f"0-{below}", approximate=False))
        return trimmed

    async def _push(self, written: str, item: bytes) -> None:
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.rpush(written, item)
        pipeline.expire(written, LEASE_SECONDS)
        await answer(pipeline.execute())


def _lease(board: str) -> str:
    return key(board, "folding")
