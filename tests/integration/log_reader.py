"""A board's log read straight from Redis, and folded, by code that shares nothing with ours (SPEC.md L5, O1 to O6)."""

import json
from typing import Any

import redis


def commits(redis_url: str, board: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the commits of a board's stream: position and ops each."""
    with redis.Redis.from_url(redis_url) as client:
        entries = client.xrange(f"wb:{{{board}}}:log")
    return [
        (f"{fields[b'e'].decode()}-{entry_id.decode().removeprefix('0-')}", json.loads(fields[b"b"]))
        for entry_id, fields in entries
    ]


def place(position: str) -> str:
    """Return a position or an offset without its epoch, which is a time: ``<n>`` or ``<n>-<i>``."""
    return position.partition("-")[2]


def logged(redis_url: str, board: str) -> list[dict[str, Any]]:
    """Return the ops of a board's stream, in order."""
    return [op for _, ops in commits(redis_url, board) for op in ops]


def fold(ops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the elements that ops give, bottom to top. Knows no limits: keep below them."""
    elements: dict[str, dict[str, Any]] = {}
    for op in ops:
        match op:
            case {"op": "add", "id": op_id, "element": element, "by": by}:
                elements[op_id] = {"id": op_id, "by": by, **element, "points": list(element["points"])}
            case {"op": "grow", "element": element_id, "points": points} if element_id in elements:
                elements[element_id]["points"] += points
            case {"op": "update", "element": element_id, "props": props} if element_id in elements:
                elements[element_id] |= props
            case {"op": "remove", "elements": ids}:
                elements = {element_id: element for element_id, element in elements.items() if element_id not in ids}
            case {"op": "clear"}:
                elements = {}
    return list(elements.values())
