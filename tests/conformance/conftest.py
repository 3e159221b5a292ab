"""The two servers of the suites, each started on a port of its own for one test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import aiohttp
import pytest
import pytest_asyncio
import uvloop
from aiohttp import web
from whiteboard.engine.server import Server

from tests.conformance.clients import Http
from tests.conformance.server import engine_server, socketio_server


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run these tests on both loops: their transports differ in buffering, half-closing and errors."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Served(NamedTuple):
    """A running server and requests to it. ``eio`` is its Engine.IO part, ``server`` what was asked for."""

    http: Http
    server: Any
    eio: Server


Serve = Callable[..., Awaitable[Served]]


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server: ``await serve(engine_server, ping_interval=25)``."""
    runners = []
    engines = []
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def start(make: Callable[..., Any], **options: Any) -> Served:
        server = make(**{"close_wait": 0.2} | options)
        app = web.Application()
        server.attach(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        port = runner.addresses[0][1]
        is_engine = isinstance(server, Server)
        path = "/engine.io/" if is_engine else "/socket.io/"
        served = Served(Http(session, port, path), server, server if is_engine else server.eio)
        engines.append(served.eio)
        return served

    yield start
    await session.close()
    for engine in engines:  # at once: shutting down politely has a test of its own
        for connection in list(engine.connections.values()):
            connection.finish("end of the test")
    for runner in runners:
        await runner.cleanup()


@pytest_asyncio.fixture
async def engine(serve: Serve) -> Served:
    """The echoing Engine.IO server, with the heartbeat of the suites."""
    return await serve(engine_server)


@pytest_asyncio.fixture
async def socketio(serve: Serve) -> Served:
    """The echoing Socket.IO server, likewise."""
    return await serve(socketio_server)


@pytest_asyncio.fixture(params=[engine_server, socketio_server], ids=["engine", "socketio"])
async def either(request: pytest.FixtureRequest, serve: Serve) -> Served:
    """Each of the two: the Socket.IO suite repeats the Engine.IO one's rules."""
    return await serve(request.param)
