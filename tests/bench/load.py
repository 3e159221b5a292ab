"""The load: people join boards and draw, every delivery that must follow is counted."""

import asyncio
import random
import time
from array import array
from collections.abc import Iterator, Sequence

from tests.bench.socketio_wire import Person, Refused, join, now_us

JOINS_AT_ONCE = 64
JOIN_TIMEOUT_S = 60.0
SETTLE_S = 0.3


class Crowd:
    """
    People on ``boards``, all with the same number of them. Made by ``gather``.

    Attributes:
        stalled: those who read no more: they are on no board, and nothing that comes to them is counted.
        padding: JSON that each op carries besides what it needs.
    """

    def __init__(self, boards: list[list[Person]], delays_us: "array[int]") -> None:
        self.boards = boards
        self.stalled: list[Person] = []
        self.padding = b""
        self.delays_us = delays_us
        self._random = random.Random(1)
        self._sent = [0] * len(boards)

    def start_counting(self) -> None:
        """Forget what was drawn and delivered so far."""
        del self.delays_us[:]
        self._sent = [0] * len(self.boards)
        for person in self.people():
            person.drawn = person.received = 0

    def people(self) -> Iterator[Person]:
        """Yield everybody."""
        return (person for board in self.boards for person in board)

    def stall(self, people: int) -> None:
        """Let so many of each board read nothing any more."""
        for board in self.boards:
            self.stalled += board[len(board) - people :]
            del board[len(board) - people :]
        for person in self.stalled:
            person.transport.pause_reading()

    async def cut_off(self, patience_s: float) -> int:
        """Return how many of the stalled find, as they read again, that they were cut off."""
        for person in self.stalled:
            person.transport.resume_reading()
        deadline = time.monotonic() + patience_s
        while not all(person.closed for person in self.stalled) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        return sum(person.closed for person in self.stalled)

    async def draw(self, boards: int, drawers: int, rate_hz: float, seconds: float) -> None:
        """Let the first ``drawers`` of the first ``boards`` draw at ``rate_hz`` each, evenly spread over time."""
        authors = [(index, board[n]) for n in range(drawers) for index, board in enumerate(self.boards[:boards])]
        interval_s = 1 / (rate_hz * len(authors))
        start = due = time.monotonic()
        turn = 0
        while due < start + seconds:
            # Absolute due times: a late wake-up is made good by the next ones, all of it within the next sleep.
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > start + seconds:
                break
            index, author = authors[turn % len(authors)]
            author.draw(self._segment())
            self._sent[index] += 1
            turn += 1
            due += interval_s

    def _segment(self) -> bytes:
        x0, y0, x1, y1 = (self._random.random() for _ in range(4))
        return b'42["drawing",{"x0":%r,"y0":%r,"x1":%r,"y1":%r,"t":%d%b}]' % (x0, y0, x1, y1, now_us(), self.padding)

    def expected(self) -> int:
        """Return the number of deliveries that what was drawn must cause: one to each of the others."""
        return sum(sent * (len(board) - 1) for sent, board in zip(self._sent, self.boards, strict=True))

    def counted(self) -> tuple[int, int]:
        """Return how many of these deliveries have arrived, and how many arrived that nobody should have got."""
        arrived = surplus = 0
        for sent, board in zip(self._sent, self.boards, strict=True):
            for person in board:
                due = sent - person.drawn
                arrived += min(due, person.received)
                surplus += max(0, person.received - due)
        return arrived, surplus

    async def delivered(self, patience_s: float) -> None:
        """Wait until everything expected is there, ``patience_s`` at most."""
        expected, deadline = self.expected(), time.monotonic() + patience_s
        while len(self.delays_us) < expected and time.monotonic() < deadline:
            await asyncio.sleep(0.01)


async def gather(ports: Sequence[int], boards: int, people: int, *, deflate: bool = False) -> Crowd:
    """
    Bring ``people`` to each of so many ``boards``, spread over the replicas at ``ports``.

    Raises:
        TimeoutError: not everybody was let in within ``JOIN_TIMEOUT_S``.
    """
    delays_us = array("q")
    gate = asyncio.Semaphore(JOINS_AT_ONCE)

    async def come(number: int, board: int) -> Person:
        async with gate:
            while True:
                try:
                    return await join(ports[number % len(ports)], f"bench{board}", delays_us, deflate=deflate)
                except Refused:  # A server may admit so many a second and no more.
                    await asyncio.sleep(0.05)

    async with asyncio.timeout(JOIN_TIMEOUT_S):
        joined = await asyncio.gather(*(come(n, board) for board in range(boards) for n in range(people)))
    crowd = Crowd([joined[start : start + people] for start in range(0, len(joined), people)], delays_us)
    await asyncio.sleep(SETTLE_S)
    return crowd
