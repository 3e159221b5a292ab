"""Nothing stays behind: what is moved or taken away is gone with all that was painted of it."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.test_tools import use
from tests.e2e.window import Window
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def painted(window: Window, ink: int) -> None:
    """Wait until so many pixels are painted."""

    async def check() -> bool:
        return await window.ink() == ink

    await eventually(check, f"{ink} pixels are painted")


async def test_bulge_of_a_fast_curve_goes_with_it(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Few points far apart: the curve between them lies beyond all of them."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    mouse = window.page.mouse
    await mouse.move(200, 200)
    await mouse.down()
    for x, y in ((300, 300), (500, 300), (600, 200)):
        await mouse.move(x, y)
    await mouse.up()
    await window.saved()
    assert await window.ink() > 0
    await window.page.keyboard.press("Control+a")
    await window.page.keyboard.press("Delete")
    await painted(window, 0)


async def test_thin_ink_far_out_leaves_no_trace_where_it_was_moved(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """Zoomed out as far as one may, lines are painted wider than they are; a page that opens now shows the same."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    await use(window, "r", (300, 200), (700, 500))
    for _ in range(20):
        await window.page.keyboard.press("-")
    for _ in range(12):
        await window.page.keyboard.press("Shift+ArrowRight")
        # Each is painted, so that there is something to leave behind.
        await window.page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))")
    await window.saved()
    await window.page.keyboard.press("Escape")
    await window.page.wait_for_selector("html[data-painted=true]")
    other = await open_window(f"{pair.right.url}/b/{board}")
    await other.saved()
    for _ in range(20):
        await other.page.keyboard.press("-")

    async def alike() -> bool:
        return await window.differs_from(other) == 0 and await other.ink() > 0

    await eventually(alike, "both show the same")
