"""Two windows, each on another replica, used as people use them."""

import json

import pytest
from whiteboard.store.connection import connect
from whiteboard.store.log import Batch, Log, NewOp

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import HEIGHT_PX, WIDTH_PX, Window, together
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def snapshot(pair: Pair, board: str) -> list[dict]:
    """Return the elements that the server has."""
    _, body = await pair.left.get(f"/api/boards/{board}")
    return list(body["elements"])


async def two(open_window: OpenWindow, pair: Pair, board: str) -> tuple[Window, Window]:
    """Open the board in two windows, on a replica each."""
    left, right = [await open_window(f"{replica.url}/b/{board}") for replica in (pair.left, pair.right)]
    assert (await left.saved()).replica != (await right.saved()).replica
    return left, right


async def test_what_two_people_draw_looks_the_same_to_both(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[B4] [B6] [L2] Both draw with the mouse, on two replicas; positions and pixels are equal, after a reload too."""
    left, right = await two(open_window, pair, board)
    await left.draw((100, 100), (300, 400), (500, 100), (700, 400), (900, 100))
    await right.draw((100, 400), (300, 100), (500, 400), (700, 100), (900, 400))
    await left.draw((500, 250))
    await together([left, right])
    assert await left.ink() > 5_000
    assert len(await snapshot(pair, board)) == 3

    await right.page.reload()
    await together([left, right])


async def test_stroke_is_seen_while_it_is_drawn(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O3] The other sees it grow before the pointer goes up."""
    left, right = await two(open_window, pair, board)
    await left.begin((100, 300), (300, 300))
    first = await eventually(right.ink, "the beginning is seen")
    await left.page.mouse.move(800, 300, steps=20)

    async def grown() -> bool:
        return await right.ink() > 2 * int(first)

    await eventually(grown, "the growth is seen")
    await left.page.mouse.up()
    await together([left, right])
    (element,) = await snapshot(pair, board)
    assert len(element["points"]) > 20


async def test_colour_and_width_are_those_of_the_buttons(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] [B10] Each stroke has what was chosen before it."""
    left, right = await two(open_window, pair, board)
    await left.draw((100, 200), (400, 200))
    await left.press("Red")
    await left.draw((100, 300), (400, 300))
    await left.press("Broad")
    await left.press("Blue")
    await left.draw((100, 400), (400, 400))
    await together([left, right])
    styles = [(element["color"], element["width"]) for element in await snapshot(pair, board)]
    assert styles == [("black", 4), ("#e03131", 4), ("#1971c2", 32)]
    assert await left.page.get_by_role("button", name="Blue", exact=True).get_attribute("aria-pressed") == "true"


async def test_eraser_removes_whole_strokes_of_anybody(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O5] Those that it touches, when the pointer goes up; others stay."""
    left, right = await two(open_window, pair, board)
    await left.draw((100, 200), (400, 200))
    await right.draw((100, 300), (400, 300))
    await right.draw((600, 200), (600, 400))
    await together([left, right])
    await left.press("Eraser")
    await left.begin((250, 150), (250, 350))
    assert len(await snapshot(pair, board)) == 3
    await left.page.mouse.up()
    await together([left, right])
    (element,) = await snapshot(pair, board)
    xs = element["points"][::2]
    assert max(xs) - min(xs) < 50, "the upright one is left"


async def test_undo_takes_back_one_s_own_strokes_only(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O5] The last first; what somebody else drew since stays."""
    left, right = await two(open_window, pair, board)
    await left.draw((100, 200), (400, 200))
    await left.draw((100, 250), (400, 250))
    await left.saved()
    await right.draw((100, 300), (400, 300))
    await together([left, right])
    mine, _, others = [element["id"] for element in await snapshot(pair, board)]
    await left.press("Undo")
    await together([left, right])
    assert [element["id"] for element in await snapshot(pair, board)] == [mine, others]
    await left.page.keyboard.press("Control+z")
    await together([left, right])
    assert [element["id"] for element in await snapshot(pair, board)] == [others]
    undo = left.page.get_by_role("button", name="Undo", exact=True)
    await eventually(lambda: undo.get_attribute("aria-disabled"), "there is nothing left to undo")


async def test_new_board_is_empty_and_shared_by_its_address(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[B1] The button leads to a board that nobody has been on; its address on another replica leads there too."""
    left = await open_window(f"{pair.left.url}/b/{board}")
    await left.saved()
    await left.draw((100, 200), (400, 200))
    await left.saved()
    await left.press("New board")
    await left.page.wait_for_url(lambda url: "/b/" in url and board not in url)
    assert (await left.saved()).position == "0-0"
    assert await left.ink() == 0
    name = left.page.url.rpartition("/")[2]
    right = await open_window(f"{pair.right.url}/b/{name}")
    await right.saved()
    await right.draw((100, 300), (400, 300))
    await together([left, right])
    assert await left.page.title() == f"{name} · Whiteboard"


async def test_address_without_a_board_is_the_lobby(open_window: OpenWindow, pair: Pair) -> None:
    """[C1] The page's lobby is the classic clients' lobby."""
    window = await open_window(pair.left.url)
    await window.saved()
    assert await window.page.get_by_role("heading").inner_text() == "lobby"


async def test_finger_draws_as_a_mouse_does(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] Touch, on a dense screen; a second finger changes nothing; the canvas has the screen's pixels."""
    window = await open_window(
        f"{pair.left.url}/b/{board}",
        has_touch=True,
        is_mobile=True,
        device_scale_factor=3,
        viewport={"width": 390, "height": 800},
    )
    await window.saved()
    touch = await window.page.context.new_cdp_session(window.page)

    async def fingers(event: str, *points: tuple[int, int]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await touch.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": touches})

    await fingers("touchStart", (50, 200))
    for x in range(60, 340, 20):
        await fingers("touchMove", (x, 200 + x // 2))
    await fingers("touchStart", (320, 360), (100, 500))
    await fingers("touchMove", (320, 360), (200, 600))
    await fingers("touchEnd")
    await window.saved()
    (element,) = await snapshot(pair, board)
    assert len(element["points"]) > 20
    assert await window.page.evaluate("() => document.querySelector('canvas').width") == 3 * 390


async def test_element_of_a_newer_version_is_a_placeholder(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O7] [L5] People see that something is there, draw on, and can erase it."""
    op = {
        "op": "add",
        "id": "newer:1",
        "by": "somebody",
        "element": {"kind": "hologram", "points": [800, 400, 1100, 600], "color": "red", "width": 4},
    }
    unknown = {"op": "levitate", "id": "newer:2", "by": "somebody", "height": 3}
    async with connect(pair.redis_url, None, timeout_seconds=5.0) as client:
        ops = [NewOp("newer", n, json.dumps(op).encode()) for n, op in enumerate((op, unknown), 1)]
        await Log(client).append([Batch(board, ops)])
    left, right = await two(open_window, pair, board)
    assert await left.ink() > 500
    await right.draw((100, 100), (300, 100))
    await together([left, right])


async def test_size_of_the_window_changes_the_view_only(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O2] A drawing is the same on a smaller screen: all of it is there, and what is drawn there fits."""
    large = await open_window(f"{pair.left.url}/b/{board}")
    await large.saved()
    await large.draw((20, 350), (980, 350))
    await large.saved()
    small = await open_window(
        f"{pair.right.url}/b/{board}", viewport={"width": WIDTH_PX // 2, "height": HEIGHT_PX // 2}
    )
    await small.saved()
    assert await eventually(small.ink, "the drawing is there") > 300
    await small.page.set_viewport_size({"width": WIDTH_PX, "height": HEIGHT_PX})
    await together([large, small])
