"""A replica leaves while somebody draws, and the page moves to another before that (make-before-break)."""

import asyncio

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window, together
from tests.integration.fixtures import StartReplica
from tests.integration.log_reader import commits
from tests.integration.replica import Replica
from tests.integration.round_robin import round_robin
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Every status that the page ever had, however briefly.
_WATCH = """() => {
  const {dataset} = document.documentElement;
  window.statuses = new Set([dataset.status]);
  new MutationObserver(() => window.statuses.add(dataset.status))
    .observe(document.documentElement, {attributeFilter: ["data-status"]});
}"""


async def serving(replicas: list[Replica], window: Window) -> Replica:
    """Return the replica that the window is connected to."""
    name = (await window.facts()).replica
    return next(replica for replica in replicas if replica.lines("socket connected", replica=name))


async def test_page_draws_on_while_its_replica_drains(
    start_replica: StartReplica, open_window: OpenWindow, redis_url: str, board: str
) -> None:
    """[D4] [R1] [L3] Both replicas leave, one after the other: the one who draws is never without a connection, keeps
    the session, and each stroke is in the log once and in order."""
    settings = {"redis_url": redis_url, "drain_seconds": "4"}
    replicas = [await start_replica(**settings) for _ in range(2)]
    ports = [replica.port for replica in replicas]
    async with round_robin(ports) as address:
        windows = [await open_window(f"{address}/b/{board}") for _ in range(2)]
        window = windows[0]
        await together(windows)
        await window.page.evaluate(_WATCH)
        drawn = 0
        for _ in replicas:
            leaving, left = await serving(replicas, window), (await window.facts()).replica
            ports.remove(leaving.port)  # as load balancers do with who is not ready
            stopped = asyncio.create_task(leaving.stop())
            while not stopped.done():
                drawn += 1
                await window.draw((100, 150 + 3 * drawn), (900, 150 + 3 * drawn))
            assert await stopped == 0
            await together(windows)
            assert (await window.facts()).replica != left
            await leaving.start()
            ports.append(leaving.port)
        statuses = await window.page.evaluate("() => [...window.statuses]")
    assert set(statuses) <= {"saved", "unsaved"}
    ops = [op for _, entries in commits(redis_url, board) for op in entries]
    assert len({op["id"] for op in ops}) == len(ops)
    assert len({op["by"] for op in ops}) == 1
    heights = [op["element"]["points"][1] for op in ops if op["op"] == "add"]
    assert len(heights) == drawn > 4
    assert heights == sorted(heights)


async def test_page_comes_back_by_itself_when_there_is_nowhere_to_move(
    start_replica: StartReplica, open_window: OpenWindow, redis_url: str, board: str
) -> None:
    """[D4] [R1] The only replica restarts: the move fails, and the page does as if it had not been told."""
    replica = await start_replica(redis_url=redis_url, drain_seconds="1")
    window = await open_window(f"{replica.url}/b/{board}")
    first = (await window.saved()).replica
    stopped = asyncio.create_task(replica.stop())
    await window.draw((100, 100), (500, 100))
    assert await stopped == 0
    await window.draw((100, 200), (500, 200))
    await replica.start()

    async def back() -> bool:
        facts = await window.facts()
        return facts.status == "saved" and facts.replica != first

    await eventually(back, "the page is back")
    ops = [op for _, entries in commits(redis_url, board) for op in entries]
    assert len([op for op in ops if op["op"] == "add"]) == 2
    assert len({op["by"] for op in ops}) == 1
