"""
One wheel for all heartbeats and time-outs of a server: arming, moving and disarming a timer cost O(1), and an idle
session costs an entry, not a task and not a handle of the event loop.

``Wheel`` is pure; ``Ticker`` turns it by the event loop's clock while anything is armed.
"""

import asyncio
import logging
import math
from typing import Protocol

logger = logging.getLogger(__name__)

DISARMED = -1


class Timer(Protocol):
    """What can be armed. ``slot`` is the wheel's own mark; start it at ``DISARMED``."""

    slot: int

    def on_time(self, now: float) -> None: ...


class Wheel:
    """Timers by the tick at which they are due. None fires early; each fires less than a tick late."""

    def __init__(self, tick: float) -> None:
        self.tick = tick
        self._slots: dict[int, set[Timer]] = {}

    def __bool__(self) -> bool:
        return bool(self._slots)

    def arm(self, timer: Timer, when: float) -> None:
        """Let it be due at ``when``, and no longer at the time it was armed for before."""
        slot = math.ceil(when / self.tick)
        if timer.slot != slot:
            self.disarm(timer)
            self._slots.setdefault(slot, set()).add(timer)
            timer.slot = slot

    def disarm(self, timer: Timer) -> None:
        if timer.slot == DISARMED:
            return
        timers = self._slots[timer.slot]
        timers.remove(timer)
        if not timers:
            del self._slots[timer.slot]
        timer.slot = DISARMED

    def due(self, now: float) -> list[Timer]:
        """Take out the timers that are due, in order."""
        current = math.floor(now / self.tick)
        timers = [timer for slot in sorted(self._slots) if slot <= current for timer in self._slots.pop(slot)]
        for timer in timers:
            timer.slot = DISARMED
        return timers


class Ticker:
    """A wheel that turns."""

    def __init__(self, tick: float) -> None:
        self._wheel = Wheel(tick)
        self._handle: asyncio.TimerHandle | None = None

    def arm(self, timer: Timer, when: float) -> None:
        self._wheel.arm(timer, when)
        if self._handle is None:
            self._schedule(asyncio.get_running_loop())

    def disarm(self, timer: Timer) -> None:
        self._wheel.disarm(timer)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        tick = self._wheel.tick
        self._handle = loop.call_at((math.floor(loop.time() / tick) + 1) * tick, self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._handle = None
        now = loop.time()
        for timer in self._wheel.due(now):
            try:
                timer.on_time(now)
            except Exception:
                logger.exception("a timer failed")
        if self._wheel and self._handle is None:
            self._schedule(loop)
