"""The rows of the table: what is promised, and whether it was met."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tests.bench.results import NotMeasured, Results, short


class Outcome(NamedTuple):
    """What ours reached, in words, and whether that meets the must and the aim (None: there is none, or no figure)."""

    ours: str
    must: bool | None
    aim: bool | None


@dataclass(frozen=True)
class Row:
    """One promise. The other servers are shown with ``figure`` of ``works``."""

    title: str
    works: tuple[str, ...]
    figure: str
    unit: str
    must: str
    aim: str
    judge: Callable[[Results], Outcome]

    def outcome(self, results: Results) -> Outcome:
        """Judge; what could not be measured is neither met nor missed."""
        try:
            return self.judge(results)
        except NotMeasured as why:
            return Outcome(f"not measured: {why}", None, None)

    def peer(self, results: Results, server: str) -> str:
        """Return another server's figures, in words."""
        words = []
        for work in self.works:
            try:
                words.append(_said(results, work, server, self.figure))
            except NotMeasured:
                words.append("–")
        return "–" if set(words) == {"–"} else f"{', '.join(words)} {self.unit}"


def _said(results: Results, work: str, server: str, figure: str = "cpu_us") -> str:
    """Return a figure; to a server's CPU Redis' is added in brackets."""
    said = short(results.median(work, server, figure))
    return f"{said} (+{results.median(work, server, 'redis_us'):.2g})" if figure == "cpu_us" else said


def _cpu(work: str, must: float, aim: float) -> Callable[[Results], Outcome]:
    def judge(results: Results) -> Outcome:
        ratio = results.ratio((work, "node"), (work, "ours"), "cpu_us")
        whole = results.complete(work, "ours")
        said = f"{_said(results, work, 'ours')} µs, Node ÷ {ratio:.1f}{'' if whole else ', not all delivered'}"
        return Outcome(said, whole and ratio >= must, whole and ratio >= aim)

    return judge


def _very_busy(results: Results) -> Outcome:
    said, must, aim = _cpu("very_busy", 6, 10)(results)
    try:
        p50, p99 = (results.median("very_busy", "ours", name) for name in ("p50_ms", "p99_ms"))
    except NotMeasured as why:
        return Outcome(f"{said}; latency not measured: {why}", must and None, aim and None)
    return Outcome(f"{said}, p50 {p50:.0f} ms, p99 {p99:.0f} ms", must and p99 <= 40, aim and p99 <= 40)


def _deflate(results: Results) -> Outcome:
    share = results.ratio(("busy_deflate", "ours"), ("busy", "ours"), "cpu_us")
    return Outcome(f"{_said(results, 'busy_deflate', 'ours')} µs, {share:.0%} of that without", None, None)


def _memory(results: Results) -> Outcome:
    kib = results.median("memory", "ours", "kib_a_connection")
    return Outcome(f"{kib:.1f} KB", kib <= 22, kib <= 15)


def _bystander(results: Results) -> Outcome:
    seconds = results.median("idle_replica", "ours", "bystanders_s_in_6_s")
    return Outcome(f"{seconds:.2f} s", seconds <= 0.06, seconds <= 0.06)


def _latency(results: Results) -> Outcome:
    quiet = results.quiet_rounds("latency")
    ratio = results.ratio(("latency", "ours"), ("latency", "node"), "p50_ms", quiet)
    ours_ms = results.median("latency", "ours", "p50_ms")
    return Outcome(f"{ours_ms:.2f} ms, Node × {ratio:.2f}", ratio <= 1.5, ratio <= 1)


def _growth(results: Results) -> Outcome:
    middle, big = (results.ratio((work, "ours"), ("busy_50", "ours"), "cpu_us") for work in ("busy", "busy_800"))
    whole = all(results.complete(work, "ours") for work in _GROWTH)
    cpu = ", ".join(_said(results, work, "ours") for work in _GROWTH)
    said = f"{cpu} µs: 100, {middle:.0%}, {big:.0%}{'' if whole else ', not all delivered'}"
    return Outcome(said, whole and max(middle, big) <= 1.1, whole and big <= middle <= 1)


def _held(results: Results) -> Outcome:
    def held(work: str) -> tuple[str, bool | None]:
        try:
            p99 = results.median(work, "ours", "p99_ms")
        except NotMeasured as why:
            return f"not measured: {why}", None
        whole = results.complete(work, "ours")
        return f"p99 {short(p99)} ms{'' if whole else ', not held'}", whole and p99 <= 100

    (said, must), (more, aim) = held("idle_5000"), held("idle_10000")
    return Outcome(f"{said}; {more}", must, aim)


def _slow_consumer(results: Results) -> Outcome:
    grown, cut_off = (results.median("slow_consumer", "ours", name) for name in ("grown_mib", "cut_off"))
    grown_before = results.median("all_read", "ours", "grown_mib")
    said = f"{cut_off:.0f} cut off, + {grown:.0f} MB (all read: {grown_before:.0f})"
    whole = results.complete("slow_consumer", "ours") and cut_off == 5 and grown <= grown_before + 10
    try:
        p99, p99_before = (results.median(work, "ours", "p99_ms") for work in ("slow_consumer", "all_read"))
    except NotMeasured as why:
        return Outcome(f"{said}; latency not measured: {why}", whole and None, None)
    return Outcome(f"{said}, p99 {p99:.0f} ms ({p99_before:.0f})", whole and p99 <= p99_before + 5, None)


def _bad_clients(results: Results) -> Outcome:
    left, grown, pace = (
        results.median("bad_clients", "ours", name) for name in ("files_left", "grown_mib", "bad_clients_a_second")
    )
    said = f"{left:.0f} sockets, {grown:.1f} MB; {pace:.0f} came a second"
    return Outcome(said, left <= 0 and grown <= 5, None)


def _replicas(results: Results) -> Outcome:
    said = ", ".join(_said(results, work, "ours") for work in _REPLICAS) + " µs"

    def latency(name: str) -> str:
        return ", ".join(f"{results.median(work, 'ours', name):.0f}" for work in _REPLICAS) + " ms"

    try:
        return Outcome(f"{said}, p50 {latency('p50_ms')}, p99 {latency('p99_ms')}", None, None)
    except NotMeasured as why:
        return Outcome(f"{said}; latency not measured: {why}", None, None)


_CPU = ("cpu_us", "µs")
_GROWTH = ("busy_50", "busy", "busy_800")
_REPLICAS = ("busy", "busy_2_replicas", "busy_3_replicas")

ROWS = (
    Row("busy board, CPU a delivery", ("busy",), *_CPU, "Node ÷ 4", "Node ÷ 6", _cpu("busy", 4, 6)),
    Row("the same, deflate offered", ("busy_deflate",), *_CPU, "", "", _deflate),
    Row(
        *("very busy board, CPU a delivery", ("very_busy",), *_CPU),
        *("all, p99 ≤ 40 ms, Node ÷ 6", "Node ÷ 10", _very_busy),
    ),
    Row(
        *("5 of 200 read no more", ("slow_consumer",), "p99_ms", "ms"),
        *("p99 + ≤ 5 ms, memory + ≤ 10 MB", "", _slow_consumer),
    ),
    Row("many small boards, CPU a delivery", ("small",), *_CPU, "Node ÷ 1.5", "Node ÷ 2.5", _cpu("small", 1.5, 2.5)),
    Row("memory a connection", ("memory",), "kib_a_connection", "KB", "≤ 22 KB", "≤ 15 KB", _memory),
    Row(
        *("CPU of a bystander in 6 s", ("idle_replica",), "bystanders_s_in_6_s", "s"),
        *("≤ 0.06 s", "≤ 0.06 s", _bystander),
    ),
    Row("idle latency, p50", ("latency",), "p50_ms", "ms", "≤ 1.5 × Node", "≤ Node", _latency),
    Row("growth: 50, 200, 800 people", _GROWTH, *_CPU, "≤ 110 % of that at 50", "falls", _growth),
    Row(
        *("5,000; 10,000 connections", ("idle_5000", "idle_10000"), "p99_ms", "ms"),
        *("5,000 held, p99 ≤ 100 ms", "10,000", _held),
    ),
    Row(
        *("10,000 bad clients leave behind", ("bad_clients",), "files_left", "sockets"),
        *("no socket, ≤ 5 MB", "", _bad_clients),
    ),
    Row("growth: 1, 2, 3 replicas", _REPLICAS, *_CPU, "", "", _replicas),
)
