"""
How fast the page is with a large board: 20,000 strokes, opened, moved and zoomed in headless Chromium.

``.venv/bin/python -m tests.bench.page_speed`` prints the figures. They are no test: machines are noisy.
"""

import asyncio
import json
import math
import os
import random
import statistics
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Page, async_playwright
from whiteboard.store.connection import connect
from whiteboard.store.embedded import EmbeddedStore
from whiteboard.store.log import Batch, Log, NewOp

from tests.e2e.chromium import find_chromium
from tests.e2e.conftest import FLAGS
from tests.integration.replica import Replica

STROKES: Final = 20_000
POINTS: Final = 40
COLORS: Final = ("black", "#e03131", "#2f9e44", "#1971c2", "#7048e8")
ROUNDS: Final = 3
"""How often each figure is taken."""
SECONDS: Final = 2.0
"""How long one moves, and zooms."""

# Moves the wheel at each frame, as a touchpad does, and counts the frames.
_WHEEL = """async ([seconds, ctrl]) => {
  const stage = document.querySelector("#stage");
  const gaps = [];
  const begun = performance.now();
  let last = begun;
  for (;;) {
    const now = await new Promise(requestAnimationFrame);
    if (gaps.length > 0 || now > last) gaps.push(now - last);
    last = now;
    const at = (now - begun) / 1000;
    if (at > seconds) break;
    const way = Math.sin(at * 2.2) >= 0 ? 1 : -1;
    const wheel = ctrl ? { deltaY: 12 * way, ctrlKey: true } : { deltaX: 24 * way, deltaY: 14 * way };
    stage.dispatchEvent(new WheelEvent("wheel", { ...wheel, clientX: 720, clientY: 450, cancelable: true }));
  }
  return gaps.slice(1);
}"""


def stroke(dice: random.Random, n: int, area: tuple[float, float]) -> dict:
    """Return an op that draws a curl somewhere."""
    x, y = dice.uniform(0, area[0]), dice.uniform(0, area[1])
    heading, turn = dice.uniform(0, math.tau), dice.uniform(-0.3, 0.3)
    points: list[float] = []
    for _ in range(POINTS):
        points += [round(x, 1), round(y, 1)]
        x, y = x + 5 * math.cos(heading), y + 5 * math.sin(heading)
        heading += turn + dice.uniform(-0.2, 0.2)
    element = {"kind": "stroke", "points": points, "color": dice.choice(COLORS), "width": dice.choice((2, 4, 4, 8))}
    return {"op": "add", "id": f"seed:{n}", "by": "seed", "element": element}


async def fill(redis_url: str, board: str, area: tuple[float, float]) -> None:
    """Write a board of ``STROKES`` strokes into the log."""
    dice = random.Random(7)
    async with connect(redis_url, None, timeout_seconds=5.0) as redis:
        for first in range(1, STROKES, 200):
            numbers = range(first, first + 200)
            ops = [NewOp("seed", n, json.dumps(stroke(dice, n, area)).encode()) for n in numbers]
            await Log(redis).append([Batch(board, ops)])


async def opened_ms(page: Page, address: str) -> float:
    """Open the board; return the time from the navigation's start until all that is seen is painted."""
    await page.goto(address)
    await page.wait_for_selector("html[data-painted=true][data-status=saved]")
    return float(await page.evaluate("() => performance.now()"))


async def frames(page: Page, *, zoom: bool) -> tuple[float, float]:
    """Return frames a second while moving or zooming, and the longest gap (ms)."""
    gaps = await page.evaluate(_WHEEL, [SECONDS, zoom])
    return 1000 * len(gaps) / sum(gaps), max(gaps)


async def measure(page: Page, address: str) -> None:
    """Print the figures of one board."""
    rows: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        rows.setdefault("open to painted (ms)", []).append(await opened_ms(page, address))
        for name, zoom in (("pan", False), ("zoom", True)):
            rate, longest = await frames(page, zoom=zoom)
            rows.setdefault(f"{name} (frames/s)", []).append(rate)
            rows.setdefault(f"{name}, longest frame (ms)", []).append(longest)
        await page.keyboard.press("f")
        await page.wait_for_selector("html[data-painted=true]")
        rate, longest = await frames(page, zoom=False)
        rows.setdefault("pan, all in view (frames/s)", []).append(rate)
    for name, values in rows.items():
        print(f"| {name} | {statistics.median(values):.0f} | {', '.join(f'{value:.0f}' for value in values)} |")


async def main() -> None:
    """Start what is needed, measure, stop it."""
    print(f"load {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder))
        url = await store.start()
        replica = Replica(Path(folder) / "replica", redis_url=url)
        await replica.start()
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=str(find_chromium()), args=FLAGS)
            for board, area in (("large", (8192, 6144)), ("dense", (2048, 1024))):
                await fill(url, board, area)
                context = await chromium.new_context(viewport={"width": 1440, "height": 900})
                page = await context.new_page()
                print(f"\n{board}: {STROKES} strokes of {POINTS} points on {area[0]} x {area[1]}")
                await measure(page, f"{replica.url}/b/{board}")
                await context.close()
            await chromium.close()
        await replica.stop()
        await store.stop()
    print(f"load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
