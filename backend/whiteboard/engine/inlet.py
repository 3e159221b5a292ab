"""
The inlet: what many sockets bring, read together.

A process that is woken for each message finds its caches cold each time, and waits for memory more than it works
(docs/decisions/0014). One that has much to do lets what arrives lie for as long as the application says.
"""

import asyncio
import logging
from collections.abc import Callable
from itertools import islice
from typing import Final, Protocol

MAX_LYING_BYTES: Final = 1_000_000
"""Of all sockets together; of one there is never more than it brings at once."""
_AT_ONCE: Final = 200  # sockets that are read before others get their turn

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """A socket whose bytes may lie."""

    def read(self, data: bytes) -> None:
        """Handle what was received; nothing, if it was claimed meanwhile."""

    def cut(self) -> None:
        """End the socket at once."""


class Inlet:
    """The inlet of one server."""

    def __init__(self) -> None:
        self.seconds_to_lie: Callable[[], float] | None = None
        """Returns for how many seconds what comes now is to lie: 0, as without this, if it is to be read at once."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_due = False
        """Whether ``_read`` is to be called."""
        self._lying: dict[Reader, bytes] = {}
        self._bytes = 0

    def bring(self, reader: Reader, data: bytes) -> bytes:
        """
        Take what a socket has received.

        Returns: what it is to read now, all that is there of it; nothing if that lies until its ``read`` is called.
        """
        if self.seconds_to_lie is None:
            return data
        if reader in self._lying:
            return self.claim(reader) + data  # so that of one there is never more than it brings at once
        if self._loop is None:
            self._loop = asyncio.get_running_loop()  # asking for it costs a system call in Python 3.11
        if not self._is_due:
            seconds = self.seconds_to_lie()
            if seconds == 0:
                return data
            self._is_due = True
            self._loop.call_later(seconds, self._read)
        if self._bytes + len(data) > MAX_LYING_BYTES:
            return data
        self._lying[reader] = data
        self._bytes += len(data)
        return b""

    def claim(self, reader: Reader) -> bytes:
        """Return what lies for a socket, nothing if nothing does. It does not lie any more."""
        data = self._lying.pop(reader, b"")
        self._bytes -= len(data)
        return data

    def _read(self) -> None:
        assert self._loop is not None
        for reader in list(islice(self._lying, _AT_ONCE)):
            try:
                reader.read(self.claim(reader))
            except Exception:
                logger.exception("what a socket had received was not handled")
                reader.cut()
        self._is_due = bool(self._lying)
        if self._is_due:
            self._loop.call_soon(self._read)
