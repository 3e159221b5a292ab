"""
The reducer: a board is the fold of its log (SPEC.md O7).

``frontend/src/model/board.ts`` does the same; ``tests/vectors/`` holds both to it. Nothing here raises on an op that
makes no sense (any more): conflicts are resolved by the log's order alone, so each reader must decide alike.
"""

from collections.abc import Iterable
from typing import Self

from msgspec import Struct

from whiteboard.domain.limits import MAX_BOARD_SIZE, MAX_ELEMENTS, MAX_POINTS
from whiteboard.domain.ops import Add, AnyOp, Clear, Element, Grow, Remove, Update, client_of
from whiteboard.errors import BoardFull, TooManyPoints

_FIXED_PROPS = frozenset({"id", "by", "kind", "points", "pressures"})
_GROWING = ("points", "pressures")


class Drawn(Struct, frozen=True):
    """What an op drew: the numbers ``first`` to ``end`` (exclusive) of an element's points, its joint with those
    before included."""

    element: Element
    first: int
    end: int


class Board:
    """The elements of a board by id, in the order of their adds (O10 says what lies over what)."""

    __slots__ = ("_own", "elements", "size")

    def __init__(self, elements: Iterable[Element] = ()) -> None:
        self.elements: dict[str, Element] = {element["id"]: element for element in elements}
        self.size = sum(map(_size_of, self.elements.values()))
        """How many numbers its points have, and its texts characters, together."""
        self._own: set[str] | None = None
        """Elements that no picture shows; None as long as there is no picture."""

    @classmethod
    def fold(cls, ops: Iterable[AnyOp]) -> Self:
        """Return the board that ``ops`` give from nothing."""
        board = cls()
        for op in ops:
            board.apply(op)
        return board

    def picture(self) -> list[Element]:
        """
        Return the elements as they are now, whatever is applied later: for work that lets others run in between.

        It costs next to nothing: what changes later is copied first. Nobody may change what it shows.
        """
        self._own = set()
        return list(self.elements.values())

    def apply(self, op: AnyOp) -> Drawn | None:
        """
        Apply the next op of the log; one that finds nothing to change, or goes over a limit, changes nothing.

        Returns: what it drew, None if nothing.
        """
        match op:
            case Grow():
                if self._may_grow(op):
                    element = self._to_change(op.element)
                    points = element["points"]
                    joint = max(len(points) - 2, 0)
                    points.extend(op.points)
                    if op.pressures and isinstance(pressures := element.get("pressures"), list):
                        pressures.extend(op.pressures)
                    self.size += len(op.points)
                    return Drawn(element, joint, len(points))
            case Add():
                if self._admits(op):
                    return self._add(op)
            case Update():
                if op.element in self.elements:
                    element = self._to_change(op.element)
                    self.size -= _size_of(element)
                    element.update((k, v) for k, v in op.props.items() if k not in _FIXED_PROPS)
                    self.size += _size_of(element)
            case Remove():
                for element_id in op.elements:
                    removed = self.elements.pop(element_id, None)
                    if removed is not None:
                        self.size -= _size_of(removed)
                    if self._own is not None:
                        self._own.discard(element_id)
            case Clear():
                self.elements.clear()
                self.size, self._own = 0, None
        return None

    def check(self, op: AnyOp) -> None:
        """
        Hold an op, before it is queued, to the limits that depend on the board.

        Raises:
            BoardFull: it would add an element too many, or more points and text than a board may have.
            TooManyPoints: it would let a stroke grow too long.
        """
        more = 0
        match op:
            case Grow():
                points = self.elements.get(op.element, {}).get("points")
                if isinstance(points, list) and len(points) + len(op.points) > 2 * MAX_POINTS:
                    raise TooManyPoints(f"a stroke has at most {MAX_POINTS} points")
                more = len(op.points)
            case Add():
                if len(self.elements) >= MAX_ELEMENTS:
                    raise BoardFull(f"a board has at most {MAX_ELEMENTS} elements")
                more = _size_of(op.element)
            case Update() if "text" in op.props:
                former = self.elements.get(op.element, {}).get("text")
                more = _size_of({"text": op.props["text"]}) - _size_of({"text": former})
        # Not so in ``apply``: what the log has from before there was this limit stays, and so does a race's surplus.
        if more > 0 and self.size + more > MAX_BOARD_SIZE:
            raise BoardFull(f"a board has at most {MAX_BOARD_SIZE} numbers in points and characters in texts")

    def _add(self, op: Add) -> Drawn | None:
        # The op is not ours: a stroke must not grow inside it.
        added = self.elements[op.id] = _apart(op.element)
        added["id"], added["by"] = op.id, op.by
        self.size += _size_of(added)
        if self._own is not None:
            self._own.add(op.id)
        if isinstance(points := added.get("points"), list):
            return Drawn(added, 0, len(points))
        return None

    def _admits(self, op: Add) -> bool:
        """Tell whether ``op`` would add its element now: new, and within the limits."""
        points = op.element.get("points")
        return (
            op.id not in self.elements
            and len(self.elements) < MAX_ELEMENTS
            and not (isinstance(points, list) and len(points) > 2 * MAX_POINTS)
        )

    def _may_grow(self, op: Grow) -> bool:
        """Tell whether ``op`` would extend its element's points (``[x, y, …]``) now."""
        element = self.elements.get(op.element)
        if element is None or client_of(op.id) != client_of(op.element):
            return False
        points = element.get("points")
        return isinstance(points, list) and len(points) + len(op.points) <= 2 * MAX_POINTS

    def _to_change(self, element_id: str) -> Element:
        """Return an element that is there, for it to be changed: one that a picture shows makes way for its copy."""
        element = self.elements[element_id]
        if self._own is None or element_id in self._own:
            return element
        self._own.add(element_id)
        copy = self.elements[element_id] = _apart(element)
        return copy


def _apart(element: Element) -> Element:
    """Return a copy that can grow without the other."""
    copy = element.copy()
    for name in _GROWING:
        if isinstance(value := copy.get(name), list):
            copy[name] = value.copy()
    return copy


def _size_of(element: Element) -> int:
    points, text = element.get("points"), element.get("text")
    return (len(points) if isinstance(points, list) else 0) + (len(text) if isinstance(text, str) else 0)
