"""What `helm install` says at its end, and what `helm test` runs."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python as helm
from whiteboard import __version__

from tests.chart.rendering import CHART, Values, find, render, texts
from tests.integration.fixtures import Pair
from tests.integration.gate import Backend, Gate

ROOT = Path(__file__).parents[2]


def notes(values: Values) -> str:
    return texts(values)["whiteboard/templates/NOTES.txt"]


def unsafe(values: Values) -> list[str]:
    """Return the first words of each warning."""
    return [line.removeprefix("- ").partition(":")[0] for line in notes(values).splitlines() if line.startswith("- ")]


def test_notes_tell_where_it_is() -> None:
    """By the kind of Service, or the Ingress."""
    assert "kubectl --namespace boards port-forward service/whiteboard 3000:3000" in notes({})
    assert "http://localhost:8080/" in notes({"service": {"type": "LoadBalancer", "port": 8080}})
    assert "http://b.example/" in notes({"ingress": {"enabled": True, "host": "b.example"}})
    secured = {"enabled": True, "host": "b.example", "tls": [{"hosts": ["b.example"], "secretName": "t"}]}
    assert "https://b.example/" in notes({"ingress": secured})


def test_notes_tell_how_long_a_roll_out_takes() -> None:
    """25 s a replica and 40 s for the last drain; at worst each start takes the start-up probe's 60 s."""
    told = notes({})
    assert "rollout restart deployment/whiteboard-backend" in told
    assert "90 s for 2, 290 s for 10" in told
    assert "--timeout 15m" in told
    fixed = {"autoscaling": {"enabled": False}, "replicas": 3}
    assert re.search(r"115 s for 3\.\n.*--timeout 5m", notes({"backend": fixed}))


def test_notes_tell_what_is_unsafe() -> None:
    """And nothing that is not."""
    always = ["Boards are public"]
    assert unsafe({}) == [*always, "Redis has no password", "There is one Redis pod"]
    assert unsafe({"redis": {"auth": {"generate": True}}}) == [*always, "There is one Redis pod"]
    external = {"redis": {"enabled": False}, "externalRedis": {"url": "redis://h", "existingSecret": "s"}}
    assert unsafe(external) == always
    careless = {
        "ingress": {"enabled": True},
        "redis": {"persistence": {"enabled": False}},
        "backend": {"autoscaling": {"minReplicas": 1}, "allowedOrigins": ["*"]},
    }
    assert unsafe(careless) == [
        *always,
        "The Ingress has no TLS",
        "Pages of every origin may connect (backend.allowedOrigins).",
        "Redis has no password",
        "Nothing is kept",
        "There is one Redis pod",
        "There is one replica",
    ]


async def helm_test(
    backends: list[Backend], values: Values, wait_seconds: str = "90"
) -> "subprocess.CompletedProcess[str]":
    """Run the test pod's command, with a gate as the Service, and perhaps less patience."""
    pod = find(render(values), "Pod", "-test")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    command: list[str] = pod["spec"]["containers"][0]["command"]
    assert command[-1] == "90"
    async with Gate(backends).opened() as gate:
        addressed = [gate.url if part == "http://whiteboard:3000" else part for part in command]
        assert gate.url in addressed
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, *addressed[1:-1], wait_seconds],
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )


async def test_helm_test_sees_on_one_replica_what_is_drawn_on_another(pair: Pair) -> None:
    """[C1] Over both transports."""
    done = await helm_test([pair.left, pair.right], {})
    assert done.returncode == 0, done.stderr
    for transport, line in zip(("websocket", "polling"), done.stdout.splitlines(), strict=True):
        told = re.fullmatch(rf"{transport}: drawn on (\S+), seen on (\S+)", line)
        assert told is not None
        assert told[1] != told[2]


async def test_helm_test_fails_when_there_is_one_replica_of_two(pair: Pair) -> None:
    """With a sentence; if only one is meant to be there, that is fine."""
    done = await helm_test([pair.left], {}, "3")
    assert done.returncode == 1
    assert "though there should be 2 replicas" in done.stderr
    alone = await helm_test([pair.left], {"backend": {"autoscaling": {"minReplicas": 1}}})
    assert alone.returncode == 0, alone.stderr


def test_deploy_page_names_what_is_there() -> None:
    """Every value that it sets is one, its images are the chart's, its minutes those of the notes."""
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    (first,) = re.findall(r"```sh\n(docker compose build.*?)```", page, re.DOTALL)
    assert len(first.splitlines()) <= 5
    with helm.Chart.load(CHART) as chart:
        values = chart.merge_values({})
    for name in re.findall(r"(?:--set |,|`)([a-zA-Z]+(?:\.[a-zA-Z]+)+)=", page):
        found: Any = values
        for part in name.split("."):
            assert part in found, name
            found = found[part]
    assert set(re.findall(r"whiteboard-\w+:([\d.]+)", page)) == {__version__}
    assert set(re.findall(r"--timeout (\w+)", page)) == set(re.findall(r"--timeout (\w+)", notes({})))
    for claim in ("1½ minutes for two, 5 for ten, 14 if each start", "20,480", "data-whiteboard-redis-0"):
        assert claim in page.replace("\n", " "), claim


def test_chart_s_files_are_checked_like_the_rest() -> None:
    """The script is Python of this repository: ruff and mypy look at it."""
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^files = \[.*"chart/files".*\]$', config, re.MULTILINE)
