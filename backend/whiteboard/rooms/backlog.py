"""
What a room has told longer ago than it remembers: read from the log, for the pages that come back (SPEC.md R3, B4).

Read and encoded once for all who come at about the same time, as after a long outage of the network, and only as far
as somebody has come.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

from whiteboard.domain.positions import Offset
from whiteboard.errors import StoreUnavailable
from whiteboard.rooms.told import Told
from whiteboard.store.log import Log
from whiteboard.store.pace import Pace

MAX_BYTES: Final = 16_000_000
PAGE_COMMITS: Final = 200


class _Page(NamedTuple):
    last_n: int
    told: list[Told]


class Backlog:
    """The commits of one board behind number ``after``, in pages, of which the first ``MAX_BYTES`` are kept."""

    def __init__(self, log: Log, board: str, after: int) -> None:
        self.after = after
        self._log = log
        self._board = board
        self._pages: list[_Page] = []
        self._bytes = 0
        self._reading = asyncio.Lock()

    async def behind(self, start: Offset, upto: int) -> AsyncGenerator[list[Told], None]:
        """
        Yield the ops behind ``start``, which must not lie before ``after``, up to commit ``upto``, in order, page by
        page.

        Raises:
            Trimmed: the first of them is in the log no more.
            StoreUnavailable: no answer in time, or the log ends before ``upto`` (retry).
        """
        after, index = self.after, 0
        while after < upto:
            page = self._pages[index] if index < len(self._pages) else await self._another(index, after, upto)
            after, index = page.last_n, index + 1
            yield [told for told in page.told if told.offset[1:] > start[1:] and told.offset.n <= upto]

    async def _another(self, index: int, after: int, upto: int) -> _Page:
        if self._bytes > MAX_BYTES:
            return await self._read(after, upto)  # too much to keep: from here on each reads for itself
        async with self._reading:
            if index == len(self._pages):
                page = await self._read(after, upto)
                self._pages.append(page)
                self._bytes += sum(told.size_bytes for told in page.told)
            return self._pages[index]

    async def _read(self, after: int, upto: int) -> _Page:
        pace, told = Pace(), list[Told]()
        last_n = after
        async for commit in self._log.commits(self._board, after, min(upto, after + PAGE_COMMITS)):
            last_n = commit.position.n
            told += (Told(logged, commit.offset(index), None, 0.0) for index, logged in enumerate(commit.ops))
            await pace.step()
        if last_n == after:
            raise StoreUnavailable(f"the log of {self._board} ends at {after}, before {upto}")
        return _Page(last_n, told)
