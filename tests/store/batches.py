"""Batches made by hand, and what is in a log."""

from whiteboard.protocol.commits import Commit
from whiteboard.store.log import Appended, Batch, Log, NewOp


def op(n: int, client: str = "me") -> NewOp:
    """Return an op that says whose it is and nothing more."""
    return NewOp(client, n, b'{"op":"clear","id":"%b:%d","by":"s"}' % (client.encode(), n))


def batch(*numbers: int, client: str = "me", board: str = "b") -> Batch:
    """Return a batch of one client's ops."""
    return Batch(board, [op(n, client) for n in numbers])


async def append(log: Log, *batches: Batch) -> list[Appended]:
    """Append batches of which Redis refuses none."""
    appended = await log.append(batches)
    assert all(isinstance(result, Appended) for result in appended), appended
    return [result for result in appended if isinstance(result, Appended)]


async def read_log(log: Log, board: str, after: int, upto: int) -> list[Commit]:
    """Return the commits ``after`` < n ≤ ``upto``, all of them at once."""
    return [commit async for commit in log.commits(board, after, upto)]


async def ids(log: Log, board: str = "b", after: int = 0) -> list[list[str]]:
    """Return the ids of a board's ops, by commit."""
    return [[o.op.id for o in commit.ops if o.op] for commit in await read_log(log, board, after, 1_000_000)]
