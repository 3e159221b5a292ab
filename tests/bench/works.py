"""The works that servers are measured at. One run of a work on one server yields its figures, by name."""

import asyncio
import gc
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tests.bench.abuse import abuse
from tests.bench.load import Crowd, gather
from tests.bench.processes import Process, connected
from tests.bench.servers import FLOOR, NODE, OURS, PYTHON, Server

IN_TIME_S = 1.0
"""A delivery counts as in time when it has arrived this long after the last op was drawn."""
WARM_UP_PATIENCE_S = 20.0
CALM_S = 60.0
"""Whoever is gone is found to be by then: a ping and its time-out take 45."""

Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Work:
    """
    People on boards, some of whom draw.

    Attributes:
        people: on each board.
        drawers: of each board on which somebody draws.
        quiet_boards: how many of the boards nobody draws on.
        seconds: how long they draw while it is measured; a third of it before, to warm up.
        replicas: the people of each board are spread over them, but for ``bystanders``.
        bystanders: replicas that serve nobody.
        stalled: how many of each board read nothing, from the warm-up on: what they do not take fills the system's
            buffers first, some 5 MB each.
        padding_bytes: what an op carries besides where it leads.
        env: what the servers are set to, besides where they and Redis are.
        deflate: offer per-message deflate as browsers do.
        floor_p99_ms: what the bare loop keeps when the machine is quiet; a round where it does not yields no latencies.
        quiet_as: the work of the same round that tells so, if the bare loop does not do this one.
    """

    name: str
    servers: tuple[Server, ...]
    boards: int = 1
    people: int = 200
    drawers: int = 10
    quiet_boards: int = 0
    rate_hz: float = 30
    seconds: float = 6
    replicas: int = 1
    bystanders: int = 0
    stalled: int = 0
    padding_bytes: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    deflate: bool = False
    floor_p99_ms: float = 30
    quiet_as: str = ""

    async def run(self, replicas: list[Process], redis: Process) -> Figures:
        """Measure once. Raises OSError when the server does not let everybody in."""
        serving, idle = replicas[: self.replicas], replicas[self.replicas :]
        ports = [replica.port for replica in serving]
        await asyncio.sleep(0.5)  # Some go on starting for a while after they listen.
        for replica in idle:  # Some follow the others only once somebody has been there.
            await _leave(await gather([replica.port], 1, 1))
        before = _rss_bytes(serving)
        crowd = await gather(ports, self.boards, self.people, deflate=self.deflate)
        try:
            if self.drawers:
                return await self._drawing(crowd, serving, idle, redis)
            await asyncio.sleep(1)
            grown = _rss_bytes(serving) - before
            return {"kib_a_connection": grown / (self.boards * self.people) / 1024}
        finally:
            await _leave(crowd)

    async def _drawing(self, crowd: Crowd, serving: list[Process], idle: list[Process], redis: Process) -> Figures:
        boards = self.boards - self.quiet_boards
        crowd.padding = b',"padding":"%b"' % (b"x" * self.padding_bytes) if self.padding_bytes else b""
        crowd.stall(self.stalled)
        await crowd.draw(boards, self.drawers, self.rate_hz, self.seconds / 3)
        await crowd.delivered(WARM_UP_PATIENCE_S)
        crowd.start_counting()
        rss_bytes = _rss_bytes(serving)
        gc.collect()
        gc.disable()
        start, own = time.monotonic(), time.process_time()
        marks = [_cpu_s(processes) for processes in (serving, [redis], idle)]
        await crowd.draw(boards, self.drawers, self.rate_hz, self.seconds)
        await crowd.delivered(IN_TIME_S)
        own = time.process_time() - own
        serving_s, redis_s, idle_s = (
            _cpu_s(processes) - mark for processes, mark in zip((serving, [redis], idle), marks, strict=True)
        )
        wall = time.monotonic() - start
        grown_bytes = _rss_bytes(serving) - rss_bytes
        gc.enable()
        delivered, surplus = crowd.counted()
        delays = sorted(crowd.delays_us)
        if not delays:
            raise ConnectionError("nothing was delivered")
        return {
            "expected": crowd.expected(),
            "delivered": delivered,
            "surplus": surplus,
            "gone": sum(person.closed for person in crowd.people()),
            "p50_ms": delays[len(delays) // 2] / 1000,
            "p99_ms": delays[int(len(delays) * 0.99)] / 1000,
            "cpu_us": serving_s / delivered * 1e6,
            "redis_us": redis_s / delivered * 1e6,
            "generator_us": own / delivered * 1e6,
            "server_busy": serving_s / wall,
            "generator_busy": own / wall,
            "bystanders_s_in_6_s": idle_s / wall * 6,
            "grown_mib": grown_bytes / 2**20,
            "cut_off": await crowd.cut_off(IN_TIME_S),
        }


async def _leave(crowd: Crowd) -> None:
    for person in (*crowd.people(), *crowd.stalled):
        person.transport.abort()
    await asyncio.sleep(0.1)


def _cpu_s(processes: Iterable[Process]) -> float:
    return sum(process.cpu_s() for process in processes)


def _rss_bytes(processes: Iterable[Process]) -> int:
    return sum(process.rss_bytes() for process in processes)


@dataclass(frozen=True, kw_only=True)
class Abuse(Work):
    """``clients`` that do wrong, as many before, to fill pools and caches: what is left of them when all are gone."""

    clients: int

    async def run(self, replicas: list[Process], redis: Process) -> Figures:
        (replica,) = replicas
        await abuse(replica.port, self.clients)
        await _calm(replica)
        files, pool, rss_bytes = replica.files(), connected(redis.port), replica.rss_bytes()
        start = time.monotonic()
        await abuse(replica.port, self.clients)
        came_a_second = self.clients / (time.monotonic() - start)
        await _calm(replica, files + connected(redis.port) - pool)
        grown_bytes = replica.rss_bytes() - rss_bytes
        return {
            "files_left": replica.files() - files - (connected(redis.port) - pool),
            "grown_mib": grown_bytes / 2**20,
            "bad_clients_a_second": came_a_second,
        }


async def _calm(replica: Process, files: int = 0) -> None:
    """Wait until no more files are open than so many, or no fewer than a while ago."""
    for _ in range(int(CALM_S / 2)):
        before = replica.files()
        await asyncio.sleep(2)
        if (replica.files() <= files) if files else (replica.files() == before):
            return


ALL = (NODE, PYTHON, FLOOR, OURS)

BAD_CLIENTS = Abuse(
    name="bad_clients", servers=(OURS,), clients=10_000, env={"WHITEBOARD_ADMISSION_PER_SECOND": "100000"}
)
WORKS = (
    Work(name="busy_50", servers=(NODE, OURS), people=50),
    Work(name="busy", servers=ALL),
    Work(name="busy_800", servers=(OURS,), people=800),
    Work(name="busy_deflate", servers=(NODE, PYTHON, OURS), deflate=True),
    Work(name="busy_2_replicas", servers=(NODE, OURS), replicas=2, quiet_as="busy"),
    Work(name="busy_3_replicas", servers=(NODE, OURS), replicas=3, quiet_as="busy"),
    Work(name="very_busy", servers=(NODE, FLOOR, OURS), drawers=30),
    Work(name="all_read", servers=(FLOOR, OURS), padding_bytes=900, seconds=18),
    Work(name="slow_consumer", servers=(FLOOR, OURS), padding_bytes=900, stalled=5, seconds=18),
    # Three times as long as others: servers are idle for most of it, and what they use varies with the machine.
    Work(name="small", servers=ALL, boards=50, people=4, drawers=1, rate_hz=20, seconds=18),
    Work(name="idle_replica", servers=(NODE, PYTHON, OURS), boards=50, people=4, drawers=1, rate_hz=20, bystanders=1),
    Work(name="latency", servers=ALL, people=2, drawers=1, rate_hz=20, floor_p99_ms=10),
    Work(name="memory", servers=(NODE, PYTHON, OURS), boards=40, people=50, drawers=0),
    BAD_CLIENTS,
    Work(name="idle_5000", servers=(FLOOR, OURS), boards=100, people=50, drawers=1, quiet_boards=99, rate_hz=20),
    Work(name="idle_10000", servers=(FLOOR, OURS), boards=200, people=50, drawers=1, quiet_boards=199, rate_hz=20),
)


BY_NAME = {work.name: work for work in WORKS}


def shortened() -> list[Work]:
    """Return the works of QUICK: enough to see that everything runs, not to believe the figures."""
    return [
        replace(
            work,
            servers=tuple(server for server in work.servers if server is not PYTHON or work.name == "busy"),
            seconds=1,
            boards=min(work.boards, 50),
            quiet_boards=min(work.quiet_boards, 49),
        )
        for work in WORKS
        if work.name not in ("busy_50", "busy_800", "busy_3_replicas", "all_read", "idle_10000", "bad_clients")
    ] + [replace(BAD_CLIENTS, clients=1_000)]
