"""Presence over two replicas: what it costs the others when somebody comes."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest
from whiteboard.engine.connection import Connection
from whiteboard.engine.packets import decode_event
from whiteboard.engine.socket import Socket
from whiteboard.protocol.messages import read_message
from whiteboard.protocol.presence import News
from whiteboard.rooms import presence
from whiteboard.rooms.room import Room
from whiteboard.store.bus import Bus

from tests.integration.waiting import eventually
from tests.store.rooms.replica import Page, Wire, replica
from tests.store.tasks import running

CROWD = 30


def known_to(page: Page) -> set[str]:
    """Return the sids that a page was told of and not told to have left."""
    here: dict[str, Any] = {}
    for event in map(decode_event, page.wire.packets):
        if event.name == "people":
            here |= msgspec.json.decode(event.args[0])
    return {sid for sid, person in here.items() if person is not None}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[News]:
    """All news of people that replicas publish."""
    told: list[News] = []
    publish = Bus.publish

    async def noted(bus: Bus, messages: Mapping[str, bytes]) -> None:
        told.extend(news for news in map(read_message, messages.values()) if isinstance(news, News))
        await publish(bus, messages)

    monkeypatch.setattr(Bus, "publish", noted)
    monkeypatch.setattr(presence, "GATHER_SECONDS", 0.0)
    monkeypatch.setattr(presence, "TELL_SECONDS", 3600.0)  # what is told again would be counted too
    return told


async def test_crowd_costs_the_others_one_line_a_head(redis_url: str, published: list[News]) -> None:
    """[P4] A replica asks when it opens a board; from then on it knows, and tells who comes."""
    async with replica(redis_url, "replica-1") as one, replica(redis_url, "replica-2") as two:
        first = [await one.page(), await two.page()]
        everybody = {page.socket.sid for page in first}
        await eventually(lambda: all(known_to(page) == everybody for page in first), "the two know each other")
        before = len(published)
        pages = [await (one, two)[n % 2].page() for n in range(CROWD)]
        everybody |= {page.socket.sid for page in pages}
        await eventually(lambda: all(known_to(page) == everybody for page in [*first, *pages]), "all know all")
        news = published[before:]
        assert not any(told.ask for told in news)
        assert sum(len(told.people) for told in news) == CROWD


async def test_everybody_is_told_of_again_however_much_else_there_is_to_tell(
    redis_url: str, published: list[News], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P3] A board that somebody comes to and leaves all the time does not make those of another one be forgotten."""
    monkeypatch.setattr(presence, "TELL_SECONDS", 0.2)
    async with replica(redis_url) as one:
        quiet = await one.page("quiet")
        sid = quiet.socket.sid
        await eventually(lambda: known_to(quiet) == {sid}, "it is told of itself")

        async def restless() -> None:
            while True:
                await (await one.page("restless")).leave()

        async with running(restless()):
            await eventually(lambda: sum(sid in told.people for told in published) >= 4, "told of again and again")


async def test_who_comes_back_under_a_new_id_is_not_there_twice(
    redis_url: str, published: list[News], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P3] [R4] Its former connection may not be known to be dead yet, and says nothing when it is superseded."""
    async with replica(redis_url, "replica-1") as one, replica(redis_url, "replica-2") as two:
        page, other = await one.page(), await two.page()
        both = {page.socket.sid, other.socket.sid}
        await eventually(lambda: known_to(other) == both, "it is there")
        monkeypatch.setattr(Room, "recalls", lambda *_: False)
        auth = {"board": "b", "secret": page._secret, "position": "0-0", "pid": page.socket.greeting["pid"]}
        back = Socket(cast(Connection, Wire()), "new", "/board", lambda *_: None)
        await two.board.connect(back, {}, auth)
        two.board.connected(back)
        assert back.sid not in both
        await eventually(lambda: known_to(other) == {back.sid, other.socket.sid}, "it is there once")
