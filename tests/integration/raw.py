"""A client that says exactly what it is told to: Socket.IO packets as text over a WebSocket."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any, Self

import aiohttp

from tests.integration.waiting import eventually


class RawSocket:
    """One WebSocket. ``packets`` are the Socket.IO packets that came, in order, without Engine.IO's ``4``."""

    def __init__(self, url: str, **headers: str) -> None:
        self._address = f"{url}/socket.io/?EIO=4&transport=websocket"
        self._headers = headers
        self.packets: list[str] = []
        self.close_code: int | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        try:
            self.ws = await self._http.ws_connect(self._address, headers=self._headers, max_msg_size=0)
        except BaseException:
            await self._http.close()
            raise
        opening = json.loads((await self.ws.receive_str())[1:])
        self.max_payload: int = opening["maxPayload"]
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ws.close()
        self._reader.cancel()
        await asyncio.wait([self._reader])
        await self._http.close()

    async def join(self, namespace: str = "/", **auth: object) -> str:
        """CONNECT to a namespace; return the answer, CONNECT or CONNECT_ERROR."""
        prefix = _prefix(namespace)
        await self.send(f"0{prefix}{json.dumps(auth)}")
        return await self.hears(f"0{prefix}", f"4{prefix}")

    async def send(self, packet: str) -> None:
        """Send a Socket.IO packet as it is. Raises ConnectionError when the server has closed."""
        if self.close_code is not None:
            raise ConnectionError(f"closed with {self.close_code}")
        await self.ws.send_str("4" + packet)

    async def emit(self, name: str, *args: object, namespace: str = "/") -> None:
        """Send an event."""
        await self.send(f"2{_prefix(namespace)}{json.dumps([name, *args])}")

    async def hears(self, *prefixes: str, count: int = 1) -> str:
        """
        Wait for the ``count``-th packet that begins with one of ``prefixes`` and return it.

        Raises:
            ConnectionError: the server has closed before.
        """
        await self.until(lambda: len(self._all(prefixes)) >= count, f"{count} × {prefixes}")
        return self._all(prefixes)[count - 1]

    def events(self, name: str, namespace: str = "/") -> list[list[Any]]:
        """Return the arguments of every event of a name so far."""
        prefix = f'2{_prefix(namespace)}["{name}"'
        start = 1 + len(_prefix(namespace))
        return [json.loads(packet[start:])[1:] for packet in self._all((prefix,))]

    async def event(self, name: str, namespace: str = "/", count: int = 1) -> list[Any]:
        """Wait for the ``count``-th event of a name and return its arguments."""
        await self.hears(f'2{_prefix(namespace)}["{name}"', count=count)
        return self.events(name, namespace)[count - 1]

    async def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until ``condition`` holds and return its value. Raises ConnectionError when the server has closed."""

        def check() -> Any:
            value = condition()
            if not value and self.close_code is not None:
                raise ConnectionError(f"closed with {self.close_code}")
            return value

        return await eventually(check, f"{what}; came: {self.packets[-5:]}")

    def stop_reading(self) -> None:
        """Take nothing more from the socket, as a client that hangs."""
        self._reader.cancel()

    async def closed(self) -> int:
        """Wait until the server has closed and return the close code."""
        await eventually(lambda: self.close_code is not None, "the server closes")
        assert self.close_code is not None
        return self.close_code

    def _all(self, prefixes: tuple[str, ...]) -> list[str]:
        return [packet for packet in self.packets if packet.startswith(prefixes)]

    async def _read(self) -> None:
        async for message in self.ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                if message.data == "2":
                    await self.ws.send_str("3")
                else:
                    self.packets.append(message.data[1:])
        self.close_code = self.ws.close_code


def new_secret() -> str:
    """Return a secret that proves a client (B1)."""
    return secrets.token_urlsafe(24)


def _prefix(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"
