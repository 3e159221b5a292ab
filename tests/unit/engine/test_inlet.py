"""What sockets bring is read together, in order, within bounds."""

import asyncio

import pytest
from whiteboard.engine import inlet as inlet_module
from whiteboard.engine.inlet import Inlet

WAIT_SECONDS = 0.02


class Reader:
    """A socket that keeps what it is to read, and after how many others."""

    def __init__(self, log: list[tuple[str, bytes]], name: str, fails: bool = False) -> None:
        self.log = log
        self.name = name
        self.fails = fails
        self.is_cut = False

    def read(self, data: bytes) -> None:
        self.log.append((self.name, data))
        if self.fails:
            raise ZeroDivisionError("a defect")

    def cut(self) -> None:
        self.is_cut = True


@pytest.fixture
def log() -> list[tuple[str, bytes]]:
    return []


@pytest.fixture
def busy() -> Inlet:
    """One that has just been read."""
    inlet = Inlet()
    inlet.seconds_to_lie = lambda: WAIT_SECONDS
    return inlet


def test_without_a_time_nothing_lies(log: list[tuple[str, bytes]]) -> None:
    """As the engine is used alone."""
    inlet = Inlet()
    assert inlet.bring(Reader(log, "a"), b"1") == b"1"


async def test_what_is_to_lie_is_read_together_when_it_is_time(log: list[tuple[str, bytes]]) -> None:
    """And what is not, at once: an idle process lets nobody wait."""
    inlet = Inlet()
    seconds = [0.0, WAIT_SECONDS, WAIT_SECONDS]
    inlet.seconds_to_lie = lambda: seconds.pop(0)
    a, b, c = (Reader(log, name) for name in "abc")
    assert inlet.bring(a, b"1") == b"1"
    assert inlet.bring(b, b"2") == inlet.bring(c, b"3") == b""
    assert log == []
    await asyncio.sleep(2 * WAIT_SECONDS)
    assert log == [("b", b"2"), ("c", b"3")]
    assert inlet.bring(a, b"4") == b""
    assert seconds == []


async def test_socket_that_brings_more_meanwhile_is_read_at_once(busy: Inlet, log: list[tuple[str, bytes]]) -> None:
    """In order, and nothing of it twice."""
    a, b = Reader(log, "a"), Reader(log, "b")
    assert busy.bring(a, b"1") == busy.bring(b, b"2") == b""
    assert busy.bring(a, b"3") == b"13"
    assert busy.claim(b) == b"2"
    assert busy.claim(b) == b""
    assert busy.bring(a, b"4") == b""
    await asyncio.sleep(2 * WAIT_SECONDS)
    assert log == [("a", b"4")]


async def test_time_is_asked_for_once_however_much_is_read_before_it(log: list[tuple[str, bytes]]) -> None:
    """Else a client that sends without a pause would start a timer for all that it sends."""
    inlet = Inlet()
    seconds = [WAIT_SECONDS, WAIT_SECONDS]
    inlet.seconds_to_lie = lambda: seconds.pop(0)
    reader = Reader(log, "a")
    for _ in range(10):
        assert inlet.bring(reader, b"1") == b""
        assert inlet.bring(reader, b"2") == b"12"
    assert len(seconds) == 1
    await asyncio.sleep(2 * WAIT_SECONDS)
    inlet.bring(reader, b"3")
    assert seconds == []


async def test_no_more_lies_than_there_is_room_for(
    busy: Inlet, log: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read makes room again."""
    monkeypatch.setattr(inlet_module, "MAX_LYING_BYTES", 5)
    a, b = Reader(log, "a"), Reader(log, "b")
    assert busy.bring(a, b"123") == b""
    assert busy.bring(b, b"456") == b"456"
    assert busy.claim(a) == b"123"
    assert busy.bring(b, b"456") == b""


async def test_defect_cuts_its_socket_and_no_other(
    busy: Inlet, log: list[tuple[str, bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    readers = [Reader(log, "a"), Reader(log, "b", fails=True), Reader(log, "c")]
    for reader in readers:
        busy.bring(reader, b"1")
    await asyncio.sleep(2 * WAIT_SECONDS)
    assert [name for name, _ in log] == ["a", "b", "c"]
    assert [reader.is_cut for reader in readers] == [False, True, False]
    assert "a defect" in caplog.text


async def test_crowd_lets_others_have_their_turn(
    busy: Inlet, log: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many are read in one go, the next behind whatever else was due."""
    monkeypatch.setattr(inlet_module, "_AT_ONCE", 2)
    for name in "abcde":
        busy.bring(Reader(log, name), b"1")
    turns: list[int] = []
    while len(log) < 5:
        await asyncio.sleep(0)
        turns.append(len(log))
    assert sorted(set(turns)) in ([0, 2, 4, 5], [2, 4, 5])
