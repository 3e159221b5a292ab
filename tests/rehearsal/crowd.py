"""A crowd whose replica drains: idle people who have heard of nobody yet, and how they come back to another one."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.conftest import OwnRedis, find_free_port
from tests.integration.gate import Gate
from tests.integration.replica import Replica, end
from tests.integration.stock import WEBSOCKET
from tests.integration.waiting import eventually
from tests.rehearsal.cast import Cast, Person
from tests.rehearsal.checker import Findings, check
from tests.rehearsal.pauses import peak_a_second

PEOPLE_A_BOARD = 20


class Crowd(NamedTuple):
    """What became of it."""

    people: int
    drain_seconds: int
    findings: Findings
    peak: int
    """How many came back within one second, at most."""
    complaints: list[str]

    @property
    def pace(self) -> float:
        """How many a second the replica was set to let go; 20 are always let go (D3)."""
        return max(self.people / self.drain_seconds, 20.0)


async def drain_a_crowd(count: int, drain_seconds: int, folder: Path) -> Crowd:
    """Bring a crowd to one replica and end that gently; another one takes them all."""
    boards = [f"crowd-{n}" for n in range(-(-count // PEOPLE_A_BOARD))]
    people = [Person(n, boards[n // PEOPLE_A_BOARD], f"#{n:06x}", False, WEBSOCKET) for n in range(count)]
    async with AsyncExitStack() as stack:
        redis = OwnRedis(find_free_port(), folder, durable=True)
        stack.callback(redis.kill)
        settings = {"redis_url": redis.url, "drain_seconds": str(drain_seconds)}
        left, right = replicas = [Replica(folder / name, **settings) for name in ("left", "right")]
        stack.push_async_callback(end, replicas)
        await asyncio.gather(*(replica.start() for replica in replicas))
        async with Gate([left]).opened() as gate, Cast(gate.url, people, 1_000, folder) as cast:
            await eventually(lambda: cast.stand["colored"] == count, "the crowd is there", seconds=60)
            gate.choose(right)
            began = time.time() * 1_000
            assert await left.stop() == 0
            await eventually(lambda: cast.stand["connected"] == count, "the crowd is back", seconds=60)
        complaints = left.complaints() + right.complaints()
    notes = cast.notes()
    findings = check({board: [] for board in boards}, people, notes)
    peak = peak_a_second([note.at_ms for note in notes if note.what == "connect" and note.at_ms > began])
    return Crowd(count, drain_seconds, findings, peak, complaints)
