"""README's picture: a drawing of two people, made when it is missing or WHITEBOARD_SCREENSHOT=1 asks for it."""

import asyncio
import os
import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.e2e import sketch
from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs/images/whiteboard.png"
SIZE = {"width": 1440, "height": 900}


async def draw(window: Window, strokes: Iterable[sketch.Stroke]) -> None:
    """Draw a sketch as a person does: choose, draw, choose again."""
    chosen: tuple[str, str] | None = None
    for stroke in strokes:
        if (stroke.color, stroke.width) != chosen:
            chosen = stroke.color, stroke.width
            await window.press(stroke.color)
            await window.press(stroke.width)
        (x, y), *way = stroke.way
        await window.page.mouse.move(x, y)
        await window.page.mouse.down()
        for x, y in way:
            await window.page.mouse.move(x, y)
        await window.page.mouse.up()


async def test_readme_shows_what_two_people_drew(open_window: OpenWindow, pair: Pair) -> None:
    """[L2] Both draw at once, on two replicas, and see the same; README shows it."""
    if os.environ.get("WHITEBOARD_SCREENSHOT") == "1" or not PICTURE.exists():
        windows = [
            await open_window(f"{replica.url}/b/harbour", viewport=SIZE, color_scheme="light")
            for replica in (pair.left, pair.right)
        ]
        for window in windows:
            await window.saved()
        await asyncio.gather(draw(windows[0], sketch.ann()), draw(windows[1], sketch.ben()))
        await together(windows)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        await windows[0].page.screenshot(path=PICTURE)
    head = PICTURE.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (SIZE["width"], SIZE["height"])
    assert str(PICTURE.relative_to(ROOT)) in (ROOT / "README.md").read_text()
