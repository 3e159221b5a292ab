"""A replica is killed or freezes while somebody draws: the page comes back on another one, and nothing is lost or drawn
twice."""

import signal
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window, together
from tests.integration.fixtures import StartReplica
from tests.integration.log_reader import commits
from tests.integration.replica import Replica
from tests.integration.round_robin import round_robin
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Town(NamedTuple):
    """Three replicas behind one address."""

    replicas: list[Replica]
    address: str

    async def replica_of(self, window: Window) -> Replica:
        """Return the replica that serves a window."""
        name = (await window.facts()).replica
        (serving,) = [replica for replica in self.replicas if replica.lines("socket connected", replica=name)]
        return serving

    async def kill_replica_of(self, window: Window) -> str:
        """Kill the replica that serves a window; return its name."""
        name = (await window.facts()).replica
        await (await self.replica_of(window)).kill()
        return name


@pytest_asyncio.fixture(loop_scope="session")
async def town(start_replica: StartReplica, redis_url: str) -> AsyncIterator[Town]:
    replicas = [await start_replica(redis_url=redis_url) for _ in range(3)]
    async with round_robin([replica.port for replica in replicas]) as address:
        yield Town(replicas, address)


async def is_elsewhere(window: Window, former: str, seconds: float = 15.0) -> None:
    async def check() -> bool:
        facts = await window.facts()
        return facts.status in ("saved", "unsaved") and facts.replica != former

    await eventually(check, "the page is on another replica", seconds)


def assert_drawn_once(redis_url: str, board: str, heights: list[int]) -> None:
    """Assert that the log has one session's strokes, in the order in which they were drawn, each once."""
    ops = [op for _, entries in commits(redis_url, board) for op in entries]
    assert len({op["id"] for op in ops}) == len(ops)
    assert len({op["by"] for op in ops}) == 1, "the session went on"
    told = [op["element"]["points"][1] for op in ops if op["op"] == "add"]
    assert len(told) == len(heights)
    assert told == sorted(told)


async def test_page_goes_on_when_its_replica_is_killed_before_anything_is_drawn(
    town: Town, open_window: OpenWindow, redis_url: str, board: str
) -> None:
    """[R1] [R3] It has had no event: also then it is the same session that goes on."""
    windows = [await open_window(f"{town.address}/b/{board}") for _ in range(2)]
    await together(windows)
    left = await town.kill_replica_of(windows[0])
    await windows[0].draw((100, 100), (900, 100))
    await is_elsewhere(windows[0], left)
    await windows[0].draw((100, 200), (900, 200))
    await together(windows)
    assert_drawn_once(redis_url, board, [100, 200])


async def test_page_goes_on_when_its_replicas_are_killed_in_the_middle_of_strokes(
    town: Town, open_window: OpenWindow, redis_url: str, board: str
) -> None:
    """[R1] [R3] [L3] Twice in a row, the second time soon after the page is back; the strokes of which a part was on
    its way are whole, for those who watch too."""
    windows = [await open_window(f"{town.address}/b/{board}") for _ in range(2)]
    artist = windows[0]
    await together(windows)
    heights = [100, 150, 200, 250]
    for y in heights:
        await artist.begin((100, y), (500, y))
        left = await town.kill_replica_of(artist) if y in (150, 200) else ""
        await artist.page.mouse.move(900, y, steps=10)
        await artist.page.mouse.up()
        if left:
            await is_elsewhere(artist, left)
    await together(windows)
    assert_drawn_once(redis_url, board, heights)


async def test_page_leaves_a_replica_that_is_frozen(
    town: Town, open_window: OpenWindow, redis_url: str, board: str
) -> None:
    """[B10] [R1] [R2] Nothing is closed, and Socket.IO would notice after 45 s: who draws is elsewhere before. When the
    replica wakes, it does no harm."""
    window = await open_window(f"{town.address}/b/{board}")
    left, frozen = (await window.saved()).replica, await town.replica_of(window)
    frozen.process.send_signal(signal.SIGSTOP)
    await window.draw((100, 100), (900, 100))
    await is_elsewhere(window, left, seconds=38)  # the balancer knows nothing: the frozen one may have its turn again
    frozen.process.send_signal(signal.SIGCONT)
    await window.draw((100, 200), (900, 200))
    await window.saved()
    assert_drawn_once(redis_url, board, [100, 200])
    await eventually(lambda: frozen.lines("socket disconnected"), "it notices that the page has left")
