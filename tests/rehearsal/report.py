"""
What a rehearsal has shown: what must be, held against it, then the details; as text, and as a page with a plot.
"""

import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.rehearsal.cast import Note
from tests.rehearsal.crowd import Crowd
from tests.rehearsal.pauses import Pause, answer_times_ms, moves, pauses, peak_a_second, percentile
from tests.rehearsal.play import Outcome
from tests.rehearsal.plot import plot

SLOW_MS = 300
PAGE_SLOW_MS = 100
PEAK_TO_PACE = 1.5

Row = tuple[str, ...]


class Report:
    """The rows of one rehearsal: its main part, and the crowd whose replica drained."""

    def __init__(self, outcome: Outcome, crowd: Crowd) -> None:
        self._outcome = outcome
        self._crowd = crowd
        pages = {person.number for person in outcome.people if person.page}
        self._notes = [note for note in outcome.notes if note.number not in pages]
        self._page_notes = [note for note in outcome.notes if note.number in pages]
        self._pauses = pauses(self._notes)
        self._moves = moves(self._page_notes)

    def targets(self) -> list[Row]:
        """Return what must be: the subject, what was measured, what it must be, and whether it is."""
        found, crowd = self._outcome.findings, self._crowd
        wrong = (found.not_recovered, found.lost, found.twice)
        killed, rolled = (self._after(signum, self._pauses) for signum in ("SIGKILL", "SIGTERM"))
        beyond = [pause.beyond_ms for pause in rolled]
        gone = [pause.whole_ms for pause in self._after("SIGTERM", self._moves)]
        allowed = PEAK_TO_PACE * crowd.pace
        return [
            _row(
                f"replica killed (SIGKILL) while others draw, {len(killed)} came back: not recovered, lost, twice",
                _counts(*wrong),
                "0, 0, 0",
                not any(wrong),
            ),
            _row(
                f"SIGTERM with no event of others received yet, {crowd.people:,} came back: not recovered",
                _counts(crowd.findings.not_recovered),
                "0",
                not crowd.findings.faults,
            ),
            _row(
                "several replicas at once: places on which somebody's order is not the log's",
                _counts(found.out_of_order),
                "0",
                not found.out_of_order,
            ),
            _row(
                f"rolling restarts under drawing, {len(rolled):,} came back: lost, twice, out of order, colour changed",
                _counts(found.lost, found.twice, found.out_of_order, found.wrong_color),
                "0, 0, 0, 0",
                not any((found.lost, found.twice, found.out_of_order, found.wrong_color)),
            ),
            _row(
                "the same: pause beyond the stock client's own back-off: p50, p99, longest",
                _three(beyond),
                f"p99 ≤ {SLOW_MS} ms",
                percentile(beyond, 0.99) <= SLOW_MS,
            ),
            _row(
                f"the same: our page, pause in all, {len(gone)} moves: p50, p99, longest",
                _three(gone) if gone else "no browser",
                f"≤ {PAGE_SLOW_MS} ms",
                max(gone) <= PAGE_SLOW_MS if gone else None,
            ),
            _row(
                f"most that come back within a second when a replica with {crowd.people:,} sessions drains over"
                f" {crowd.drain_seconds} s",
                f"{crowd.peak:,}",
                f"≤ {allowed:,.0f} (1.5 × {crowd.pace:,.0f} a second)",
                crowd.peak <= allowed,
            ),
            _row(
                "Redis restarted (SIGTERM and SIGKILL) under drawing: acknowledged and not in the log",
                _counts(found.lost_acknowledged),
                "0, all go on",
                not found.lost_acknowledged,
            ),
        ]

    def details(self) -> list[Row]:
        """Return what else was measured."""
        outcome, found = self._outcome, self._outcome.findings
        heard = sum(note.what == "heard" for note in outcome.notes)
        stored = sum(map(len, outcome.logs.values()))
        return [
            ("ops in the log, deliveries", f"{stored:,}, {heard:,}"),
            ("heard, but not in this board's log there", _counts(found.unknown)),
            ("emitted, never acknowledged: in the log; gone", f"{found.unanswered:,}; {found.vanished:,}"),
            *self._pause_rows("pause", self._pauses),
            *self._pause_rows("our page: pause", self._moves),
            ("most stock clients that came back within a second", str(self._peak())),
            *self._answer_rows("acknowledged", self._notes),
            *self._answer_rows("our page: acknowledged", self._page_notes),
            ("the balancer's own lateness: p50, p99, longest", _three(outcome.lags_ms)),
            ("of the machine's CPU: the browser, and whoever else was there", f"{outcome.other_load:.0%}"),
        ]

    def table(self) -> str:
        """Return all rows as aligned text."""
        blank = ("",) * 4
        said = [("", "measured", "must", ""), *self.targets(), blank, *((*row, "", "") for row in self.details())]
        widths = [max(len(row[column]) for row in said) for column in range(4)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in said
        )

    def write(self, folder: Path) -> None:
        """Write the page and the plot."""
        (folder / "rehearsal.svg").write_text(plot(self._outcome))
        page = (Path(__file__).parent / "page.md").read_text()
        filled = self._outcome.script._asdict() | {
            "redis_ends": ", ".join(signum.name for signum in self._outcome.script.redis_ends),
            "targets": _markdown([("", "measured", "must", ""), ("---",) * 4, *self.targets()]),
            "details": _markdown([("", "measured"), ("---",) * 2, *self.details()]),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        }
        (folder / "rehearsal.md").write_text(page.format_map(filled))

    def _after(self, what: str, all_pauses: Sequence[Pause]) -> list[Pause]:
        return [pause for pause in all_pauses if self._cause(pause.at_ms) == what]

    def _cause(self, at_ms: float) -> str:
        marks = self._outcome.marks
        return [mark.what for mark in marks if mark.at_ms <= at_ms][-1] if at_ms >= marks[0].at_ms else ""

    def _causes(self) -> Iterable[str]:
        return dict.fromkeys(mark.what for mark in self._outcome.marks)

    def _pause_rows(self, title: str, all_pauses: Sequence[Pause]) -> Iterable[Row]:
        for what in self._causes():
            own = self._after(what, all_pauses)
            if own:
                times = _three([pause.whole_ms for pause in own])
                yield f"{title} after {what}, in all, of {len(own):,}: p50, p99, longest", times
                if any(pause.backoff_ms for pause in own):
                    yield "the same, beyond the client's back-off", _three([pause.beyond_ms for pause in own])

    def _answer_rows(self, title: str, notes: Sequence[Note]) -> Iterable[Row]:
        times = answer_times_ms(notes)
        if times:
            yield f"{title} after: p50, p99, longest", _three([took for _, took in times])
            for what in self._causes():
                longest = max((took for at, took in times if self._cause(at) == what), default=0.0)
                yield f"the same, longest after {what}", f"{longest:,.0f} ms"

    def _peak(self) -> int:
        began = self._outcome.marks[0].at_ms
        return peak_a_second([note.at_ms for note in self._notes if note.what == "connect" and note.at_ms > began])


def _row(subject: str, measured: str, must: str, is_met: bool | None) -> Row:
    return subject, measured, must, {True: "ok", False: "**missed**", None: "not measured"}[is_met]


def _counts(*counts: int) -> str:
    return ", ".join(f"**{count:,}**" if count else "0" for count in counts)


def _three(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):,.0f}, {percentile(values, 0.99):,.0f}, {max(values, default=0):,.0f} ms"


def _markdown(rows: Iterable[Row]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
