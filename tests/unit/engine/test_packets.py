"""Socket.IO packets of events and their answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from whiteboard.engine.packets import count_attachments, decode_event, encode_ack, encode_event, encode_refusal
from whiteboard.errors import MalformedPacket


@pytest.mark.parametrize(
    ("packet", "namespace", "name", "args", "ack_id"),
    [
        ('2["drawing",{"x0":1}]', "/", "drawing", ['{"x0":1}'], None),
        ('2/board,["ops",[1, 2]]', "/board", "ops", ["[1, 2]"], None),
        ('2/board,17["ops",[]]', "/board", "ops", ["[]"], 17),
        ('20["a",1,"b"]', "/", "a", ["1", '"b"'], 0),
        ('2["a"]', "/", "a", [], None),
        ('2/,["a"]', "/", "a", [], None),
        ('2["\\u00e4",","]', "/", "ä", ['","'], None),
    ],
)
def test_event_is_decoded_as_far_as_its_arguments(
    packet: str, namespace: str, name: str, args: list[str], ack_id: int | None
) -> None:
    """Namespace, name and id are read; what they carry stays JSON for whoever knows its type."""
    event = decode_event(packet)
    assert (event.namespace, event.name) == (namespace, name)
    assert [bytes(arg).decode() for arg in event.args] == args
    assert event.ack_id == ack_id


@pytest.mark.parametrize(
    "packet",
    [
        *("", "2", "2[", "2[]", "2{}", "2[1]", '2["a"', '2["a",]', '2["a"]]', "2[null]", '2["a",NaN]', '["a"]'),
        *('3["a"]', '2/board["a"]', '2-1["a"]', '2 ["a"]', '21e3["a"]', "2" + "9" * 16 + '["a"]'),
        *("2/" + "x" * 300 + ',["a"]', "2" + "[" * 50_000, '2["\ud800"]', '2["\\ud800"]'),
    ],
)
def test_packet_is_refused_when_it_is_no_event(packet: str) -> None:
    """[E1] `malformed_packet`, whatever is wrong with it."""
    with pytest.raises(MalformedPacket):
        decode_event(packet)


@pytest.mark.parametrize(
    ("packet", "count"),
    [
        ('51-["a",{"_placeholder":true,"num":0}]', 1),
        ("612-/board,7[]", 12),
        *[(packet, 0) for packet in ("", "5", "5-[]", '5["a"]', "5x-[]", "51000-[]", '21-["a"]', "5\u0661-[]")],
    ],
)
def test_attachments_are_as_many_as_their_packet_announces(packet: str, count: int) -> None:
    """[E1] So many binary messages belong to it."""
    assert count_attachments(packet) == count


@given(st.sampled_from(["/", "/board"]), st.sampled_from(["op", "rejected"]), st.lists(st.integers() | st.text()))
def test_event_is_decoded_as_it_was_encoded(namespace: str, name: str, values: list[object]) -> None:
    """[B4] What we send, a client that reads as we do understands."""
    packet = encode_event(namespace, name, *(Raw(json.dumps(value).encode()) for value in values), None).decode()
    event = decode_event(packet)
    assert (event.namespace, event.name, event.ack_id) == (namespace, name, None)
    assert [json.loads(bytes(arg)) for arg in event.args] == [*values, None]


def test_answers_name_their_namespace_and_id() -> None:
    """[C7] An ACK carries the id it answers; [E2] a refusal its code twice, for two kinds of clients."""
    assert encode_ack("/", 7, {"ok": True}) == b'37[{"ok":true}]'
    assert encode_ack("/board", 0, 1, 2) == b"3/board,0[1,2]"
    assert encode_refusal("/board", "bad_board", {"code": "bad_board"}) == (
        b'4/board,{"message":"bad_board","data":{"code":"bad_board"}}'
    )
