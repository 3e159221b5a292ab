"""Where one is in a board's log (SPEC.md L1, L7)."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

_POSITION = re.compile(r"(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})", re.ASCII)


class Position(NamedTuple):
    """Behind the n-th commit of a board, as numbered in an epoch of its log."""

    epoch: int
    n: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.n}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read ``<epoch>-<n>``. Raises ValueError when it is anything else."""
        match = _POSITION.fullmatch(text)
        if match is None:
            raise ValueError(f"not a position: {text[:40]!r}")
        return cls(int(match[1]), int(match[2]))


ORIGIN = Position(0, 0)
_LAST_INDEX = 1 << 30
_OFFSET = re.compile(_POSITION.pattern + r"-(0|[1-9][0-9]{0,9})", re.ASCII)


class Offset(NamedTuple):
    """Behind the i-th op (from 0) of the n-th commit."""

    epoch: int
    n: int
    i: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.n}-{self.i}"

    @property
    def position(self) -> Position:
        """The commit that it lies in."""
        return Position(self.epoch, self.n)

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Read ``<epoch>-<n>-<i>``. Raises ValueError when it is anything else."""
        match = _OFFSET.fullmatch(text)
        if match is None:
            raise ValueError(f"not an offset: {text[:60]!r}")
        return cls(int(match[1]), int(match[2]), int(match[3]))

    @classmethod
    def behind(cls, position: Position) -> "Offset":
        """Return the offset behind the whole commit."""
        return cls(*position, _LAST_INDEX)


BEGINNING = Offset(0, 0, 0)
"""Before all ops."""


class Verdict(Enum):
    """What a commit is to somebody who has delivered everything up to a position."""

    NEXT = "next"
    SEEN = "seen"
    GAP = "gap"
    FORKED = "forked"  # Redis lost commits that were already delivered, and numbered others in their place


def judge(last: Position, epoch: int, n: int) -> Verdict:
    """Place commit ``n`` of ``epoch`` against ``last``, the position already delivered."""
    if n <= last.n:
        return Verdict.FORKED if epoch > last.epoch else Verdict.SEEN
    return Verdict.NEXT if n == last.n + 1 else Verdict.GAP


class Lineage(NamedTuple):
    """A log's present head, where each of its older epochs ended, and its floor."""

    head: Position
    ends: Mapping[int, int]
    floor: int = 0
    """The number of the first commit that is still there; those before are in a snapshot only. 0: all are there."""

    def holds(self, position: Position) -> bool:
        """
        Tell whether everything up to ``position`` is part of this log, and everything behind it (still) there.

        A position of an older epoch must lie at or before that epoch's end: beyond it, its holder saw commits that
        Redis has lost since.
        """
        if position.n < self.floor:
            return False
        if position.n == 0:
            return True
        if position.epoch == self.head.epoch:
            return position.n <= self.head.n
        return position.n <= self.ends.get(position.epoch, -1)
