"""
A cluster in small: it keeps a rendered Deployment by the rules that a roll-out meets (surge, availability after
``minReadySeconds``, no waiting for pods that terminate), behind a Service that sends connections to ready pods in turn.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from tests.chart.pod import Pod
from tests.chart.rendering import Object, find
from tests.integration.gate import Gate
from tests.integration.waiting import eventually

ENDPOINT_LAG_SECONDS = 0.5
"""How long a Service goes on sending people to a pod that has begun to terminate: why there is a preStop."""
_LOOK_SECONDS = 0.05


class Cluster:
    """One Deployment and its Service."""

    def __init__(self, objects: list[Object], redis_url: str, folder: Path) -> None:
        self._objects = objects
        self._redis_url = redis_url
        self._folder = folder
        self._spec = find(objects, "Deployment", "backend")["spec"]
        self._net = f"127.{random.SystemRandom().randint(64, 250)}.{random.SystemRandom().randint(1, 250)}"
        self._revision = 0
        self._revisions: dict[Pod, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.replicas = find(objects, "HorizontalPodAutoscaler")["spec"]["minReplicas"]
        self.gate = Gate([])
        self.pods: list[Pod] = []
        self.all_pods: list[Pod] = []
        """Those that have ended, too."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Keep the Deployment inside the ``async with``; then all pods leave."""
        keeping = self._start(self._keep())
        try:
            async with self.gate.opened():
                await self.rolled_out()
                yield self
        finally:
            keeping.cancel()
            for pod in self.all_pods:
                if pod.process.poll() is None and not pod.is_leaving:
                    self._delete(pod)
            self._tasks.remove(keeping)
            await asyncio.gather(*self._tasks)

    def restart(self) -> None:
        """``kubectl rollout restart``."""
        self._revision += 1

    def lose_a_node(self) -> None:
        """The oldest pod goes without a word."""
        self.pods[0].lose()

    async def rolled_out(self) -> None:
        """Wait as ``kubectl rollout status`` does, but no longer than ``progressDeadlineSeconds`` a pod."""
        seconds = self._spec["progressDeadlineSeconds"] * self.replicas
        await eventually(self._is_rolled_out, "the roll-out ends", seconds)

    async def settled(self) -> None:
        """Wait until pods that terminate have ended, too."""
        grace = self._spec["template"]["spec"]["terminationGracePeriodSeconds"]
        await eventually(lambda: not any(self._terminating()), "pods that terminate have ended", 2 * grace)

    def _terminating(self) -> list[Pod]:
        return [pod for pod in self.all_pods if pod.is_leaving and pod.process.poll() is None]

    def _available(self) -> list[Pod]:
        now = asyncio.get_running_loop().time()
        return [pod for pod in self.pods if pod.is_ready and now - pod.ready_since >= self._spec["minReadySeconds"]]

    def _is_rolled_out(self) -> bool:
        for task in self._tasks:
            if task.done():
                task.result()  # a pod that has failed
        return len(self._available()) == len(self.pods) == self.replicas and all(
            self._revisions[pod] == self._revision for pod in self.pods
        )

    async def _keep(self) -> None:
        while True:
            self.pods = [pod for pod in self.pods if not (pod.is_leaving or pod.is_lost)]
            new = [pod for pod in self.pods if self._revisions[pod] == self._revision]
            old = [pod for pod in self.pods if pod not in new]
            rolling = self._spec["strategy"]["rollingUpdate"]
            room = self.replicas + rolling["maxSurge"] - len(self.pods)
            for _ in range(min(room, self.replicas - len(new))):
                self._create()
            spare = len(self._available()) - (self.replicas - rolling["maxUnavailable"])
            for pod in sorted(old, key=lambda pod: pod.is_ready):
                if not pod.is_ready or spare > 0:
                    spare -= pod.is_ready
                    self._delete(pod)
            for pod in sorted(new, key=lambda pod: (pod.is_ready, -pod.ready_since))[
                : max(0, len(new) - self.replicas)
            ]:
                self._delete(pod)
            await asyncio.sleep(_LOOK_SECONDS)
            self._send_people()

    def _create(self) -> None:
        number = len(self.all_pods) + 1
        pod = Pod(self._folder / f"pod-{number}", f"{self._net}.{number}", self._objects, self._redis_url)
        self._revisions[pod] = self._revision
        self.pods.append(pod)
        self.all_pods.append(pod)
        self._start(pod.run())

    def _delete(self, pod: Pod) -> None:
        pod.is_leaving = True
        self._start(pod.leave())

    def _send_people(self) -> None:
        loop = asyncio.get_running_loop()
        ready = [pod for pod in self.pods if pod.is_ready and not pod.is_leaving]
        loop.call_later(ENDPOINT_LAG_SECONDS, self.gate.choose, *ready)

    def _start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        return task
