"""``make rollout``: the chart's Deployment in its own seconds, written to ``docs/bench/``. Exits with 1 at a fault."""

import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.chart.rollout import FULL, Outcome, perform

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "bench" / "rollout.md"


def page(outcome: Outcome) -> str:
    """Return the page."""
    rows = "\n".join(f"| {step.what} | {step.seconds:.0f} s | {step.whole_seconds:.0f} s |" for step in outcome.steps)
    found = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in outcome.findings._asdict().items())
    return (
        (FOLDER / "page.md")
        .read_text(encoding="utf-8")
        .format(
            people=FULL.people,
            boards=FULL.boards,
            drawers=FULL.drawers,
            rows=rows,
            segments=outcome.segments,
            pods=outcome.pods,
            faults=outcome.findings.faults,
            killed=len(outcome.killed),
            codes=", ".join(map(str, sorted(outcome.codes))),
            found=found,
        )
    )


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="rollout-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        outcome = runner.run(perform(FULL, Path(folder)))
    PAGE.write_text(page(outcome), encoding="utf-8")
    print(page(outcome))
    for complaint in outcome.complaints:
        print(f"rollout: a pod complained: {complaint}")
    return 1 if outcome.findings.faults or outcome.killed or outcome.complaints or outcome.codes != {0} else 0


if __name__ == "__main__":
    sys.exit(main())
