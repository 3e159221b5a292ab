"""What the rooms' tests share: pauses that are short, upkeep that a test has to ask for."""

import pytest


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon. Upkeep stays away: a gap must be found without it."""
    monkeypatch.setattr("whiteboard.rooms.rooms._UPKEEP_SECONDS", 3600.0)
    monkeypatch.setattr("whiteboard.rooms.feed._RETRY_SECONDS", 0.02)
    monkeypatch.setattr("whiteboard.rooms.committer._BACKOFF_SECONDS", (0.01, 0.03))
    monkeypatch.setattr("whiteboard.store.bus._BACKOFF_SECONDS", (0.01, 0.03))


@pytest.fixture
def upkeep(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare with the log's head thirty times a second, in place of every few seconds."""
    monkeypatch.setattr("whiteboard.rooms.rooms._UPKEEP_SECONDS", 0.03)
