"""What a replica is told of sessions that others have claimed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.protocol.claims import Taken


def test_claim_is_read_as_it_was_told() -> None:
    """[R2] The claim itself adds the generation; a newer release may add words."""
    told = Taken.encode("b", "abc") + b" 17"
    assert told == b"1 taken b abc 17"
    assert Taken.decode(told) == Taken.decode(told + b" more") == Taken("b", "abc", 17)


@pytest.mark.parametrize(
    "message", [b"", b"2 taken b abc 17", b"taken b abc 17", b"1 given b abc 17", b"1 taken b abc", b"1 taken b \xff 1"]
)
def test_message_that_is_not_known_is_passed_over(message: bytes) -> None:
    """[R2] [L12] Another version, another word, a part of one."""
    assert Taken.decode(message) is None


@given(st.binary())
def test_rubbish_on_the_channel_ends_nothing(message: bytes) -> None:
    """[R2] Whatever somebody publishes there."""
    Taken.decode(message)
