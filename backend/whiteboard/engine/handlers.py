"""The application's three handlers: how they are set and called, and what becomes of what they raise."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from whiteboard.engine.errors import InvalidPacket
from whiteboard.engine.session import label_of

logger = logging.getLogger(__name__)

Handler = Callable[..., Any]
_EVENTS = ("connect", "message", "disconnect")


class Handlers:
    """By event; each may be a plain function or a coroutine function. ``Server`` says what they are given."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def on(self, event: str, handler: Handler | None = None) -> Handler:
        """
        Set the handler of an event; without ``handler``, a decorator.

        Raises:
            ValueError: there is no such event.
        """
        if event not in _EVENTS:
            raise ValueError(f"no event {event!r}")

        def set_handler(handler: Handler) -> Handler:
            self._handlers[event] = handler
            return handler

        return set_handler if handler is None else set_handler(handler)

    async def connect(self, sid: str, environ: dict[str, Any]) -> Any:
        """Return the verdict on a new session. Raises what the handler raises."""
        return await self._call("connect", sid, environ)

    def message(self, sid: str, message: str | bytes) -> Awaitable[None] | None:
        """
        Hand a message to the handler. Returns what is still to be awaited before the next, None if nothing.

        Raises:
            InvalidPacket: the handler cannot read it, nor anything behind it. Any other error is logged.
        """
        handler = self._handlers.get("message")
        try:
            result: Any = None if handler is None else handler(sid, message)
        except Exception as error:
            _failed(sid, error)
            return None
        return _finish(sid, result) if result is not None and hasattr(result, "__await__") else None

    async def disconnect(self, sid: str, reason: str | None) -> None:
        """Tell the handler of the end of a session. An error is logged."""
        try:
            await self._call("disconnect", sid, reason)
        except Exception:
            logger.exception("%s: the disconnect handler failed", label_of(sid))

    async def _call(self, event: str, *args: Any) -> Any:
        handler = self._handlers.get(event)
        result: Any = None if handler is None else handler(*args)
        return await result if hasattr(result, "__await__") else result


async def _finish(sid: str, result: Awaitable[Any]) -> None:
    try:
        await result
    except Exception as error:
        _failed(sid, error)


def _failed(sid: str, error: Exception) -> None:
    if isinstance(error, InvalidPacket):
        logger.info("%s: invalid packet: %s", label_of(sid), error)
        raise error
    logger.error("%s: the message handler failed", label_of(sid), exc_info=error)
