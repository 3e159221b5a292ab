"""Selecting and changing what is there, and the way back, by two people on two replicas."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.test_drawing import snapshot, two
from tests.e2e.test_tools import use
from tests.e2e.window import WIDTH_PX, Window, together
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCALE = WIDTH_PX / 2048  # CSS pixels a board pixel, as a window of this width shows a new board


async def rectangle(window: Window, left: float, top: float, right: float, bottom: float) -> None:
    """Draw a filled rectangle; it is selected then."""
    await window.page.keyboard.press("r")
    await window.press("Full fill")
    await window.draw((left, top), (right, bottom))


async def test_selected_element_is_moved_scaled_and_turned_live(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[O4] The other sees it before the pointer goes up; both end with the same picture."""
    left, right = await two(open_window, pair, board)
    await rectangle(left, 200, 200, 300, 260)
    await together([left, right])
    before = await right.picture()
    await left.begin((250, 230), (350, 230))

    async def seen() -> bool:
        return await right.picture() != before

    await eventually(seen, "it is seen to move")
    await left.page.mouse.up()
    await together([left, right])
    (moved,) = await snapshot(pair, board)
    assert (moved["x"] * SCALE, moved["w"] * SCALE) == (pytest.approx(300, abs=1), pytest.approx(100, abs=1))

    await left.draw((400, 260), (500, 320))
    await left.draw((400, 176), (520, 260))
    await together([left, right])
    (turned,) = await snapshot(pair, board)
    assert (turned["w"] * SCALE, turned["h"] * SCALE) == (pytest.approx(200, abs=1), pytest.approx(120, abs=1))
    assert 1.4 < turned["angle"] < 1.8


async def test_marquee_and_keys_work_on_several(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O4] [O5] [O10] Nudge, restyle, duplicate, back, delete; all of it by the keyboard."""
    left, right = await two(open_window, pair, board)
    for x in (200, 400, 600):
        await use(left, "l", (x, 200), (x + 80, 300))
    await left.page.keyboard.press("Escape")
    await left.draw((150, 150), (520, 350))
    for key in ("ArrowRight", "Shift+ArrowDown", "3", "]", "Control+d", ","):
        await left.page.keyboard.press(key)
    await together([left, right])
    elements = await snapshot(pair, board)
    assert [round(element["x"] * SCALE) for element in elements[:3]] == [201, 401, 600]
    assert [round(element["y"] * SCALE) for element in elements[:3]] == [110, 110, 100]
    assert [element["color"] for element in elements] == ["#e03131"] * 2 + ["black"] + ["#e03131"] * 2
    assert [element.get("z") for element in elements] == [None] * 3 + [-2, -1]
    await left.page.keyboard.press("Control+a")
    await left.page.keyboard.press("Delete")
    await together([left, right])
    assert await snapshot(pair, board) == []
    await left.page.keyboard.press("Control+z")
    await together([left, right])
    assert len(await snapshot(pair, board)) == 5


async def test_text_is_given_another_size_and_opacity(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O4] By the buttons that are there while it is selected; the other sees it."""
    left, right = await two(open_window, pair, board)
    await left.page.keyboard.press("t")
    await left.draw((200, 200))
    await left.page.keyboard.type("plan")
    await left.page.keyboard.press("Escape")
    await left.page.keyboard.press("Control+a")
    for button in ("Huge", "60 % opaque"):
        await left.press(button)
    await together([left, right])
    (element,) = await snapshot(pair, board)
    assert (element["text"], element["size"], element["opacity"]) == ("plan", 84, 0.6)
    assert element["h"] == 84 * 1.25


async def test_what_is_copied_is_pasted_on_another_board(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] Elements of every form, through the browser's clipboard; plain text becomes a note."""
    window = await open_window(f"{pair.left.url}/b/{board}", permissions=["clipboard-read", "clipboard-write"])
    await window.saved()
    await use(window, "p", (100, 100), (200, 200), (300, 100))
    await use(window, "a", (400, 100), (500, 200))
    await window.page.keyboard.press("Control+a")
    await window.page.keyboard.press("Control+c")
    await window.saved()
    await window.page.goto(f"{pair.right.url}/b/{board}-2")
    await window.saved()
    await window.page.keyboard.press("Control+v")
    await window.page.evaluate("() => navigator.clipboard.writeText('plain <i>words</i>')")
    await window.page.keyboard.press("Control+v")
    await window.saved()
    elements = await snapshot(pair, f"{board}-2")
    assert [element["kind"] for element in elements] == ["stroke", "arrow", "note"]
    assert elements[2]["text"] == "plain <i>words</i>"


async def test_undo_is_one_s_own_when_others_change_things(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O4] [O5] What the other moved stays moved, what the other removed stays away, and redo repeats the rest."""
    left, right = await two(open_window, pair, board)
    await rectangle(left, 200, 200, 300, 260)
    await rectangle(left, 500, 200, 600, 260)
    await left.draw((550, 230), (550, 330))
    await left.page.keyboard.press("Escape")
    await together([left, right])
    # The other moves the first one, and removes the second.
    await right.page.keyboard.press("v")
    await right.draw((250, 230), (250, 430))
    await right.page.mouse.click(550, 330)
    await right.page.keyboard.press("Delete")
    await together([left, right])
    (first,) = await snapshot(pair, board)
    await left.page.keyboard.press("r")
    await left.draw((700, 200), (800, 260))
    await left.page.keyboard.press("Control+z")
    await together([left, right])
    assert await snapshot(pair, board) == [first]
    await left.page.keyboard.press("Control+Shift+z")
    await together([left, right])
    assert len(await snapshot(pair, board)) == 2
    await left.page.keyboard.press("Control+z")
    await left.page.keyboard.press("Control+z")
    await together([left, right])
    assert await snapshot(pair, board) == [], "the first one was ours to take back"
    await left.page.keyboard.press("Control+Shift+z")
    await together([left, right])
    (again,) = await snapshot(pair, board)
    assert (again["x"], again["y"]) == (first["x"], first["y"]), "where the other had moved it"
