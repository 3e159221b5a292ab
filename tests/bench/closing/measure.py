"""
How a WebSocket is to be closed so that its client loses least: ``python -m tests.bench.closing.measure``.

Stock clients in Node and in Chromium emit 100 numbered events a second each and are closed one after the other, in
three ways, directly, behind nginx and behind HAProxy (of HTTP, of TCP), with 20 ms to them and 20 ms back. Lost is
what a client emitted while it believed to be connected, and the server never read. The table belongs into
``docs/decisions/0008-close-frame-or-half-close.md``.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvloop
from aiohttp import web
from playwright.async_api import async_playwright
from whiteboard.engine.conform import ConformingServer
from whiteboard.engine.connection import Connection

from tests.e2e.chromium import find_chromium

HERE: Final = Path(__file__).parent
CLIENT: Final = HERE.parents[2] / "frontend/node_modules/socket.io-client/dist/socket.io.js"
CLIENTS: Final = 40
PAUSE_MS: Final = 10
DELAY_SECONDS: Final = 0.02
BETWEEN_SECONDS: Final = 0.05

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{server}; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $host;
    }}
  }}
}}
"""
HAPROXY = """
defaults
  mode {mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend all
  bind 127.0.0.1:{port}
  default_backend replica
backend replica
  server replica 127.0.0.1:{server}
"""


class Server:
    """Socket.IO on our engine; counts what each client emitted."""

    def __init__(self) -> None:
        self.received: Counter[int] = Counter()
        self.sio: Any = ConformingServer(async_mode="aiohttp", allowed_origins="*")
        self.sio.on("n", self._note)

    async def _note(self, _sid: str, client: int, _number: int) -> None:
        self.received[client] += 1

    async def close_all(self, close: Callable[[Connection], None]) -> None:
        """Close the connections in turn once all clients are there."""
        while len(self.sio.eio.connections) < CLIENTS or sum(self.received.values()) < CLIENTS * 20:
            await asyncio.sleep(0.05)
        for connection in list(self.sio.eio.connections.values()):
            close(connection)
            await asyncio.sleep(BETWEEN_SECONDS)


def close_frame(connection: Connection) -> None:
    connection.close(1001)


def half_close(connection: Connection) -> None:
    connection.close(1001, half=True)


def frame_and_half(connection: Connection) -> None:
    carrier: Any = connection._carrier
    connection.close(1001)
    carrier._transport.write_eof()


WAYS: Final = {"close frame": close_frame, "half-close": half_close, "both at once": frame_and_half}


@asynccontextmanager
async def slow_link(port: int) -> AsyncIterator[int]:
    """A link that takes its time in both directions and passes ends of streams on, one by one."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()

        def pass_on(data: bytes) -> None:
            if not writer.is_closing():
                writer.write(data) if data else writer.write_eof()

        data = b"-"
        while data:
            try:
                data = await reader.read(65536)
            except OSError:
                loop.call_later(DELAY_SECONDS, writer.transport.abort)
                break
            loop.call_later(DELAY_SECONDS, pass_on, data)
        await asyncio.sleep(2 * DELAY_SECONDS)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
        for end in (writer, there_writer):
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def proxy(name: str, server: int) -> AsyncIterator[int]:
    """A proxy of the distribution in front of the port, or none."""
    if name == "direct":
        yield server
        return
    port = free_port()
    folder = tempfile.mkdtemp()
    config = Path(folder) / "config"
    mode = "tcp" if name == "haproxy-tcp" else "http"
    config.write_text(
        (NGINX if name == "nginx" else HAPROXY).format(folder=folder, port=port, server=server, mode=mode)
    )
    command = ["nginx", "-c", str(config)] if name == "nginx" else ["haproxy", "-f", str(config)]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    while True:
        with contextlib.suppress(OSError):
            (await asyncio.open_connection("127.0.0.1", port))[1].close()
            break
        await asyncio.sleep(0.05)
    yield port
    process.terminate()
    await process.wait()
    shutil.rmtree(folder)


async def in_node(url: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        "node", str(HERE / "node.mjs"), url, str(CLIENTS), str(PAUSE_MS), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    told: list[dict[str, Any]] = json.loads(output)
    return told


async def in_chromium(url: str) -> list[dict[str, Any]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_path(), args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(url + "/")
        for script in (CLIENT, HERE / "emit.js"):
            await page.add_script_tag(path=script)
        told: list[dict[str, Any]] = await page.evaluate(
            "([clients, pauseMs]) => emitUntilClosed(io, location.origin, { clients, pauseMs })", [CLIENTS, PAUSE_MS]
        )
        await browser.close()
        return told


def find_path() -> str:
    path = find_chromium()
    assert path is not None, "no Chromium"
    return str(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def measure(client: Any, proxy_name: str, close: Callable[[Connection], None]) -> str:
    """One run; returns the cell of the table."""
    async with AsyncExitStack() as stack:
        server = Server()
        app = web.Application()
        app.router.add_get("/", _empty_page)
        server.sio.attach(app)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = await stack.enter_async_context(proxy(proxy_name, runner.addresses[0][1]))
        port = await stack.enter_async_context(slow_link(port))
        closing = asyncio.create_task(server.close_all(close))
        told = await client(f"http://127.0.0.1:{port}")
        await closing
        await asyncio.sleep(0.5)  # what is still under way
        lost = [one["count"] - server.received[one["client"]] for one in told]
        return f"{sum(lost) / len(lost):.2f} (worst {max(lost)}, none {lost.count(0)} of {len(lost)})"


async def _empty_page(_: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><title>closing</title>", content_type="text/html")


async def main(proxies: list[str]) -> None:
    print("| client | way | " + " | ".join(WAYS) + " |")
    print("|---|---|" + "---|" * len(WAYS))
    for client in (in_node, in_chromium):
        for name in proxies:
            cells = [await measure(client, name, close) for close in WAYS.values()]
            print(f"| {client.__name__[3:]} | {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:] or ["direct", "nginx", "haproxy", "haproxy-tcp"]))
