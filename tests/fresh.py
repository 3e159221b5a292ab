"""
What a new user does, on a machine with nothing but Python, make and coreutils: ``make fresh``.

Clones this repository to a path with a space, starts ``make run`` there with an empty environment, draws, ends it by
Ctrl-C on a terminal, starts it again and finds the drawing. Takes the time of a set-up (a minute or two, and the
network); needs no package. Exits with 0 if all of it went well. Linux only.
"""

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
SET_UP_SECONDS = 600.0
SECOND_START_SECONDS = 5.0
END_SECONDS = 60.0
# Of coreutils, what a shell script may use; and the shell itself, which make cannot do without.
TOOLS = (
    *("basename", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env"),
    *("expr", "false", "head", "id", "install", "ln", "ls", "make", "mkdir"),
    *("mktemp", "mv", "nproc", "printf", "pwd", "readlink", "realpath", "rm", "rmdir"),
    *("sh", "sleep", "sort", "stat", "tail", "tee", "test", "touch", "tr"),
    *("true", "uname", "uniq", "wc"),
)


class Run:
    """``make run`` on a terminal of its own."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.text = ""
        self.began = time.monotonic()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(f"{env['PATH']}/make", ["make", "run"], env)

    def until(self, condition: Callable[[], object], what: str, seconds: float) -> float:
        """Wait until ``condition`` holds; return the seconds since the start. Exits when it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                fail(f"not within {seconds:.0f} s: {what}", self.text)
            self._read(0.05)
        return time.monotonic() - self.began

    def interrupt(self) -> int:
        """Press Ctrl-C, wait for the end and return the exit code."""
        os.write(self._terminal, b"\x03")
        ended: list[int] = []

        def has_ended() -> bool:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                ended.append(os.waitstatus_to_exitcode(status))
            return bool(pid)

        self.until(has_ended, "the server ends", END_SECONDS)
        self.pid = 0
        return ended[0]

    def close(self) -> None:
        """End it if it still runs, which is so when something has failed."""
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)  # make passes it on
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _read(self, seconds: float) -> None:
        if select.select([self._terminal], [], [], seconds)[0]:
            try:
                self.text += os.read(self._terminal, 65_536).decode(errors="replace")
            except OSError:  # nobody is at the other end any more
                time.sleep(seconds)


def main() -> int:
    """Go the whole way; say how long each step took."""
    base = Path(tempfile.mkdtemp(prefix="fresh "))
    try:
        clone = base / "a whiteboard"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        port = free_port()
        env = {"PATH": str(bare_path(base)), "WHITEBOARD_PORT": str(port)}
        for time_said, within in (("first", SET_UP_SECONDS), ("second", SECOND_START_SECONDS)):
            with closing(Run(clone, env)) as run:
                seconds = run.until(lambda: serves(port), "the page is served", within)
                said(f"make run, the {time_said} time: served after {seconds:.1f} s")
                run.until(lambda: re.search(rf"http://localhost:{port}\b", run.text), "it says its address", 5)
                if time_said == "first":
                    draw(port)
                check(drawn(port), "the stroke is there", run.text)
                end(run, base)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return 0


def bare_path(base: Path) -> Path:
    """Make a folder to be the whole PATH."""
    folder = base / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or fail(f"this machine has no {tool}"))
    (folder / "python3").symlink_to(sys.executable)
    return folder


def end(run: Run, base: Path) -> None:
    """Press Ctrl-C: the exit code is 0, and no process is left."""
    code = run.interrupt()
    check(code == 0, f"Ctrl-C ends it with 0, not {code}", run.text)
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and str(base) in cwd_of(pid)]
    check(not left, f"no process is left, but {left}", run.text)
    said("Ctrl-C: exit code 0, no process left")


def cwd_of(pid: str) -> str:
    """Return where a process works; nothing if it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") + Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def serves(port: int) -> bool:
    """Tell whether the page is there, and the server ready."""
    try:
        return b"<title>" in request(port, "/") and b"ready" in request(port, "/readyz")
    except (OSError, urllib.error.URLError):
        return False


def draw(port: int) -> None:
    """Draw a segment in the lobby, as a classic client does over long-polling."""
    address = "/socket.io/?EIO=4&transport=polling"
    address += "&sid=" + json.loads(request(port, address)[1:])["sid"]
    request(port, address, b"40")
    request(port, address, b'420["drawing",{"x0":0.25,"y0":0.25,"x1":0.75,"y1":0.75,"color":"teal"}]')
    heard = b""
    while b"430[" not in heard:
        heard += request(port, address)
    request(port, address, b"1")


def drawn(port: int) -> bool:
    """Tell whether that is on the board."""
    return [element["color"] for element in json.loads(request(port, "/api/boards/lobby"))["elements"]] == ["teal"]


def request(port: int, path: str, body: bytes | None = None) -> bytes:
    """GET, or POST a body."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=body, timeout=10) as answer:
        text: bytes = answer.read()
        return text


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check(condition: object, what: str, text: str) -> None:
    """Exit with the server's words if something is not so."""
    if not condition:
        fail(what, text)


def said(text: str) -> None:
    """Say how far it is, at once."""
    print(f"fresh: {text}", flush=True)


def fail(why: str, text: str = "") -> NoReturn:
    """Say why it did not go well, and end."""
    sys.exit(f"{text[-3_000:]}\nfresh: FAILED: {why}")


if __name__ == "__main__":
    sys.exit(main())
