"""Each tool, used as a person uses it; what it leaves is on the server and on another person's screen."""

from typing import Any

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.test_drawing import snapshot, two
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def use(window: Window, key: str, *way: tuple[float, float]) -> None:
    """Take a tool by its key and drag it along a way."""
    await window.page.keyboard.press(key)
    await window.draw(*way)


def tool(window: Window) -> Any:
    """Return the name of the tool in hand."""
    return window.page.locator(".tools [aria-pressed=true]").get_attribute("aria-label")


async def test_each_tool_leaves_its_kind(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] By key and by drag; a finished shape is selected, and Escape lets it go."""
    left, right = await two(open_window, pair, board)
    await use(left, "m", (60, 80), (300, 90))
    await use(left, "l", (60, 120), (300, 200))
    assert await tool(left) == "Select"
    await use(left, "a", (60, 220), (300, 300))
    await use(left, "r", (360, 80), (500, 200))
    await use(left, "d", (360, 220), (500, 340))
    await use(left, "o", (540, 80), (700, 200))
    await left.page.keyboard.press("Escape")
    await left.page.keyboard.press("t")
    await left.page.mouse.click(540, 260)
    await left.page.keyboard.type("Hello, 世界\n<b>two</b>")
    await left.page.keyboard.press("Escape")
    await left.page.keyboard.press("n")
    await left.page.mouse.click(840, 160)
    await left.page.keyboard.type("a note of several words")
    await left.page.keyboard.press("Escape")
    await together([left, right])
    elements = await snapshot(pair, board)
    kinds = ["highlighter", "line", "arrow", "rectangle", "diamond", "ellipse", "text", "note"]
    assert [element["kind"] for element in elements] == kinds
    assert [element["text"] for element in elements[-2:]] == ["Hello, 世界\n<b>two</b>", "a note of several words"]
    assert await tool(left) == "Select"


async def test_text_is_seen_while_it_is_typed(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O4] [O11] Letter by letter; what would turn the text around is taken out before it is sent."""
    left, right = await two(open_window, pair, board)
    await left.page.keyboard.press("t")
    await left.page.mouse.click(300, 300)
    await left.page.keyboard.type("ab")
    await eventually(right.ink, "the letters are seen")
    await left.page.keyboard.insert_text("c\u202ed\u0007\te")
    await together([left, right])
    (element,) = await snapshot(pair, board)
    assert element["text"] == "abcd    e"
    await left.page.keyboard.press("Escape")
    await left.page.keyboard.press("Enter")
    await left.page.keyboard.insert_text("whole")
    await together([left, right])
    assert [element["text"] for element in await snapshot(pair, board)] == ["whole"]
    await left.page.keyboard.press("Escape")
    await left.page.mouse.dblclick(310, 300)
    await left.page.keyboard.press("Backspace")
    await left.page.keyboard.press("Escape")
    await together([left, right])
    assert await snapshot(pair, board) == [], "a text without letters is none"


async def test_tooltips_name_the_keys(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Each tool's button says its name and its key, and the key takes it."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    for button in await window.page.locator(".tools button").all():
        name, key = [await button.get_attribute(attribute) for attribute in ("aria-label", "aria-keyshortcuts")]
        assert await button.get_attribute("data-tip") == f"{name} · {key}"
        await window.page.keyboard.press(str(key).lower())
        await window.page.wait_for_selector(f'.tools [aria-pressed=true][aria-label="{name}"]')


async def test_colour_stays_under_the_pointer_when_it_brings_another_tool(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """A colour is for a tool that has one: with the selecting one it takes the pen, and nothing moves."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    red = window.page.get_by_role("button", name="Red", exact=True)
    place = await red.bounding_box()
    for key in "vherv":  # the row is longer with a shape in hand
        await window.page.keyboard.press(key)
        assert await red.bounding_box() == place, key
    await red.click()
    await window.page.wait_for_selector('.tools [aria-pressed=true][aria-label="Pen"]')
    assert await red.bounding_box() == place
    await window.draw((200, 300), (600, 300))
    await window.page.keyboard.press("Control+a")
    await window.page.get_by_role("button", name="Duplicate", exact=True).wait_for()
    assert await red.bounding_box() == place, "with what can be done to a selection beside it"


async def test_laser_is_seen_and_leaves_nothing(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[P1] [P2] While it is pressed the other sees where it points; the log hears nothing of it."""
    left, right = await two(open_window, pair, board)
    await left.page.keyboard.press("k")
    await left.begin((300, 300), (500, 320))
    await right.page.wait_for_selector(".cursor[data-laser]")
    await left.page.mouse.up()
    await right.page.wait_for_selector(".cursor[data-laser]", state="detached")
    assert await snapshot(pair, board) == []
    assert (await left.saved()).position == "0-0"
