"""The table, the page with everything measured, and the plots."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import plots
from tests.bench.results import NotMeasured, Results, short
from tests.bench.rows import ROWS
from tests.bench.servers import SERVERS
from tests.bench.works import WORKS

NAMES = {server.name: server.title for server in SERVERS}
HEAD = ("", *NAMES.values(), "must", "", "aim", "")
FIGURES = {
    "delivered in time": ("", "{:.1%}".format),
    "CPU µs": ("cpu_us", short),
    "Redis µs": ("redis_us", short),
    "generator µs": ("generator_us", short),
    "server busy": ("server_busy", "{:.0%}".format),
    "generator busy": ("generator_busy", "{:.0%}".format),
    "p50 ms": ("p50_ms", short),
    "p99 ms": ("p99_ms", short),
    "KB a connection": ("kib_a_connection", short),
    "MB more": ("grown_mib", short),
    "files left": ("files_left", short),
}


def table(results: Results) -> str:
    """Return the verdicts as aligned text."""
    rows = [list(HEAD), *_verdicts(results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    aligned = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    failures = [f"bench: could not run: {failure}" for failure in results.failures]
    return "\n".join([*(line.rstrip() for line in aligned), *failures])


def write(results: Results, folder: Path) -> None:
    """Write README.md, the plots and every run's figures."""
    results.write(folder / "results.json")
    drawn = dict(_plots(results))
    for old in ("cpu.svg", "memory.svg", "people.svg", "replicas.svg"):  # the rehearsal's stays
        (folder / old).unlink(missing_ok=True)
    for name, svg in drawn.items():
        (folder / name).write_text(svg)
    page = (Path(__file__).parent / "page.md").read_text()
    filled = {
        "rounds": str(max((run.round for run in results.runs), default=0)),
        "verdicts": _markdown([list(HEAD), *_verdicts(results)]),
        "plots": "\n\n".join(f"![{name.removesuffix('.svg')}]({name})" for name in drawn),
        "figures": _markdown([["work", "server", *FIGURES], *_figures(results)]),
        "machine": _markdown([["", ""], *([name, said] for name, said in results.machine.items())]),
        "failures": "\n".join(f"- Could not run: {failure}" for failure in results.failures),
    }
    for name, text in filled.items():
        page = page.replace(f"{{{name}}}\n" if not text else f"{{{name}}}", text)
    (folder / "README.md").write_text(page.rstrip() + "\n")


def _verdicts(results: Results) -> Iterator[list[str]]:
    measured = {work for work, _ in results.pairs()}
    for row in ROWS:
        if not measured.intersection(row.works):
            continue
        ours, must, aim = row.outcome(results)
        peers = [row.peer(results, server) for server in NAMES if server != "ours"]
        yield [row.title, *peers, ours, row.must, _met(row.must, must), row.aim, _met(row.aim, aim)]


def _met(promised: str, met: bool | None) -> str:
    if not promised:
        return ""
    return {True: "ok", False: "missed", None: "?"}[met]


def _figures(results: Results) -> Iterator[list[str]]:
    for work, server in sorted(results.pairs(), key=lambda pair: [w.name for w in WORKS].index(pair[0])):
        cells = []
        for name, form in FIGURES.values():
            try:
                value = results.median(work, server, name) if name else _in_time(results, work, server)
                cells.append(form(value))
            except NotMeasured:
                cells.append("")
        yield [work, NAMES[server], *cells]


def _in_time(results: Results, work: str, server: str) -> float:
    expected, delivered = (results.figures(work, server, name) for name in ("expected", "delivered"))
    return sum(delivered.values()) / sum(expected.values())


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


def _plots(results: Results) -> Iterator[tuple[str, str]]:
    titles = {
        "busy": "busy board",
        "busy_deflate": "deflate offered",
        "very_busy": "very busy board",
        "small": "small boards",
    }
    groups = [(title, list(_beside_node(results, work))) for work, title in titles.items()]
    if groups := [group for group in groups if group[1]]:
        yield "cpu.svg", plots.bars("CPU a delivery; bars are relative to Node", NAMES, groups)
    if memory := list(_lengths(results, "memory", "kib_a_connection", "KB")):
        yield "memory.svg", plots.bars("Memory a connection (2,000 joined, idle)", NAMES, [("RSS", memory)])
    people = {"busy_50": 50, "busy": 200, "busy_800": 800}
    replicas = {"busy": 1, "busy_2_replicas": 2, "busy_3_replicas": 3}
    for name, title, x_title, works in (
        ("people.svg", "Busy board: CPU a delivery as the board grows", "people on the board", people),
        ("replicas.svg", "Busy board: CPU a delivery of all replicas together", "replicas", replicas),
    ):
        if series := _series(results, works):
            yield name, plots.lines(title, NAMES, x_title, series)


def _lengths(results: Results, work: str, figure: str, unit: str) -> Iterator[tuple[str, float, str]]:
    for server in NAMES:
        try:
            value = results.median(work, server, figure)
        except NotMeasured:
            continue
        yield server, value, f"{short(value)} {unit}"


def _beside_node(results: Results, work: str) -> Iterator[tuple[str, float, str]]:
    for server, value, said in _lengths(results, work, "cpu_us", "µs"):
        try:
            yield server, value / results.median(work, "node", "cpu_us"), said
        except NotMeasured:
            return


def _series(results: Results, works: dict[str, int]) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = {}
    for work, x in works.items():
        for server, value, _ in _lengths(results, work, "cpu_us", "µs"):
            if server in ("node", "ours"):
                series.setdefault(server, []).append((x, value))
    return {server: points for server, points in series.items() if len(points) > 1}
