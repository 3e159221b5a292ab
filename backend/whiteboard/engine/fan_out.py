"""One message to many connections."""

from collections.abc import Iterable

from whiteboard.engine.connection import Connection
from whiteboard.engine.frame import Frame


def write_all(connections: Iterable[Connection], frame: Frame, aside: Frame | None = None) -> None:
    """
    Send one frame, or batch, to many: encoded once, the same bytes object to each socket, nothing made for any.

    Args:
        aside: sent behind it in the same write; a connection that is congested goes without it.
    """
    wire = frame.wire if aside is None else frame.wire + aside.wire
    for connection in connections:
        sink = connection.sink
        if sink is not None:
            sink(wire)
        else:
            connection.send(frame)
            if aside is not None:
                connection.send(aside, droppable=True)
