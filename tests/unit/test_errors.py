"""The error tree, held to the list of codes that SPEC.md gives."""

import re
from pathlib import Path

from whiteboard.errors import BadInput, Busy, StoreUnavailable, WhiteboardError

SPEC = Path(__file__).parents[2] / "backend/whiteboard/protocol/SPEC.md"


def test_codes_are_those_of_the_spec() -> None:
    """[E1] Each code that a client may be told is an error class, final or not as the rule says, and the reverse."""
    rule = SPEC.read_text(encoding="utf-8").split("- **E1**")[1].split("- **E2**")[0]
    final, retry = rule.split("Codes:")[1].split("(all final)")
    assert {error.code for error in BadInput.__subclasses__()} == set(re.findall(r"`(\w+)`", final))
    assert not any(error.retry for error in BadInput.__subclasses__())
    assert re.findall(r"`(\w+)`", retry.split("(retry)")[0]) == [Busy.code, StoreUnavailable.code]
    assert Busy.retry
    assert StoreUnavailable.retry


def test_error_names_its_op_when_it_is_about_one() -> None:
    """[B7] `n` is there only then."""
    error = Busy("wait")
    assert error.as_payload() == {"code": "busy", "message": "wait", "retry": True}
    error.n = 7
    assert error.as_payload() == {"code": "busy", "message": "wait", "retry": True, "n": 7}


def test_errors_are_told_apart_by_their_code() -> None:
    """[E1] No two classes share one."""
    codes = [error.code for error in _below(WhiteboardError) if "code" in vars(error)]
    assert sorted(set(codes)) == sorted(codes)


def _below(error: type[WhiteboardError]) -> list[type[WhiteboardError]]:
    return [found for child in error.__subclasses__() for found in (child, *_below(child))]
