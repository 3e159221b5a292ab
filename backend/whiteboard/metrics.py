"""What this replica counts, for /metrics."""

from collections import Counter as Counts
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a gauge beside each counter, which nobody reads


class Tally(Collector):
    """
    A counter of what happens with every op. Counting costs an addition, where that of ``Counter`` takes a lock.

    Attributes:
        counts: by the value of the label, ``""`` if it has none; the event loop's thread alone adds to them.
    """

    def __init__(self, name: str, documentation: str, registry: CollectorRegistry, label: str = "") -> None:
        self._name = name
        self._documentation = documentation
        self._labels = [label] if label else []
        self.counts = Counts[str]() if label else Counts[str]({"": 0})
        registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts as they are. Source: ``prometheus_client.registry.Collector``."""
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        for value, count in self.counts.items():
            family.add_metric([value] if self._labels else [], count)
        yield family


class Metrics:
    """The counters and gauges of one replica, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.connections = Gauge(
            "whiteboard_connections", "Sockets connected now", ["namespace"], registry=self.registry
        )
        self.rooms = Gauge("whiteboard_rooms", "Boards open on this replica", registry=self.registry)
        self.ops = Tally("whiteboard_ops", "Ops accepted from clients", self.registry, "namespace")
        self.commits = Counter("whiteboard_commits", "Commits appended to a log", registry=self.registry)
        self.append_failures = Counter(
            "whiteboard_append_failures", "Appends that Redis refused or did not answer", registry=self.registry
        )
        self.deliveries = Tally("whiteboard_deliveries", "Ops handed to sessions", self.registry)
        self.repairs = Counter("whiteboard_repairs", "Gaps read from a log", registry=self.registry)
        self.unreadable = Counter(
            "whiteboard_unreadable", "Commits passed over because this release cannot read them", registry=self.registry
        )
        self.snapshots = Counter("whiteboard_snapshots", "Snapshots taken of boards", registry=self.registry)
        self.trimmed = Counter("whiteboard_trimmed", "Commits that a snapshot replaced", registry=self.registry)
        self.resyncs = Counter("whiteboard_resyncs", "Sessions told to fetch their board anew", registry=self.registry)
        self.errors = Counter("whiteboard_errors", "Errors told to clients", ["code"], registry=self.registry)
        self.refused = Counter(
            "whiteboard_refused",
            "Requests refused and WebSockets closed for their frames, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.passed_on = Gauge(
            "whiteboard_passed_on",
            "Polls and POSTs under way to the replicas of their sessions",
            registry=self.registry,
        )
        self.draining = Gauge("whiteboard_draining", "1 while this replica drains", registry=self.registry)
        self.open_files = Gauge(
            "whiteboard_open_files", "Files open, sockets among them, a few seconds ago", registry=self.registry
        )
        self.max_files = Gauge("whiteboard_max_files", "Files that may be open", registry=self.registry)
        self.loop_lag = Histogram(
            "whiteboard_loop_lag_seconds",
            "How late the event loop was, sampled twice a second",
            buckets=(0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=self.registry,
        )
        self.redis_up = Gauge("whiteboard_redis_up", "1 while Redis can be reached", registry=self.registry)
