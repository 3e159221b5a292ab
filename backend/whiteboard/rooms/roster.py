"""Who is on a board, as far as replicas have told lately (SPEC.md P3): what somebody who comes is told at once."""

from collections.abc import Callable
from typing import Final

from whiteboard.protocol.presence import People, Person

FORGET_SECONDS: Final = 30.0


class Roster:
    """The sessions of one board that were told of, on whichever replica they are."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[str, tuple[Person, float]] = {}

    def hear(self, people: People) -> None:
        """Note who is here, or has left."""
        now = self._clock()
        for sid, person in people.items():
            if person is None:
                self._told.pop(sid, None)
            else:
                self._told[sid] = person, now

    def here(self) -> People:
        """Return who is here, and forget who was not told of for ``FORGET_SECONDS``: nobody tells of it when a replica
        dies."""
        oldest = self._clock() - FORGET_SECONDS
        self._told = {sid: told for sid, told in self._told.items() if told[1] >= oldest}
        return {sid: person for sid, (person, _) in self._told.items()}
