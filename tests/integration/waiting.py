"""Waiting for a condition with a deadline: no test sleeps for luck."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

POLL_SECONDS = 0.01
DEADLINE_SECONDS = 15.0


async def eventually(
    condition: Callable[[], Any] | Callable[[], Awaitable[Any]], what: str, seconds: float = DEADLINE_SECONDS
) -> Any:
    """
    Return the first true value of ``condition``, which may be a coroutine function.

    Raises:
        AssertionError: it was not true within ``seconds``; the message says what was waited for and the last value.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if loop.time() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what} (last: {value!r})")
        await asyncio.sleep(POLL_SECONDS)
