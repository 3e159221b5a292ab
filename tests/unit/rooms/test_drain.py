"""Who is closed when: the plan of a drain, without clocks or connections."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.rooms.drain import LEAST_PER_SECOND, MOVE_SECONDS, plan


@given(movers=st.integers(0, 60), others=st.integers(0, 60), window=st.floats(0, 60), seed=st.integers(0, 99))
def test_everybody_has_one_slot_within_the_window(movers: int, others: int, window: float, seed: int) -> None:
    """[D3] [D4] Nobody is forgotten, nobody is closed late, and who can move has its time for it."""
    names = range(movers), range(movers, movers + others)
    slots = plan(*names, window, random.Random(seed))
    assert sorted(slots) == list(range(movers + others))
    for name, slot in slots.items():
        assert 0 <= slot.opens <= slot.closes <= window + 1e-9
        assert slot.closes - slot.opens == pytest.approx(min(MOVE_SECONDS, window / 4) if name < movers else 0)


def test_slots_are_evenly_spaced_over_the_window() -> None:
    """[D3] 1,000 connections in 20 s, of which pages have the last 2 s to move: 56 a second, never more."""
    opens = sorted(slot.opens for slot in plan(range(500), range(500, 1000), 20, random.Random(1)).values())
    gaps = {round(later - earlier, 9) for earlier, later in itertools.pairwise(opens)}
    assert gaps == {0.018}


def test_slots_take_the_whole_window_when_nobody_moves_by_itself() -> None:
    """[D3] Nobody is waited for at its end: 1,000 connections in 20 s, 50 a second."""
    opens = sorted(slot.opens for slot in plan((), range(1000), 20, random.Random(1)).values())
    assert {round(later - earlier, 9) for earlier, later in itertools.pairwise(opens)} == {0.02}


def test_few_connections_do_not_take_the_whole_window() -> None:
    """[D3] Ten go in half a second at the least pace."""
    slots = plan((), range(10), 20, random.Random(1))
    assert max(slot.closes for slot in slots.values()) == pytest.approx(9 / LEAST_PER_SECOND)


def test_all_go_at_once_when_there_is_no_window() -> None:
    """[D3] WHITEBOARD_DRAIN_SECONDS=0."""
    assert {slot.closes for slot in plan(range(5), range(5, 9), 0, random.Random(1)).values()} == {0.0}


def test_order_is_shuffled_by_the_randomness_given() -> None:
    """[D3] People who came together, as after the last restart, do not leave together; a seed repeats itself."""
    first, again, other = (list(plan((), range(100), 20, random.Random(seed))) for seed in (1, 1, 2))
    assert first == again
    assert len({tuple(first), tuple(other), tuple(range(100))}) == 3
