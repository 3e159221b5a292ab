"""
The rehearsal itself: three replicas behind a gate, people who draw, and everything that can happen to servers.

Redis keeps an append-only file that is on disk before each answer (``appendfsync always``): only then does
*acknowledged* mean *on disk*. With ``everysec``, the embedded store's setting, a power cut may take what was
acknowledged in the last second.
"""

import asyncio
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.bench.machine import OtherLoad
from tests.conftest import OwnRedis, find_free_port
from tests.integration.gate import Gate
from tests.integration.log_reader import commits
from tests.integration.replica import Replica, end
from tests.integration.stock import DEFAULT, WEBSOCKET
from tests.integration.waiting import eventually
from tests.rehearsal.cast import Cast, Note, Person
from tests.rehearsal.checker import Entry, Findings, check, entries
from tests.rehearsal.pages import COLORS, Pages

LAG_SAMPLE_SECONDS = 0.01


class Script(NamedTuple):
    """What is rehearsed."""

    people: int
    boards: int
    drawers: int
    every_ms: int
    """How often each of them draws."""
    rolls: int
    """How often all replicas are restarted in turn, by SIGTERM."""
    kills: int
    """How many replicas are killed by SIGKILL."""
    redis_ends: tuple[signal.Signals, ...]
    """By what Redis is ended, each time to be started again."""
    pages: int
    """How many more have the board open in our page, and draw, where there is a browser."""
    drain_seconds: int


FULL = Script(300, 20, 30, 250, 3, 2, (signal.SIGTERM, signal.SIGKILL), 2, 20)
SHORT = Script(45, 5, 9, 200, 1, 1, (signal.SIGKILL,), 1, 2)


class Mark(NamedTuple):
    """Something that was done to a server."""

    at_ms: float
    what: str


class Outcome(NamedTuple):
    """All that is known afterwards."""

    script: Script
    people: list[Person]
    notes: list[Note]
    marks: list[Mark]
    logs: dict[str, list[Entry]]
    findings: Findings
    complaints: list[str]
    """What must not be in the replicas' logs."""
    lags_ms: list[float]
    """How late the balancer's own event loop was, from time to time: when that is much, the machine was busy."""
    other_load: float
    """What everybody else, and the browser, took of the machine's CPU, as a share of all cores."""


def cast_for(script: Script) -> list[Person]:
    """Return those with a stock client: on boards in turn; the first ones draw; every other one begins with polling."""
    return [
        Person(
            number,
            f"rehearsal-{number % script.boards}",
            f"#{number:06x}",
            number <= script.drawers,
            DEFAULT if number % 2 else WEBSOCKET,
        )
        for number in range(1, script.people + 1)
    ]


def pages_for(script: Script) -> list[Person]:
    """Return those who have our page open, all on the first board."""
    colors = list(COLORS)
    return [
        Person(script.people + n, "rehearsal-0", colors[n % len(colors)], draws=True, page=True)
        for n in range(1, script.pages + 1)
    ]


async def perform(script: Script, folder: Path, chromium: Path | None) -> Outcome:
    """Rehearse, and hold what people saw against the log. Without a browser there are no pages."""
    load = OtherLoad()
    people, with_page = cast_for(script), pages_for(script) if chromium else []
    async with AsyncExitStack() as stack:
        redis = OwnRedis(find_free_port(), folder, durable=True)
        stack.callback(redis.kill)
        # Nothing may be folded, and trimmed, before it is checked.
        settings = {"redis_url": redis.url, "recovery_seconds": "600", "drain_seconds": str(script.drain_seconds)}
        replicas = [Replica(folder / f"replica-{n}", **settings) for n in (1, 2, 3)]
        stack.push_async_callback(end, replicas)
        await asyncio.gather(*(replica.start() for replica in replicas))
        play = _Play(script, redis, replicas)
        async with (
            Gate(replicas).opened() as gate,
            Cast(gate.url, people, script.every_ms, folder) as cast,
            Pages(chromium, gate.url, with_page) as pages,
        ):
            await play.run(gate, cast, pages)
        play.keep_complaints()
        logs = {f"rehearsal-{n}": play.log(n) for n in range(script.boards)}
    people += with_page
    notes = sorted(cast.notes() + pages.notes(), key=lambda note: note.at_ms)
    findings = check(logs, people, notes)
    return Outcome(script, people, notes, play.marks, logs, findings, play.complaints, play.lags_ms, load.share())


class _Play:
    def __init__(self, script: Script, redis: OwnRedis, replicas: list[Replica]) -> None:
        self.marks: list[Mark] = []
        self.complaints: list[str] = []
        self.lags_ms: list[float] = []
        self._script = script
        self._redis = redis
        self._replicas = replicas

    async def run(self, gate: Gate, cast: Cast, pages: Pages) -> None:
        """Let people in, let them draw while servers come and go, then wait until all have heard all."""
        await cast.are("colored")
        watch = asyncio.create_task(self._watch_lag())
        self._mark("draw")
        cast.tell("draw")
        pages.draw()
        await cast.draw_on()
        for _ in range(self._script.rolls):
            for replica in self._replicas:
                await self._restart(gate, cast, replica)
        for replica in self._replicas[: self._script.kills]:
            await self._kill(cast, replica)
        for signum in self._script.redis_ends:
            await self._restart_redis(cast, signum)
        watch.cancel()
        await cast.rest()
        await pages.rest()
        self._mark("rest")
        await cast.are("connected")
        await eventually(lambda: self._all_heard(cast, pages), "all have heard all", seconds=30)
        await pages.take_down()

    async def _watch_lag(self) -> None:
        """Note how late this event loop is, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_SAMPLE_SECONDS
            await asyncio.sleep(LAG_SAMPLE_SECONDS)
            self.lags_ms.append((loop.time() - due) * 1_000)

    async def _restart(self, gate: Gate, cast: Cast, replica: Replica) -> None:
        """End a replica gently. As in a roll-out, it gets no new connections from then on, until it is ready again."""
        gate.choose(*(other for other in self._replicas if other is not replica))
        self._mark("SIGTERM")
        await replica.stop()
        self.keep_complaints()
        await replica.start()
        gate.choose(*self._replicas)
        await cast.are("connected")
        await cast.draw_on()

    async def _kill(self, cast: Cast, replica: Replica) -> None:
        self._mark("SIGKILL")
        await replica.kill()
        self.keep_complaints()
        await replica.start()
        await cast.are("connected")
        await cast.draw_on()

    async def _restart_redis(self, cast: Cast, signum: signal.Signals) -> None:
        self._mark(f"Redis {signum.name}")
        self._redis.process.send_signal(signum)
        await asyncio.to_thread(self._redis.process.wait)
        await asyncio.to_thread(self._redis.start)
        await cast.draw_on()

    async def _all_heard(self, cast: Cast, pages: Pages) -> bool:
        logs = [self.log(n) for n in range(self._script.boards)]
        expected = 0
        for n, log in enumerate(logs):
            listeners = sum(person.board == f"rehearsal-{n}" for person in cast.people)
            expected += sum(entry.segments * (listeners - isinstance(entry.name, int)) for entry in log)
        head = logs[0][-1].offset.rpartition("-")[0]
        return cast.stand["heard"] >= expected and await pages.have_heard(head)

    def log(self, n: int) -> list[Entry]:
        """Read the n-th board's log from Redis."""
        return entries(commits(self._redis.url, f"rehearsal-{n}"))

    def keep_complaints(self) -> None:
        """Keep what replicas have complained of: with a new start their log begins anew."""
        self.complaints += [line for replica in self._replicas for line in replica.complaints()]

    def _mark(self, what: str) -> None:
        self.marks.append(Mark(time.time() * 1_000, what))
