"""The rehearsal's short form, and its checker held to faults that are planted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chromium import find_chromium
from tests.integration.stock import WEBSOCKET
from tests.rehearsal.cast import Note, Person
from tests.rehearsal.checker import Entry, check, entries
from tests.rehearsal.crowd import Crowd, drain_a_crowd
from tests.rehearsal.pauses import Pause, moves, pauses, peak_a_second, percentile
from tests.rehearsal.play import SHORT, Mark, Outcome, perform
from tests.rehearsal.report import Report


@pytest.mark.timeout(150)
async def test_nobody_loses_anything_while_servers_come_and_go(tmp_path: Path) -> None:
    """[L1] [L2] [R1] [R3] [C5] [D4] Every replica restarted, one killed, Redis killed, all under drawing stock clients
    and, where there is a browser, our page: each has heard each op of the others once, in the log's order, in its
    drawer's colour, and is who it was."""
    chromium = find_chromium()
    outcome = await perform(SHORT, tmp_path, chromium)
    assert outcome.findings.faults == 0, outcome.findings
    assert outcome.complaints == []
    assert sum(map(len, outcome.logs.values())) > 300
    of_pages = [note.what for note in outcome.notes if note.number > SHORT.people]
    assert chromium is None or {"connect", "sent", "answered", "heard"} <= set(of_pages)


@pytest.mark.timeout(150)
async def test_crowd_that_has_heard_nothing_comes_back_when_its_replica_drains(tmp_path: Path) -> None:
    """[D3] [R1] Everybody as who they were. How many came within a second is the full rehearsal's to judge."""
    crowd = await drain_a_crowd(40, 2, tmp_path)
    assert crowd.findings.faults == 0, crowd.findings
    assert crowd.complaints == []
    assert 0 < crowd.peak <= 40


ANN, BEN, CAT = (
    Person(1, "b", "red", True, WEBSOCKET),
    Person(2, "b", "blue", True, WEBSOCKET),
    Person(3, "b", "green", True, page=True),
)
LOG = [
    Entry(1_000_001, "a", "red", 1, "7-1-0"),
    Entry(1_000_002, "a", "red", 1, "7-1-1"),
    Entry(2_000_001, "b", "blue", 1, "7-2-0"),
    Entry("cat:1", "c", "green", 2, "7-3-0"),
]


def seen() -> list[Note]:
    """Return what they note when all goes well: Ben reconnects, Cat's page moves in the middle of a commit."""
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
        (3, "connect", [False, "c", "0-0"]),
        (3, "heard", [1_000_001, "red", "7-1-0"]),
        (3, "connect", [True, "c", "0-0"]),
        (3, "heard", [1_000_001, "red", "7-1-0"]),
        (3, "heard", [1_000_002, "red", "7-1-1"]),
        (3, "heard", [2_000_001, None, "7-2-0"]),
        (3, "sent", ["cat:1"]),
        (1, "heard", [None, "green", None]),
        (1, "heard", [None, "green", "7-3-0"]),
        (2, "heard", [None, "green", None]),
        (2, "heard", [None, "green", "7-3-0"]),
        (3, "answered", ["cat:1", "7-3-0"]),
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
    "a page's acknowledged before it is there": (
        "lost_acknowledged",
        lambda notes, log: notes.__setitem__(26, Note(26, 3, "answered", ["cat:1", "7-2-0"])),
    ),
    "a page's acknowledged and nowhere": ("lost_acknowledged", lambda notes, log: log.__delitem__(3)),
    "lost": ("lost", lambda notes, log: notes.pop(10)),
    "lost by all": ("lost", lambda notes, log: log.append(Entry(1_000_009, "a", "red", 1, "7-4-0"))),
    "lost by the page": ("lost", lambda notes, log: notes.pop(19)),
    "a segment lost": ("lost", lambda notes, log: notes.pop(24)),
    "its last segment lost": ("lost", lambda notes, log: notes.pop(25)),
    "told twice": ("twice", lambda notes, log: notes.append(notes[10])),
    "a segment told twice": ("twice", lambda notes, log: notes.insert(24, notes[24])),
    "told the page twice": ("twice", lambda notes, log: notes.insert(21, notes[20])),
    "told the page what it has": (
        "twice",
        lambda notes, log: notes.__setitem__(17, Note(17, 3, "connect", [True, "c", "7-1"])),
    ),
    "stored twice": ("twice", lambda notes, log: log.append(log[0]._replace(offset="7-4-0"))),
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
    "stored by nobody": ("wrong_color", lambda notes, log: log.__setitem__(1, log[1]._replace(by="z"))),
    "not recovered": ("not_recovered", lambda notes, log: notes.__setitem__(9, Note(9, 2, "connect", [False, "b"]))),
    "somebody else": ("not_recovered", lambda notes, log: notes.__setitem__(9, Note(9, 2, "connect", [True, "d"]))),
    "a page somebody else": (
        "not_recovered",
        lambda notes, log: notes.__setitem__(17, Note(17, 3, "connect", [True, "d", "0-0"])),
    ),
    "a second init": ("not_recovered", lambda notes, log: notes.append(Note(99, 1, "init", ["black"]))),
    "a resync": ("not_recovered", lambda notes, log: notes.append(Note(99, 3, "resync", []))),
}


def test_checker_finds_nothing_when_nothing_is_wrong() -> None:
    """What was never acknowledged is counted apart: in the log, or vanished."""
    found = check({"b": LOG}, (ANN, BEN, CAT), seen())
    assert found.faults == 0, found
    assert (found.unanswered, found.vanished) == (1, 1)


@pytest.mark.parametrize(("field", "plant"), FAULTS.values(), ids=FAULTS)
def test_checker_finds_a_planted_fault(field: str, plant: Callable[[list[Note], list[Entry]], object]) -> None:
    """A checker that finds nothing proves nothing."""
    notes, log = seen(), LOG.copy()
    plant(notes, log)
    found = check({"b": log}, (ANN, BEN, CAT), notes)
    assert getattr(found, field) > 0
    assert found.faults > 0


ADD = {"op": "add", "id": "cat:1", "by": "c", "element": {"color": "red", "points": [0, 0, 1, 1, 2, 2]}}
DOT = {"op": "add", "id": "cat:2", "by": "c", "element": {"color": "red", "points": [0, 0]}}
GROW = {"op": "grow", "id": "cat:3", "by": "c", "element": "cat:2", "points": [1, 1, 2, 2]}
CLASSIC = {"op": "add", "id": "x:1", "by": "a", "element": {"color": "red", "points": [0, 0, 1, 1], "extra": {"n": 7}}}


def test_entries_say_how_people_are_to_hear_of_them() -> None:
    """As the log lies in Redis: numbered by commit and index, named by their drawers, in so many segments."""
    assert entries([("7-1", [ADD]), ("7-2", [DOT, GROW]), ("8-3", [CLASSIC])]) == [
        Entry("cat:1", "c", "red", 2, "7-1-0"),
        Entry("cat:2", "c", "red", 1, "7-2-0"),
        Entry("cat:3", "c", "red", 2, "7-2-1"),
        Entry(7, "a", "red", 1, "8-3-0"),
    ]


def test_log_that_is_not_whole_is_refused() -> None:
    """One that begins at a snapshot (L9), or has a hole, does not tell what people were to hear."""
    for commits in ([("7-2", [ADD])], [("7-1", [ADD]), ("7-3", [DOT])]):
        with pytest.raises(ValueError, match="not whole"):
            entries(commits)


def test_move_is_a_pause_only_when_the_next_connection_came_too_late() -> None:
    """Made before the other was left, or after."""
    told = [(0, "connect"), (100, "connect"), (130, "heard"), (200, "disconnect"), (340, "connect")]
    notes = [Note(float(at), 1, what, []) for at, what in told]
    assert moves(notes) == [Pause(100.0, 0.0, 0.0), Pause(200.0, 140.0, 0.0)]


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


def test_report_says_of_each_target_whether_it_is_met(tmp_path: Path) -> None:
    """In the table and on the page; nothing to measure is not the same as met."""
    notes, people = seen(), [ANN, BEN, CAT]
    fine = check({"b": LOG}, people, notes)
    outcome = Outcome(SHORT, people, notes, [Mark(0.0, "draw"), Mark(7.5, "SIGTERM")], {"b": LOG}, fine, [], [1.0], 0.0)
    report = Report(outcome, Crowd(1_000, 20, fine, 75, []))
    assert {verdict for *_, verdict in report.targets()} == {"ok"}
    report.write(tmp_path)
    assert "no event of others received yet, 1,000 came back" in (tmp_path / "rehearsal.md").read_text()
    assert (tmp_path / "rehearsal.svg").read_text().startswith("<svg")
    assert report.table().count(" ok") == 8

    late = [*notes[:17], Note(16.5, 3, "disconnect", []), Note(200, 3, "connect", [True, "c", "0-0"])]
    worse = outcome._replace(notes=late, findings=fine._replace(lost=2))
    missed = [subject for subject, *_, v in Report(worse, Crowd(1_000, 20, fine, 76, [])).targets() if "missed" in v]
    assert [subject.partition(",")[0].partition(":")[0] for subject in missed] == [
        "replica killed (SIGKILL) while others draw",
        "rolling restarts under drawing",
        "the same",
        "most that come back within a second when a replica with 1",
    ]
    unseen = outcome._replace(people=[ANN, BEN], notes=[note for note in notes if note.number != 3])
    assert Report(unseen, Crowd(1_000, 20, fine, 75, [])).targets()[5][1:] == ("no browser", "≤ 100 ms", "not measured")
