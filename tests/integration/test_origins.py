"""Who may come from where, and the client's bundle for pages of others (SPEC.md C8, E5)."""

import json
from pathlib import Path

import aiohttp
import pytest

from tests.integration.fixtures import Pair, StartReplica

BUNDLE = Path(__file__).parents[2] / "frontend/node_modules/socket.io-client/dist/socket.io.js"
POLLING = "/socket.io/?EIO=4&transport=polling"
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"


async def statuses(url: str, origin: str | None) -> tuple[int, int]:
    """Return the statuses of a first poll and of a WebSocket handshake from a page of that origin."""
    headers = {} if origin is None else {"Origin": origin}
    async with aiohttp.ClientSession(headers=headers) as http:
        polling = await _poll(http, url)
        try:
            async with http.ws_connect(url + WEBSOCKET):
                return polling, 101
        except aiohttp.WSServerHandshakeError as refusal:
            return polling, refusal.status


async def _poll(http: aiohttp.ClientSession, url: str) -> int:
    """Open a session by polling, end it if it was opened, and return the status."""
    async with http.get(url + POLLING) as response:
        if response.status == 200:
            sid = json.loads((await response.text())[1:])["sid"]
            await http.post(f"{url}{POLLING}&sid={sid}", data=b"1")
        return response.status


async def test_only_the_same_origin_is_let_in_unless_told_otherwise(pair: Pair) -> None:
    """[E5] Status 400 for polling and WebSocket alike; who names no origin is no page."""
    url = pair.left.url
    assert await statuses(url, url) == (200, 101)
    assert await statuses(url, None) == (200, 101)
    for stranger in ("http://evil.example", f"{url}.evil.example", "null", pair.right.url):
        assert await statuses(url, stranger) == (400, 400), stranger


@pytest.mark.parametrize("allowed", ["http://a.example, https://b.example:8443", "*"])
async def test_listed_origins_are_let_in(start_replica: StartReplica, allowed: str) -> None:
    """[E5] Those of ``WHITEBOARD_ALLOWED_ORIGINS``, or all; a browser is told so."""
    replica = await start_replica(allowed_origins=allowed)
    assert await statuses(replica.url, "https://b.example:8443") == (200, 101)
    expected = (200, 101) if allowed == "*" else (400, 400)
    assert await statuses(replica.url, "https://b.example") == expected
    async with (
        aiohttp.ClientSession(headers={"Origin": "http://a.example"}) as http,
        http.options(replica.url + POLLING) as response,
    ):
        assert response.headers["Access-Control-Allow-Origin"] in ("http://a.example", "*")


async def test_client_bundle_is_the_one_of_the_locked_package(pair: Pair) -> None:
    """[C8] Byte for byte, as a script, compressed for who takes it."""
    async with aiohttp.ClientSession() as http, http.get(f"{pair.left.url}/socket.io/socket.io.js") as response:
        assert response.status == 200
        assert "javascript" in response.headers["Content-Type"]
        assert await response.read() == BUNDLE.read_bytes()
        assert "max-age" in response.headers["Cache-Control"]


async def test_page_answers_on_every_replica(pair: Pair) -> None:
    """[B8] The page, for the lobby and for any board; what is not there is not found."""
    async with aiohttp.ClientSession() as http:
        for replica in (pair.left, pair.right):
            for path, status in (("/", 200), ("/b/any-board", 200), ("/nothing", 404), ("/assets/none.js", 404)):
                async with http.get(replica.url + path) as response:
                    assert response.status == status, path
                    assert status != 200 or "text/html" in response.headers["Content-Type"]


async def test_person_at_a_wrong_address_is_shown_the_way_to_the_lobby(pair: Pair) -> None:
    """[B8] A browser, which asks for HTML; programs get a line of text."""
    async with aiohttp.ClientSession() as http:
        for path in ("/nothing", "/b/", "/b/a/b"):
            async with http.get(pair.left.url + path, headers={"Accept": "text/html,*/*;q=0.8"}) as response:
                assert response.status == 404, path
                assert "text/html" in response.headers["Content-Type"]
                assert '<a href="/">' in await response.text()
            async with http.get(pair.left.url + path) as response:
                assert await response.text() == "404: Not Found"
