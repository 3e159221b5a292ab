"""Boards as files: what is exported looks as the board does, and what is imported is on everybody's screen."""

import json
import math
import os
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from tests.e2e.conftest import OpenWindow
from tests.e2e.test_drawing import snapshot, two
from tests.e2e.window import PIXELS, Window, in_step, together
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

MIME_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
MENU = "Export and import"
WAVE = [round(value, 1) for i in range(60) for value in (40 + 6 * i, 80 + 40 * math.sin(i / 5))]
FRAME = {"w": 180, "h": 110, "color": "#7048e8", "width": 4}
TEXT = {"size": 28, "color": "#1971c2"}
STROKE = {"kind": "stroke", "points": WAVE, "color": "#1971c2", "width": 8}
NOTE = {"kind": "note", "x": 660, "y": 220, "w": 200, "h": 200, **TEXT, "fill": "#ffec99", "text": "a & b <i>c</i>"}
HOLOGRAM = {"kind": "hologram", "x": 60, "y": 420, "w": 120, "h": 90, "light": {"of": [1, None, "é"]}}
ALL_KINDS: list[dict[str, Any]] = [
    STROKE,
    {**STROKE, "transform": [0.5, 0.4, -0.4, 0.5, 300, 350], "opacity": 0.5},
    {"kind": "highlighter", "points": [40, 160, 200, 165, 400, 158], "color": "#f08c00", "width": 24},
    {"kind": "line", "x": 40, "y": 220, "w": 300, "h": 40, "color": "#e03131", "width": 4},
    {"kind": "arrow", "x": 40, "y": 320, "w": 300, "h": -20, "color": "#2f9e44", "width": 8},
    {"kind": "rectangle", "x": 440, "y": 50, **FRAME, "fill": "#d0bfff", "angle": 0.3},
    {"kind": "diamond", "x": 660, "y": 40, **FRAME, "fill": "#7048e8", "opacity": 0.5},
    {"kind": "ellipse", "x": 880, "y": 50, **FRAME, "angle": -0.5},
    {"kind": "text", "x": 400, "y": 240, "w": 240, "h": 70, **TEXT, "text": "Hello <b>ü</b>\nsecond   line"},
    NOTE,
    {**NOTE, "x": 900, "angle": 1.2, "opacity": 0.75, "fill": "#b2f2bb", "text": "turned"},
    HOLOGRAM,
]

# The size of a picture, and how many of its pixels differ clearly from those of another, and how many are clear.
_COMPARE = (
    "async ([one, other]) => {"
    + PIXELS
    + """
  const [a, b] = [await pixels(one), await pixels(other)];
  let [differ, clear] = [0, 0];
  for (let i = 0; i < a.data.length; i += 4) {
    if ([0, 1, 2, 3].some((k) => Math.abs(a.data[i + k] - b.data[i + k]) > 64)) differ += 1;
    if (a.data[i + 3] === 0) clear += 1;
  }
  return { size: [a.width, a.height], other: [b.width, b.height], differ, clear };
}"""
)


def exported(*elements: object, version: object = 1) -> str:
    return json.dumps({"whiteboard": version, "elements": elements})


async def load(window: Window, file: str | Path) -> None:
    """Import a file, or one that holds this text; what the page said before is gone then."""
    if await window.page.get_by_role("alert").count():
        await window.press("Dismiss")
        await expect(window.page.get_by_role("alert")).to_have_count(0)
    await window.press(MENU)
    async with window.page.expect_file_chooser() as chooser:
        await window.press("Import JSON…")
    if isinstance(file, str):
        payload = FilePayload(name="a.json", mimeType="application/json", buffer=file.encode())
        await (await chooser.value).set_files(payload)
    else:
        await (await chooser.value).set_files(file)


async def save(window: Window, form: str, folder: Path) -> Path:
    """Export as PNG, SVG or JSON; return the file."""
    await window.press(MENU)
    async with window.page.expect_download() as download:
        await window.press(f"Export as {form}")
    file = await download.value
    path = folder / file.suggested_filename
    await file.save_as(path)
    return path


async def said(window: Window, words: str) -> None:
    """Wait until the page says this."""
    await expect(window.page.get_by_role("alert")).to_contain_text(re.compile(words), timeout=15_000)


async def whole(*windows: Window) -> None:
    """Wait until all windows have, and show, the whole board alike: an import moves the view of whoever imports."""
    await in_step(windows)
    for window in windows:
        await window.page.keyboard.press("f")
    await together(windows)


def bare(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in element.items() if k not in ("id", "by", "z")} for element in elements]


async def compare(window: Window, one: Path, other: Path) -> dict[str, Any]:
    """Compare two pictures in a page, which shows them as images."""
    addresses = [
        f"data:{MIME_TYPES[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}" for path in (one, other)
    ]
    found: dict[str, Any] = await window.page.evaluate(_COMPARE, addresses)
    return found


async def test_pictures_of_every_kind_look_alike_as_svg_and_png(
    open_window: OpenWindow, pair: Pair, board: str, tmp_path: Path
) -> None:
    """[O2] What is turned, filled and lets shine through, too; letters may differ at their edges, and nothing else."""
    window = await open_window(f"{pair.left.url}/b/{board}", color_scheme="dark")
    await window.saved()
    await load(window, exported(*ALL_KINDS))
    await said(window, "12 imported")
    await window.page.keyboard.press("Escape")
    await window.press(MENU)
    await window.press("1×")
    await window.page.keyboard.press("Escape")
    png, svg = await save(window, "PNG", tmp_path), await save(window, "SVG", tmp_path)
    assert (png.name, svg.name) == (f"{board}.png", f"{board}.svg")
    found = await compare(window, png, svg)
    assert found["size"] == found["other"]
    assert found["clear"] == 0
    width, height = found["size"]
    assert found["differ"] < 0.001 * width * height, found
    markup = svg.read_text()
    assert "<b>" not in markup
    assert "Hello &lt;b&gt;ü&lt;/b&gt;" in markup


async def test_selection_is_exported_at_the_chosen_scale_without_background(
    open_window: OpenWindow, pair: Pair, board: str, tmp_path: Path
) -> None:
    """Three pixels a board pixel, and nothing behind; then, with nothing selected, all of the board."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    await load(window, exported(STROKE, NOTE))
    await said(window, "2 imported")
    await window.page.keyboard.press("Escape")
    await window.page.mouse.click(760 * 1000 / 2048, (320 - 512) * 1000 / 2048 + 350)
    await window.press(MENU)
    await window.press("3×")
    await window.page.get_by_label("White background").uncheck()
    await expect(window.page.get_by_role("heading", name="Export what is selected")).to_be_visible()
    await window.page.keyboard.press("Escape")
    png = await save(window, "PNG", tmp_path)
    found = await compare(window, png, png)
    assert found["size"] == [3 * (200 + 64), 3 * (200 + 64)]
    assert found["clear"] > 0
    assert bare(json.loads((await save(window, "JSON", tmp_path)).read_text())["elements"]) == [NOTE]
    await window.page.keyboard.press("Escape")
    both = json.loads((await save(window, "JSON", tmp_path)).read_text())
    assert (both["whiteboard"], len(both["elements"])) == (1, 2)


async def test_board_goes_to_another_one_and_twice_into_the_same(
    open_window: OpenWindow, pair: Pair, board: str, tmp_path: Path
) -> None:
    """[O12] The other sees it come, an unknown kind among it; nothing is covered; one undo takes one import back."""
    left, right = await two(open_window, pair, board)
    await load(left, exported(*ALL_KINDS))
    await said(left, "12 imported")
    await together([left, right])
    assert bare(await snapshot(pair, board)) == ALL_KINDS
    await right.page.reload()
    await together([left, right])

    path = await save(right, "JSON", tmp_path)
    assert json.loads(path.read_text()) == {"whiteboard": 1, "elements": ALL_KINDS}
    await load(left, path)
    await said(left, "12 imported")
    await whole(left, right)
    elements = await snapshot(pair, board)
    assert [element["kind"] for element in elements] == [element["kind"] for element in ALL_KINDS] * 2
    assert len({element["id"] for element in elements}) == 24
    edges = [max(element["x"] for element in part if "x" in element) for part in (elements[:12], elements[12:])]
    assert min(element["x"] for element in elements[12:] if "x" in element) > edges[0]

    await left.page.keyboard.press("Control+z")
    await left.page.locator(".toast").wait_for(state="detached")
    await whole(left, right)
    assert bare(await snapshot(pair, board)) == ALL_KINDS
    other = await open_window(f"{pair.right.url}/b/{board}-2")
    await other.saved()
    await load(other, path)
    await said(other, "12 imported")
    await other.saved()
    assert bare(await snapshot(pair, f"{board}-2")) == ALL_KINDS


async def test_large_import_enters_in_slices_and_one_undo_takes_it_back(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[B5] [O5] More than enters at once; the other sees all of it come, and all of it go."""
    left, right = await two(open_window, pair, board)
    line = {"kind": "line", "w": 8, "h": 8, "color": "#e03131", "width": 2}
    lines = [{**line, "x": 50 + 10 * (i % 150), "y": 50 + 10 * (i // 150)} for i in range(3_000)]
    await load(left, exported(*lines))
    await said(left, "3000 imported")
    await in_step([left, right])
    assert bare(await snapshot(pair, board)) == lines
    assert await right.ink() > 20_000
    await left.page.keyboard.press("Control+z")
    await in_step([left, right])
    assert await snapshot(pair, board) == []
    await together([left, right])
    assert await right.ink() == 0


async def test_picture_that_is_too_large_gets_a_smaller_scale(
    open_window: OpenWindow, pair: Pair, board: str, tmp_path: Path
) -> None:
    """The page says at which one, and the file is a picture."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    await load(window, exported(STROKE, {**NOTE, "x": 30_000}))
    await said(window, "2 imported")
    await window.page.keyboard.press("Escape")
    await window.press(MENU)
    await window.press("3×")
    await window.page.keyboard.press("Escape")
    png = await save(window, "PNG", tmp_path)
    await said(window, "at 0.54×: at 3× it would be too large")
    found = await compare(window, png, png)
    assert 16_000 < found["size"][0] <= 16_384


async def test_nothing_is_exported_of_nothing(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """No empty file: a sentence."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    for form in ("PNG", "SVG", "JSON"):
        await window.press(MENU)
        await window.press(f"Export as {form}")
        await said(window, "nothing to export yet")
        await window.press("Dismiss")


REFUSED: dict[str, tuple[str, str]] = {
    "words": ("no board at all", "damaged, or is no JSON"),
    "half a file": (exported(STROKE)[:-5], "damaged, or is no JSON"),
    "a number that is none": ('{"whiteboard":1,"elements":[{"kind":"line","x":NaN}]}', "damaged, or is no JSON"),
    "something else": ('{"type":"excalidraw","version":2,"elements":[]}', "holds no board"),
    "a newer version": (exported(STROKE, version=2), "from a newer version.*Reload"),
    "nothing": (exported(), "nothing in this file"),
    "only broken elements": (
        exported({**NOTE, "x": None}, {**STROKE, "width": "4"}),
        "Nothing in this file can be drawn",
    ),
    "too many elements": (exported(*[{"kind": "hologram"}] * 50_001), "not enough room"),
}


async def test_bad_file_changes_nothing_and_says_what_to_do(
    open_window: OpenWindow, pair: Pair, board: str, tmp_path: Path
) -> None:
    """[E1] Nothing of it reaches the server."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    before = await window.saved()
    huge = tmp_path / "huge.json"
    huge.touch()
    os.truncate(huge, 64 * 2**20 + 1)
    bad: list[tuple[str | Path, str]] = [*REFUSED.values(), (huge, "too large.*64 MB")]
    for file, words in bad:
        await load(window, file)
        await said(window, words)
    assert await window.facts() == before
    assert await snapshot(pair, board) == []


async def test_good_elements_of_a_bad_file_are_taken(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O8] [O11] The broken is left out and counted, the too long becomes several, texts lose what turns them."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    endless = {**STROKE, "points": [value for i in range(100_000) for value in (i % 900, i // 200)]}
    note = {**NOTE, "text": "a\u202eb\u0007<script>alert(1)</script>"}
    await load(window, exported({**NOTE, "w": "wide"}, endless, None, note))
    await said(window, "12 imported.*2 left out.*1 too long for one stroke became several")
    await window.saved()
    elements = await snapshot(pair, board)
    assert [len(element.get("points", [])) // 2 for element in elements] == [10_000] * 10 + [10, 0]
    assert elements[-1]["text"] == "ab<script>alert(1)</script>"


async def test_menu_is_used_by_keyboard_in_japanese_on_a_phone(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Tab leads through it, Enter exports, and the focus is where it was."""
    options = {"viewport": {"width": 390, "height": 844}, "locale": "ja-JP"}
    window = await open_window(f"{pair.left.url}/b/{board}", **options)
    await window.saved()
    page = window.page
    await window.draw((100, 300), (200, 400))
    await window.saved()
    button = page.get_by_role("button", name="書き出しと読み込み")
    await button.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    focused = "() => document.activeElement.getAttribute('aria-label')"
    assert await page.evaluate(focused) == "PNG で書き出す"
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    assert (await download.value).suggested_filename == f"{board}.png"

    async def closed() -> bool:
        return bool(await page.evaluate(focused) == "書き出しと読み込み")

    await eventually(closed, "the menu is closed and its button has the focus")
