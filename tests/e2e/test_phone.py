"""A phone has room for everything that one draws with; what does not fit is one press away."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.test_drawing import snapshot
from tests.integration.fixtures import Pair
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("width", [360, 390])
async def test_all_tools_are_in_view_and_looks_behind_a_button(
    open_window: OpenWindow, pair: Pair, board: str, width: int
) -> None:
    """[B10] Nothing is to be swiped for. Drawing on closes the looks; what is selected can be deleted by a button."""
    window = await open_window(
        f"{pair.left.url}/b/{board}", viewport={"width": width, "height": 740}, has_touch=True, is_mobile=True
    )
    await window.saved()
    page = window.page
    for button in await page.locator("button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width, await button.get_attribute("aria-label")
        assert min(box["width"], box["height"]) >= 36, await button.get_attribute("aria-label")
    assert await page.locator(".tools button:visible").count() == 13
    await window.press("Style")
    await window.press("Red")
    await window.press("Broad")
    await window.draw((40, 200), (width - 60, 260))
    assert await page.get_by_role("button", name="Broad").count() == 0
    await window.saved()
    (element,) = await snapshot(pair, board)
    assert (element["color"], element["width"]) == ("#e03131", 32)
    await window.press("Select")
    await page.touchscreen.tap(40, 200)
    await window.press("Delete")
    await window.saved()
    assert await snapshot(pair, board) == []


async def test_what_is_written_can_be_read(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """A phone opens on what is there, near enough for letters, and not on a page that is wide and tiny."""
    wide = await open_window(f"{pair.left.url}/b/{board}")
    await wide.saved()
    await wide.draw((20, 250), (120, 250))
    await wide.saved()
    phone = await open_window(
        f"{pair.right.url}/b/{board}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    await phone.saved()
    await eventually(phone.ink, "what is there is seen")
    await phone.press("Note")
    await phone.page.touchscreen.tap(195, 500)
    note = await phone.page.locator(".writer").bounding_box()
    assert note is not None
    assert note["width"] > 100
