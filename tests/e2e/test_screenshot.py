"""README's pictures: what two people draw, made when one is missing or WHITEBOARD_SCREENSHOT=1 asks for it."""

import asyncio
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from tests.e2e import plan, sketch
from tests.e2e.conftest import OpenWindow
from tests.e2e.test_together import rename, shows
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs/images"
SIZES: Final = {"whiteboard": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
MOST_BYTES: Final = 300_000


async def draw(window: Window, strokes: Iterable[sketch.Stroke]) -> None:
    """Draw a sketch as a person does: choose, draw, choose again."""
    for stroke in strokes:
        await plan.ink(window, "p", *stroke)


async def opened(open_window: OpenWindow, address: str, picture: str, **options: str) -> Window:
    """Open an address in a window of that picture's size."""
    width, height = SIZES[picture]
    size = {"width": width, "height": height}
    window = await open_window(address, viewport=size, has_touch=picture != "whiteboard", **options)
    await window.saved()
    return window


async def made(window: Window, picture: str) -> None:
    """Make a picture of a window that has come to rest."""
    await window.page.wait_for_selector("html[data-painted=true][data-status=saved]")
    await window.page.screenshot(path=IMAGES / f"{picture}.png", animations="disabled")


async def planned(open_window: OpenWindow, pair: Pair) -> None:
    """Two people make a plan: one of them on the first picture, the other's cursor on it; a phone shows the same."""
    left, right = [
        await opened(open_window, f"{replica.url}/b/plan", "whiteboard") for replica in (pair.left, pair.right)
    ]
    await rename(left, "Ann")
    await rename(right, "Ben")
    await asyncio.gather(plan.ann(left), plan.ben(right))
    await together([left, right])
    await left.page.keyboard.press("v")
    await left.page.mouse.click(424, 548)
    await right.page.keyboard.press("p")
    await right.press("Violet")
    phone = await opened(open_window, f"{pair.right.url}/b/plan", "phone", color_scheme="light")
    for key in "f++":
        await phone.page.keyboard.press(key)
    for window in (left, phone):
        await right.page.mouse.move(784, 600 + (window is left))
        await shows(window, ".cursor bdi", "Ben")
    await phone.page.locator(".narrow .popover > button").click()
    await made(left, "whiteboard")
    await made(phone, "phone")


async def sketched(open_window: OpenWindow, pair: Pair) -> None:
    """Two people draw by hand; a tablet shows it, in the dark and in Japanese."""
    windows = [
        await opened(open_window, f"{replica.url}/b/harbour", "whiteboard") for replica in (pair.left, pair.right)
    ]
    await asyncio.gather(draw(windows[0], sketch.ann()), draw(windows[1], sketch.ben()))
    await together(windows)
    tablet = await opened(open_window, f"{pair.left.url}/b/harbour", "tablet", color_scheme="dark", locale="ja-JP")
    await tablet.page.keyboard.press("f")
    await made(tablet, "tablet")


@pytest.mark.timeout(300)  # where the pictures are made, hundreds of strokes are drawn one after the other
async def test_readme_shows_what_two_people_drew(open_window: OpenWindow, pair: Pair) -> None:
    """[L2] Both draw at once, on two replicas, and see the same; README shows it, on three screens."""
    paths = {name: IMAGES / f"{name}.png" for name in SIZES}
    if os.environ.get("WHITEBOARD_SCREENSHOT") == "1" or not all(path.exists() for path in paths.values()):
        IMAGES.mkdir(parents=True, exist_ok=True)
        await planned(open_window, pair)
        await sketched(open_window, pair)
    readme = (ROOT / "README.md").read_text()
    for name, path in paths.items():
        picture = path.read_bytes()
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) == SIZES[name]
        assert len(picture) < MOST_BYTES
        assert str(path.relative_to(ROOT)) in readme
