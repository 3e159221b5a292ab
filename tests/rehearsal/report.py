"""What a rehearsal has shown: a table, a page, and a plot of connections and deliveries over time."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate
from pathlib import Path

from tests.rehearsal.pauses import Pause, answer_times_ms, pauses, peak_a_second, percentile
from tests.rehearsal.play import Outcome

WIDTH_PX, HEIGHT_PX, LEFT_PX, TOP_PX, GAP_PX = 860, 150, 60, 70, 70
STEP_MS = 250
SLOW_MS = 300

Row = tuple[str, str, str]


def rows(outcome: Outcome) -> list[Row]:
    """Return what was measured, the figure, and what it must be."""
    notes, found = outcome.notes, outcome.findings
    heard = sum(note.what == "heard" for note in notes)
    connects = Counter(note.number for note in notes if note.what == "connect")
    back = sum(count - 1 for count in connects.values())
    stored = sum(map(len, outcome.logs.values()))
    whole = pauses(notes)
    return [
        ("events in the log, deliveries", f"{stored:,}, {heard:,}", ""),
        ("connections that came back", f"{back:,}", ""),
        ("of these not recovered as who they were", _of(found.not_recovered), "0"),
        ("acknowledged, not in the log", _of(found.lost_acknowledged), "0"),
        ("in the log, not heard by somebody", _of(found.lost), "0"),
        ("twice", _of(found.twice), "0"),
        ("out of order", _of(found.out_of_order), "0"),
        ("not of this board's log", _of(found.unknown), "0"),
        ("wrong colour", _of(found.wrong_color), "0"),
        ("emitted, never acknowledged: in the log; gone", f"{found.unanswered:,}; {found.vanished:,}", "reported"),
        *_pause_rows(outcome, whole),
        ("most connections that came back within a second", str(_peak(outcome)), "the replicas' pace × 1.5"),
        *_answer_rows(outcome),
        (
            "the balancer's own lateness: p50, p99, longest",
            _three(outcome.lags_ms),
            "p99 ≤ 10 ms, else the machine was busy",
        ),
    ]


def table(outcome: Outcome) -> str:
    """Return the rows as aligned text."""
    said = [("", "measured", "must"), *rows(outcome)]
    widths = [max(len(row[column]) for row in said) for column in range(3)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in said
    )


def write(outcome: Outcome, folder: Path) -> None:
    """Write ``rehearsal.md`` and ``rehearsal.svg``."""
    (folder / "rehearsal.svg").write_text(plot(outcome))
    said = [("", "measured", "must"), ("---", "---", "---"), *rows(outcome)]
    page = (Path(__file__).parent / "page.md").read_text()
    filled = outcome.script._asdict() | {
        "redis_ends": ", ".join(signum.name for signum in outcome.script.redis_ends),
        "rows": "\n".join(f"| {' | '.join(row)} |" for row in said),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    (folder / "rehearsal.md").write_text(page.format_map(filled))


def plot(outcome: Outcome) -> str:
    """Draw connections and deliveries over time, with what was done to servers."""
    notes = outcome.notes
    begin, end = outcome.marks[0].at_ms - 1_000, notes[-1].at_ms
    steps = int((end - begin) // STEP_MS) + 1

    def step(at_ms: float) -> int:
        return min(steps - 1, max(0, int((at_ms - begin) // STEP_MS)))

    change = {"connect": 1, "disconnect": -1}
    changes = Counter[int]()
    for note in notes:
        changes[step(note.at_ms)] += change.get(note.what, 0)
    connected = list(accumulate(changes[n] for n in range(steps)))
    heard = Counter(step(note.at_ms) for note in notes if note.what == "heard")
    deliveries = [heard[n] * 1_000 / STEP_MS for n in range(steps)]
    height = TOP_PX + 2 * (HEIGHT_PX + GAP_PX)
    parts = [
        *_curve("connections", connected, TOP_PX, "#4a78b5"),
        *_curve("deliveries a second", deliveries, TOP_PX + HEIGHT_PX + GAP_PX, "#d2622a"),
    ]
    for mark in outcome.marks:
        x = LEFT_PX + step(mark.at_ms) / steps * (WIDTH_PX - LEFT_PX - 20)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP_PX}" x2="{x:.1f}" y2="{height - GAP_PX}" class="mark"/>')
        parts.append(f'<text transform="translate({x + 4:.1f},{TOP_PX - 4}) rotate(-35)">{escape(mark.what)}</text>')
    bottom = height - GAP_PX + 18
    seconds = steps * STEP_MS / 1_000
    for second in range(0, int(seconds) + 1, 10):
        x = LEFT_PX + second / seconds * (WIDTH_PX - LEFT_PX - 20)
        parts.append(f'<text x="{x:.0f}" y="{bottom}" text-anchor="middle">{second} s</text>')
    body = "\n".join(parts)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height}" width="{WIDTH_PX}" height="{height}">
<style>text {{ font: 11px system-ui, sans-serif; fill: #444 }} .mark {{ stroke: #bbb; stroke-dasharray: 3 3 }}</style>
<rect width="100%" height="100%" fill="#fff"/>
{body}
</svg>
"""


def _curve(title: str, values: Sequence[float], top: int, color: str) -> Iterable[str]:
    highest = max(values) or 1
    bottom = top + HEIGHT_PX
    points = " ".join(
        f"{LEFT_PX + n / len(values) * (WIDTH_PX - LEFT_PX - 20):.1f},{bottom - value / highest * HEIGHT_PX:.1f}"
        for n, value in enumerate(values)
    )
    yield f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>'
    yield f'<line x1="{LEFT_PX}" y1="{bottom}" x2="{WIDTH_PX - 20}" y2="{bottom}" stroke="#999"/>'
    yield f'<text x="{LEFT_PX - 6}" y="{top + 8}" text-anchor="end">{highest:,.0f}</text>'
    yield f'<text x="{LEFT_PX - 6}" y="{bottom}" text-anchor="end">0</text>'
    yield f'<text x="{LEFT_PX + 4}" y="{bottom - 6}">{title}</text>'


def _pause_rows(outcome: Outcome, whole: Sequence[Pause]) -> Iterable[Row]:
    for what in dict.fromkeys(mark.what for mark in outcome.marks):
        own = [pause for pause in whole if _cause(outcome, pause.at_ms) == what]
        if own:
            yield (
                f"pause after {what}, beyond the client's back-off: p50, p99, longest",
                _three([pause.beyond_ms for pause in own]),
                f"p99 ≤ {SLOW_MS} ms",
            )
            yield f"the same, in all, of {len(own):,} pauses", _three([pause.whole_ms for pause in own]), ""


def _answer_rows(outcome: Outcome) -> Iterable[Row]:
    times = answer_times_ms(outcome.notes)
    yield "acknowledged after: p50, p99, longest", _three([took for _, took in times]), ""
    for what in dict.fromkeys(mark.what for mark in outcome.marks if mark.what.startswith("Redis")):
        longest = max((took for at, took in times if _cause(outcome, at) == what), default=0.0)
        yield f"longest wait for an acknowledgement over {what}", f"{longest:,.0f} ms", ""


def _cause(outcome: Outcome, at_ms: float) -> str:
    return [mark.what for mark in outcome.marks if mark.at_ms <= at_ms][-1] if at_ms >= outcome.marks[0].at_ms else ""


def _peak(outcome: Outcome) -> int:
    began = outcome.marks[0].at_ms
    return peak_a_second([note.at_ms for note in outcome.notes if note.what == "connect" and note.at_ms > began])


def _three(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):,.0f}, {percentile(values, 0.99):,.0f}, {max(values, default=0):,.0f} ms"


def _of(count: int) -> str:
    return f"**{count:,}**" if count else "0"
