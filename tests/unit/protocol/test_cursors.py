"""Where people point, on the wire and on the bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from whiteboard.domain.positions import Position
from whiteboard.errors import Invalid
from whiteboard.protocol import commits
from whiteboard.protocol.cursors import decode_cursor, decode_message, encode_message

from tests.unit import strategies


def test_cursor_is_decoded_to_board_pixels() -> None:
    """[P1] Fields of a newer version are passed over."""
    assert decode_cursor(Raw(b'{"x":-1000000,"y":0.5,"z":7}')) == (-1_000_000.0, 0.5)
    assert decode_cursor(Raw(b'{"x":1,"y":2,"laser":true}')) == (1.0, 2.0, 1)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{}",
        b"[1,2]",
        b'{"x":1}',
        b'{"x":"1","y":1}',
        b'{"x":NaN,"y":1}',
        b'{"x":1e999,"y":1}',
        b'{"x":1e7,"y":1}',
        b'{"x":1,"y":1,"laser":1}',
    ],
)
def test_cursor_is_refused_when_it_is_no_place_on_a_board(sent: bytes) -> None:
    """[P1] Two finite numbers within the board."""
    with pytest.raises(Invalid):
        decode_cursor(Raw(sent))


_places = st.tuples(strategies.coordinates, strategies.coordinates)


@given(st.dictionaries(st.text(), _places | _places.map(lambda place: (*place, 1.0))))
def test_cursors_come_back_from_the_bus_as_they_went_in(cursors: dict[str, tuple[float, ...]]) -> None:
    """[P2] Whoever points, wherever."""
    assert decode_message(encode_message(cursors)) == cursors


@given(st.binary())
def test_commit_is_not_taken_for_cursors(body: bytes) -> None:
    """[L5] Nor the other way round, whatever its body holds."""
    message = b"1 2-7 " + body + b" ~ {}"
    assert decode_message(message) is None
    assert commits.decode_message(message)[0] == Position(2, 7)
    with pytest.raises(ValueError, match="not a position"):
        commits.decode_message(encode_message({"sid": (1.0, 2.0)}))
