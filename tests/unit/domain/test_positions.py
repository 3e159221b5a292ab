"""Positions, and what a commit is to somebody who stands at one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.domain.positions import ORIGIN, Lineage, Offset, Position, Verdict, judge

NUMBERS = st.integers(0, 999_999_999_999_999)


@given(NUMBERS, NUMBERS)
def test_position_is_read_back_as_it_was_written(epoch: int, n: int) -> None:
    """[L1] A position is <epoch>-<n> and nothing is lost on its way."""
    assert Position.parse(str(Position(epoch, n))) == (epoch, n)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1-",
        "-1",
        "1-2-3",
        "01-2",
        "1-02",
        "+1-2",
        "1--2",
        " 1-2",
        "1-2\n",
        "1.0-2",
        "a-b",
        "١-٢",
        "1-" + "9" * 16,
    ],
)
def test_position_is_refused_when_it_is_anything_else(text: str) -> None:
    """[L1] One position has one spelling."""
    with pytest.raises(ValueError, match="not a position"):
        Position.parse(text)


@given(NUMBERS, NUMBERS, st.integers(0, 2**30))
def test_offset_is_read_back_as_it_was_written(epoch: int, n: int, i: int) -> None:
    """[B11] An offset is <epoch>-<n>-<i>, and lies in a commit."""
    offset = Offset.parse(str(Offset(epoch, n, i)))
    assert offset == (epoch, n, i)
    assert offset.position == (epoch, n)
    assert offset <= Offset.behind(offset.position)


@pytest.mark.parametrize(
    "text", ["", "1-2", "1-2-", "1-2-3-4", "1-2-03", "1-2-+3", "1-2-3 ", "x-2-3", "1-2-" + "9" * 11]
)
def test_offset_is_refused_when_it_is_anything_else(text: str) -> None:
    """[B11] One offset has one spelling."""
    with pytest.raises(ValueError, match="not an offset"):
        Offset.parse(text)


@pytest.mark.parametrize(
    ("last", "commit", "verdict"),
    [
        ((0, 0), (1, 1), Verdict.NEXT),
        ((1, 4), (1, 5), Verdict.NEXT),
        ((1, 4), (2, 5), Verdict.NEXT),
        ((1, 4), (1, 6), Verdict.GAP),
        ((0, 0), (1, 2), Verdict.GAP),
        ((1, 4), (3, 6), Verdict.GAP),
        ((1, 4), (1, 4), Verdict.SEEN),
        ((1, 4), (1, 1), Verdict.SEEN),
        ((2, 4), (1, 4), Verdict.SEEN),
        ((1, 4), (2, 4), Verdict.FORKED),
        ((1, 4), (2, 1), Verdict.FORKED),
    ],
)
def test_commit_is_judged_by_its_number_and_epoch(
    last: tuple[int, int], commit: tuple[int, int], verdict: Verdict
) -> None:
    """[L6] The next number is delivered, a later one shows a gap; [L7] a delivered number in a newer epoch, a fork."""
    assert judge(Position(*last), *commit) is verdict


LOG = Lineage(Position(5, 20), {1: 7, 3: 12})


@pytest.mark.parametrize(
    ("position", "held"),
    [
        ((5, 20), True),
        ((5, 13), True),
        ((5, 21), False),
        ((1, 7), True),
        ((1, 8), False),
        ((3, 12), True),
        ((3, 13), False),
        ((2, 5), False),
        ((6, 5), False),
        ((9, 0), True),
    ],
)
def test_lineage_holds_a_position_up_to_where_its_epoch_ended(position: tuple[int, int], held: bool) -> None:
    """[L7] Beyond its epoch's end, or in an epoch that this log never had, a position belongs to ops that are gone."""
    assert LOG.holds(Position(*position)) is held


@pytest.mark.parametrize(
    ("position", "held"), [((5, 20), True), ((3, 10), True), ((3, 9), False), ((1, 7), False), ((0, 0), False)]
)
def test_lineage_holds_no_position_below_its_floor(position: tuple[int, int], held: bool) -> None:
    """[L9] What came behind it is trimmed in part; so is what came behind nothing."""
    assert LOG._replace(floor=10).holds(Position(*position)) is held


def test_origin_is_held_by_every_whole_log() -> None:
    """[L7] Who has seen nothing has seen nothing that is gone."""
    assert Lineage(ORIGIN, {}).holds(ORIGIN)
    assert LOG.holds(ORIGIN)
