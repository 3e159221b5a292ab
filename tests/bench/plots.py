"""Two kinds of plot, written as SVG by hand: bars in groups, and lines."""

from collections.abc import Mapping, Sequence
from html import escape

COLORS = {"node": "#5b8c5a", "python": "#4a78b5", "floor": "#a8a8a8", "ours": "#d2622a"}
WIDTH_PX, LEFT_PX, RIGHT_PX, TOP_PX = 720, 190, 130, 70
BAR_PX, GAP_PX = 16, 18


def bars(title: str, names: Mapping[str, str], groups: Sequence[tuple[str, Sequence[tuple[str, float, str]]]]) -> str:
    """
    Draw a group of horizontal bars a work.

    Args:
        names: what the legend calls a server.
        groups: a label each, with (server, length, label) a bar. Lengths have one scale for all groups.
    """
    longest = max((length for _, group in groups for _, length, _ in group), default=1.0)
    scale = (WIDTH_PX - LEFT_PX - RIGHT_PX) / longest
    parts, y = [], TOP_PX
    for label, group in groups:
        middle = y + len(group) * BAR_PX / 2 + 4
        parts.append(f'<text x="{LEFT_PX - 10}" y="{middle:.0f}" text-anchor="end">{escape(label)}</text>')
        for server, length, said in group:
            width = max(1.0, length * scale)
            parts.append(_bar(y, width, server))
            parts.append(f'<text x="{LEFT_PX + width + 6:.0f}" y="{y + 12}" class="small">{escape(said)}</text>')
            y += BAR_PX
        y += GAP_PX
    shown = [server for server in names if any(server == bar[0] for _, group in groups for bar in group)]
    return _page(title, y, parts, {server: names[server] for server in shown})


def lines(
    title: str, names: Mapping[str, str], x_title: str, series: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """Draw one line a server through its (x, µs), x on steps of equal width, y from 0."""
    height = 240
    xs = sorted({x for points in series.values() for x, _ in points})
    top = max((y for points in series.values() for _, y in points), default=1.0) * 1.15
    left, right, bottom = 70, WIDTH_PX - 60, TOP_PX + height

    def place(x: float, y: float) -> tuple[float, float]:
        share = xs.index(x) / max(1, len(xs) - 1)
        return left + 30 + share * (right - left - 60), bottom - y / top * height

    parts = [f'<line x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}" class="axis"/>']
    parts += [f'<text x="{place(x, 0)[0]:.0f}" y="{bottom + 18}" text-anchor="middle">{x:g}</text>' for x in xs]
    parts.append(f'<text x="{(left + right) / 2}" y="{bottom + 38}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(f'<text x="{left}" y="{TOP_PX - 6}" class="small">µs a delivery</text>')
    for server, points in series.items():
        places = [(*place(x, y), y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[server]}" stroke-width="2.5"/>')
        for x, y, value in places:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLORS[server]}"/>')
            parts.append(f'<text x="{x:.0f}" y="{y - 10:.0f}" text-anchor="middle" class="small">{value:.3g}</text>')
    return _page(title, bottom + 50, parts, {server: names[server] for server in series})


def _bar(y: float, width: float, server: str) -> str:
    return f'<rect x="{LEFT_PX}" y="{y}" width="{width:.1f}" height="{BAR_PX - 2}" fill="{COLORS[server]}"/>'


def _page(title: str, height: float, parts: Sequence[str], legend: Mapping[str, str]) -> str:
    keys, x = [], 20
    for server, name in legend.items():
        keys.append(f'<rect x="{x}" y="38" width="12" height="12" fill="{COLORS[server]}"/>')
        keys.append(f'<text x="{x + 18}" y="48">{escape(name)}</text>')
        x += 40 + 8 * len(name)
    body = "\n".join([f'<text x="20" y="24" class="title">{escape(title)}</text>', *keys, *parts])
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height:.0f}" width="{WIDTH_PX}" height="{height:.0f}">
<style>
text {{ font: 13px system-ui, sans-serif; fill: #222 }} .title {{ font-size: 16px; font-weight: 600 }}
.small {{ font-size: 11px; fill: #555 }} .axis {{ stroke: #999 }}
</style>
<rect width="100%" height="100%" fill="#fff"/>
{body}
</svg>
"""
