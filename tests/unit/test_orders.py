"""What a process is asked for."""

import pytest
from whiteboard.orders import Orders


def test_second_signal_hurries() -> None:
    """[D7] The first SIGTERM drains, the second one leaves at once; SIGINT does so straight away."""
    orders = Orders()
    orders.drain_or_hurry()
    assert (orders.leave.is_set(), orders.hurry.is_set()) == (True, False)
    orders.drain_or_hurry()
    assert orders.hurry.is_set()
    at_once = Orders()
    at_once.stop()
    assert at_once.leave.is_set()
    assert at_once.hurry.is_set()


def test_drain_may_be_asked_for_twice() -> None:
    """[D8] gunicorn passes on a SIGTERM that the process group has got already."""
    orders = Orders()
    orders.drain()
    orders.drain()
    assert not orders.hurry.is_set()


def test_failure_ends_the_process_and_is_raised() -> None:
    """The first one is the reason; without one nothing is raised."""
    orders = Orders()
    orders.settle()
    orders.fail(ValueError("first"))
    orders.fail(ValueError("second"))
    assert orders.hurry.is_set()
    with pytest.raises(ValueError, match="first"):
        orders.settle()
