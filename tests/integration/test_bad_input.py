"""What nobody should send: the sender is told, nothing is stored, nobody else notices (SPEC.md E)."""

import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

import aiohttp
import pytest
import pytest_asyncio
from whiteboard.rooms.refusals import LINES_PER_SECOND

from tests.integration.board_client import STROKE, BoardClient
from tests.integration.fixtures import Pair
from tests.integration.log_reader import commits, place
from tests.integration.raw import RawSocket, new_secret
from tests.integration.replica import Replica
from tests.integration.waiting import eventually

SEGMENT = {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5}
XY = '"x0":0,"y0":0,"x1":1'


def drawing(**fields: object) -> str:
    return "2" + json.dumps(["drawing", {**SEGMENT, **fields}])


CLASSIC = {
    "nothing": ("", "malformed_packet"),
    "no packet type": ("hello", "malformed_packet"),
    "unknown packet type": ('9["drawing"]', "malformed_packet"),
    "event without a body": ("2", "malformed_packet"),
    "event that is an object": ("2{}", "malformed_packet"),
    "event without a name": ("2[]", "malformed_packet"),
    "event named by a number": ("2[5]", "malformed_packet"),
    "event cut short": ('2["drawing",{"x0":0', "malformed_packet"),
    "event with an endless id": (f'2{"9" * 400}["drawing",{{}}]', "malformed_packet"),
    "event nested too deep": (f'2["drawing",{"[" * 50_000}{"]" * 50_000}]', "malformed_packet"),
    "connect that is no JSON": ("0{", "malformed_packet"),
    "a second connect": ("0{}", "malformed_packet"),
    "acknowledgement that is no JSON": ("31[", "malformed_packet"),
    "NaN": (f'2["drawing",{{{XY},"y1":NaN}}]', "malformed_packet"),
    "Infinity": (f'2["drawing",{{{XY},"y1":-Infinity}}]', "malformed_packet"),
    "a number beyond all floats": (f'2["drawing",{{{XY},"y1":1e999}}]', "invalid"),
    "binary attachment": ('51-["drawing",{"_placeholder":true,"num":0}]', "binary_unsupported"),
    "binary acknowledgement": ('61-1[{"_placeholder":true,"num":0}]', "binary_unsupported"),
    "unknown event": ('2["nonsense",{}]', "unknown_event"),
    "event named like Python's": ('2["__class__",{}]', "unknown_event"),
    "connect as an event": ('2["connect",{}]', "unknown_event"),
    "no argument": ('2["drawing"]', "invalid"),
    "two arguments": ('2["drawing",{},{}]', "invalid"),
    "a list for an object": ('2["drawing",[0,0,1,1]]', "invalid"),
    "a coordinate is missing": (f'2["drawing",{{{XY}}}]', "invalid"),
    "a coordinate is a string": (drawing(x0="0"), "invalid"),
    "a coordinate is null": (drawing(x0=None), "invalid"),
    "a coordinate is a boolean": (drawing(x0=True), "invalid"),
    "a coordinate is too far": (drawing(x0=1e9), "invalid"),
    "a color is a number": (drawing(color=5), "invalid"),
    "a color is too long": (drawing(color="a" * 65), "invalid"),
    "a color is markup": (drawing(color='red"><script>'), "invalid"),
    "a field is an object": (drawing(style={"width": 3}), "invalid"),
    "too many fields": (drawing(**{f"f{i}": i for i in range(17)}), "too_large"),
    "fields too long": (drawing(note="a" * 1025), "too_large"),
    "colorUpdate without color": ('2["colorUpdate",{}]', "invalid"),
    "colorUpdate of a number": ('2["colorUpdate",{"color":7}]', "invalid"),
    "colorUpdate too long": (f'2["colorUpdate",{{"color":"{"a" * 65}"}}]', "invalid"),
}


def add(**fields: object) -> dict[str, Any]:
    return {"op": "add", "id": "ME:1", "element": {**STROKE, **fields}}


BOARD: dict[str, tuple[object, str]] = {
    "ops that are no list": ({}, "invalid"),
    "no ops": ([], "invalid"),
    "too many ops": ([add()] * 101, "invalid"),
    "an op that is no object": ([7], "invalid"),
    "an op of unknown kind": ([{"op": "explode", "id": "ME:1"}], "invalid"),
    "an op without id": ([{"op": "clear"}], "invalid"),
    "an id that is a number": ([{"op": "clear", "id": 1}], "invalid"),
    "an id without number": ([{"op": "clear", "id": "ME"}], "invalid"),
    "an id of number 0": ([{"op": "clear", "id": "ME:0"}], "invalid"),
    "an id of endless number": ([{"op": "clear", "id": f"ME:{'9' * 40}"}], "invalid"),
    "an id of somebody else": ([{"op": "clear", "id": f"{'x' * 22}:1"}], "foreign_id"),
    "an element of a kind that no release has": ([add(kind="<b>")], "unknown_kind"),
    "a newer element that turns the writing": ([add(kind="hologram", of=["\u202e"])], "invalid"),
    "an element without kind": ([{"op": "add", "id": "ME:1", "element": {}}], "unknown_kind"),
    "an odd count of points": ([add(points=[1, 2, 3])], "invalid"),
    "no points": ([add(points=[])], "invalid"),
    "points of strings": ([add(points=["1", "2"])], "invalid"),
    "points too far": ([add(points=[0, 1_000_001])], "invalid"),
    "points too many": ([add(points=[1] * 20_002)], "too_many_points"),
    "an op too large": ([add(points=[0.123456789] * 10_000)], "too_large"),
    "a width of nothing": ([add(width=0)], "invalid"),
    "a width too large": ([add(width=201)], "invalid"),
    "a color too long": ([add(color="a" * 65)], "invalid"),
    "an update of nothing": ([{"op": "update", "id": "ME:1", "element": "ME:1", "props": {}}], "invalid"),
    "an update of a bad color": (
        [{"op": "update", "id": "ME:1", "element": "ME:1", "props": {"color": "\n"}}],
        "invalid",
    ),
    "a removal of nothing": ([{"op": "remove", "id": "ME:1", "elements": []}], "invalid"),
    "a removal of too many": ([{"op": "remove", "id": "ME:1", "elements": ["ME:1"] * 1_001}], "invalid"),
    "growth of another's stroke": (
        [{"op": "grow", "id": "ME:1", "element": f"{'x' * 22}:1", "points": [1, 1]}],
        "foreign_id",
    ),
}


class Scene(NamedTuple):
    """Somebody who will misbehave, and somebody on the other replica who shall not notice."""

    rude: BoardClient
    witness: BoardClient
    replica: Replica
    redis_url: str

    @property
    def socket(self) -> RawSocket:
        return self.rude.socket

    async def goes_on(self) -> None:
        """Assert that nothing was stored and that the witness goes on, having noticed nothing."""
        assert self.socket.close_code is None
        await self.witness.push(self.witness.add())
        assert [place(position) for position, _ in commits(self.redis_url, self.rude.board)] == ["1"]
        assert [told.n for told in self.witness.told()] == [1]
        assert not self.witness.socket.events("rejected", "/board")


@pytest_asyncio.fixture
async def scene(pair: Pair, board: str) -> AsyncIterator[Scene]:
    rude = await BoardClient(board).join(pair.left.url)
    witness = await BoardClient(board).join(pair.right.url)
    yield Scene(rude, witness, pair.left, pair.redis_url)
    await rude.leave()
    await witness.leave()


@asynccontextmanager
async def noticed_once(replica: Replica, **about: str) -> AsyncIterator[None]:
    """Assert that the replica counts what is done within once, and writes one line of it. ``about``: the ``code`` of an
    error that is told, or the ``reason`` of a refusal."""
    event, metric = ("rejected", "errors") if "code" in about else ("refused", "refused")

    def may_write() -> bool:
        times = [datetime.fromisoformat(line["timestamp"]) for line in replica.lines(event, **about)]
        return len(times) < LINES_PER_SECOND or times[-LINES_PER_SECOND].timestamp() < time.time() - 1

    await eventually(may_write, "lines of its kind are written")
    lines, count = replica.lines(event, **about), await replica.metric(f"whiteboard_{metric}_total", **about)
    yield
    assert await replica.metric(f"whiteboard_{metric}_total", **about) == count + 1
    (line,) = replica.lines(event, **about)[len(lines) :]
    assert line["level"] == "warning"


def assert_error(error: dict[str, Any], code: str) -> None:
    assert error["code"] == code
    assert error["retry"] is False
    assert len(error["message"]) > 5


@pytest.mark.parametrize(("packet", "code"), CLASSIC.values(), ids=CLASSIC)
async def test_bad_packet_is_rejected_on_the_classic_namespace(
    scene: Scene, board: str, packet: str, code: str
) -> None:
    """[E1] [C7] [O8] [O9] Told once, logged once, counted once; then the same connection can draw."""
    async with RawSocket(scene.replica.url) as socket:
        await socket.join(board=board)
        await socket.event("init")
        async with noticed_once(scene.replica, code=code):
            await socket.send(packet)
            assert_error((await socket.event("rejected"))[0], code)
        await scene.goes_on()
        await socket.send('27["drawing",{"x0":0,"y0":0,"x1":1,"y1":1}]')
        (answer,) = json.loads((await socket.hears("37["))[2:])
        assert (answer["ok"], place(answer["offset"])) == (True, "2-0")
        assert len(socket.events("rejected")) == 1


@pytest.mark.parametrize(("ops", "code"), BOARD.values(), ids=BOARD)
async def test_bad_ops_are_rejected_on_the_board_namespace(scene: Scene, ops: object, code: str) -> None:
    """[E1] [B2] [B5] [B7] [O2] [O3] [O4] [O5] [O8] [O9] Told once, logged once, counted once."""
    text = json.dumps(["ops", ops]).replace("ME", scene.rude.client)
    async with noticed_once(scene.replica, code=code):
        await scene.socket.send(f"2/board,{text}")
        assert_error(await scene.rude.rejected(), code)
    assert scene.replica.lines("rejected", sid=scene.rude.welcome["sid"], code=code, namespace="/board")
    await scene.goes_on()
    await scene.rude.push(scene.rude.add())


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"board": "a board"}, "bad_board"),
        ({"board": "ü"}, "bad_board"),
        ({"board": "a" * 65}, "bad_board"),
        ({"board": "../../etc"}, "bad_board"),
        ({"board": "board\n"}, "bad_board"),
        ({"board": ["board"]}, "bad_board"),
        ({"board": ""}, "bad_board"),
        ({"secret": "short"}, "bad_secret"),
        ({"secret": "a" * 129}, "bad_secret"),
        ({"secret": None}, "bad_secret"),
        ({"position": "1"}, "bad_position"),
        ({"position": "1-2-3"}, "bad_position"),
        ({"position": 12}, "bad_position"),
        ({"position": "-1-0"}, "bad_position"),
    ],
)
async def test_bad_connect_is_refused(pair: Pair, board: str, auth: dict[str, Any], code: str) -> None:
    """[E2] [B1] CONNECT_ERROR with the code as its message and the typed error as its data; logged and counted once."""
    async with RawSocket(pair.left.url) as socket:
        async with noticed_once(pair.left, code=code):
            answer = await socket.join("/board", **{"board": board, "secret": new_secret(), **auth})
        refusal = json.loads(answer.removeprefix("4/board,"))
        assert refusal["message"] == code
        assert_error(refusal["data"], code)
        assert (await socket.join("/board", board=board, secret=new_secret())).startswith("4/board,"), (
            "the first answer"
        )
        await socket.event("welcome", "/board")


@pytest.mark.parametrize("name", ["a board", "a%2Fb", "a" * 65, "ü"])
async def test_bad_board_name_is_refused_over_http(pair: Pair, name: str) -> None:
    """[B1] [B8] [E1] Status 400 with the typed error; logged and counted once."""
    async with noticed_once(pair.left, code="bad_board"):
        status, body = await pair.left.get(f"/api/boards/{name}")
    assert status == 400
    assert_error(body["error"], "bad_board")


async def test_unknown_namespace_is_refused(scene: Scene) -> None:
    """[E2] As CONNECT_ERROR, typed like any other; what the client has joined goes on."""
    answer = await scene.socket.join("/nowhere")
    refusal = json.loads(answer.removeprefix("4/nowhere,"))
    assert refusal["message"] == "invalid"
    assert_error(refusal["data"], "invalid")
    await scene.goes_on()
    await scene.rude.push(scene.rude.add())


@pytest.mark.parametrize("frame", ["", "9", "hello", "b4AAAA", "ü"])
async def test_frame_that_is_no_packet_ends_its_session_at_once(scene: Scene, frame: str) -> None:
    """[E1] Below Socket.IO there is nothing to go on with: closed, logged, counted; nothing stays behind."""
    sid = scene.rude.welcome["sid"]
    async with noticed_once(scene.replica, code="malformed_packet"):
        await scene.socket.ws.send_str(frame)
        assert await scene.socket.closed() == 1002
        await eventually(lambda: scene.replica.lines("socket disconnected", sid=sid), "the session has ended")
    await scene.witness.push(scene.witness.add())


@pytest.mark.parametrize("body", [b"", b"hello", b"40\x1e\x1e", b"\xff\xfe"])
async def test_post_that_holds_no_packets_ends_its_session_at_once(scene: Scene, body: bytes) -> None:
    """[E1] The same over polling: status 400."""
    address = f"{scene.replica.url}/socket.io/?EIO=4&transport=polling"
    async with noticed_once(scene.replica, code="malformed_packet"), aiohttp.ClientSession() as http:
        async with http.get(address) as opened:
            address += "&sid=" + json.loads((await opened.text())[1:])["sid"]
        for _ in range(2):
            async with http.post(address, data=body) as refused:
                assert refused.status == 400
        async with http.get(address) as gone:
            assert gone.status == 400
    await scene.goes_on()


@pytest.mark.parametrize(
    ("prefix", "event"), [("/board,", '["ops",[]]'), ("/nowhere,", '["x",1]'), ("", '1["drawing",{}]')]
)
async def test_event_for_a_namespace_not_joined_is_refused(pair: Pair, prefix: str, event: str) -> None:
    """[E3] CONNECT_ERROR for that namespace with ``not_joined``, whoever asks for an acknowledgement too."""
    async with noticed_once(pair.left, code="not_joined"), RawSocket(pair.left.url) as socket:
        await socket.send(f"2{prefix}{event}")
        refusal = json.loads((await socket.hears(f"4{prefix}")).removeprefix(f"4{prefix}"))
        assert refusal["message"] == "not_joined"
        assert_error(refusal["data"], "not_joined")


async def test_attachment_is_passed_over(scene: Scene) -> None:
    """[E1] As many as a packet announced: it was refused itself, once."""
    async with noticed_once(scene.replica, code="binary_unsupported"):
        await scene.socket.send('52-/board,["ops",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
        for _ in range(2):
            await scene.socket.ws.send_bytes(b"\x00\xff" * 100)
        assert_error(await scene.rude.rejected(), "binary_unsupported")
        await scene.rude.push(scene.rude.add())
    assert len(scene.socket.events("rejected", "/board")) == 1


async def test_binary_frame_that_nothing_announced_is_rejected(scene: Scene) -> None:
    """[E1] Typed like any other bad packet; so is an attachment too many."""
    async with noticed_once(scene.replica, code="binary_unsupported"):
        await scene.socket.ws.send_bytes(b"\x00\xff" * 100)
        assert_error(await scene.rude.rejected(), "binary_unsupported")
    await scene.goes_on()
    await scene.socket.send('51-/board,["ops",{"_placeholder":true,"num":0}]')
    await scene.rude.rejected(count=2)
    async with noticed_once(scene.replica, code="binary_unsupported"):
        for _ in range(2):
            await scene.socket.ws.send_bytes(b"\x00")
        await scene.rude.rejected(count=3)
        await scene.rude.push(scene.rude.add())
    assert len(scene.socket.events("rejected", "/board")) == 3


async def test_packet_above_the_limit_closes_the_websocket(scene: Scene) -> None:
    """[E4] Code 1009; the limit is the one that the handshake named, and what is just below it is only rejected. Logged
    and counted once, as a POST of that size is."""
    assert scene.socket.max_payload == 1_000_000
    padding = "a" * 999_900
    await scene.socket.send(f'2/board,["ops","{padding}"]')
    assert_error(await scene.rude.rejected(), "invalid")
    async with noticed_once(scene.replica, reason="too_large"):
        await scene.socket.send(f'2/board,["ops","{padding}{"a" * 200}"]')
        assert await scene.socket.closed() == 1009
    assert scene.replica.lines("refused", reason="too_large", status=1009)
    await scene.witness.push(scene.witness.add())


@pytest.mark.parametrize(
    ("frame", "opcode", "code"),
    [
        pytest.param(b"\xff\xfe", aiohttp.WSMsgType.TEXT, 1007, id="not UTF-8"),
        pytest.param(b"4hello", aiohttp.WSMsgType.CONTINUATION, 1002, id="nothing to continue"),
        pytest.param(b"\x03", aiohttp.WSMsgType.CLOSE, 1002, id="half a close code"),
    ],
)
async def test_broken_frame_closes_the_websocket(
    scene: Scene, frame: bytes, opcode: aiohttp.WSMsgType, code: int
) -> None:
    """[E1] [E4] Logged and counted once, as a malformed packet that is refused."""
    async with noticed_once(scene.replica, reason="malformed_packet"):
        await scene.socket.ws.send_frame(frame, opcode)
        assert await scene.socket.closed() == code
    await scene.witness.push(scene.witness.add())


async def test_post_above_the_limit_is_refused(scene: Scene) -> None:
    """[E4] Status 413, whether it told its length or came in chunks; logged and counted once, the session goes on."""
    address = f"{scene.replica.url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as http:
        async with http.get(address) as opened:
            sid = json.loads((await opened.text())[1:])["sid"]
        for body in (io.BytesIO(b"4" * 1_000_001), _chunks()):
            sent = http.post(f"{address}&sid={sid}", data=body)
            async with noticed_once(scene.replica, reason="too_large"), sent as refused:
                assert refused.status == 413
        async with http.post(f"{address}&sid={sid}", data=b"40") as accepted:
            assert accepted.status == 200
    await scene.goes_on()


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(11):
        yield b"4" * 100_000


async def test_board_that_is_full_takes_no_more_elements(pair: Pair, board: str) -> None:
    """[E1] [O8] The op is rejected with ``board_full``, others go on; what makes room is accepted."""
    from whiteboard.store.connection import connect
    from whiteboard.store.log import Batch, Log, NewOp

    element = {**STROKE, "points": [1, 1]}
    async with connect(pair.redis_url, None, timeout_seconds=5.0) as client:
        log = Log(client)
        for first in range(1, 50_001, 2_000):
            ops = [
                json.dumps({"op": "add", "id": f"filler:{n}", "element": element}) for n in range(first, first + 2_000)
            ]
            await log.append([Batch(board, [NewOp("filler", first + i, op.encode()) for i, op in enumerate(ops)])])
    last, _ = commits(pair.redis_url, board)[-1]
    ann = await BoardClient(board).join(pair.left.url, position=last)
    await ann.send(ann.add())
    assert_error(await ann.rejected(), "board_full")
    await ann.push(ann.op("remove", elements=["filler:1"]))
    await ann.push(ann.add())
    await ann.leave()


async def test_stroke_that_is_full_grows_no_more(pair: Pair, board: str) -> None:
    """[E1] [O3] [O8] The point too many is rejected with ``too_many_points``; another stroke may begin."""
    ann = await BoardClient(board).join(pair.left.url)
    stroke = ann.add(points=[1] * 20_000)
    await ann.push(stroke)
    await ann.send(ann.op("grow", element=stroke["id"], points=[2, 2]))
    assert_error(await ann.rejected(), "too_many_points")
    await ann.push(ann.add())
    assert [told.n for told in ann.told()] == [1, 3]
    await ann.leave()


async def test_nobody_hears_of_a_hundred_bad_packets(scene: Scene) -> None:
    """[E1] Rubbish in a row neither ends the sender's connection nor slows its good ops down to nothing."""
    for packet in [packet for packet, _ in CLASSIC.values()][:10] * 10:
        await scene.socket.send(packet)
    await eventually(lambda: len(scene.socket.events("rejected", "/board")) == 100, "a hundred rejections")
    await scene.goes_on()
    await scene.rude.push(scene.rude.add())
