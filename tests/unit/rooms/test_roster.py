"""Who is on a board, by what was told of late."""

from whiteboard.protocol.presence import Person
from whiteboard.rooms.roster import FORGET_SECONDS, Roster

ANN, BEN = Person("Ann", "red"), Person("Ben", "blue")


def test_roster_has_who_came_as_they_are_now_and_nobody_who_left() -> None:
    """[P3] The last word on each counts; who was never met may leave, too."""
    roster = Roster(lambda: 0.0)
    roster.hear({"a": ANN, "b": ANN})
    roster.hear({"a": None, "b": BEN, "c": None})
    assert roster.here() == {"b": BEN}


def test_roster_forgets_who_was_not_told_of_for_long() -> None:
    """[P3] As after a replica has died; who is told of again stays."""
    now = 0.0
    roster = Roster(lambda: now)
    roster.hear({"a": ANN, "b": BEN})
    now = FORGET_SECONDS / 2
    roster.hear({"b": BEN})
    now = FORGET_SECONDS + 1
    assert roster.here() == {"b": BEN}
