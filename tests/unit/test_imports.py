"""Imports point one way: app → web → rooms → store → protocol → domain; engine stands apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.imports import BACKEND, modules, own, plant

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors"},
    "metrics": set(),
    "domain": {"errors"},
    "protocol": {"domain", "errors"},
    "engine": {"errors"},
    "store": {"protocol", "domain", "config", "errors"},
    "rooms": {"store", "engine", "protocol", "domain", "metrics", "errors"},
    "web": {"rooms", "store", "engine", "protocol", "domain", "metrics", "errors"},
    "addresses": set(),
    "orders": set(),
    "process": set(),
    "vitals": set(),
    "app": {"web", "rooms", "store", "engine", "config", "metrics", "errors", "addresses", "orders", "vitals"},
    "__main__": {"app", "config", "process", "errors"},
    "worker": {"config", "process", "orders", "errors"},
    "gunicorn": {"config"},
}
SOCKETIO = {"socketio", "engineio"}
LEAN_ON_SOCKETIO = {"engine.socketio", "engine.conform", "engine.clients"}


def violations(backend: Path) -> Iterator[str]:
    """Yield a sentence for each import of the package under ``backend`` that the tables do not allow."""
    for module in modules(backend):
        where = module.path.relative_to(backend)
        if module.part not in MAY_IMPORT:
            yield f"{where}: {module.part} is not in MAY_IMPORT"
            continue
        for line, imported in module.imports():
            part = own(imported).partition(".")[0]
            if part and part not in MAY_IMPORT[module.part] | {module.part}:
                yield f"{where}:{line}: {module.part} imports {part}"
            if imported.partition(".")[0] in SOCKETIO and module.name not in LEAN_ON_SOCKETIO:
                yield f"{where}:{line}: {module.name} imports {imported}"


def test_imports_point_inwards() -> None:
    """The package keeps to the tables; only a few modules know python-socketio."""
    assert list(violations(BACKEND)) == []


def test_nothing_is_allowed_that_nobody_does() -> None:
    """Each entry of the tables is used: what is gone from the code goes from here, too."""
    used: dict[str, set[str]] = {}
    leaning = set()
    for module in modules():
        imported = [name for _, name in module.imports()]
        used.setdefault(module.part, set()).update(own(name).partition(".")[0] for name in imported)
        if any(name.partition(".")[0] in SOCKETIO for name in imported):
            leaning.add(module.name)
    assert {part: allowed - used[part] for part, allowed in MAY_IMPORT.items() if allowed - used[part]} == {}
    assert leaning == LEAN_ON_SOCKETIO


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
        ("web/sockets.py", "import socketio.packet", "web.sockets imports socketio.packet"),
        ("engine/server.py", "from engineio import packet", "engine.server imports engineio.packet"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, file: str, line: str, told: str) -> None:
    """Absolute, relative, nested and in a function: each is seen; what is allowed beside it is not told."""
    text = f"import json\nfrom whiteboard import __version__\nfrom whiteboard.errors import Busy\n{line}"
    plant(tmp_path, {file: text})
    (found,) = violations(tmp_path)
    assert told in found
