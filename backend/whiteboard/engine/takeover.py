"""
How a WebSocket leaves aiohttp.

aiohttp reads the request; once it is answered with 101, its protocol object, HTTP parser, request and tasks are of no
more use. Ours takes their place on the transport: an idle connection then costs 2 KB instead of 16, and closing,
half-closing and reading on afterwards are ours to decide. All that the engine knows of aiohttp's inner life is here.
"""

import asyncio
from typing import Any, cast

from aiohttp import web


class _Tail:
    """Stands in as aiohttp's WebSocket parser, to be given what the client sent right behind its handshake."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        pass


def take_over(request: web.Request, answer: bytes, protocol: asyncio.Protocol) -> bytes:
    """
    Write ``answer`` and give the request's socket to ``protocol``, which is told as of a new connection.

    Returns what the client has sent behind its request. Whatever response the handler then returns, aiohttp can no
    longer write, and drops without a word.

    Raises:
        ConnectionResetError: the client has gone.
    """
    transport = socket_of(request)
    if transport is None:
        raise ConnectionResetError
    transport.write(answer)
    former = cast(Any, request.protocol)
    tail = _Tail()
    former.set_parser(tail)
    former.transport = None  # else connection_lost would close it
    transport.set_protocol(protocol)
    former.connection_lost(None)
    protocol.connection_made(transport)
    transport.resume_reading()  # aiohttp may have paused it for a long tail
    return tail.data


def turn_away(request: web.Request, answer: bytes) -> None:
    """Write ``answer`` and close the request's socket."""
    transport = socket_of(request)
    if transport is not None:
        transport.write(answer)
        transport.close()


def socket_of(request: web.Request) -> asyncio.Transport | None:
    """The transport of a request, or None once its client has gone."""
    transport = request.transport
    return None if transport is None or transport.is_closing() else transport


def cut(request: web.Request) -> None:
    """Drop the socket of a request at once, with whatever is under way on it."""
    if request.transport is not None:
        request.transport.abort()
