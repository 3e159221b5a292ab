"""
The gunicorn worker of a replica. ``gunicorn --config python:whiteboard.gunicorn`` uses it.

aiohttp's worker closes its listener at SIGTERM and cuts everybody off together; this one drains as
``whiteboard serve`` does, and tells gunicorn all the while that it is alive.
"""

import asyncio
import os
import signal
from typing import Any, Final

import structlog
from aiohttp.worker import GunicornUVLoopWebWorker

from whiteboard.config import Settings
from whiteboard.errors import ConfigurationError, WhiteboardError
from whiteboard.orders import Orders
from whiteboard.process import set_up_process

_NOTIFY_SECONDS: Final = 1.0

logger = structlog.get_logger(__name__)


class DrainingWorker(GunicornUVLoopWebWorker):
    """SIGTERM drains; SIGQUIT and SIGINT leave at once. The application is ``whiteboard.app:running``."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """
        Source: gunicorn's arbiter, at its start.

        Raises:
            RuntimeError: what is set does not fit together; gunicorn prints the message and exits with 1.
        """
        try:
            _check(cfg, Settings.read())
        except WhiteboardError as error:
            raise RuntimeError(str(error)) from None

    def init_signals(self) -> None:
        self.orders = Orders()
        super().init_signals()
        # Once more is not a wish to hurry here: a SIGTERM to the process group comes twice, from gunicorn too.
        self.loop.add_signal_handler(signal.SIGTERM, self.orders.drain)
        for signum in (signal.SIGQUIT, signal.SIGINT):
            self.loop.add_signal_handler(signum, self.orders.stop)

    async def _run(self) -> None:
        set_up_process()
        notifying = asyncio.create_task(self._notify())
        try:
            # Not gunicorn's wrappers: the loop would close what it has closed already.
            listeners = [listener.sock for listener in self.sockets]
            async with self.wsgi(Settings.read(), self.orders, listeners) as address:
                self.booted = True
                logger.info("serving", address=address, pid=os.getpid())
                await self.orders.leave.wait()
                logger.info("stopping")
        finally:
            notifying.cancel()
        logger.info("stopped")
        self.orders.settle()

    async def _notify(self) -> None:
        while True:
            self.notify()
            if self.ppid != os.getppid():
                self.orders.drain()  # gunicorn itself is gone
            await asyncio.sleep(_NOTIFY_SECONDS)


def _check(cfg: Any, settings: Settings) -> None:
    if settings.redis_url is None:
        raise ConfigurationError("gunicorn needs WHITEBOARD_REDIS_URL; the private store is for `whiteboard serve`")
    if cfg.graceful_timeout < settings.leaving_seconds:
        raise ConfigurationError(
            f"--graceful-timeout is {cfg.graceful_timeout} s, but leaving takes up to {settings.leaving_seconds} s: "
            f"WHITEBOARD_DRAIN_SECONDS and what comes after it"
        )
    if cfg.is_ssl:
        raise ConfigurationError("TLS ends in front of a replica: --certfile and --keyfile are of no effect here")
