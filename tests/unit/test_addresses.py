"""What a listening socket's address means, to people and to other replicas."""

import socket

import pytest
from whiteboard.addresses import opened_at, reached_at

REDIS = "redis://127.0.0.1:6379/0"


@pytest.mark.parametrize(
    ("bound", "opened", "reached"),
    [
        (("127.0.0.1", 3000), "http://localhost:3000", "127.0.0.1:3000"),
        (("10.1.2.3", 3000), "http://10.1.2.3:3000", "10.1.2.3:3000"),
        (("::1", 3000, 0, 0), "http://localhost:3000", "[::1]:3000"),
        (("fd00::1", 3000, 0, 0), "http://[fd00::1]:3000", "[fd00::1]:3000"),
        ("/run/whiteboard.sock", "unix:/run/whiteboard.sock", None),
        (("0.0.0.0", 3000), "http://localhost:3000", "127.0.0.1:3000"),
    ],
)
async def test_addresses(bound: object, opened: str, reached: str | None) -> None:
    """[E7] An IPv6 host has brackets; a socket on all addresses is reached where Redis is reached from."""
    assert opened_at(bound) == opened
    assert await reached_at(bound, REDIS) == reached


async def test_host_name_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """[E7] It may not resolve, in a container without DNS, or resolve to this machine alone."""

    def refused(*_: object) -> str:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "gethostbyname", refused)
    monkeypatch.setattr(socket, "gethostname", lambda: "nowhere")
    assert await reached_at(("0.0.0.0", 1), "unix:///run/redis.sock") == "127.0.0.1:1"
    assert await reached_at(("0.0.0.0", 1), REDIS) == "127.0.0.1:1"


async def test_address_is_that_of_the_default_route_when_redis_cannot_be_found() -> None:
    """[E7] Or is unknown, where there is no route either; never an error."""
    reached = await reached_at(("0.0.0.0", 1), "redis://nobody.invalid:6379")
    assert reached is None or reached.endswith(":1")
