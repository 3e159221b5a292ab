"""A board that takes its time says how much of it is here; one that does not, says nothing."""

import json
import random

import pytest
from whiteboard.store.connection import connect
from whiteboard.store.log import Batch, Log, NewOp

from tests.e2e.conftest import OpenWindow
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

BYTES_A_SECOND = 100_000


async def fill(pair: Pair, board: str) -> None:
    """Write a board that has some 200 KB when compressed."""
    dice = random.Random(3)
    ops = []
    for n in range(1, 101):
        points = [round(dice.uniform(0, 2_000), 1) for _ in range(1_000)]
        element = {"kind": "stroke", "points": points, "color": "red", "width": 4}
        op = {"op": "add", "id": f"seed:{n}", "by": "seed", "element": element}
        ops.append(NewOp("seed", n, json.dumps(op).encode()))
    async with connect(pair.redis_url, None, timeout_seconds=5.0) as redis:
        await Log(redis).append([Batch(board, ops)])


async def test_board_on_a_slow_line_shows_how_much_is_here(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[B8] It is seen and heard, goes by itself, and one can draw meanwhile."""
    await fill(pair, board)
    window = await open_window("about:blank")
    page = window.page
    network = await page.context.new_cdp_session(page)
    await page.goto(f"{pair.left.url}/b/{board}-empty")
    await window.saved()
    slow = {"offline": False, "latency": 0, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": -1}
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", slow)
    await page.goto(f"{pair.left.url}/b/{board}", wait_until="commit")
    bar = page.get_by_role("progressbar", name="Opening the board…")
    await bar.wait_for()

    async def part() -> bool:
        value = await bar.get_attribute("value", timeout=1_000)
        return value is not None and 0 < int(value) < 100

    await eventually(part, "a part of the board is here")
    told = page.locator(".unseen[aria-live=polite]", has_text="board")
    assert await told.inner_text() == "Opening the board…"
    await window.draw((300, 300), (500, 300))
    await network.send("Network.emulateNetworkConditions", {**slow, "downloadThroughput": -1})
    await bar.wait_for(state="detached")
    assert await told.inner_text() == "The board is open."
    await window.saved()
    _, body = await pair.left.get(f"/api/boards/{board}")
    assert len(body["elements"]) == 101
