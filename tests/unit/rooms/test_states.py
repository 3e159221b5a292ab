"""The named states of rooms and sessions: legal steps are taken, all others raise."""

import itertools
from typing import Any

import pytest
from structlog.testing import CapturingLogger
from whiteboard.domain.positions import ORIGIN, Offset
from whiteboard.metrics import Metrics
from whiteboard.rooms import feed as feeds
from whiteboard.rooms import session as sessions
from whiteboard.rooms.dialects import BOARD
from whiteboard.rooms.feed import Feed, FeedState
from whiteboard.rooms.session import Session, State
from whiteboard.store.sessions import SessionKey, SessionState

NOBODY: Any = None


def session_in(state: State) -> Session:
    key = SessionKey.of("b", "pid")
    session = Session(NOBODY, NOBODY, key, BOARD, SessionState("s", "me", "black", 4.0, Offset.behind(ORIGIN)))
    session.state = state
    return session


@pytest.mark.parametrize(("state", "then"), list(itertools.product(State, State)))
def test_session_takes_legal_steps_only(monkeypatch: pytest.MonkeyPatch, state: State, then: State) -> None:
    """[B9] Joining, live, stale, left: nobody comes back from a resync or from having left on the same connection. Each
    step is a line for who debugs."""
    session = session_in(state)
    if then in sessions.LEGAL[state]:
        monkeypatch.setattr(sessions, "logger", log := CapturingLogger())
        session.become(then)
        assert session.state is then
        assert log.calls == [("debug", ("session",), {"sid": "s", "was": state.value, "now": then.value})]
    else:
        with pytest.raises(ValueError, match=f"a {state.value} session cannot become {then.value}"):
            session.become(then)
        assert session.state is state


def test_session_cannot_be_revived() -> None:
    """[B9] What the table says, said once more in words."""
    assert sessions.LEGAL[State.STALE] == {State.LEFT}
    assert sessions.LEGAL[State.LEFT] == set()


@pytest.mark.parametrize(("state", "then"), list(itertools.product(FeedState, FeedState)))
async def test_feed_takes_legal_steps_only(state: FeedState, then: FeedState) -> None:
    """[L6] Repairing and live take turns; a closed feed stays closed."""
    feed = Feed("b", NOBODY, NOBODY, Metrics(), NOBODY)
    feed._state = state
    if then in feeds.LEGAL[state]:
        feed._become(then)
        assert feed._state is then
    else:
        with pytest.raises(ValueError, match=f"a {state.value} feed cannot become {then.value}"):
            feed._become(then)
        assert feed._state is state
