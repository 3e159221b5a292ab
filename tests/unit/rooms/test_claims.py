"""Who holds a session: the latest generation, whatever comes first, the session or the word of its claim."""

from typing import Any

from whiteboard.domain.positions import ORIGIN, Offset
from whiteboard.protocol.claims import Taken
from whiteboard.rooms.claims import Claims
from whiteboard.rooms.dialects import BOARD
from whiteboard.rooms.session import Session
from whiteboard.store.sessions import SessionKey, SessionState

NOBODY: Any = None
KEY = SessionKey.of("b", "pid")


def session(generation: int, key: SessionKey = KEY) -> Session:
    state = SessionState("s", "me", "black", 4.0, Offset.behind(ORIGIN), generation)
    return Session(NOBODY, NOBODY, key, BOARD, state)


def taken(generation: int) -> Taken:
    return Taken(*KEY, generation)


def test_claim_supersedes_the_earlier_session_alone() -> None:
    """[R2] Not another pid's, nor the very session that the claim has made."""
    claims = Claims(lambda: 0.0)
    first, other = session(1), session(1, SessionKey.of("b", "another"))
    assert claims.admit(first)
    assert claims.admit(other)
    assert claims.note(taken(1)) is None
    assert claims.note(taken(2)) is first
    second = session(2)
    assert claims.admit(second)
    assert claims.note(taken(2)) is None
    claims.leave(first)
    assert claims.holder(KEY.pid_hash) is second


def test_session_is_not_admitted_when_a_later_one_was_claimed() -> None:
    """[R2] Elsewhere, as told before it came; or here. What was told last does not undo what was told before."""
    claims = Claims(lambda: 0.0)
    claims.note(taken(3))
    claims.note(taken(2))
    assert not claims.admit(session(2))
    assert claims.holder(KEY.pid_hash) is None
    assert claims.admit(session(3))
    claims.forget(1.0)
    assert not claims.admit(session(2))


def test_claims_are_forgotten_in_time() -> None:
    """[R2] Those told of lately are kept, also when they were told of before."""
    now = 0.0
    claims = Claims(lambda: now)
    claims.note(taken(2))
    claims.forget(0.0)
    assert not claims.admit(session(1))
    now = 5.0
    claims.note(taken(2))
    claims.forget(4.0)
    assert not claims.admit(session(1))
    claims.forget(6.0)
    assert claims.admit(session(1))
