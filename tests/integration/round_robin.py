"""A load balancer as simple as they come: TCP, in turn, no stickiness, no looking inside."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


@asynccontextmanager
async def round_robin(ports: Sequence[int]) -> AsyncIterator[str]:
    """Serve the address that is yielded by ``ports`` in turn, passing over those that nobody listens on."""
    turns = itertools.count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            for _ in ports:
                with contextlib.suppress(ConnectionError):
                    there = await asyncio.open_connection("127.0.0.1", ports[next(turns) % len(ports)])
                    await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
                    there[1].close()
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until the stream ends, then end the other one."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()
