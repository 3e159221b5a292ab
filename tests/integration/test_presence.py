"""Who is here, over two replicas: each tells of its own, nobody keeps a list."""

import asyncio
import json
from typing import Any

import pytest
from whiteboard.rooms.presence import TELL_SECONDS

from tests.integration.board_client import NAMESPACE, BoardClient
from tests.integration.fixtures import Join, Pair


async def known(client: BoardClient, people: dict[str, Any]) -> None:
    """Wait until a client, that puts together what it is told, knows these people and no others."""

    def told() -> bool:
        here: dict[str, Any] = {}
        for (news,) in client.socket.events("people", NAMESPACE):
            here |= news
        return {sid: person for sid, person in here.items() if person is not None} == people

    await client.socket.until(told, f"it knows {people}")


async def test_people_of_both_replicas_know_each_other_when_they_come_and_when_one_has_left(
    pair: Pair, join: Join
) -> None:
    """[P3] [P4] Whoever comes later is told of those who were there; a change and a leaving are told to all."""
    ann = await join(pair.left.url)
    await ann.socket.emit("session", {"name": "Ann", "color": "red"}, namespace=NAMESPACE)
    await known(ann, {ann.welcome["sid"]: {"name": "Ann", "color": "red"}})
    ben = await join(pair.right.url)
    people = {
        ann.welcome["sid"]: {"name": "Ann", "color": "red"},
        ben.welcome["sid"]: {"name": "", "color": "black"},
    }
    async with asyncio.timeout(TELL_SECONDS / 2):  # later everybody is told of again anyway
        await known(ben, people)
    await known(ann, people)
    await ben.leave()
    await known(ann, {ann.welcome["sid"]: {"name": "Ann", "color": "red"}})


async def test_name_and_tool_come_back_on_another_replica(pair: Pair, board: str) -> None:
    """[B10] [R1] [S1] As colour and width do; markup in a name is kept as it is, it is text."""
    ann = BoardClient(board)
    pid = json.loads((await ann.connect(pair.left.url)).removeprefix("0/board,"))["pid"]
    (welcome,) = await ann.socket.event("welcome", NAMESPACE)
    assert (welcome["name"], welcome["tool"]) == ("", "")
    name = "<b>Ann</b> & アン"
    await ann.socket.emit("session", {"name": name, "tool": "eraser"}, namespace=NAMESPACE)
    await known(ann, {welcome["sid"]: {"name": name, "color": "black"}})
    await ann.join(pair.right.url, pid=pid)
    assert (ann.welcome["name"], ann.welcome["tool"], ann.welcome["width"]) == (name, "eraser", 4.0)
    assert ann.welcome["sid"] == welcome["sid"]
    await ann.leave()


@pytest.mark.parametrize(
    "change", [{"name": "a" * 41}, {"name": "a\u202eb"}, {"name": "a\nb"}, {"tool": "Pen!"}, {"name": 7}]
)
async def test_name_is_rejected_when_it_is_too_long_or_turns_writing(pair: Pair, join: Join, change: object) -> None:
    """[B10] A typed error, and the session stays as it was."""
    ann = await join(pair.left.url)
    await ann.socket.emit("session", change, namespace=NAMESPACE)
    assert (await ann.rejected())["code"] == "invalid"
