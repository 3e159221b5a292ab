"""
The classic namespace's events: a segment in, segments out (SPEC.md C3 to C6).

A board's log knows strokes; a classic client sends and receives one segment at a time, in fractions of its canvas.
"""

from collections.abc import Iterator
from typing import Annotated, Any, TypeGuard

import msgspec
from msgspec import Meta, Raw, Struct

from whiteboard.domain.board import Drawn
from whiteboard.domain.limits import MAX_EXTRA_BYTES, MAX_EXTRA_FIELDS, MAX_POINTS
from whiteboard.domain.ops import Add, Element, Grow
from whiteboard.errors import Invalid, TooLarge
from whiteboard.protocol.codec import check_points, convert, encode, parse
from whiteboard.protocol.kinds import Color

FRAME_WIDTH_PX = 2048.0
FRAME_HEIGHT_PX = 1024.0
"""Powers of two: a fraction becomes pixels and a fraction again without rounding."""

# A whole number beyond 64 bits would be infinite to some who read it (O9).
_Scalar = str | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | float | bool | None
_drawing_decoder = msgspec.json.Decoder(dict[str, _Scalar])
_FRACTIONS = ("x0", "y0", "x1", "y1")
DRAWN = frozenset({"stroke", "highlighter"})
"""The kinds that are made of segments: all that classic clients are told of."""
_NUMBERS = frozenset({float, int})  # True is no number here


class Segment(Struct, frozen=True):
    """One ``drawing`` event: ``points`` are ``[x0, y0, x1, y1]`` in board pixels."""

    points: list[float]
    color: str | None
    extra: dict[str, Any]


def decode_drawing(raw: Raw) -> Segment:
    """Read the argument of a ``drawing`` event (C3). Raises Invalid or TooLarge."""
    fields: dict[str, Any] = parse(raw, _drawing_decoder)
    x0, y0, x1, y1 = fractions = [fields.pop(name, None) for name in _FRACTIONS]
    if not _NUMBERS.issuperset(map(type, fractions)):
        raise Invalid(f"drawing needs the numbers {', '.join(_FRACTIONS)}")
    points = [x0 * FRAME_WIDTH_PX, y0 * FRAME_HEIGHT_PX, x1 * FRAME_WIDTH_PX, y1 * FRAME_HEIGHT_PX]
    check_points(points)
    color = fields.pop("color", None)
    if color is not None:
        convert(color, Color)
    if len(fields) > MAX_EXTRA_FIELDS or len(encode(fields)) > MAX_EXTRA_BYTES:
        raise TooLarge(f"drawing carries at most {MAX_EXTRA_FIELDS} other fields of {MAX_EXTRA_BYTES} bytes together")
    return Segment(points, color, fields)


class Pen:
    """Joins the segments of one classic session into strokes that grow (C6)."""

    __slots__ = ("_color", "_count", "_end", "_extra", "element_id")

    def __init__(self) -> None:
        self.element_id: str | None = None
        self._end: list[float] = []
        self._color = ""
        self._extra: dict[str, Any] = {}
        self._count = 0

    def draw(self, op_id: str, by: str, segment: Segment, color: str, width: float) -> Add | Grow:
        """Return the op for ``segment``: it lets the stroke at hand grow if it joins it, and adds one otherwise."""
        joins = (
            self.element_id is not None
            and segment.points[:2] == self._end
            and color == self._color
            and segment.extra == self._extra
            and self._count < MAX_POINTS
        )
        self._end = segment.points[2:]
        if joins and self.element_id is not None:
            self._count += 1
            return Grow(id=op_id, by=by, element=self.element_id, points=self._end)
        self.element_id, self._color, self._extra, self._count = op_id, color, segment.extra, 2
        stroke: Element = {"kind": "stroke", "points": segment.points, "color": color, "width": width}
        if segment.extra:
            stroke["extra"] = segment.extra
        return Add(id=op_id, by=by, element=stroke)


def segments(drawn: Drawn | None) -> Iterator[dict[str, Any]]:
    """Yield what an op drew, as payloads of ``drawing``; nothing if it is no line that they can draw."""
    if drawn is None:
        return
    element = drawn.element
    color, extra = element.get("color"), element.get("extra", {})
    points = (element.get("points") or [])[drawn.first : drawn.end]
    if element.get("kind") not in DRAWN or not (
        _are_points(points) and isinstance(color, str) and isinstance(extra, dict)
    ):
        return
    if (transform := element.get("transform")) is not None:
        points = _placed(points, transform)
    if len(points) == 2:
        points *= 2  # A single point is a segment of no length.
    for start in range(0, len(points) - 3, 2):
        x0, y0, x1, y1 = points[start : start + 4]
        yield {
            "x0": x0 / FRAME_WIDTH_PX,
            "y0": y0 / FRAME_HEIGHT_PX,
            "x1": x1 / FRAME_WIDTH_PX,
            "y1": y1 / FRAME_HEIGHT_PX,
            "color": color,
            **extra,
        }


def element_segments(element: Element) -> Iterator[dict[str, Any]]:
    """Yield a whole element as payloads of ``drawing``."""
    points = element.get("points")
    return segments(Drawn(element, 0, len(points) if isinstance(points, list) else 0))


def _placed(points: list[float], transform: object) -> list[float]:
    """Return where points lie after the element was moved, turned or scaled; as they are if it was not."""
    if not (_are_points(transform) and len(transform) == 6):
        return points
    a, b, c, d, e, f = transform
    pairs = zip(points[::2], points[1::2], strict=False)
    return [value for x, y in pairs for value in (a * x + c * y + e, b * x + d * y + f)]


def _are_points(points: object) -> TypeGuard[list[float]]:
    return isinstance(points, list) and len(points) >= 2 and _NUMBERS.issuperset(map(type, points))
