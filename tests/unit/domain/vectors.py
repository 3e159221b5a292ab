"""Reads ``tests/vectors/board.json``; the README beside it describes the short forms that are expanded here."""

import json
from pathlib import Path
from typing import Any, NamedTuple

PATH = Path(__file__).parents[2] / "vectors" / "board.json"


class Vector(NamedTuple):
    """Applying ``ops`` (as JSON objects) to an empty board gives ``elements``."""

    name: str
    ops: list[dict[str, Any]]
    elements: list[dict[str, Any]]


def read_vectors() -> list[Vector]:
    """Return all vectors, in the file's order, with nothing left to expand."""
    return [
        Vector(
            vector["name"],
            [_with_points(op) for entry in vector["ops"] for op in _repeated(entry, "op")],
            [_with_points(element) for entry in vector["elements"] for element in _repeated(entry, "element")],
        )
        for vector in json.loads(PATH.read_text(encoding="utf-8"))
    ]


def _repeated(entry: dict[str, Any], inner: str) -> list[dict[str, Any]]:
    if "repeat" not in entry:
        return [entry]
    pattern = entry[inner]
    return [{**pattern, "id": pattern["id"].replace("#", str(i))} for i in range(1, entry["repeat"] + 1)]


def _with_points(holder: dict[str, Any]) -> dict[str, Any]:
    full = dict(holder)
    if isinstance(full.get("element"), dict):
        full["element"] = _with_points(full["element"])
    if isinstance(points := full.get("points"), dict):
        full["points"] = points["points"] * points["repeat"]
    return full
