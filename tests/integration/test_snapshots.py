"""An old board on replicas as they are run: the log is folded, and nobody who comes can tell."""

import json
import time
from typing import Any

import redis

from tests.integration.fixtures import Join, StartReplica
from tests.integration.log_reader import fold, logged
from tests.integration.replica import Replica
from tests.integration.stock import StockClients
from tests.integration.waiting import eventually

OLD, STROKES = 5_100, 40
EPOCH = 1_700_000_000_000


def write_old_log(redis_url: str, board: str) -> None:
    """Write a log of an hour ago, in the form that the specification gives it (SPEC.md L5)."""
    old_ms = int(time.time() * 1000) - 3_600_000
    ops: list[dict[str, Any]] = [
        {"op": "add", "element": {"kind": "stroke", "points": [n, 1.5, n, 9.25], "color": "navy", "width": 4.0}}
        for n in range(STROKES)
    ]
    ops += [
        {"op": "update", "element": f"old:{n % STROKES + 1}", "props": {"color": f"#{n:06}"}}
        for n in range(STROKES, OLD)
    ]
    with redis.Redis.from_url(redis_url) as client:
        pipeline = client.pipeline(transaction=False)
        for n, op in enumerate(ops, 1):
            body = json.dumps([{**op, "id": f"old:{n}", "by": "s"}])
            pipeline.xadd(f"wb:{{{board}}}:log", {"v": 1, "e": EPOCH, "t": old_ms, "b": body}, id=f"0-{n}")
        pipeline.hset(f"wb:{{{board}}}:meta", mapping={"epoch": EPOCH, "head": OLD, "run": "gone"})
        pipeline.set(f"wb:{{{board}}}:client:old", f"{OLD} {EPOCH}-{OLD}-0")
        pipeline.execute()


async def test_old_board_is_the_same_when_its_log_has_been_folded(
    start_replica: StartReplica, redis_url: str, stock: StockClients, join: Join, board: str
) -> None:
    """[L9] By HTTP ([B8]), on `/` ([C2]) and `/board` ([B9]), also when who has folded it is killed; [L10] by age."""
    write_old_log(redis_url, board)
    whole = logged(redis_url, board)
    one, two = [await start_replica(redis_url=redis_url, drain_seconds="1") for _ in range(2)]
    ann = await join(one.url, position=f"{EPOCH}-{OLD}")
    young = ann.add()
    await ann.push(young)
    whole.append({**young, "by": ann.welcome["sid"]})
    await eventually(lambda: one.lines("snapshot", board=board), "a snapshot is taken", seconds=20)
    assert await one.metric("whiteboard_snapshots_total") == 1
    assert await one.metric("whiteboard_trimmed_total") == OLD - 1
    assert len(logged(redis_url, board)) == 2
    await one.kill()

    async def look(replica: Replica) -> Any:
        status, got = await replica.get(f"/api/boards/{board}")
        assert status == 200
        return got

    got = await look(two)
    assert got["elements"] == fold(whole)
    classic = await stock.open(two.url, auth={"board": board})
    shown = await classic.hears("drawing", STROKES + 1)
    assert [args[0]["color"] for args in shown] == [element["color"] for element in got["elements"]]
    late = await join(two.url)
    await late.socket.event("resync", "/board")
    ben = await join(two.url, position=got["position"])
    await ben.push(ben.add())
    assert (await look(two))["elements"][:-1] == got["elements"]
    assert ben.told()[0].op is None
