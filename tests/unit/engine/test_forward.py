"""The named states of a forwarder: legal steps are taken, all others raise."""

import itertools

import pytest
from whiteboard.engine import forward
from whiteboard.engine.errors import IllegalTransition
from whiteboard.engine.forward import Forwarder, State


async def nobody(name: str) -> str | None:
    return None


@pytest.mark.parametrize(("state", "then"), list(itertools.product(State, State)))
async def test_forwarder_takes_legal_steps_only(caplog: pytest.LogCaptureFixture, state: State, then: State) -> None:
    """[E7] It leaves, closes, and never comes back; each step is a line for who debugs."""
    forwarder = Forwarder(nobody)
    forwarder._state = state
    if then in forward.LEGAL[state]:
        with caplog.at_level("DEBUG"):
            forwarder._become(then)
        assert forwarder._state is then
        assert caplog.messages == [f"forwarder: {state.name} to {then.name}"]
    else:
        with pytest.raises(IllegalTransition, match=f"{state.name} to {then.name}"):
            forwarder._become(then)


async def test_forwarder_may_be_closed_twice_and_left_late() -> None:
    """[D6] A drain that is hurried closes again."""
    forwarder = Forwarder(nobody)
    forwarder.leave()
    forwarder.leave()
    assert await forwarder.close(0.01) == 0
    assert await forwarder.close(0.01) == 0
    forwarder.leave()
