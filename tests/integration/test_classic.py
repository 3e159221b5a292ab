"""Namespace ``/`` with the stock client, on two replicas that are two processes (SPEC.md C)."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.integration.fixtures import Join, Pair
from tests.integration.log_reader import place
from tests.integration.stock import DEFAULT, POLLING, WEBSOCKET, StockClient, StockClients
from tests.integration.waiting import eventually

SEGMENT = {"x0": 0.125, "y0": 0.25, "x1": 0.5, "y1": 0.7071067811865476}
transports = pytest.mark.parametrize(
    "transports", [WEBSOCKET, POLLING, DEFAULT], ids=["websocket", "polling", "upgrade"]
)


async def drawings(client: StockClient, count: int = 1) -> list[dict[str, Any]]:
    """Return what a client was told to draw, without the offsets."""
    return [args[0] for args in await client.hears("drawing", count)]


@transports
async def test_drawing_reaches_all_others_on_both_replicas_and_never_its_sender(
    pair: Pair, stock: StockClients, board: str, transports: tuple[str, ...]
) -> None:
    """[C2] [C4] [L1] Every other client of the board gets it with a colour and an offset; the sender gets nothing."""
    options: Any = {"transports": transports, "auth": {"board": board}}
    ann, ben, cat = await asyncio.gather(
        stock.open(pair.left.url, **options),
        stock.open(pair.left.url, **options),
        stock.open(pair.right.url, **options),
    )
    if transports is DEFAULT:
        await asyncio.gather(*(client.hears("transport", 2) for client in (ann, ben, cat)))
    assert await ann.hears("init") == [[{"color": "black"}]]

    ann.emit("drawing", SEGMENT)
    for other in (ben, cat):
        ((payload, offset),) = await other.hears("drawing")
        assert payload == {**SEGMENT, "color": "black"}
        assert place(offset) == "1-0"

    cat.emit("drawing", {**SEGMENT, "x0": 1, "color": "teal"})
    assert (await drawings(ann))[0]["color"] == "teal"
    assert (await drawings(ben, 2))[1]["x0"] == 1
    assert len(ann.all("drawing")) == 1
    assert len(cat.all("drawing")) == 1
    assert all(len(client.all("init")) == 1 for client in (ann, ben, cat))


@transports
async def test_transport_is_the_one_that_the_client_chose(
    pair: Pair, stock: StockClients, board: str, transports: tuple[str, ...]
) -> None:
    """[C4] The tests here mean what they say: no client falls back to another way."""
    client = await stock.open(pair.left.url, transports=transports, auth={"board": board})
    assert await client.hears("transport", len(transports)) == [[transport] for transport in transports]
    (line,) = pair.left.lines("socket connected", board=board)
    assert line["transport"] in transports


async def test_many_drawings_at_once_arrive_over_polling(pair: Pair, stock: StockClients, board: str) -> None:
    """[C3] [C4] What a client emits in one go comes as one POST of many packets: all are drawn, in order."""
    ann = await stock.open(pair.left.url, transports=POLLING, auth={"board": board})
    ben = await stock.open(pair.right.url, transports=POLLING, auth={"board": board})
    for y in range(500):
        ann.emit("drawing", {**SEGMENT, "y0": y, "note": "n" * 900})
    assert [drawing["y0"] for drawing in await drawings(ben, 500)] == list(range(500))


async def test_color_update_colors_what_the_session_draws_from_then_on(
    pair: Pair, stock: StockClients, board: str
) -> None:
    """[C3] [C5] The session's colour is added where a drawing names none; a drawing's own colour goes before it."""
    ann = await stock.open(pair.left.url, auth={"board": board})
    ben = await stock.open(pair.right.url, auth={"board": board})
    ann.emit("colorUpdate", {"color": "#c0ffee"})
    ann.emit("drawing", SEGMENT)
    ann.emit("drawing", {**SEGMENT, "color": "rgb(1, 2, 3)"})
    ben.emit("drawing", SEGMENT)
    assert [drawing["color"] for drawing in await drawings(ben, 2)] == ["#c0ffee", "rgb(1, 2, 3)"]
    assert [drawing["color"] for drawing in await drawings(ann)] == ["black"]


async def test_other_scalar_fields_pass_through(pair: Pair, stock: StockClients, board: str) -> None:
    """[C3] What variants of the example add to a drawing reaches the others, and those who come later, as it was."""
    extra = {"thickness": 3, "tool": "pen ✏", "dashed": True, "note": None, "alpha": 0.1}
    ann = await stock.open(pair.left.url, auth={"board": board})
    ben = await stock.open(pair.right.url, auth={"board": board})
    ann.emit("drawing", {**SEGMENT, **extra})
    assert await drawings(ben) == [{**SEGMENT, "color": "black", **extra}]
    late = await stock.open(pair.left.url, auth={"board": board})
    assert await drawings(late) == [{**SEGMENT, "color": "black", **extra}]


@pytest.mark.parametrize(
    ("options", "joined"),
    [
        ({"auth": {"board": "{}-a"}, "query": {"board": "{}-b"}}, "{}-a"),
        ({"auth": {"name": "Ann"}, "query": {"board": "{}-b"}}, "{}-b"),
        ({}, "lobby"),
    ],
    ids=["auth", "query", "neither"],
)
async def test_board_comes_from_auth_else_query_else_it_is_the_lobby(
    pair: Pair, stock: StockClients, board: str, options: dict[str, Any], joined: str
) -> None:
    """[C1] Who draws on one board is not seen on another."""
    named: dict[str, Any] = {
        place: {k: v.format(board) for k, v in fields.items()} for place, fields in options.items()
    }
    before = len(pair.left.lines("socket connected", board=joined.format(board)))
    client = await stock.open(pair.left.url, **named)
    witness = await stock.open(pair.right.url, auth={"board": joined.format(board)})
    stranger = await stock.open(pair.right.url, auth={"board": f"{board}-c"})
    assert len(pair.left.lines("socket connected", board=joined.format(board))) == before + 1
    color = f"#{board[-6:]}"
    client.emit("drawing", {**SEGMENT, "color": color})
    await eventually(lambda: color in [args[0]["color"] for args in witness.all("drawing")], "the board sees it")
    # An answer comes behind whatever could have come by mistake.
    assert (await stranger.ask("drawing", SEGMENT))["ok"]
    assert not stranger.all("drawing")


async def test_late_joiner_is_drawn_the_whole_board(pair: Pair, stock: StockClients, board: str) -> None:
    """[C2] [C6] After ``init`` the board comes as the very segments that were drawn, then what is new; no number is
    rounded on its way."""
    ann = await stock.open(pair.left.url, auth={"board": board})
    way = [(1 / 3, 0.1), (2 / 3, 0.7), (0.123456789, 1 / 7), (0.9, 0.9)]
    drawn = [
        {"x0": x0, "y0": y0, "x1": x1, "y1": y1, "color": color}
        for color in ("red", "blue")
        for (x0, y0), (x1, y1) in pairwise(way)
    ]
    for segment in drawn:
        assert (await ann.ask("drawing", segment))["ok"]
    late = await stock.open(pair.right.url, auth={"board": board})
    assert await drawings(late, len(drawn)) == drawn
    ann.emit("drawing", SEGMENT)
    assert (await drawings(late, len(drawn) + 1))[-1] == {**SEGMENT, "color": "black"}
    assert [name for name, _ in late.heard if name != "transport"][:3] == ["connect", "init", "drawing"]
    _, snapshot = await pair.right.get(f"/api/boards/{board}")
    assert len(snapshot["elements"]) == 3, "segments that join are one stroke"


async def test_drawing_is_acknowledged_when_it_is_in_the_log(pair: Pair, stock: StockClients, board: str) -> None:
    """[C7] The callback gets the offset under which the drawing is stored and told to the others."""
    ann = await stock.open(pair.left.url, auth={"board": board})
    ben = await stock.open(pair.right.url, auth={"board": board})
    answer = await ann.ask("drawing", SEGMENT)
    assert answer["ok"] is True
    assert place(answer["offset"]) == "1-0"
    assert (await ben.hears("drawing"))[0][1] == answer["offset"]
    _, snapshot = await pair.left.get(f"/api/boards/{board}")
    assert snapshot["position"] == answer["offset"].removesuffix("-0")


async def test_refusal_comes_by_the_callback_or_as_an_event(pair: Pair, stock: StockClients, board: str) -> None:
    """[C7] [E1] Code, message and retry; the others notice nothing."""
    ann = await stock.open(pair.left.url, auth={"board": board})
    ben = await stock.open(pair.right.url, auth={"board": board})
    error = (await ann.ask("drawing", {**SEGMENT, "x0": "left"}))["error"]
    assert (error["code"], error["retry"]) == ("invalid", False)
    assert error["message"]
    ann.emit("drawing", {**SEGMENT, "color": "<script>"})
    ((rejected,),) = await ann.hears("rejected")
    assert rejected.keys() == {"code", "message", "retry"}
    assert (await ann.ask("colorUpdate", {"colour": "red"}))["error"]["code"] == "invalid"
    ben.emit("drawing", SEGMENT)
    await ann.hears("drawing")
    assert {name for name, _ in ben.heard} == {"transport", "connect", "init", "offset"}


async def test_client_that_reconnects_goes_on_drawing(pair: Pair, stock: StockClients, board: str) -> None:
    """[C2] A client that left and came back is drawn the board again."""
    ann = await stock.open(pair.left.url, auth={"board": board})
    assert (await ann.ask("drawing", SEGMENT))["ok"]
    ann.close()
    again = await stock.open(pair.right.url, auth={"board": board})
    assert await drawings(again) == [{**SEGMENT, "color": "black"}]


async def test_late_joiner_gets_a_big_board_whole(pair: Pair, stock: StockClients, join: Join, board: str) -> None:
    """[C2] Some megabytes, at the pace at which the client reads, and what is drawn meanwhile behind them."""
    ann = await join(pair.left.url)
    strokes = [ann.add(points=[float(n % 2000) for n in range(4_000)]) for _ in range(7)]
    for stroke in strokes:
        await ann.push(stroke)
    late = await stock.open(pair.right.url, query={"board": board})
    await ann.push(ann.add(points=[0.0, 0.0, 2048.0, 1024.0]))
    drawings = await late.hears("drawing", 7 * 1_999 + 1)
    assert len(drawings) == 7 * 1_999 + 1
    assert drawings[-1][0] == {"x0": 0.0, "y0": 0.0, "x1": 1.0, "y1": 1.0, "color": "navy"}
    assert late.all("disconnect") == []


async def test_page_catches_up_with_a_long_log(pair: Pair, join: Join) -> None:
    """[B4] From the very beginning, over the socket alone, far more than a socket may have waiting."""
    ann = await join(pair.left.url)
    for _ in range(30):
        await ann.push(*[ann.add(points=[1.0, 2.0] * 400) for _ in range(20)])
    late = await join(pair.right.url)
    assert [op["id"] for op in await late.ops(600)] == [f"{ann.client}:{n}" for n in range(1, 601)]
