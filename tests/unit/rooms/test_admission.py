"""The bounded rate of new connections, by a clock that the test holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.engine.errors import Refused
from whiteboard.rooms.admission import Admission, TokenBucket


def test_bucket_gives_a_burst_then_its_rate() -> None:
    """[D5] A second's worth at once, then one each tenth of a second, and it says when to come again."""
    bucket = TokenBucket(10, now=100.0)
    assert [bucket.take(100.0) for _ in range(10)] == [0.0] * 10
    assert bucket.take(100.0) == pytest.approx(0.1)
    assert bucket.take(100.04) == pytest.approx(0.06)
    assert bucket.take(100.11) == 0.0
    assert bucket.take(100.11) > 0


def test_bucket_keeps_no_more_than_its_burst() -> None:
    """[D5] A quiet hour does not let a crowd in."""
    bucket = TokenBucket(3, now=0.0)
    assert [bucket.take(3600.0) for _ in range(4)].count(0.0) == 3


@given(rate=st.floats(1, 1000), pauses=st.lists(st.floats(0, 2), max_size=200))
def test_bucket_never_gives_more_than_its_rate(rate: float, pauses: list[float]) -> None:
    """[D5] Over any time from the start: at most the burst and what has come since."""
    bucket, now, given_out = TokenBucket(rate, now=0.0), 0.0, 0
    for pause in pauses:
        now += pause
        given_out += bucket.take(now) == 0.0
        assert given_out <= rate + now * rate + 1e-6


def test_refusal_says_why_and_when_to_come_again() -> None:
    """[D5] 503 with whole seconds, at least one; a full one [D9]; once closed, nobody is let in again [D2]."""
    now, full = 0.0, False
    admission = Admission(1, lambda: now, lambda: full)
    admission.admit()
    with pytest.raises(Refused) as refused:
        admission.admit()
    assert (refused.value.status, refused.value.retry_after, refused.value.kind) == (503, 1, "busy")
    now = 5.0
    admission.admit()
    now, full = 9.0, True
    for _ in range(2):  # which costs no token
        with pytest.raises(Refused, match="Full") as refused:
            admission.admit()
        assert (refused.value.status, refused.value.retry_after, refused.value.kind) == (503, 5, "full")
    full = False
    admission.admit()
    admission.close()
    now = 20.0
    with pytest.raises(Refused, match="Draining") as refused:
        admission.admit()
    assert refused.value.kind == "draining"
