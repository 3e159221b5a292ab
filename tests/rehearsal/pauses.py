"""How long people were away, their client's own back-off told apart, and how many came back at once."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.rehearsal.cast import Note


class Pause(NamedTuple):
    """One time that one person was not connected."""

    at_ms: float
    """When it began."""
    whole_ms: float
    backoff_ms: float
    """What the client itself waited, by its own rule, before each try."""

    @property
    def beyond_ms(self) -> float:
        """What is not the client's back-off."""
        return self.whole_ms - self.backoff_ms


def pauses(notes: Iterable[Note]) -> list[Pause]:
    """Return all pauses of all people that have ended, in the order of their beginning."""
    by_person: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        by_person[note.number].append(note)
    return sorted(pause for own in by_person.values() for pause in _of_person(own))


def _of_person(notes: Sequence[Note]) -> Iterable[Pause]:
    began = waiting_since = None
    backoff_ms = 0.0
    for at_ms, _, what, _ in notes:
        if what == "disconnect":
            began = waiting_since = at_ms
            backoff_ms = 0.0
        elif began is None:
            continue
        elif what == "attempt" and waiting_since is not None:
            backoff_ms += at_ms - waiting_since
            waiting_since = None
        elif what == "failure":
            waiting_since = at_ms
        elif what == "connect":
            yield Pause(began, at_ms - began, backoff_ms)
            began = waiting_since = None


def moves(notes: Iterable[Note]) -> list[Pause]:
    """Return how each person came to each of its later connections: after a pause, or, one made before the other was
    left, after none."""
    connected: set[int] = set()
    lost_at: dict[int, float] = {}
    made = []
    for at_ms, number, what, _ in notes:
        if what == "disconnect":
            lost_at[number] = at_ms
        elif what == "connect":
            began = lost_at.pop(number, at_ms)
            if number in connected:
                made.append(Pause(began, at_ms - began, 0.0))
            connected.add(number)
    return made


def answer_times_ms(notes: Iterable[Note]) -> list[tuple[float, float]]:
    """Return, for each acknowledged event, when it was sent and how long its acknowledgement took."""
    sent: dict[int, float] = {}
    times = []
    for at_ms, _, what, details in notes:
        if what == "sent":
            sent[details[0]] = at_ms
        elif what == "answered":
            times.append((sent[details[0]], at_ms - sent[details[0]]))
    return times


def peak_a_second(times_ms: Sequence[float]) -> int:
    """Return how many of these moments lie within one second, at most."""
    times = sorted(times_ms)
    first = peak = 0
    for last, at_ms in enumerate(times):
        while at_ms - times[first] >= 1_000:
            first += 1
        peak = max(peak, last - first + 1)
    return peak


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of all do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
