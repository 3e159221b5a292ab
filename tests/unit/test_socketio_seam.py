"""
The names of python-socketio and aiohttp that the engine leans on, though they are not public.

When an update changes one, its test says what would have broken. Versions are pinned in backend/requirements/.
"""

import inspect

import pytest
import socketio  # type: ignore[import-untyped]
from aiohttp.web_protocol import RequestHandler
from socketio import packet
from whiteboard.engine.clients import Clients
from whiteboard.engine.drop_in import DropInServer


@pytest.mark.parametrize(
    ("name", "parameters", "broken"),
    [
        ("_engineio_server_class", ["self"], "our Engine.IO would not be put under python-socketio"),
        ("_handle_eio_connect", ["self", "eio_sid", "environ"], "clients that join no namespace would never be closed"),
        ("_handle_eio_message", ["self", "eio_sid", "data"], "CONNECT and DISCONNECT packets would not be taken"),
        ("_handle_eio_disconnect", ["self", "eio_sid", "reason"], "the end of a connection would end no session"),
        (
            "_handle_connect",
            ["self", "eio_sid", "namespace", "data"],
            "sessions would begin before CONNECT is answered",
        ),
        ("_send_packet", ["self", "eio_sid", "pkt"], "the answer to CONNECT would carry no pid: nobody could recover"),
    ],
)
def test_server_has_the_method_that_we_override(name: str, parameters: list[str], broken: str) -> None:
    """[R1] What the engine overrides is there, with the parameters that it is called with."""
    method = getattr(socketio.AsyncServer, name, None)
    assert method is not None, broken
    assert list(inspect.signature(method).parameters) == parameters, broken


@pytest.mark.parametrize(
    "name",
    [
        "basic_enter_room",
        "can_disconnect",
        "connect",
        "disconnect",
        "eio_sid_from_sid",
        "emit",
        "get_namespaces",
        "get_participants",
        "is_connected",
        "pre_connect",
        "pre_disconnect",
        "sid_from_eio_sid",
    ],
)
def test_manager_has_the_method_that_ours_stands_in_for(name: str) -> None:
    """[B1] Were one renamed, python-socketio would use its own, which knows nobody."""
    assert hasattr(socketio.AsyncManager, name)
    assert name == "can_disconnect" or name in vars(Clients)


def test_server_calls_nothing_of_its_engine_that_ours_lacks() -> None:
    """[B1] Whatever python-socketio calls on ``self.eio`` for connecting, sending and closing is there."""
    source = inspect.getsource(socketio.AsyncServer) + inspect.getsource(socketio.base_server.BaseServer)
    called = {
        line.partition("self.eio.")[2].split("(")[0].split(".")[0]
        for line in source.splitlines()
        if "self.eio." in line
    }
    called = {name for name in called if name.isidentifier()}
    assert called
    assert {name for name in called if not hasattr(DropInServer, name)} == set()


def test_packets_have_the_numbers_that_we_write() -> None:
    """[E2] Our own encoder writes the digits of EVENT, ACK and CONNECT_ERROR."""
    assert (packet.EVENT, packet.ACK, packet.CONNECT_ERROR) == (2, 3, 4)


@pytest.mark.parametrize("name", ["set_parser", "connection_lost"])
def test_aiohttp_lets_a_socket_go_as_we_take_it(name: str) -> None:
    """[E4] Without these a WebSocket could not leave aiohttp's protocol: none would open."""
    assert hasattr(RequestHandler, name)
