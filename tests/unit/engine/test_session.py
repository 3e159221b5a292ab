"""States and deadlines of a session, on a clock of the test's own."""

import itertools

import pytest
from whiteboard.engine.errors import IllegalTransition, InvalidPacket
from whiteboard.engine.options import Options
from whiteboard.engine.payload import decode
from whiteboard.engine.session import LEGAL, Due, Reason, Session, State

OPTIONS = Options(ping_interval=25, ping_timeout=20, upgrade_timeout=10, close_wait=5)


def opened(state: State = State.POLLING, now: float = 0.0) -> Session:
    session = Session("sid", OPTIONS)
    session.open(state, now)
    return session


@pytest.mark.parametrize(("former", "state"), list(itertools.product(State, State)))
def test_no_step_is_taken_that_the_table_does_not_list(former: State, state: State) -> None:
    """Each of the 49: legal, or an error that leaves the state as it was."""
    session = Session("sid", OPTIONS)
    session.state = former
    if state in LEGAL[former]:
        session._enter(state)
        assert session.state is state
    else:
        with pytest.raises(IllegalTransition):
            session._enter(state)
        assert session.state is former


def test_a_ping_is_due_after_the_interval_and_its_answer_after_the_time_out() -> None:
    """Each is due once."""
    session = opened(now=100)
    assert session.deadline == 125
    assert session.due(124.9) is Due.NOTHING
    assert session.due(125) is Due.PING
    assert session.due(125) is Due.NOTHING
    assert session.deadline == 145
    assert session.due(144.9) is Due.NOTHING
    assert session.due(145) is Due.PING_TIMEOUT


def test_an_answered_ping_is_followed_by_the_next() -> None:
    """The interval runs from the answer."""
    session = opened()
    session.due(25)
    session.receive(decode("3"), 30)
    assert session.deadline == 55
    assert session.due(54) is Due.NOTHING
    assert session.due(55) is Due.PING


def test_a_client_loses_no_time_when_the_server_was_held_up() -> None:
    """A tick late does not move its deadline; much later, it has its time from the ping."""
    punctual, late = opened(), opened()
    assert punctual.due(25.2) is Due.PING
    assert punctual.deadline == 45
    assert late.due(60) is Due.PING
    assert late.deadline == 80


def test_a_ping_time_out_can_be_excused() -> None:
    """When the answer may be among what we have not read."""
    session = opened()
    session.due(25)
    session.excuse(45)
    assert session.due(45) is Due.NOTHING
    assert session.due(65) is Due.PING_TIMEOUT


def test_an_upgrade_has_its_time() -> None:
    """Then polling goes on, with its heartbeat as it was."""
    session = opened()
    session.begin_probe(5)
    assert session.deadline == 15
    assert session.due(15) is Due.UPGRADE_TIMEOUT
    session.abandon_probe()
    assert session.state is State.POLLING
    assert session.deadline == 25


def test_an_upgrade_takes_two_steps() -> None:
    """Probe, then UPGRADE; nothing else."""
    session = opened()
    session.begin_probe(0)
    assert session.receive_probe(decode("2probe")) is State.UPGRADING
    assert session.receive_probe(decode("5")) is State.WEBSOCKET


@pytest.mark.parametrize("packets", [["5"], ["2"], ["2prob"], ["4x"], ["2probe", "2probe"], ["2probe", "4x"]])
def test_an_upgrade_fails_when_another_packet_comes(packets: list[str]) -> None:
    """The session's state says how far it had come."""
    session = opened()
    session.begin_probe(0)
    *first, last = packets
    for packet in first:
        session.receive_probe(decode(packet))
    with pytest.raises(InvalidPacket):
        session.receive_probe(decode(last))


@pytest.mark.parametrize("packet", ["0{}", "2", "2probe", "5"])
def test_a_packet_that_a_client_does_not_send_is_invalid(packet: str) -> None:
    with pytest.raises(InvalidPacket):
        opened().receive(decode(packet), 0)


def test_the_first_reason_stays() -> None:
    """However the end then comes about."""
    session = opened(State.WEBSOCKET)
    session.begin_closing(Reason.SERVER_DISCONNECT, now=1, linger=5)
    assert session.due(5) is Due.NOTHING
    assert session.due(6) is Due.CLOSE_TIMEOUT
    assert session.close(Reason.TRANSPORT_CLOSE)
    assert not session.close(Reason.PING_TIMEOUT)
    assert session.reason == Reason.SERVER_DISCONNECT
    assert session.due(1000) is Due.NOTHING


def test_closing_is_hastened_and_never_put_off() -> None:
    """A client that has left is not waited for."""
    session = opened(State.POLLING)
    session.begin_closing(Reason.SERVER_DISCONNECT, now=1, linger=5)
    session.hasten(now=2, linger=9)
    assert session.deadline == 6
    session.hasten(now=2, linger=1)
    assert session.deadline == 3
    assert session.due(3) is Due.CLOSE_TIMEOUT


@pytest.mark.parametrize(
    "options",
    [
        {"ping_interval": 0},
        {"ping_timeout": float("nan")},
        {"upgrade_timeout": -1},
        {"max_payload": 0},
        {"outbox_low": 10, "outbox_high": 10},
        {"allowed_origins": "http://a"},
        {"replica": "a.b"},
        {"replica": ""},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    """At the start, not at the first client."""
    with pytest.raises(ValueError, match=next(iter(options)) if len(options) == 1 else "outbox_high"):
        Options(**options)  # type: ignore[arg-type]
