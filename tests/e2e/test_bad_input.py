"""What nobody meant to give the page: nothing is lost, nothing freezes, and people are told what to do."""

import json
from itertools import pairwise

import pytest
from whiteboard.store.connection import connect
from whiteboard.store.log import Batch, Log, NewOp

from tests.conftest import OwnRedis
from tests.e2e.conftest import OpenWindow
from tests.e2e.test_drawing import snapshot, two
from tests.e2e.test_outbox import beside, kept, strokes
from tests.e2e.test_status import reaches
from tests.e2e.test_together import rename, shows
from tests.e2e.window import Window, together
from tests.integration.fixtures import Pair, StartReplica

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Draws one stroke of so many points, none too near to the one before, as a hand would that never lifts the pen.
_LONG_STROKE = """async ([points, aFrame]) => {
  const stage = document.querySelector("#stage");
  stage.setPointerCapture = () => {};
  const send = (kind, i) => stage.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, pointerType: "mouse", isPrimary: true, bubbles: true, cancelable: true, button: 0,
    clientX: 500 + (90 + i / 500) * Math.cos(i / 40), clientY: 330 + (90 + i / 500) * Math.sin(i / 40),
  }));
  send("pointerdown", 0);
  for (let i = 1; i < points;) {
    for (const end = Math.min(points, i + aFrame); i < end; i += 1) send("pointermove", i);
    await new Promise(requestAnimationFrame);
  }
  send("pointerup", points);
}"""


async def test_stroke_of_100_000_points_is_whole(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O8] It goes on in a further element wherever one is full: no point is missing, and both see the same."""
    left, right = await two(open_window, pair, board)
    await left.page.evaluate(_LONG_STROKE, [100_000, 400])
    await left.saved()
    elements = await snapshot(pair, board)
    joints = len(elements) - 1
    assert sum(len(element["points"]) // 2 for element in elements) == 100_000 + joints
    for before, after in pairwise(elements):
        assert before["points"][-2:] == after["points"][:2], "without a gap"
    await together([left, right])


async def test_text_and_names_are_text_and_people_are_told_what_is_left_out(
    open_window: OpenWindow, pair: Pair, board: str
) -> None:
    """[O11] [B10] Markup is letters to everybody; what turns or controls writing is taken out, and the page says so."""
    left, right = await two(open_window, pair, board)
    markup = "<img src=x onerror=\"document.title='owned'\"><b>5</b>"
    await left.page.keyboard.press("n")
    await left.page.mouse.click(300, 300)
    await left.page.keyboard.insert_text(f"{markup} \u202e\u2066\u0007&amp; שלום")
    await left.page.get_by_role("alert").filter(has_text="left out of your text").wait_for()
    await left.page.keyboard.press("Escape")
    await rename(left, f"{markup[:24]}\u202e")
    await together([left, right])
    (note,) = await snapshot(pair, board)
    assert note["text"] == f"{markup} &amp; שלום"
    await left.page.mouse.move(400, 420)
    await shows(right, ".cursor bdi", markup[:24])
    for window in (left, right):
        assert await window.page.locator("img").count() == 0
        assert "owned" not in await window.page.title()


async def test_element_of_a_newer_kind_is_moved_and_kept_whole(open_window: OpenWindow, pair: Pair, board: str) -> None:
    """[O7] [O12] A placeholder that says what to do; moved, it keeps all that this release does not know."""
    element = {"kind": "hologram", "x": 800, "y": 400, "w": 300, "h": 200, "spin": {"axis": [0, 1], "by": "light"}}
    async with connect(pair.redis_url, None, timeout_seconds=5.0) as client:
        op = {"op": "add", "id": "newer:1", "by": "somebody", "element": element}
        await Log(client).append([Batch(board, [NewOp("newer", 1, json.dumps(op).encode())])])
    left, right = await two(open_window, pair, board)
    await left.page.keyboard.press("v")
    await left.draw((475, 340), (575, 340))
    await left.page.get_by_text("Reload the page to see it").wait_for()
    await together([left, right])
    (moved,) = await snapshot(pair, board)
    assert moved["x"] > 900
    assert {name: moved[name] for name in element if name != "x"} == {k: v for k, v in element.items() if k != "x"}
    await right.page.reload()
    await together([left, right])
    assert await right.ink() > 500


async def test_page_whose_browser_keeps_nothing_says_so_and_goes_on(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str
) -> None:
    """[B6] IndexedDB is denied: drawing works; the page says that what is unsaved is at risk, and what to do."""
    replica = await start_replica(redis_url=durable_redis.url)
    window = await open_window("about:blank")
    await window.page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }"
    )
    await window.page.goto(f"{replica.url}/b/{board}")
    await window.saved()
    await window.draw((100, 100), (900, 100))
    await window.saved()
    assert await window.page.get_by_role("alert").count() == 0, "nothing is at risk"
    durable_redis.kill()
    await window.draw((100, 200), (900, 200))
    await window.page.get_by_role("alert").filter(has_text="Leave this page open").wait_for()
    await window.page.get_by_role("button", name="unsaved").click()
    await window.page.locator(".panel").filter(has_text="Leave this page open").wait_for()
    await window.page.keyboard.press("Escape")
    durable_redis.start()
    await window.saved()
    assert (await window.page.evaluate("() => document.documentElement.dataset.atRisk")) == "0"


@pytest.mark.parametrize("years", [-60, 20])
async def test_wrong_clock_loses_nothing(
    open_window: OpenWindow, start_replica: StartReplica, durable_redis: OwnRedis, board: str, years: int
) -> None:
    """[L3] [B2] Drawn without a server by a clock that is years off: two people draw on together, and a later page asks
    whether what was left is still wanted, since nobody knows how old it is."""
    replica = await start_replica(redis_url=durable_redis.url)
    browser = await open_window("about:blank")
    wrong = Window(await browser.page.context.new_page())
    await wrong.page.add_init_script(
        f"""{{ const now = Date.now.bind(Date); const real = Date; const off = {years} * 365.25 * 864e5;
        globalThis.Date = class extends real {{ constructor(...p) {{ p.length ? super(...p) : super(now() + off) }}
        static now() {{ return now() + off }} }} }}"""
    )
    await wrong.page.goto(f"{replica.url}/b/{board}")
    other = await open_window(f"{replica.url}/b/{board}")
    await wrong.draw((100, 100), (900, 100))
    await together([wrong, other])
    await other.page.mouse.move(300, 300)
    await wrong.page.wait_for_selector(".cursor", state="attached")
    await replica.kill()
    await reaches(wrong, "reconnecting", "offline")
    await wrong.draw((100, 200), (900, 200))
    await kept(wrong, 1)
    await wrong.page.close()
    await replica.start()
    again = await beside(browser, f"{replica.url}/b/{board}")
    await again.page.get_by_role("button", name="Send", exact=True).click()
    await together([again, other])
    assert len(strokes(durable_redis, board)) == 2
    assert wrong.failures + again.failures == []
