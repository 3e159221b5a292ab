"""The status is true: what it says has happened, and what it owes is kept."""

import pytest

from tests.conftest import OwnRedis
from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Facts, Window, together
from tests.integration.fixtures import StartReplica
from tests.integration.log_reader import commits
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def pill(window: Window) -> str:
    """Return what people read of the status."""
    text: str = await window.page.get_by_role("status").inner_text()
    return text


async def reaches(window: Window, *statuses: str) -> Facts:
    """Wait until the page says one of these."""

    async def check() -> Facts | None:
        facts = await window.facts()
        return facts if facts.status in statuses else None

    facts: Facts = await eventually(check, f"the status is {statuses}")
    return facts


async def test_what_is_drawn_without_a_server_is_saved_when_it_is_back(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[B3] [B6] [L3] The page says how much is unsaved, goes on drawing, and saves all of it, once and in order; the
    one whose replica stayed sees it come."""
    mine = await start_replica(redis_url=durable_redis.url)
    others = await start_replica(redis_url=durable_redis.url)
    left = await open_window(f"{mine.url}/b/{board}")
    right = await open_window(f"{others.url}/b/{board}")
    await left.saved()
    await left.draw((100, 100), (900, 100))
    await together([left, right])
    assert await pill(left) == "Saved"

    await mine.kill()
    await reaches(left, "reconnecting", "offline")
    for y in (200, 300, 400):
        await left.draw((100, y), (900, y))
    await right.draw((500, 50), (500, 600))
    facts = await left.facts()
    assert facts.status in ("reconnecting", "offline")
    assert facts.unsaved >= 3
    await eventually(lambda: _says(left, "unsaved"), "people are told")
    assert (await right.saved()).unsaved == 0

    await mine.start()
    await together([left, right])
    assert (await left.facts()).replica not in ("", facts.replica), "the new one is named"
    strokes = [
        op["element"]["points"][1] for _, ops in commits(durable_redis.url, board) for op in ops if op["op"] == "add"
    ]
    ys = [y for y in strokes[1:] if y != min(strokes)]
    assert ys == sorted(ys), "in the order in which they were drawn"
    assert len(strokes) == 5


async def _says(window: Window, word: str) -> bool:
    return word in await pill(window)


async def test_what_is_drawn_while_redis_is_away_is_unsaved_until_it_is_back(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[E6] [B6] The connection stands, but nothing is called saved before Redis has it."""
    replica = await start_replica(redis_url=durable_redis.url)
    left = await open_window(f"{replica.url}/b/{board}")
    right = await open_window(f"{replica.url}/b/{board}")
    await left.saved()
    await right.saved()
    durable_redis.kill()
    await left.draw((100, 100), (900, 100))
    assert (await reaches(left, "unsaved")).unsaved >= 1
    await eventually(lambda: _says(left, "unsaved"), "people are told")
    assert await right.ink() == 0, "nobody is shown what may be lost"
    durable_redis.start()
    await together([left, right])
    assert await right.ink() > 1_000


async def test_board_is_fetched_anew_when_redis_lost_it(
    open_window: OpenWindow, start_replica: StartReplica, own_redis: OwnRedis, board: str
) -> None:
    """[B9] [L7] What is gone goes from the screen too, and drawing goes on."""
    replica = await start_replica(redis_url=own_redis.url)
    windows = [await open_window(f"{replica.url}/b/{board}") for _ in range(2)]
    left, right = windows
    await left.draw((100, 100), (900, 100))
    await together(windows)
    own_redis.kill()
    own_redis.start()
    await eventually(lambda: _empty(right), "the board is empty")
    await right.draw((100, 300), (900, 300))
    await together(windows)
    assert len(commits(own_redis.url, board)) >= 1


async def _empty(window: Window) -> bool:
    return await window.ink() == 0
