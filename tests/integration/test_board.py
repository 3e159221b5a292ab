"""Namespace ``/board`` and the HTTP way to join a board (SPEC.md B)."""

import json

import aiohttp
import pytest
import redis

from tests.integration.board_client import STROKE, BoardClient
from tests.integration.fixtures import Join, Pair
from tests.integration.log_reader import logged, place
from tests.integration.stock import DEFAULT, POLLING, WEBSOCKET, StockClients
from tests.integration.waiting import eventually


async def test_welcome_tells_who_one_is(pair: Pair, join: Join) -> None:
    """[B1] [B2] [B3] The client is proven by the hash of its secret; a first visit begins black, at number 0."""
    ann = await join(pair.left.url)
    assert ann.welcome["client"] == ann.client
    assert ann.welcome["replica"] == (await pair.left.get("/livez"))[1]["replica"]
    assert (ann.welcome["color"], ann.welcome["width"], ann.welcome["last"]) == ("black", 4.0, 0)
    assert ann.welcome["sid"]


async def test_ops_reach_others_and_are_acknowledged_in_sequence(pair: Pair, join: Join) -> None:
    """[B4] [B5] [B6] [B11] [O1] Others get the op with its sender; the sender an acknowledgement in its place."""
    ann, ben, cat = await join(pair.left.url), await join(pair.left.url), await join(pair.right.url)
    stroke = ann.add()
    grow = ann.op("grow", element=stroke["id"], points=[5, 6])
    assert place(await ann.push(stroke, grow)) == "1-1"
    await ben.push(ben.op("remove", elements=[stroke["id"]]))

    by = ann.welcome["sid"]
    for other in (cat, ben):
        first, second = (await other.ops(2))[:2]
        assert first == {**stroke, "by": by}
        assert second == {**grow, "points": [5.0, 6.0], "by": by}
    await eventually(lambda: len(ann.told()) == 3, "two acknowledgements and an op")
    assert [(told.n, place(told.offset)) for told in ann.told()] == [(1, "1-0"), (2, "1-1"), (None, "2-0")]
    await eventually(lambda: len(ben.told()) == 3, "two ops and an acknowledgement")
    assert [(told.n, place(told.offset)) for told in ben.told()] == [(None, "1-0"), (None, "1-1"), (1, "2-0")]


@pytest.mark.parametrize("transports", [WEBSOCKET, POLLING, DEFAULT], ids=["websocket", "polling", "upgrade"])
async def test_stock_client_works_on_the_board_namespace(
    pair: Pair, stock: StockClients, join: Join, board: str, transports: tuple[str, ...]
) -> None:
    """[B1] [B4] [B6] The stock client speaks it over every transport."""
    ben = await join(pair.right.url)
    ann_keys = BoardClient(board)
    ann = await stock.open(
        pair.left.url, "/board", transports=transports, auth={"board": board, "secret": ann_keys.secret}
    )
    ann.emit("ops", [ann_keys.add(), ann_keys.add()])
    last, offset = (await ann.hears("ack", 2))[-1]
    assert (last, place(offset)) == ({"n": 2}, "1-1")
    assert len(await ben.ops(2)) == 2
    await ben.push(ben.add())
    ((op, offset),) = await ann.hears("op")
    assert (op["element"], place(offset)) == (STROKE, "2-0")


async def test_rejection_names_the_op_and_the_rest_goes_on(pair: Pair, join: Join, board: str) -> None:
    """[B7] [E1] One bad op of an event is rejected with its number; the good ones around it are stored."""
    ann, ben = await join(pair.left.url), await join(pair.right.url)
    first, bad, last = ann.add(), ann.add(width=1000), ann.add()
    await ann.push(first, bad, last)
    rejection = await ann.rejected()
    assert (rejection["n"], rejection["code"], rejection["retry"]) == (2, "invalid", False)
    assert [op["id"] for op in await ben.ops(2)] == [first["id"], last["id"]]
    assert [op["id"] for op in logged(pair.redis_url, board)] == [first["id"], last["id"]]


async def test_ids_of_others_are_refused(pair: Pair, join: Join, board: str) -> None:
    """[B2] [O3] [E1] Neither an id nor a stroke of another client can be used; the log stays as it was."""
    ann, ben = await join(pair.left.url), await join(pair.right.url)
    stroke = ann.add()
    await ann.push(stroke)
    await ben.send({**stroke, "id": f"{ann.client}:2"})
    assert (await ben.rejected())["code"] == "foreign_id"
    await ben.send(ben.op("grow", element=stroke["id"], points=[7, 7]))
    assert (await ben.rejected(2))["code"] == "foreign_id"
    assert [op["id"] for op in logged(pair.redis_url, board)] == [stroke["id"]]


async def test_op_sent_twice_enters_once(pair: Pair, join: Join, board: str) -> None:
    """[L3] [B3] [B5] [B6] Sent again after a reconnect, to another replica, answered from where the session is."""
    ann = await join(pair.left.url)
    ops = [ann.add() for _ in range(3)]
    offset = await ann.push(*ops)
    again = await join(pair.right.url, ann.secret, position=offset.removesuffix("-2"))
    assert again.welcome["last"] == 3
    await again.send(*ops)
    assert (await again.acknowledged(3)).startswith(offset.removesuffix("2"))
    assert len(logged(pair.redis_url, board)) == 3


async def test_missed_ops_come_first_after_a_connect_from_a_position(pair: Pair, join: Join) -> None:
    """[B1] [B4] [B8] Behind the position, own ones included, each once, then what is new."""
    ann, ben = await join(pair.left.url), await join(pair.right.url)
    for _ in range(3):
        await ann.push(ann.add())
    _, snapshot = await pair.right.get(f"/api/boards/{ann.board}")
    position = snapshot["position"]
    assert place(position) == "3"
    own = ann.add()
    await ann.push(own)
    await ben.push(ben.add())
    back = await join(pair.right.url, ann.secret, position=position)
    await ben.push(ben.add())
    assert [op["id"] for op in await back.ops(3)] == [own["id"], f"{ben.client}:1", f"{ben.client}:2"]
    assert [place(told.offset) for told in back.told()] == ["4-0", "5-0", "6-0"]


async def test_whole_log_comes_to_who_names_no_position(pair: Pair, join: Join) -> None:
    """[B1] [B4] The default is the empty board's position."""
    ann = await join(pair.left.url)
    await ann.push(ann.add(), ann.add())
    assert len(await (await join(pair.right.url)).ops(2)) == 2


@pytest.mark.parametrize("position", ["{}-2", "{}-999999", "7-1", "999999999999999-1"])
async def test_position_that_is_not_in_the_log_yields_a_resync(pair: Pair, join: Join, position: str) -> None:
    """[B9] [L7] From the future or from an epoch that never was: nothing more is delivered."""
    ann = await join(pair.left.url)
    epoch, *_ = (await ann.push(ann.add())).split("-")
    lost = await join(pair.right.url, position=position.format(epoch))
    assert await lost.socket.event("resync", "/board") == [{}]
    await ann.push(ann.add())
    witness = await join(pair.right.url)
    await witness.ops(2)
    assert lost.told() == []


async def test_board_over_http_is_the_fold_of_the_log(pair: Pair, join: Join, board: str) -> None:
    """[B8] [O2] [O3] [O4] [O5] Elements bottom to top with the position that they are at, the same on both replicas."""
    empty = {"v": 1, "board": board, "position": "0-0", "elements": []}
    assert await pair.left.get(f"/api/boards/{board}") == (200, empty)
    ann = await join(pair.left.url)
    first, gone, last = ann.add(), ann.add(), ann.add(color="gold")
    await ann.push(first, gone, last)
    await ann.push(ann.op("remove", elements=[gone["id"]]), ann.op("grow", element=first["id"], points=[9, 9]))
    offset = await ann.push(ann.op("update", element=last["id"], props={"width": 12}))
    position = offset.removesuffix("-0")
    assert place(position) == "3"
    by = ann.welcome["sid"]
    expected = {
        "v": 1,
        "board": board,
        "position": position,
        "elements": [
            {**STROKE, "id": first["id"], "by": by, "points": [*STROKE["points"], 9.0, 9.0]},
            {**STROKE, "id": last["id"], "by": by, "color": "gold", "width": 12.0},
        ],
    }
    for replica in (pair.left, pair.right):
        status, snapshot = await eventually(lambda r=replica: _at(r, board, position), "the replica is there")
        assert (status, snapshot) == (200, expected)


async def _at(replica, board: str, position: str):
    status, snapshot = await replica.get(f"/api/boards/{board}")
    return (status, snapshot) if snapshot["position"] == position else None


async def test_board_over_http_is_compressed_and_cached_by_position(pair: Pair, join: Join, board: str) -> None:
    """[B8] gzip for who takes it; 304 while nothing has changed, and no longer."""
    ann = await join(pair.left.url)
    await ann.push(*(ann.add(points=list(range(200))) for _ in range(20)))
    url = f"{pair.left.url}/api/boards/{board}"
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        async with http.get(url, headers={"Accept-Encoding": "gzip"}) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            small = len(await packed.read())
            etag, length = packed.headers["ETag"], int(packed.headers["Board-Length"])
        async with http.get(url, headers={"Accept-Encoding": "identity"}) as plain:
            assert "Content-Encoding" not in plain.headers
            assert plain.headers["ETag"] == etag
            assert int(plain.headers["Content-Length"]) == length
            assert plain.content_type == "application/json"
            body = await plain.read()
            assert len(body) == length > 5 * small
            assert len(json.loads(body)["elements"]) == 20
        async with http.head(url, headers={"Accept-Encoding": "identity"}) as head:
            assert (head.headers["ETag"], int(head.headers["Content-Length"])) == (etag, length)
            assert await head.read() == b""
        async with http.get(url, headers={"If-None-Match": etag}) as unchanged:
            assert (unchanged.status, await unchanged.read()) == (304, b"")
        await ann.push(ann.op("clear"))
        async with http.get(url, headers={"If-None-Match": etag}) as changed:
            assert changed.status == 200
            assert changed.headers["ETag"] != etag


async def test_session_event_changes_the_session_in_redis(pair: Pair, join: Join, board: str) -> None:
    """[B10] [S1] What is named changes, what is not stays; the key holds the hash of the pid and ends with time."""
    ann = await join(pair.left.url)
    with redis.Redis.from_url(pair.redis_url) as client:
        (key,) = client.keys(f"wb:{{{board}}}:session:*")
        before = client.hgetall(key)
        assert before[b"v"] == b"1"
        assert (before[b"sid"].decode(), before[b"color"]) == (ann.welcome["sid"], b"black")
        assert 120 < client.ttl(key) <= 180
        await ann.socket.emit("session", {"color": "teal"}, namespace="/board")
        await eventually(lambda: client.hget(key, "color") == b"teal", "the colour is in Redis")
        assert client.hget(key, "width") == before[b"width"]
        await ann.socket.emit("session", {"width": 9.5}, namespace="/board")
        await eventually(lambda: client.hget(key, "width") == b"9.5", "the width is in Redis")
        assert client.hget(key, "color") == b"teal"


async def test_both_namespaces_write_the_same_log(pair: Pair, stock: StockClients, join: Join, board: str) -> None:
    """[C6] A classic drawing is a stroke on the page, a stroke of the page is drawn by classic clients."""
    ann, classic = await join(pair.left.url), await stock.open(pair.right.url, auth={"board": board})
    classic.emit("drawing", {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5})
    (op,) = await ann.ops()
    assert op["element"] == {"kind": "stroke", "points": [0.0, 0.0, 1024.0, 512.0], "color": "black", "width": 4.0}
    await ann.push(ann.add(points=[0, 0, 2048, 1024, 1024, 512]))
    assert [args[0] for args in await classic.hears("drawing", 2)] == [
        {"x0": 0, "y0": 0, "x1": 1, "y1": 1, "color": "navy"},
        {"x0": 1, "y0": 1, "x1": 0.5, "y1": 0.5, "color": "navy"},
    ]
    # An op ends with its offset, which only its last segment carries.
    assert [len(args) for args in classic.all("drawing")] == [1, 2]
