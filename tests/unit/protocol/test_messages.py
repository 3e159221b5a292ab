"""What the bus brings, and what a newer release may put there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.domain.positions import Position
from whiteboard.protocol import cursors, presence
from whiteboard.protocol.messages import Committed, Pointed, read_message
from whiteboard.protocol.presence import News, Person

from tests.unit import strategies

AT = Position(2, 7)
_places = st.tuples(strategies.coordinates, strategies.coordinates)
_people = st.dictionaries(st.text(), st.none() | st.builds(Person, st.text(), st.text()))


@given(st.dictionaries(st.text(), _places | _places.map(lambda place: (*place, 1.0))))
def test_cursors_come_back_from_the_bus_as_they_went_in(told: dict[str, tuple[float, ...]]) -> None:
    """[P2] Whoever points, wherever."""
    assert read_message(cursors.encode_message(told)) == Pointed(told)


@given(st.builds(News, _people, st.booleans()))
def test_people_come_back_from_the_bus_as_they_went_in(news: News) -> None:
    """[P4] Whatever they are called."""
    assert read_message(presence.encode_message(news)) == news


@given(st.binary())
def test_commit_is_read_whole_whatever_its_body_holds(body: bytes) -> None:
    """[L5] Only the first two spaces part a message: further on there may be anything."""
    for tail in (b"", b" ~ {}", b' @ {"people":{}}'):
        assert read_message(b"1 2-7 " + body + tail) == Committed(AT, body + tail)


def test_commit_of_a_newer_format_is_noticed_and_left_to_the_log() -> None:
    """[L12] Its position stands where it always did."""
    assert read_message(b"2 2-7 <ops/>") == Committed(AT, None)


@pytest.mark.parametrize(
    "message",
    [b"1 ! {}", b"1 poll 2-7 []", b"2 ! \xff", b'2 @ {"people":{}}', b"2 ~ {}", b'1 @ {"people":[]}', b"1 ~ 5", b"1 ~"],
    ids=repr,
)
def test_message_is_passed_over_when_a_newer_release_means_it(message: bytes) -> None:
    """[L12] Of a kind that is not known here, or in a form that is not."""
    assert read_message(message) is None


@pytest.mark.parametrize(
    "message",
    [b"", b"1", b"1 2-7", b"1 2 []", b"1 x-7 []", b"1 2-7-0 []", b"1 \xff-7 []", b"x 2-7 []", b"9" * 5000],
    ids=lambda message: repr(message[:20]),
)
def test_message_is_passed_over_when_it_is_none_of_ours(message: bytes) -> None:
    """[L12] Somebody else's on the channel."""
    assert read_message(message) is None


@given(st.binary() | st.binary().map(lambda tail: b"1 @ " + tail) | st.binary().map(lambda tail: b"1 2-" + tail))
def test_reading_a_message_never_fails(message: bytes) -> None:
    """[L12] Whatever is published."""
    read_message(message)
