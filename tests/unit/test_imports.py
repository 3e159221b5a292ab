"""Imports point one way (DESIGN §5): app → web → rooms → store → protocol → domain; engine stands apart."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[2] / "backend"

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors"},
    "metrics": {"errors"},
    "domain": {"errors"},
    "protocol": {"domain", "errors"},
    "engine": {"errors"},
    "store": {"protocol", "domain", "config", "metrics", "errors"},
    "rooms": {"store", "engine", "protocol", "domain", "config", "metrics", "errors"},
    "web": {"rooms", "store", "engine", "protocol", "domain", "config", "metrics", "errors"},
    "addresses": set(),
    "orders": set(),
    "process": set(),
    "vitals": set(),
    "app": {
        "web",
        "rooms",
        "store",
        "engine",
        "protocol",
        "domain",
        "config",
        "metrics",
        "errors",
        "addresses",
        "orders",
        "vitals",
    },
    "__main__": {"app", "store", "protocol", "domain", "config", "metrics", "process", "errors"},
    "worker": {"config", "process", "orders", "errors"},
    "gunicorn": {"config"},
}


def violations(backend: Path) -> Iterator[str]:
    """Yield a sentence for each import of the package under ``backend`` that the table does not allow."""
    for path in sorted((backend / "whiteboard").rglob("*.py")):
        module = path.relative_to(backend).with_suffix("").parts
        if module == ("whiteboard", "__init__"):
            continue
        part = module[1]
        if part not in MAY_IMPORT:
            yield f"{path.relative_to(backend)}: {part} is not in MAY_IMPORT"
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            for target in sorted(imported_parts(node, module) - MAY_IMPORT[part] - {part}):
                yield f"{path.relative_to(backend)}:{node.lineno}: {part} imports {target}"  # type: ignore[attr-defined]


def imported_parts(node: ast.AST, module: tuple[str, ...]) -> set[str]:
    """Return which parts of the package an import statement in ``module`` names; empty for other nodes."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = [*module[: len(module) - node.level]] if node.level else []
        base += node.module.split(".") if node.module else []
        names = [".".join([*base, alias.name]) for alias in node.names]
    else:
        return set()
    # `from whiteboard import __version__` names no part; `import whiteboard` names none either.
    split = [name.split(".") for name in names]
    return {parts[1] for parts in split if parts[0] == "whiteboard" and len(parts) > 1 and parts[1] != "__version__"}


def test_imports_point_inwards() -> None:
    """The package keeps to the table."""
    assert list(violations(BACKEND)) == []


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("domain/board.py", "from whiteboard.store import log", "domain imports store"),
        ("domain/deep/er.py", "from ...web import handlers", "domain imports web"),
        ("engine/server.py", "import whiteboard.protocol.codec", "engine imports protocol"),
        ("rooms/room.py", "def later():\n    from .. import app", "rooms imports app"),
        ("store/__init__.py", "from ..rooms.join import join", "store imports rooms"),
        ("errors.py", "from whiteboard import config", "errors imports config"),
        ("helpers/x.py", "", "helpers is not in MAY_IMPORT"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, file: str, line: str, told: str) -> None:
    """Absolute, relative, nested and in a function: each is seen; what is allowed beside it is not told."""
    path = tmp_path / "whiteboard" / file
    path.parent.mkdir(parents=True)
    path.write_text(f"import json\nfrom whiteboard import __version__\nfrom whiteboard.errors import Busy\n{line}\n")
    (found,) = violations(tmp_path)
    assert told in found
