"""What a listening socket's address means: to people, and to the other replicas."""

import asyncio
import socket
from typing import Any, Final
from urllib.parse import urlsplit

_ANY: Final = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}
_FAR_AWAY: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of nobody (RFC 5737, RFC 3849): they lie where the default route leads."""
_PORT: Final = 9  # nothing is sent to it


def opened_at(bound: Any) -> str:
    """Return what people open. ``bound`` is what ``socket.getsockname`` says."""
    if isinstance(bound, str):
        return f"unix:{bound}"
    host, port = bound[:2]
    return f"http://{'localhost' if host in ('127.0.0.1', '::1', *_ANY) else _in_url(host)}:{port}"


async def reached_at(bound: Any, redis_url: str) -> str | None:
    """
    Return the ``<host>:<port>`` at which other replicas reach this one, None if that cannot be told.

    Who listens on all addresses is reached at the one from which it reaches Redis itself: the others are where Redis is
    reached too. Not by its host name, which may not resolve, or resolve to itself (Debian's 127.0.1.1).
    """
    if isinstance(bound, str):
        return None
    host, port = bound[:2]
    if host in _ANY:
        family = _ANY[host]
        redis = urlsplit(redis_url)
        towards = redis.hostname if redis.scheme != "unix" else None
        if towards is None:
            host = "127.0.0.1" if family == socket.AF_INET else "::1"  # all are on this machine
        else:
            host = await _own_address(towards, family) or await _own_address(_FAR_AWAY[family], family)
    return None if host is None else f"{_in_url(host)}:{port}"


async def _own_address(towards: str, family: socket.AddressFamily) -> str | None:
    """Return the address of this machine that packets to a host would bear; None if none would get there."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(towards, _PORT, family=family, type=socket.SOCK_DGRAM)
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(found[0][4])
            address: str = probe.getsockname()[0]
            return address
    except OSError:
        return None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
