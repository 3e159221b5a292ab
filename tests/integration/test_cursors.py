"""Cursors over two replicas: told to everybody, kept by nobody."""

from tests.integration.board_client import NAMESPACE
from tests.integration.fixtures import Join, Pair


async def test_cursor_is_told_to_everybody_and_kept_by_nobody(pair: Pair, join: Join, board: str) -> None:
    """[P1] [P2] On both replicas, under the sender's sid; the log does not grow, and who comes later hears nothing."""
    ann, ben = await join(pair.left.url), await join(pair.right.url)
    await ann.socket.emit("cursor", {"x": 12.5, "y": -3}, namespace=NAMESPACE)
    for client in (ann, ben):
        ((cursors,),) = [await client.socket.event("cursors", NAMESPACE)]
        assert cursors == {ann.welcome["sid"]: [12.5, -3.0]}
    await ben.socket.emit("cursor", {"x": 1, "y": 2, "laser": True}, namespace=NAMESPACE)
    ((cursors,),) = [await ann.socket.event("cursors", NAMESPACE, count=2)]
    assert cursors == {ben.welcome["sid"]: [1.0, 2.0, 1]}
    late = await join(pair.right.url)
    await late.push(late.add())
    await ann.ops()  # by now the other replica has it, too
    assert late.socket.events("cursors", NAMESPACE) == []
    _, snapshot = await pair.left.get(f"/api/boards/{board}")
    assert snapshot["position"].endswith("-1")


async def test_cursor_is_rejected_when_it_is_no_place(pair: Pair, join: Join) -> None:
    """[P1] Numbers within the board's bounds, or a typed error."""
    ann = await join(pair.left.url)
    for count, cursor in enumerate(({"x": 1}, {"x": "1", "y": 2}, {"x": 1e7, "y": 2}, [1, 2]), 1):
        await ann.socket.emit("cursor", cursor, namespace=NAMESPACE)
        assert (await ann.rejected(count))["code"] == "invalid"
