"""The generator counts rightly however the bytes arrive, and the verdicts are what the figures say."""

import asyncio
import zlib
from array import array
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.load import Crowd
from tests.bench.peers.floor import framed
from tests.bench.results import NotMeasured, Results, Run
from tests.bench.rows import ROWS
from tests.bench.socketio_wire import Inflate, InflatingPerson, Person

EVENT = b'42["drawing",{"x0":0.25,"y0":0.5,"x1":0.75,"y1":1,"t":%d,"color":"black"},"1-%d-0"]'
TIMES_US = [n * 10**7 for n in range(1, 6)]
STREAM = [EVENT % (sent, n) for n, sent in enumerate(TIMES_US)]
PING = b"2"


class Pipe:
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_read = True

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def pause_reading(self) -> None:
        self.is_read = False


def compressed(payload: bytes, context: "zlib._Compress") -> bytes:
    """Return a server's frame as of RFC 7692."""
    body = (context.compress(payload) + context.flush(zlib.Z_SYNC_FLUSH))[:-4]
    frame = framed(body)
    return bytes((frame[0] | 0x40,)) + frame[1:]


def feed(person: Person, stream: bytes, cuts: list[int]) -> None:
    """Let ``stream`` arrive in chunks."""
    for start, end in pairwise(sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})):
        person.data_received(stream[start:end])


@given(st.lists(st.integers(min_value=0)), st.integers(0, 5))
@pytest.mark.parametrize("deflate", [False, True])
def test_generator_counts_each_delivery_once_however_the_stream_is_cut(deflate, cuts, ping_at):
    """Every event is counted and a ping between them is answered, compressed or not, whatever the chunks."""
    pipe, delays = Pipe(), array("q")
    transport = cast("asyncio.Transport", pipe)
    payloads = [*STREAM[:ping_at], PING, *STREAM[ping_at:]]
    if deflate:
        context = zlib.compressobj(wbits=-15)
        stream = b"".join(compressed(payload, context) for payload in payloads)
        person: Person = InflatingPerson(transport, delays, b"", Inflate(keep_context=True))
    else:
        stream = b"".join(map(framed, payloads))
        person = Person(transport, delays, b"")
    feed(person, stream, cuts)
    assert person.received == len(delays) == len(STREAM)
    assert len(pipe.written) == 1
    assert [delays[0] - delay for delay in delays] == pytest.approx([sent - TIMES_US[0] for sent in TIMES_US], abs=5e6)


async def test_nothing_is_expected_of_those_who_read_no_more():
    """Neither that they draw nor that anything arrives; the others are expected to hear all."""
    pipes = [Pipe() for _ in range(6)]
    people = [Person(cast("asyncio.Transport", pipe), array("q"), b"") for pipe in pipes]
    crowd = Crowd([people[:3], people[3:]], array("q"))
    crowd.stall(1)
    await crowd.draw(boards=2, drawers=2, rate_hz=1_000, seconds=0.01)
    assert pipes[0].written
    assert not pipes[2].written + pipes[5].written
    assert [pipe.is_read for pipe in pipes] == [True, True, False] * 2
    assert crowd.expected() == sum(person.drawn for person in people)
    assert list(crowd.people()) == [*people[:2], *people[3:5]]


def busy(number: int, server: str, cpu_us: float, delivered: int = 100) -> Run:
    """One run of the busy board."""
    figures = {"cpu_us": cpu_us, "redis_us": 1, "expected": 100, "delivered": delivered, "surplus": 0, "gone": 0}
    figures["p99_ms"] = 50
    return Run(number, "busy", server, figures)


def test_verdict_compares_within_rounds_when_the_machine_drifts():
    """The ratio is the median of the rounds' ratios, not a ratio of medians; a lost delivery misses the must."""
    row = ROWS[0]
    runs = [busy(1, "node", 10), busy(1, "ours", 2), busy(2, "node", 40), busy(2, "ours", 8)]
    assert row.outcome(Results({}, runs)).must is True
    assert row.outcome(Results({}, runs)).aim is False
    assert row.outcome(Results({}, [*runs, busy(3, "ours", 2, delivered=99)])).must is False


def test_latency_is_not_measured_when_the_bare_loop_did_not_keep_its_own():
    """A round in which the floor is late says nothing about anybody's latency."""
    results = Results({}, [busy(1, "floor", 1), busy(1, "ours", 2)])
    with pytest.raises(NotMeasured):
        results.median("busy", "ours", "p99_ms")
