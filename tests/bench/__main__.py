"""``make bench``: run every work on every server, in turn, and say what came of it. Exits with 0, whatever came."""

import argparse
import asyncio
import gc
import math
import resource
import signal
import sys
import time
from pathlib import Path

import uvloop

from tests.bench import report
from tests.bench.machine import OtherLoad, describe
from tests.bench.processes import NotStarted, Process, empty, replicas, running_redis
from tests.bench.results import Results, Run, short
from tests.bench.servers import CACHE, ROOT, SERVERS, NotInstalled, Server
from tests.bench.works import WORKS, Figures, Work, shortened

QUICK_S = 100.0
"""With what is still running then, and with the report, QUICK ends within 2 minutes."""


def main() -> int:
    """Read the command line, measure, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure ours against its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="under 2 minutes: shows that all runs, figures mean little"
    )
    parser.add_argument("--rounds", type=int, help="alternating runs of each work on each server (default 3; quick 1)")
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"only these: {', '.join(w.name for w in WORKS)}")
    given = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        print("bench: cannot run here: it reads CPU and memory from Linux' /proc")
        return 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # The servers inherit it.
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")

    chosen = [work for work in (shortened() if given.quick else WORKS) if work.name in (given.works or work.name)]
    rounds = given.rounds or (1 if given.quick else 3)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            results = runner.run(measure(chosen, rounds, QUICK_S if given.quick else None))
        except (NotStarted, OSError) as error:
            print(f"bench: cannot run: {error}")
            return 0
        except (KeyboardInterrupt, asyncio.CancelledError):
            print("bench: stopped")
            return 0
    whole = not (given.quick or given.works)
    folder = ROOT / "docs" / "bench" if whole else CACHE / "results"
    folder.mkdir(exist_ok=True, parents=True)
    report.write(results, folder)
    print(f"\n{report.table(results)}\n\nWritten to {folder.relative_to(ROOT)}/")
    return 0


async def measure(works: list[Work], rounds: int, within_s: float | None) -> Results:
    """Run each work on each of its servers, one after the other, ``rounds`` times; begin none after ``within_s``."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # So that no server stays behind.
    end = math.inf if within_s is None else time.monotonic() + within_s
    commands: dict[Server, list[str]] = {}
    failures = []
    other_load = OtherLoad()
    for server in SERVERS:
        try:
            commands[server] = server.install()
        except NotInstalled as why:
            failures.append(f"{server.title} cannot be installed: {why}")
            print(failures[-1])
    async with running_redis(CACHE) as redis:
        results = Results(describe(redis, commands), failures=failures)
        for number in range(1, rounds + 1):
            for work in works:
                for server in work.servers:
                    if server in commands and time.monotonic() < end:
                        await run_once(results, number, work, server, commands[server], redis)
        if time.monotonic() > end:
            results.failures.append("what is missing: the time was up")
    results.machine["other load"] = f"{other_load.share():.0%} of the CPU while this ran"
    return results


async def run_once(
    results: Results, number: int, work: Work, server: Server, command: list[str], redis: Process
) -> None:
    """Start the server anew, measure one work and note its figures, or why there are none."""
    print(f"{number} {work.name:16} {server.name:7} ", end="", flush=True)
    empty(redis.port)
    env = {server.redis_name: f"redis://127.0.0.1:{redis.port}", **work.env}
    count = work.replicas + work.bystanders
    try:
        async with replicas(count, command, env, server.port_name, CACHE / f"{server.name}.log") as processes:
            figures = await work.run(processes, redis)
    except (NotStarted, OSError) as error:
        results.failures.append(f"{work.name} on {server.title}, round {number}: {error}")
        print(f"failed: {error}")
        return
    finally:
        gc.enable()
        gc.collect()
    results.runs.append(Run(number, work.name, server.name, figures))
    print(brief(figures))


def brief(figures: Figures) -> str:
    """Return a run's main figures, in words."""
    if "kib_a_connection" in figures:
        return f"{short(figures['kib_a_connection'])} KB a connection"
    said = {name: short(value) for name, value in figures.items()}
    if "cpu_us" not in figures:
        return ", ".join(f"{name} {value}" for name, value in said.items())
    return (
        "{cpu_us} µs a delivery, Redis {redis_us}, generator {generator_us}; "
        "{delivered} of {expected} delivered, p50 {p50_ms} ms, p99 {p99_ms} ms"
    ).format_map(said)


if __name__ == "__main__":
    sys.exit(main())
