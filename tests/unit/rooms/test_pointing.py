"""Where people point, on its way to the other replicas: the last word of each, now and then."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import cast

import pytest_asyncio
from whiteboard.protocol.cursors import encode_message
from whiteboard.rooms.pointing import GATHER_SECONDS, Pointing
from whiteboard.rooms.session import Session
from whiteboard.store.bus import Bus

from tests.store.tasks import running


class Scene:
    """A bus that keeps what is published, and a clock that stands still until ``pass_time``."""

    def __init__(self) -> None:
        self.published: list[dict[str, bytes]] = []
        self.slept: list[float] = []
        self.pointing = Pointing(cast(Bus, self), self._sleep)
        self._alarm = asyncio.Event()

    async def publish(self, messages: Mapping[str, bytes]) -> None:
        self.published.append(dict(messages))

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._alarm.clear()
        await self._alarm.wait()

    async def pass_time(self) -> None:
        """Let the time go by that it sleeps, and everything happen that then does."""
        self._alarm.set()
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        for _ in range(10):
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    async with running(scene.pointing.run()):
        yield scene


def session(sid: str, board: str = "b") -> Session:
    return cast(Session, SimpleNamespace(sid=sid, room=SimpleNamespace(name=board)))


async def test_thousand_moves_within_a_frame_are_one_message_with_the_last_place(scene: Scene) -> None:
    """[P2] The first goes out at once; of those that follow closely, whenever they come, only the last."""
    ann = session("ann")
    scene.pointing.move(ann, (0, 0))
    await scene.settle()
    assert scene.published == [{"b": encode_message({"ann": (0, 0)})}]
    for x in range(1, 1_001):
        scene.pointing.move(ann, (x, 0))
        if x % 50 == 0:
            await scene.settle()
    assert len(scene.published) == 1
    await scene.pass_time()
    assert scene.published[1:] == [{"b": encode_message({"ann": (1_000, 0)})}]
    await scene.pass_time()
    assert len(scene.published) == 2
    assert set(scene.slept) == {GATHER_SECONDS}


async def test_session_that_moves_most_has_one_place_like_the_others(scene: Scene) -> None:
    """[P2] All boards of a replica go out together, each with one place a session."""
    ann, ben, far = session("ann"), session("ben"), session("far", "c")
    for x in range(100):
        scene.pointing.move(ann, (x, 0))
    scene.pointing.move(ben, (1, 1, 1))
    scene.pointing.move(far, (2, 2))
    await scene.settle()
    told = {"b": encode_message({"ann": (99, 0), "ben": (1, 1, 1)}), "c": encode_message({"far": (2, 2)})}
    assert scene.published == [told]
