"""
Whatever people do on two replicas, however late it is delivered: all end with the fold of the log.

A failure prints its seed; seeds that failed once stay in the list.
"""

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.conftest import OwnRedis
from tests.integration.board_client import BoardClient, Told
from tests.integration.fixtures import Join, StartReplica
from tests.integration.log_reader import fold, logged
from tests.integration.slow_link import SlowLink
from tests.integration.waiting import eventually

SEEDS = (1, 2, 3)
OPS_EACH = 120
COLORS = ("black", "teal", "#f80", "rgb(1, 2, 3)")


class Person:
    """Draws at random on what they see, sends again after a reconnect what was not acknowledged."""

    def __init__(self, client: BoardClient, join: Join, url: str, seed: int) -> None:
        self.client = client
        self._join = join
        self._url = url
        self._random = random.Random(seed)
        self._mine: list[str] = []
        self._sent: list[dict[str, Any]] = []
        self.seen: list[dict[str, Any]] = []
        """Every op of the log as this person was told of it, over all connections, in order."""
        self._position = "0-0"
        self._known = 0
        """The last of the own ops that has been seen."""

    async def act(self) -> None:
        """Do all there is to do, and return once it is acknowledged."""
        for _ in range(OPS_EACH):
            self._sent.append(op := self._op())
            try:
                await self.client.send(op)
            except ConnectionError:  # The server closes who joins while Redis cannot be read.
                await self.come_back()
            await asyncio.sleep(self._random.choice((0, 0, 0.001, 0.01)))
            if self._random.random() < 0.02:
                await self.come_back()
        while self.client.welcome["last"] < self.client.n:
            try:
                await self.client.acknowledged(self.client.n)
            except ConnectionError:
                await self.come_back()
            else:
                return

    async def come_back(self) -> None:
        """Break off, connect anew from the last whole commit, and send again what was not acknowledged."""
        self._take_note()
        await self.client.leave()
        n, secret = self.client.n, self.client.secret
        while True:
            try:
                self.client = await self._join(self._url, secret, position=self._position)
            except ConnectionError:
                await asyncio.sleep(0.02)
            else:
                break
        self.client.n = n
        unsure = [op for op in self._sent if _number(op["id"]) > self.client.welcome["last"]]
        for first in range(0, len(unsure), 100):
            await self.client.send(*unsure[first : first + 100])

    def _op(self) -> dict[str, Any]:
        chance = self._random.random()
        if chance < 0.4 or not self._mine:
            op = self.client.add(points=self._points(), color=self._random.choice(COLORS))
            self._mine.append(op["id"])
            return op
        if chance < 0.7:
            return self.client.op("grow", element=self._random.choice(self._mine), points=self._points())
        anybody = [told.op["id"] for told in self.client.told() if told.op and told.op["op"] == "add"] + self._mine
        if chance < 0.85:
            props = {"color": self._random.choice(COLORS), "width": self._random.randint(1, 50)}
            return self.client.op("update", element=self._random.choice(anybody), props=props)
        if chance < 0.99:
            return self.client.op("remove", elements=self._random.sample(anybody, min(3, len(anybody))))
        return self.client.op("clear")

    def _points(self) -> list[float]:
        return [self._random.uniform(-1e6, 1e6) for _ in range(2 * self._random.randint(1, 8))]

    def finish(self) -> None:
        """Take note of what the last connection brought."""
        self._take_note(whole=True)

    def _take_note(self, *, whole: bool = False) -> None:
        # What was sent twice is acknowledged twice. The last commit may have come in part: it is asked for again, as
        # the page does.
        told, known = [], self._known
        for event in self.client.told():
            n = self._number_of(event)
            if n is None or n > known:
                told.append(event)
                known = known if n is None else n
        newest = told and _place(told[-1].offset)[:2]
        for event in told:
            if whole or _place(event.offset)[:2] != newest:
                self.seen.append(event.op or self._own(event.n))
                self._position = event.offset.rpartition("-")[0]
                self._known = self._number_of(event) or self._known

    def _number_of(self, event: Told) -> int | None:
        """The number of an own op."""
        if event.op is None:
            return event.n
        return _number(event.op["id"]) if event.op["id"].startswith(self.client.client) else None

    def _own(self, n: int | None) -> dict[str, Any]:
        (op,) = [op for op in self._sent if _number(op["id"]) == n]
        return {**op, "by": self.client.welcome["sid"]}


def _place(offset: str) -> tuple[int, int, int]:
    epoch, n, i = map(int, offset.split("-"))
    return epoch, n, i


def _number(op_id: str) -> int:
    return int(op_id.rpartition(":")[2])


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_replicas_and_everybody_on_them_end_with_the_fold_of_the_log(
    start_replica: StartReplica, durable_redis: OwnRedis, join: Join, board: str, seed: int
) -> None:
    """[L1] [L2] [L3] [L6] [L8] [O7] Random ops and reconnects on both, each with a slow way to Redis that breaks now
    and then: nothing is lost, nothing is there twice."""
    port = int(durable_redis.url.rpartition(":")[2])
    links = [SlowLink(port, seed * 10 + number, most_seconds=0.02) for number in range(2)]
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(link.opened()) for link in links]
        left, right = [await start_replica(redis_url=url) for url in urls]
        people = [
            Person(await join(replica.url), join, replica.url, seed * 100 + number)
            for number, replica in enumerate((left, left, right, right))
        ]
        acting = asyncio.gather(*(person.act() for person in people))
        breaks = random.Random(seed)
        while not acting.done():
            await asyncio.wait([acting], timeout=breaks.uniform(0.2, 0.6))
            breaks.choice(links).cut()
        await acting

        ops = logged(durable_redis.url, board)
        expected = fold(ops)
        for replica in (left, right):
            await eventually(lambda r=replica: _shows(r, board, expected), f"{replica.url} shows the fold", seconds=20)
        sent = {f"{person.client.client}:{n}" for person in people for n in range(1, OPS_EACH + 1)}
        assert len(ops) == len(sent)
        assert {op["id"] for op in ops} == sent
        for person in people:
            await eventually(lambda p=person: _heard(p, ops), "the person has heard of all")
            person.finish()
            assert [op["id"] for op in person.seen] == [op["id"] for op in ops]
            assert fold(person.seen) == expected
        assert await left.metric("whiteboard_repairs_total") + await right.metric("whiteboard_repairs_total") > 0


async def _shows(replica: Any, board: str, expected: list[dict[str, Any]]) -> bool:
    status, snapshot = await replica.get(f"/api/boards/{board}")
    return bool(status == 200 and snapshot["elements"] == expected)


def _heard(person: Person, ops: list[dict[str, Any]]) -> bool:
    last = ops[-1]["id"]
    return any(
        (told.op["id"] if told.op else f"{person.client.client}:{told.n}") == last for told in person.client.told()
    )
