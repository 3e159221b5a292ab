"""The start of a session and of its WebSocket: what a request asks for, and the answers to it. Pure."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from whiteboard.engine.errors import (
    BadHandshakeMethod,
    BadRequest,
    UnknownTransport,
    UnsupportedVersion,
)
from whiteboard.engine.options import Options

POLLING = "polling"
WEBSOCKET = "websocket"

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Query(NamedTuple):
    """What a request is about."""

    transport: str
    sid: str | None


def read_query(method: str, query: Mapping[str, str], upgrade: str | None) -> Query:
    """
    Check what can be checked without knowing the session.

    Args:
        upgrade: the Upgrade header.

    Raises:
        UnknownTransport, UnsupportedVersion, BadHandshakeMethod, BadRequest: as the reference server judges it.
    """
    transport, sid = query.get("transport"), query.get("sid")
    is_upgrade = (upgrade or "").strip().lower() == WEBSOCKET
    if transport not in (POLLING, WEBSOCKET):
        raise UnknownTransport
    if sid is None:
        if query.get("EIO") != "4":
            raise UnsupportedVersion
        if method != "GET":
            raise BadHandshakeMethod
    if method not in ("GET", "POST") or is_upgrade != (transport == WEBSOCKET):
        raise BadRequest("method, transport and Upgrade do not fit together")
    if "j" in query:
        raise BadRequest("JSONP is not supported")
    return Query(transport, sid)


def open_packet(sid: str, transport: str, options: Options) -> bytes:
    """The first packet of a session; times in whole milliseconds."""
    fields = {
        "sid": sid,
        "upgrades": [WEBSOCKET] if transport == POLLING else [],
        "pingInterval": round(options.ping_interval * 1000),
        "pingTimeout": round(options.ping_timeout * 1000),
        "maxPayload": options.max_payload,
    }
    return b"0" + json.dumps(fields, separators=(",", ":")).encode()


def switch_protocols(headers: Mapping[str, str]) -> bytes:
    """
    The whole answer to a WebSocket handshake. Extensions are never taken up: a frame is made once for all its
    recipients, which compression with a context of its own for each would forbid.

    Raises:
        BadRequest: it is no handshake of RFC 6455 §4.2.1.
    """
    if "upgrade" not in {token.strip().lower() for token in headers.get("Connection", "").split(",")}:
        raise BadRequest("no Connection: Upgrade")
    if headers.get("Sec-WebSocket-Version") != "13":
        raise BadRequest("WebSocket version is not 13")
    key = headers.get("Sec-WebSocket-Key", "").strip()
    try:
        sound = len(base64.b64decode(key, validate=True)) == 16
    except ValueError:  # binascii.Error is one
        sound = False
    if not sound:
        raise BadRequest("no Sec-WebSocket-Key")
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
