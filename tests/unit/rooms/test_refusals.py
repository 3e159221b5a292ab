"""What is refused: counted always, written down at a bounded rate."""

import pytest
import structlog
from whiteboard.errors import Invalid, TooLarge
from whiteboard.metrics import Metrics
from whiteboard.rooms import refusals as module
from whiteboard.rooms.refusals import LINES_PER_SECOND, Refusals


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_lines_are_bounded_a_kind_and_nothing_goes_uncounted(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E1] A thousand errors of one client are ten lines, then one that says how many were not written."""
    now = 0.0
    refusals = Refusals(metrics, lambda: now)
    monkeypatch.setattr(module, "logger", structlog.get_logger())
    with structlog.testing.capture_logs() as lines:
        for _ in range(1_000):
            refusals.error(Invalid("no"), "s", "/")
        refusals.error(TooLarge("no"), "s", "/")
        now = 1.0
        refusals.error(Invalid("no"), "s", "/")
    told = [line["code"] for line in lines]
    assert told == ["invalid"] * LINES_PER_SECOND + ["too_large", "invalid"]
    assert lines[-1]["unsaid"] == 1_000 - LINES_PER_SECOND
    assert metrics.registry.get_sample_value("whiteboard_errors_total", {"code": "invalid"}) == 1_001
    assert metrics.registry.get_sample_value("whiteboard_errors_total", {"code": "too_large"}) == 1


def test_request_that_is_refused_is_counted_by_its_kind(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    """[E5] With the status and the reason in its line."""
    monkeypatch.setattr(module, "logger", structlog.get_logger())
    with structlog.testing.capture_logs() as lines:
        Refusals(metrics, lambda: 0.0).request("origin", 400, "not that one")
    assert lines == [
        {"event": "refused", "log_level": "warning", "reason": "origin", "status": 400, "why": "not that one"}
    ]
    assert metrics.registry.get_sample_value("whiteboard_refused_total", {"reason": "origin"}) == 1
