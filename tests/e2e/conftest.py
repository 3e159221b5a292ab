"""What the browser tests share: one Chromium for all, windows with a profile each, two replicas."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.e2e.window import Window
from tests.integration.fixtures import board, pair, start_replica

__all__ = ["board", "pair", "start_replica"]

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OpenWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """The browser, in which tests open windows."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(chromium_path), args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser) -> AsyncIterator[OpenWindow]:
    """Return a coroutine function that opens a window: ``await open_window(address)``."""
    windows: list[Window] = []

    async def opened(address: str, **options: object) -> Window:
        windows.append(await Window.open(browser, address, **options))
        return windows[-1]

    yield opened
    for window in windows:
        await window.close()
