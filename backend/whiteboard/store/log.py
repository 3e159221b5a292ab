"""
A board's log in Redis: one stream, one order (SPEC.md L1 to L8).

Keys of board B share a hash tag: ``wb:{B}:log`` (the stream, ids ``0-<n>``), ``wb:{B}:meta`` (run id, epoch, head,
the ends of older epochs, floor and name of the snapshot), ``wb:{B}:client:<client>`` (its last op number and where that
entered), and the channel ``wb:{B}:bus``. What a snapshot adds stands in ``store.snapshots``.
"""

from collections.abc import AsyncGenerator, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from msgspec import Struct
from redis.exceptions import NoScriptError

from whiteboard.domain.positions import Lineage, Offset, Position
from whiteboard.errors import Trimmed
from whiteboard.protocol.commits import FORMAT_VERSION, Commit, decode_entry
from whiteboard.store.connection import Redis, RedisError, answer
from whiteboard.store.wire import Command, Pipe

_CLIENT_REMEMBERED_SECONDS = 30 * 24 * 3600
# Entries are read 4 at a time, then twice as many while they stay small: 4 of the largest take 11 ms in which nobody
# else is served, 50 take 75 ms, and of small ones more than 64 at a time are no faster.
_FIRST_PAGE, _PAGE = 4, 64
_PAGE_BYTES = 1_000_000
_APPEND = resources.files("whiteboard.store").joinpath("lua/append.lua").read_text()


class NewOp(Struct, frozen=True):
    """An op on its way into the log: its client's id and number, and its bytes."""

    client: str
    n: int
    raw: bytes


class Batch(Struct, frozen=True):
    """The ops of one board that are to enter its log together, in order."""

    board: str
    ops: Sequence[NewOp]


class Appended(Struct, frozen=True):
    """Where the ops of a batch are: for each the offset if it had entered before, else None: it is part of
    ``position``."""

    position: Position
    repeats: list[Offset | None]


class Log:
    """The logs of all boards."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pipe = Pipe(redis)
        self._sha = ""

    async def append(self, batches: Sequence[Batch]) -> list[Appended | RedisError]:
        """
        Append each batch to its board's log, atomically each, in one round trip for all.

        Order: positions of one board are strictly increasing. Repeats: an op whose number is not above its client's
        last one is not appended again; its place is returned. Published on the board's bus in the same step.

        Returns: in the order of ``batches``; an error is Redis' refusal of that one batch.

        Raises:
            StoreUnavailable: no answer in time; the batches may or may not be in. Append the same ones again (L8).

        Source: SPEC.md L3, L4; lua/append.lua.
        """
        replies = await answer(self._evaluate(batches))
        if any(isinstance(reply, NoScriptError) for reply in replies):
            self._sha = ""
            replies = await answer(self._evaluate(batches))
        return [reply if isinstance(reply, RedisError) else _appended(reply) for reply in replies]

    async def _evaluate(self, batches: Sequence[Batch]) -> list[object]:
        if not self._sha:
            self._sha = await self._redis.script_load(_APPEND)
        return await self._pipe.execute([self._command(batch) for batch in batches])

    def _command(self, batch: Batch) -> Command:
        log, meta, client_prefix, bus = _names(batch.board)
        places: dict[str, int] = {}
        ops: list[str | bytes | int] = []
        for op in batch.ops:
            ops += (places.setdefault(op.client, len(places) + 1), op.n, op.raw)
        keys = (log, meta, *[client_prefix + client for client in places])
        return ("EVALSHA", self._sha, len(keys), *keys, bus, FORMAT_VERSION, _CLIENT_REMEMBERED_SECONDS, *ops)

    async def commits(self, board: str, after: int, upto: int) -> AsyncGenerator[Commit, None]:
        """
        Yield the commits ``after`` < n ≤ ``upto``, in order and without a hole; those beyond the head are not there.

        Each is decoded when it is its turn, so that whoever works long on them can let others run in between.

        Raises:
            Trimmed: the first of them is in the log no more. (None at all, if all of them are gone.)
            StoreUnavailable: no answer in time (retry).
        """
        count = _FIRST_PAGE
        while after < upto:
            entries: Any = await answer(
                self._redis.xrange(key(board, "log"), f"0-{after + 1}", f"0-{upto}", count=count)
            )
            size_bytes = 0
            for entry_id, fields in entries:
                size_bytes += sum(map(len, fields.values()))
                commit = decode_entry(entry_id, fields)
                if commit.position.n != after + 1:
                    raise Trimmed(f"the log of {board} begins at {commit.position}")
                after = commit.position.n
                yield commit
            if len(entries) < count:
                return
            count = min(2 * count, _PAGE) if size_bytes < _PAGE_BYTES else _FIRST_PAGE

    async def lineage(self, board: str) -> Lineage:
        """
        Return where the log's head is, where its older epochs ended, and its floor.

        Raises:
            StoreUnavailable: no answer in time (retry).
        """
        meta: Any = await answer(self._redis.hgetall(key(board, "meta")))
        ends = {int(field[4:]): int(end) for field, end in meta.items() if field.startswith(b"end:")}
        head = Position(int(meta.get(b"epoch", 0)), int(meta.get(b"head", 0)))
        return Lineage(head, ends, int(meta.get(b"floor", 0)))

    async def heads(self, boards: Sequence[str]) -> list[int]:
        """
        Return the number of the last commit of each board, in one round trip.

        Raises:
            StoreUnavailable: no answer in time (retry).
        """
        pipeline = self._redis.pipeline(transaction=False)
        for board in boards:
            pipeline.hget(key(board, "meta"), "head")
        return [int(head or 0) for head in await answer(pipeline.execute())]

    async def last_number(self, board: str, client: str) -> int:
        """
        Return the highest op number of ``client`` in the board's log, 0 if it has none (B3).

        Raises:
            StoreUnavailable: no answer in time (retry).
        """
        last: Any = await answer(self._redis.get(key(board, f"client:{client}")))
        return int(last.split()[0]) if last else 0


@lru_cache(maxsize=1024)
def _names(board: str) -> tuple[str, str, str, str]:
    """Return what an append needs, made anew for each op it would cost more than all else of the command."""
    return key(board, "log"), key(board, "meta"), key(board, "client:"), channel(board)


def channel(board: str) -> str:
    """Return the name of the board's bus."""
    return f"wb:{{{board}}}:bus"


def board_of(bus_channel: bytes) -> str:
    """Return the board whose bus is ``bus_channel``."""
    return bus_channel[len(b"wb:{") : -len(b"}:bus")].decode()


def key(board: str, name: str) -> str:
    """Return the name of one of the board's keys."""
    return f"wb:{{{board}}}:{name}"


def _appended(reply: object) -> Appended:
    if not isinstance(reply, list):
        raise TypeError(f"append.lua returned {reply!r}")
    epoch, n, *repeats = reply
    return Appended(Position(epoch, n), [Offset.parse(offset.decode()) if offset else None for offset in repeats])
