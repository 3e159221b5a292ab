"""Namespace ``/``: the contract of Socket.IO's whiteboard example (SPEC.md C)."""

import itertools
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from whiteboard.engine.socket import Ack, Socket
from whiteboard.errors import Invalid, UnknownEvent, WhiteboardError
from whiteboard.protocol.classic import Pen, decode_drawing
from whiteboard.protocol.codec import check_board, decode_style
from whiteboard.rooms.dialects import CLASSIC
from whiteboard.rooms.rooms import Rooms
from whiteboard.rooms.session import Session
from whiteboard.rooms.visits import Visits
from whiteboard.web.sockets import Arrivals

DEFAULT_BOARD = "lobby"


class ClassicApplication:
    """Drawing and colour of classic clients. Source: ``engine.socket.Application``."""

    def __init__(self, rooms: Rooms, visits: Visits, arrivals: Arrivals, client: str) -> None:
        """
        Args:
            client: the ``<client>`` of this replica's own op ids, never used before: a classic op has no id of its own.
        """
        self._rooms = rooms
        self._visits = visits
        self._arrivals = arrivals
        self._client = client
        self._numbers = itertools.count(1)

    async def connect(self, socket: Socket, query: Mapping[str, str], auth: Any) -> None:
        """Admit anybody to a board with a proper name (C1), back in their session if they had one (R1)."""
        auth = auth if isinstance(auth, dict) else {}
        board = check_board(auth.get("board") or query.get("board") or DEFAULT_BOARD)
        room = await self._rooms.open(board)
        # Who has an old offset must not find it behind its new start (R4), others may share what was shown lately.
        start = None if "offset" in auth else room.replay().start
        socket.session = await self._visits.begin(socket, room, CLASSIC, "", start, auth)

    def connected(self, socket: Socket) -> None:
        """Tell the colour, draw the board, then let the session follow it (C2); only the last if it was here before."""
        session: Session = socket.session
        self._arrivals.came(session)
        if session.recovered:
            self._rooms.join(session)
            return
        if session.lost_place:
            socket.emit("resync", {})
        socket.emit("init", {"color": session.color})
        replay = session.room.replay(session.start)
        session.start = replay.start
        self._rooms.join(session, replay)

    def receive(self, socket: Socket, name: str, args: list[Raw], ack: Ack | None) -> None:
        """Take ``drawing`` or ``colorUpdate`` (C3, C5, C7)."""
        if len(args) != 1:
            raise Invalid("an event has one argument")
        if name == "drawing":
            self._draw(socket.session, args[0], ack)
        elif name == "colorUpdate":
            self._recolor(socket.session, args[0], ack)
        else:
            raise UnknownEvent(f"no event {name[:40]!r} here")

    def _draw(self, session: Session, raw: Raw, ack: Ack | None) -> None:
        segment = decode_drawing(raw)
        op_id = f"{self._client}:{next(self._numbers)}"
        session.pen = session.pen or Pen()
        op = session.pen.draw(op_id, session.sid, segment, segment.color or session.color, session.width)
        if ack is not None:
            session.acks = session.acks or {}
            session.acks[op_id] = ack
        try:
            self._rooms.submit(session, op)
        except WhiteboardError:
            session.pen = None
            if session.acks:
                session.acks.pop(op_id, None)
            raise

    def _recolor(self, session: Session, raw: Raw, ack: Ack | None) -> None:
        style = decode_style(raw)
        if style.color is msgspec.UNSET:
            raise Invalid("colorUpdate needs color")
        change = self._visits.change(session)
        with change as kept:
            kept.color = style.color
        if ack is not None:
            change.written.add_done_callback(lambda _: ack.send({"ok": True}))

    async def disconnected(self, socket: Socket, reason: str) -> None:
        """Let the session go; it stays in Redis for the recovery window."""
        session: Session = socket.session
        session.room.leave(session)
        self._arrivals.went(session, reason)
