"""Segments in, strokes in the log, segments out."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from whiteboard.domain.board import Board
from whiteboard.domain.limits import MAX_POINTS
from whiteboard.domain.ops import Add, AnyOp, Grow, Remove, Update
from whiteboard.domain.positions import Position
from whiteboard.errors import BadInput, Invalid, TooLarge
from whiteboard.protocol.classic import Pen, decode_drawing, element_segments, segments
from whiteboard.protocol.commits import decode_commit

LINE = {"x0": 0.25, "y0": 0.5, "x1": 0.75, "y1": 1}


def drawing(**fields: object) -> Raw:
    return Raw(json.dumps({**LINE, **fields}).encode())


class Classic:
    """One classic session's pen, and the board it draws on as another classic session hears of it."""

    def __init__(self) -> None:
        self.board = Board()
        self.ops: list[AnyOp] = []
        self.heard: list[dict[str, Any]] = []
        self.pen = Pen()

    def draw(self, color: str = "black", **fields: Any) -> AnyOp:
        op = self.pen.draw(f"c:{len(self.ops) + 1}", "s", decode_drawing(drawing(**fields)), color, 4.0)
        self.heard += segments(self.board.apply(op))
        self.ops.append(op)
        return op

    def replayed(self) -> list[dict[str, Any]]:
        return [payload for element in self.board.elements.values() for payload in element_segments(element)]


def test_drawing_is_decoded_to_board_pixels() -> None:
    """[C6] The fractions' 1 × 1 is the rectangle from (0, 0) to (2048, 1024)."""
    segment = decode_drawing(drawing(color="#ff0000", size=3, tool="pen", on=True, none=None))
    assert segment.points == [512.0, 512.0, 1536.0, 1024.0]
    assert segment.color == "#ff0000"
    assert segment.extra == {"size": 3, "tool": "pen", "on": True, "none": None}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"[]", Invalid),
        (b"null", Invalid),
        (b"{", Invalid),
        (b"{}", Invalid),
        (b'{"x0":0,"y0":0,"x1":1}', Invalid),
        (drawing(x0="0.5"), Invalid),
        (drawing(x0=None), Invalid),
        (drawing(x0=True), Invalid),
        (drawing(x0=[1]), Invalid),
        (drawing(x0=10**400), Invalid),
        (b'{"x0":NaN,"y0":0,"x1":0,"y1":0}', Invalid),
        (b'{"x0":1e999,"y0":0,"x1":0,"y1":0}', Invalid),
        (b'{"x0":1e308,"y0":0,"x1":0,"y1":0}', Invalid),
        (drawing(x0=489), Invalid),
        (drawing(color=5), Invalid),
        (drawing(color=""), Invalid),
        (drawing(color="red;}"), Invalid),
        (drawing(size=[1]), Invalid),
        (drawing(size={"a": 1}), Invalid),
        (drawing(size=10**400), Invalid),
        (b'{"x0":0,"y0":0,"x1":0,"y1":0,"size":NaN}', Invalid),
        (drawing(**{f"f{n}": n for n in range(17)}), TooLarge),
        (drawing(note="x" * 1_024), TooLarge),
    ],
)
def test_drawing_is_refused_when_it_is_improper(sent: bytes, error: type[BadInput]) -> None:
    """[C3] Four numbers, a colour, and a few scalars beside them: [O8] within the limits, [O9] finite."""
    with pytest.raises(error) as refused:
        decode_drawing(Raw(sent))
    assert type(refused.value) is error


def test_drawing_is_accepted_when_its_other_fields_are_at_the_limit() -> None:
    """[C3] 16 fields; 1,024 bytes with names and punctuation."""
    decode_drawing(drawing(**{f"f{n}": n for n in range(16)}))
    decode_drawing(drawing(note="x" * (1_024 - len('{"note":""}'))))


FRACTIONS = st.floats(-400, 400)
POINTS = st.lists(st.tuples(FRACTIONS, FRACTIONS), min_size=2, max_size=12)


@given(POINTS)
def test_segments_come_out_as_they_went_in(path: list[tuple[float, float]]) -> None:
    """[C6] To the last bit, live and in the replay to a late joiner: powers of two round nothing."""
    classic = Classic()
    sent = [{"x0": x0, "y0": y0, "x1": x1, "y1": y1, "size": 3} for (x0, y0), (x1, y1) in itertools.pairwise(path)]
    for segment in sent:
        classic.draw("red", **segment)
    assert classic.heard == [{**segment, "color": "red"} for segment in sent]
    assert classic.replayed() == classic.heard
    assert len(classic.board.elements) == 1


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 4, st.sampled_from(["black", "red"])), max_size=12))
def test_segments_come_out_once_when_some_join_and_some_do_not(
    path: list[tuple[float, float, float, float, str]],
) -> None:
    """[C6] Whatever joins, each segment is drawn once, in its colour."""
    classic = Classic()
    for x0, y0, x1, y1, color in path:
        classic.draw(color, x0=x0, y0=y0, x1=x1, y1=y1)
    expected = [dict(zip(("x0", "y0", "x1", "y1", "color"), segment, strict=True)) for segment in path]
    assert classic.heard == expected
    assert sorted(classic.replayed(), key=str) == sorted(expected, key=str)


def test_stroke_grows_when_a_segment_starts_where_the_last_one_ended() -> None:
    """[C6] One gesture is one stroke, of which only the new point is sent."""
    classic = Classic()
    first = classic.draw(x0=0, y0=0, x1=0.5, y1=0.5)
    then = classic.draw(x0=0.5, y0=0.5, x1=1, y1=0)
    assert isinstance(first, Add)
    assert isinstance(then, Grow)
    assert (then.element, then.points) == (first.id, [2048.0, 0.0])


@pytest.mark.parametrize(
    "second",
    [
        {"x0": 0.5, "y0": 0.25},
        {"color": "red"},
        {"size": 4},
        {"size": 3, "tool": "pen"},
        {"size": None},
    ],
    ids=["elsewhere", "another colour", "another size", "a field more", "a null"],
)
def test_stroke_starts_anew_when_a_segment_does_not_join(second: dict[str, object]) -> None:
    """[C6] Equal end, colour and other fields, or it is another stroke."""
    classic = Classic()
    classic.draw(x0=0, y0=0, x1=0.5, y1=0.5, size=3)
    color = str(second.pop("color", "black"))
    assert isinstance(classic.draw(color, **{"x0": 0.5, "y0": 0.5, "x1": 1, "y1": 0, "size": 3} | second), Add)


def test_stroke_starts_anew_when_the_last_one_is_gone() -> None:
    """[C6] A segment behind a stroke that somebody removed is not lost with it."""
    classic = Classic()
    classic.draw(x0=0, y0=0, x1=0.5, y1=0.5)
    classic.board.apply(Remove(id="you:1", elements=["c:1"]))
    classic.pen = Pen()
    assert isinstance(classic.draw(x0=0.5, y0=0.5, x1=1, y1=0), Add)
    assert classic.replayed() == [{"x0": 0.5, "y0": 0.5, "x1": 1.0, "y1": 0.0, "color": "black"}]


def test_stroke_starts_anew_when_the_last_one_is_full() -> None:
    """[O8] A classic client may draw on and on: the pen begins another stroke at 10,000 points."""
    classic = Classic()
    for n in range(MAX_POINTS + 1):
        classic.draw(x0=n / 64, y0=0, x1=(n + 1) / 64, y1=0)
    assert len(classic.heard) == MAX_POINTS + 1
    assert [len(e["points"]) for e in classic.board.elements.values()] == [2 * MAX_POINTS, 6]


def test_single_point_is_a_segment_of_no_length() -> None:
    """[C6] A dot of the page is seen by classic clients, and what grows from it too."""
    dot = {"kind": "stroke", "points": [512.0, 512.0], "color": "red", "width": 9.0}
    add, grow = Add(id="p:1", element=dot), Grow(id="p:2", element="p:1", points=[1024.0, 0.0, 0.0, 0.0])
    board = Board()
    assert list(segments(board.apply(add))) == [{"x0": 0.25, "y0": 0.5, "x1": 0.25, "y1": 0.5, "color": "red"}]
    assert list(segments(board.apply(grow))) == [
        {"x0": 0.25, "y0": 0.5, "x1": 0.5, "y1": 0.0, "color": "red"},
        {"x0": 0.5, "y0": 0.0, "x1": 0.0, "y1": 0.0, "color": "red"},
    ]


def test_highlighter_is_told_as_a_stroke_is_where_it_has_been_moved_to() -> None:
    """[C6] [O2] Live and in the replay; a transform is applied, its growth's too."""
    path = {"kind": "highlighter", "points": [512.0, 512.0], "color": "red", "width": 9.0}
    board = Board.fold([Add(id="p:1", element=path)])
    assert (
        list(segments(board.apply(Update(id="q:1", element="p:1", props={"transform": [0, 2, -1, 0, 1024, 0]})))) == []
    )
    grow = Grow(id="p:2", element="p:1", points=[0.0, 256.0])
    placed = [{"x0": 0.25, "y0": 1.0, "x1": 0.375, "y1": 0.0, "color": "red"}]
    assert list(segments(board.apply(grow))) == placed
    assert list(element_segments(board.elements["p:1"])) == placed


@pytest.mark.parametrize("kind", ["line", "rectangle", "text", "note"])
def test_what_is_not_made_of_segments_is_not_told(kind: str) -> None:
    """[C6] Nor is a path whose transform is of a newer version moved by it."""
    shape = {"kind": kind, "x": 0, "y": 0, "w": 9, "h": 9, "color": "red", "points": [0, 0, 1, 1]}
    assert list(element_segments(shape)) == []
    odd = {"kind": "stroke", "points": [0, 0], "color": "red", "transform": "upwards"}
    assert list(element_segments(odd)) == [{"x0": 0.0, "y0": 0.0, "x1": 0.0, "y1": 0.0, "color": "red"}]


def test_op_is_silent_when_it_changes_nothing() -> None:
    """[C6] A grow of what is gone, of another's stroke, or an id that lies there already, draws nothing."""
    dot = {"kind": "stroke", "points": [1.0, 1.0], "color": "red", "width": 9.0}
    board = Board.fold([Add(id="p:1", element=dot)])
    for op in (
        Add(id="p:1", element=dot),
        Grow(id="p:2", element="p:7", points=[1.0, 1.0]),
        Grow(id="q:1", element="p:1", points=[1.0, 1.0]),
        Remove(id="p:2", elements=["p:1"]),
    ):
        assert list(segments(board.apply(op))) == []


@pytest.mark.parametrize(
    "element",
    [
        {"kind": "hologram"},
        {"kind": "stroke"},
        {"kind": "stroke", "points": None, "color": "red"},
        {"kind": "stroke", "points": [], "color": "red"},
        {"kind": "stroke", "points": [{"x": 1}], "color": "red"},
        {"kind": "stroke", "points": [1, "2", 3, 4], "color": "red"},
        {"kind": "stroke", "points": [1, 2], "extra": 5},
        {"kind": "stroke", "points": [1, 2], "color": "red", "extra": ["a"]},
    ],
)
def test_element_never_stops_a_room_when_it_is_of_a_newer_version(element: dict[str, object]) -> None:
    """[O7] What this version cannot draw, it passes over: in the replay, when it is added and when it grows."""
    ops = [
        {"op": "add", "id": "p:1", "element": element},
        {"op": "grow", "id": "p:2", "element": "p:1", "points": [1, 1]},
        {"op": "add", "id": "p:3", "element": {"kind": "stroke", "points": [0, 0], "color": "red", "width": 1}},
    ]
    board = Board()
    heard: list[dict[str, Any]] = []
    for logged in decode_commit(Position(1, 1), json.dumps(ops).encode()).ops:
        assert logged.op is not None
        heard += segments(board.apply(logged.op))
    heard += [payload for element in board.elements.values() for payload in element_segments(element)]
    assert {"x0": 0.0, "y0": 0.0, "x1": 0.0, "y1": 0.0, "color": "red"} in heard
