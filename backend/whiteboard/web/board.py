"""Namespace ``/board``: our page's way in (SPEC.md B)."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Raw
from msgspec.structs import asdict

from whiteboard.domain.ops import AnyOp, number_of
from whiteboard.domain.positions import ORIGIN, Offset, Position
from whiteboard.engine.socket import Ack, Socket
from whiteboard.errors import BadPosition, Busy, Invalid, UnknownEvent, WhiteboardError
from whiteboard.protocol.codec import check_board, client_id, decode_op, decode_style, peek_number, split_ops
from whiteboard.protocol.cursors import decode_cursor
from whiteboard.rooms.dialects import BOARD
from whiteboard.rooms.rooms import Rooms
from whiteboard.rooms.session import Session, State
from whiteboard.rooms.visits import Visits
from whiteboard.web.sockets import Arrivals


class BoardApplication:
    """Joins, ops and session changes of the page. Source: ``engine.socket.Application``."""

    def __init__(self, rooms: Rooms, visits: Visits, arrivals: Arrivals) -> None:
        self._rooms = rooms
        self._visits = visits
        self._arrivals = arrivals

    async def connect(self, socket: Socket, query: Mapping[str, str], auth: Any) -> None:
        """Admit a page that names a board and proves its client (B1, B2)."""
        if not isinstance(auth, dict):
            raise Invalid("auth is {board, secret, position?}")
        board, client, position = check_board(auth.get("board")), client_id(auth.get("secret")), _position(auth)
        room = await self._rooms.open(board)
        start = Offset.behind(position or ORIGIN)
        if position is not None:
            await room.feed.reach(position)
        session = await self._visits.begin(socket, room, BOARD, client, start, auth)
        if position is not None:
            # Whatever else it was told: the page knows best what it has applied.
            session.start, session.lost_place = start, False
        session.last_n = await self._rooms.log.last_number(board, client)
        socket.session = session

    def connected(self, socket: Socket) -> None:
        """Say welcome, then let the session follow its board (B3, B4)."""
        session: Session = socket.session
        self._arrivals.came(session)
        socket.emit(
            "welcome",
            {
                "sid": session.sid,
                "client": session.client,
                "replica": self._arrivals.replica,
                "color": session.color,
                "width": session.width,
                "name": session.name,
                "tool": session.tool,
                "last": session.last_n,
                "recovered": session.recovered,
            },
        )
        self._rooms.join(session)
        self._rooms.presence.come(session)

    def receive(self, socket: Socket, name: str, args: list[Raw], ack: Ack | None) -> None:
        """Take ``ops``, ``session`` or ``cursor`` (B5, B10, P1)."""
        if len(args) != 1:
            raise Invalid("an event has one argument")
        if name == "ops":
            for raw in split_ops(args[0]):
                self._receive_op(socket.session, raw)
        elif name == "session":
            style = {field: value for field, value in asdict(decode_style(args[0])).items() if value is not UNSET}
            if style:
                self._restyle(socket.session, style, ack)
                return
        elif name == "cursor":
            self._rooms.pointing.move(socket.session, decode_cursor(args[0]))
        else:
            raise UnknownEvent(f"no event {name[:40]!r} here")
        if ack is not None:
            ack.send({"ok": True})

    def _restyle(self, session: Session, style: dict[str, Any], ack: Ack | None) -> None:
        change = self._visits.change(session)
        with change as kept:
            for field, value in style.items():
                setattr(kept, field, value)
        self._rooms.presence.tell((session,))
        if ack is not None:
            change.written.add_done_callback(lambda _: ack.send({"ok": True}))

    def _receive_op(self, session: Session, raw: Raw) -> None:
        try:
            op = decode_op(raw, session.client)
            op.by = session.sid
            self._submit(session, op)
        except WhiteboardError as error:
            error.n = peek_number(raw)
            if not error.retry and error.n is not None:
                self._go_on_behind(session, error.n)  # the page sends it no more
            session.socket.reject(error)
        except Exception:
            # A defect: the ops behind this one must not enter before it (L3). The page sends them all again.
            session.socket.close()
            raise

    def _submit(self, session: Session, op: AnyOp) -> None:
        # Once an op was refused with retry, those above it wait until it comes again: taken out of turn, they would
        # make the log drop it as a repeat (B7, L3).
        n = number_of(op.id)
        if session.refused_n is not None and n > session.refused_n:
            raise Busy(f"send op {session.refused_n} again first")
        try:
            self._rooms.submit(session, op)
        except Busy:
            session.room.refuse_behind(session, n)
            raise
        self._go_on_behind(session, n)

    @staticmethod
    def _go_on_behind(session: Session, n: int) -> None:
        if n == session.refused_n:
            session.refused_n = None

    async def disconnected(self, socket: Socket, reason: str) -> None:
        """Let the session go; it stays in Redis for the recovery window."""
        session: Session = socket.session
        if session.state is not State.LEFT:  # else its client is here already, over another connection
            self._rooms.presence.go(session)
        session.room.leave(session)
        self._arrivals.went(session, reason)


def _position(auth: dict[str, Any]) -> Position | None:
    text = auth.get("position")
    if text is None:
        return None
    try:
        return Position.parse(text)
    except (ValueError, TypeError):
        raise BadPosition("a position is <epoch>-<n>") from None
