"""The people of a rehearsal: stock clients in Node processes, and what happened to each of them."""

import asyncio
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.integration.waiting import eventually

SCRIPT = Path(__file__).with_name("cast.mjs")
PEOPLE_A_PROCESS = 150


class Person(NamedTuple):
    """Who takes part. A stock client that draws numbers its events ``number × 1,000,000 + 1, 2, 3, …``."""

    number: int
    board: str
    color: str
    draws: bool
    transports: tuple[str, ...] = ()
    page: bool = False
    """Whether it is our page, in a browser, and no stock client."""


class Note(NamedTuple):
    """One thing that happened to a person: ``connect``, ``heard``, …, as ``cast.mjs`` or ``witness.js`` writes it."""

    at_ms: float
    number: int
    what: str
    details: list[Any]


class Cast:
    """All people. ``async with`` lets them in and, if they are still there, ends them."""

    def __init__(self, url: str, people: Sequence[Person], every_ms: int, folder: Path) -> None:
        """
        Args:
            every_ms: how often a drawer draws.
            folder: where the notes are written.
        """
        self.people = people
        self._url = url
        self._every_ms = every_ms
        self._folder = folder
        self._stands: list[Counter[str]] = []
        self._stack = AsyncExitStack()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def stand(self) -> Counter[str]:
        """How it stands with all: how many are connected, and have sent, been answered and heard how much."""
        return sum(self._stands, Counter())

    async def __aenter__(self) -> Self:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        node = shutil.which("node", path=path)
        assert node is not None, "no Node: `make test` gets one"
        for index, first in enumerate(range(0, len(self.people), PEOPLE_A_PROCESS)):
            group = self.people[first : first + PEOPLE_A_PROCESS]
            config = {
                "url": self._url,
                "everyMs": self._every_ms,
                "record": str(self._record(index)),
                "people": [person._asdict() for person in group],
            }
            process = await asyncio.create_subprocess_exec(
                node, str(SCRIPT), json.dumps(config), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
            assert process.stdin is not None
            assert process.stdout is not None
            self._stands.append(Counter())
            reader = asyncio.create_task(self._read(index, process.stdout))
            self._writers.append(process.stdin)
            self._stack.push_async_callback(asyncio.wait_for, process.wait(), 30)
            self._stack.callback(process.stdin.close)
            self._stack.push_async_callback(asyncio.wait, [reader], timeout=30)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.tell("end")
        await self._stack.aclose()

    def tell(self, word: str) -> None:
        """Tell all to ``draw``, to ``rest``, or that it is the ``end``."""
        for writer in self._writers:
            writer.write(word.encode() + b"\n")

    async def are(self, what: str) -> None:
        """Wait until all are ``connected``, ``colored``, …."""
        await eventually(lambda: self.stand[what] == len(self.people), f"all are {what}", seconds=60)

    async def draw_on(self) -> None:
        """Wait until a second's worth of drawing has been acknowledged."""
        drawers = sum(person.draws for person in self.people)
        wanted = self.stand["answered"] + drawers * 1_000 // self._every_ms
        await eventually(lambda: self.stand["answered"] >= wanted, "drawing goes on", seconds=60)

    async def rest(self) -> None:
        """Let nobody draw any more, and wait until what is under way has arrived: nothing happens for half a second."""
        self.tell("rest")
        await self.are("resting")
        before = None
        while before != (before := self.stand):
            await asyncio.sleep(0.5)

    def notes(self) -> list[Note]:
        """Return what happened to all, once they have ended, in the order of time."""
        lines = [line for index in range(len(self._writers)) for line in self._record(index).read_text().splitlines()]
        return sorted(
            (Note(at, number, what, details) for at, number, what, *details in map(json.loads, lines)),
            key=lambda note: note.at_ms,
        )

    def _record(self, index: int) -> Path:
        return self._folder / f"notes-{index}.jsonl"

    async def _read(self, index: int, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            self._stands[index] = Counter(json.loads(line))
