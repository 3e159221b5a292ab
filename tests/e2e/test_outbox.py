"""What was drawn and not acknowledged outlives its page, and enters the log once."""

import pytest
from playwright.async_api import Dialog, Page

from tests.conftest import OwnRedis
from tests.e2e.conftest import OpenWindow
from tests.e2e.test_status import reaches
from tests.e2e.window import Window
from tests.integration.fixtures import StartReplica
from tests.integration.log_reader import commits
from tests.integration.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def beside(window: Window, address: str) -> Window:
    """Open another tab of the same browser."""
    tab = Window(await window.page.context.new_page())
    await tab.page.goto(address)
    return tab


async def kept(window: Window, unsaved: int) -> None:
    """Wait until so much is unsaved, and all of it is on the disk."""
    selector = f'html[data-at-risk="0"]:not([data-unsaved="0"]):not([data-unsaved="{unsaved - 1}"])'
    await window.page.wait_for_selector(selector, state="attached")
    assert (await window.facts()).unsaved >= unsaved


async def shows(window: Window, ink: int) -> None:
    """Wait until so much is painted: what is there is saved a frame before it is seen."""

    async def check() -> bool:
        return await window.ink() == ink

    await eventually(check, "all of it is painted")


def strokes(redis: OwnRedis, board: str) -> list[tuple[str, float]]:
    """Return client and height of each stroke in the log, in its order."""
    ops = [op for _, entries in commits(redis.url, board) for op in entries if op["op"] == "add"]
    return [(op["id"].partition(":")[0], op["element"]["points"][1]) for op in ops]


async def test_drawing_of_a_closed_tab_is_there_once_when_the_board_is_opened_again(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[L3] [B2] Drawn without a server, the tab closed: the next tab brings it, whole, in order, under its own ids."""
    replica = await start_replica(redis_url=durable_redis.url)
    browser = await open_window("about:blank")
    tab = await beside(browser, f"{replica.url}/b/{board}")
    await tab.saved()
    await replica.kill()
    await reaches(tab, "reconnecting", "offline")
    for y in (200, 300, 400):
        await tab.draw((100, y), (900, y))
    await kept(tab, 3)
    drawn = await tab.ink()
    await tab.page.close()

    await replica.start()
    again = await beside(browser, f"{replica.url}/b/{board}")
    await again.saved()
    await shows(again, drawn)
    clients, ys = zip(*strokes(durable_redis, board), strict=True)
    assert len(set(clients)) == 1
    assert list(ys) == sorted(ys)
    assert len(ys) == 3

    await again.page.reload()
    await again.saved()
    await shows(again, drawn)
    assert len(strokes(durable_redis, board)) == 3
    assert tab.failures + again.failures == []


async def test_reload_keeps_what_is_unsaved_and_says_so(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[E6] [B6] Redis is away over a reload: the page shows and counts what it drew, and saves it later."""
    replica = await start_replica(redis_url=durable_redis.url)
    window = await open_window(f"{replica.url}/b/{board}")
    await window.saved()
    durable_redis.kill()
    await window.draw((100, 100), (900, 100))
    await window.draw((100, 300), (900, 300))
    await kept(window, 2)
    unsaved = (await window.facts()).unsaved
    drawn = await window.ink()
    await window.page.reload()
    await kept(window, 2)
    assert (await window.facts()).unsaved == unsaved
    await shows(window, drawn)
    durable_redis.start()
    await window.saved()
    await shows(window, drawn)
    assert len(strokes(durable_redis, board)) == 2


async def test_two_tabs_have_an_outbox_each(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[B2] [L3] One tab closes while both are unsaved: the other, which is still there, brings both, each once."""
    replica = await start_replica(redis_url=durable_redis.url)
    left = await open_window(f"{replica.url}/b/{board}")
    right = await beside(left, f"{replica.url}/b/{board}")
    await left.saved()
    await right.saved()
    await replica.kill()
    for tab, y in ((left, 200), (right, 400)):
        await tab.page.bring_to_front()
        await reaches(tab, "reconnecting", "offline")
        await tab.draw((100, y), (900, y))
        await kept(tab, 1)
    await right.page.close()
    await left.page.bring_to_front()
    await replica.start()

    async def both() -> bool:
        return len(strokes(durable_redis, board)) == 2 and (await left.facts()).status == "saved"

    await eventually(both, "both are saved")
    assert len({client for client, _ in strokes(durable_redis, board)}) == 2
    assert left.failures + right.failures == []


async def asked_by_closing(page: Page) -> list[str]:
    """Close a tab as a person does; return what it asked first."""
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", answer)
    await page.close(run_before_unload=True)
    await eventually(page.is_closed, "the tab closes")
    return asked


async def test_tab_asks_before_it_closes_only_when_something_would_be_lost(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[B6] What is on the disk needs no question; where the browser keeps nothing, there is one."""
    replica = await start_replica(redis_url=durable_redis.url)
    address = f"{replica.url}/b/{board}"
    browser = await open_window("about:blank")
    safe, denied = await beside(browser, address), Window(await browser.page.context.new_page())
    await denied.page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError') }"
    )
    await denied.page.goto(address)
    await safe.saved()
    await denied.saved()
    durable_redis.kill()
    for tab in (safe, denied):
        await tab.page.bring_to_front()
        await tab.draw((100, 100), (900, 100))
        await reaches(tab, "unsaved")
    await kept(safe, 1)
    assert await asked_by_closing(safe.page) == []
    assert await asked_by_closing(denied.page) == ["beforeunload"]
    durable_redis.start()
    assert safe.failures + denied.failures == []


async def test_very_old_drawing_is_offered_not_sent(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """After a week the person says whether it is still wanted."""
    replica = await start_replica(redis_url=durable_redis.url)
    address = f"{replica.url}/b/{board}"
    browser = await open_window("about:blank")
    tab = await beside(browser, address)
    await tab.saved()
    await replica.kill()
    await reaches(tab, "reconnecting", "offline")
    await tab.draw((100, 100), (900, 100))
    await kept(tab, 1)
    await tab.page.close()
    await replica.start()

    later = Window(await browser.page.context.new_page())
    await later.page.add_init_script("const now = Date.now; Date.now = () => now() + 8 * 24 * 3600000;")
    await later.page.goto(address)
    send = later.page.get_by_role("button", name="Send", exact=True)
    await send.wait_for()
    await later.saved()
    assert strokes(durable_redis, board) == []
    await send.click()

    async def sent() -> bool:
        return len(strokes(durable_redis, board)) == 1

    await eventually(sent, "it is saved")
    await send.wait_for(state="detached")
    assert tab.failures + later.failures == []
