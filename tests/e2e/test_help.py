"""Help says what keys and hands do, out of the table by which the keys work."""

import pytest

from tests.e2e.conftest import OpenWindow
from tests.integration.fixtures import Pair

pytestmark = pytest.mark.asyncio(loop_scope="session")

_IS_IN_DIALOG_OR_NOWHERE = """() => {
  const { activeElement, body } = document;
  return activeElement === body || activeElement.closest("dialog") !== null;
}"""


async def test_help_opens_by_its_key_holds_the_focus_and_gives_it_back(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """It names each tool with the key that its button names; meanwhile keys do nothing to the drawing."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    page = window.page
    opener = page.get_by_role("button", name="Keyboard and gestures")
    await opener.focus()
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard and gestures")
    await dialog.wait_for()
    rows = [text.split("\n") for text in await dialog.locator("dl > div").all_inner_texts()]
    told = {row[0]: "+".join(row[1:]).replace(" ", "") for row in rows}
    for button in await page.locator(".tools button").all():
        name, key = [await button.get_attribute(attribute) for attribute in ("aria-label", "aria-keyshortcuts")]
        assert told[str(name)] == key
    assert told["Undo"] == "Ctrl+Z"
    for key in ("e", "Tab", "Tab"):
        await page.keyboard.press(key)
        # Tab may also leave the page for the browser's own controls: the focus is on the body then.
        assert await page.evaluate(_IS_IN_DIALOG_OR_NOWHERE)
    assert await page.locator(".tools [aria-pressed=true]").get_attribute("aria-label") == "Pen"
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    assert await opener.evaluate("button => button === document.activeElement")


async def test_help_opens_by_its_button_and_closes_by_a_press_beside_it(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """On a phone, too, where there are no keys; nothing is drawn by that press."""
    window = await open_window(f"{pair.left.url}/b/{board}", viewport={"width": 390, "height": 844}, has_touch=True)
    await window.saved()
    await window.press("Keyboard and gestures")
    dialog = window.page.get_by_role("dialog")
    await dialog.wait_for()
    await window.page.mouse.click(4, 420)
    await dialog.wait_for(state="detached")
    assert (await window.saved()).position == "0-0"
    assert await window.ink() == 0
