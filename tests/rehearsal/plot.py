"""A plot of people connected and deliveries over time, with what was done to servers, as SVG by hand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate

from tests.rehearsal.play import Outcome

WIDTH_PX, HEIGHT_PX, LEFT_PX, TOP_PX, GAP_PX = 860, 150, 60, 70, 70
STEP_MS = 250


def plot(outcome: Outcome) -> str:
    """Draw connections and deliveries over time, with what was done to servers."""
    notes = outcome.notes
    begin, end = outcome.marks[0].at_ms - 1_000, notes[-1].at_ms
    steps = int((end - begin) // STEP_MS) + 1

    def step(at_ms: float) -> int:
        return min(steps - 1, max(0, int((at_ms - begin) // STEP_MS)))

    # A page that moves is connected anew before it is disconnected: people are counted, not connections.
    changes, here = Counter[int](), set[int]()
    for note in notes:
        before = len(here)
        {"connect": here.add, "disconnect": here.discard}.get(note.what, lambda _: None)(note.number)
        changes[step(note.at_ms)] += len(here) - before
    connected = list(accumulate(changes[n] for n in range(steps)))
    heard = Counter(step(note.at_ms) for note in notes if note.what == "heard")
    deliveries = [heard[n] * 1_000 / STEP_MS for n in range(steps)]
    height = TOP_PX + 2 * (HEIGHT_PX + GAP_PX)
    parts = [
        *_curve("people connected", connected, TOP_PX, "#4a78b5"),
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
