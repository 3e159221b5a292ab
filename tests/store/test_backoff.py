"""Pauses between attempts."""

import random

from whiteboard.store.backoff import Backoff


def test_pauses_grow_to_the_last_step_and_are_drawn_by_the_randomness_given() -> None:
    """[L8] Half to one and a half times each step; a seed repeats itself, another one does not."""
    steps = (0.1, 0.2, 1.0)
    pauses = [Backoff(steps, random.Random(1)).pause(attempt) for attempt in (0, 1, 2, 3, 99)]
    for pause, step in zip(pauses, (0.1, 0.2, 1.0, 1.0, 1.0), strict=True):
        assert 0.5 * step <= pause <= 1.5 * step
    first, again, other = ([Backoff(steps, random.Random(seed)).pause(n) for n in range(3)] for seed in (1, 1, 2))
    assert first == again != other
