"""The named states of a forwarder: legal steps are taken, all others raise."""

import itertools

import pytest
from whiteboard.engine import forward
from whiteboard.engine.forward import Forwarder, State


async def nobody(name: str) -> str | None:
    return None


@pytest.mark.parametrize(("state", "then"), list(itertools.product(State, State)))
async def test_forwarder_takes_legal_steps_only(state: State, then: State) -> None:
    """[E7] It leaves, closes, and never comes back."""
    forwarder = Forwarder(nobody)
    forwarder._state = state
    if then in forward.LEGAL[state]:
        forwarder._become(then)
        assert forwarder._state is then
    else:
        with pytest.raises(ValueError, match=f"{state.name} cannot become {then.name}"):
            forwarder._become(then)


async def test_forwarder_may_be_closed_twice_and_left_late() -> None:
    """[D6] A drain that is hurried closes again."""
    forwarder = Forwarder(nobody)
    forwarder.leave()
    forwarder.leave()
    assert await forwarder.close(0.01) == 0
    assert await forwarder.close(0.01) == 0
    forwarder.leave()
