"""Generated rubbish against everything that reads what strangers send (SPEC.md E1)."""

import contextlib
import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from whiteboard.domain.ops import Op
from whiteboard.engine.packets import Event, decode_event
from whiteboard.errors import BadInput
from whiteboard.protocol.classic import Segment, decode_drawing
from whiteboard.protocol.codec import Style, check_board, client_id, decode_op, encode, parse, peek_number, split_ops
from whiteboard.protocol.cursors import decode_cursor

from tests.unit import strategies

EXAMPLES = settings(max_examples=150)

_names = ["op", "id", "element", "elements", "points", "props", "kind", "color", "width", "x0", "y0", "x1", "y1", "by"]
_values = ["add", "grow", "update", "remove", "clear", "stroke", "me:1", "you:1", "me:0", "__proto__", "\x00"]
_words = st.sampled_from(_names + _values)
_integers = st.integers() | st.integers(-(10**330), 10**330)
_scalars = st.none() | st.booleans() | _integers | st.floats() | st.text() | _words
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)
# json.dumps writes NaN and Infinity as such: words that JSON does not have.
_json_texts = _json.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


def _mutated(value: Any, draw: st.DrawFn) -> Any:
    """Replace, drop or add one thing somewhere in a JSON value."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        changed = {k: v for k, v in value.items() if k != key}
        if draw(st.integers(0, 3)):
            changed[draw(st.just(key) | _words)] = _mutated(value[key], draw)
        return changed
    if isinstance(value, list) and value and draw(st.booleans()):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], _mutated(value[index], draw), *value[index + draw(st.integers(0, 2)) :]]
    return draw(_json)


@st.composite
def _nearly(draw: st.DrawFn, valid: st.SearchStrategy[Any]) -> bytes:
    """Return a valid value's JSON with one change in its structure or in its bytes."""
    value = draw(valid)
    if draw(st.booleans()):
        return json.dumps(_mutated(value, draw)).encode("utf-8", "surrogatepass")
    text = bytearray(json.dumps(value).encode())
    for _ in range(draw(st.integers(0, 3))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.integers(0, 255))
    return bytes(text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text)


_ops = strategies.ops.map(msgspec.to_builtins)
_drawings = st.fixed_dictionaries(
    {name: st.floats(0, 1) for name in ("x0", "y0", "x1", "y1")},
    optional={"color": strategies.colors, "size": _scalars},
)
_rubbish = st.binary(max_size=200) | _json_texts


@EXAMPLES
@given(_rubbish | _nearly(_ops), st.sampled_from([*strategies.CLIENTS, "me"]))
def test_op_is_an_op_or_a_typed_error(text: bytes, client: str) -> None:
    """[E1] Nothing else leaves the codec, and what it lets through can be stored, numbered and read back."""
    peek_number(Raw(text))
    with contextlib.suppress(BadInput):
        op = decode_op(Raw(text), client)
        assert isinstance(op, Op)
        assert op.id.startswith(f"{client}:")
        assert json.loads(encode(op), parse_constant=_no_constant)["id"] == op.id


@EXAMPLES
@given(_rubbish | _nearly(st.lists(_ops, max_size=3)))
def test_ops_event_is_ops_or_a_typed_error(text: bytes) -> None:
    """[E1] The same for the event around the ops."""
    with contextlib.suppress(BadInput):
        assert all(isinstance(op, Raw) for op in split_ops(Raw(text)))


@EXAMPLES
@given(_rubbish | _nearly(_drawings))
def test_drawing_is_a_segment_or_a_typed_error(text: bytes) -> None:
    """[E1] The same for a classic client's event; its other fields can be sent on."""
    with contextlib.suppress(BadInput):
        segment = decode_drawing(Raw(text))
        assert isinstance(segment, Segment)
        assert all(abs(coordinate) <= 1_000_000 for coordinate in segment.points)
        json.loads(encode(segment.extra), parse_constant=_no_constant)


@EXAMPLES
@given(_rubbish | _nearly(st.fixed_dictionaries({}, optional={"color": strategies.colors, "width": strategies.widths})))
def test_style_is_a_style_or_a_typed_error(text: bytes) -> None:
    """[E1] The same for what changes a session."""
    with contextlib.suppress(BadInput):
        assert isinstance(parse(Raw(text), msgspec.json.Decoder(Style)), Style)


@EXAMPLES
@given(_rubbish | _nearly(st.fixed_dictionaries({"x": strategies.coordinates, "y": strategies.coordinates})))
def test_cursor_is_a_point_or_a_typed_error(text: bytes) -> None:
    """[E1] The same for where somebody points."""
    with contextlib.suppress(BadInput):
        assert all(abs(coordinate) <= 1_000_000 for coordinate in decode_cursor(Raw(text)))


_headers = st.sampled_from(["2", "2/board,", "2/,7", "27", "2/" + "x" * 300 + ",", "20", "21", "5", "2/board", ""])


@EXAMPLES
@given(_headers, st.text() | (_rubbish | _nearly(st.lists(_json, max_size=3))).map(lambda raw: raw.decode("latin-1")))
def test_packet_is_an_event_or_a_typed_error(header: str, text: str) -> None:
    """[E1] The same for the packet around the event, lone surrogates included."""
    with contextlib.suppress(BadInput):
        event = decode_event(header + text)
        assert isinstance(event, Event)
        assert isinstance(event.name, str)


@EXAMPLES
@given(_json)
def test_auth_is_proven_or_a_typed_error(value: Any) -> None:
    """[E1] The same for the values that a CONNECT carries."""
    for check in (check_board, client_id):
        with contextlib.suppress(BadInput):
            assert check(value)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
