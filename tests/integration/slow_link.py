"""A TCP way to Redis that delays, and breaks, as a test wants: seeded."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class SlowLink:
    """Forwards connections; each piece of data waits a random while, but never overtakes another of its direction."""

    def __init__(self, target_port: int, seed: int, most_seconds: float) -> None:
        self._target_port = target_port
        self._random = random.Random(seed)
        self._most_seconds = most_seconds
        self._writers: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        """Serve; the value is the URL of this way to Redis."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        try:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            while self._pipes:
                self.cut()  # again: one may have been on its way to Redis
                await asyncio.wait(self._pipes, timeout=0.1)

    def cut(self) -> None:
        """Break every connection; what is on its way may or may not have arrived."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", self._target_port)
        for source, target in ((reader, here), (there, writer)):
            self._writers.add(target)
            pipe = asyncio.create_task(self._pipe(source, target))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                await asyncio.sleep(self._random.uniform(0, self._most_seconds))
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            self._writers.discard(target)
            target.close()
