"""
The backend's image, run by podman or docker: as the chart and compose run it. ``make images`` builds it; without an
image, or anything to run it with, these tests are skipped.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from whiteboard import __version__
from whiteboard.config import Settings

from tests.conftest import OwnRedis

IMAGE = f"whiteboard-backend:{__version__}"
DRAIN_SECONDS = 2


@pytest.fixture(scope="module")
def engine() -> str:
    """What runs containers and has the image."""
    for name in ("podman", "docker"):
        if shutil.which(name) and _run(name, "image", "inspect", IMAGE, check=False).returncode == 0:
            tried = _run(name, "run", "--rm", "--entrypoint", "/bin/true", IMAGE, check=False)
            if tried.returncode == 0:
                return name
            pytest.skip(f"NO CONTAINERS: {name} cannot run any here: {tried.stderr.strip()[-200:]}")
    pytest.skip(f"NO IMAGE {IMAGE}: containers are not tested (`make images` builds it)")


class Container:
    """A replica with a read-only root and a /tmp, on the machine's network."""

    def __init__(self, engine: str, port: int, redis_url: str) -> None:
        self.engine = engine
        self.port = port
        environ = {
            "WHITEBOARD_HOST": "127.0.0.1",
            "WHITEBOARD_PORT": str(port),
            "WHITEBOARD_REDIS_URL": redis_url,
            "WHITEBOARD_DRAIN_SECONDS": str(DRAIN_SECONDS),
            "WEB_CONCURRENCY": "4",
        }
        settings = [part for name, value in environ.items() for part in ("--env", f"{name}={value}")]
        options = ["--detach", "--network", "host", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
        self.id = _run(engine, "run", *options, *settings, IMAGE).stdout.strip()

    def execute(self, *command: str) -> str:
        return _run(self.engine, "exec", self.id, *command).stdout

    def state(self) -> dict[str, Any]:
        (found,) = json.loads(_run(self.engine, "inspect", self.id).stdout)
        state: dict[str, Any] = found["State"]
        return state

    def logs(self) -> str:
        done = _run(self.engine, "logs", self.id)
        return done.stdout + done.stderr

    def answers(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as response:
            body: bytes = response.read()
            return body


@pytest.fixture
def container(engine: str, free_port: Callable[[], int], own_redis: OwnRedis) -> Iterator[Container]:
    made = Container(engine, free_port(), own_redis.url)
    try:
        _eventually(lambda: json.loads(made.answers("/readyz"))["status"] == "ready", made)
        yield made
    finally:
        _run(engine, "rm", "--force", made.id)


def test_container_is_as_the_chart_needs_it(container: Container) -> None:
    """PID 1 is tini, nobody is root, WEB_CONCURRENCY starts no second worker, the page and the client are in it."""
    script = 'for id in /proc/[0-9]*; do tr "\\0" " " <$id/cmdline; echo; done'
    commands = container.execute("sh", "-c", script).splitlines()
    assert commands[0].startswith("/usr/bin/tini -- gunicorn ")
    assert sum("/bin/gunicorn " in command for command in commands) == 2
    assert container.execute("id", "-u").strip() == "10001"
    assert "One worker, not 4" in container.logs()
    assert b"<title>" in container.answers("/")
    assert b"Socket.IO" in container.answers("/socket.io/socket.io.js")


def test_container_drains_and_ends_well(container: Container) -> None:
    """SIGTERM, within the grace that the server asks for."""
    grace = Settings(drain_seconds=DRAIN_SECONDS, redis_url="redis://").leaving_seconds
    started = time.monotonic()
    _run(container.engine, "kill", "--signal", "TERM", container.id)
    _eventually(lambda: not container.state()["Running"], container)
    assert time.monotonic() - started < grace
    assert container.state()["ExitCode"] == 0
    assert '"draining"' in container.logs()
    assert '"stopped"' in container.logs()


def _eventually(condition: Callable[[], bool], container: Container) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, container.logs()
        time.sleep(0.1)


def _run(*command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, check=check, capture_output=True, text=True, timeout=60, env=os.environ)
