"""A session that comes back, at random moments of a random log: what it hears over all its connections."""

import json
import random
from typing import Any

import pytest
from whiteboard.domain.positions import Offset
from whiteboard.engine.frame import Frame
from whiteboard.protocol.commits import LoggedOp
from whiteboard.rooms.audience import Audience
from whiteboard.rooms.beat import Beat
from whiteboard.rooms.dialects import BOARD
from whiteboard.rooms.recent import Recent
from whiteboard.rooms.session import Session
from whiteboard.rooms.told import Told
from whiteboard.store.sessions import SessionKey, SessionState

ME, OTHER = "me", "another"
Heard = tuple[str, str, str]
"""An event's name, the op that it tells or acknowledges, its offset."""


class Ears:
    """Stands in for a socket and its connection: remembers what was written, until the client has gone."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.is_open = True
        self.connection: Any = self
        self.sink = None

    def send(self, frames: Any, *, droppable: bool = False) -> None:
        for frame in [frames] if isinstance(frames, Frame) else frames:
            for part in getattr(frame, "frames", [frame]):
                if self.is_open:
                    self.heard.append(_read(part.payload))


def _read(payload: bytes) -> Heard:
    name, what, offset = json.loads(payload.partition(b",")[2])
    return name, f"{ME}:{what['n']}" if name == "ack" else what["id"], offset


def session_at(offset: Offset, ears: Ears, generation: int) -> Session:
    key = SessionKey.of("b", "pid")
    state = SessionState(ME, ME, "black", 4.0, offset, generation)
    return Session(ears, None, key, BOARD, state)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(60))
async def test_session_hears_each_op_once_and_in_order_over_all_its_connections(seed: int) -> None:
    """[R3] Breaking off and coming back at any moment, the old connection still there or not, an op of its own told as
    acknowledged: replays and what is new are together the whole log."""
    chance = random.Random(seed)
    recent, audience = Recent(), Audience(BOARD, Beat())
    log: list[Heard] = []
    heard: list[Heard] = []
    place, ears, generation = Offset(7, 0, 0), Ears(), 1

    def come() -> Session:
        session = session_at(place, ears, generation)
        audience.admit(session)
        return session

    def follow(session: Session) -> None:
        missed = recent.since(session.start)
        assert missed is not None
        session.socket.send(audience.frames_for(session, missed))
        audience.go_live(session)

    session = come()
    follow(session)
    for n in range(1, 40):
        for i in range(chance.choice((1, 1, 3))):
            by = chance.choice((ME, OTHER))
            op_id = f"{by}:{len(log) + 1}"
            raw = json.dumps({"op": "new", "id": op_id}).encode()
            told = Told(LoggedOp(raw, by, None, op_id), Offset(7, n, i), None, 0.0)
            recent.add(told)
            audience.tell((told,))
            log.append(("ack" if by == ME else "op", op_id, str(told.offset)))
        if chance.random() < 0.5:
            audience.flush()
        if chance.random() < 0.3:
            ears.is_open = False
            # Of what was written last, some may never have arrived.
            del ears.heard[len(ears.heard) - chance.randint(0, min(2, len(ears.heard))) :]
            heard += ears.heard
            if heard:
                place = Offset.parse(heard[-1][-1])
            former, ears, generation = session, Ears(), generation + 1
            if chance.random() < 0.5:
                audience.leave(former)
            session = come()
            follow(session)
            audience.leave(former)
    audience.flush()
    assert heard + ears.heard == log
