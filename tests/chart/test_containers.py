"""
Our images, run: `make images` builds them. Without them, or anything that runs them, these tests are skipped; CI fails
where it has images that do not run.
"""

import asyncio
import os
import random
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from whiteboard.config import Settings

from tests.chart.container import ContainerReplica, Engine, new_name
from tests.chart.dns import NameServer
from tests.chart.rollout import all_heard
from tests.conftest import OwnRedis
from tests.integration.gate import Gate
from tests.integration.log_reader import commits
from tests.integration.stock import POLLING, WEBSOCKET, StockClient, StockClients
from tests.integration.waiting import eventually
from tests.rehearsal.cast import Cast, Person
from tests.rehearsal.checker import check, entries

DRAIN_SECONDS = 2
TEMPLATE = Path(__file__).parents[2] / "frontend" / "nginx.conf.template"
TEMPLATE_IN_IMAGE = "/etc/nginx/templates/nginx.conf.template"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """What runs containers and has the images."""
    found = Engine.found()
    if found is None or not found.has("backend", "frontend"):
        pytest.skip("NO IMAGES: containers are not tested (`make images` builds them)")
    if refusal := found.refusal("backend"):
        told = f"NO CONTAINERS: none runs here (CONTAINERS_CONF: tests/README.md): {refusal[-200:]}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
    return found


@pytest_asyncio.fixture
async def replicas(
    engine: Engine, own_redis: OwnRedis, free_port: Callable[[], int], tmp_path: Path
) -> AsyncIterator[list[ContainerReplica]]:
    """Two, at different addresses and the same port, as pods are."""
    port, net = free_port(), f"127.{random.SystemRandom().randint(64, 250)}.0"
    settings = {"redis_url": own_redis.url, "drain_seconds": str(DRAIN_SECONDS), "recovery_seconds": "600"}
    made = [ContainerReplica(engine, tmp_path / f"replica-{n}", f"{net}.{n}", port, **settings) for n in (1, 2)]
    try:
        await asyncio.gather(*(replica.start() for replica in made))
        yield made
    finally:
        for replica in made:
            replica.end()
    assert [line for replica in made for line in replica.complaints()] == []


async def test_container_is_as_the_chart_needs_it(replicas: list[ContainerReplica]) -> None:
    """PID 1 is tini, nobody is root, WEB_CONCURRENCY starts no second worker, the page and the client are in it; all
    of that with a root that cannot be written to."""
    replica = replicas[0]
    script = 'for id in /proc/[0-9]*; do tr "\\0" " " <$id/cmdline; echo; done'
    commands = replica.execute("sh", "-c", script).splitlines()
    assert commands[0].startswith("/usr/bin/tini -- gunicorn ")
    assert sum("/bin/gunicorn " in command for command in commands) == 2  # the one that waits, and its worker
    assert replica.execute("id", "-u").strip() == "10001"
    assert "One worker, not 4" in replica.text
    assert "read-only" in replica.execute("sh", "-c", "touch /opt/whiteboard/x 2>&1 || true").lower()
    async with aiohttp.ClientSession(replica.url) as http:
        assert "<title>" in await _text(http, "/")
        assert "Socket.IO" in await _text(http, "/socket.io/socket.io.js")


async def test_people_lose_nothing_when_their_container_is_told_to_leave(
    replicas: list[ContainerReplica], own_redis: OwnRedis, tmp_path: Path
) -> None:
    """[D3] SIGTERM, while people draw: they go on at the other one; it ends well, within the grace that it asks for."""
    boards = ["b-0", "b-1"]
    people = [Person(n, boards[n % 2], f"#{n:06x}", n <= 6, POLLING if n % 3 == 0 else WEBSOCKET) for n in range(1, 13)]
    leaving, staying = replicas
    async with Gate(replicas).opened() as gate, Cast(gate.url, people, 100, tmp_path) as cast:
        await cast.are("colored")
        assert leaving.lines("socket connected")
        cast.tell("draw")
        await cast.draw_on()
        gate.choose(staying)
        leaving.process.terminate()
        grace = Settings(drain_seconds=DRAIN_SECONDS, redis_url="redis://").leaving_seconds
        assert await asyncio.to_thread(leaving.process.wait, grace) == 0
        await cast.are("connected")
        await cast.draw_on()
        await cast.rest()
        await eventually(lambda: all_heard(cast, own_redis.url, boards), "all have heard all", 60)
    logs = {board: entries(commits(own_redis.url, board)) for board in boards}
    findings = check(logs, people, cast.notes())
    assert findings.faults == 0, findings
    assert leaving.lines("stopped")


async def test_frontend_is_the_page_and_the_way_to_all_replicas(
    engine: Engine, replicas: list[ContainerReplica], stock: StockClients, free_port: Callable[[], int], tmp_path: Path
) -> None:
    """One origin with a root that cannot be written to; its template fills itself in. Only its port is another one."""
    template = TEMPLATE.read_text(encoding="utf-8")
    assert engine.read("frontend", TEMPLATE_IN_IMAGE) == template
    port, name = free_port(), new_name()
    moved = tmp_path / "template"
    moved.write_text(template.replace("listen 8080;", f"listen 127.0.0.1:{port};"))
    with ExitStack() as stack:
        stack.callback(engine.kill, name)
        async with NameServer([replica.host for replica in replicas]).opened() as names:
            settings = {
                "BACKEND": f"backend.test:{replicas[0].port}",
                "NGINX_ENTRYPOINT_LOCAL_RESOLVERS": "",
                "NGINX_LOCAL_RESOLVERS": f"127.0.0.1:{names.port}",
            }
            command = engine.command("frontend", name, settings, f"--volume={moved}:{TEMPLATE_IN_IMAGE}:ro")
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                await eventually(lambda: _answers(http), "nginx answers")
                page = await _text(http, "/b/any")
                assert "createElement" in await _text(http, re.findall(r'src="(/assets/\S+\.js)"', page)[0])
                assert "Socket.IO" in await _text(http, "/socket.io/socket.io.js")
                assert '"elements"' in await _text(http, "/api/boards/any")
            url = f"http://127.0.0.1:{port}"
            await _draw_on_both(url, replicas, stock)
            assert engine.execute(name, "id", "-u").strip() == "101"
            process.terminate()
            assert await asyncio.to_thread(process.wait, 30) == 0


async def _draw_on_both(url: str, replicas: list[ContainerReplica], stock: StockClients) -> None:
    """Come in until both replicas have somebody, over both transports; what the first draws, everybody hears."""
    options: dict[str, Any] = {"auth": {"board": "b"}, "extraHeaders": {"Origin": url}}
    clients: list[StockClient] = []
    while not (len(clients) >= 4 and all(replica.lines("socket connected") for replica in replicas)):
        assert len(clients) < 20
        clients.append(await stock.open(url, transports=(WEBSOCKET, POLLING)[len(clients) % 2], **options))
    assert (await clients[0].ask("drawing", {"x0": 0, "y0": 0, "x1": 1, "y1": 1}))["ok"]
    for client in clients[1:]:
        await client.hears("drawing")


async def _text(http: aiohttp.ClientSession, path: str) -> str:
    async with http.get(path) as response:
        assert response.status == 200
        return await response.text()


async def _answers(http: aiohttp.ClientSession) -> bool:
    try:
        return await _text(http, "/healthz") == "ok\n"
    except aiohttp.ClientConnectionError:
        return False
