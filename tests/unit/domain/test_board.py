"""The reducer, held to the vectors that the page is held to as well."""

import copy

import msgspec
import pytest
from hypothesis import given
from whiteboard.domain.board import Board
from whiteboard.domain.limits import MAX_BOARD_SIZE, MAX_ELEMENTS, MAX_POINTS
from whiteboard.domain.ops import Add, AnyOp, Grow, Remove, Update
from whiteboard.domain.positions import Position
from whiteboard.errors import BoardFull, TooManyPoints
from whiteboard.protocol.commits import decode_commit

from tests.unit import strategies
from tests.unit.domain.vectors import Vector, read_vectors


@pytest.mark.parametrize("vector", read_vectors(), ids=lambda vector: vector.name)
def test_fold_gives_the_vector_s_elements(vector: Vector) -> None:
    """[O7] Python gives the board that TypeScript gives: read from the log's own bytes, the order included."""
    commit = decode_commit(Position(1, 1), msgspec.json.encode(vector.ops))
    board = Board.fold(logged.op for logged in commit.ops if logged.op is not None)
    assert list(board.elements.values()) == vector.elements
    assert list(board.elements) == [element["id"] for element in vector.elements]


@given(strategies.logs, strategies.logs)
def test_fold_goes_on_from_where_another_ended(first: list[AnyOp], second: list[AnyOp]) -> None:
    """[O7] A board and the rest of its log give what the whole log gives; nothing else is remembered."""
    board = Board.fold(first)
    for op in second:
        board.apply(op)
    assert list(board.elements.items()) == list(Board.fold([*first, *second]).elements.items())


@given(strategies.logs)
def test_fold_leaves_the_ops_as_they_were(ops: list[AnyOp]) -> None:
    """[O7] The same ops can be folded again: a stroke that grows does not grow inside the op that added it."""
    before = copy.deepcopy(ops)
    Board.fold(ops)
    assert ops == before


def stroke(op_id: str, points: list[float]) -> Add:
    return Add(id=op_id, by="s", element={"kind": "stroke", "points": points, "color": "black", "width": 4.0})


def test_check_refuses_an_element_when_the_board_is_full() -> None:
    """[O8] The author is told, before the op is queued; changes of what is there go on."""
    board = Board()
    board.elements = {f"a:{n}": {"kind": "stroke", "points": [0.0, 0.0]} for n in range(MAX_ELEMENTS)}
    with pytest.raises(BoardFull, match="50000"):
        board.check(stroke("b:1", [0.0, 0.0]))
    board.check(Grow(id="a:90000", element="a:1", points=[1.0, 1.0]))
    del board.elements["a:7"]
    board.check(stroke("b:1", [0.0, 0.0]))


def test_check_refuses_points_when_the_stroke_is_full() -> None:
    """[O8] Exactly 10,000 points fit."""
    board = Board.fold([stroke("a:1", [0.0, 0.0] * (MAX_POINTS - 1))])
    board.check(Grow(id="a:2", element="a:1", points=[1.0, 1.0]))
    with pytest.raises(TooManyPoints, match="10000"):
        board.check(Grow(id="a:2", element="a:1", points=[1.0, 1.0, 2.0, 2.0]))


def test_check_refuses_points_and_text_when_the_board_has_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """[O8] 5,000,000 numbers and characters together; whatever makes no more goes on, and the log is believed."""
    assert MAX_BOARD_SIZE == 5_000_000
    monkeypatch.setattr("whiteboard.domain.board.MAX_BOARD_SIZE", 10)
    note = Add(id="b:1", element={"kind": "note", "text": "four"})
    board = Board.fold([stroke("a:1", [0.0] * 4), note])
    for full in (
        stroke("a:2", [0.0] * 4),
        Add(id="b:2", element={"kind": "note", "text": "three"}),
        Grow(id="a:2", element="a:1", points=[1.0] * 4),
        Update(id="b:2", element="b:1", props={"text": "a longer one"}),
    ):
        with pytest.raises(BoardFull, match="10 numbers"):
            board.check(full)
        Board(copy.deepcopy(list(board.elements.values()))).apply(full)
    board.check(stroke("a:2", [0.0] * 2))
    board.check(Update(id="b:2", element="b:1", props={"text": "sixsix"}))
    board.apply(stroke("a:2", [0.0] * 8))
    assert board.size == 16
    board.check(Update(id="b:2", element="b:1", props={"text": "", "color": "red"}))
    board.check(Remove(id="b:3", elements=["a:2"]))
    board.apply(Remove(id="b:3", elements=["a:2", "a:2"]))
    board.check(stroke("a:3", [0.0] * 2))


@given(strategies.logs, strategies.logs)
def test_size_is_that_of_the_elements_whatever_happens(first: list[AnyOp], second: list[AnyOp]) -> None:
    """[O8] Nothing is counted twice, nor for ever."""
    board = Board.fold(first)
    for op in second:
        board.apply(op)
        assert board.size == Board(board.elements.values()).size


@given(strategies.logs, strategies.logs)
def test_picture_stays_when_the_board_changes(first: list[AnyOp], second: list[AnyOp]) -> None:
    """[B8] It is the board of its moment, and the board goes on as if nobody had looked."""
    board, shown = Board(), []
    for op in first:
        board.apply(op)
        picture = board.picture()
        shown.append((picture, copy.deepcopy(picture)))
    for op in second:
        board.apply(op)
    assert all(picture == as_it_was for picture, as_it_was in shown)
    assert list(board.elements.items()) == list(Board.fold([*first, *second]).elements.items())


@pytest.mark.parametrize("points", [5, None, "many", {"x": 1}])
def test_check_passes_over_an_element_when_its_points_are_of_a_newer_kind(points: object) -> None:
    """[O7] What this version does not know stops nobody, not even who tries to let it grow."""
    board = Board.fold([Add(id="a:1", element={"kind": "ribbon", "points": points})])
    grow = Grow(id="a:2", element="a:1", points=[1.0, 1.0])
    board.check(grow)
    board.apply(grow)
    assert board.elements["a:1"]["points"] == points
