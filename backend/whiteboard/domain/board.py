"""
The reducer: a board is the fold of its log (SPEC.md O7).

``frontend/src/model/board.ts`` does the same; ``tests/vectors/`` holds both to it. Nothing here raises on an op that
makes no sense (any more): conflicts are resolved by the log's order alone, so each reader must decide alike.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self

from whiteboard.domain.limits import MAX_ELEMENTS, MAX_POINTS
from whiteboard.domain.ops import Add, AnyOp, Clear, Element, Grow, Remove, Update, client_of
from whiteboard.errors import BoardFull, TooManyPoints

_FIXED_PROPS = frozenset({"id", "by", "kind", "points"})


class Drawn(NamedTuple):
    """What an op drew: the numbers ``first`` to ``end`` (exclusive) of an element's points, its joint with those
    before included."""

    element: Element
    first: int
    end: int


class Board:
    """The elements of a board by id, in the order of their adds (O10 says what lies over what)."""

    __slots__ = ("elements",)

    def __init__(self, elements: Iterable[Element] = ()) -> None:
        self.elements: dict[str, Element] = {element["id"]: element for element in elements}

    @classmethod
    def fold(cls, ops: Iterable[AnyOp]) -> Self:
        """Return the board that ``ops`` give from nothing."""
        board = cls()
        for op in ops:
            board.apply(op)
        return board

    def apply(self, op: AnyOp) -> Drawn | None:
        """
        Apply the next op of the log; one that finds nothing to change, or goes over a limit, changes nothing.

        Returns: what it drew, None if nothing.
        """
        match op:
            case Grow():
                points = self._growing(op)
                if points is not None:
                    joint = max(len(points) - 2, 0)
                    points.extend(op.points)
                    return Drawn(self.elements[op.element], joint, len(points))
            case Add():
                if self._admits(op):
                    added = self.elements[op.id] = {**op.element, "id": op.id, "by": op.by}
                    if isinstance(points := added.get("points"), list):
                        added["points"] = points.copy()  # The op is not ours: a stroke must not grow inside it.
                        return Drawn(added, 0, len(points))
            case Update():
                element = self.elements.get(op.element)
                if element is not None:
                    element.update((k, v) for k, v in op.props.items() if k not in _FIXED_PROPS)
            case Remove():
                for element_id in op.elements:
                    self.elements.pop(element_id, None)
            case Clear():
                self.elements.clear()
        return None

    def check(self, op: AnyOp) -> None:
        """
        Hold an op, before it is queued, to the limits that depend on the board.

        Raises:
            BoardFull: it would add an element too many.
            TooManyPoints: it would let a stroke grow too long.
        """
        if isinstance(op, Add) and len(self.elements) >= MAX_ELEMENTS:
            raise BoardFull(f"a board has at most {MAX_ELEMENTS} elements")
        if isinstance(op, Grow):
            points = self.elements.get(op.element, {}).get("points")
            if isinstance(points, list) and len(points) + len(op.points) > 2 * MAX_POINTS:
                raise TooManyPoints(f"a stroke has at most {MAX_POINTS} points")

    def _admits(self, op: Add) -> bool:
        """Tell whether ``op`` would add its element now: new, and within the limits."""
        points = op.element.get("points")
        return (
            op.id not in self.elements
            and len(self.elements) < MAX_ELEMENTS
            and not (isinstance(points, list) and len(points) > 2 * MAX_POINTS)
        )

    def _growing(self, op: Grow) -> list[float] | None:
        """Return the points (``[x, y, …]``) that ``op`` would extend now; None if it would change nothing."""
        element = self.elements.get(op.element)
        if element is None or client_of(op.id) != client_of(op.element):
            return None
        points = element.get("points")
        if not isinstance(points, list) or len(points) + len(op.points) > 2 * MAX_POINTS:
            return None
        return points
