"""The bus against a real server: nothing is brought before it is confirmed, everything after."""

import asyncio
import itertools
import random
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from whiteboard.domain.positions import Offset
from whiteboard.protocol.claims import Taken
from whiteboard.store.backoff import Backoff
from whiteboard.store.bus import REPLICA_CHANNEL, Bus
from whiteboard.store.connection import connect
from whiteboard.store.log import Log, channel
from whiteboard.store.sessions import SessionKey, Sessions, SessionState
from whiteboard.store.wire import Wire

from tests.conftest import OwnRedis
from tests.integration.waiting import eventually
from tests.store.batches import append, batch
from tests.store.tasks import running


class Heard:
    """A listener that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def subscribed(self, board: str) -> None:
        self.told.append((board, "subscribed"))

    def message(self, board: str, message: bytes) -> None:
        self.told.append((board, message.split(b" ")[1].decode()))

    def taken(self, taken: Taken) -> None:
        self.told.append((taken.board, f"taken {taken.pid_hash} {taken.generation}"))

    def of(self, board: str) -> list[str]:
        return [what for name, what in self.told if name == board]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def new_bus(store: Any, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """A bus that is not running yet, and pauses a tenth as long as usual."""
    monkeypatch.setattr("whiteboard.store.bus._BACKOFF_SECONDS", (0.01, 0.05))
    return Bus(store, "replica-1", heard, random.Random(1))


@pytest_asyncio.fixture
async def bus(new_bus: Bus) -> AsyncIterator[Bus]:
    """A bus that runs and has connected."""
    async with running(new_bus.run()):
        await eventually(lambda: new_bus._wire, "the bus connects")
        yield new_bus


async def subscribers(store: Any, board: str = "b") -> int:
    ((_, count),) = await store.pubsub_numsub(channel(board))
    return int(count)


async def kill_subscriptions(store: Any) -> None:
    assert await store.client_kill_filter(_type="pubsub") == 1


async def test_subscription_is_confirmed_before_messages_come(bus: Bus, heard: Heard, log: Log) -> None:
    """[L2] What comes behind the confirmation comes whole and in order; what lay before is the log's to tell."""
    (before,) = await append(log, batch(1))
    bus.subscribe("b")
    await eventually(lambda: heard.told, "the confirmation")
    numbers = [(await append(log, batch(n)))[0].position.n for n in range(2, 50)]
    await eventually(lambda: len(heard.told) == 49, "all messages")
    assert before.position.n == 1
    assert heard.of("b")[0] == "subscribed"
    assert [int(position.split("-")[1]) for position in heard.of("b")[1:]] == numbers


async def test_no_message_is_missed_behind_a_confirmation_when_commits_never_pause(
    bus: Bus, heard: Heard, log: Log
) -> None:
    """[L2] Whatever number comes first, the next ones follow it without a hole, and the log holds those before it."""
    async with running(_write_on(log)):
        for round_ in range(1, 6):
            bus.subscribe("b")
            await eventually(lambda r=round_: heard.of("b").count("subscribed") == r, "the confirmation")
            seen = len(heard.told)
            await eventually(lambda n=seen: len(heard.told) > n + 5, "some messages")
            bus.unsubscribe("b")
    runs = " ".join(what.split("-")[-1] for what in heard.of("b")).split("subscribed")[1:]
    for run in runs:
        numbers = [int(n) for n in run.split()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def _write_on(log: Log) -> None:
    for n in itertools.count(1):
        await append(log, batch(n))


async def test_boards_are_brought_apart(bus: Bus, heard: Heard, log: Log) -> None:
    """[L2] Only boards that were asked for, each under its name."""
    bus.subscribe("b")
    bus.subscribe("c")
    await eventually(lambda: len(heard.told) == 2, "both confirmations")
    await append(log, batch(1, board="b"), batch(1, board="c"), batch(1, board="d"), batch(2, board="c"))
    await eventually(lambda: len(heard.told) == 5, "three messages")
    assert [len(heard.of(board)) for board in "bcd"] == [2, 3, 0]


async def test_subscription_ends_when_it_is_no_longer_wanted(bus: Bus, heard: Heard, store: Any, log: Log) -> None:
    """[L2] A replica's cost follows its own boards; the connection stays for the next one."""
    bus.subscribe("b")
    await eventually(lambda: heard.told, "the confirmation")
    bus.unsubscribe("b")

    async def gone() -> bool:
        return await subscribers(store) == 0

    await eventually(gone, "nobody is subscribed")
    await append(log, batch(1))
    bus.subscribe("b")
    await eventually(lambda: heard.of("b") == ["subscribed", "subscribed"], "the second confirmation")


async def test_replica_is_told_when_a_session_of_its_is_claimed(bus: Bus, heard: Heard, store: Any) -> None:
    """[R2] On its own channel, whatever boards it is subscribed to; a message of a newer version is passed over."""
    sessions, key = Sessions(store, "replica-1", 120.0), SessionKey.of("b", "pid")
    await sessions.write(key, SessionState("sid", "client", "red", 4.0, Offset(1, 1, 0)))
    for news in ("greeting from tomorrow", "taken", "taken b hash soon", b"\xff"):
        await store.publish(REPLICA_CHANNEL + "replica-1", news)
    claimed = await Sessions(store, "replica-2", 120.0).claim(key, "client")
    await eventually(lambda: heard.told, "the news")
    assert claimed is not None
    assert heard.told == [("b", f"taken {key.pid_hash} {claimed.generation}")]


async def test_subscriptions_come_back_when_the_connection_is_killed(
    bus: Bus, heard: Heard, store: Any, log: Log
) -> None:
    """[L6] `subscribed` is told again for each board: what came in between must be read from the log."""
    bus.subscribe("b")
    bus.subscribe("c")
    await eventually(lambda: len(heard.told) == 2, "both confirmations")
    for round_ in (2, 3, 4):
        await kill_subscriptions(store)
        for board in "bc":
            await eventually(lambda b=board, r=round_: heard.of(b).count("subscribed") >= r, "confirmed again")
    await append(log, batch(1), batch(1, board="c"))
    for board in "bc":
        await eventually(lambda b=board: heard.of(b)[-1].endswith("-1"), "messages come again")


async def test_board_is_subscribed_when_it_is_asked_for_while_the_bus_connects(
    new_bus: Bus, heard: Heard, monkeypatch: pytest.MonkeyPatch, store: Any
) -> None:
    """[L2] A visitor who comes in the very moment of the (re)connect is not forgotten."""
    connecting, go_on = asyncio.Event(), asyncio.Event()
    open_wire = Wire.open

    async def slow_open(*args: Any) -> Wire:
        wire = await open_wire(*args)
        connecting.set()
        await go_on.wait()
        return wire

    monkeypatch.setattr(Wire, "open", slow_open)
    async with running(new_bus.run()):
        await connecting.wait()
        new_bus.subscribe("b")
        go_on.set()
        await eventually(lambda: heard.told == [("b", "subscribed")], "the confirmation", seconds=3)


async def test_board_is_subscribed_when_it_was_asked_for_during_an_outage(own_redis: OwnRedis, heard: Heard) -> None:
    """[L6] As soon as Redis is there; those that are no longer wanted are not."""
    client = connect(own_redis.url, None, timeout_seconds=0.5)
    bus = Bus(client, "replica-1", heard, random.Random(1))
    own_redis.kill()
    async with running(bus.run()):
        bus.subscribe("b")
        bus.subscribe("c")
        bus.unsubscribe("c")
        own_redis.start()
        await eventually(lambda: heard.told, "the confirmation")
    assert heard.told == [("b", "subscribed")]
    await client.aclose()


async def test_pauses_grow_until_redis_has_spoken(
    own_redis: OwnRedis, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L6] Step by step over an outage, with randomness (``test_backoff.py``); the next outage begins anew."""
    steps: list[int] = []

    class Counted(Backoff):
        def pause(self, attempt: int) -> float:
            steps.append(attempt)
            return super().pause(attempt) / 10

    monkeypatch.setattr("whiteboard.store.bus.Backoff", Counted)
    client = connect(own_redis.url, None, timeout_seconds=2.0)
    bus = Bus(client, "replica-1", heard, random.Random(1))
    async with running(bus.run()):
        bus.subscribe("b")
        for outage in (1, 2):
            await eventually(lambda n=outage: len(heard.told) == n, "the confirmation")
            steps.clear()
            own_redis.kill()
            await eventually(lambda: len(steps) >= 4, "some attempts")
            own_redis.start()
            assert steps == list(range(len(steps)))
        await eventually(lambda: len(heard.told) == 3, "the last confirmation")
    await client.aclose()


async def test_connection_is_given_up_when_redis_is_silent(
    own_redis: OwnRedis, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L6] A peer that has gone without a word is noticed by an unanswered ping; an idle one is not mistaken for it."""
    monkeypatch.setattr("whiteboard.store.bus._SILENCE_SECONDS", 0.1)
    client = connect(own_redis.url, None, timeout_seconds=0.5)
    bus = Bus(client, "replica-1", heard, random.Random(1))
    async with running(bus.run()):
        bus.subscribe("b")
        await eventually(lambda: heard.told, "the confirmation")
        await asyncio.sleep(0.5)
        assert heard.told == [("b", "subscribed")]

        own_redis.process.send_signal(signal.SIGSTOP)
        await eventually(lambda: bus._wire is None, "the silence is noticed", seconds=3)
        own_redis.process.send_signal(signal.SIGCONT)
        await eventually(lambda: len(heard.told) == 2, "subscribed again")
    await client.aclose()
