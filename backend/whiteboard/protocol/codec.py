"""
Hostile bytes in, typed ops out; and the log's own form, read back leniently.

Source: SPEC.md B5, O1 to O9, L5.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from typing import Any, NoReturn

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from whiteboard.domain.limits import (
    MAX_COORDINATE_PX,
    MAX_OP_BYTES,
    MAX_OPS_AN_EVENT,
    MAX_POINTS,
    MAX_REMOVE_IDS,
    MAX_STRANGE_BYTES,
)
from whiteboard.domain.ops import Add, AnyOp, Grow, Remove, Update, client_of, number_of
from whiteboard.errors import BadBoard, BadSecret, ForeignId, Invalid, TooLarge, TooManyPoints
from whiteboard.protocol.kinds import KINDS, Color, Name, Path, Pressures, Props, Tool, Width
from whiteboard.protocol.strangers import check_stranger

_BOARD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_OP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}:[1-9][0-9]{0,14}", re.ASCII)
_CLIENT_LENGTH = 22


class Style(Struct, kw_only=True, omit_defaults=True):
    """What may be set of a session (B10, C5): what is missing stays."""

    color: Color | UnsetType = UNSET
    width: Width | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    tool: Tool | UnsetType = UNSET


class _Named(Struct):
    """An op of which only the id is of interest."""

    id: str


_op_decoder = msgspec.json.Decoder(AnyOp)
_named_decoder = msgspec.json.Decoder(_Named)
_style_decoder = msgspec.json.Decoder(Style)
_raws_decoder = msgspec.json.Decoder(list[Raw])
_encoder = msgspec.json.Encoder()

encode = _encoder.encode
"""Encode any value of ours as JSON bytes."""


def check_board(board: object) -> str:
    """Return ``board`` if it is a board's name (B1). Raises BadBoard."""
    if not isinstance(board, str) or _BOARD.fullmatch(board) is None:
        raise BadBoard("a board's name is 1 to 64 of A-Z a-z 0-9 _ -")
    return board


def client_id(secret: object) -> str:
    """Return the ``<client>`` that a secret proves (B2). Raises BadSecret."""
    if not isinstance(secret, str) or _SECRET.fullmatch(secret) is None:
        raise BadSecret("auth.secret is 16 to 128 of A-Z a-z 0-9 _ -")
    return urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())[:_CLIENT_LENGTH].decode()


def split_ops(raw: Raw) -> list[Raw]:
    """Split the argument of an ``ops`` event (B5) into ops still to be decoded. Raises Invalid."""
    raws: list[Raw] = parse(raw, _raws_decoder)
    if not 1 <= len(raws) <= MAX_OPS_AN_EVENT:
        raise Invalid(f"ops takes 1 to {MAX_OPS_AN_EVENT} ops, not {len(raws)}")
    return raws


def decode_op(raw: Raw, client: str) -> AnyOp:
    """
    Return the op that ``raw`` holds, if ``client`` may put it into the log.

    Raises:
        BadInput: one of its kinds; none is worth a retry.
    """
    if len(raw) > MAX_OP_BYTES:
        raise TooLarge(f"an op has at most {MAX_OP_BYTES} bytes, not {len(raw)}")
    op: AnyOp = parse(raw, _op_decoder)
    if _OP_ID.fullmatch(op.id) is None:
        raise Invalid("an op's id is <client>:<n>, n from 1 up")
    if client_of(op.id) != client:
        raise ForeignId("the id names another client")
    op.by = ""
    match op:
        case Add():
            op.element = _checked_element(op.element)
        case Grow():
            check_points(op.points)
            _check_pressures(op.pressures, op.points)
            if client_of(op.element) != client:
                raise ForeignId("only the client that added a stroke may let it grow")
        case Update():
            op.props = msgspec.to_builtins(convert(op.props, Props))
            if not op.props:
                raise Invalid(f"update sets at least one of {', '.join(Props.__struct_fields__)}")
        case Remove() if not 1 <= len(op.elements) <= MAX_REMOVE_IDS:
            raise Invalid(f"remove takes 1 to {MAX_REMOVE_IDS} ids")
    return op


def decode_style(raw: Raw) -> Style:
    """Read what may be set of a session (B10, C5). Raises Invalid."""
    style: Style = parse(raw, _style_decoder)
    return style


def peek_number(raw: Raw) -> int | None:
    """Return the ``n`` of an op that could not be accepted, so that its rejection can name it; None if it has none."""
    try:
        op_id: str = parse(raw, _named_decoder).id
    except Invalid:
        return None
    return number_of(op_id) if _OP_ID.fullmatch(op_id) else None


def check_points(points: list[float]) -> None:
    """Hold points to O8 and O9. JSON knows no NaN, and the decoder refuses numbers out of range."""
    if len(points) < 2 or len(points) % 2:
        raise Invalid("points are pairs x, y: an even count, at least 2 numbers")
    if len(points) > 2 * MAX_POINTS:
        raise TooManyPoints(f"a stroke has at most {MAX_POINTS} points")
    if max(points) > MAX_COORDINATE_PX or min(points) < -MAX_COORDINATE_PX:
        raise Invalid(f"coordinates lie within ±{MAX_COORDINATE_PX:.0f}")


def _check_pressures(pressures: list[float] | UnsetType, points: list[float]) -> None:
    if pressures is not UNSET and 2 * len(convert(pressures, Pressures)) != len(points):
        raise Invalid("pressures are one for each point")


def _checked_element(element: dict[str, Any]) -> dict[str, Any]:
    kind = element.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return _checked_stranger(element)
    checked = convert(element, KINDS[kind])
    if isinstance(checked, Path):
        check_points(checked.points)
        _check_pressures(checked.pressures, checked.points)
    return {"kind": kind, **msgspec.to_builtins(checked)}


def _checked_stranger(element: dict[str, Any]) -> dict[str, Any]:
    # Whose it is, the log says.
    element = {name: value for name, value in element.items() if name not in ("id", "by")}
    check_stranger(element)
    convert(element, Props)
    if "points" in element:
        check_points(convert(element["points"], list[float]))
    # Points and text count on the board, whatever the kind; of the rest nobody knows what it is worth.
    rest = {name: value for name, value in element.items() if name not in ("points", "text")}
    if len(encode(rest)) > MAX_STRANGE_BYTES:
        raise TooLarge(f"beside points and text, an element of an unknown kind has at most {MAX_STRANGE_BYTES} bytes")
    return element


def parse(raw: Raw | bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """Decode hostile JSON. Raises Invalid with the decoder's reason."""
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        _refuse(error)


def convert(value: object, kind: type[Any]) -> Any:
    """Hold a decoded value to a type. Raises Invalid with the reason."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        _refuse(error)


def _refuse(error: Exception) -> NoReturn:
    raise Invalid(str(error)[:200]) from None
