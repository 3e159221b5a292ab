"""Growing pauses between attempts. Pure: the randomness is passed in."""

import random
from collections.abc import Sequence


class Backoff:
    """So that those who have lost the same server do not come back all at once."""

    def __init__(self, seconds: Sequence[float], lots: random.Random) -> None:
        """
        Args:
            seconds: the pause before each attempt, about; the last one holds for all after it.
        """
        self._seconds = seconds
        self._lots = lots

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after failure number ``attempt``, from 0 up: its step, more or less a half."""
        return self._seconds[min(attempt, len(self._seconds) - 1)] * self._lots.uniform(0.5, 1.5)
