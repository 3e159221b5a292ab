"""Child processes under measurement: started on a free port, read from the system's accounting, killed at the end."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import redis
from whiteboard.store.embedded import find_server

START_TIMEOUT_S = 20.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class NotStarted(Exception):
    """A process did not come up; the message carries its last words."""


class Process:
    """One child process that listens on ``port``."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self._process = process

    @property
    def running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def cpu_s(self) -> float:
        """Return the CPU time it has used, user and system, all threads (s)."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def rss_bytes(self) -> int:
        """Return the memory it holds."""
        return int(self._proc("statm").split()[1]) * _PAGE_BYTES

    def files(self) -> int:
        """Return how many files it has open, sockets among them."""
        return len(os.listdir(f"/proc/{self._process.pid}/fd"))

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


@asynccontextmanager
async def running(command: Sequence[str], port: int, env: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    """
    Run ``command``, which listens on ``port``, inside the ``async with``.

    Raises:
        NotStarted: it ended, or did not listen in time.
    """
    # Settings of whoever runs the benchmark are not the servers'.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WHITEBOARD_")}
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, env=clean | dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(int(START_TIMEOUT_S / 0.02)):
            if child.poll() is not None or await _listens(port):
                break
            await asyncio.sleep(0.02)
        if child.poll() is not None or not await _listens(port):
            raise NotStarted(f"{command[0]}: {log.read_text(errors='replace')[-500:].strip() or 'does not listen'}")
        yield Process(port, child)
    finally:
        child.kill()
        child.wait()


@asynccontextmanager
async def running_redis(cache: Path) -> AsyncIterator[Process]:
    """Run this machine's Redis, else the Valkey that the project brings. It keeps nothing on disk, for any server."""
    port = free_port()
    command = [shutil.which("redis-server") or str(find_server()), "--port", str(port), "--bind", "127.0.0.1"]
    async with running([*command, "--save", "", "--dir", str(cache)], port, {}, cache / "redis.log") as process:
        yield process


def empty(redis_port: int) -> None:
    """Make the Redis forget everything."""
    with redis.Redis(port=redis_port) as client:
        client.flushall()


def connected(redis_port: int) -> int:
    """Return how many connections the Redis has, but for the one that asks."""
    with redis.Redis(port=redis_port) as client:
        return int(client.info("clients")["connected_clients"]) - 1


@asynccontextmanager
async def replicas(
    count: int, command: Sequence[str], env: Mapping[str, str], port_name: str, log: Path
) -> AsyncIterator[list[Process]]:
    """Run ``count`` replicas of a server, each told its port by the variable ``port_name``."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(command, port, {**env, port_name: str(port)}, log))
            for port in [free_port() for _ in range(count)]
        ]


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
