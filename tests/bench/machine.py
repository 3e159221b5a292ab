"""The machine and the versions that were measured, as far as they bear on the figures."""

import os
import platform
import re
import resource
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import redis

from tests.bench.processes import Process
from tests.bench.servers import PEERS, ROOT, Server


def describe(redis_process: Process, commands: Mapping[Server, list[str]]) -> dict[str, str]:
    """Return what a reader must know to repeat the run."""
    with redis.Redis(port=redis_process.port, decode_responses=True) as client:
        server = client.info("server")
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    node = next((command for kind, command in commands.items() if kind.name == "node"), None)
    return {
        "date": _said("date", "-u", "+%Y-%m-%d"),
        "commit": _said("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "cores": str(len(os.sched_getaffinity(0))),
        "CPU": cpu[1] if cpu else platform.machine(),
        "memory": f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "?",
        "kernel": f"{platform.system()} {platform.release()}",
        "Redis": str(server.get("valkey_version") or server["redis_version"]),
        "Python": f"{platform.python_version()}, uvloop {version('uvloop')}",
        "ours": f"aiohttp {version('aiohttp')}, python-socketio {version('python-socketio')}",
        "Node": f"{_said(node[0], '--version')}: {_pinned_node()}" if node else "–",
        "python-socketio": _pinned_python(),
    }


class OtherLoad:
    """What everything but the benchmark takes of the machine's CPU, from now on."""

    def __init__(self) -> None:
        self._start = time.monotonic(), _everything_s(), _own_s()

    def share(self) -> float:
        """Return it as a share of all cores. Children count once they have ended."""
        start, everything_s, own_s = self._start
        others_s = (_everything_s() - everything_s) - (_own_s() - own_s)
        return max(0.0, others_s) / (time.monotonic() - start) / (os.cpu_count() or 1)


def _everything_s() -> float:
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "?"


def _pinned_node() -> str:
    pins = re.findall(r'"(\S+)": "(\d\S+)"', (PEERS / "node" / "package.json").read_text())
    return ", ".join(f"{name} {pin}" for name, pin in pins)


def _pinned_python() -> str:
    return (PEERS / "python" / "requirements.in").read_text().strip().replace("==", " ").replace("\n", ", ")
