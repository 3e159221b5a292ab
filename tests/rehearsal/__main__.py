"""``make rehearsal``: rehearse in full, print the table, write it to ``docs/bench/``. Exits with 1 at a fault."""

import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.rehearsal import report
from tests.rehearsal.play import FULL, perform

FOLDER = Path(__file__).parents[2] / "docs" / "bench"


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        outcome = runner.run(perform(FULL, Path(folder)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    report.write(outcome, FOLDER)
    print(report.table(outcome))
    for complaint in outcome.complaints:
        print(f"rehearsal: a replica complained: {complaint}")
    return 1 if outcome.findings.faults or outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
