"""How this process is: how late its event loop is, and how many files it has open."""

import asyncio
import os
import resource
import sys
from collections.abc import Callable
from typing import Final

from prometheus_client import Gauge, Histogram

_EVERY_SECONDS: Final = 0.5
_TICKS_A_COUNT: Final = 10  # counting takes some 0.3 µs a file


def max_files() -> int:
    """Return how many files this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def open_files() -> int:
    """Return how many files this process has open, sockets among them."""
    return len(os.listdir("/dev/fd")) - 1  # one is the listing's own


async def watch(lag: Histogram, files: Gauge, note_files: Callable[[int], None]) -> None:
    """Measure until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        note_files(found := open_files())
        files.set(found)
        for _ in range(_TICKS_A_COUNT):
            due = loop.time() + _EVERY_SECONDS
            await asyncio.sleep(_EVERY_SECONDS)
            lag.observe(max(0.0, loop.time() - due))
