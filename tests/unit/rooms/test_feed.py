"""What a feed says of itself, without a store."""

from typing import Any

import pytest
from whiteboard.domain.positions import Lineage, Position
from whiteboard.metrics import Metrics
from whiteboard.rooms.feed import Feed

NOBODY: Any = None


@pytest.mark.parametrize(
    ("position", "held"), [((2, 5), True), ((2, 6), False), ((1, 4), True), ((1, 7), False), ((1, 2), False)]
)
async def test_feed_holds_what_it_has_delivered(position: tuple[int, int], held: bool) -> None:
    """[L7] While it still reads, its log holds more, of older epochs too; [L9] below the floor it can tell nobody."""
    feed = Feed("b", NOBODY, NOBODY, Metrics(), NOBODY)
    feed.position, feed.lineage = Position(2, 5), Lineage(Position(2, 9), {1: 8}, floor=3)
    assert feed.holds(Position(*position)) is held
