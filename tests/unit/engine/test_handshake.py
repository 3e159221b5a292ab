"""Origins and handshakes, by their headers."""

import pytest
from multidict import CIMultiDict
from whiteboard.engine.errors import BadRequest
from whiteboard.engine.handshake import switch_protocols
from whiteboard.engine.origins import cors_headers, is_allowed


@pytest.mark.parametrize(
    ("origin", "headers", "allowed", "verdict"),
    [
        (None, {"Host": "a"}, None, True),
        ("http://a", {"Host": "a"}, None, True),
        ("https://a", {"Host": "a"}, None, True),
        ("https://a", {"Host": "a:443"}, None, True),
        ("http://A", {"Host": "a:80"}, None, True),
        ("http://a:3000", {"Host": "a:3000"}, None, True),
        ("http://[::1]:3000", {"Host": "[::1]:3000"}, None, True),
        ("http://a:3000", {"Host": "a"}, None, False),
        ("http://a:3000", {"Host": "a:3001"}, None, False),
        ("http://a.b", {"Host": "b"}, None, False),
        ("http://a", {"Host": "10.0.0.1:3000", "X-Forwarded-Host": "a"}, None, True),
        ("http://a", {"Host": "10.0.0.1:3000", "X-Forwarded-Host": "a, proxy"}, None, True),
        ("http://b", {"Host": "10.0.0.1:3000", "X-Forwarded-Host": "a"}, None, False),
        ("http://a:8080", {"Host": "a", "X-Forwarded-Port": "8080"}, None, True),
        ("http://a:8080", {"Host": "x", "X-Forwarded-Host": "a", "X-Forwarded-Port": "8080"}, None, True),
        ("null", {"Host": "null"}, None, False),
        ("file://", {"Host": ""}, None, False),
        ("http://", {"Host": ""}, None, False),
        ("http://a:x", {"Host": "a"}, None, False),
        ("http://[a", {"Host": "a"}, None, False),
        ("http://a", {"Host": "a:x"}, None, False),
        ("http://a", {}, None, False),
        ("http://b", {"Host": "a"}, ["http://b"], True),
        ("https://b", {"Host": "a"}, ["http://b"], False),
        ("http://a", {"Host": "a"}, ["http://b"], True),
        ("null", {"Host": "a"}, "*", True),
    ],
)
def test_an_origin_is_allowed(
    origin: str | None, headers: dict[str, str], allowed: list[str] | str | None, verdict: bool
) -> None:
    """The same one, however proxies name it; those of the list; or all."""
    assert is_allowed(origin, CIMultiDict(headers), allowed) is verdict


def test_credentials_are_for_named_origins_only() -> None:
    """``*`` lets any page in, but not with its reader's cookies."""
    assert cors_headers("http://b", "*") == {"Access-Control-Allow-Origin": "*"}
    assert cors_headers("http://b", ["http://b"])["Access-Control-Allow-Credentials"] == "true"
    assert cors_headers(None, "*") == {}


HANDSHAKE = {
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_the_answer_to_a_handshake_is_that_of_the_standard() -> None:
    """RFC 6455 §1.3 gives this key's answer."""
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in switch_protocols(CIMultiDict(HANDSHAKE))


@pytest.mark.parametrize(
    "broken",
    [
        {"Connection": "close"},
        {"Sec-WebSocket-Version": "12"},
        {"Sec-WebSocket-Key": ""},
        {"Sec-WebSocket-Key": "dGhl"},
        {"Sec-WebSocket-Key": "not base64!"},
        {"Sec-WebSocket-Key": "ключ"},
    ],
)
def test_a_broken_handshake_is_refused(broken: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        switch_protocols(CIMultiDict(HANDSHAKE | broken))
