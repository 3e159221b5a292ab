"""Stock clients: socket.io-client of npm, unmodified, in a Node process of their own."""

import asyncio
import itertools
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.integration.waiting import eventually

SCRIPT = Path(__file__).with_name("stock.mjs")
LINE_BYTES = 10_000_000
PATIENCE_SECONDS = 20.0

WEBSOCKET = ("websocket",)
POLLING = ("polling",)
DEFAULT = ("polling", "websocket")
"""What a client does that is told nothing: polling first, then the upgrade."""


class Heard(NamedTuple):
    """An event that a client got, with all its arguments."""

    name: str
    args: list[Any]


class StockClient:
    """One stock client. ``heard`` is everything it has been told, in order."""

    def __init__(self, clients: "StockClients", number: int) -> None:
        self._clients = clients
        self._number = number
        self._asks = itertools.count(1)
        self.heard: list[Heard] = []

    def all(self, name: str) -> list[list[Any]]:
        """Return the arguments of every event of a name so far."""
        return [args for heard_name, args in self.heard if heard_name == name]

    async def hears(self, name: str, count: int = 1, seconds: float = PATIENCE_SECONDS) -> list[list[Any]]:
        """Wait until ``count`` events of a name have come; return the arguments of all."""
        await eventually(
            lambda: len(self.all(name)) >= count or None, f"{count} × {name}; heard: {self.heard[-5:]}", seconds
        )
        return self.all(name)

    def emit(self, *args: object) -> None:
        """Emit an event: its name, then its arguments."""
        self._clients.write(do="emit", client=self._number, args=args)

    async def ask(self, *args: object, seconds: float = PATIENCE_SECONDS) -> Any:
        """Emit an event and return what its acknowledgement says."""
        ask = next(self._asks)
        self._clients.write(do="emit", client=self._number, args=args, ask=ask)
        return (await self.hears(f"answer:{ask}", seconds=seconds))[0][0]

    async def connected(self, count: int) -> dict[str, Any]:
        """Wait for the ``count``-th connect and return what it told: ``recovered``, ``sid``, ``pid`` and ``offset``."""
        told: dict[str, Any] = (await self.hears("connect", count))[count - 1][0]
        return told

    def close(self) -> None:
        """Leave."""
        self._clients.write(do="close", client=self._number)


class StockClients:
    """The Node process. ``async with`` starts and ends it."""

    def __init__(self) -> None:
        self._clients: dict[int, StockClient] = {}

    async def __aenter__(self) -> Self:
        # As `make test` does: a Node of our own stands first, if the machine's was no good.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        node = shutil.which("node", path=path)
        assert node is not None, "no Node: `make test` gets one"
        self._process = await asyncio.create_subprocess_exec(
            node, str(SCRIPT), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reader

    def begin(self, url: str, namespace: str = "/", **options: Any) -> StockClient:
        """Start a client and return at once: it may be refused, or have to wait."""
        number = len(self._clients) + 1
        client = self._clients[number] = StockClient(self, number)
        self.write(do="open", client=number, url=url + namespace, options=options)
        return client

    async def open(self, url: str, namespace: str = "/", **options: Any) -> StockClient:
        """Start a client and return once its first event, behind ``connect``, has come."""
        client = self.begin(url, namespace, **options)
        await client.hears("init" if namespace == "/" else "welcome")
        return client

    def write(self, **command: Any) -> None:
        """Give the Node process a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            self._clients[told["client"]].heard.append(Heard(told["name"], told["args"]))
