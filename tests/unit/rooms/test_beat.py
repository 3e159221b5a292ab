"""The beat by which a replica commits and tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.rooms.beat import FRAME_SECONDS, next_frame


@given(st.floats(0, 1e7))
def test_next_frame_begins_later_but_not_much(last: float) -> None:
    """A frame at most, and the millisecond by which a timer may have been early."""
    assert 0.0009 < next_frame(last) - last < FRAME_SECONDS + 0.0011


@pytest.mark.parametrize(("last", "frame"), [(1.0, 61), (1.0005, 61), (1.015, 61), (0.9995, 61), (0.998, 60)])
def test_all_of_a_frame_go_on_together(last: float, frame: int) -> None:
    """Whatever was done in the frame that begins at 1 goes on as the next begins; so does what a timer did early."""
    assert next_frame(last) == pytest.approx(frame * FRAME_SECONDS)
