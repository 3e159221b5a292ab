"""What tests share: real servers of Redis (no mock), ports, a browser."""

import contextlib
import logging
import os
import random
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio
import redis
import structlog
from whiteboard.store.embedded import EmbeddedStore, find_server

from tests.e2e.chromium import find_chromium

# A shared machine stalls now and then; speed is `make bench`'s business.
hypothesis.settings.register_profile("whiteboard", deadline=None, print_blob=True)
hypothesis.settings.load_profile("whiteboard")

# As the server has it: lines for debugging cost nothing.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One store for the whole run: its URL. Tests take ``redis_url``."""
    store = EmbeddedStore(tmp_path_factory.mktemp("redis"))
    yield await store.start()
    await store.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of a store that is empty."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


class OwnRedis:
    """A server on a TCP port that a test may kill, freeze and start again under the same URL; unless durable, its data
    is lost."""

    def __init__(self, port: int, folder: Path, *, durable: bool = False) -> None:
        self.url = f"redis://127.0.0.1:{port}"
        self._command = [
            str(find_server()),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
            *(["--appendonly", "yes", "--appendfsync", "always"] if durable else []),
        ]
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server (again) and return once it answers."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < deadline, "no answer from the Redis server"
                    time.sleep(0.01)
                else:
                    return self.process

    def kill(self) -> None:
        """End the server at once, as a power cut does."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def own_redis(free_port: Callable[[], int], tmp_path: Path) -> Iterator[OwnRedis]:
    """A server of this test alone, for outages."""
    server = OwnRedis(free_port(), tmp_path)
    yield server
    server.kill()


@pytest.fixture
def durable_redis(free_port: Callable[[], int], tmp_path: Path) -> Iterator[OwnRedis]:
    """The same, but it keeps every write."""
    server = OwnRedis(free_port(), tmp_path, durable=True)
    yield server
    server.kill()


def find_free_port() -> int:
    """Return a TCP port that nobody listens on."""
    # Below the ports that the system gives to outgoing connections: one might take it before its server does.
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port in a hundred tries")


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return a function that finds a TCP port that nobody listens on."""
    return find_free_port


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser. Where none can be had the test is skipped, in CI it fails."""
    path = find_chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI needs a browser: none found")
    if path is None:
        pytest.skip("no Chromium found: `make test` says how to get one")
    return path
