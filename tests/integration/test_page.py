"""How the page travels: compressed, its assets for good, itself never without asking (raw answers, as they came)."""

import gzip
import re
from typing import NamedTuple

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from tests.integration.fixtures import Pair

ENCODINGS = ["gzip", "br"]
CHROMIUM = "gzip, deflate, br, zstd"


class Answer(NamedTuple):
    """What a request was answered with, before anything is decompressed."""

    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def encoding(self) -> str | None:
        return self.headers.get("Content-Encoding")


async def ask(address: str, accept_encoding: str) -> Answer:
    """GET an address, with what a browser says that it can decompress."""
    async with (
        aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": accept_encoding}) as http,
        http.get(address) as response,
    ):
        assert response.status == 200, address
        return Answer(response.headers, await response.read())


async def assert_compressed(address: str, encoding: str) -> None:
    """Assert that what an address gives is smaller to whoever takes an encoding, and the same once unpacked."""
    plain, packed = await ask(address, "identity"), await ask(address, encoding)
    assert (plain.encoding, packed.encoding) == (None, encoding), address
    assert len(packed.body) < len(plain.body), address
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"], address
    assert packed.headers["Vary"] == "Accept-Encoding", address
    if encoding == "gzip":
        assert gzip.decompress(packed.body) == plain.body, address


@pytest.mark.parametrize("path", ["/", "/b/any-board"])
async def test_page_is_asked_for_each_time_and_runs_nothing_of_others(pair: Pair, path: str) -> None:
    """On every replica: a new release is seen at once, and a script that is smuggled in does not run."""
    for replica in (pair.left, pair.right):
        page = await ask(replica.url + path, CHROMIUM)
        assert page.headers["Cache-Control"] == "no-cache"
        policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert "script-src" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_page_is_compressed(pair: Pair, encoding: str) -> None:
    """By what the browser can unpack."""
    await assert_compressed(f"{pair.left.url}/", encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_assets_are_compressed_and_kept_for_good(pair: Pair, encoding: str) -> None:
    """All that the page names: their names change with what is in them."""
    page = await ask(f"{pair.left.url}/", "identity")
    names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.body.decode())
    assert {name.rpartition(".")[2] for name in names} == {"js", "css", "svg"}
    for name in names:
        await assert_compressed(pair.left.url + name, encoding)
        asset = await ask(pair.left.url + name, encoding)
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_client_bundle_is_compressed(pair: Pair, encoding: str) -> None:
    """[C8] And asked for again before long: its name says no version."""
    await assert_compressed(f"{pair.left.url}/socket.io/socket.io.js", encoding)
    bundle = await ask(f"{pair.left.url}/socket.io/socket.io.js", encoding)
    assert bundle.headers["Cache-Control"] == "public, max-age=3600"
