"""
Who holds which session, as far as the bus has told (SPEC.md R2).

A claim may be told of before the session that it concerns is in: its state is still being written. So claims are kept
for a while, by the hash of the session's ``pid``.
"""

from collections.abc import Callable

from whiteboard.protocol.claims import Taken
from whiteboard.rooms.session import Session


class Claims:
    """The sessions of one room by their ``pid``, and the latest generation of each that was claimed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._holders: dict[str, Session] = {}
        self._claimed: dict[str, tuple[int, float]] = {}
        """The generation, and when it was told."""

    def holder(self, pid_hash: str) -> Session | None:
        """Return the session that is here under a ``pid``."""
        return self._holders.get(pid_hash)

    def admit(self, session: Session) -> bool:
        """Let a session hold its ``pid``. False if a later one does, here or, by what was told, elsewhere."""
        pid_hash = session.key.pid_hash
        claimed, _ = self._claimed.get(pid_hash, (0, 0.0))
        holder = self._holders.get(pid_hash)
        if session.generation < max(claimed, holder.generation if holder else 0):
            return False
        self._holders[pid_hash] = session
        return True

    def leave(self, session: Session) -> None:
        """Forget a session; one that has taken its place stays."""
        if self._holders.get(session.key.pid_hash) is session:
            del self._holders[session.key.pid_hash]

    def note(self, taken: Taken) -> Session | None:
        """Note a claim that was told of; return the session that it supersedes, if one is here."""
        claimed, _ = self._claimed.get(taken.pid_hash, (0, 0.0))
        self._claimed[taken.pid_hash] = max(claimed, taken.generation), self._clock()
        holder = self._holders.get(taken.pid_hash)
        return holder if holder is not None and holder.generation < taken.generation else None

    def forget(self, before: float) -> None:
        """Forget claims that were told of before a time of the clock."""
        self._claimed = {pid_hash: claim for pid_hash, claim in self._claimed.items() if claim[1] >= before}
