"""
`helm test`: draws over WebSocket and long-polling, and sees it on another replica. Arguments: address, replicas, and
for how many seconds the second one may still be on its way.
"""

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from typing import Any

import socketio  # type: ignore[import-untyped]

BOARD = "helm-test"
SECONDS = 15


class Client:
    """Somebody on the board."""

    def __init__(self, transport: str) -> None:
        self.transport = transport
        self.heard: set[str] = set()
        self._changed = asyncio.Event()
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("drawing", self._hear)

    @property
    def replica(self) -> str:
        """Its replica: an Engine.IO sid begins with the name."""
        return str(self._socket.eio.sid).partition(".")[0]

    async def enter(self, address: str, stack: AsyncExitStack) -> "Client":
        await self._socket.connect(address, transports=[self.transport], auth={"board": BOARD})
        stack.push_async_callback(self._socket.disconnect)
        return self

    async def draw(self, mark: str) -> Any:
        segment = {"x0": 0.1, "y0": 0.1, "x1": 0.9, "y1": 0.9, "mark": mark}
        return await self._socket.call("drawing", segment, timeout=SECONDS)

    async def hears(self, mark: str) -> None:
        async with asyncio.timeout(SECONDS):
            while mark not in self.heard:
                self._changed.clear()
                await self._changed.wait()

    async def _hear(self, segment: dict[str, Any], *_: Any) -> None:
        self.heard.add(segment.get("mark", ""))
        self._changed.set()


async def elsewhere(address: str, than: Client, stack: AsyncExitStack, wait_seconds: float) -> Client | None:
    """Come in until it is at another replica."""
    deadline = asyncio.get_running_loop().time() + wait_seconds
    while asyncio.get_running_loop().time() < deadline:
        async with AsyncExitStack() as attempt:
            client = await Client("websocket").enter(address, attempt)
            if client.replica != than.replica:
                stack.push_async_exit(attempt.pop_all())
                return client
        await asyncio.sleep(0.2)
    return None


async def main(address: str, replicas: int, wait_seconds: float) -> str:
    """Return what is wrong, nothing if all is well."""
    for transport in ("websocket", "polling"):
        async with AsyncExitStack() as stack:
            drawer = await Client(transport).enter(address, stack)
            witness = (
                await elsewhere(address, drawer, stack, wait_seconds)
                if replicas > 1
                else await Client("websocket").enter(address, stack)
            )
            if witness is None:
                return f"{transport}: everybody is on {drawer.replica}, though there should be {replicas} replicas"
            mark = secrets.token_hex(8)
            answer = await drawer.draw(mark)
            if not answer.get("ok"):
                return f"{transport}: not stored: {answer}"
            await witness.hears(mark)
            print(f"{transport}: drawn on {drawer.replica}, seen on {witness.replica}", flush=True)
    return ""


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))) or 0)
