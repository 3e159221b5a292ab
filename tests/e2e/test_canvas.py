"""The board has no edge: people move, zoom, and find back; mouse, fingers and pen do what hands expect."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Sends pointer events as a touch screen does: [kind, id, type, x, y, pressure], one after the other.
_POINTERS = """(events) => {
  const stage = document.querySelector("#stage");
  stage.setPointerCapture = () => {};
  for (const [kind, pointerId, pointerType, clientX, clientY, pressure = 0.5] of events)
    stage.dispatchEvent(new PointerEvent(kind, {
      pointerId, pointerType, clientX, clientY, pressure, width: 20, height: 20,
      button: kind === "pointermove" ? -1 : 0, isPrimary: pointerId === 1,
      bubbles: true, cancelable: true,
    }));
}"""


def drag(pointer: int, kind: str, start: tuple[float, float], end: tuple[float, float]) -> list[list[object]]:
    """Return the events of a pointer that goes down, moves and is lifted."""
    way = [(start[0] + (end[0] - start[0]) * i / 5, start[1] + (end[1] - start[1]) * i / 5) for i in range(6)]
    moves = [["pointermove", pointer, kind, x, y] for x, y in way[1:]]
    return [["pointerdown", pointer, kind, *start], *moves, ["pointerup", pointer, kind, *end]]


async def painted(window: Window) -> None:
    """Wait until all that is seen is painted."""
    await window.page.wait_for_selector("html[data-painted=true]")


async def zoom(window: Window) -> int:
    """Return what the page says its zoom is, in percent."""
    text: str = await window.page.locator(".percent").inner_text()
    return int(text.removesuffix("%"))


async def elements(pair: Pair, board: str) -> list[dict]:
    """Return the elements that the server has."""
    _, body = await pair.left.get(f"/api/boards/{board}")
    return list(body["elements"])


async def test_people_who_look_elsewhere_draw_on_the_same_board(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[L2] One moves before drawing: the stroke lies there, not where it was on the screen; a button leads there."""
    left, right = [await open_window(f"{replica.url}/b/{board}") for replica in (pair.left, pair.right)]
    await left.saved()
    await left.page.mouse.move(500, 350)
    await left.page.mouse.wheel(4_000, 0)
    await left.draw((300, 300), (700, 300))
    await left.saved()
    (element,) = await elements(pair, board)
    assert min(element["points"][::2]) > 4_000

    await right.page.get_by_role("button", name="Back to the drawing").click()
    await eventually(right.ink, "the drawing is seen")
    assert await right.page.get_by_role("button", name="Back to the drawing").count() == 0
    await left.press("Show everything")
    await together([left, right])


async def test_zoom_keeps_what_is_under_the_pointer(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Wheel with Ctrl, keys and buttons zoom; what was drawn once and at another zoom lies where the pointer was."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    before = await zoom(window)
    await window.page.mouse.move(200, 250)
    await window.page.keyboard.down("Control")
    await window.page.mouse.wheel(0, -400)
    await window.page.keyboard.up("Control")
    await eventually(lambda: _zoomed(window, before), "it is nearer")
    await window.draw((200, 250))
    await window.page.keyboard.press("0")
    await window.page.locator(".percent", has_text="100 %").wait_for()
    await window.page.keyboard.press("-")
    await window.page.locator(".percent", has_text="80 %").wait_for()
    await window.page.keyboard.press("f")
    await window.saved()
    (element,) = await elements(pair, board)
    x, y = element["points"][:2]
    scale = 1000 / 2048
    assert abs(x - 200 / scale) < 2
    assert abs(y - (250 - (700 - 1024 * scale) / 2) / scale) < 2


async def _zoomed(window: Window, before: int) -> bool:
    return await zoom(window) > before


async def test_space_and_middle_button_move_the_board(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Nothing is drawn by it, and the picture comes along."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    await window.draw((400, 300), (500, 300))
    await window.saved()
    page = window.page
    await page.mouse.move(400, 300)
    await page.keyboard.down(" ")
    await page.mouse.down()
    await page.mouse.move(5_000, 300, steps=3)
    await page.mouse.up()
    await page.keyboard.up(" ")
    await painted(window)
    assert await window.ink() == 0
    await page.mouse.move(900, 300)
    await page.mouse.down(button="middle")
    await page.mouse.move(-3_700, 300, steps=3)
    await page.mouse.up(button="middle")
    await eventually(window.ink, "the stroke is back")
    assert len(await elements(pair, board)) == 1


async def test_space_is_the_drawing_s_after_a_pointer_pressed_a_button(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """It moves the board and opens nothing again; whoever pressed the button by a key presses it again by one."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    page = window.page
    menu = page.get_by_role("button", name="Export and import")
    for leave in ("the button", "the drawing", "Escape"):
        await menu.click()
        await page.locator(".panel").wait_for()
        if leave == "the button":
            await menu.click()
        elif leave == "the drawing":
            await page.mouse.click(500, 500)
            await page.keyboard.press("Control+z")
        else:
            await page.keyboard.press("Escape")
        await page.locator(".panel").wait_for(state="detached")
        before = await page.evaluate("() => document.querySelector('#stage').style.backgroundPosition")
        await page.mouse.move(400, 300)
        await page.keyboard.down(" ")
        await page.mouse.down()
        await page.mouse.move(411, 303)
        await page.mouse.up()
        await page.keyboard.up(" ")
        assert await page.locator(".panel").count() == 0, leave
        assert await page.evaluate("() => document.querySelector('#stage').style.backgroundPosition") != before, leave
        await window.saved()
        assert await elements(pair, board) == [], leave
    await menu.focus()
    for state in ("attached", "detached"):
        await page.keyboard.press(" ")
        await page.locator(".panel").wait_for(state=state)
    await page.mouse.click(500, 500)
    assert await page.evaluate("() => document.activeElement === document.body")


async def test_fingers_draw_and_pinch_until_there_is_a_pen(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """One finger draws, two zoom; once a pen has drawn, a finger moves the board, and near the pen it does nothing."""
    window = await open_window(f"{pair.left.url}/b/{board}", has_touch=True)
    await window.saved()
    page = window.page
    before = await zoom(window)
    await page.evaluate(_POINTERS, drag(1, "touch", (100, 100), (400, 100)))
    pinch: list[list[object]] = [
        ["pointerdown", 1, "touch", 400, 300],
        ["pointerdown", 2, "touch", 500, 300],
        ["pointermove", 2, "touch", 700, 300],
        ["pointerup", 2, "touch", 700, 300],
        ["pointerup", 1, "touch", 400, 300],
    ]
    await page.evaluate(_POINTERS, pinch)
    await eventually(lambda: _zoomed(window, before), "two fingers zoom")
    assert len(await elements(pair, board)) <= 1
    await page.evaluate(_POINTERS, drag(1, "pen", (100, 200), (400, 200)))
    await page.evaluate(_POINTERS, drag(3, "touch", (100, 300), (400, 300)))
    await window.saved()
    assert len(await elements(pair, board)) == 2


async def test_pen_draws_as_broad_as_it_is_pressed(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] [O3] Another sees the same; a mouse, which feels nothing, says nothing of it."""
    left, right = [await open_window(f"{replica.url}/b/{board}") for replica in (pair.left, pair.right)]
    await left.saved()
    way = [(100 + 40 * i, 200, i / 20) for i in range(21)]
    moves = [["pointermove", 1, "pen", *place] for place in way[1:]]
    await left.page.evaluate(_POINTERS, [["pointerdown", 1, "pen", *way[0]], *moves, ["pointerup", 1, "pen", *way[-1]]])
    await left.draw((100, 400), (900, 400))
    await together([left, right])
    pressed, drawn = await elements(pair, board)
    assert pressed["pressures"] == [round(pressure, 2) for _, _, pressure in way]
    assert "pressures" not in drawn
