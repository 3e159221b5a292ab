"""``make rehearsal``: rehearse in full, print the table, write it to ``docs/bench/``. Exits with 1 at a fault."""

import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.e2e.chromium import find_chromium
from tests.rehearsal.crowd import drain_a_crowd
from tests.rehearsal.play import FULL, perform
from tests.rehearsal.report import Report

FOLDER = Path(__file__).parents[2] / "docs" / "bench"
CROWD, DRAIN_SECONDS = 1_000, 20


def main() -> int:
    chromium = find_chromium()
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-") as first,
        tempfile.TemporaryDirectory(prefix="rehearsal-") as second,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        outcome = runner.run(perform(FULL, Path(first), chromium))
        crowd = runner.run(drain_a_crowd(CROWD, DRAIN_SECONDS, Path(second)))
    report = Report(outcome, crowd)
    FOLDER.mkdir(parents=True, exist_ok=True)
    report.write(FOLDER)
    print(report.table())
    complaints = outcome.complaints + crowd.complaints
    for complaint in complaints:
        print(f"rehearsal: a replica complained: {complaint}")
    return 1 if outcome.findings.faults or crowd.findings.faults or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
