"""Background work of a test, ended for certain."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run works beside the body; what has failed by its end is raised then."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield tasks
    finally:
        await end(*tasks)


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel tasks and wait until they are over. Raises what one of them had failed with."""
    # Again and again: up to Python 3.11 a cancellation that meets asyncio.wait_for as its inner task ends, is lost.
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.1)
    for task in tasks:
        if not task.cancelled():
            task.result()
