"""The rendered Deployment, executed (``make rollout`` does so with the chart's own seconds)."""

import sys
from pathlib import Path

import pytest

from tests.chart.rollout import SHORT, perform


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives every process an address of its own in 127/8")
@pytest.mark.timeout(150)
async def test_nobody_loses_anything_while_pods_come_and_go(tmp_path: Path) -> None:
    """[R1] [D3] 2 → 4 pods, a roll-out, 4 → 2 and the loss of one, under drawing stock clients: nothing is lost, twice
    or out of order, and all are who they were; no pod is killed at the end of its grace."""
    outcome = await perform(SHORT, tmp_path)
    assert outcome.findings.faults == 0, outcome.findings
    assert outcome.killed == []
    assert outcome.codes == {0}
    assert outcome.complaints == []
    assert outcome.pods == 2 + 2 + 4 + 1
    assert outcome.segments > 100
