"""
A pod of the rendered backend as a process of this machine, with what its YAML says: command, environment, mounted
files, probes, preStop and grace.

What a cluster has and a process has not stands in: a pod's own address is one of 127/8; a mounted folder lies
elsewhere, and is named so; Redis' name is its address; what the image brings is what its Dockerfile says.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from pathlib import Path

import aiohttp

from tests.chart.rendering import Object, find
from tests.integration.replica import GunicornReplica

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"


class Pod(GunicornReplica):
    """One pod. ``run`` is its kubelet."""

    def __init__(self, folder: Path, host: str, objects: list[Object], redis_url: str) -> None:
        super().__init__(folder)
        self.host = host
        self.is_ready = False
        self.ready_since = 0.0
        self.is_leaving = False
        self.is_lost = False
        self.was_killed = False
        self._spec = find(objects, "Deployment", "backend")["spec"]["template"]["spec"]
        (self._container,) = self._spec["containers"]
        self._ports = {port["name"]: port["containerPort"] for port in self._container["ports"]}
        self.port = self._ports["http"]
        self._folders = {path: str(self._mount(name, path, objects)) for name, path in self._mounts()}
        self._settings |= self._environment(objects) | {"WHITEBOARD_REDIS_URL": redis_url}

    def command(self) -> list[str]:
        """What the container runs, as Kubernetes puts it together from the pod and the image."""
        entry_point, arguments = (
            json.loads(re.findall(rf"^{word} (\[.*\])", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)[0])
            for word in ("ENTRYPOINT", "CMD")
        )
        if shutil.which(entry_point[0]) is None:
            entry_point = []  # tini, which has no part in this
        command: list[str] = self._container.get("command", entry_point)
        given: list[str] = self._container.get("args", [] if "command" in self._container else arguments)
        return command + given

    async def run(self) -> None:
        """Start, probe until it leaves; a container that fails its probes, or ends by itself, is a failure."""
        self.launch()
        await self._start_up()
        failures, probe = 0, self._container["readinessProbe"]
        loop = asyncio.get_running_loop()
        while not (self.is_leaving or self.is_lost):
            assert self.process.poll() is None, f"a pod has ended:\n{self.text}"
            if await self._passes(probe):
                failures = 0
                if not self.is_ready:
                    self.is_ready, self.ready_since = True, loop.time()
            else:
                failures += 1
                self.is_ready = self.is_ready and failures < probe.get("failureThreshold", 3)
            await asyncio.sleep(probe["periodSeconds"] if self.is_ready else 0.1)

    async def leave(self) -> None:
        """End as a deleted pod does: preStop, SIGTERM, and SIGKILL when its grace is over."""
        self.is_leaving = True
        grace = self._spec["terminationGracePeriodSeconds"]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await asyncio.sleep(self._container["lifecycle"]["preStop"]["sleep"]["seconds"])
                self.process.terminate()
                while self.process.poll() is None:
                    await asyncio.sleep(0.05)
        self.was_killed = self.process.poll() is None
        if self.was_killed:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def lose(self) -> None:
        """Go with its node: no signal, no goodbye."""
        self.is_lost, self.is_ready = True, False
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    async def _start_up(self) -> None:
        probe = self._container["startupProbe"]
        async with asyncio.timeout(probe["periodSeconds"] * probe["failureThreshold"]):
            while not (await self._passes(probe) or self.is_leaving):
                assert self.process.poll() is None, f"a pod did not start:\n{self.text}"
                await asyncio.sleep(0.1)

    async def _passes(self, probe: Object) -> bool:
        asked = probe["httpGet"]
        url = f"http://{self.host}:{self._ports[asked['port']]}{asked['path']}"
        timeout = aiohttp.ClientTimeout(total=probe.get("timeoutSeconds", 1))
        try:
            async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as response:
                return response.status < 400
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _mounts(self) -> list[tuple[str, str]]:
        return [(mount["name"], mount["mountPath"]) for mount in self._container["volumeMounts"]]

    def _mount(self, name: str, path: str, objects: list[Object]) -> Path:
        folder = self.folder / "mounts" / path.strip("/")
        folder.mkdir(parents=True)
        (volume,) = (volume for volume in self._spec["volumes"] if volume["name"] == name)
        if "secret" in volume:
            secret = find(objects, "Secret", volume["secret"]["secretName"])
            for key, text in secret["stringData"].items():
                (folder / key).write_text(text)
        else:
            assert "emptyDir" in volume, "what kind of a volume is this?"
        return folder

    def _environment(self, objects: list[Object]) -> dict[str, str]:
        known: dict[str, str] = {}
        for source in self._container["envFrom"]:
            known |= find(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
        for variable in self._container["env"]:
            if "valueFrom" in variable:
                assert variable["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}
                known[variable["name"]] = self.host
            else:
                known[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda name: known[name[1]], variable["value"])
        return {name: self._stand_in(value) for name, value in known.items()} | {"TMPDIR": self._folders["/tmp"]}

    def _stand_in(self, value: str) -> str:
        if value == "0.0.0.0":
            return self.host
        for path, folder in self._folders.items():
            if value.startswith(f"{path}/"):
                return folder + value.removeprefix(path)
        return value
