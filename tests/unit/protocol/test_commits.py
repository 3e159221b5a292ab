"""Commits as they lie in the log and travel on the bus."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.domain.board import Board
from whiteboard.domain.ops import Add, AnyOp, Clear
from whiteboard.domain.positions import Position
from whiteboard.protocol.codec import encode
from whiteboard.protocol.commits import Commit, decode_commit, decode_entry
from whiteboard.protocol.messages import Committed, read_message

from tests.unit import strategies

AT = Position(2, 7)


def decoded(*ops: object) -> Commit:
    return decode_commit(AT, json.dumps(ops).encode())


@given(strategies.logs)
def test_commit_is_the_same_from_the_bus_and_from_the_log(ops: list[AnyOp]) -> None:
    """[L5] `<v> <epoch>-<n> <body>` and the entry's fields say the same."""
    body = encode(ops)
    published = read_message(b"1 2-7 " + body)
    assert isinstance(published, Committed)
    assert published.body is not None
    from_bus = decode_commit(published.position, published.body)
    from_log = decode_entry(b"0-7", {b"v": b"1", b"e": b"2", b"t": b"1795392000", b"b": body})
    assert from_bus == from_log
    assert from_log.position == AT
    assert [logged.op for logged in from_log.ops] == ops
    assert [logged.raw for logged in from_log.ops] == [encode(op) for op in ops]


def test_offset_counts_the_ops_of_a_commit_from_0() -> None:
    """[B11] `<epoch>-<n>-<i>`."""
    assert [str(decoded().offset(i)) for i in (0, 1)] == ["2-7-0", "2-7-1"]


NEWER = [
    {"op": "rotate", "id": "a:1", "by": "s", "degrees": 90},
    {"op": "grow", "id": "a:1", "by": "s", "element": "a:1", "points": [[1, 2, 0.5]]},
    {"op": "add", "id": "a:1", "by": "s", "element": None},
    {"op": 7, "id": "a:1", "by": "s"},
    {"id": "a:1", "by": "s"},
]


@pytest.mark.parametrize("newer", NEWER, ids=json.dumps)
def test_op_is_kept_as_it_is_when_its_kind_is_unknown(newer: dict[str, object]) -> None:
    """[L5] It is delivered as its bytes, with its sender, and those around it are read."""
    clear = {"op": "clear", "id": "a:2", "by": "s"}
    first, unknown, last = decoded(clear, newer, clear).ops
    assert unknown.op is None
    assert unknown.by == "s"
    assert json.loads(unknown.raw) == newer
    assert first.op == last.op == Clear(id="a:2", by="s")


@pytest.mark.parametrize("newer", [{"op": "rotate", "by": 5}, {"op": "rotate", "by": None}, 5, "clear", None, [], [{}]])
def test_reader_goes_on_when_an_op_is_nothing_it_knows(newer: object) -> None:
    """[L5] Not even an op without a form that this version could name stops the reader."""
    unknown, last = decoded(newer, {"op": "clear", "id": "a:2"}).ops
    assert (unknown.op, unknown.by, json.loads(unknown.raw)) == (None, "", newer)
    assert last.op == Clear(id="a:2")


def test_op_is_read_when_it_has_fields_of_a_newer_version() -> None:
    """[L5] Fields that are not known are passed over, and passed on."""
    (logged,) = decoded({"op": "clear", "id": "a:2", "by": "s", "layer": {"of": [1]}}).ops
    assert logged.op == Clear(id="a:2", by="s")
    assert b"layer" in logged.raw


def test_element_is_kept_when_its_kind_is_unknown() -> None:
    """[O7] It lies on the board as it is, for those who know it."""
    hologram = {"kind": "hologram", "spin": {"axis": "y"}, "points": "none"}
    (logged,) = decoded({"op": "add", "id": "a:1", "by": "s", "element": hologram}).ops
    assert isinstance(logged.op, Add)
    assert Board.fold([logged.op]).elements == {"a:1": {**hologram, "id": "a:1", "by": "s"}}


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
_known_fields = st.dictionaries(
    st.sampled_from(["op", "id", "by", "element", "elements", "points", "props"]),
    st.sampled_from(["add", "grow", "update", "remove", "clear", "a:1", ["a:1"], [1, 2]]) | _json,
)


@given(st.lists(st.one_of(_json, _known_fields, strategies.ops.map(msgspec.to_builtins)), max_size=8))
def test_fold_never_stops_whatever_a_newer_version_writes(values: list[object]) -> None:
    """[L5] Any JSON in a log is read, and [O7] folded, without an exception."""
    commit = decode_commit(AT, msgspec.json.encode(values))
    assert len(commit.ops) == len(values)
    Board.fold(logged.op for logged in commit.ops if logged.op is not None)
