"""What a room has told lately, for those who come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.domain.positions import Offset
from whiteboard.protocol.commits import LoggedOp
from whiteboard.rooms import recent
from whiteboard.rooms.recent import Recent
from whiteboard.rooms.told import Told


def told(n: int, i: int, at: float) -> Told:
    return Told(LoggedOp(b"{}", "", None), Offset(1, n, i), None, at)


@given(
    st.lists(st.integers(1, 4), max_size=6),
    st.integers(0, 12),
    st.none() | st.integers(0, 6),
    st.tuples(st.integers(0, 7), st.integers(0, 4)),
)
def test_recent_tells_all_that_came_behind_or_says_that_it_cannot(
    sizes: list[int], bound: int, forget_to: int | None, start: tuple[int, int]
) -> None:
    """[R3] Whatever was forgotten, by size or by age, in the middle of a commit too: never a part of it."""
    all_ops = [told(n, i, at=float(n)) for n, size in enumerate(sizes, 1) for i in range(size)]
    kept = Recent()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recent, "MAX_BYTES", bound * told(1, 0, 0.0).size_bytes)
        for op in all_ops:
            kept.add(op)
    if forget_to is not None:
        kept.forget(forget_to + 0.5)
    answer = kept.since(Offset(1, *start))
    if answer is not None:
        assert answer == [op for op in all_ops if op.offset[1:] > start]
    elif bound >= len(all_ops):
        assert forget_to is not None
        assert start < (forget_to + 1, 0)


def test_recent_has_everything_when_nothing_was_forgotten() -> None:
    """[R3] From the very beginning on."""
    kept = Recent()
    ops = [told(1, 0, 0.0), told(1, 1, 0.0), told(2, 0, 0.0)]
    for op in ops:
        kept.add(op)
    assert kept.since(Offset(0, 0, 0)) == ops
    assert kept.since(Offset(1, 1, 0)) == ops[1:]
    assert kept.since(Offset(1, 2, 0)) == []
    assert kept.last == Offset(1, 2, 0)
