"""
The rendered Deployment under people who draw: a roll-out, more replicas and fewer, the loss of a node. What they saw
is held against the log, as in the rehearsal.
"""

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

import redis

from tests.chart.cluster import Cluster
from tests.chart.rendering import Values, render
from tests.conftest import OwnRedis, find_free_port
from tests.integration.log_reader import commits
from tests.integration.stock import DEFAULT, WEBSOCKET
from tests.integration.waiting import eventually
from tests.rehearsal.cast import Cast, Person
from tests.rehearsal.checker import Findings, check, entries

PASSWORD = "a password from a file"
EVERY_MS = 250


class Script(NamedTuple):
    """What is played."""

    values: Values
    people: int
    drawers: int
    boards: int


KEPT: Values = {"global": {"redis": {"password": PASSWORD}}, "backend": {"recoverySeconds": 600}}
"""Nothing may be folded, and trimmed, before it is checked."""
FULL = Script(KEPT, 120, 24, 12)
_SHORT_STEPS = {"preStopSeconds": 1, "drainSeconds": 2, "minReadySeconds": 2}
SHORT = Script(KEPT | {"backend": {"recoverySeconds": 600, **_SHORT_STEPS}}, 24, 6, 4)


class Step(NamedTuple):
    """Something that was done to the Deployment, and how long it took."""

    what: str
    seconds: float
    """Until the new state was there, as ``kubectl rollout status`` tells."""
    whole_seconds: float
    """Until the last pod had ended, too."""


class Outcome(NamedTuple):
    """All that is known afterwards."""

    findings: Findings
    segments: int
    steps: list[Step]
    pods: int
    killed: list[str]
    """Pods whose grace was too short."""
    codes: set[int]
    """With what pods ended that were told to."""
    complaints: list[str]


async def perform(script: Script, folder: Path) -> Outcome:
    """Play it."""
    people = [
        Person(n, f"b-{n % script.boards}", f"#{n:06x}", n <= script.drawers, DEFAULT if n % 2 else WEBSOCKET)
        for n in range(1, script.people + 1)
    ]
    server = OwnRedis(find_free_port(), folder, durable=True)
    try:
        with redis.Redis.from_url(server.url) as client:
            client.config_set("requirepass", PASSWORD)
        url = server.url.replace("://", f"://:{PASSWORD.replace(' ', '%20')}@")
        steps: list[Step] = []
        async with Cluster(render(script.values), server.url, folder).opened() as cluster:
            async with Cast(cluster.gate.url, people, EVERY_MS, folder) as cast:
                await cast.are("colored")
                cast.tell("draw")
                for what in ("scale 2 → 4", "rollout restart", "scale 4 → 2", "node loss"):
                    await cast.draw_on()
                    steps.append(await _do(what, cluster))
                    await cast.are("connected")
                await cast.draw_on()
                await cast.rest()
                boards = [f"b-{n}" for n in range(script.boards)]
                await eventually(lambda: all_heard(cast, url, boards), "all have heard all", 60)
            pods = cluster.all_pods
        logs = {board: entries(commits(url, board)) for board in boards}
    finally:
        server.kill()
    return Outcome(
        findings=check(logs, people, cast.notes()),
        segments=sum(map(len, logs.values())),
        steps=steps,
        pods=len(pods),
        killed=[pod.folder.name for pod in pods if pod.was_killed],
        codes={pod.process.returncode for pod in pods if pod.is_leaving},
        complaints=[line for pod in pods for line in pod.complaints()],
    )


async def _do(what: str, cluster: Cluster) -> Step:
    began = time.monotonic()
    match what:
        case "rollout restart":
            cluster.restart()
        case "scale 2 → 4":
            cluster.replicas = 4
        case "scale 4 → 2":
            cluster.replicas = 2
        case "node loss":
            cluster.lose_a_node()
    await asyncio.sleep(0.2)  # until the cluster has looked
    await cluster.rolled_out()
    seconds = time.monotonic() - began
    await cluster.settled()
    return Step(what, seconds, time.monotonic() - began)


def all_heard(cast: Cast, url: str, boards: list[str]) -> bool:
    """Tell whether everybody has heard all that the log has of the others, which are stock clients, each of them."""
    others = {board: sum(person.board == board for person in cast.people) - 1 for board in boards}
    expected = sum(len(entries(commits(url, board))) * others[board] for board in boards)
    return cast.stand["heard"] >= expected
