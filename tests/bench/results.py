"""What was measured: every run with its figures, medians over the rounds, ratios within a round."""

import json
import statistics
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.works import BY_NAME, Figures

Place = tuple[str, str]
"""A work and a server, by name."""


class NotMeasured(Exception):
    """There is no such figure: the message says why."""


def short(value: float) -> str:
    """Return a figure with three digits that mean something."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


@dataclass(frozen=True)
class Run:
    """One run of a work on one server."""

    round: int
    work: str
    server: str
    figures: Figures


@dataclass
class Results:
    """All runs, the machine they ran on, and what could not run."""

    machine: dict[str, str]
    runs: list[Run] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def figures(self, work: str, server: str, name: str) -> dict[int, float]:
        """Return a figure by round. Raises NotMeasured when there is none."""
        found = {
            run.round: run.figures[name]
            for run in self.runs
            if (run.work, run.server) == (work, server) and name in run.figures
        }
        if not found:
            raise NotMeasured(f"no {name} of {server}")
        return found

    def median(self, work: str, server: str, name: str) -> float:
        """Return a figure's median over the rounds, a latency's over the quiet ones. Raises NotMeasured."""
        values = self.figures(work, server, name)
        if name.endswith("_ms"):
            quiet = self.quiet_rounds(work)
            values = {n: value for n, value in values.items() if n in quiet}
            if not values:
                raise NotMeasured(f"{server} ran in no quiet round")
        return statistics.median(values.values())

    def ratio(self, above: Place, below: Place, name: str, rounds: Container[int] | None = None) -> float:
        """Return the median of a figure's ratios, round by round, of two (work, server)."""
        over, under = self.figures(*above, name), self.figures(*below, name)
        ratios = [
            over[n] / under[n] for n in over.keys() & under.keys() if under[n] and (rounds is None or n in rounds)
        ]
        if not ratios:
            raise NotMeasured(f"no round with both {' on '.join(above)} and {' on '.join(below)}")
        return statistics.median(ratios)

    def complete(self, work: str, server: str) -> bool:
        """Return whether in every round everything was delivered once, in time, and nobody was lost."""
        names = ("expected", "delivered", "surplus", "gone")
        expected, delivered, surplus, gone = (self.figures(work, server, name) for name in names)
        return expected == delivered and not any(surplus.values()) and not any(gone.values())

    def quiet_rounds(self, work: str) -> set[int]:
        """
        Return the rounds whose latencies count, since the bare loop kept its own.

        Raises:
            NotMeasured: there was none, the machine was too busy with other things.
        """
        measured = BY_NAME[BY_NAME[work].quiet_as or work]
        floor = self.figures(measured.name, "floor", "p99_ms")
        quiet = {n for n, p99 in floor.items() if p99 <= measured.floor_p99_ms}
        if not quiet:
            raise NotMeasured("the bare loop did not keep its own")
        return quiet

    def pairs(self) -> Iterator[Place]:
        """Yield each (work, server) that was measured, in the order of the first round."""
        yield from dict.fromkeys((run.work, run.server) for run in self.runs)

    def write(self, path: Path) -> None:
        """Write all of it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")
