"""A browser window with a board in it, used as a person uses it: real pointer events, real buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Error, Page

from tests.integration.waiting import eventually

WIDTH_PX, HEIGHT_PX = 1000, 700
VISIBLE = 16  # of 255: the edge of a stroke may come out a shade otherwise when it was painted piece by piece
Point = tuple[float, float]

# Both layers of the drawing, one upon the other, on paper.
_COMPOSITE = """() => {
  const layers = [...document.querySelectorAll("#stage canvas")];
  const whole = document.createElement("canvas");
  whole.width = layers[0].width;
  whole.height = layers[0].height;
  const context = whole.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, whole.width, whole.height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  return whole.toDataURL();
}"""
# Decodes a picture: its width, its height and its pixels.
PIXELS = """const pixels = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };"""
# Pixels that are not paper, of one picture, or that differ visibly, of two.
_COUNT = (
    "async ([one, other, visible]) => {"
    + PIXELS
    + """
  const a = (await pixels(one)).data;
  const b = other === null ? new Uint8ClampedArray(a.length).fill(255) : (await pixels(other)).data;
  if (a.length !== b.length) return -1;
  let count = 0;
  for (let i = 0; i < a.length; i += 4)
    if ([0, 1, 2, 3].some((k) => Math.abs(a[i + k] - b[i + k]) > visible)) count += 1;
  return count;
}"""
)


@dataclass(frozen=True)
class Facts:
    """What the page says of itself on ``<html>``."""

    status: str
    unsaved: int
    position: str
    replica: str


class Window:
    """One window, with a profile of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.failures: list[str] = []
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.on("console", self._noted)

    @classmethod
    async def open(cls, browser: Browser, address: str, **options: Any) -> "Window":
        """Open an address; options are Playwright's for a context."""
        viewport = {"width": WIDTH_PX, "height": HEIGHT_PX}
        context = await browser.new_context(**{"viewport": viewport, **options})
        window = cls(await context.new_page())
        await window.page.goto(address)
        return window

    async def close(self) -> None:
        """Close it; fails if the page had an error of its own."""
        await self.page.context.close()
        assert self.failures == []

    async def facts(self) -> Facts:
        """Return what the page says now; while one page makes way for another, what the new one says first."""

        async def said() -> dict[str, str] | None:
            try:
                data: dict[str, str] = await self.page.evaluate("() => ({...document.documentElement?.dataset})")
            except Error as error:
                if "context was destroyed" not in error.message:
                    raise
                return None
            return data if "status" in data else None

        data = await eventually(said, "the page says something")
        return Facts(data["status"], int(data["unsaved"]), data["position"], data["replica"])

    async def saved(self) -> Facts:
        """Wait until everything is saved."""

        async def check() -> Facts | None:
            facts = await self.facts()
            return facts if facts.status == "saved" else None

        facts: Facts = await eventually(check, "the page is saved")
        return facts

    async def draw(self, *points: Point) -> None:
        """Draw a stroke with the mouse."""
        await self.begin(*points)
        await self.page.mouse.up()

    async def begin(self, *points: Point) -> None:
        """Draw a stroke with the mouse and keep the button down."""
        (x, y), *way = points
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        for x, y in way:
            await self.page.mouse.move(x, y, steps=4)

    async def press(self, name: str) -> None:
        """Click the button of that name."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def picture(self) -> str:
        """Return the drawing as it is painted now: a PNG's data address."""
        picture: str = await self.page.evaluate(_COMPOSITE)
        return picture

    async def ink(self) -> int:
        """Return how many pixels are painted."""
        count: int = await self.page.evaluate(_COUNT, [await self.picture(), None, 0])
        return count

    async def differs_from(self, other: "Window") -> int:
        """Return how many pixels look different in two windows of the same size."""
        count: int = await self.page.evaluate(_COUNT, [await self.picture(), await other.picture(), VISIBLE])
        return count

    def _noted(self, message: Any) -> None:
        # An answer that did not come is no failure of the page; a refused script or style is.
        network = ("Failed to load resource", "WebSocket connection to")
        if message.type == "error" and not message.text.startswith(network):
            self.failures.append(message.text)


async def in_step(windows: Sequence[Window]) -> None:
    """Wait until all windows are saved and at one position."""

    async def at_one_position() -> bool:
        facts = [await window.saved() for window in windows]
        return len({fact.position for fact in facts}) == 1

    await eventually(at_one_position, "all windows are at one position")


async def together(windows: Sequence[Window]) -> None:
    """Wait until all windows are saved, at one position, and look the same."""
    await in_step(windows)

    async def alike() -> bool:
        first, *others = windows
        return [await first.differs_from(other) for other in others] == [0] * len(others)

    await eventually(alike, "all windows look the same")
