"""Frames out of bytes, however they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.engine.rfc6455 import BINARY, CLOSE, PING, TEXT, Control, FrameParser, encode, encode_close

from tests.conformance.clients import masked

MESSAGES = st.one_of(
    st.text(max_size=400).map(lambda text: (TEXT, text.encode(), text)),
    st.binary(max_size=400).map(lambda data: (BINARY, data, data)),
    st.binary(max_size=125).map(lambda data: (PING, data, Control(PING, data))),
)


@given(
    st.lists(st.tuples(MESSAGES, st.binary(min_size=4, max_size=4)), max_size=8),
    st.lists(st.integers(min_value=1, max_value=64), max_size=30),
)
def test_messages_are_read_however_the_bytes_are_cut(
    sent: list[tuple[tuple[int, bytes, object], bytes]], cuts: list[int]
) -> None:
    """In order, each whole."""
    stream = b"".join(masked(opcode, payload, mask=mask) for (opcode, payload, _), mask in sent)
    parser = FrameParser(1000)
    received: list[object] = []
    for cut in [*cuts, len(stream)]:
        received += parser.feed(stream[:cut])
        stream = stream[cut:]
    received += parser.feed(stream)
    assert received == [message for (_, _, message), _ in sent]
    assert parser.error is None


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_rubbish_never_raises(chunks: list[bytes]) -> None:
    """It is messages, or an error with a close code; after an error nothing is read."""
    parser = FrameParser(100)
    for chunk in chunks:
        had_failed = parser.error is not None
        assert not (parser.feed(chunk) and had_failed)
    assert parser.error is None or parser.error.close_code in (1002, 1007, 1009)


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_every_length_is_written_as_it_is_read(size: int) -> None:
    """The three forms of the length; the mask is the only difference between the two sides."""
    payload = b"x" * size
    assert FrameParser(100_000).feed(masked(BINARY, payload, mask=bytes(4))) == [payload]
    head = len(encode(BINARY, payload)) - size
    assert head == (2 if size < 126 else 4 if size < 65536 else 10)


def test_bytes_that_come_one_at_a_time_cost_no_more_than_their_number() -> None:
    """An unfinished frame is not looked at again before it can be finished (else this would take minutes)."""
    parser = FrameParser(3_000_000)
    stream = masked(BINARY, b"x" * 3_000_000, mask=bytes(4))
    received = [message for index in range(len(stream)) for message in parser.feed(stream[index : index + 1])]
    assert received == [b"x" * 3_000_000]


def test_a_fragmented_message_is_bounded_by_the_sum() -> None:
    """Of its parts, not by each."""
    parser = FrameParser(100)
    assert parser.feed(masked(BINARY, b"x" * 60, fin=False)) == []
    assert parser.feed(masked(0, b"x" * 60, fin=False)) == []
    assert parser.error is not None
    assert parser.error.close_code == 1009


def test_a_close_frame_fits_a_control_frame() -> None:
    """Its reason is cut."""
    frame = encode_close(1000, "x" * 200)
    assert frame[:4] == bytes((0x80 | CLOSE, 125)) + (1000).to_bytes(2, "big")
    assert len(frame) == 127
