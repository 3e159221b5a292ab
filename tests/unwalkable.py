"""A way to see that something is not done for everybody."""

from typing import Any, NoReturn


class Unwalkable(dict[Any, Any]):
    """A dict that is looked up in, and never walked over."""

    def _walk(self) -> NoReturn:
        raise AssertionError("walked over everybody")

    __iter__ = keys = values = items = copy = _walk
