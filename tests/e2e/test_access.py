"""For all: by keyboard alone, named for who does not see, readable in both themes, in English and Japanese."""

from pathlib import Path

import pytest

from tests.e2e.conftest import OpenWindow
from tests.e2e.window import Window
from tests.integration.fixtures import Pair

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
SCHEMES = ("light", "dark")
LOCALES = ("en-GB", "ja-JP")
SIZES = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}


async def faults(window: Window) -> list[str]:
    """Return what axe finds serious or critical, with the place of each."""
    found = await window.page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


# Each pair of a size, a scheme and a locale once: half the windows that all triples take.
@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [
        (size, scheme, LOCALES[(row + column) % 2])
        for row, size in enumerate(SIZES)
        for column, scheme in enumerate(SCHEMES)
    ],
)
async def test_nothing_serious_is_found_by_axe(
    open_window: OpenWindow, pair: Pair, board: str, size: str, scheme: str, locale: str
) -> None:
    """Names, contrast (AA) and structure, with all that can be opened open; nothing lies outside of the window."""
    width, height = SIZES[size]
    options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "locale": locale}
    window = await open_window(f"{pair.left.url}/b/{board}", bypass_csp=True, **options)
    await window.saved()
    page = window.page
    await page.add_script_tag(path=AXE)
    assert await faults(window) == []
    for button in await page.locator(".popover > button").all():
        await button.click()
        assert await faults(window) == []
        await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    assert await faults(window) == []
    await page.keyboard.press("Escape")
    for box in [await part.bounding_box() for part in await page.locator(".bar").all()]:
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width, box
    assert await page.get_attribute("html", "lang") == locale[:2]


async def test_everything_can_be_reached_and_pressed_by_keyboard(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """Tab leads to each control, the focus is seen, and what it opens is left by Escape, back to where one was."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    page = window.page
    seen: list[str] = []
    for _ in range(80):
        await page.keyboard.press("Tab")
        name = await page.evaluate("() => document.activeElement.getAttribute('aria-label')")
        if name is None:
            break
        seen.append(name)
        assert await page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid", name
    controls = await page.locator("button:visible, a:visible").count()
    assert len(set(seen)) == controls
    people = page.get_by_role("button", name="You are alone here")
    await people.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Zoë")
    await page.keyboard.press("Escape")
    await page.get_by_label("Your name").wait_for(state="detached")
    assert await people.evaluate("button => button === document.activeElement")


# A press, and Escape before the browser has painted what it opened: on a busy machine a frame can take that long.
_OPEN_AND_ESCAPE = """async () => {
  document.querySelector(".popover > button").click();
  await null;
  const field = document.querySelector(".panel input");
  field.focus();
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await null;
  return document.querySelector(".panel") === null && document.activeElement.matches(".popover > button");
}"""


async def test_escape_closes_what_is_not_painted_yet(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """Whoever is faster than a frame is heard too."""
    window = await open_window(f"{pair.left.url}/b/{board}")
    await window.saved()
    assert await window.page.evaluate(_OPEN_AND_ESCAPE)


async def test_nothing_moves_by_itself_for_who_asks_for_less_motion(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """Neither a transition nor an animation takes time, of whatever is on the page."""
    for motion, moves in (("no-preference", True), ("reduce", False)):
        window = await open_window(f"{pair.left.url}/b/{board}", reduced_motion=motion)
        await window.saved()
        seconds = await window.page.evaluate(
            """() => [...document.querySelectorAll("*")].flatMap((element) => ["", "::after"].flatMap((part) => {
                 const { transitionDuration, animationDuration } = getComputedStyle(element, part);
                 return [parseFloat(transitionDuration), parseFloat(animationDuration)];
               }))"""
        )
        assert (max(seconds) > 0.001) is moves
