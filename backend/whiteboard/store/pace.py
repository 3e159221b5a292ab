"""A pace for long work in the event loop: others run in between."""

import asyncio
from typing import Final

SLICE_SECONDS: Final = 0.005


class Pace:
    """Asked between the steps of a long piece of work, it pauses when others have waited for a slice of time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()

    async def step(self) -> None:
        """Let others run, if it is time."""
        if self._loop.time() - self._since > SLICE_SECONDS:
            await asyncio.sleep(0)
            self._since = self._loop.time()
