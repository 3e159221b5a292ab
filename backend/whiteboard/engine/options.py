"""What can be set on an engine, with its defaults and units, checked across fields."""

import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

REPLICA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Options:
    """
    Settings of one server. Durations are seconds, fractions allowed; sizes are bytes.

    Raises:
        ValueError: a value, or two together, make no sense.
    """

    ping_interval: float = 25.0
    """Between an answered ping and the next one."""
    ping_timeout: float = 20.0
    """For a client to answer a ping."""
    upgrade_timeout: float = 10.0
    """For a WebSocket that was opened for an upgrade to complete it."""
    close_wait: float = 5.0
    """How long what a client sent before it knew of a close is still read; then its socket is cut."""
    max_payload: int = 1_000_000
    """A message or a POST from a client, at most."""
    outbox_low: int = 64 * 1024
    """Unsent bytes of a connection above which what may be lost is dropped."""
    outbox_high: int = 1024 * 1024
    """Unsent bytes of a connection above which it is cut off."""
    inbox_limit: int = 64 * 1024
    """Received but unhandled bytes of a connection above which its socket is not read."""
    allowed_origins: Sequence[str] | str | None = None
    """Origins let in besides the same one: a list, or ``*`` for all."""
    replica: str = field(default_factory=lambda: secrets.token_hex(4))
    """This process's name: every session's id starts with it."""

    def __post_init__(self) -> None:
        for name in ("ping_interval", "ping_timeout", "upgrade_timeout", "close_wait"):
            seconds = getattr(self, name)
            if not (math.isfinite(seconds) and seconds >= 0.001):
                raise ValueError(f"{name} must be at least a millisecond, not {seconds}")
        for name in ("max_payload", "outbox_low", "inbox_limit"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be positive")
        if self.outbox_high <= self.outbox_low:
            raise ValueError("outbox_high must be above outbox_low")
        if isinstance(self.allowed_origins, str) and self.allowed_origins != "*":
            raise ValueError("allowed_origins is a list of origins, or '*'")
        if not REPLICA_NAME.fullmatch(self.replica):
            raise ValueError("replica must be 1 to 64 characters of A-Z a-z 0-9 _ -")

    @property
    def tick(self) -> float:
        """How late a heartbeat or time-out may be: little against the shortest of them."""
        shortest = min(self.ping_interval, self.ping_timeout, self.upgrade_timeout, self.close_wait)
        return min(max(shortest / 20, 0.001), 0.25)
