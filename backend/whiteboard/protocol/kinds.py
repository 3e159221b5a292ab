"""
The kinds of elements, and what may be set of one (SPEC.md O2, O4, O8).

A new kind begins here; docs/kinds.md names the other places.
"""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from whiteboard.domain.limits import (
    MAX_ANGLE,
    MAX_COORDINATE_PX,
    MAX_SIZE_PX,
    MAX_TEXT_CHARACTERS,
    MAX_TRANSFORM,
    MAX_WIDTH_PX,
    MAX_Z,
    MIN_SIZE_PX,
    MIN_WIDTH_PX,
)

Color = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9#(),.%/ -]{1,64}\Z")]
Name = Annotated[
    str,
    # No control characters, none that turns the writing around it.
    Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]{0,40}\Z"),
]
Tool = Annotated[str, Meta(pattern=r"\A[a-z-]{1,20}\Z")]
Width = Annotated[float, Meta(ge=MIN_WIDTH_PX, le=MAX_WIDTH_PX)]
Coordinate = Annotated[float, Meta(ge=-MAX_COORDINATE_PX, le=MAX_COORDINATE_PX)]

Pressures = list[Annotated[float, Meta(ge=0.0, le=1.0)]]

_Opacity = Annotated[float, Meta(ge=0.0, le=1.0)]
_Angle = Annotated[float, Meta(ge=-MAX_ANGLE, le=MAX_ANGLE)]
_Size = Annotated[float, Meta(ge=MIN_SIZE_PX, le=MAX_SIZE_PX)]
_Z = Annotated[int, Meta(ge=-MAX_Z, le=MAX_Z)]
_Transform = Annotated[
    list[Annotated[float, Meta(ge=-MAX_TRANSFORM, le=MAX_TRANSFORM)]], Meta(min_length=6, max_length=6)
]
# No control characters but the newline, no other line ends, nothing that turns the direction of what follows it:
# a text must not make another one, or the page around it, look like something else.
TEXT: Final = r"\A[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]*\Z"
_Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS, pattern=TEXT)]


class _Anything(Struct, kw_only=True):
    """What every kind may have."""

    color: Color
    opacity: _Opacity | UnsetType = UNSET
    z: _Z | UnsetType = UNSET


class Path(_Anything, kw_only=True):
    """
    A stroke or a highlighter: ``points`` as they were drawn, how hard a pen pressed at each, and where they have been
    moved to since.
    """

    points: list[float]
    pressures: Pressures | UnsetType = UNSET
    width: Width
    transform: _Transform | UnsetType = UNSET


class Line(_Anything, kw_only=True):
    """A line or an arrow, from (x, y) to (x + w, y + h)."""

    x: Coordinate
    y: Coordinate
    w: Coordinate
    h: Coordinate
    width: Width


class _Box(_Anything, kw_only=True):
    """What lies in a rectangle, turned around its middle."""

    x: Coordinate
    y: Coordinate
    w: Coordinate
    h: Coordinate
    angle: _Angle | UnsetType = UNSET


class Shape(_Box, kw_only=True):
    """A rectangle, a diamond or an ellipse."""

    width: Width
    fill: Color | UnsetType = UNSET


class Text(_Box, kw_only=True):
    """Text; the page measures the rectangle."""

    text: _Text
    size: _Size


class Note(Text, kw_only=True):
    """A sheet of paper with a text on it."""

    fill: Color


class Props(Struct, kw_only=True):
    """What an update may set (O4): what is missing stays; what an element's kind does not have means nothing."""

    color: Color | UnsetType = UNSET
    width: Width | UnsetType = UNSET
    opacity: _Opacity | UnsetType = UNSET
    fill: Color | UnsetType = UNSET
    z: _Z | UnsetType = UNSET
    transform: _Transform | UnsetType = UNSET
    x: Coordinate | UnsetType = UNSET
    y: Coordinate | UnsetType = UNSET
    w: Coordinate | UnsetType = UNSET
    h: Coordinate | UnsetType = UNSET
    angle: _Angle | UnsetType = UNSET
    text: _Text | UnsetType = UNSET
    size: _Size | UnsetType = UNSET


KINDS: Final[dict[str, type[Struct]]] = {
    "stroke": Path,
    "highlighter": Path,
    "line": Line,
    "arrow": Line,
    "rectangle": Shape,
    "diamond": Shape,
    "ellipse": Shape,
    "text": Text,
    "note": Note,
}
