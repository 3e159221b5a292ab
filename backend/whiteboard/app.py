"""The composition root: everything is wired here, started in order and stopped in reverse."""

import asyncio
import errno
import random
import re
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import structlog
from aiohttp import web

from whiteboard import vitals
from whiteboard.addresses import opened_at, reached_at
from whiteboard.config import (
    CLOSE_WAIT_SECONDS,
    FLUSH_SECONDS,
    HTTP_SECONDS,
    MAX_PAYLOAD_BYTES,
    REDIS_SECONDS,
    REDIS_TIMEOUT_SECONDS,
    WORKERS_SECONDS,
    Settings,
)
from whiteboard.engine.socketio import SocketServer
from whiteboard.errors import ConfigurationError
from whiteboard.metrics import Metrics
from whiteboard.orders import Orders
from whiteboard.rooms.admission import Admission
from whiteboard.rooms.capacity import Capacity
from whiteboard.rooms.drain import Drain
from whiteboard.rooms.refusals import Refusals
from whiteboard.rooms.rooms import Rooms
from whiteboard.rooms.visits import Visits
from whiteboard.store import connection
from whiteboard.store.embedded import EmbeddedStore
from whiteboard.store.health import Health
from whiteboard.store.replicas import Replicas
from whiteboard.store.sessions import Sessions
from whiteboard.web.api import BoardApi
from whiteboard.web.board import BoardApplication
from whiteboard.web.classic import ClassicApplication
from whiteboard.web.routes import Routes, show_not_found, tell_errors
from whiteboard.web.scrape import Scrape
from whiteboard.web.sockets import Arrivals

_CANCEL_SECONDS = 0.25
_KEEPALIVE_SECONDS = 75.0

logger = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """
    Serve until a signal: SIGTERM drains, a second one hurries, SIGINT leaves at once.

    Raises:
        WhiteboardError: the server could not start, or lost something that it cannot do without.
    """
    orders = Orders()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, orders.drain_or_hurry)
    loop.add_signal_handler(signal.SIGINT, orders.stop)
    async with running(settings, orders) as address:
        logger.info("serving", address=address)
        await orders.leave.wait()
        logger.info("stopping")
    logger.info("stopped")
    orders.settle()


@asynccontextmanager
async def running(
    settings: Settings, orders: Orders, listeners: Sequence[socket.socket] | None = None
) -> AsyncIterator[str]:
    """
    Run a replica inside the ``async with``; its value is the address that people open. Leaving it drains, unless
    ``orders`` say to hurry.

    Args:
        orders: are given when a worker fails: the replica is then to be left.
        listeners: sockets to listen on, in place of the host and port of the settings.
    """
    replica = _name()
    structlog.contextvars.bind_contextvars(replica=replica)  # on every line that is written from here on
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        url = settings.redis_url
        if url is None:
            store = EmbeddedStore(settings.data_dir)
            url = await store.start()
            stack.push_async_callback(store.stop)
            stack.push_async_callback(_end, [_start(store.ended(), orders)])
        redis = connection.connect(url, settings.redis_password_file, REDIS_TIMEOUT_SECONDS)
        stack.push_async_callback(_close, redis)

        clock = asyncio.get_running_loop().time
        health = Health(redis, clock)
        sessions = Sessions(redis, replica, settings.recovery_seconds)
        rooms = Rooms(redis, replica, metrics, sessions, REDIS_TIMEOUT_SECONDS, random.Random())
        visits = Visits(sessions, rooms)
        replicas = Replicas(redis, replica)
        stack.callback(rooms.close)
        workers = [_start(worker, orders) for worker in (health.run(), replicas.run(), visits.run(), *rooms.workers())]
        stack.push_async_callback(_end, workers)
        stack.push_async_callback(_flush, rooms, visits)

        capacity = Capacity(settings.max_connections, vitals.max_files())
        admission = Admission(settings.admission_per_second, clock, capacity.is_full)
        refusals = Refusals(metrics, clock)
        arrivals = Arrivals(replica, metrics)
        sockets = SocketServer(
            {
                "/": ClassicApplication(rooms, visits, arrivals, client=secrets.token_urlsafe(15)),
                "/board": BoardApplication(rooms, visits, arrivals),
            },
            allowed_origins=settings.allowed_origins,
            max_payload_bytes=MAX_PAYLOAD_BYTES,
            close_wait_seconds=CLOSE_WAIT_SECONDS,
            admit=admission.admit,
            seconds_to_lie=rooms.committer.seconds_to_next,
            note_error=refusals.error,
            note_refusal=refusals.request,
            replica=replica,
            find_replica=replicas.find,
        )
        capacity.connections = lambda: sockets.open_connections
        metrics.passed_on.set_function(lambda: sockets.passed_on)
        metrics.max_files.set(vitals.max_files())
        watch = _start(vitals.watch(metrics.loop_lag, metrics.open_files, capacity.note), orders)
        stack.push_async_callback(_end, [watch])
        app = web.Application(middlewares=[tell_errors(refusals), show_not_found])
        Routes(BoardApi(rooms), health, admission, replica).add_to(app)
        sockets.attach(app)
        if settings.metrics_port is None:
            Scrape(metrics, health).add_to(app)
        else:
            await stack.enter_async_context(_scraped(Scrape(metrics, health), settings.host, settings.metrics_port))
        runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=_KEEPALIVE_SECONDS, shutdown_timeout=HTTP_SECONDS / 2
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for site in _sites(runner, settings, listeners):
            await _listen(site)
            stack.push_async_callback(site.stop)
        stack.push_async_callback(Drain(sockets, admission, metrics, settings.drain_seconds).run, orders.hurry)
        bound = runner.addresses[0]
        address = settings.address or await reached_at(bound, url)
        if address is None:
            logger.warning("not announced: other replicas cannot pass requests on to here; set WHITEBOARD_ADDRESS")
        else:
            await replicas.announce(address)
        yield opened_at(bound)


@asynccontextmanager
async def _scraped(scrape: Scrape, host: str, port: int) -> AsyncIterator[None]:
    """Serve the metrics on a port of their own, to the end of a drain."""
    app = web.Application()
    scrape.add_to(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=HTTP_SECONDS / 2)
    await runner.setup()
    try:
        await _listen(web.TCPSite(runner, host, port), "WHITEBOARD_METRICS_PORT")
        logger.info("metrics", address=f"{opened_at(runner.addresses[0])}/metrics")
        yield
    finally:
        await runner.cleanup()


def _sites(runner: web.AppRunner, settings: Settings, listeners: Sequence[socket.socket] | None) -> list[web.BaseSite]:
    if listeners is None:
        return [web.TCPSite(runner, settings.host, settings.port)]
    return [web.SockSite(runner, listener) for listener in listeners]


async def _listen(site: web.BaseSite, chosen_by: str = "--port or WHITEBOARD_PORT") -> None:
    try:
        await site.start()
    except OSError as error:
        hint = f" (choose another by {chosen_by})" if error.errno == errno.EADDRINUSE else ""
        raise ConfigurationError(f"cannot listen on {site.name}: {error.strerror or error}{hint}") from None


def _name() -> str:
    """Name this replica: its host, and a mark of this process."""
    return f"{re.sub('[^A-Za-z0-9_-]', '-', socket.gethostname())[:48]}-{secrets.token_hex(2)}"


async def _flush(rooms: Rooms, visits: Visits) -> None:
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await rooms.committer.drained()
            await visits.written()
    except TimeoutError:
        logger.warning("stopped with changes that Redis did not take")
    else:
        logger.info("flushed")


def _start(worker: Coroutine[Any, Any, None], orders: Orders) -> "asyncio.Task[None]":
    """Start what must run for as long as the server does; a server that has lost one is stopped, not half alive."""
    task = asyncio.create_task(worker)

    def ended(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.critical("a worker has failed", exc_info=error)
            orders.fail(error)

    task.add_done_callback(ended)
    return task


async def _end(workers: "Sequence[asyncio.Task[None]]") -> None:
    # Asked again: the Redis client can swallow a cancellation while it connects.
    for _ in range(int(WORKERS_SECONDS / _CANCEL_SECONDS)):
        if running := [worker for worker in workers if not worker.done()]:
            for worker in running:
                worker.cancel()
            await asyncio.wait(running, timeout=_CANCEL_SECONDS)


async def _close(redis: connection.Redis) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(REDIS_SECONDS):
            await redis.aclose()
