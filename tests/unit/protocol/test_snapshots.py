"""Snapshots as they lie in Redis."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.domain.board import Board
from whiteboard.domain.ops import AnyOp
from whiteboard.domain.positions import Offset
from whiteboard.protocol import snapshots
from whiteboard.protocol.snapshots import decode_chunk, decode_head, encode_chunks, encode_head

from tests.unit import strategies


@given(strategies.logs, st.integers(1, 500))
def test_snapshot_and_tail_give_what_the_log_gives(ops: list[AnyOp], chunk_bytes: int) -> None:
    """[L9] At every cut, through the bytes that lie in Redis, whatever the chunks; the order of elements included."""
    whole = Board.fold(ops)
    for cut in range(len(ops) + 1):
        former = Board.fold(ops[:cut])
        with mock.patch.object(snapshots, "CHUNK_BYTES", chunk_bytes):
            chunks = list(encode_chunks(former.elements.values()))
        board = Board(element for chunk in chunks for element in decode_chunk(chunk))
        for op in ops[cut:]:
            board.apply(op)
        assert list(board.elements.items()) == list(whole.elements.items())


def test_chunks_are_bounded() -> None:
    """[L9] A chunk is full when it has reached its size, so one has at most an element more."""
    elements = [{"id": f"a:{n}", "points": [0.5] * 20_000} for n in range(20)]
    sizes = [len(chunk) for chunk in encode_chunks(elements)]
    assert len(sizes) > 5
    assert max(sizes) < snapshots.CHUNK_BYTES + 100_000
    assert list(encode_chunks([])) == []


def test_head_tells_the_offset_and_the_number_of_elements() -> None:
    """[L9] Fields of a newer release are passed over."""
    assert decode_head(encode_head(Offset(3, 2, 1), 7)) == (Offset(3, 2, 1), 7)
    assert decode_head(b'{"v":1,"offset":"3-2-1","elements":7,"hue":"new"}') == (Offset(3, 2, 1), 7)


@pytest.mark.parametrize(
    "head", [b"", b"[]", b'{"v":2,"offset":"3-2-1","elements":7}', b'{"v":1,"offset":"3","elements":7}']
)
def test_head_of_another_format_is_refused(head: bytes) -> None:
    """[L9] A board is not opened by what was only half understood."""
    with pytest.raises(ValueError, match=r"."):
        decode_head(head)
