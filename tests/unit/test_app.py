"""The end of what a server runs beside its connections."""

import asyncio

from whiteboard import app


async def test_worker_that_cannot_be_cancelled_is_not_waited_for() -> None:
    """The Redis client can swallow a cancellation; one is asked again, but not for ever."""
    asked = 0
    over = asyncio.Event()

    async def stubborn() -> None:
        nonlocal asked
        while not over.is_set():
            try:
                await over.wait()
            except asyncio.CancelledError:
                asked += 1

    async def forgetful() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    workers = [asyncio.create_task(stubborn()), asyncio.create_task(forgetful())]
    await asyncio.sleep(0)
    await app._end(workers)
    assert asked > 1
    assert [worker.done() for worker in workers] == [False, True]
    over.set()
    await workers[0]
