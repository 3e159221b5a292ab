"""The servers that are compared: how each is installed and started."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
CACHE = ROOT / ".bench_cache"


class NotInstalled(Exception):
    """A peer cannot be had on this machine; the message says why."""


@dataclass(frozen=True)
class Server:
    """A kind of server. ``install`` returns the command that starts a replica."""

    name: str
    title: str
    install: Callable[[], list[str]]
    port_name: str = "PORT"
    redis_name: str = "REDIS_URL"


def _ours() -> list[str]:
    return [str(Path(sys.executable).with_name("whiteboard")), "serve"]


def _floor() -> list[str]:
    return [sys.executable, str(PEERS / "floor.py")]


def _node() -> list[str]:
    home = _fresh("node", PEERS / "node")
    if not (home / "installed").exists():
        npm = [str(ROOT / "scripts" / "npm.sh"), "--prefix", str(home)]
        _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"])
        (home / "installed").touch()
    node = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert node is not None  # scripts/npm.sh has seen to it.
    return [node, str(home / "server.js")]


def _python() -> list[str]:
    home = _fresh("python", PEERS / "python")
    python = home / "venv" / "bin" / "python"
    if not (home / "installed").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(home / "venv")])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
        _run([*pip, "--require-hashes", "--requirement", str(home / "requirements.txt")])
        (home / "installed").touch()
    return [str(python), str(home / "server.py")]


def _fresh(name: str, source: Path) -> Path:
    """Return the peer's folder in the cache, with the files of ``source``; emptied first if its lock has changed."""
    home = CACHE / name
    files = sorted(path for path in source.iterdir() if path.is_file())
    locks = [path for path in files if path.name in ("package-lock.json", "requirements.txt")]
    if any(not (home / path.name).exists() or (home / path.name).read_bytes() != path.read_bytes() for path in locks):
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copy(path, home)
    return home


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, check=False, timeout=300, capture_output=True, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode != 0:
        raise NotInstalled((done.stderr or done.stdout).strip()[-500:])


OURS = Server("ours", "ours", _ours, "WHITEBOARD_PORT", "WHITEBOARD_REDIS_URL")
NODE = Server("node", "Node", _node)
PYTHON = Server("python", "python-socketio", _python)
FLOOR = Server("floor", "bare loop", _floor)
SERVERS = (NODE, PYTHON, FLOOR, OURS)
