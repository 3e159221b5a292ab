"""The log against a real server: numbers, repeats, what is published."""

import asyncio
import json
import signal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.exceptions import ResponseError
from whiteboard.domain.positions import Offset, Position
from whiteboard.errors import StoreUnavailable
from whiteboard.protocol.commits import decode_commit, decode_entry
from whiteboard.protocol.messages import Committed, read_message
from whiteboard.store.connection import Redis, connect
from whiteboard.store.log import Appended, Batch, Log, NewOp, channel

from tests.conftest import OwnRedis
from tests.store.batches import append, batch, ids, op, read_log


async def test_commits_are_numbered_without_a_hole(log: Log) -> None:
    """[L1] 1, 2, 3, …, each board by itself; an empty log is at 0."""
    assert (await log.lineage("b")).head.n == 0
    numbers = [(await append(log, batch(n)))[0].position.n for n in range(1, 6)]
    assert numbers == [1, 2, 3, 4, 5]
    assert (await append(log, batch(6, board="other")))[0].position.n == 1
    assert [commit.position.n for commit in await read_log(log, "b", 0, 100)] == numbers
    assert await log.heads(["other", "b", "nobody"]) == [1, 5, 0]


async def test_numbers_have_no_hole_when_replicas_append_at_once(redis_url: str) -> None:
    """[L1] Several connections, one order: every commit has its own number, none is left out."""
    replicas = [connect(redis_url, None, 5.0) for _ in range(4)]

    async def write(replica: Redis, client: str) -> list[int]:
        log = Log(replica)
        return [(await append(log, batch(n, client=client)))[0].position.n for n in range(1, 26)]

    numbers = await asyncio.gather(*(write(replica, f"c{i}") for i, replica in enumerate(replicas)))
    assert sorted(n for own in numbers for n in own) == list(range(1, 101))
    assert all(own == sorted(own) for own in numbers)
    for replica in replicas:
        await replica.aclose()


async def test_batch_is_dropped_when_it_is_repeated(log: Log) -> None:
    """[L3] A repeated op is dropped and answered with its client's last place; nothing is numbered for it."""
    (first,) = await append(log, batch(1, 2, 3))
    (again,) = await append(log, batch(1, 2, 3))
    epoch = first.position.epoch
    assert first == Appended(Position(epoch, 1), [None, None, None])
    assert again == Appended(Position(epoch, 0), [Offset(epoch, 1, 2)] * 3)
    assert await ids(log) == [["me:1", "me:2", "me:3"]]


async def test_batch_enters_in_part_when_it_overlaps_an_earlier_one(log: Log) -> None:
    """[L3] Only what is above the client's last number is new; its place in the commit counts from 0."""
    await append(log, batch(1, 2))
    (overlapping,) = await append(log, batch(1, 2, 3, 4))
    epoch = overlapping.position.epoch
    assert overlapping == Appended(Position(epoch, 2), [Offset(epoch, 1, 1), Offset(epoch, 1, 1), None, None])
    (third,) = await append(log, batch(4))
    assert third.repeats == [Offset(epoch, 2, 1)]
    assert await ids(log) == [["me:1", "me:2"], ["me:3", "me:4"]]


async def test_op_is_dropped_when_its_number_is_below_the_last_one(log: Log) -> None:
    """[L3] Numbers rise a client, also within one batch; what comes late is answered, not stored."""
    (appended,) = await append(log, batch(5, 5, 4, 9))
    epoch = appended.position.epoch
    assert appended.repeats == [None, Offset(epoch, 1, 0), Offset(epoch, 1, 0), None]
    assert await ids(log) == [["me:5", "me:9"]]
    assert await log.last_number("b", "me") == 9


@pytest.mark.parametrize("n", [10**14, 10**15 - 1])
async def test_op_is_dropped_when_it_is_repeated_however_large_its_number(log: Log, n: int) -> None:
    """[L3] Lua writes numbers of 15 digits as 1e+14, which nobody could read again."""
    await append(log, batch(n - 1, n))
    assert await log.last_number("b", "me") == n
    (again,) = await append(log, batch(n))
    assert again.repeats == [Offset(again.position.epoch, 1, 1)]
    assert await ids(log) == [[f"me:{n - 1}", f"me:{n}"]]


async def test_clients_are_told_apart_when_they_share_a_commit(log: Log) -> None:
    """[L3] Each client has numbers of its own, and keeps its order in the commit."""
    await append(log, batch(2, client="you"))
    shared = Batch("b", [op(1), op(2, "you"), op(2), op(3, "you")])
    (appended,) = await append(log, shared)
    epoch = appended.position.epoch
    assert appended.repeats == [None, Offset(epoch, 1, 0), None, None]
    assert await ids(log) == [["you:2"], ["me:1", "me:2", "you:3"]]
    assert [await log.last_number("b", client) for client in ("me", "you", "nobody")] == [2, 3, 0]


async def test_boards_are_told_apart_when_they_share_a_pipeline(log: Log) -> None:
    """[L4] One round trip, an append each: a client's numbers on one board say nothing of another."""
    boards = [f"b{i}" for i in range(20)]
    appended = await append(log, *(batch(1, 2, board=board) for board in boards))
    assert [result.position.n for result in appended] == [1] * 20
    again = await append(log, *(batch(2, 3, board=board) for board in boards[:10]), batch(1, board="new"))
    assert [result.position.n for result in again] == [2] * 10 + [1]
    assert await ids(log, "b0") == [["me:1", "me:2"], ["me:3"]]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 8)), min_size=1, max_size=6), max_size=8))
async def test_each_op_is_in_the_log_once_whatever_is_repeated(
    store: Any, batches: list[list[tuple[str, int]]]
) -> None:
    """[L3] Any batches in any order leave each client's numbers rising, and each answer says where."""
    await store.flushall()
    log, last = Log(store), dict.fromkeys("xyz", 0)
    expected: list[str] = []
    for ops in batches:
        (appended,) = await append(log, Batch("b", [op(n, client) for client, n in ops]))
        for (client, n), repeat in zip(ops, appended.repeats, strict=True):
            assert (repeat is None) == (n > last[client])
            if n > last[client]:
                last[client] = n
                expected.append(f"{client}:{n}")
    assert [op_id for commit in await ids(log) for op_id in commit] == expected


async def test_published_message_equals_the_stored_entry(store: Any, log: Log) -> None:
    """[L5] What the bus brings is what the log holds, bytes and all; [L4] and it is published when it is stored."""
    async with store.pubsub() as listener:
        await listener.subscribe(channel("b"))
        assert (await listener.get_message(timeout=5))["type"] == "subscribe"
        await append(log, batch(1, 2), batch(1, board="other"))
        await append(log, batch(1, 2))
        await append(log, batch(3))
        messages = [(await listener.get_message(timeout=5))["data"] for _ in range(2)]
        assert await listener.get_message(timeout=0) is None
    entries = await store.xrange("wb:{b}:log")
    for message, entry in zip(messages, entries, strict=True):
        told, commit = read_message(message), decode_entry(*entry)
        assert isinstance(told, Committed)
        assert told.body is not None
        assert decode_commit(told.position, told.body) == commit
    for message, (_, fields) in zip(messages, entries, strict=True):
        version, position, body = message.split(b" ", 2)
        assert (version, body) == (fields[b"v"], fields[b"b"])
        assert position.split(b"-")[0] == fields[b"e"]


async def test_entry_carries_version_epoch_time_and_body(store: Any, log: Log) -> None:
    """[L5] The form in which other releases find it; keys of a board share a hash tag."""
    await append(log, batch(1))
    ((entry_id, fields),) = await store.xrange("wb:{b}:log")
    seconds, microseconds = await store.time()
    assert entry_id == b"0-1"
    assert set(fields) == {b"v", b"e", b"t", b"b"}
    assert fields[b"v"] == b"1"
    assert 0 <= 1_000 * seconds + microseconds // 1_000 - int(fields[b"t"]) < 60_000
    assert json.loads(fields[b"b"]) == [{"op": "clear", "id": "me:1", "by": "s"}]
    assert all(key.startswith(b"wb:{b}:") for key in await store.keys())


async def test_client_is_remembered_for_a_month(store: Any, log: Log) -> None:
    """[L3] Dedupe state does not pile up for ever; each new op starts the time anew, a repeat does not."""
    await append(log, batch(1))
    month = 30 * 24 * 3600
    assert month - 60 < await store.ttl("wb:{b}:client:me") <= month
    await store.expire("wb:{b}:client:me", 100)
    await append(log, batch(1))
    assert await store.ttl("wb:{b}:client:me") <= 100
    await append(log, batch(2))
    assert await store.ttl("wb:{b}:client:me") > 100


async def test_script_is_loaded_again_when_redis_has_forgotten_it(store: Any, log: Log) -> None:
    """[L8] SCRIPT FLUSH, or a restart, costs a round trip and nothing else."""
    await append(log, batch(1))
    await store.script_flush()
    appended = await append(log, batch(2), batch(1, board="other"))
    assert [result.position.n for result in appended] == [2, 1]
    assert [result.repeats for result in appended] == [[None], [None]]


async def test_refusal_is_told_for_its_board_alone(store: Any, log: Log) -> None:
    """[L4] One board's broken key stops neither the others, nor is anything of it half done."""
    await append(log, batch(1))
    await store.set("wb:{broken}:log", "not a stream")
    first, refused, last = await log.append([batch(2), batch(1, board="broken"), batch(1, board="other")])
    assert isinstance(first, Appended)
    assert isinstance(refused, ResponseError)
    assert isinstance(last, Appended)
    assert await log.heads(["broken"]) == [0]
    assert await log.last_number("broken", "me") == 0


async def test_nothing_is_written_when_the_stream_is_ahead_of_its_head(store: Any, log: Log) -> None:
    """[L1] A number is never given twice: rather an error, and nothing half done."""
    await append(log, batch(1))
    await store.xadd("wb:{b}:log", {"v": 1, "e": 1, "b": "[]"}, id="0-2")
    (refused,) = await log.append([batch(2)])
    assert isinstance(refused, ResponseError)
    assert await log.last_number("b", "me") == 1


async def test_log_is_read_by_pages_when_it_is_long(log: Log) -> None:
    """[L6] A gap of any length is read whole, from any place in it, in order."""
    for start in range(1, 1_200, 200):
        await append(log, *(batch(n) for n in range(start, start + 200)))
    for after, upto in [(0, 1_200), (0, 500), (1, 501), (3, 1_003), (700, 1_200), (1_199, 1_200), (0, 9_999)]:
        commits = await read_log(log, "b", after, upto)
        assert [commit.position.n for commit in commits] == list(range(after + 1, min(upto, 1_200) + 1))
    assert await read_log(log, "b", 1_200, 1_200) == []
    assert await read_log(log, "b", 1_200, 9_999) == []
    assert await read_log(log, "nobody", 0, 10) == []


async def test_op_is_stored_as_its_bytes(log: Log) -> None:
    """[L5] What was decided at the edge is what lies in the log: Lua neither parses nor rewrites it."""
    raw = '{"op":"add","id":"me:1","by":"s","element":{"kind":"ä😀","spin":1.10,"big":12345678901234567890}}'.encode()
    await log.append([Batch("b", [NewOp("me", 1, raw)])])
    ((logged,),) = [commit.ops for commit in await read_log(log, "b", 0, 1)]
    assert logged.raw == raw


async def test_store_counts_as_unavailable_when_redis_is_gone(own_redis: OwnRedis) -> None:
    """[E6] Each way to the log says so by one error, which says that trying again can help."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    log = Log(client)
    await append(log, batch(1))
    own_redis.kill()
    calls = [
        lambda: log.append([batch(2)]),
        lambda: read_log(log, "b", 0, 1),
        lambda: log.lineage("b"),
        lambda: log.heads(["b"]),
        lambda: log.last_number("b", "me"),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable) as unavailable:
            await call()
        assert unavailable.value.retry
    await client.aclose()


async def test_store_counts_as_unavailable_when_redis_does_not_answer(own_redis: OwnRedis) -> None:
    """[E6] A frozen server is an outage as well, after the time-out."""
    client = connect(own_redis.url, None, timeout_seconds=0.3)
    log = Log(client)
    await append(log, batch(1))
    own_redis.process.send_signal(signal.SIGSTOP)
    with pytest.raises(StoreUnavailable):
        await log.append([batch(2)])
    own_redis.process.send_signal(signal.SIGCONT)
    (appended,) = await append(log, batch(2))
    assert (appended.position.n, appended.repeats) in [(2, [None]), (0, [Offset(appended.position.epoch, 2, 0)])]
    assert await ids(log) == [["me:1"], ["me:2"]]
    await client.aclose()


async def test_large_commits_are_read_few_at_a_time(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """[L6] What a replica reads at once is bounded in bytes, whatever commits hold; small ones come many at once."""
    filler = b'{"op":"future","id":"me:%d","by":"s","text":"%b"}'
    for first, last, text in ((1, 200, b""), (201, 280, b"x" * 250_000)):
        await append(log, *(Batch("b", [NewOp("me", n, filler % (n, text))]) for n in range(first, last + 1)))
    xrange, replies = log._redis.xrange, list[list[int]]()

    async def noted(*arguments: Any, **options: Any) -> Any:
        entries: Any = await xrange(*arguments, **options)
        replies.append([len(fields[b"b"]) for _, fields in entries])
        return entries

    monkeypatch.setattr(log._redis, "xrange", noted)
    assert [commit.position.n for commit in await read_log(log, "b", 0, 1_000)] == list(range(1, 281))
    assert max(map(len, replies)) == 64
    after_large = [reply for former, reply in pairwise(replies) if sum(former) > 1_000_000]
    assert after_large
    assert all(sum(reply) < 1_100_000 for reply in after_large)
