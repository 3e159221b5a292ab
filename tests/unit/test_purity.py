"""What decides is pure: it awaits nothing, asks no clock and touches no network."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.imports import BACKEND, modules, plant

PURE = {
    "domain",
    "protocol",
    *(
        f"engine.{name}"
        for name in ("payload", "frame", "rfc6455", "session", "handshake", "origins", "options", "packets")
    ),
}
IMPURE = {"asyncio", "time", "datetime", "socket", "selectors", "threading", "aiohttp", "redis", "random"}
_AWAITING = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)


def violations(backend: Path) -> Iterator[str]:
    """Yield a sentence for each line of a pure module under ``backend`` that is not."""
    for module in modules(backend):
        if not {module.part, module.name} & PURE:
            continue
        where = module.path.relative_to(backend)
        for line, imported in module.imports():
            if imported.partition(".")[0] in IMPURE:
                yield f"{where}:{line}: imports {imported}"
        for node in ast.walk(module.tree):
            if isinstance(node, _AWAITING):
                yield f"{where}:{node.lineno}: awaits"


def test_what_decides_is_pure() -> None:
    """Those modules neither wait nor look at the world, and are still there."""
    assert list(violations(BACKEND)) == []
    assert {module.part for module in modules()} | {module.name for module in modules()} >= PURE


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("domain/board.py", "import time", "imports time"),
        ("protocol/deep/codec.py", "def later():\n    from asyncio import sleep", "imports asyncio.sleep"),
        ("engine/frame.py", "import socket as s", "imports socket"),
        ("engine/session.py", "async def decide(): ...", "awaits"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, file: str, text: str, told: str) -> None:
    """At the top or in a function; what may wait, may."""
    plant(tmp_path, {file: text, "engine/server.py": "import asyncio\nasync def serve(): ..."})
    (found,) = violations(tmp_path)
    assert told in found
