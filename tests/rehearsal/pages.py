"""Our page among the people of a rehearsal: windows of a headless Chromium, drawn in with the mouse."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, Self

from playwright.async_api import async_playwright

from tests.e2e.conftest import FLAGS
from tests.e2e.window import HEIGHT_PX, WIDTH_PX, Window
from tests.rehearsal.cast import Note, Person

WITNESS: Final = Path(__file__).with_name("witness.js")
COLORS: Final = {"#e03131": "Red", "#1971c2": "Blue", "#2f9e44": "Green"}
"""What pages draw in: the colours, and their buttons."""
ACROSS_PX: Final = (150, WIDTH_PX - 150)
PAUSE_SECONDS: Final = 1.0
"""Between two strokes: a browser that paints without a graphics card takes much of the machine."""
DOWN_PX: Final = (150, HEIGHT_PX - 150)


class Pages:
    """All pages. ``async with`` opens and closes them."""

    def __init__(self, chromium: Path | None, url: str, people: Sequence[Person]) -> None:
        self._chromium = chromium
        self._url = url
        self._people = people
        self._windows: dict[Person, Window] = {}
        self._drawing: list[asyncio.Task[None]] = []
        self._resting = asyncio.Event()
        self._notes: list[Note] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._people:
            playwright = await self._stack.enter_async_context(async_playwright())
            self._browser = await playwright.chromium.launch(executable_path=str(self._chromium), args=FLAGS)
            self._stack.push_async_callback(self._browser.close)
        for person in self._people:
            window = self._windows[person] = await self._open(person.board)
            await window.saved()
            await window.press(COLORS[person.color])
        return self

    async def __aexit__(self, *_: object) -> None:
        for window in self._windows.values():
            await window.close()
        await self._stack.aclose()

    def draw(self) -> None:
        """Let each draw stroke after stroke, until they are told to ``rest``."""
        self._drawing = [asyncio.create_task(self._draw(person.number, w)) for person, w in self._windows.items()]

    async def rest(self) -> None:
        """End the drawing; raises what went wrong with it."""
        self._resting.set()
        await asyncio.gather(*self._drawing)

    async def have_heard(self, position: str) -> bool:
        """Tell whether all are at this position, with nothing unsaved."""
        facts = [await window.facts() for window in self._windows.values()]
        return all((fact.status, fact.position) == ("saved", position) for fact in facts)

    async def take_down(self) -> None:
        """Read off the pages what has happened to them."""
        for person, window in self._windows.items():
            told = await window.page.evaluate("() => window.notes")
            self._notes += [Note(at, person.number, what, details) for at, what, *details in told]

    def notes(self) -> list[Note]:
        """Return what had happened to all when it was taken down."""
        return self._notes

    async def _open(self, board: str) -> Window:
        context = await self._browser.new_context(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        await context.add_init_script(path=WITNESS)
        # The witness hears WebSockets only: this keeps the page to its first choice.
        await context.route("**/socket.io/*", lambda route: route.abort())
        window = Window(await context.new_page())
        await window.page.goto(f"{self._url}/b/{board}")
        return window

    async def _draw(self, seed: int, window: Window) -> None:
        dice = random.Random(seed)
        while not self._resting.is_set():
            await window.draw(*((dice.randint(*ACROSS_PX), dice.randint(*DOWN_PX)) for _ in range(3)))
            await asyncio.sleep(PAUSE_SECONDS)
