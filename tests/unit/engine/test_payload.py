"""Packets and payloads, by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.engine.errors import InvalidPacket
from whiteboard.engine.frame import Batch, Frame
from whiteboard.engine.payload import SEPARATOR, Packet, PacketType, decode, decode_binary, decode_payload


@pytest.mark.parametrize("kind", PacketType)
def test_decode_splits_type_and_data(kind: PacketType) -> None:
    assert decode(f"{kind}data") == Packet(kind, "data")


@pytest.mark.parametrize("text", ["", "7", "a", "-1", "٤"])
def test_decode_fails_when_there_is_no_type(text: str) -> None:
    with pytest.raises(InvalidPacket):
        decode(text)


def test_a_payload_is_read_up_to_its_first_invalid_packet() -> None:
    """What stands before it counts."""
    packets = decode_payload(b"4a\x1ebAQI=\x1e2\x1e9\x1e4b")
    assert [next(packets) for _ in range(3)] == [
        Packet(PacketType.MESSAGE, "a"),
        Packet(PacketType.MESSAGE, b"\x01\x02"),
        Packet(PacketType.PING, ""),
    ]
    with pytest.raises(InvalidPacket):
        next(packets)


@given(st.binary())
def test_a_payload_of_rubbish_is_packets_or_invalid(body: bytes) -> None:
    """Nothing else can be raised."""
    try:
        for packet in decode_payload(body):
            assert packet.type in PacketType
    except InvalidPacket:
        pass


TEXT = st.text().filter(lambda text: "\x1e" not in text)


@given(st.lists(st.one_of(TEXT, st.binary()), min_size=1))
def test_messages_survive_a_payload(messages: list[str | bytes]) -> None:
    """What frames make, ``decode_payload`` reads."""
    batch = Batch([Frame.of(message) for message in messages])
    packets = list(decode_payload(SEPARATOR.join(batch.packets)))
    assert packets == [Packet(PacketType.MESSAGE, message) for message in messages]


def test_a_frame_is_made_once() -> None:
    """Whoever asks gets the same object."""
    for frame in (Frame(b"a"), Frame(b"a", binary=True), Batch([Frame(b"a"), Frame(b"b")])):
        assert frame.wire is frame.wire
        assert frame.packets is frame.packets


def test_a_frame_is_one_message_on_the_wire() -> None:
    assert Frame.of("ü").wire == b"\x81\x034\xc3\xbc"
    assert Frame.of(b"\x00").wire == b"\x82\x01\x00"
    assert Batch([Frame(b"a"), Frame(b"b")]).wire == b"\x81\x024a\x81\x024b"


def test_only_a_binary_packet_is_decoded_as_one() -> None:
    """A text message that begins with b is a packet that begins with 4."""
    assert decode_binary(Frame.of(b"\x00\xff").packets[0]) == b"\x00\xff"
    assert decode_binary(Frame.of("b").packets[0]) is None
