"""
What a room has told longer ago than it remembers: read from the log, for the pages that come back (SPEC.md R3, B4).

Read and encoded once for all who come at about the same time, as after a long outage of the network, and only as far
as somebody has come.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Final, NamedTuple

from whiteboard.domain.positions import Offset
from whiteboard.errors import StoreUnavailable
from whiteboard.rooms.told import Told
from whiteboard.store.log import Log
from whiteboard.store.pace import Pace

MAX_BYTES: Final = 16_000_000
PAGE_BYTES: Final = 1_000_000
"""A page ends with the commit that reaches it: one of large ops is a page of its own."""


class _Page(NamedTuple):
    last_n: int
    told: list[Told]


class Backlog:
    """
    The commits of one board behind number ``after``, in pages.

    The first ones are kept, up to ``MAX_BYTES`` and for as long as the replica has memory for it.
    """

    def __init__(self, log: Log, board: str, after: int, has_memory: Callable[[], bool] = lambda: True) -> None:
        """
        Args:
            has_memory: tells whether this replica may keep more.
        """
        self.after = after
        self.size_bytes = 0
        """What it costs, roughly, to keep what is kept."""
        self.readers = 0
        """How many follow it now."""
        self._log = log
        self._board = board
        self._has_memory = has_memory
        self._pages: list[_Page] = []
        self._keeps = True
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """Keep nothing any more: from here on each reads for itself."""
        self._pages, self.size_bytes, self._keeps = [], 0, False

    async def behind(self, start: Offset, upto: int) -> AsyncGenerator[list[Told], None]:
        """
        Yield the ops behind ``start``, which must not lie before ``after``, up to commit ``upto``, in order, page by
        page.

        Raises:
            Trimmed: the first of them is in the log no more.
            StoreUnavailable: no answer in time, or the log ends before ``upto`` (retry).
        """
        after, index = self.after, 0
        self.readers += 1
        try:
            while after < upto:
                page = self._pages[index] if index < len(self._pages) else await self._another(index, after, upto)
                after, index = page.last_n, index + 1
                yield [told for told in page.told if told.offset[1:] > start[1:] and told.offset.n <= upto]
        finally:
            self.readers -= 1

    async def _another(self, index: int, after: int, upto: int) -> _Page:
        async with self._reading:
            if index < len(self._pages):
                return self._pages[index]
            if self._keeps and self.size_bytes < MAX_BYTES and self._has_memory():
                page = await self._read(after, upto)
                if self._keeps:  # else it was forgotten meanwhile
                    self._pages.append(page)
                    self.size_bytes += sum(told.size_bytes for told in page.told)
                return page
            self._keeps = False  # for good: the pages that are kept are the first ones, without a gap
        return await self._read(after, upto)

    async def _read(self, after: int, upto: int) -> _Page:
        pace, told, size_bytes = Pace(), list[Told](), 0
        last_n = after
        async with contextlib.aclosing(self._log.commits(self._board, after, upto)) as commits:
            async for commit in commits:
                last_n = commit.position.n
                for index, logged in enumerate(commit.ops):
                    told.append(Told(logged, commit.offset(index), None, 0.0))
                    size_bytes += told[-1].size_bytes
                if size_bytes >= PAGE_BYTES:
                    break
                await pace.step()
        if last_n == after:
            raise StoreUnavailable(f"the log of {self._board} ends at {after}, before {upto}")
        return _Page(last_n, told)
