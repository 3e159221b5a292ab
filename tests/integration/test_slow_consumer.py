"""One who reads too slowly is the only one who notices."""

import json
import sys

import pytest

from tests.integration.board_client import NAMESPACE, BoardClient
from tests.integration.fixtures import Join, StartReplica
from tests.integration.replica import Replica

POINTS = [n + 0.125 for n in range(6_000)]
"""Of a stroke whose op has some 58,000 bytes."""
CLEAR_EVERY = 50
"""Before the board is full."""
MOST_BYTES = 150_000_000
"""For what a replica keeps of what was drawn lately, for those who come back, and of a socket's outbox (1 MB)."""


async def draw_until_cut(author: BoardClient, replica: Replica, sid: str) -> int:
    """Draw until somebody is cut off, for being slow, and some more; return the replica's highest memory (bytes)."""
    highest, more = 0, 20
    for turn in range(1, 600):
        await author.push(author.op("clear") if turn % CLEAR_EVERY == 0 else author.add(points=POINTS))
        highest = max(highest, replica.rss_bytes())
        more -= bool(replica.lines("socket disconnected", sid=sid, reason="slow consumer"))
        if more == 0:
            return highest
    raise AssertionError("nobody was cut off")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_one_who_stops_reading_is_cut_off_and_comes_back(
    start_replica: StartReplica, join: Join, redis_url: str, board: str
) -> None:
    """[R3] [R5] [B4] Others hear everything, in order; memory stays within a bound; a line says why. When it comes back
    it is told, by its position, all that it has missed."""
    replica = await start_replica(redis_url=redis_url)
    author, witness = await join(replica.url), await join(replica.url)
    slow = BoardClient(board)
    pid = json.loads((await slow.connect(replica.url)).removeprefix("0/board,"))["pid"]
    (welcome,) = await slow.socket.event("welcome", NAMESPACE)
    await author.push(author.add(points=POINTS))
    await slow.ops()
    before = replica.rss_bytes()
    slow.socket.stop_reading()
    place = slow.told()[-1].offset

    highest = await draw_until_cut(author, replica, welcome["sid"])
    assert highest - before < MOST_BYTES
    drawn = [f"{author.client}:{n}" for n in range(1, author.n + 1)]
    assert [op["id"] for op in await witness.ops(len(drawn))] == drawn

    await slow.connect(replica.url, pid=pid, offset=place)
    (again,) = await slow.socket.event("welcome", NAMESPACE)
    assert again["recovered"]
    assert [op["id"] for op in await slow.ops(len(drawn) - 1)] == drawn[1:]
    await slow.leave()
