"""
What the people of a rehearsal saw, held against the raw log. Shares no code with the server.

*Lost* means: acknowledged but not in the log, or in the log but not told to somebody else on the board. What was never
acknowledged is no promise; it is counted all the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tests.rehearsal.cast import Note, Person


class Entry(NamedTuple):
    """A segment in the log: its number, colour and offset."""

    n: int
    color: str
    offset: str


def entries(commits: Iterable[tuple[str, Sequence[dict[str, Any]]]]) -> list[Entry]:
    """Return the segments of a board's log, given as positions with their ops."""
    return [
        Entry(op["element"]["extra"]["n"], op["element"]["color"], f"{position}-{i}")
        for position, ops in commits
        for i, op in enumerate(ops)
    ]


class Findings(NamedTuple):
    """How often something went wrong, the last two apart: those are no fault."""

    lost_acknowledged: int
    """Acknowledged to the sender, not in the log (under that offset)."""
    lost: int
    """In the log, not heard by somebody else on the board."""
    twice: int
    """In the log more than once, or heard more than once by the same person."""
    out_of_order: int
    """Heard behind one that the log has later."""
    unknown: int
    """Heard, but not in this board's log, or one's own, or under another offset."""
    wrong_color: int
    """Not in the colour that its drawer had chosen at the beginning, in the log or as heard."""
    not_recovered: int
    """A client that came back and was not itself: ``recovered`` false, another sid, a second ``init``, ``resync``."""
    unanswered: int
    """Sent, never acknowledged, and in the log."""
    vanished: int
    """Sent, never acknowledged, and not in the log: emitted into a connection that was closing."""

    @property
    def faults(self) -> int:
        """What must be 0."""
        return sum(self[: self._fields.index("unanswered")])


def check(logs: Mapping[str, Sequence[Entry]], people: Sequence[Person], notes: Iterable[Note]) -> Findings:
    """Hold notes against the logs, by board."""
    found: Counter[str] = Counter()
    by_person: dict[int, list[Note]] = defaultdict(list)
    for note in notes:
        by_person[note.number].append(note)
    colors = {person.number: person.color for person in people}
    for log in logs.values():
        found["twice"] += len(log) - len({entry.n for entry in log})
        found["wrong_color"] += sum(entry.color != colors[entry.n // 1_000_000] for entry in log)
    for person in people:
        log = logs[person.board]
        found.update(_heard(person, log, by_person[person.number], colors))
        found.update(_sent(log, by_person[person.number]))
        found.update(_came_back(by_person[person.number]))
    return Findings(**{name: found[name] for name in Findings._fields})


def _heard(person: Person, log: Sequence[Entry], notes: Sequence[Note], colors: Mapping[int, str]) -> Counter[str]:
    place = {entry.n: index for index, entry in enumerate(log) if entry.n // 1_000_000 != person.number}
    heard = [note.details for note in notes if note.what == "heard"]
    known = [(n, color, offset) for n, color, offset in heard if n in place and log[place[n]].offset == offset]
    first_times = list(dict.fromkeys(n for n, _, _ in known))
    return Counter(
        lost=len(place) - len(first_times),
        twice=len(known) - len(first_times),
        out_of_order=sum(place[former] > place[latter] for former, latter in pairwise(first_times)),
        unknown=len(heard) - len(known),
        wrong_color=sum(color != colors[n // 1_000_000] for n, color, _ in known),
    )


def _sent(log: Sequence[Entry], notes: Sequence[Note]) -> Counter[str]:
    stored = {entry.n: entry.offset for entry in log}
    answered = {note.details[0]: note.details[1] for note in notes if note.what == "answered"}
    open_ended = [note.details[0] for note in notes if note.what == "sent" and note.details[0] not in answered]
    return Counter(
        lost_acknowledged=sum(stored.get(n) != offset for n, offset in answered.items()),
        unanswered=sum(n in stored for n in open_ended),
        vanished=sum(n not in stored for n in open_ended),
    )


def _came_back(notes: Sequence[Note]) -> Counter[str]:
    connects = [note.details for note in notes if note.what == "connect"]
    anew = sum(not recovered or sid != connects[0][1] for recovered, sid in connects[1:])
    repeated = sum(note.what in ("init", "resync") for note in notes) - 1
    return Counter(not_recovered=max(anew, repeated, 0))
