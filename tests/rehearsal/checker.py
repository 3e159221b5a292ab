"""
What the people of a rehearsal saw, held against the raw log. Shares no code with the server.

*Lost* means: acknowledged but not in the log, or in the log but not told to somebody else on the board. What was never
acknowledged is no promise; it is counted all the same.

The log must be whole, from its first commit on: one that was folded into a snapshot (L9) does not tell any more what
people were to hear. A rehearsal sees to that by a recovery window longer than itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tests.rehearsal.cast import Note, Person


class Entry(NamedTuple):
    """An op in the log, and how people are to hear of it."""

    name: int | str
    """The number that a classic client gave its segment, else the op's id."""
    by: str
    """The sid of whoever drew it."""
    color: str
    segments: int
    """As how many segments classic clients hear of it (C6)."""
    offset: str


def entries(commits: Sequence[tuple[str, Sequence[dict[str, Any]]]]) -> list[Entry]:
    """
    Return the entries of a board's log, given as positions with their ops: strokes that are added, or grow.

    Raises:
        ValueError: the log does not begin at its beginning.
    """
    numbers = [int(position.split("-")[1]) for position, _ in commits]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("the log is not whole: folded into a snapshot, or torn")
    log: list[Entry] = []
    colors: dict[str, str] = {}
    for position, ops in commits:
        for i, op in enumerate(ops):
            is_new = op["op"] == "add"
            stroke = op["element"] if is_new else {"points": op["points"], "color": colors[op["element"]]}
            colors[op["id"]] = stroke["color"]
            points = len(stroke["points"]) // 2
            segments = max(1, points - 1) if is_new else points
            name = stroke.get("extra", {}).get("n", op["id"])
            log.append(Entry(name, op["by"], stroke["color"], segments, f"{position}-{i}"))
    return log


class Findings(NamedTuple):
    """How often something went wrong, the last two apart: those are no fault."""

    lost_acknowledged: int
    """Acknowledged to the sender, not in the log (there)."""
    lost: int
    """In the log, not heard, or not heard whole, by somebody else on the board."""
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
    sids = {person.number: _sids(by_person[person.number]) for person in people}
    colors = {sid: person.color for person in people for sid in sids[person.number]}
    for log in logs.values():
        found["twice"] += len(log) - len({entry.name for entry in log})
        found["wrong_color"] += sum(entry.color != colors.get(entry.by) for entry in log)
    for person in people:
        own = by_person[person.number]
        others = [entry for entry in logs[person.board] if entry.by not in sids[person.number]]
        found.update(_heard(person, others, own))
        found.update(_sent(logs[person.board], own))
        found.update(_came_back(own))
    return Findings(**{name: found[name] for name in Findings._fields})


def _sids(notes: Iterable[Note]) -> set[str]:
    return {note.details[1] for note in notes if note.what == "connect"}


def _heard(person: Person, others: Sequence[Entry], notes: Sequence[Note]) -> Counter[str]:
    place = {entry.offset: index for index, entry in enumerate(others)}
    # To a page an op is one event; to classic clients as many as it has segments, of which the last one has the offset.
    due = {entry.offset: 1 if person.page else entry.segments for entry in others}
    events = Counter[str]()
    order: list[str] = []
    found = Counter[str]()
    without_offset = 0
    for note in _taken(person, notes):
        if note.what == "connect":
            without_offset = 0
            continue
        name, color, offset = note.details
        if name is None and offset is None:
            without_offset += 1
            continue
        entry = others[place[offset]] if offset in place else None
        if entry is None or name != (None if isinstance(entry.name, str) and not person.page else entry.name):
            found["unknown"] += 1
            continue
        events[offset] += 1 + without_offset
        without_offset = 0
        order.append(offset)
        found["wrong_color"] += color not in (entry.color, None)
    first_times = list(dict.fromkeys(order))
    found["lost"] = sum(events[offset] < count for offset, count in due.items())
    found["twice"] = sum(events[offset] > count for offset, count in due.items())
    found["out_of_order"] = sum(place[former] > place[latter] for former, latter in pairwise(first_times))
    return found


def _taken(person: Person, notes: Sequence[Note]) -> Iterable[Note]:
    """
    Yield each connect, and what was heard and taken.

    A page says with each connect up to which commit it has the board whole (B1). What comes behind that and was heard
    before it has asked for, and does not take again.
    """
    asked_behind, upto, newest = 0, (0, 0), (0, 0)
    for note in notes:
        if note.what == "connect" and person.page:
            asked_behind, upto = int(note.details[2].split("-")[1]), newest
        elif note.what == "heard" and person.page:
            here = _place(note.details[2])
            if asked_behind < here[0] and here <= upto:
                continue
            newest = max(newest, here)
        if note.what in ("connect", "heard"):
            yield note


def _place(offset: str) -> tuple[int, int]:
    _, n, i = offset.split("-")
    return int(n), int(i)


def _sent(log: Sequence[Entry], notes: Sequence[Note]) -> Counter[str]:
    stored = {entry.name: entry.offset for entry in log}
    answered = {note.details[0]: note.details[1] for note in notes if note.what == "answered"}
    sent = dict.fromkeys(note.details[0] for note in notes if note.what == "sent")
    open_ended = [name for name in sent if name not in answered]
    return Counter(
        lost_acknowledged=sum(not _is_at(name, stored.get(name), offset) for name, offset in answered.items()),
        unanswered=sum(name in stored for name in open_ended),
        vanished=sum(name not in stored for name in open_ended),
    )


def _is_at(name: int | str, stored: str | None, answered: str) -> bool:
    """Tell whether the log has it where the answer says: there, or, for a page, there or before (B6)."""
    if stored is None or isinstance(name, int):
        return stored == answered
    return _place(stored) <= _place(answered)


def _came_back(notes: Sequence[Note]) -> Counter[str]:
    connects = [note.details for note in notes if note.what == "connect"]
    anew = sum(not recovered or sid != connects[0][1] for recovered, sid, *_ in connects[1:])
    inits = sum(note.what == "init" for note in notes)
    resyncs = sum(note.what == "resync" for note in notes)
    return Counter(not_recovered=max(anew, inits - 1, resyncs))
