"""What may enter the log, and the code of each refusal."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from whiteboard.domain.limits import MAX_OP_BYTES, MAX_OPS_AN_EVENT, MAX_POINTS, MAX_REMOVE_IDS
from whiteboard.domain.ops import Add, AnyOp, Clear, Grow, Remove, Update
from whiteboard.domain.positions import Position
from whiteboard.errors import (
    BadBoard,
    BadInput,
    BadSecret,
    ForeignId,
    Invalid,
    TooLarge,
    TooManyPoints,
    UnknownKind,
)
from whiteboard.protocol.codec import check_board, client_id, decode_op, encode, peek_number, split_ops
from whiteboard.protocol.commits import decode_commit

from tests.unit import strategies

STROKE = {"kind": "stroke", "points": [0, 0, 1.5, 2], "color": "black", "width": 4}
RECTANGLE = {"kind": "rectangle", "x": 1, "y": 2, "w": 30, "h": 40, "color": "black", "width": 4}
LINE = {**RECTANGLE, "kind": "arrow"}
NOTE = {"kind": "note", "x": 1, "y": 2, "w": 200, "h": 200, "color": "black", "fill": "#ffec99", "text": "", "size": 24}
ADD = {"op": "add", "id": "me:1", "element": STROKE}
GROW = {"op": "grow", "id": "me:2", "element": "me:1", "points": [3, 3]}
UPDATE = {"op": "update", "id": "me:3", "element": "you:1", "props": {"color": "red"}}
REMOVE = {"op": "remove", "id": "me:4", "elements": ["you:1"]}
CLEAR = {"op": "clear", "id": "me:5"}


VECTORS = json.loads((Path(__file__).parents[2] / "vectors/elements.json").read_text())


def raw(value: object) -> Raw:
    return Raw(json.dumps(value).encode())


def stroke(**changed: object) -> dict[str, Any]:
    return {**ADD, "element": {**STROKE, **changed}}


def element(of: dict[str, Any], **changed: object) -> dict[str, Any]:
    """Return an add of an element; what is changed to None is missing."""
    return {**ADD, "element": {name: value for name, value in {**of, **changed}.items() if value is not None}}


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != name}


@pytest.mark.parametrize(
    ("sent", "op"),
    [
        (ADD, Add(id="me:1", element={**STROKE, "points": [0.0, 0.0, 1.5, 2.0], "width": 4.0})),
        (GROW, Grow(id="me:2", element="me:1", points=[3.0, 3.0])),
        ({**GROW, "pressures": [1]}, Grow(id="me:2", element="me:1", points=[3.0, 3.0], pressures=[1.0])),
        (UPDATE, Update(id="me:3", element="you:1", props={"color": "red"})),
        (REMOVE, Remove(id="me:4", elements=["you:1"])),
        (CLEAR, Clear(id="me:5")),
        ({**UPDATE, "props": {"width": 7}}, Update(id="me:3", element="you:1", props={"width": 7.0})),
    ],
    ids=["O2", "O3", "O3 pressed", "O4", "O5", "O6", "O4 width"],
)
def test_op_is_decoded(sent: dict[str, Any], op: AnyOp) -> None:
    """[O1] Each kind of op has one form: [O2] add, [O3] grow, [O4] update, [O5] remove, [O6] clear."""
    assert decode_op(raw(sent), "me") == op


@pytest.mark.parametrize("sent", [ADD, GROW, UPDATE, REMOVE, CLEAR], ids=lambda sent: sent["op"])
def test_sender_is_not_believed_when_an_op_names_another(sent: dict[str, Any]) -> None:
    """[O1] `by` is the server's to write; [O4] fields that no op has do not get into the log."""
    op = decode_op(raw({**sent, "by": "somebody", "layer": 3}), "me")
    assert op.by == ""
    assert b"layer" not in encode(op)


def test_element_is_stripped_when_it_carries_more_than_its_kind_has() -> None:
    """[O2] An element's id and sender are the op's; what its kind does not have is not stored."""
    op = decode_op(raw(stroke(id="you:9", by="you", layer=1)), "me")
    assert isinstance(op, Add)
    assert set(op.element) == {"kind", "points", "color", "width"}


def test_update_is_stripped_when_it_names_what_cannot_be_set() -> None:
    """[O4] What no update may set is not stored."""
    props = {"color": "red", "id": "you:1", "kind": "text", "by": "you", "points": [1, 1]}
    op = decode_op(raw({**UPDATE, "props": props}), "me")
    assert isinstance(op, Update)
    assert op.props == {"color": "red"}


REFUSED: list[tuple[str, object, type[BadInput]]] = [
    ("no object", 7, Invalid),
    ("null", None, Invalid),
    ("an array", [ADD], Invalid),
    ("no op", without(ADD, "op"), Invalid),
    ("an unknown op", {**CLEAR, "op": "rotate"}, Invalid),
    ("op of a wrong type", {**CLEAR, "op": 1}, Invalid),
    ("no id", without(CLEAR, "id"), Invalid),
    ("an id of a wrong type", {**CLEAR, "id": 1}, Invalid),
    ("an id without number", {**CLEAR, "id": "me"}, Invalid),
    ("number 0", {**CLEAR, "id": "me:0"}, Invalid),
    ("a number below 0", {**CLEAR, "id": "me:-1"}, Invalid),
    ("a number with a leading 0", {**CLEAR, "id": "me:01"}, Invalid),
    ("a number that is not whole", {**CLEAR, "id": "me:1.5"}, Invalid),
    ("a number in other digits", {**CLEAR, "id": "me:١"}, Invalid),
    ("a number too long", {**CLEAR, "id": "me:" + "9" * 16}, Invalid),
    ("a newline behind the id", {**CLEAR, "id": "me:1\n"}, Invalid),
    ("a client too long", {**CLEAR, "id": "m" * 65 + ":1"}, Invalid),
    ("another's id", {**CLEAR, "id": "you:1"}, ForeignId),
    ("an id that only begins alike", {**CLEAR, "id": "me2:1"}, ForeignId),
    ("an id that hides another", {**CLEAR, "id": "you:me:1"}, Invalid),
    ("no element", without(ADD, "element"), Invalid),
    ("an element that is none", {**ADD, "element": "me:1"}, Invalid),
    ("no kind", {**ADD, "element": without(STROKE, "kind")}, UnknownKind),
    ("a kind that no release has", stroke(kind="<b>"), UnknownKind),
    ("a kind of a wrong type", stroke(kind=["stroke"]), UnknownKind),
    ("no points", {**ADD, "element": without(STROKE, "points")}, Invalid),
    ("empty points", stroke(points=[]), Invalid),
    ("one number", stroke(points=[1]), Invalid),
    ("an odd count", stroke(points=[1, 2, 3]), Invalid),
    ("points as text", stroke(points=["1", "2"]), Invalid),
    ("points as truth values", stroke(points=[True, False]), Invalid),
    ("points as pairs", stroke(points=[[1, 2]]), Invalid),
    ("null among the points", stroke(points=[1, None]), Invalid),
    ("a coordinate too large", stroke(points=[1_000_000.5, 0]), Invalid),
    ("a coordinate too small", stroke(points=[0, -1_000_001]), Invalid),
    ("a whole number of 70 bits", stroke(points=[2**70, 0]), Invalid),
    ("a whole number of 400 digits", stroke(points=[10**400, 0]), Invalid),
    ("too many points", stroke(points=[1] * (2 * MAX_POINTS + 2)), TooManyPoints),
    ("no colour", {**ADD, "element": without(STROKE, "color")}, Invalid),
    ("an empty colour", stroke(color=""), Invalid),
    ("a colour too long", stroke(color="a" * 65), Invalid),
    ("a colour that closes a tag", stroke(color="red<b>"), Invalid),
    ("a colour with a newline", stroke(color="red\n"), Invalid),
    ("a colour of a wrong type", stroke(color=255), Invalid),
    ("half a surrogate pair", stroke(color="\ud800"), Invalid),
    ("no width", {**ADD, "element": without(STROKE, "width")}, Invalid),
    ("no width at all", stroke(width=0), Invalid),
    ("a width too small", stroke(width=0.09), Invalid),
    ("a width too large", stroke(width=200.1), Invalid),
    ("a width as text", stroke(width="4"), Invalid),
    ("a grow of another's stroke", {**GROW, "element": "you:1"}, ForeignId),
    ("a grow of nothing", without(GROW, "element"), Invalid),
    ("a grow by nothing", {**GROW, "points": []}, Invalid),
    ("a grow by an odd count", {**GROW, "points": [1]}, Invalid),
    ("a grow beyond the board", {**GROW, "points": [1e7, 0]}, Invalid),
    ("a grow by too much", {**GROW, "points": [1] * (2 * MAX_POINTS + 2)}, TooManyPoints),
    ("a shape without a size", element(RECTANGLE, h=None), Invalid),
    ("a shape without a width", element(RECTANGLE, width=None), Invalid),
    ("a growth with two pressures for a point", {**GROW, "pressures": [0.5, 0.5]}, Invalid),
    ("a growth pressed harder than can be", {**GROW, "pressures": [1.5]}, Invalid),
    ("a shape too far away", element(RECTANGLE, x=1_000_001), Invalid),
    ("a shape too large", element(RECTANGLE, w=-1_000_001), Invalid),
    ("an angle as text", element(RECTANGLE, angle="1"), Invalid),
    ("an angle too large", element(RECTANGLE, angle=101), Invalid),
    ("a fill that closes a tag", element(RECTANGLE, fill="red<b>"), Invalid),
    ("an opacity above 1", element(RECTANGLE, opacity=1.01), Invalid),
    ("an opacity below 0", element(RECTANGLE, opacity=-0.01), Invalid),
    ("a z that is not whole", element(RECTANGLE, z=1.5), Invalid),
    ("a z too high", element(RECTANGLE, z=1_000_001), Invalid),
    ("a line without an end", element(LINE, w=None), Invalid),
    ("a transform of five numbers", stroke(transform=[1, 0, 0, 1, 0]), Invalid),
    ("a transform that is none", stroke(transform="none"), Invalid),
    ("a transform too large", stroke(transform=[1, 0, 0, 1, 2e9, 0]), Invalid),
    ("a note without text", element(NOTE, text=None), Invalid),
    ("a note without paper", element(NOTE, fill=None), Invalid),
    ("a text that is none", element(NOTE, text=["a"]), Invalid),
    ("a text too long", element(NOTE, text="a" * 5_001), Invalid),
    ("letters too small", element(NOTE, size=3.9), Invalid),
    ("letters too large", element(NOTE, size=401), Invalid),
    ("an update to a text that turns around", {**UPDATE, "props": {"text": "a\u202eb"}}, Invalid),
    ("an update to a bad transform", {**UPDATE, "props": {"transform": [1]}}, Invalid),
    ("an update of nothing", {**UPDATE, "props": {}}, Invalid),
    ("an update of what cannot be set", {**UPDATE, "props": {"points": [1, 1]}}, Invalid),
    ("an update to a bad colour", {**UPDATE, "props": {"color": ""}}, Invalid),
    ("an update to a bad width", {**UPDATE, "props": {"width": 1000}}, Invalid),
    ("props that are none", {**UPDATE, "props": [1]}, Invalid),
    ("a remove of nothing", {**REMOVE, "elements": []}, Invalid),
    ("a remove of too much", {**REMOVE, "elements": ["a:1"] * (MAX_REMOVE_IDS + 1)}, Invalid),
    ("a remove of no ids", {**REMOVE, "elements": [1]}, Invalid),
    ("a remove of one text", {**REMOVE, "elements": "a:1"}, Invalid),
    ("bytes over the limit", {**CLEAR, "padding": "x" * MAX_OP_BYTES}, TooLarge),
]


@pytest.mark.parametrize(("sent", "error"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_op_is_refused(sent: object, error: type[BadInput]) -> None:
    """[E1] Each refusal has its code and is final: [O8] limits, [O9] finite pairs, [B2] one's own ids only."""
    with pytest.raises(error) as refused:
        decode_op(raw(sent), "me")
    assert type(refused.value) is error
    assert not refused.value.retry
    assert refused.value.as_payload() == {"code": error.code, "message": str(refused.value), "retry": False}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_element_is_judged_as_the_page_judges_a_file(vector: dict[str, Any]) -> None:
    """[O8] [O12] What `files/check.ts` takes from a file enters the log, and nothing that it calls broken does."""
    sent = raw({**ADD, "element": vector["element"]})
    if vector["taken"]:
        assert isinstance(decode_op(sent, "me"), Add)
    else:
        with pytest.raises(BadInput):
            decode_op(sent, "me")


def test_element_of_a_newer_kind_is_kept_as_it_is() -> None:
    """[O12] [O7] Whatever it consists of; whose it is, the log says."""
    hologram = {"kind": "hologram", "x": 1, "light": {"of": [1, 0.5, None, True, "é"]}}
    op = decode_op(raw({**ADD, "element": {**hologram, "id": "you:1", "by": "you"}}), "me")
    assert op == Add(id="me:1", element=hologram)


@pytest.mark.parametrize(
    "inside",
    [{"a": "x\u202ey"}, {"a\u0000": 1}, [["\x07"]], 2**53, -(2**70), 1e300, {"of": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}],
    ids=["turning text", "a control character in a name", "a bell", "53 bits", "70 bits", "1e300", "17 levels"],
)
def test_element_of_a_newer_kind_is_refused_when_readers_would_differ(inside: object) -> None:
    """[O12] [O11] All the way down."""
    with pytest.raises(Invalid):
        decode_op(raw({**ADD, "element": {"kind": "hologram", "of": inside}}), "me")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 5000])
@pytest.mark.parametrize(
    "op",
    [
        '{"op":"add","id":"me:1","element":{"kind":"stroke","points":[#,1],"color":"black","width":4}}',
        '{"op":"add","id":"me:1","element":{"kind":"stroke","points":[1,1],"color":"black","width":#}}',
        '{"op":"grow","id":"me:1","element":"me:1","points":[1,#]}',
        '{"op":"update","id":"me:1","element":"me:1","props":{"width":#}}',
    ],
    ids=["add points", "add width", "grow", "update"],
)
def test_op_is_refused_when_a_number_is_not_finite(op: str, number: str) -> None:
    """[O9] Neither the words that JSON does not have nor numbers beyond a double's range get through."""
    with pytest.raises(Invalid):
        decode_op(Raw(op.replace("#", number).encode()), "me")


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[}", b'{"op":"clear","id":"me:1"', b'{"op":"clear","id":"m\xff:1"}', b"[" * 60_000]
)
def test_op_is_refused_when_it_is_no_json(text: bytes) -> None:
    """[E1] Cut off, not UTF-8, or nested without end."""
    with pytest.raises(Invalid):
        decode_op(Raw(text), "me")


def test_op_is_accepted_when_it_is_exactly_at_the_limits() -> None:
    """[O8] The limits themselves are allowed."""
    decode_op(raw(stroke(points=[1] * 2 * MAX_POINTS)), "me")
    decode_op(raw(stroke(points=[-1_000_000, 1_000_000], width=0.1, color="a" * 64)), "me")
    decode_op(raw(stroke(width=200, color="hsl(120.5, 50%, 50% / 0.5)")), "me")
    decode_op(raw(element(RECTANGLE, x=-1_000_000, w=1_000_000, angle=-100, opacity=0, z=1_000_000)), "me")
    decode_op(raw(element(NOTE, size=4, h=-1_000_000, opacity=1, z=-1_000_000)), "me")
    decode_op(raw(stroke(transform=[1e9, -1e9, 0, 1, 1e9, -1e9])), "me")
    decode_op(raw({**REMOVE, "elements": ["a:1"] * MAX_REMOVE_IDS}), "me")
    longest = encode({**CLEAR, "x": ""})
    decode_op(Raw(longest[:-2] + b"x" * (MAX_OP_BYTES - len(longest)) + b'"}'), "me")


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, (0, 8, 9, 11, 13, 27, 31, 127, 133, 159)),
        *"\u2028\u2029\u202a\u202e\u2066\u2069\ufeff",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_text_is_refused_when_a_character_would_change_what_is_around_it(character: str) -> None:
    """[O11] Control characters, other line ends, and what turns the direction: at the end of a text too."""
    for text in (character, f"a{character}", f"{character}a", f"a\n{character}\n"):
        with pytest.raises(Invalid):
            decode_op(raw(element(NOTE, text=text)), "me")


@pytest.mark.parametrize(
    "text", ["", "\n", "a\n\nb\n", "<script>alert(1)</script>", "日本語", "שלום\u200f!", "👩‍👩‍👧", "&amp;", "a" * 5_000]
)
def test_text_is_kept_as_it_is_when_it_is_harmless(text: str) -> None:
    """[O11] Markup is text; marks without which Hebrew or emoji would fall apart stay."""
    op = decode_op(raw(element(NOTE, text=text)), "me")
    assert isinstance(op, Add)
    assert op.element["text"] == text


@pytest.mark.parametrize("sent", [[], {}, None, "ops", 1, [CLEAR] * (MAX_OPS_AN_EVENT + 1)])
def test_event_is_refused_when_it_is_not_1_to_100_ops(sent: object) -> None:
    """[B5] Neither none nor a hundred and one."""
    with pytest.raises(Invalid):
        split_ops(raw(sent))


def test_ops_are_decoded_one_by_one_when_one_of_them_is_bad() -> None:
    """[B5] One event's ops are taken apart first, so that one bad op does not spoil the others."""
    good, bad, last = split_ops(raw([CLEAR, {"op": "clear"}, {**CLEAR, "id": "me:6"}] + [CLEAR] * 97))[:3]
    assert decode_op(good, "me").id == "me:5"
    with pytest.raises(Invalid):
        decode_op(bad, "me")
    assert decode_op(last, "me").id == "me:6"


@pytest.mark.parametrize(
    ("sent", "n"),
    [
        (b'{"op":"clear","id":"me:17","x":{"y":[1e999]}}', 17),
        (b'{"op":"rotate","id":"you:3"}', 3),
        (b'{"op":"clear","id":"me:0"}', None),
        (b'{"op":"clear","id":5}', None),
        (b'{"op":"clear"}', None),
        (b"[]", None),
        (b"NaN", None),
        (b'{"id":"me:\xff"}', None),
        (b'{"id":"me:1","x":' + b"[" * 60_000, None),
    ],
)
def test_number_is_told_when_a_refused_op_has_one(sent: bytes, n: int | None) -> None:
    """[B7] A rejection names the op that it is about whenever that can be read."""
    assert peek_number(Raw(sent)) == n


@pytest.mark.parametrize("board", ["a", "lobby", "A-Z_09", "x" * 64])
def test_board_is_accepted_when_its_name_is_proper(board: str) -> None:
    """[B1] Letters, digits, `_` and `-`."""
    assert check_board(board) == board


@pytest.mark.parametrize(
    "board", [None, "", 5, ["lobby"], "x" * 65, "a b", "ä", "a/b", "..", "a\n", "a\0", "{a}", "a:b", "１"]
)
def test_board_is_refused_when_its_name_is_not(board: object) -> None:
    """[B1] Whatever could mean something to Redis, a path or a page is `bad_board`."""
    with pytest.raises(BadBoard):
        check_board(board)


def test_client_is_the_hash_of_its_secret() -> None:
    """[B2] The first 22 characters of the unpadded base64url of SHA-256, as other tools compute it."""
    assert client_id("0123456789abcdef") == "n59REfeyengfHx3d5evC3S"
    assert client_id("whiteboard-secret-17") == "VUE-CEQz39HXQHl4_ALhU8"


@pytest.mark.parametrize("secret", [None, "", 5, "x" * 15, "x" * 129, "x" * 15 + " ", "x" * 16 + "\n", "ä" * 16])
def test_secret_is_refused_when_it_is_improper(secret: object) -> None:
    """[B1] 16 to 128 characters."""
    with pytest.raises(BadSecret):
        client_id(secret)


@given(st.one_of(strategies.adds, strategies.settings, strategies.removes, strategies.clears))
def test_op_comes_back_from_the_log_as_it_went_in(op: AnyOp) -> None:
    """[O1] Decode, add the sender, encode, store, read back: the same op, to the last bit of its numbers."""
    author = op.id.partition(":")[0]
    decoded = decode_op(Raw(encode(op)), author)
    decoded.by = "sid"
    (logged,) = decode_commit(Position(1, 1), b"[%b]" % encode(decoded)).ops
    assert logged.op == decoded
    assert logged.by == "sid"
    assert msgspec.structs.replace(decoded, by=op.by) == op
