"""The commands that start Redis with a password, run with a real server in place of the image's."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from whiteboard.store.embedded import find_server

from tests.chart.rendering import find, render
from tests.chart.test_images import compose

PASSWORD = "s\"e\\c $(r)`e`t'"


def chart_command(folder: Path) -> list[str]:
    objects = render({"global": {"redis": {"password": PASSWORD}}})
    assert find(objects, "Secret")["stringData"]["password"] == PASSWORD
    (folder / "redis.conf").write_text(
        find(objects, "ConfigMap", "redis")["data"]["redis.conf"].replace("/data", str(folder))
    )
    (container,) = find(objects, "StatefulSet")["spec"]["template"]["spec"]["containers"]
    command: list[str] = container["command"] + container["args"]
    return command


def compose_command(_: Path) -> list[str]:
    command: list[str] = compose("docker-compose.password")["services"]["redis"]["command"]
    return [part.replace("$$", "$") for part in command]


commands = pytest.mark.parametrize("command", [chart_command, compose_command])


def started(command: Callable[[Path], list[str]], folder: Path, password: str, port: int) -> "subprocess.Popen[bytes]":
    """Start what a command starts, with what is in the image or mounted there taken from a folder."""
    (folder / "redis-server").symlink_to(find_server())
    (folder / "password").write_text(password)
    parts = [
        part.replace("/etc/redis-secret/password", str(folder / "password"))
        .replace("/run/secrets/redis-password", str(folder / "password"))
        .replace("/etc/redis/redis.conf", str(folder / "redis.conf"))
        .replace("/data", str(folder))
        for part in command(folder)
    ]
    parts[-1] = parts[-1].replace("\nCONF", f"\nport {port}\nbind 127.0.0.1\nCONF")
    environ = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}:{os.defpath}"}  # the image has sed and cat
    return subprocess.Popen(parts, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@commands
@pytest.mark.parametrize("password", ["", "\n"])
def test_redis_does_not_start_without_a_password(
    command: Callable[[Path], list[str]], tmp_path: Path, free_port: Callable[[], int], password: str
) -> None:
    """It would be open to everybody, and nobody would notice."""
    server = started(command, tmp_path, password, free_port())
    _, told = server.communicate(timeout=10)
    assert server.returncode != 0
    assert b"open to everybody" in told


@commands
def test_redis_takes_the_password_of_its_file(
    command: Callable[[Path], list[str]], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """Whatever is in it; it is in no argument; and the server is the process that gets the signals."""
    port = free_port()
    server = started(command, tmp_path, PASSWORD, port)
    try:
        with redis.Redis(port=port, password=PASSWORD) as client:
            deadline = time.monotonic() + 10
            while True:
                try:
                    assert client.ping()
                    break
                except redis.ConnectionError:
                    assert server.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
            assert client.info()["process_id"] == server.pid
            assert client.config_get("appendonly") == {"appendonly": "yes"}
        if sys.platform == "linux":
            assert b"requirepass" not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        server.terminate()
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.communicate()
