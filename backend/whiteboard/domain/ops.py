"""
Ops: the changes a board's log consists of (SPEC.md O1 to O6).

These are the forms in which ops are read back, by this release or an older one, so they are lenient: what may enter
the log is decided in ``protocol.codec``.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

Element = dict[str, Any]
"""A thing on a board: ``id``, ``by``, ``kind`` and the properties of its kind."""


class Op(Struct, tag_field="op", tag="unknown", kw_only=True, omit_defaults=True):
    """What all ops share: ``id`` is ``<client>:<n>``, ``by`` the public session id of the sender."""

    id: str
    by: str = ""


class Add(Op, tag="add"):
    """Put an element on top; it is known by the op's id."""

    element: Element


class Grow(Op, tag="grow"):
    """
    Append points ``[x, y, …]`` (board pixels) to an element of the same client that has points; and how hard a pen
    pressed at each of them (0 to 1), if the element tells that.
    """

    element: str
    points: list[float]
    pressures: list[float] | UnsetType = UNSET


class Update(Op, tag="update"):
    """Set properties of an element."""

    element: str
    props: dict[str, Any]


class Remove(Op, tag="remove"):
    """Remove elements by id; those not there are passed over."""

    elements: list[str]


class Clear(Op, tag="clear"):
    """Remove all elements."""


AnyOp = Add | Grow | Update | Remove | Clear


def client_of(op_id: str) -> str:
    """Return the ``<client>`` of ``<client>:<n>``."""
    return op_id.rpartition(":")[0]


def parts_of(op_id: str) -> tuple[str, int]:
    """Return the ``<client>`` and the ``<n>`` of ``<client>:<n>``, for an id that has been checked."""
    client, _, n = op_id.rpartition(":")
    return client, int(n)


def number_of(op_id: str) -> int:
    """Return the ``<n>`` of ``<client>:<n>``, for an id that has been checked."""
    return parts_of(op_id)[1]
