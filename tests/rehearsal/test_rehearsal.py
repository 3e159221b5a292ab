"""The rehearsal's short form, and its checker held to faults that are planted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.stock import WEBSOCKET
from tests.rehearsal import report
from tests.rehearsal.cast import Note, Person
from tests.rehearsal.checker import Entry, check, entries
from tests.rehearsal.pauses import Pause, pauses, peak_a_second, percentile
from tests.rehearsal.play import SHORT, perform


@pytest.mark.timeout(150)
async def test_nobody_loses_anything_while_servers_come_and_go(tmp_path: Path) -> None:
    """[L1] [L2] [R1] [R3] [C5] Every replica restarted, one killed, Redis killed, all under drawing stock clients: each
    has heard each event of the others once, in the log's order, in its drawer's colour, and is who it was."""
    outcome = await perform(SHORT, tmp_path)
    print(report.table(outcome))
    report.write(outcome, tmp_path)
    assert outcome.findings.faults == 0, outcome.findings
    assert outcome.complaints == []
    assert sum(map(len, outcome.logs.values())) > 300


ANN, BEN = (Person(n, "b", color, True, WEBSOCKET) for n, color in ((1, "red"), (2, "blue")))
LOG = [Entry(1_000_001, "red", "7-1-0"), Entry(1_000_002, "red", "7-1-1"), Entry(2_000_001, "blue", "7-2-0")]


def seen() -> list[Note]:
    """Return what Ann and Ben note when all goes well, a reconnect of Ben's included."""
    told: list[tuple[int, str, Any]] = [
        (1, "connect", [False, "a"]),
        (1, "init", ["black"]),
        (2, "connect", [False, "b"]),
        (2, "init", ["black"]),
        (1, "sent", [1_000_001]),
        (1, "answered", [1_000_001, "7-1-0"]),
        (2, "heard", [1_000_001, "red", "7-1-0"]),
        (1, "sent", [1_000_002]),
        (2, "disconnect", ["transport close"]),
        (2, "connect", [True, "b"]),
        (2, "heard", [1_000_002, "red", "7-1-1"]),
        (2, "sent", [2_000_001]),
        (2, "answered", [2_000_001, "7-2-0"]),
        (1, "heard", [2_000_001, "blue", "7-2-0"]),
        (1, "sent", [1_000_003]),
    ]
    return [Note(float(at), *fields) for at, fields in enumerate(told)]


def swap(notes: list[Note]) -> None:
    notes[6], notes[10] = notes[10], notes[6]


FAULTS: dict[str, tuple[str, Callable[[list[Note], list[Entry]], object]]] = {
    "lost_acknowledged": ("lost_acknowledged", lambda notes, log: log.__delitem__(2)),
    "acknowledged under another offset": (
        "lost_acknowledged",
        lambda notes, log: notes.__setitem__(5, Note(5, 1, "answered", [1_000_001, "7-9-0"])),
    ),
    "lost": ("lost", lambda notes, log: notes.pop(10)),
    "lost by both": ("lost", lambda notes, log: log.append(Entry(1_000_009, "red", "7-3-0"))),
    "told twice": ("twice", lambda notes, log: notes.append(notes[10])),
    "stored twice": ("twice", lambda notes, log: log.append(log[0]._replace(offset="7-3-0"))),
    "out of order": ("out_of_order", lambda notes, log: swap(notes)),
    "own": ("unknown", lambda notes, log: notes.append(Note(99, 1, "heard", [1_000_001, "red", "7-1-0"]))),
    "another board's": ("unknown", lambda notes, log: notes.append(Note(99, 1, "heard", [3_000_001, "red", "7-1-0"]))),
    "replayed without offset": (
        "unknown",
        lambda notes, log: notes.append(Note(99, 2, "heard", [1_000_001, "red", None])),
    ),
    "stored black": ("wrong_color", lambda notes, log: log.__setitem__(1, log[1]._replace(color="black"))),
    "told black": (
        "wrong_color",
        lambda notes, log: notes.__setitem__(10, Note(10, 2, "heard", [1_000_002, "black", "7-1-1"])),
    ),
    "not recovered": ("not_recovered", lambda notes, log: notes.__setitem__(9, Note(9, 2, "connect", [False, "b"]))),
    "somebody else": ("not_recovered", lambda notes, log: notes.__setitem__(9, Note(9, 2, "connect", [True, "c"]))),
    "a second init": ("not_recovered", lambda notes, log: notes.append(Note(99, 1, "init", ["black"]))),
    "a resync": ("not_recovered", lambda notes, log: notes.append(Note(99, 1, "resync", []))),
}


def test_checker_finds_nothing_when_nothing_is_wrong() -> None:
    """What was never acknowledged is counted apart: in the log, or vanished."""
    found = check({"b": LOG}, (ANN, BEN), seen())
    assert found.faults == 0
    assert (found.unanswered, found.vanished) == (1, 1)


@pytest.mark.parametrize(("field", "plant"), FAULTS.values(), ids=FAULTS)
def test_checker_finds_a_planted_fault(field: str, plant: Callable[[list[Note], list[Entry]], object]) -> None:
    """A checker that finds nothing proves nothing."""
    notes, log = seen(), LOG.copy()
    plant(notes, log)
    found = check({"b": log}, (ANN, BEN), notes)
    assert getattr(found, field) > 0
    assert found.faults > 0


def test_entries_are_numbered_by_commit_and_index() -> None:
    """As the log lies in Redis."""
    op = {"op": "add", "element": {"color": "red", "extra": {"n": 1_000_001}}}
    assert entries([("7-1", [op]), ("7-2", [op, op])]) == [
        Entry(1_000_001, "red", offset) for offset in ("7-1-0", "7-2-0", "7-2-1")
    ]


def test_pause_tells_the_clients_back_off_apart() -> None:
    """Every wait before a try is the client's own; how long a try takes, or fails, is ours."""
    told = [
        (0, "connect"),
        (100, "disconnect"),
        (700, "attempt"),
        (720, "failure"),
        (1_720, "attempt"),
        (1_800, "connect"),
    ]
    notes = [Note(float(at), 1, what, []) for at, what in told]
    assert pauses(notes) == [Pause(100.0, 1_700.0, 1_600.0)]
    assert pauses(notes)[0].beyond_ms == 100.0


def test_peak_and_percentiles_are_those_of_small_lists() -> None:
    """By hand."""
    assert peak_a_second([0, 10, 999, 1_000, 1_005, 5_000]) == 4
    assert peak_a_second([]) == 0
    assert [percentile([4, 1, 3, 2], share) for share in (0.5, 0.75, 0.99, 1.0)] == [2, 3, 4, 4]
    assert percentile([], 0.99) == 0
