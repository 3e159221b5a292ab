"""The frontend's nginx.conf, run with the machine's nginx before two replicas."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from whiteboard.web.routes import PAGE_DIR

from tests.chart.dns import NameServer
from tests.integration.replica import Replica, end
from tests.integration.stock import DEFAULT, POLLING, WEBSOCKET, StockClients
from tests.integration.waiting import eventually

TEMPLATE = Path(__file__).parents[2] / "frontend" / "nginx.conf.template"
SEGMENT = {"x0": 0, "y0": 0, "x1": 1, "y1": 1}
SEEN_HEADERS = ("Cache-Control", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")


class At(Replica):
    """A replica at an address of its own: all have the same port, as pods do."""

    def __init__(self, folder: Path, host: str, port: int, **settings: str) -> None:
        super().__init__(folder, **settings)
        self.host, self.port = host, port


@pytest.fixture(scope="session")
def nginx_path() -> str:
    """nginx. Where there is none the test is skipped, in CI it fails."""
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None and os.environ.get("CI"):
        pytest.fail("CI needs nginx: none found")
    if path is None:
        pytest.skip("NO NGINX: the frontend's configuration is not tested (Debian: apt-get install nginx-light)")
    return path


@pytest_asyncio.fixture
async def replicas(tmp_path: Path, redis_url: str, free_port: Callable[[], int]) -> AsyncIterator[list[Replica]]:
    """Two, at different addresses and the same port."""
    port, net = free_port(), f"127.{random.SystemRandom().randint(64, 250)}.0"
    made: list[Replica] = [
        At(tmp_path / f"replica-{n}", f"{net}.{n}", port, redis_url=redis_url, drain_seconds="2") for n in (1, 2)
    ]
    for replica in made:
        await replica.start()
    yield made
    await end(made)
    assert [line for replica in made for line in replica.complaints()] == []


@pytest_asyncio.fixture
async def names(replicas: list[Replica]) -> AsyncIterator[NameServer]:
    """The name server of the replicas' common name; it knows the first."""
    async with NameServer([replicas[0].host]).opened() as server:
        yield server


@pytest_asyncio.fixture
async def nginx(
    nginx_path: str, replicas: list[Replica], names: NameServer, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[str]:
    """The address of nginx with the frontend's configuration; what it says is complained of."""
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    shutil.copytree(PAGE_DIR, folder / "page")
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in {
        "/tmp/": f"{folder}/",
        "${BACKEND}": f"backend.test:{replicas[0].port}",
        "${NGINX_LOCAL_RESOLVERS}": f"127.0.0.1:{names.port}",
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "/usr/share/nginx/html": str(folder / "page"),
        "/dev/stderr": str(folder / "error.log"),
    }.items():
        assert name in text, name
        text = text.replace(name, value)
    (folder / "nginx.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    command = [nginx_path, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen([*command, "-g", f"daemon off; {user}"])
    url = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        assert process.poll() is None, (folder / "error.log").read_text()
        with contextlib.suppress(aiohttp.ClientConnectionError):
            async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as response:
                return response.status == 200
        return False

    try:
        await eventually(answers, "nginx answers")
        yield url
    finally:
        process.terminate()
        process.wait()
    bad = [line for line in (folder / "error.log").read_text().splitlines() if "[emerg]" in line or "[crit]" in line]
    assert bad == []


async def test_page_is_the_same_from_nginx_and_from_a_replica(nginx: str, replicas: list[Replica]) -> None:
    """Bodies, and the headers that caches and browsers go by; what is nothing here is nothing there."""
    (script,) = [path.name for path in (PAGE_DIR / "assets").glob("index-*.js")]
    paths = ("/", "/b/some-board", f"/assets/{script}", "/socket.io/socket.io.js", "/api/boards/lobby")
    async with aiohttp.ClientSession() as http:
        for path in (*paths, "/nowhere", "/metrics", "/assets/none.js", "/b/", "/socket.io/other.js"):
            found = []
            for base in (replicas[0].url, nginx):
                async with http.get(base + path) as response:
                    headers = [response.headers.get(name) for name in SEEN_HEADERS]
                    found.append((response.status, headers, await response.read() if path in paths else None))
            if path == "/metrics":
                assert found[1][0] == 404
                continue
            assert (found[0][0] == 200) == (path in paths)
            if path in paths:
                assert found[0] == found[1], path
            else:
                assert found[1][0] in (400, 404), path


async def test_script_of_another_release_comes_from_the_replicas(nginx: str, tmp_path: Path) -> None:
    """In a roll-out a page may come from a pod of one release, and ask for its script at one of the other."""
    (script,) = (PAGE_DIR / "assets").glob("index-*.js")
    found = []
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.get(f"{nginx}/assets/{script.name}") as response:
                headers = [response.headers.get(name) for name in SEEN_HEADERS]
                found.append((response.status, headers, await response.read()))
            (tmp_path / "nginx" / "page" / "assets" / script.name).unlink(missing_ok=True)
        async with http.get(f"{nginx}/assets/none.js") as response:
            assert response.status == 404
    assert found[0] == found[1]
    assert found[0][2] == script.read_bytes()


async def test_person_at_a_wrong_address_is_shown_the_way_to_the_lobby(nginx: str, replicas: list[Replica]) -> None:
    """By the same page, from either; what scripts ask for is theirs."""
    async with aiohttp.ClientSession(headers={"Accept": "text/html"}) as http:
        for base in (replicas[0].url, nginx):
            for path in ("/nowhere", "/b/"):
                async with http.get(base + path) as response:
                    assert response.status == 404
                    assert await response.read() == (PAGE_DIR / "404.html").read_bytes()
                    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_page_is_sent_compressed(nginx: str) -> None:
    """As it lies beside the plain file."""
    asked = {"Accept-Encoding": "gzip"}
    async with aiohttp.ClientSession(auto_decompress=False) as http, http.get(nginx, headers=asked) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert await response.read() == (PAGE_DIR / "index.html.gz").read_bytes()


async def test_clients_draw_through_nginx_while_replicas_come_and_go(
    nginx: str, replicas: list[Replica], names: NameServer, stock: StockClients, board: str
) -> None:
    """[D2] [E7] One origin for both transports; a replica that was added is found, one that drains is passed over."""
    options: dict[str, Any] = {"auth": {"board": board}, "extraHeaders": {"Origin": nginx}}
    clients = [await stock.open(nginx, transports=kind, **options) for kind in (WEBSOCKET, POLLING, DEFAULT)]
    assert len(replicas[0].lines("socket connected")) == 3
    names.addresses.append(replicas[1].host)

    async def found() -> bool:
        await asyncio.sleep(0.2)
        clients.append(await stock.open(nginx, transports=WEBSOCKET, **options))
        return bool(replicas[1].lines("socket connected"))

    await eventually(found, "the second replica is found", seconds=20)
    for client in clients[:3]:
        assert (await client.ask("drawing", SEGMENT))["ok"]
    await clients[-1].hears("drawing", 3)
    assert await replicas[0].stop() == 0
    for client in clients[:3]:
        assert (await client.connected(2))["recovered"]
        assert (await client.ask("drawing", SEGMENT))["ok"]
    await clients[-1].hears("drawing", 6)
