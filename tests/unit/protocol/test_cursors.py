"""Where people point, on the wire and on the bus."""

import pytest
from msgspec import Raw
from whiteboard.errors import Invalid
from whiteboard.protocol.cursors import decode_cursor


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
