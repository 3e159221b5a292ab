"""The wheel, turned by hand; and that it turns by itself."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from whiteboard.engine.timers import DISARMED, Ticker, Timer, Wheel


class Bell:
    def __init__(self) -> None:
        self.slot = DISARMED
        self.rung: list[float] = []

    def on_time(self, now: float) -> None:
        self.rung.append(now)


@given(
    st.lists(st.integers(0, 1000), min_size=1),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_timers_are_due_in_time_and_never_early(deadlines: list[int], steps: list[int]) -> None:
    """Each once, less than a tick late, whatever the clock does."""
    wheel = Wheel(0.25)
    bells: dict[Timer, float] = {Bell(): when / 40 for when in deadlines}
    for bell, when in bells.items():
        wheel.arm(bell, when)
    now = 0.0
    for step in [*steps, 2000]:
        earlier, now = now, now + step / 40
        for bell in wheel.due(now):
            assert bells.pop(bell) <= now
        assert all(when > now - 0.25 for when in bells.values()), earlier
    assert not bells
    assert not wheel


def test_a_timer_can_be_moved_and_disarmed() -> None:
    """It is due at its last time only, and leaves nothing behind."""
    wheel = Wheel(1)
    bell = Bell()
    wheel.arm(bell, 5)
    wheel.arm(bell, 3)
    assert wheel.due(4) == [bell]
    assert wheel.due(9) == []
    wheel.arm(bell, 12)
    wheel.disarm(bell)
    wheel.disarm(bell)
    assert not wheel


async def test_the_ticker_rests_when_nothing_is_armed() -> None:
    """It turns while something is; a timer that fails does not stop it."""

    class Cracked(Bell):
        def on_time(self, now: float) -> None:
            raise RuntimeError

    ticker = Ticker(0.001)
    now = asyncio.get_running_loop().time()
    bell = Bell()
    ticker.arm(Cracked(), now)
    ticker.arm(bell, now + 0.01)
    async with asyncio.timeout(5):
        while not bell.rung:
            await asyncio.sleep(0.001)
    assert bell.rung[0] >= now + 0.01
    assert ticker._handle is None
