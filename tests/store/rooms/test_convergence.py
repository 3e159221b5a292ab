"""
Convergence: whatever people do, wherever, however late it is told: all see the fold of the log.

A seed decides who does what, on which replica, how much of what has come each takes in before acting again, who
loses the connection, and which messages between Redis and the replicas are lost, doubled or late.
"""

import asyncio
import random
from typing import Any

import pytest
from whiteboard.domain.ops import Add, Clear, Grow, Remove, Update

from tests.store.rooms.replica import Page, Replica, fold_of_log, quiet, replica
from tests.store.rooms.seeds import SEEDS
from tests.store.rooms.test_delivery import FaultyRooms

STEPS = 300


@pytest.mark.parametrize("seed", SEEDS)
async def test_all_boards_equal_the_fold_of_the_log(redis_url: str, seed: int, upkeep: None) -> None:
    """[O7] Boards are equal, the order of their elements included; [L2] everybody has heard every op once."""
    lots = FaultyRooms.lots = random.Random(seed)
    async with replica(redis_url, kind=FaultyRooms) as one, replica(redis_url, "replica-2", FaultyRooms) as two:
        replicas = [one, two]
        pages = [await lots.choice(replicas).page() for _ in range(4)]
        for _ in range(STEPS):
            await step(lots, lots.choice(pages), replicas)
        pages.append(await one.page())
        offsets = await quiet(one.rooms, *pages)
        expected = list((await fold_of_log(one.rooms)).elements.items())
        assert len(offsets) == sum(page.n for page in pages)
        for page in pages:
            assert page.offsets == offsets
            assert list(page.board.elements.items()) == expected
        for place in replicas:
            room = await place.rooms.open("b")
            await room.feed.reach(offsets[-1].position)
            assert list(room.content.elements.items()) == expected


async def step(lots: random.Random, page: Page, replicas: list[Replica]) -> None:
    """Let one page do one thing, on what it sees at the moment."""
    match lots.random():
        case fate if fate < 0.03:
            await page.rejoin(lots.choice(replicas))
        case fate if fate < 0.4:
            page.hear(at_most=lots.randrange(6))
            await asyncio.sleep(lots.choice([0.0, 0.0, 0.003, 0.02]))
        case _:
            draw(lots, page)


def draw(lots: random.Random, page: Page) -> None:
    """Do something to the board: mostly draw, now and then take away, seldom clear all."""
    there = [*page.board.elements, "nobody:1"]
    mine = [op.id for op in page.pending.values() if isinstance(op, Add)] + [e for e in there if page.client in e]
    match lots.randrange(40):
        case 0:
            page.do(Clear)
        case n if n < 5:
            page.do(Remove, elements=lots.choices(there, k=lots.randrange(1, 4)))
        case n if n < 11:
            props: dict[str, Any] = lots.choice([{"color": lots.choice(["red", "blue"])}, {"width": 9.0}])
            page.do(Update, element=lots.choice(there), props=props)
        case n if n < 28 and mine:
            page.do(Grow, element=lots.choice(mine), points=some_points(lots))
        case _:
            element = {"kind": "stroke", "points": some_points(lots), "color": "black", "width": 4.0}
            page.do(Add, element=element)


def some_points(lots: random.Random) -> list[float]:
    return [lots.uniform(-1e6, 1e6) for _ in range(2 * lots.randrange(1, 4))]
