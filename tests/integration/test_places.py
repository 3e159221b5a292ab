"""A classic session that only writes still learns where it is."""

from tests.integration.fixtures import Pair
from tests.integration.stock import StockClients

SEGMENT = {"x0": 0.1, "y0": 0.1, "x1": 0.2, "y1": 0.2}


async def test_lone_writer_is_told_its_place(pair: Pair, stock: StockClients, board: str) -> None:
    """[R5] An event with nothing but an offset: first behind the board, then that of its last op."""
    ann = await stock.open(pair.left.url, query={"board": board})
    answer = await ann.ask("drawing", SEGMENT)
    _, place = await ann.hears("offset", 2)
    assert place == [{}, answer["offset"]]
