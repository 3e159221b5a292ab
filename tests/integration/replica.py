"""A replica as operators meet it: a process of ``whiteboard serve``, its log lines, what it answers over HTTP."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.waiting import eventually

COMMAND = Path(sys.executable).with_name("whiteboard")


class Replica:
    """One server process. It may be ended and started again, then on the same port."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, **settings: str) -> None:
        """
        Args:
            folder: its working directory; the embedded store's data and the log lie there.
            settings: in lower case without the prefix: ``redis_url="redis://…"``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = 0
        self._log = folder / "replica.log"
        self._settings = {f"WHITEBOARD_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._seen_bytes = 0

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process, running or ended."""
        assert self._process is not None, "start() comes first"
        return self._process

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"http://{self.host}:{self.port}"

    @property
    def name(self) -> str:
        """What it calls itself."""
        sample: str = self.lines("socket connected")[-1]["replica"]
        return sample

    async def start(self, *, ready: bool = True) -> "Replica":
        """Start (again) and return once it listens and, unless told otherwise, says that it is ready."""
        self.launch()
        await eventually(self._serving, "the server listens", seconds=30)
        if ready:
            await eventually(self._is_ready, "the server is ready")
        return self

    def command(self) -> list[str]:
        """Return what is run."""
        return [str(COMMAND), "serve", "--host", self.host, "--port", str(self.port)]

    def launch(self) -> None:
        """Start the process and return at once."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WHITEBOARD_")}
        self._seen_bytes = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                # It speaks TLS with nobody: a store of certificates would be a tenth of its start.
                env=kept | {"SSL_CERT_FILE": os.devnull} | self._settings,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self, signum: int = signal.SIGTERM, *, group: bool = False) -> int:
        """Send a signal, to the process group as Ctrl-C does if asked, and return the exit code."""
        (os.killpg if group else os.kill)(self.process.pid, signum)
        return await self.ended()

    async def ended(self) -> int:
        """Wait until the process has ended and return its exit code."""
        # A drain may take its whole window (20 s) and the time to part.
        await eventually(lambda: self.process.poll() is not None, "the server ends", seconds=40)
        return self.process.returncode

    async def kill(self) -> None:
        """End it at once, as the kernel does when memory is short."""
        await self.stop(signal.SIGKILL)

    @property
    def text(self) -> str:
        """What it has written since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._seen_bytes)
            return log.read().decode()

    def lines(self, event: str | None = None, **fields: Any) -> list[dict[str, Any]]:
        """Return the log lines since the last start, those of an event and with these fields if given."""
        whole = self.text[: self.text.rfind("\n") + 1].splitlines()
        lines = [json.loads(line) for line in whole if line.startswith("{")]
        return [
            line
            for line in lines
            if event in (None, line["event"]) and all(line.get(name) == value for name, value in fields.items())
        ]

    def complaints(self) -> list[str]:
        """Return what must not be in a log: lines of level error and above, and whatever is no log line at all."""
        levels = ("debug", "info", "warning")
        return [
            line
            for line in self.text.splitlines()
            if not line.startswith("{") or json.loads(line).get("level") not in levels
        ]

    def rss_bytes(self) -> int:
        """Return the memory that it holds. Linux only."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def is_draining(self) -> bool:
        """Tell whether it has begun to drain."""
        return bool(self.lines("draining"))

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        """GET a path; return the status and the decoded JSON."""
        async with aiohttp.ClientSession() as http, http.get(self.url + path, **options) as response:
            return response.status, await response.json()

    async def metric(self, name: str, **labels: str) -> float:
        """Return a sample of ``/metrics``; 0 if it is not there (yet)."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/metrics") as response:
            text = await response.text()
        samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return next((s.value for s in samples if s.name == name and labels.items() <= s.labels.items()), 0.0)

    def _serving(self) -> bool:
        assert self.process.poll() is None, f"the server has ended:\n{self.text}"
        serving = self.lines("serving")
        if serving:
            self.port = int(serving[-1]["address"].rpartition(":")[2])
        return bool(serving)

    async def _is_ready(self) -> bool:
        status, _ = await self.get("/readyz")
        return status == 200


class GunicornReplica(Replica):
    """The same under gunicorn, whose own lines stand between ours."""

    def __init__(self, folder: Path, *options: str, web_concurrency: str = "", **settings: str) -> None:
        super().__init__(folder, **settings)
        self._options = options
        # gunicorn would put a control socket there.
        self._settings |= {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        if web_concurrency:
            self._settings["WEB_CONCURRENCY"] = web_concurrency

    def command(self) -> list[str]:
        python = [sys.executable, "-m", "gunicorn", "--config", "python:whiteboard.gunicorn"]
        return [*python, "--bind", f"127.0.0.1:{self.port}", *self._options]

    def complaints(self) -> list[str]:
        ours = [line for line in super().complaints() if not line.startswith("[")]
        return ours + [line for line in self.text.splitlines() if re.match(r"\[.*\] \[(ERROR|CRITICAL)\]", line)]


async def end(replicas: list[Replica]) -> None:
    """End all replicas that still run."""
    running = [replica for replica in replicas if replica.process.poll() is None]
    await asyncio.gather(*(replica.stop() for replica in running))
