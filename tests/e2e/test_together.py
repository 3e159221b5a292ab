"""People who draw together see each other: cursors with names, who is here, who drew what."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair, StartReplica
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANN = "<b>Ann</b>\u202e アン"


async def rename(window: Window, name: str) -> None:
    """Write one's name."""
    page = window.page
    await page.get_by_role("button", name="here").click()
    await page.get_by_label("Your name").fill(name)
    await page.keyboard.press("Enter")
    await page.locator(".panel").wait_for(state="detached")


async def shows(window: Window, selector: str, text: str) -> None:
    """Wait until a place of the page shows exactly one such text."""

    async def check() -> bool:
        return await window.page.locator(selector).all_inner_texts() == [text]

    await eventually(check, f"{selector} shows {text}")


async def test_people_see_who_is_here_where_they_point_and_what_they_drew(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[P2] [P3] [B10] Over two replicas. Markup in a name is text; what would turn writing around is taken out."""
    left, right = [await open_window(f"{replica.url}/b/{board}") for replica in (pair.left, pair.right)]
    await rename(left, ANN)
    await left.press("Red")
    await left.draw((200, 300), (600, 300))
    await together([left, right])
    await shows(right, ".cursor bdi", "<b>Ann</b> アン")
    await right.page.get_by_role("button", name="2 people are here").click()
    await shows(right, ".people bdi", "<b>Ann</b> アン")
    await right.page.keyboard.press("Escape")
    await right.press("Select")
    await right.page.mouse.click(400, 300)
    await shows(right, ".author", "Drawn by <b>Ann</b> アン")
    await left.page.close()
    await right.page.get_by_role("button", name="You are alone here").wait_for()


async def test_cursor_of_somebody_without_a_name_has_a_word_and_goes_with_the_connection(
    open_window: OpenWindow, start_replica: StartReplica, pair: Pair, board: str
) -> None:
    """[P2] The same word as in the list of people. Where others pointed before one was cut off means nothing any more:
    it goes sooner than a cursor that rests (8 s)."""
    server = await start_replica(redis_url=pair.redis_url)
    left, right = [await open_window(f"{replica.url}/b/{board}") for replica in (pair.left, server)]
    for window in (left, right):
        await window.saved()
    await left.page.mouse.move(300, 300)
    await left.page.mouse.move(320, 310)
    await shows(right, ".cursor bdi", "Guest")
    await server.kill()
    await right.page.locator(".cursor").wait_for(state="detached", timeout=6_000)


async def test_what_one_drew_before_a_reload_is_one_s_own(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[P2] Who drew something is told of others' only; a page that was reloaded is the same person."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.draw((200, 300), (600, 300))
    await window.saved()
    await window.page.reload()
    await window.saved()
    await window.press("Select")
    await window.page.mouse.click(400, 300)
    await window.page.get_by_role("button", name="Delete", exact=True).wait_for()
    assert await window.page.locator(".author").count() == 0


async def test_name_colour_and_width_are_there_again_on_the_next_board(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[B10] A session is a stay on one board; the browser keeps them for all, and the others see them there."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await rename(window, "Ben")
    await window.press("Red")
    await window.press("Bold")
    await window.page.goto(f"{pair.left.url}/b/{board}-2")
    await window.saved()
    for chosen in ("Red", "Bold"):
        button = window.page.get_by_role("button", name=chosen, exact=True)
        assert await button.get_attribute("aria-pressed") == "true"
    other = await open_window(f"{pair.right.url}/b/{board}-2")
    await other.page.get_by_role("button", name="2 people are here").click()
    await shows(other, ".people bdi", "Ben")
    await window.draw((200, 300), (600, 300))
    await together([window, other])
    _, body = await pair.left.get(f"/api/boards/{board}-2")
    (stroke,) = body["elements"]
    assert (stroke["color"], stroke["width"]) == ("#e03131", 16)
    await window.page.get_by_role("button", name="here").click()
    assert await window.page.get_by_label("Your name").input_value() == "Ben"


async def test_board_of_an_impossible_name_says_so_and_takes_no_stroke(open_window: OpenWindow, pair: Pair) -> None:
    """[B1] [E1] Neither "Offline", nor ink that nobody will ever have."""
    window = await open_window(f"{pair.left.url}/b/a%20b")
    await window.page.wait_for_selector("html[data-status=gone]")
    await window.draw((200, 300), (600, 300))
    assert await window.ink() == 0
    assert await window.page.locator(".toast").count() == 1
    for name in ("Pen", "Copy the link to this board", "Export and import"):
        assert await window.page.get_by_role("button", name=name, exact=True).count() == 0
    await window.page.get_by_role("button", name="No such board").click()
    await window.page.get_by_text("Go back to the lobby").wait_for()
    message = window.page.locator(".toast", has_text="There is no such board")
    await message.get_by_role("link", name="To the lobby").click()
    await window.saved()
    await window.page.go_back()
    await message.get_by_role("button", name="New board").click()
    await window.saved()
