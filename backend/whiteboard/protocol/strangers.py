"""
Elements of kinds that this release does not know.

A page of a newer release brings them while releases roll over, a file that one wrote brings them later. They are kept
as they are. So this is all that can be asked of them: what every language reads alike, and of the properties that other
kinds have, what holds there.

Source: SPEC.md O12.
"""

import re
from typing import Any, Final

from whiteboard.domain.limits import MAX_DEPTH, MAX_SAFE_INTEGER
from whiteboard.errors import Invalid, UnknownKind
from whiteboard.protocol.kinds import TEXT

_KIND: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_PLAIN_TEXT: Final = re.compile(TEXT)


def check_stranger(element: dict[str, Any]) -> None:
    """Raise UnknownKind if no release has such a kind, Invalid if the element holds what no log takes."""
    kind = element.get("kind")
    if not isinstance(kind, str) or _KIND.fullmatch(kind) is None:
        raise UnknownKind("a kind is called by 1 to 40 of a-z 0-9 -")
    _check_plain(element, MAX_DEPTH)


def _check_plain(value: object, depth: int) -> None:
    match value:
        case str() if _PLAIN_TEXT.match(value) is None:
            raise Invalid("text has no control characters but newline, and none that turns the writing")
        case int() if abs(value) > MAX_SAFE_INTEGER:
            raise Invalid(f"whole numbers lie within ±{MAX_SAFE_INTEGER}")
        case float() if abs(value) > MAX_SAFE_INTEGER:
            raise Invalid(f"numbers lie within ±{MAX_SAFE_INTEGER}")
        case dict() | list() if depth == 0:
            raise Invalid(f"an element has at most {MAX_DEPTH} levels of objects and lists")
        case dict():
            for name, item in value.items():
                _check_plain(name, depth)
                _check_plain(item, depth - 1)
        case list():
            for item in value:
                _check_plain(item, depth - 1)
