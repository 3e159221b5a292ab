"""The plan on README's pictures: what two people make with every tool, in CSS pixels of a window of 1440 × 900."""

from tests.e2e import sketch
from tests.e2e.window import Window


async def shape(window: Window, key: str, color: str, *way: tuple[float, float], fill: str | None = None) -> None:
    """Drag out a line or a shape, and let go of it."""
    await window.page.keyboard.press(key)
    await window.press(color)
    await window.press("Medium")
    if fill is not None:
        await window.press(fill)
    await window.draw(*way)
    await window.page.keyboard.press("Escape")


async def words(window: Window, key: str, size: str, color: str, at: tuple[float, float], text: str) -> None:
    """Write a text or a note."""
    await window.page.keyboard.press(key)
    await window.press(color)
    await window.press(size)
    await window.page.mouse.click(*at)
    await window.page.keyboard.insert_text(text)
    await window.page.keyboard.press("Escape")
    await window.page.keyboard.press("Escape")


async def ink(window: Window, key: str, color: str, width: str, way: sketch.Way) -> None:
    """Draw by hand."""
    await window.page.keyboard.press(key)
    await window.press(color)
    await window.press(width)
    (x, y), *rest = way
    await window.page.mouse.move(x, y)
    await window.page.mouse.down()
    for x, y in rest:
        await window.page.mouse.move(x, y)
    await window.page.mouse.up()


async def ann(window: Window) -> None:
    """Make the title, the three steps and what belongs to them."""
    await words(window, "t", "Huge", "Black", (118, 138), "Summer fair")
    await ink(window, "m", "Orange", "Medium", sketch.straight((124, 166), (330, 164), (452, 166)))
    await shape(window, "r", "Blue", (120, 236), (330, 336), fill="Light fill")
    await shape(window, "d", "Orange", (440, 204), (650, 368), fill="Light fill")
    await shape(window, "o", "Green", (762, 228), (972, 344), fill="Light fill")
    await shape(window, "a", "Grey", (346, 286), (424, 286))
    await shape(window, "a", "Grey", (664, 286), (742, 286))
    for x, text in ((151, "Collect ideas"), (519, "Vote"), (822, "Build it")):
        await words(window, "t", "Medium text", "Black", (x, 286), text)
    await ink(window, "p", "Red", "Fine", [(867 + 1.22 * x, 286 + 0.78 * y) for x, y in sketch.loop(0, 0, 104)])
    await ink(window, "p", "Red", "Fine", sketch.curve((1000, 226), (1040, 190), (1090, 172), (1142, 166), step_px=5))
    await words(window, "t", "Medium text", "Red", (1154, 166), "by Friday!")


async def ben(window: Window) -> None:
    """Make the notes and the drawing beside them."""
    notes = (((216, 520), "Orange", "Ask who will use it"), ((424, 548), "Pink", "Two weeks,\nno longer"))
    for at, color, text in (*notes, ((632, 520), "Green", "名前を決める\n（木曜まで）")):
        await words(window, "n", "Medium text", color, at, text)
    await ink(window, "p", "Orange", "Medium", sketch.loop(1240, 470, 40))
    for way in sketch.rays(1240, 470, 56, 78):
        await ink(window, "p", "Orange", "Medium", way)
    await ink(window, "p", "Violet", "Medium", [(840 + 0.9 * x, 392 + 0.9 * y) for x, y in sketch.HELLO])
    for row, y in enumerate((606, 634)):
        await ink(window, "p", "Blue", "Fine", sketch.wave(850 + 30 * row, 1330 - 40 * row, y, 7, 96, row))
