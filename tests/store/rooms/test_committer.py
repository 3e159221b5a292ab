"""The way into the log: what is queued together, what is refused, what is sent again."""

import asyncio
import random
from collections import Counter

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from whiteboard.domain.ops import Add, Clear, Remove
from whiteboard.domain.positions import Offset
from whiteboard.rooms.dialects import BOARD
from whiteboard.store.log import Batch, Log

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.batches import ids
from tests.store.rooms.replica import Page, fold_of_log, quiet, replica
from tests.store.rooms.seeds import SEEDS


class Gate:
    """Holds the appends of all logs back until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = asyncio.Event()
        self.batches: list[Batch] = []
        self.pipelines: list[set[str]] = []
        """The boards that went together."""
        evaluate = Log._evaluate

        async def gated(log: Log, batches: list[Batch]) -> list[object]:
            self.batches += batches
            self.pipelines.append({batch.board for batch in batches})
            await self.opened.wait()
            return await evaluate(log, batches)

        monkeypatch.setattr(Log, "_evaluate", gated)


@pytest.fixture
async def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A gate that is shut."""
    return Gate(monkeypatch)


def written_once(page: Page, commits: list[list[str]], but: int = 0) -> None:
    """Hold a log to what a page has sent: each op once, in order; ``but`` is the number of one that is not there."""
    mine = [op_id for commit in commits for op_id in commit if op_id.startswith(page.client)]
    assert mine == [f"{page.client}:{n}" for n in range(1, page.n + 1) if n != but]


async def test_ops_go_together_when_a_commit_is_away(redis_url: str, gate: Gate, log: Log) -> None:
    """[L4] One commit a board is in flight; what comes meanwhile shares the next, of a bounded size, in order."""
    async with replica(redis_url) as one:
        page = await one.page()
        page.do(Clear)
        await eventually(lambda: gate.batches, "the first commit is away")
        for _ in range(1_200):
            page.do(Clear)
        gate.opened.set()
        await quiet(one.rooms, page)
        assert [len(commit) for commit in await ids(log)] == [1, 500, 500, 200]
        written_once(page, await ids(log))


async def test_boards_go_together_in_one_pipeline(redis_url: str, gate: Gate) -> None:
    """[L4] What five boards have waiting is one round trip; so is what comes for them while that is away."""
    async with replica(redis_url) as one:
        boards = {f"b{n}" for n in range(5)}
        pages = [await one.page(board) for board in sorted(boards)]
        for page in pages:
            page.do(Clear)
        await eventually(lambda: gate.pipelines, "the first pipeline is away")
        for page in pages * 3:
            page.do(Clear)
        gate.opened.set()
        await eventually(lambda: not any(page.hear().pending for page in pages), "all ops are acknowledged")
        assert gate.pipelines == [boards, boards]


async def test_commit_is_bounded_in_bytes(redis_url: str, gate: Gate, log: Log) -> None:
    """[L4] Large ops share a commit up to 256,000 bytes; a single one always fits."""
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(8):
            page.do(Remove, elements=["x" * 60_000])
        gate.opened.set()
        await quiet(one.rooms, page)
        assert [len(commit) for commit in await ids(log)] == [4, 4]


async def test_boards_do_not_wait_for_each_other_when_one_is_refused(redis_url: str, log: Log) -> None:
    """[L4] A board whose key is broken is tried again by itself, while the others go on."""
    async with replica(redis_url) as one:
        broken, whole = await one.page("broken"), await one.page("whole")
        await log._redis.set("wb:{broken}:log", "not a stream")
        for page in (broken, whole, broken, whole):
            page.do(Clear)
        await eventually(lambda: not whole.hear().pending, "the whole board's ops")
        assert len(broken.hear().pending) == 2
        await log._redis.delete("wb:{broken}:log")
        await eventually(lambda: not broken.hear().pending, "the other's, once it is mended")
        written_once(broken, await ids(log, "broken"))


async def test_op_is_refused_with_busy_when_the_queue_is_full(
    redis_url: str, gate: Gate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[E6] The bound holds a board's ops, not another's; [B7] each refusal names its op and asks for it again."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 3)
    async with replica(redis_url) as one:
        page, other = await one.page(), await one.page("c")
        for _ in range(5):
            page.do(Clear)
        other.do(Clear)
        assert [(r["code"], r["n"], r["retry"]) for r in page.hear().rejected] == [("busy", 4, True), ("busy", 5, True)]
        assert other.hear().rejected == []
        gate.opened.set()
        await eventually(lambda: len(page.hear().pending) == 2, "what was taken is in")
        page.send_again(first=4)
        await quiet(one.rooms, page)
        written_once(page, await ids(log))


async def test_queue_is_bounded_in_bytes(redis_url: str, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E6] Few large ops fill it as well; what has been stored frees it."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_BYTES", 100_000)
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(2):
            page.do(Remove, elements=["x" * 60_000])
        assert [r["n"] for r in page.hear().rejected] == [2]
        gate.opened.set()
        await eventually(lambda: len(page.hear().pending) == 1, "the first is in")
        page.send_again(first=2)
        await quiet(one.rooms, page)


async def test_op_above_a_refused_one_waits_for_it(
    redis_url: str, gate: Gate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7] Taken out of turn, it would make the log drop the refused one as a repeat: so it is refused as well."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 2)
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(3):
            page.do(Clear)
        assert [r["n"] for r in page.hear().rejected] == [3]
        gate.opened.set()
        await eventually(lambda: list(page.hear().pending) == [3], "what was taken is in")
        page.do(Clear)  # there is room again, but not for this one
        assert [r["n"] for r in page.hear().rejected] == [3, 4]
        page.send_again(first=3)
        await quiet(one.rooms, page)
        written_once(page, await ids(log))


async def test_op_above_a_refused_one_waits_when_an_older_one_comes_again(
    redis_url: str, gate: Gate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7] Only the refused op itself opens the way, not a repeat from before it."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 2)
    async with replica(redis_url) as one:
        page = await one.page()
        repeated = Clear(id=f"{page.client}:1")
        for _ in range(3):
            page.do(Clear)
        gate.opened.set()
        await eventually(lambda: list(page.hear().pending) == [3], "what was taken is in")
        page._send(repeated)
        page.do(Clear)
        assert [r["n"] for r in page.hear().rejected] == [3, 4]
        await one.rooms.committer.drained()
        page.send_again(first=3)
        await quiet(one.rooms, page)
        written_once(page, await ids(log))


async def test_op_above_a_refused_one_goes_on_when_that_one_is_refused_for_good(
    redis_url: str, gate: Gate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7] Sent again, the refused one may be one that can never enter: nothing waits for it any more."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 2)
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(2):
            page.do(Clear)
        page.do(Add, element={"kind": "stroke", "points": [0.0, 0.0], "color": "red", "width": 4.0})
        assert [(r["n"], r["retry"]) for r in page.hear().rejected] == [(3, True)]
        gate.opened.set()
        await eventually(lambda: list(page.hear().pending) == [3], "what was taken is in")
        monkeypatch.setattr("whiteboard.domain.board.MAX_ELEMENTS", 0)
        page.send_again(first=3)
        assert [(r["n"], r["retry"]) for r in page.hear().rejected] == [(3, True), (3, False)]
        del page.pending[3]
        page.do(Clear)
        await quiet(one.rooms, page)
        written_once(page, await ids(log), but=3)


async def test_op_above_a_refused_one_goes_on_when_that_one_cannot_be_read_the_next_time(
    redis_url: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7] Refused for good by its form alone, it opens the way as well."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 1)
    async with replica(redis_url) as one:
        page = await one.page()
        for _ in range(2):
            page.do(Clear)
        gate.opened.set()
        await eventually(lambda: list(page.hear().pending) == [2], "what was taken is in")
        page._send(Remove(id=f"{page.client}:2", elements=[]))
        assert [(r["n"], r["retry"]) for r in page.hear().rejected] == [(2, True), (2, False)]
        del page.pending[2]
        page.do(Clear)
        await quiet(one.rooms, page)


async def test_op_above_a_refused_one_goes_on_when_another_connection_has_brought_that_one(
    redis_url: str, gate: Gate, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7] The page hears that it is in, and sends it no more."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_OPS", 1)
    async with replica(redis_url) as one:
        first, second = [await one.page(secret="the-same-for-both") for _ in range(2)]
        first.do(Clear)
        second.do(Clear)
        assert [r["n"] for r in second.hear().rejected] == [1]
        gate.opened.set()
        await eventually(lambda: not second.hear().pending, "it hears of its op from the other")
        second.do(Clear)
        await quiet(one.rooms, second)
        written_once(second, await ids(log))


async def test_queues_are_bounded_together(redis_url: str, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E6] However many boards wait for Redis; what has been stored frees it."""
    monkeypatch.setattr("whiteboard.rooms.committer.MAX_QUEUED_BYTES_IN_ALL", 2_500)
    async with replica(redis_url) as one:
        page, other = await one.page(), await one.page("c")
        for _ in range(2):
            page.do(Clear)
        other.do(Clear)
        assert page.hear().rejected == []
        assert [(r["code"], r["n"], r["retry"]) for r in other.hear().rejected] == [("busy", 1, True)]
        gate.opened.set()
        await one.rooms.committer.drained()
        assert one.rooms.committer._bytes == 0
        other.send_again(first=1)
        await eventually(lambda: not other.hear().pending, "it is in")


async def test_op_that_redis_has_lost_since_is_not_acknowledged(redis_url: str) -> None:
    """[B6] [L7] It had entered before, its board went on without it: the page starts over, and sends it again."""
    async with replica(redis_url) as one:
        page = await one.page()
        page.do(Clear)
        await quiet(one.rooms, page)
        room = one.rooms._rooms["b"]
        lost = Offset(room.position.epoch - 1, room.position.n, 0)
        heard = len(page.wire.packets)
        room.acknowledge_repeat(page.socket.session, f"{page.client}:2", lost)
        assert page.hear().is_stale
        assert len(page.wire.packets) == heard + 1


async def test_defect_in_taking_an_op_lets_none_of_those_behind_it_enter(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L3] They would make the log drop it as a repeat: the page comes back and sends all of them again."""
    async with replica(redis_url) as one:
        page = await one.page()
        monkeypatch.setattr("whiteboard.web.board.decode_op", _fail)
        with pytest.raises(ZeroDivisionError):
            page.do(Clear)
        assert page.wire.is_closed


async def test_defect_in_telling_brings_everybody_back(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[L2] Some may have been told and some not; nobody goes on with a hole in the log."""
    async with replica(redis_url) as one:
        pages = [await one.page() for _ in range(2)]
        pages[0].do(Clear)
        await quiet(one.rooms, *pages)
        with monkeypatch.context() as broken:
            broken.setattr(type(BOARD), "frames", _fail)
            pages[0].do(Clear)
            await eventually(lambda: all(page.wire.is_closed for page in pages), "they are cut off")
        for page in pages:
            await page.rejoin(one)
        await quiet(one.rooms, *pages)


def _fail(*_: object) -> None:
    raise ZeroDivisionError("a defect")


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_op_is_in_the_log_once_when_requests_and_replies_are_lost(
    redis_url: str, seed: int, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L8] A batch of unknown outcome is sent again with the same ids; all is acknowledged in the end, in order."""
    lots = random.Random(seed)
    evaluate = Log._evaluate

    async def fickle(log: Log, batches: list[Batch]) -> list[object]:
        fate = lots.random()
        if fate < 0.3:
            raise RedisConnectionError("the request is lost")
        replies = await evaluate(log, batches)
        if fate < 0.6:
            raise RedisConnectionError("the reply is lost")
        return replies

    monkeypatch.setattr(Log, "_evaluate", fickle)
    async with replica(redis_url) as one, replica(redis_url, "replica-2") as two:
        pages = [await one.page(), await one.page(), await two.page()]
        for _ in range(120):
            lots.choice(pages).do(Clear)
            await asyncio.sleep(lots.choice([0.0, 0.0, 0.005]))
        offsets = await quiet(one.rooms, *pages)
        assert [page.offsets for page in pages] == [offsets] * 3
        for page in pages:
            written_once(page, await ids(log))
        assert one.metrics.append_failures._value.get() > 0


@pytest.mark.parametrize("seed", SEEDS[:2])
async def test_each_op_is_in_the_log_once_when_redis_is_killed(durable_redis: OwnRedis, seed: int) -> None:
    """[L8] Kills in the middle of appends: nothing acknowledged is lost, nothing comes twice; [E6] ops wait."""
    lots = random.Random(seed)
    async with replica(durable_redis.url) as one, replica(durable_redis.url, "replica-2") as two:
        pages = [await one.page(), await two.page()]
        for _ in range(3):
            for _ in range(20):
                lots.choice(pages).do(Clear)
                await asyncio.sleep(lots.uniform(0.0, 0.004))
            durable_redis.kill()
            for page in pages:
                page.do(Clear)
            await asyncio.sleep(0.05)
            durable_redis.start()
        offsets = await quiet(one.rooms, *pages)
        assert [page.offsets for page in pages] == [offsets] * 2
        epochs = [offset.epoch for offset in offsets]
        assert epochs == sorted(epochs)
        assert len(set(epochs)) > 1
        written = Counter(op_id for commit in await ids(one.rooms.log) for op_id in commit)
        assert written == {f"{page.client}:{n}": 1 for page in pages for n in range(1, page.n + 1)}
        assert (await fold_of_log(one.rooms)).elements == {}
