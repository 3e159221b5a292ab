"""A page of another origin that loads ``socket.io.js`` from us and draws, as classic clients do (SPEC.md C8, E5)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window
from tests.integration.fixtures import StartReplica
from tests.integration.replica import Replica
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = Path(__file__).with_name("classic.html")


class OtherOrigin:
    """A web server of somebody else; its page draws on the ``server`` that it is told."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.server: Replica | None = None

    async def page(self, _: web.Request) -> web.Response:
        """Answer with the page."""
        assert self.server is not None
        return web.Response(text=PAGE.read_text().replace("SERVER", self.server.url), content_type="text/html")


@pytest_asyncio.fixture(loop_scope="session")
async def other_origin(free_port: Callable[[], int]) -> AsyncIterator[OtherOrigin]:
    """The other web server, running."""
    port = free_port()
    other = OtherOrigin(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_get("/", other.page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield other
    await runner.cleanup()


async def reaches(window: Window, wanted: str) -> None:
    """Wait until the page says ``wanted``."""

    async def check() -> bool:
        return bool(await window.page.evaluate("() => document.body.dataset.state") == wanted)

    await eventually(check, f"the page is {wanted}")


async def painted(window: Window, color: tuple[int, int, int], x: int, y: int) -> bool:
    """Tell whether a pixel of the page's canvas has that colour."""
    pixel = await window.page.evaluate(
        "([x, y]) => [...document.querySelector('canvas').getContext('2d').getImageData(x, y, 1, 1).data]", [x, y]
    )
    return tuple(pixel[:3]) == color and pixel[3] > 0


async def test_page_of_an_allowed_origin_draws(
    open_window: OpenWindow, start_replica: StartReplica, other_origin: OtherOrigin, board: str
) -> None:
    """[C2] [C4] [C5] [C6] [C8] [E5] Two such pages draw on each other's canvas and on our page's; who comes late gets
    it all."""
    replica = other_origin.server = await start_replica(allowed_origins=other_origin.address)
    address = f"{other_origin.address}/?board={board}"
    ann = await open_window(address)
    ben = await open_window(address)
    ours = await open_window(f"{replica.url}/b/{board}")
    await reaches(ann, "ready")
    await reaches(ben, "ready")
    await ours.saved()

    await ann.page.evaluate("() => recolor('#ff0000')")
    await ann.draw((100, 101), (900, 101))
    await eventually(lambda: painted(ben, (255, 0, 0), 500, 101), "the other page shows it")
    await eventually(ours.ink, "our page shows it")
    await ours.draw((100, 350), (900, 350))
    await eventually(lambda: _any_ink(ben, 340, 360), "what our page draws is seen there")

    late = await open_window(address)
    await eventually(lambda: painted(late, (255, 0, 0), 500, 101), "a late joiner is drawn it")
    _, snapshot = await replica.get(f"/api/boards/{board}")
    assert len(snapshot["elements"]) == 2, "the segments of a classic stroke are one element"


async def _any_ink(window: Window, top: int, bottom: int) -> bool:
    alphas = await window.page.evaluate(
        "([top, bottom]) => [...document.querySelector('canvas').getContext('2d')"
        ".getImageData(500, top, 1, bottom - top).data].filter((_, i) => i % 4 === 3)",
        [top, bottom],
    )
    return any(alphas)


async def test_page_of_any_other_origin_is_refused(
    open_window: OpenWindow, start_replica: StartReplica, other_origin: OtherOrigin, board: str
) -> None:
    """[E5] The bundle loads, the connection does not come about."""
    replica = other_origin.server = await start_replica(allowed_origins="http://somebody.example")
    stranger = await open_window(f"{other_origin.address}/?board={board}")
    await reaches(stranger, "refused")
    assert not replica.lines("socket connected")
    stranger.failures.clear()  # Chromium reports each refusal.
